//! A request about the minima of a deep linear network that makes sense, exact.

use super::numerals::{Reader, expect_length, expect_positive_definite};
use super::request::{DeepLinearRequest, Numeral, Request, ScalarRequest, quantities, read_part};
use super::size;
use crate::cli::suggest::unknown;
use crate::linalg::exact::determinant;
use crate::platonic::Setting;
use crate::scalar::Rational;
use nalgebra::DMatrix;
use std::str::FromStr;

/// The kind of the model.
pub const KIND: &str = "deep-linear";

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The minimum of `1/4 E|g|^2` over the global minima.
    EntropyMinimum,
    /// The trace of the Hessian of `L` where that minimum is attained.
    SharpnessEntropic,
    /// The least trace of the Hessian of `L` over the global minima.
    SharpnessFlattest,
    /// The quotient of the two.
    SharpnessRatio,
}

impl Quantity {
    const ALL: [(&'static str, Quantity); 4] = [
        ("entropy_minimum", Quantity::EntropyMinimum),
        ("sharpness_entropic", Quantity::SharpnessEntropic),
        ("sharpness_flattest", Quantity::SharpnessFlattest),
        ("sharpness_ratio", Quantity::SharpnessRatio),
    ];

    /// The name of its member in the answer.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, quantity)| *quantity == self).map_or("", |(name, _)| name)
    }
}

impl FromStr for Quantity {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, quantity)| *quantity).ok_or_else(|| {
            let names = Self::ALL.map(|(known, _)| known);
            format!("{} (known for the model {KIND} are {})", unknown("quantity", name, names), names.join(", "))
        })
    }
}

/// What a request asks for, checked.
pub struct DeepLinear {
    /// Covariances, target and embeddings.
    pub setting: Setting<Rational>,
    /// The number of layers, at least 1.
    pub depth: usize,
    /// The scalar to round to, not `rational`.
    pub scalar: ScalarRequest,
    /// What is asked for, in this order.
    pub quantities: Vec<Quantity>,
}

impl DeepLinear {
    /// Checks a request.
    ///
    /// # Errors
    /// The member that is wrong, and why.
    pub fn new(mut request: Request) -> Result<Self, String> {
        if let Some(member) = misplaced(&request) {
            return Err(format!(
                "{member}: has no place beside the model {KIND}, whose request has model, scalar and quantities only"
            ));
        }
        if request.scalar == ScalarRequest::Rational {
            return Err(format!(
                "scalar: rational cannot carry the quantities of the model {KIND}: they are roots; use f64, f32 or mpfr"
            ));
        }
        let quantities = quantities(&request.quantities)?;
        if let Some(members) = request.model.as_object_mut() {
            members.shift_remove("kind");
        }
        let model: DeepLinearRequest = read_part("model", request.model)?;
        let depth = depth(&model.depth)?;
        let mut reader = Reader::default();
        let (rows, columns) = (model.target.len(), model.target.first().map_or(0, Vec::len));
        if rows == 0 || columns == 0 {
            return Err("model.target: expected a matrix of at least one row and one column".to_owned());
        }
        size::check_dimension("model.target", rows.max(columns), request.scalar)?;
        let target = matrix(&mut reader, "model.target", &model.target, rows, columns)?;
        let input_covariance = covariance(&mut reader, "model.input_covariance", &model.input_covariance, columns)?;
        let noise_covariance = covariance(&mut reader, "model.noise_covariance", &model.noise_covariance, rows)?;
        let embedding_in = embedding(&mut reader, "model.embedding_in", model.embedding_in.as_deref(), columns)?;
        let embedding_out = embedding(&mut reader, "model.embedding_out", model.embedding_out.as_deref(), rows)?;
        if quantities.contains(&Quantity::SharpnessRatio) && depth > 1 && target.iter().all(Rational::is_zero) {
            return Err("quantities: sharpness_ratio is 0/0, because the target is zero: the network needs no weights"
                .to_owned());
        }
        let setting = Setting { input_covariance, noise_covariance, target, embedding_in, embedding_out };
        Ok(DeepLinear { setting, depth, scalar: request.scalar, quantities })
    }
}

/// The first member that belongs to a network at a point.
fn misplaced(request: &Request) -> Option<&'static str> {
    let members = [
        ("loss", request.loss.is_some()),
        ("samples", request.samples.is_some()),
        ("weights", request.weights.is_some()),
        ("theta", request.theta.is_some()),
        ("learning_rate", request.learning_rate.is_some()),
        ("preconditioner", request.preconditioner.is_some()),
        ("weight_decay", request.weight_decay.is_some()),
    ];
    members.into_iter().find(|(_, present)| *present).map(|(member, _)| member)
}

fn depth(Numeral(text): &Numeral) -> Result<usize, String> {
    let most = size::MOST_LINEAR_LAYERS;
    let depth = text.parse::<u64>().ok().filter(|depth| (1..=most).contains(depth));
    let depth = depth.and_then(|depth| usize::try_from(depth).ok());
    depth.ok_or_else(|| format!("model.depth: expected an integer from 1 to {most}, found {text}"))
}

fn matrix(
    reader: &mut Reader,
    place: &str,
    rows: &[Vec<Numeral>],
    height: usize,
    width: usize,
) -> Result<DMatrix<Rational>, String> {
    if rows.len() != height {
        return Err(format!(
            "{place}: expected {height} rows of {width}, to fit the target, found {} rows",
            rows.len()
        ));
    }
    let mut entries = Vec::with_capacity(height * width);
    for (index, row) in rows.iter().enumerate() {
        let place = format!("{place}[{index}]");
        expect_length(&place, width, row.len())?;
        entries.extend(reader.vector(&place, row)?);
    }
    Ok(DMatrix::from_row_iterator(height, width, entries))
}

fn square(reader: &mut Reader, place: &str, rows: &[Vec<Numeral>], order: usize) -> Result<DMatrix<Rational>, String> {
    let matrix = matrix(reader, place, rows, order, order)?;
    let rows: Vec<Vec<Rational>> = matrix.row_iter().map(|row| row.iter().cloned().collect()).collect();
    size::check_elimination(place, &rows)?;
    Ok(matrix)
}

fn covariance(
    reader: &mut Reader,
    place: &str,
    rows: &[Vec<Numeral>],
    order: usize,
) -> Result<DMatrix<Rational>, String> {
    let matrix = square(reader, place, rows, order)?;
    expect_positive_definite(place, &matrix)?;
    Ok(matrix)
}

fn embedding(
    reader: &mut Reader,
    place: &str,
    rows: Option<&[Vec<Numeral>]>,
    order: usize,
) -> Result<DMatrix<Rational>, String> {
    let Some(rows) = rows else {
        return Ok(DMatrix::from_fn(order, order, |row, column| Rational::from(i64::from(row == column))));
    };
    let matrix = square(reader, place, rows, order)?;
    let determinant = determinant(&matrix).map_err(|error| format!("{place}: {error}"))?;
    if determinant.is_zero() {
        return Err(format!("{place}: not invertible: its determinant is 0"));
    }
    Ok(matrix)
}
