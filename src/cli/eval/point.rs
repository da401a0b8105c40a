//! A request that makes sense: a network, a data set, a point, all exact.

use super::deep_linear;
use super::numerals::{Reader, expect_length, expect_positive_definite};
use super::request::{
    Entry, MlpRequest, Numeral, Object, Request, SampleRequest, ScalarRequest, quantities, read_part,
};
use super::size;
use crate::cli::suggest::unknown;
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::model::{Activation, Loss, Network};
use crate::scalar::Rational;
use nalgebra::DMatrix;
use serde_json::Value;
use std::str::FromStr;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// `L = E l`, without weight decay.
    Loss,
    /// `S = 1/4 E[g^T Lambda g]`.
    Entropy,
    /// `F = L + gamma |theta|^2 + S`.
    EntropicLoss,
    /// `grad F`.
    EntropicGradient,
    /// `g_z`, one vector for each sample.
    SampleGradients,
    /// `Hess F`.
    EntropicHessian,
}

impl Quantity {
    const ALL: [(&'static str, Quantity); 6] = [
        ("loss", Quantity::Loss),
        ("entropy", Quantity::Entropy),
        ("entropic_loss", Quantity::EntropicLoss),
        ("entropic_gradient", Quantity::EntropicGradient),
        ("sample_gradients", Quantity::SampleGradients),
        ("entropic_hessian", Quantity::EntropicHessian),
    ];

    /// The name of its member in the answer.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, quantity)| *quantity == self).map_or("", |(name, _)| name)
    }

    /// Whether `Lambda` enters.
    fn needs_preconditioner(self) -> bool {
        !matches!(self, Quantity::Loss | Quantity::SampleGradients)
    }
}

impl FromStr for Quantity {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, quantity)| *quantity).ok_or_else(|| {
            if name.parse::<deep_linear::Quantity>().is_ok() {
                return format!("{name} is a quantity of the model deep-linear");
            }
            let names = Self::ALL.map(|(known, _)| known);
            format!("{} (known are {})", unknown("quantity", name, names), names.join(", "))
        })
    }
}

/// What a request asks for, checked.
pub struct Point {
    /// The model.
    pub network: Network,
    /// The samples and the weights of the mean, which add up to 1.
    pub data: DataSet<Rational>,
    /// The parameters.
    pub theta: Vec<Rational>,
    /// `Lambda`; none if no quantity needs it and none was given.
    pub preconditioner: Option<Preconditioner<Rational>>,
    /// `gamma`.
    pub weight_decay: Rational,
    /// The scalar to compute in.
    pub scalar: ScalarRequest,
    /// What is asked for, in this order.
    pub quantities: Vec<Quantity>,
}

impl Point {
    /// Checks a request.
    ///
    /// # Errors
    /// The member that is wrong, and why.
    pub fn new(request: Request) -> Result<Self, String> {
        let loss = request.loss.ok_or_else(|| missing("loss"))?;
        let samples_requested = request.samples.ok_or_else(|| missing("samples"))?;
        let theta = request.theta.ok_or_else(|| missing("theta"))?;
        let quantities: Vec<Quantity> = quantities(&request.quantities)?;
        let network = network(request.model, &loss)?;
        if request.scalar == ScalarRequest::Rational && !network.is_algebraic() {
            return Err(format!(
                "scalar: rational cannot carry this model ({network}): it needs functions that are not rational; \
                 use f64, f32 or mpfr"
            ));
        }
        let mut reader = Reader::default();
        let theta = reader.vector("theta", &theta)?;
        expect_length("theta", network.parameter_count(), theta.len())?;
        let samples = samples(&mut reader, &network, &samples_requested)?;
        let data = match &request.weights {
            None => DataSet::new(samples),
            Some(weights) => {
                expect_length("weights", samples.len(), weights.len())?;
                DataSet::weighted(samples, normalised(reader.vector("weights", weights)?)?)
            }
        };
        let weight_decay = match &request.weight_decay {
            None => Rational::new(),
            Some(numeral) => reader.not_negative("weight_decay", numeral)?,
        };
        let preconditioner = match (&request.learning_rate, &request.preconditioner) {
            (Some(_), Some(_)) => {
                return Err("preconditioner: give it or learning_rate, not both".to_owned());
            }
            (Some(rate), None) => Some(Preconditioner::Scalar(reader.not_negative("learning_rate", rate)?)),
            (None, Some(entries)) => Some(preconditioner(&mut reader, entries, theta.len())?),
            (None, None) => None,
        };
        let needing = quantities.iter().find(|quantity| quantity.needs_preconditioner());
        if let (Some(quantity), None) = (needing, &preconditioner) {
            return Err(format!(
                "learning_rate: missing, and {} needs it (or a preconditioner in its place)",
                quantity.name()
            ));
        }
        Ok(Point { network, data, theta, preconditioner, weight_decay, scalar: request.scalar, quantities })
    }
}

fn missing(member: &str) -> String {
    format!("missing field `{member}`")
}

fn network(mut model: Value, loss: &str) -> Result<Network, String> {
    let loss = Loss::from_str(loss).map_err(|error| format!("loss: {error}"))?;
    let Some(members) = model.as_object_mut() else {
        return Err("model: expected an object with a kind".to_owned());
    };
    match members.shift_remove("kind") {
        Some(Value::String(kind)) if kind == "mlp" => mlp(read_part("model", model)?, loss),
        Some(Value::String(kind)) => Err(format!("model.kind: unknown kind `{kind}`: expected mlp or deep-linear")),
        Some(_) => Err("model.kind: expected a string".to_owned()),
        None => Err("model: missing field `kind`".to_owned()),
    }
}

fn mlp(model: MlpRequest, loss: Loss) -> Result<Network, String> {
    let activation = Activation::from_str(&model.activation).map_err(|error| format!("model.activation: {error}"))?;
    let width = |(index, Numeral(text)): (usize, &Numeral)| {
        let width = text.parse().ok().filter(|width| *width > 0);
        width.ok_or_else(|| format!("model.widths[{index}]: a width is a positive integer, found {text}"))
    };
    let widths: Vec<usize> = model.widths.iter().enumerate().map(width).collect::<Result<_, _>>()?;
    size::check_widths(&widths)?;
    Ok(if model.normalised {
        Network::normalised_mlp(&widths, activation, model.bias, loss)
    } else {
        Network::mlp(&widths, activation, model.bias, loss)
    })
}

fn samples(
    reader: &mut Reader,
    network: &Network,
    requests: &[Object<SampleRequest>],
) -> Result<Vec<Sample<Rational>>, String> {
    if requests.is_empty() {
        return Err("samples: at least one sample is needed, found none".to_owned());
    }
    let mut samples = Vec::with_capacity(requests.len());
    for (index, Object(request)) in requests.iter().enumerate() {
        let (x, y) = (format!("samples[{index}].x"), format!("samples[{index}].y"));
        expect_length(&x, network.input_len(), request.x.len())?;
        expect_length(&y, network.target_len(), request.y.len())?;
        let input = reader.vector(&x, &request.x)?;
        let target = reader.vector(&y, &request.y)?;
        if let Network::Mlp { loss, .. } = network {
            check_target(*loss, &y, &target)?;
        }
        samples.push(Sample::new(input, target));
    }
    Ok(samples)
}

fn check_target(loss: Loss, place: &str, target: &[Rational]) -> Result<(), String> {
    let outside =
        |most: Option<u32>| target.iter().position(|value| *value < 0 || most.is_some_and(|most| *value > most));
    match loss {
        Loss::SquaredError => Ok(()),
        Loss::CrossEntropy => {
            if let Some(index) = outside(None) {
                return Err(format!("{place}[{index}]: a probability is not negative, found {}", target[index]));
            }
            let sum: Rational = target.iter().sum();
            if sum == 1 {
                Ok(())
            } else {
                Err(format!("{place}: a probability vector for cross-entropy has the sum 1, found {sum}"))
            }
        }
        Loss::Logistic => match outside(Some(1)) {
            Some(index) => {
                Err(format!("{place}[{index}]: a target of the logistic loss is in [0, 1], found {}", target[index]))
            }
            None => Ok(()),
        },
    }
}

/// Weights divided by their sum, so that `E 1 = 1`.
fn normalised(weights: Vec<Rational>) -> Result<Vec<Rational>, String> {
    let sum: Rational = weights.iter().sum();
    if sum.is_zero() {
        return Err("weights: their sum is zero, so they define no mean".to_owned());
    }
    Ok(weights.into_iter().map(|weight| weight / &sum).collect())
}

fn preconditioner(
    reader: &mut Reader,
    entries: &[Entry],
    parameters: usize,
) -> Result<Preconditioner<Rational>, String> {
    expect_rows(entries, parameters)?;
    match entries.first() {
        Some(Entry::Row(_)) => full(reader, entries, parameters),
        _ => diagonal(reader, entries),
    }
}

fn expect_rows(entries: &[Entry], parameters: usize) -> Result<(), String> {
    if entries.len() == parameters {
        return Ok(());
    }
    let rows = matches!(entries.first(), Some(Entry::Row(_)));
    let what = if rows { "rows" } else { "numbers" };
    Err(format!("preconditioner: expected {parameters} {what}, one for each parameter, found {}", entries.len()))
}

fn diagonal(reader: &mut Reader, entries: &[Entry]) -> Result<Preconditioner<Rational>, String> {
    let mut rates = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let Entry::Number(numeral) = entry else {
            return Err(format!("preconditioner[{index}]: expected a number, as the entries before it, found a row"));
        };
        let rate = reader.number(|| format!("preconditioner[{index}]"), numeral)?;
        if rate <= 0 {
            return Err(format!("preconditioner[{index}]: a learning rate must be positive, found {rate}"));
        }
        rates.push(rate);
    }
    Ok(Preconditioner::Diagonal(rates))
}

fn full(reader: &mut Reader, entries: &[Entry], parameters: usize) -> Result<Preconditioner<Rational>, String> {
    size::check_full_preconditioner(parameters)?;
    let mut rows = Vec::with_capacity(parameters);
    for (index, entry) in entries.iter().enumerate() {
        let Entry::Row(numerals) = entry else {
            return Err(format!("preconditioner[{index}]: expected a row, as the entries before it, found a number"));
        };
        let place = format!("preconditioner[{index}]");
        expect_length(&place, parameters, numerals.len())?;
        rows.push(reader.vector(&place, numerals)?);
    }
    size::check_elimination("preconditioner", &rows)?;
    let matrix = DMatrix::from_fn(parameters, parameters, |row, column| rows[row][column].clone());
    expect_positive_definite("preconditioner", &matrix)?;
    Ok(Preconditioner::Full(matrix))
}
