//! The stationary law of a noisy step on the circle, from its transfer matrix in Fourier modes.

use super::modes::{BAND, Complex, MODES, Number, primitive, roots_of_unity, solve, sum};
use crate::scalar::{Branch, Field, Rational, Real, Ring};
use crate::verify::order::{Differences, Fine, StepSizes};
use crate::verify::{Drawn, Numbers, Stream};
use num_traits::{One, Zero};

/// The step sizes `2^-16, 2^-21, ..., 2^-41`.
const SIZES: StepSizes = StepSizes { first: 16, spacing: 5, count: 6 };

/// Nodes for a row of the matrix, and for averages over the Gibbs law.
const NODES: usize = 2 * BAND + 2;
const AVERAGING: usize = 128;

/// A loss `a cos phi + b sin 2 phi` with temperature and noise.
#[derive(Clone)]
pub(super) struct Circle {
    /// `a`, `b`
    loss: [Rational; 2],
    /// `T`
    temperature: Rational,
    /// `m`: noise of the values 0 and `+-sqrt m`.
    kurtosis: Rational,
}

impl Drawn for Circle {
    fn describe(&self) -> String {
        let [a, b] = &self.loss;
        format!("psi = {a} cos phi + {b} sin 2 phi, T = {}, m = {}", self.temperature, self.kurtosis)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("a, b", self.loss.iter().cloned()),
            Numbers::new("T, m", [self.temperature.clone(), self.kurtosis.clone()]),
        ]
    }
}

/// What was measured of a chain.
pub(super) struct Measured {
    /// `E psi - E_G psi`
    pub(super) energy: Differences,
    /// `E[phi' - phi]`
    pub(super) velocity: Differences,
}

/// What the law says of it.
pub(super) struct Theory {
    /// `E_G[psi rho_1]`
    pub(super) energy: Fine,
    /// `2 pi J`
    pub(super) current: Fine,
    /// A size for the current: `int |psi'|^3 / (3 T int 1/rho_G)`, that of noise without kurtosis were there no cancellation.
    pub(super) size: Fine,
}

/// A loss at a node: its value and first two derivatives.
struct Node {
    value: Number,
    slope: Number,
    curvature: Number,
}

impl Circle {
    /// Draws one whose Gibbs law has few modes, with a current for m other than 3.
    pub(super) fn draw(stream: &mut Stream, kurtosis: Rational) -> Self {
        let sign = if stream.coin() { 1 } else { -1 };
        Circle {
            loss: [Rational::from((stream.integer(6, 8), 8)), Rational::from((sign * stream.integer(2, 3), 16))],
            temperature: Rational::from((stream.integer(8, 12), 8)),
            kurtosis,
        }
    }

    /// The same loss and temperature under noise of m = 3.
    pub(super) fn with_normal_kurtosis(&self) -> Self {
        Circle { kurtosis: Rational::from(3), ..self.clone() }
    }

    fn node(&self, roots: &[Complex], j: usize) -> Node {
        let [a, b] = [&self.loss[0], &self.loss[1]].map(Number::from_rational);
        let (once, twice) = (&roots[j], &roots[2 * j % roots.len()]);
        Node {
            value: Number::product(&a, &once.re) + Number::product(&b, &twice.im),
            slope: Number::integer(2) * &b * &twice.re - Number::product(&a, &once.im),
            curvature: -Number::product(&a, &once.re) - Number::integer(4) * &b * &twice.im,
        }
    }

    fn temperature(&self) -> Number {
        Number::from_rational(&self.temperature)
    }

    /// The mean loss of the Gibbs law, and what the law says of the corrections.
    fn averages(&self) -> (Number, Theory) {
        let roots = roots_of_unity(AVERAGING);
        let nodes: Vec<Node> = (0..AVERAGING).map(|j| self.node(&roots, j)).collect();
        let temperature = self.temperature();
        let kurtosis = Number::from_rational(&self.kurtosis);
        let weights: Vec<Number> = nodes.iter().map(|node| (-node.value.clone() / &temperature).exp()).collect();
        let total = sum(weights.iter().cloned());
        let mean = sum(nodes.iter().zip(&weights).map(|(node, weight)| Number::product(&node.value, weight))) / &total;
        let cubes: Vec<Number> = nodes.iter().map(|node| node.slope.squared() * &node.slope).collect();
        let inverse = sum(weights.iter().map(|weight| Number::one() / weight));
        let excess = (kurtosis.clone() - Number::integer(3)) / (Number::integer(6) * &temperature);
        // Over the nodes: J/rho_G = (m - 3)/(6T) sum psi'^3 / (w sum 1/w) for the weights w.
        let ratio = sum(cubes.iter().cloned()) / &inverse;
        // int I' = 0 for the part I' = (m - 3)/(6T) psi'^3 - J/rho_G of T rho_1'.
        let derivative: Vec<Number> = cubes
            .iter()
            .zip(&weights)
            .map(|(cube, weight)| (cube.clone() - ratio.clone() / weight) * &excess)
            .collect();
        let integral = primitive(&derivative, &roots);
        let first_order = nodes.iter().zip(&integral).map(|(node, integral)| {
            let potential = (Number::integer(2) - Number::ratio(4, 3) * &kurtosis) * &temperature * &node.value;
            let slopes = (Number::one() - kurtosis.clone() / Number::integer(4)) * node.slope.squared();
            let curvature = (Number::one() - kurtosis.clone() / Number::integer(6)) * &temperature * &node.curvature;
            (potential + slopes - curvature + integral) / &temperature
        });
        let covariance = first_order
            .zip(nodes.iter().zip(&weights))
            .map(|(rho, (node, weight))| rho * (node.value.clone() - &mean) * weight);
        let energy = sum(covariance) / &total;
        // 2 pi J = 2 pi (m - 3)/(6T) int psi'^3 / int 1/rho_G, with rho_G = w / (sum w 2 pi / n): over the nodes n ratio excess / sum w.
        let per_node = Number::integer(AVERAGING as i64) / &total;
        let current = Number::product(&ratio, &excess) * &per_node;
        let absolute = sum(cubes.iter().map(|cube| cube.absolute()));
        let size = absolute / &inverse * per_node / (Number::integer(3) * &temperature);
        let theory =
            Theory { energy: energy.to_precision(), current: current.to_precision(), size: size.to_precision() };
        (mean, theory)
    }

    pub(super) fn theory(&self) -> Theory {
        self.averages().1
    }

    /// `E e^(i k phi)` for k from 1 to [`MODES`] and `E[phi' - phi]`, at a step size.
    fn stationary(&self, step: &Number) -> (Vec<Complex>, Number) {
        let roots = roots_of_unity(NODES);
        let height = (Number::integer(2) * self.temperature() * Number::from_rational(&self.kurtosis) * step).sqrt();
        let share = Number::one() / (Number::integer(2) * Number::from_rational(&self.kurtosis));
        let nothing = Number::one() - Number::integer(2) * &share;
        let kicks = [(height.clone(), share.clone()), (-height, share), (Number::zero(), nothing)];
        // At every node, e^(-i arctan y) for each value of the noise.
        let mut turns: Vec<Vec<(Complex, Number)>> = Vec::new();
        let mut velocity = Vec::new();
        for j in 0..NODES {
            let drift = Number::product(step, &self.node(&roots, j).slope);
            let ys = kicks.iter().map(|(kick, probability)| (drift.clone() + kick, probability));
            velocity.push(-sum(ys.clone().map(|(y, probability)| y.atan() * probability)));
            turns.push(
                ys.filter(|(_, probability)| !probability.is_zero())
                    .map(|(y, probability)| {
                        let length = (Number::one() + y.squared()).sqrt();
                        let turn = Complex { re: Number::one() / &length, im: -y / &length };
                        (turn, probability.clone())
                    })
                    .collect(),
            );
        }
        // Row k: the coefficients of E e^(-i k arctan y) from -BAND to BAND.
        let coefficients = |values: &[Complex]| -> Vec<Complex> {
            (0..=2 * BAND)
                .map(|place| {
                    let mut total = Complex::zero();
                    for (j, value) in values.iter().enumerate() {
                        // e^(-i n phi) with n = place - BAND
                        let index = (j * (NODES + BAND - place)) % NODES;
                        total.add(&value.times(&roots[index]));
                    }
                    total.scaled(&Number::ratio(1, NODES as i64))
                })
                .collect()
        };
        let mut powers: Vec<Vec<Complex>> =
            turns.iter().map(|node| node.iter().map(|_| Complex::real(Number::one())).collect()).collect();
        let mut rows = Vec::new();
        for _ in 0..MODES {
            let mut values = Vec::new();
            for (power, turn) in powers.iter_mut().zip(&turns) {
                let mut value = Complex::zero();
                for (power, (turn, probability)) in power.iter_mut().zip(turn) {
                    *power = power.times(turn);
                    value.add(&power.scaled(probability));
                }
                values.push(value);
            }
            rows.push(coefficients(&values));
        }
        let modes = solve(&rows);
        let velocities: Vec<Complex> = velocity.into_iter().map(Complex::real).collect();
        let of_velocity = coefficients(&velocities);
        let mut mean = of_velocity[BAND].re.clone();
        for n in 1..=BAND {
            // The coefficients of n and -n are conjugate, and so are the modes.
            mean += Number::integer(2) * of_velocity[BAND + n].times(&modes[n - 1]).re;
        }
        (modes, mean)
    }
}

/// Mean loss and mean velocity of the chain at falling step sizes.
pub(super) fn measured(circle: &Circle) -> Measured {
    let (gibbs, _) = circle.averages();
    let [a, b] = [&circle.loss[0], &circle.loss[1]].map(Number::from_rational);
    let (mut energies, mut velocities) = (Vec::new(), Vec::new());
    for size in SIZES.values() {
        let (modes, velocity) = circle.stationary(&size.to_precision());
        // E cos phi and E sin 2 phi.
        let energy = Number::product(&a, &modes[0].re) + Number::product(&b, &modes[1].im);
        energies.push(vec![(energy - &gibbs).to_precision::<1024>()]);
        velocities.push(vec![velocity.to_precision::<1024>()]);
    }
    Measured { energy: Differences::of(SIZES, energies), velocity: Differences::of(SIZES, velocities) }
}
