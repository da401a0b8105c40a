//! The minimum of a deep linear network of matrices with decay, mode by mode.

use super::drawing::{carried, rotation};
use crate::linalg::products::product;
use crate::scalar::{Branch, Field, Rational, Ring};
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Stream, Term, Unjudged};
use nalgebra::DMatrix;

/// The minimum over matrices.
#[derive(Clone, Copy)]
pub(super) struct Minimum {
    /// Whether the inputs are white.
    pub(super) whitened: bool,
}

/// The law of the matrices.
pub(super) const MINIMUM: Minimum = Minimum { whitened: true };

/// `E |(W_D ... W_1 - V) x|^2 + gamma sum |W_i|^2` for inputs of diagonal second moments; the first matrix is applied first.
pub(super) fn matrix_loss<T: Field>(weights: &[DMatrix<T>], target: &DMatrix<T>, gamma: &T, moments: &[T]) -> T {
    let mut end = weights[0].clone();
    for matrix in &weights[1..] {
        end = product(matrix, &end);
    }
    let mut error = T::zero();
    for column in 0..target.ncols() {
        for row in 0..target.nrows() {
            let gap = end[(row, column)].clone() - &target[(row, column)];
            error += gap.squared() * &moments[column];
        }
    }
    let squares = weights.iter().flat_map(|matrix| matrix.iter()).fold(T::zero(), |sum, w| sum + w.squared());
    error + T::product(gamma, &squares)
}

/// A network of matrices with its modes.
pub(super) struct Matrices {
    pub(super) depth: usize,
    pub(super) gamma: Rational,
    /// `s_j`
    pub(super) values: Vec<Rational>,
    /// `w_j` at the minimum
    pub(super) weights: Vec<Rational>,
    /// `V`
    target: DMatrix<Rational>,
    /// The minimiser
    minimiser: Vec<DMatrix<Rational>>,
    /// Other weights
    pub(super) elsewhere: Vec<DMatrix<Rational>>,
    moments: Vec<Rational>,
}

impl Drawn for Matrices {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let texts = |numbers: &[Rational]| numbers.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ");
        let [values, weights] = [&self.values, &self.weights].map(|numbers| texts(numbers));
        format!("depth {}, s = {values}, w = {weights}, gamma = {}", self.depth, self.gamma)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |matrices: &[DMatrix<Rational>]| {
            matrices.iter().flat_map(|matrix| matrix.iter().cloned()).collect::<Vec<_>>()
        };
        vec![
            Numbers::new("gamma", [self.gamma.clone()]),
            Numbers::new("s", self.values.clone()),
            Numbers::new("V, column by column", self.target.iter().cloned()),
            Numbers::new("the minimiser", all(&self.minimiser)),
            Numbers::new("other weights", all(&self.elsewhere)),
        ]
    }
}

/// `(w^D - s)^2 + gamma D w^2`
fn value<T: Field>(depth: usize, s: &T, w: &T, gamma: &T) -> T {
    let gap = w.powi(depth as i32) - s;
    gap.squared() + T::integer(depth as i64) * gamma * w.squared()
}

/// A singular value with its minimiser: on the upper branch `s = w^D + gamma w^(2-D)`, or off.
fn mode(stream: &mut Stream, depth: usize, gamma: &Rational) -> (Rational, Rational) {
    loop {
        let w = stream.positive();
        let s = w.powi(depth as i32) + Rational::from(gamma * &w.powi(2 - depth as i32));
        if depth == 2 {
            return match stream.below(4) {
                // At most gamma: off.
                0 => (Rational::from(gamma * &Rational::from((stream.integer(0, 8), 8))), Rational::new()),
                _ => (s, w),
            };
        }
        // Beyond the fold: (D-2) gamma <= D w^(2D-2). Of the stationary states the lower ones are maxima.
        let upper = Rational::from(depth as i64 - 2) * gamma <= w.powi(2 * depth as i32 - 2) * depth as i64;
        if upper {
            let is_off = value(depth, &s, &w, gamma) >= Rational::from(s.square_ref());
            return (s, if is_off { Rational::new() } else { w });
        }
        if stream.coin() {
            return (Rational::new(), Rational::new());
        }
        if stream.coin() {
            return (off(stream, depth, gamma), Rational::new());
        }
    }
}

/// A singular value whose mode is off at a depth beyond two, `gamma^D (D-1)^(2D-2) >= s^(2D-2) (D-2)^(D-2)`: with a learned state that is worse, or
/// without one beyond the fold.
fn off(stream: &mut Stream, depth: usize, gamma: &Rational) -> Rational {
    let (power, order) = (depth as i32, depth as i64);
    let integer = |number: i64, exponent: i32| Rational::from(number).powi(exponent);
    let most = gamma.powi(power) * integer(order - 1, 2 * power - 2) / integer(order - 2, power - 2);
    let mut s = stream.positive();
    while s.powi(2 * power - 2) > most {
        s /= 2;
    }
    s
}

impl Draws for Minimum {
    type Instance = Matrices;

    fn draw(&self, draw: &mut Draw) -> Result<Matrices, Unjudged> {
        let stream = &mut draw.own();
        // Beyond depth two inputs that are not white move the minimum to where it is not rational.
        let depth = if self.whitened { 2 + stream.below(3) } else { 2 };
        let size = if self.whitened { 1 + stream.below(3) } else { 3 };
        let gamma = stream.positive() / 4;
        let mut modes: Vec<(Rational, Rational)> = (0..size).map(|_| mode(stream, depth, &gamma)).collect();
        if stream.below(4) == 0 {
            let first = modes[0].clone();
            modes.fill(first);
        }
        if !self.whitened {
            // The first input has the largest second moment: its mode has to be on.
            let w = stream.positive();
            modes[0] = (Rational::from(w.square_ref()) + &gamma, w);
        }
        let (values, weights): (Vec<Rational>, Vec<Rational>) = modes.into_iter().unzip();
        let diagonal = |entries: &[Rational]| {
            DMatrix::from_fn(
                size,
                size,
                |row, column| if row == column { entries[row].clone() } else { Rational::new() },
            )
        };
        let turns: Vec<DMatrix<Rational>> = (0..=depth)
            .map(|place| {
                if place == 0 && !self.whitened {
                    diagonal(&vec![Rational::from(1); size])
                } else {
                    rotation(stream, size)
                }
            })
            .collect();
        let turned = |left: usize, right: usize, entries: &[Rational]| {
            product(&product(&turns[left], &diagonal(entries)), &turns[right].transpose())
        };
        let target = turned(depth, 0, &values);
        let minimiser: Vec<_> = (1..=depth).map(|place| turned(place, place - 1, &weights)).collect();
        let near = stream.coin();
        let elsewhere = minimiser
            .iter()
            .map(|matrix| {
                let entry = |row, column| {
                    let drawn: Rational = stream.small();
                    if near { drawn / 64 + &matrix[(row, column)] } else { drawn }
                };
                DMatrix::from_fn(size, size, entry)
            })
            .collect();
        let moments =
            if self.whitened { vec![Rational::from(1); size] } else { [4, 2, 1].map(Rational::from).to_vec() };
        Ok(Matrices { depth, gamma, values, weights, target, minimiser, elsewhere, moments })
    }
}

impl<T: Branch> In<T> for Minimum {
    fn relations(&self, instance: &Matrices) -> Result<Vec<Relation<T>>, Unjudged> {
        let carry = |matrix: &DMatrix<Rational>| matrix.map(|entry| T::from_rational(&entry));
        let gamma = T::from_rational(&instance.gamma);
        let (values, weights): (Vec<T>, Vec<T>) = (carried(&instance.values), carried(&instance.weights));
        let target = carry(&instance.target);
        let moments: Vec<T> = carried(&instance.moments);
        let at = |matrices: &[DMatrix<Rational>]| {
            let matrices: Vec<DMatrix<T>> = matrices.iter().map(carry).collect();
            matrix_loss(&matrices, &target, &gamma, &moments)
        };
        let modes = values.iter().zip(&weights);
        let bound = modes.fold(T::zero(), |sum, (s, w)| sum + value(instance.depth, s, w, &gamma));
        let mut relations = vec![
            Relation::equality(
                "the minimum",
                vec![Term::scalar("loss at aligned balanced weights", at(&instance.minimiser))],
                vec![Term::scalar("sum_j min (m - s_j)^2 + gamma D m^(2/D)", bound.clone())],
            )
            .against(gamma.clone()),
        ];
        if self.whitened {
            relations.push(Relation::at_most(
                "the bound",
                Term::scalar("sum_j min (m - s_j)^2 + gamma D m^(2/D)", bound),
                Term::scalar("loss", at(&instance.elsewhere)),
            ));
        }
        if self.whitened && instance.depth == 2 {
            // Soft thresholds.
            let threshold = |s: &T| (s.clone() - &gamma).maximum(&T::zero());
            relations.push(
                Relation::equality(
                    "soft thresholds at depth two",
                    vec![Term::vector("m", weights.iter().map(Ring::squared).collect())],
                    vec![Term::vector("max(s - gamma, 0)", values.iter().map(threshold).collect())],
                )
                .against(gamma.clone()),
            );
        }
        Ok(relations)
    }
}
