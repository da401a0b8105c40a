//! Linear pairs at an optimum, with errors of the labels that are independent of the inputs.

use super::derivative::{constants, gradient, step};
use super::drawing::{in_turn, sizable, sizable_rate};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::model::Carrier;
use crate::scalar::{Dual, Field, Rational, Ring};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// The points of the law, and those of controls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Points {
    All,
    /// Weights of a size, with p and q different.
    Sizable,
    /// At W W^T = U^T U, with p and q different, which is asserted to be the equilibrium.
    NormBalance,
    /// Errors whose size depends on the input, and columns of W of different sizes.
    Heteroscedastic,
}

/// A linear pair with inputs and errors.
pub(super) struct Instance {
    class: Class,
    /// `p`, `r`, `q`.
    pub(super) sizes: [usize; 3],
    /// The entries of U, and then those of W, by rows.
    pub(super) theta: Vec<Rational>,
    pub(super) inputs: Vec<Vec<Rational>>,
    /// The errors; their negatives are there too.
    pub(super) errors: Vec<Vec<Rational>>,
    /// By what the errors of each input are multiplied.
    scales: Vec<Rational>,
    /// `tau` and `s^2`, where inputs and errors are multiples of the unit vectors.
    pub(super) isotropic: Option<[Rational; 2]>,
    /// Whether the point is said to be the equilibrium.
    pub(super) equilibrium: bool,
    pub(super) learning_rate: Rational,
    what: &'static str,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let [p, r, q] = self.sizes;
        let isotropic = if self.isotropic.is_some() { ", isotropic" } else { "" };
        let what = if self.what.is_empty() { String::new() } else { format!(", {}", self.what) };
        let (inputs, errors) = (self.inputs.len(), self.errors.len());
        format!("U {p} x {r}, W {r} x {q}, {inputs} inputs with {errors} errors of both signs{isotropic}{what}")
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [p, r, _] = self.sizes;
        let (upper, lower) = self.theta.split_at(p * r);
        let mut numbers = vec![
            Numbers::new("U, by rows", upper.iter().cloned()),
            Numbers::new("W, by rows", lower.iter().cloned()),
            Numbers::new("eta", [self.learning_rate.clone()]),
        ];
        let list = |name: &'static str| move |vector: &Vec<Rational>| Numbers::new(name, vector.iter().cloned());
        numbers.extend(self.inputs.iter().map(list("x")));
        numbers.extend(self.errors.iter().map(list("e")));
        numbers
    }
}

/// Multiples of the unit vectors.
fn unit_vectors(dimension: usize, size: &Rational) -> Vec<Vec<Rational>> {
    let entry = |i, j| if i == j { size.clone() } else { Rational::new() };
    (0..dimension).map(|i| (0..dimension).map(|j| entry(i, j)).collect()).collect()
}

/// What awkward instances are, in turn.
const AWKWARD: [&str; 4] = ["integers", "no error", "rank one", "all weights 0"];

impl Points {
    /// Draws a pair with data.
    pub(super) fn draw(self, draw: &mut Draw) -> Instance {
        let class = if self == Points::All { draw.turn() } else { Class::Smooth };
        let number = draw.family_number();
        let family = &mut draw.family;
        let width = |stream: &mut Stream, highest| 1 + stream.below(highest);
        let sizes = match self {
            Points::All => [width(family, 3), width(family, 2), width(family, 3)],
            Points::Heteroscedastic => [width(family, 2), width(family, 2), 2],
            _ => *family.pick(&[[1, 1, 2], [2, 2, 1], [1, 2, 3], [3, 1, 1], [2, 1, 3], [3, 2, 2]]),
        };
        let isotropic = match class {
            _ if self != Points::All => true,
            Class::Generic => number.is_multiple_of(4),
            Class::Smooth => true,
            _ => family.coin(),
        };
        let learning_rate = if self == Points::All { family.positive() / 4 } else { sizable_rate(family) };
        let equilibrium = match self {
            Points::All => class == Class::Smooth,
            points => points == Points::NormBalance,
        };
        let units = [(); 2].map(|()| family.positive());
        let counts = [2, 1 + family.below(2)];
        let point = &mut draw.point;
        let mut coordinates = |len: usize| -> Vec<Rational> {
            let coordinate = |_| match class {
                _ if self != Points::All => sizable(point),
                Class::Generic => point.dyadic(GRID_BITS),
                Class::Awkward => Rational::from(point.integer(-2, 2)),
                Class::Smooth | Class::Stationary => point.small(),
            };
            (0..len).map(coordinate).collect()
        };
        let [p, r, q] = sizes;
        let theta = loop {
            let theta = if equilibrium {
                let direction = coordinates(r);
                self.at_equilibrium(sizes, &direction)
            } else {
                coordinates(p * r + r * q)
            };
            // For equal or opposite columns of W the sizes of the errors do not matter.
            let entry = |column: usize| Rational::from(theta[p * r + column].abs_ref());
            if self != Points::Heteroscedastic || (entry(1) - entry(0)).abs() * 16 >= 1 {
                break theta;
            }
        };
        let (inputs, errors) = if isotropic {
            (unit_vectors(q, &units[0]), unit_vectors(p, &units[1]))
        } else {
            let mut vectors = |count: usize, len: usize| (0..count).map(|_| coordinates(len)).collect::<Vec<_>>();
            (vectors(counts[0], q), vectors(counts[1], p))
        };
        let mut scales = vec![Rational::from(1); inputs.len()];
        if self == Points::Heteroscedastic {
            scales[1] = Rational::from(2);
        }
        let [tau, variance] = units;
        // The mean of the squares of all errors, whatever the input.
        let spread =
            scales.iter().map(|scale| Rational::from(scale.square_ref())).sum::<Rational>() / inputs.len() as u64;
        let isotropic = isotropic.then(|| [tau.square() / q as u64, variance.square() * spread / p as u64]);
        let mut instance =
            Instance { class, sizes, theta, inputs, errors, scales, isotropic, equilibrium, learning_rate, what: "" };
        if class == Class::Awkward {
            let what: &&str = in_turn(draw, &AWKWARD);
            instance.degenerate(what);
        }
        instance
    }

    /// Weights of rank one, `U = b s^T` and `W = s a^T`, with `|a|^2 : |b|^2 = q : p`, or for the control 1 : 1.
    fn at_equilibrium(self, [p, r, q]: [usize; 3], direction: &[Rational]) -> Vec<Rational> {
        let is_large = |i: usize| self != Points::NormBalance || i == 0;
        let entry = |i: usize, k: usize| if is_large(i) { direction[k].clone() } else { Rational::new() };
        let upper = (0..p).flat_map(|i| (0..r).map(move |k| (i, k))).map(|(i, k)| entry(i, k));
        let lower = (0..r).flat_map(|k| (0..q).map(move |j| (k, j))).map(|(k, j)| entry(j, k));
        upper.chain(lower).collect()
    }
}

impl Instance {
    /// Makes the point special in one of the ways that break careless formulas.
    fn degenerate(&mut self, what: &'static str) {
        let [p, r, _] = self.sizes;
        self.what = what;
        match what {
            "no error" => {
                self.errors.iter_mut().for_each(|error| error.fill(Rational::new()));
                if let Some([_, variance]) = &mut self.isotropic {
                    *variance = Rational::new();
                }
            }
            "rank one" => {
                for i in 0..p {
                    for k in 0..r {
                        self.theta[i * r + k] = self.theta[k].clone() * (i as i64 + 1);
                    }
                }
            }
            "all weights 0" => self.theta.fill(Rational::new()),
            _ => {}
        }
    }
}

/// The pair with its samples, in a scalar.
pub(super) struct At<T: Field> {
    pub(super) sizes: [usize; 3],
    pub(super) theta: Vec<T>,
    pub(super) samples: Vec<[Vec<T>; 2]>,
    pub(super) learning_rate: T,
    pub(super) inputs: Vec<Vec<T>>,
    pub(super) errors: Vec<Vec<T>>,
}

/// U and W.
pub(super) fn matrices<T: Ring>([p, r, q]: [usize; 3], theta: &[T]) -> [DMatrix<T>; 2] {
    let (upper, lower) = theta.split_at(p * r);
    [DMatrix::from_row_iterator(p, r, upper.iter().cloned()), DMatrix::from_row_iterator(r, q, lower.iter().cloned())]
}

/// `U W x`
fn output<T: Ring>(sizes: [usize; 3], theta: &[T], input: &[T]) -> Vec<T> {
    let [upper, lower] = matrices(sizes, theta);
    let hidden = product(&lower, &DMatrix::from_vec(input.len(), 1, input.to_vec()));
    product(&upper, &hidden).as_slice().to_vec()
}

impl Instance {
    pub(super) fn at<T: Carrier>(&self) -> At<T> {
        // Units of the isotropic sets are drawn for the family.
        let vector = |numbers: &Vec<Rational>| -> Vec<T> {
            numbers.iter().map(if self.isotropic.is_some() { T::from_rational } else { T::drawn }).collect()
        };
        let theta: Vec<T> = self.theta.iter().map(T::drawn).collect();
        let inputs: Vec<Vec<T>> = self.inputs.iter().map(vector).collect();
        let errors: Vec<Vec<T>> = self.errors.iter().map(vector).collect();
        let mut samples = Vec::new();
        for (input, scale) in inputs.iter().zip(&self.scales) {
            let fitted = output(self.sizes, &theta, input);
            for (error, sign) in errors.iter().flat_map(|error| [(error, 1), (error, -1)]) {
                let scale = T::from_rational(scale) * T::integer(sign);
                let target = fitted.iter().zip(error).map(|(f, e)| T::product(&scale, e) + f).collect();
                samples.push([input.clone(), target]);
            }
        }
        At { sizes: self.sizes, theta, samples, learning_rate: T::from_rational(&self.learning_rate), inputs, errors }
    }
}

/// The mean of `v v^T`.
pub(super) fn second_moment<T: Field>(vectors: &[Vec<T>]) -> DMatrix<T> {
    let size = vectors[0].len();
    let rows = DMatrix::from_fn(vectors.len(), size, |i, j| vectors[i][j].clone());
    let weight = T::ratio(1, vectors.len() as i64);
    transposed_product(&rows, &rows).map(|entry| entry * &weight)
}

impl<T: Carrier> At<T> {
    /// The gradients of all samples.
    pub(super) fn gradients(&self) -> Vec<Vec<T>> {
        let of = |[input, target]: &[Vec<T>; 2]| {
            let (input, target) = (constants(input), constants(target));
            let loss = |theta: &[Dual<T>]| {
                let output = output(self.sizes, theta, &input);
                squared_norm(&output.into_iter().zip(&target).map(|(f, y)| f - y).collect::<Vec<_>>())
            };
            gradient(loss, &self.theta)
        };
        self.samples.iter().map(of).collect()
    }

    /// `W W^T` and `U^T U`.
    pub(super) fn grams(&self, theta: &[T]) -> [DMatrix<T>; 2] {
        let [upper, lower] = matrices(self.sizes, theta);
        [product(&lower, &lower.transpose()), transposed_product(&upper, &upper)]
    }

    /// The means over steps along some gradients of what is added to `W W^T` and to `U^T U`.
    pub(super) fn gains(&self, gradients: &[Vec<T>]) -> [Vec<T>; 2] {
        let weight = T::ratio(1, gradients.len() as i64);
        let before = self.grams(&self.theta);
        let mut gains = [0, 1].map(|part| vec![T::zero(); before[part].len()]);
        for gradient in gradients {
            let after = self.grams(&step(&self.theta, gradient, &self.learning_rate, &T::one()));
            for ((gains, after), before) in gains.iter_mut().zip(&after).zip(&before) {
                for ((gain, after), before) in gains.iter_mut().zip(after).zip(before) {
                    *gain += (after.clone() - before) * &weight;
                }
            }
        }
        gains
    }

    /// `E[Q'] - Q`
    pub(super) fn drift(&self, gradients: &[Vec<T>]) -> Vec<T> {
        let [lower, upper] = self.gains(gradients);
        lower.into_iter().zip(upper).map(|(lower, upper)| lower - upper).collect()
    }
}
