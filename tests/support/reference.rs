//! The entropic loss by schoolbook means: the per-sample loss as an explicit polynomial in the parameters, on the
//! activation pattern of the point. No backpropagation, no dual numbers.
//!
//! The gradient of the entropic loss comes from its values alone, by exact interpolation along each axis; the Hessian
//! from partial derivatives of the polynomials up to the third order.

use super::polynomial::Polynomial;
use equipartition::verify::Stream;
use rug::Rational;
use serde_json::{Value, json};

/// A random problem, in numbers and as the request that states it.
pub struct Problem {
    pub widths: Vec<usize>,
    pub activation: &'static str,
    pub bias: bool,
    pub samples: Vec<(Vec<Rational>, Vec<Rational>)>,
    /// Not normalised.
    pub weights: Option<Vec<Rational>>,
    pub theta: Vec<Rational>,
    pub lambda: Lambda,
    pub weight_decay: Rational,
}

/// The learning-rate matrix as the request gives it.
pub enum Lambda {
    Rate(Rational),
    Diagonal(Vec<Rational>),
    Full(Vec<Vec<Rational>>),
}

impl Lambda {
    fn entry(&self, row: usize, column: usize) -> Rational {
        match self {
            Lambda::Full(rows) => rows[row][column].clone(),
            _ if row != column => Rational::new(),
            Lambda::Rate(rate) => rate.clone(),
            Lambda::Diagonal(rates) => rates[row].clone(),
        }
    }
}

/// Numbers of several shapes: integers, decimals, thirds, zeros where `awkward`.
fn number(stream: &mut Stream, awkward: bool) -> Rational {
    match stream.below(if awkward { 6 } else { 4 }) {
        0 => Rational::from((stream.integer(1, 9), 3)),
        1 => Rational::from((-stream.integer(1, 19), 7)),
        2 => Rational::from((stream.integer(1, 99), 10)),
        3 => Rational::from((stream.integer(-99, -1), 8)),
        4 => Rational::from(stream.integer(-2, 2)),
        _ => Rational::new(),
    }
}

/// The number as a request may state it: a fraction, a decimal or a JSON integer, chosen by the number.
fn stated(value: &Rational) -> Value {
    if *value.denom() == 1 && *value.numer() > 0 {
        return json!(value.numer().to_i64().expect("small integers"));
    }
    if *value.denom() == 8 || *value.denom() == 4 || *value.denom() == 2 {
        return json!(value.to_f64().to_string());
    }
    json!(value.to_string())
}

fn vector(values: &[Rational]) -> Value {
    values.iter().map(stated).collect()
}

impl Problem {
    /// A random problem. Awkward ones have zeros, so that pre-activations lie on the kink.
    pub fn draw(index: u64, awkward: bool) -> Self {
        let mut stream = Stream::new(&["eval agrees", if awkward { "awkward" } else { "generic" }], 1, index);
        let (widths, bias) = loop {
            let widths: Vec<usize> = (0..2 + stream.below(3)).map(|_| 1 + stream.below(3)).collect();
            let bias = stream.coin();
            if parameters(&widths, bias) <= 8 {
                break (widths, bias);
            }
        };
        let count = parameters(&widths, bias);
        let mut numbers = |len: usize| (0..len).map(|_| number(&mut stream, awkward)).collect::<Vec<_>>();
        let theta = numbers(count);
        let samples: Vec<_> =
            (0..1 + index % 3).map(|_| (numbers(widths[0]), numbers(*widths.last().expect("two widths")))).collect();
        let factor: Vec<Vec<Rational>> = (0..count).map(|_| numbers(count)).collect();
        let mut positive = || Rational::from((stream.integer(1, 9), stream.integer(1, 9)));
        let lambda = match index % 4 {
            0 => Lambda::Diagonal((0..count).map(|_| positive()).collect()),
            // A A^T + I is positive definite.
            1 => Lambda::Full(
                (0..count).map(|i| (0..count).map(|j| gram(&factor, i, j) + u32::from(i == j)).collect()).collect(),
            ),
            _ => Lambda::Rate(positive()),
        };
        let weight_decay = positive();
        let weights = index.is_multiple_of(2).then(|| samples.iter().map(|_| positive()).collect());
        let activation = ["identity", "relu", "leaky-relu", "squared-relu"][stream.below(4)];
        Problem { widths, activation, bias, samples, weights, theta, lambda, weight_decay }
    }

    /// The request for the given scalar.
    pub fn request(&self, scalar: Value, quantities: &[&str]) -> Value {
        let sample = |(x, y): &(Vec<Rational>, Vec<Rational>)| json!({"x": vector(x), "y": vector(y)});
        let mut request = json!({
            "model": {"kind": "mlp", "widths": self.widths, "activation": self.activation, "bias": self.bias},
            "loss": "squared-error",
            "samples": self.samples.iter().map(sample).collect::<Vec<_>>(),
            "theta": vector(&self.theta),
            "weight_decay": stated(&self.weight_decay),
            "scalar": scalar,
            "quantities": quantities,
        });
        match &self.lambda {
            Lambda::Rate(rate) => request["learning_rate"] = stated(rate),
            Lambda::Diagonal(rates) => request["preconditioner"] = vector(rates),
            Lambda::Full(rows) => request["preconditioner"] = rows.iter().map(|row| vector(row)).collect(),
        }
        if let Some(weights) = &self.weights {
            request["weights"] = vector(weights);
        }
        request
    }
}

fn parameters(widths: &[usize], bias: bool) -> usize {
    widths.windows(2).map(|pair| (pair[0] + usize::from(bias)) * pair[1]).sum()
}

fn gram(rows: &[Vec<Rational>], i: usize, j: usize) -> Rational {
    rows[i].iter().zip(&rows[j]).map(|(a, b)| Rational::from(a * b)).sum()
}

/// The quantities of a problem, from polynomials.
pub struct Reference {
    theta: Vec<Rational>,
    lambda: Vec<Vec<Rational>>,
    weight_decay: Rational,
    weights: Vec<Rational>,
    losses: Vec<Polynomial>,
    /// `gradients[sample][parameter]`.
    gradients: Vec<Vec<Polynomial>>,
    /// Whether some hidden pre-activation is exactly 0.
    pub on_a_kink: bool,
}

impl Reference {
    /// Writes out the polynomials.
    pub fn new(problem: &Problem) -> Self {
        let count = problem.theta.len();
        let total: Rational = problem.weights.iter().flatten().sum();
        let weights = match &problem.weights {
            Some(weights) => weights.iter().map(|weight| Rational::from(weight / &total)).collect(),
            None => vec![Rational::from((1, problem.samples.len())); problem.samples.len()],
        };
        let mut on_a_kink = false;
        let losses: Vec<Polynomial> =
            problem.samples.iter().map(|(x, y)| loss(problem, x, y, &mut on_a_kink)).collect();
        let gradients = losses.iter().map(|loss| (0..count).map(|i| loss.derivative(i)).collect()).collect();
        Reference {
            theta: problem.theta.clone(),
            lambda: (0..count).map(|i| (0..count).map(|j| problem.lambda.entry(i, j)).collect()).collect(),
            weight_decay: problem.weight_decay.clone(),
            weights,
            losses,
            gradients,
            on_a_kink,
        }
    }

    /// `E f`.
    fn mean(&self, value: impl Fn(usize) -> Rational) -> Rational {
        self.weights.iter().enumerate().map(|(sample, weight)| value(sample) * weight).sum()
    }

    fn loss_at(&self, theta: &[Rational]) -> Rational {
        self.mean(|sample| self.losses[sample].at(theta))
    }

    fn entropy_at(&self, theta: &[Rational]) -> Rational {
        let mean = self.mean(|sample| {
            let gradient: Vec<Rational> = self.gradients[sample].iter().map(|entry| entry.at(theta)).collect();
            let mut sum = Rational::new();
            for (i, row) in self.lambda.iter().enumerate() {
                for (j, rate) in row.iter().enumerate() {
                    sum += Rational::from(&gradient[i] * &gradient[j]) * rate;
                }
            }
            sum
        });
        mean / 4
    }

    fn entropic_loss_at(&self, theta: &[Rational]) -> Rational {
        let square: Rational = theta.iter().map(|x| Rational::from(x.square_ref())).sum();
        self.loss_at(theta) + square * &self.weight_decay + self.entropy_at(theta)
    }

    pub fn loss(&self) -> Rational {
        self.loss_at(&self.theta)
    }

    pub fn entropy(&self) -> Rational {
        self.entropy_at(&self.theta)
    }

    pub fn entropic_loss(&self) -> Rational {
        self.entropic_loss_at(&self.theta)
    }

    pub fn sample_gradients(&self) -> Vec<Vec<Rational>> {
        let at = |gradient: &Vec<Polynomial>| gradient.iter().map(|entry| entry.at(&self.theta)).collect();
        self.gradients.iter().map(at).collect()
    }

    /// The derivative of `F` along each axis: `t -> F(theta + t e_k)` is a polynomial, and its values at enough integers
    /// determine it.
    pub fn entropic_gradient(&self) -> Vec<Rational> {
        (0..self.theta.len())
            .map(|axis| {
                let of_losses = self.losses.iter().map(|loss| loss.degree(axis)).max().unwrap_or(0);
                let of_gradients = self.gradients.iter().flatten().map(|entry| entry.degree(axis)).max().unwrap_or(0);
                let degree = of_losses.max(2 * of_gradients).max(2);
                let values: Vec<Rational> = (0..=degree)
                    .map(|step| {
                        let mut theta = self.theta.clone();
                        theta[axis] += step;
                        self.entropic_loss_at(&theta)
                    })
                    .collect();
                slope_at_zero(&values)
            })
            .collect()
    }

    /// `E[H] + 2 gamma I + 1/2 E[H Lambda H + T[Lambda g]]`, every derivative taken term by term.
    pub fn entropic_hessian(&self) -> Vec<Vec<Rational>> {
        let count = self.theta.len();
        let at = |polynomial: Polynomial| polynomial.at(&self.theta);
        let second = |z: usize, i: usize, j: usize| at(self.gradients[z][i].derivative(j));
        let third = |z: usize, i: usize, j: usize, k: usize| at(self.gradients[z][i].derivative(j).derivative(k));
        let entry = |i: usize, j: usize| {
            let mean = self.mean(|z| {
                let mut noise = Rational::new();
                for a in 0..count {
                    for b in 0..count {
                        let rate = &self.lambda[a][b];
                        if rate.is_zero() {
                            continue;
                        }
                        noise += second(z, i, a) * second(z, b, j) * rate;
                        noise += third(z, i, j, a) * self.gradients[z][b].at(&self.theta) * rate;
                    }
                }
                second(z, i, j) + noise / 2
            });
            if i == j { mean + Rational::from(&self.weight_decay * 2) } else { mean }
        };
        (0..count).map(|i| (0..count).map(|j| entry(i, j)).collect()).collect()
    }
}

/// `sum_i (f_i - y_i)^2` as a polynomial in theta, on the activation pattern at the problem's own point.
fn loss(problem: &Problem, x: &[Rational], y: &[Rational], on_a_kink: &mut bool) -> Polynomial {
    let count = problem.theta.len();
    let constant = |value: &Rational| Polynomial::constant(count, value.clone());
    let mut layer: Vec<Polynomial> = x.iter().map(constant).collect();
    let mut first = 0;
    for (number, pair) in problem.widths.windows(2).enumerate() {
        let [inputs, outputs] = [pair[0], pair[1]];
        let biases = first + inputs * outputs;
        layer = (0..outputs)
            .map(|row| {
                let mut sum = constant(&Rational::new());
                for (column, input) in layer.iter().enumerate() {
                    let weight = Polynomial::variable(count, first + row * inputs + column);
                    sum = sum.plus(&weight.times(input));
                }
                if problem.bias { sum.plus(&Polynomial::variable(count, biases + row)) } else { sum }
            })
            .collect();
        first = biases + if problem.bias { outputs } else { 0 };
        if number + 2 < problem.widths.len() {
            layer = layer.iter().map(|value| activate(problem, value, on_a_kink)).collect();
        }
    }
    layer.iter().zip(y).fold(constant(&Rational::new()), |sum, (output, label)| {
        let residual = output.plus(&constant(&Rational::from(-label)));
        sum.plus(&residual.times(&residual))
    })
}

fn activate(problem: &Problem, value: &Polynomial, on_a_kink: &mut bool) -> Polynomial {
    let at = value.at(&problem.theta);
    if problem.activation == "identity" {
        return value.clone();
    }
    *on_a_kink |= at.is_zero();
    match (problem.activation, at > 0) {
        ("relu" | "leaky-relu", true) => value.clone(),
        ("squared-relu", true) => value.times(value),
        ("leaky-relu", false) => value.scaled(&Rational::from((1, 10))),
        _ => Polynomial::constant(problem.theta.len(), Rational::new()),
    }
}

/// The derivative at 0 of the polynomial with the given values at 0, 1, 2, ...: by Newton's forward differences,
/// `p'(0) = sum_k (-1)^(k+1) / k  D^k p(0)`.
fn slope_at_zero(values: &[Rational]) -> Rational {
    let mut differences = values.to_vec();
    let mut slope = Rational::new();
    for order in 1..values.len() {
        differences = differences.windows(2).map(|pair| Rational::from(&pair[1] - &pair[0])).collect();
        let sign = if order % 2 == 1 { 1 } else { -1 };
        slope += Rational::from((sign, order)) * &differences[0];
    }
    slope
}
