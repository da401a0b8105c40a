//! Linear pairs at an optimum, with errors of the labels that are independent of the inputs.

use super::drawing::{in_turn, sizable, sizable_rate};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Stream};

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
    pub(super) scales: Vec<Rational>,
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
