//! Activations: element by element, after an optional RMS normalisation of the layer.

use super::dense::scale_entrywise;
use crate::scalar::{Branch, Dual, Field, Real};
use std::fmt;
use std::str::FromStr;

/// What a hidden layer does to its pre-activations, over the scalar `T`.
pub trait Nonlinearity<T: Field>: Send + Sync {
    /// Overwrites `values` with the layer's output, and `tape` with what the other methods need. `gates` forces the activation pattern.
    fn apply(&self, pre_activations: &[T], gates: Option<&[bool]>, values: &mut [T], tape: &mut Tape<T>);

    /// Replaces `delta`, the loss gradient at the output, by the one at the pre-activations.
    fn pull_back(&self, tape: &Tape<T>, delta: &mut [T]);

    /// Whether every output depends on its own pre-activation only: then there are [`Nonlinearity::curvatures`].
    fn is_elementwise(&self) -> bool;

    /// Overwrites `curvatures` with the second derivatives of the activation, from what [`Nonlinearity::apply`] was given and wrote, unless all
    /// are 0: then it says no.
    fn curvatures(
        &self,
        pre_activations: &[T],
        gates: Option<&[bool]>,
        values: &[T],
        tape: &Tape<T>,
        curvatures: &mut [T],
    ) -> bool;
}

/// What the backward pass of a nonlinearity needs.
pub struct Tape<T> {
    /// The slope of the activation at every neuron.
    pub(super) slopes: Vec<T>,
    /// The normalised pre-activations and their root mean square.
    normalisation: Option<(Vec<T>, RootMeanSquare<T>)>,
}

impl<T: Field> Tape<T> {
    /// For a layer of that many neurons.
    pub fn new(neurons: usize) -> Self {
        Tape { slopes: vec![T::zero(); neurons], normalisation: None }
    }
}

/// Activations that are polynomial on each side of 0: they run in the rationals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piecewise {
    /// `x`
    Identity,
    /// `max(x, 0)`, slope 0 at the kink
    Relu,
    /// `x` above 0, `x/10` at and below
    LeakyRelu,
    /// `max(x, 0)^2`
    SquaredRelu,
}

/// Activations that need transcendental functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Smooth {
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
    /// `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`
    Gelu,
    /// `x / (1 + exp(-x))`
    Silu,
}

/// Any activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Polynomial on each side of 0.
    Piecewise(Piecewise),
    /// Transcendental.
    Smooth(Smooth),
}

impl Activation {
    /// Every activation with its name, in the order of the documentation.
    pub const ALL: [(&'static str, Activation); 8] = [
        ("identity", Activation::Piecewise(Piecewise::Identity)),
        ("relu", Activation::Piecewise(Piecewise::Relu)),
        ("leaky-relu", Activation::Piecewise(Piecewise::LeakyRelu)),
        ("squared-relu", Activation::Piecewise(Piecewise::SquaredRelu)),
        ("tanh", Activation::Smooth(Smooth::Tanh)),
        ("sigmoid", Activation::Smooth(Smooth::Sigmoid)),
        ("gelu", Activation::Smooth(Smooth::Gelu)),
        ("silu", Activation::Smooth(Smooth::Silu)),
    ];

    /// The degree `k` with `phi(a x) = a^k phi(x)` for `a > 0`, if there is one.
    pub fn homogeneity(self) -> Option<u32> {
        match self {
            Activation::Piecewise(Piecewise::SquaredRelu) => Some(2),
            Activation::Piecewise(_) => Some(1),
            Activation::Smooth(_) => None,
        }
    }

    /// Whether `phi(-x) = -phi(x)`.
    pub fn is_odd(self) -> bool {
        matches!(self, Activation::Piecewise(Piecewise::Identity) | Activation::Smooth(Smooth::Tanh))
    }
}

impl From<Piecewise> for Activation {
    fn from(activation: Piecewise) -> Self {
        Activation::Piecewise(activation)
    }
}
impl From<Smooth> for Activation {
    fn from(activation: Smooth) -> Self {
        Activation::Smooth(activation)
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) =
            Self::ALL.iter().find(|(_, activation)| activation == self).expect("every activation is listed");
        f.pad(name)
    }
}

impl FromStr for Activation {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, activation)| *activation).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(known, _)| *known).collect();
            format!("unknown activation `{name}`: expected one of {}", names.join(", "))
        })
    }
}

/// The constants of [`Piecewise`], made once for a layer.
struct Constants<T> {
    zero: T,
    one: T,
    /// The slope of [`Piecewise::LeakyRelu`] at and below 0.
    leak: T,
}

impl Piecewise {
    fn constants<T: Field>(self) -> Constants<T> {
        let leak = if self == Piecewise::LeakyRelu { T::ratio(1, 10) } else { T::zero() };
        Constants { zero: T::zero(), one: T::one(), leak }
    }

    /// Overwrites the value and the slope by those at `x`, with the side of the kink decided by `gate` if it is given.
    fn evaluate<T: Branch>(self, x: &T, gate: Option<bool>, constants: &Constants<T>, value: &mut T, slope: &mut T) {
        let above = |result: &mut T, if_above: &T, if_below: &T| match gate {
            Some(true) => result.assign(if_above),
            Some(false) => result.assign(if_below),
            None => result.assign_selected(constants.zero.less(x), if_above, if_below),
        };
        match self {
            Piecewise::Identity => {
                value.assign(x);
                slope.assign(&constants.one);
            }
            Piecewise::Relu => {
                above(value, x, &constants.zero);
                above(slope, &constants.one, &constants.zero);
            }
            Piecewise::LeakyRelu => {
                above(slope, &constants.one, &constants.leak);
                value.set_product(slope, x);
            }
            Piecewise::SquaredRelu => {
                above(slope, x, &constants.zero);
                *value = slope.squared();
                *slope *= T::integer(2);
            }
        }
    }

    /// The value and the slope at `x`, with the side of the kink decided by `gate` if it is given.
    pub(super) fn value_and_slope<T: Branch>(self, x: &T, gate: Option<bool>) -> (T, T) {
        let (mut value, mut slope) = (T::zero(), T::zero());
        self.evaluate(x, gate, &self.constants(), &mut value, &mut slope);
        (value, slope)
    }
}

impl Smooth {
    /// The value and the slope at `x`.
    ///
    /// In the machine's floats the value is right to 8 units in the last place, subnormals included, in MPFR's to 3. The slope
    /// is right to 16 and to 8 units; those of silu and gelu have a zero (at -1.278 and -0.752), near which the units are those of 1/2.
    pub(super) fn value_and_slope<T: Real>(self, x: &T) -> (T, T) {
        if let Some((value, opposite)) = matches!(self, Smooth::Sigmoid | Smooth::Silu).then(|| x.sigmoids()).flatten()
        {
            return match self {
                Smooth::Sigmoid => (value.clone(), value * &opposite),
                _ => (T::product(x, &value), value * (T::one() + opposite * x)),
            };
        }
        match self {
            // s (1 - s) and 1 + tanh would cancel.
            Smooth::Tanh => x.tanh_and_slope(),
            Smooth::Sigmoid => {
                let value = x.sigmoid();
                let slope = T::product(&value, &(-x.clone()).sigmoid());
                (value, slope)
            }
            Smooth::Silu => {
                // x s(x), and s' = s(x) s(-x).
                let slope = T::one() + (-x.clone()).sigmoid_times(x);
                (x.sigmoid_times(x), x.sigmoid_times(&slope))
            }
            Smooth::Gelu => {
                // (1 + tanh(z/2)) / 2 = s(z) for z odd in x: the value is x s(z), the slope s(z) (1 + x z' s(-z)).
                let near = x.saturated();
                let turning = T::product(&near, &x.gelu_exponent_slope());
                let slope = T::one() + (-near).gelu_gate_times(&turning);
                (x.gelu_gate_times(x), x.gelu_gate_times(&slope))
            }
        }
    }

    /// The second derivative at `x`, where the value and the slope are known.
    fn curvature<T: Real>(self, x: &T, value: &T, slope: &T) -> T {
        match self {
            Smooth::Tanh => T::product(value, slope) * T::integer(-2),
            Smooth::Sigmoid => (T::one() - T::integer(2) * value) * slope,
            // The derivative of the slope.
            Smooth::Silu | Smooth::Gelu => self.value_and_slope(&Dual::new(x.clone(), T::one())).1.tangent,
        }
    }
}

/// Applies a piecewise activation to every number.
fn apply_piecewise<T: Branch>(
    activation: Piecewise,
    pre_activations: &[T],
    gates: Option<&[bool]>,
    values: &mut [T],
    slopes: &mut [T],
) {
    let constants = activation.constants();
    for i in 0..pre_activations.len() {
        let gate = gates.map(|gates| gates[i]);
        activation.evaluate(&pre_activations[i], gate, &constants, &mut values[i], &mut slopes[i]);
    }
}

fn piecewise_curvatures<T: Branch>(
    activation: Piecewise,
    at: &[T],
    gates: Option<&[bool]>,
    curvatures: &mut [T],
) -> bool {
    if activation != Piecewise::SquaredRelu {
        return false;
    }
    let (zero, two) = (T::zero(), T::integer(2));
    for (i, (x, curvature)) in at.iter().zip(curvatures).enumerate() {
        match gates.map(|gates| gates[i]) {
            Some(open) => curvature.assign(if open { &two } else { &zero }),
            None => curvature.assign_selected(zero.less(x), &two, &zero),
        }
    }
    true
}

fn scale_by_slopes<T: Field>(tape: &Tape<T>, delta: &mut [T]) {
    scale_entrywise(delta, &tape.slopes);
}

impl<T: Branch> Nonlinearity<T> for Piecewise {
    fn apply(&self, pre_activations: &[T], gates: Option<&[bool]>, values: &mut [T], tape: &mut Tape<T>) {
        apply_piecewise(*self, pre_activations, gates, values, &mut tape.slopes);
    }
    fn pull_back(&self, tape: &Tape<T>, delta: &mut [T]) {
        scale_by_slopes(tape, delta);
    }
    fn is_elementwise(&self) -> bool {
        true
    }
    fn curvatures(
        &self,
        at: &[T],
        gates: Option<&[bool]>,
        _values: &[T],
        _tape: &Tape<T>,
        curvatures: &mut [T],
    ) -> bool {
        piecewise_curvatures(*self, at, gates, curvatures)
    }
}

/// What a hidden layer of a general network does: RMS normalisation if asked for, then an activation.
///
/// RMS normalisation without gain or epsilon, `h / sqrt(mean h^2)`, makes the layer's output independent of the scale of
/// its pre-activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Whether the pre-activations are RMS normalised first.
    pub normalised: bool,
    /// The activation.
    pub activation: Activation,
}

impl<T: Real> Nonlinearity<T> for Hidden {
    fn apply(&self, pre_activations: &[T], gates: Option<&[bool]>, values: &mut [T], tape: &mut Tape<T>) {
        tape.normalisation = self.normalised.then(|| normalise(pre_activations));
        let inputs = tape.normalisation.as_ref().map_or(pre_activations, |(normalised, _)| normalised);
        match self.activation {
            Activation::Piecewise(piecewise) => apply_piecewise(piecewise, inputs, gates, values, &mut tape.slopes),
            Activation::Smooth(smooth) => {
                for (x, (value, slope)) in inputs.iter().zip(values.iter_mut().zip(&mut tape.slopes)) {
                    (*value, *slope) = smooth.value_and_slope(x);
                }
            }
        }
    }

    fn is_elementwise(&self) -> bool {
        !self.normalised
    }

    fn curvatures(&self, at: &[T], gates: Option<&[bool]>, values: &[T], tape: &Tape<T>, curvatures: &mut [T]) -> bool {
        match self.activation {
            Activation::Piecewise(piecewise) => piecewise_curvatures(piecewise, at, gates, curvatures),
            Activation::Smooth(smooth) => {
                for ((x, curvature), (value, slope)) in at.iter().zip(curvatures).zip(values.iter().zip(&tape.slopes)) {
                    *curvature = smooth.curvature(x, value, slope);
                }
                true
            }
        }
    }

    fn pull_back(&self, tape: &Tape<T>, delta: &mut [T]) {
        scale_by_slopes(tape, delta);
        let Some((normalised, size)) = &tape.normalisation else { return };
        // With n = h/r and r^2 = mean h^2: dl/dh = (delta - n mean(n delta)) / r.
        let mut scratch = T::zero();
        let mut mean = T::zero();
        for (entry, value) in delta.iter().zip(normalised) {
            mean.add_product(entry, value, &mut scratch);
        }
        mean /= T::integer(delta.len() as i64);
        for (entry, value) in delta.iter_mut().zip(normalised) {
            *entry -= T::product(&mean, value);
            size.divide(entry);
        }
    }
}

/// A root mean square, in two factors of which neither overflows.
pub(super) struct RootMeanSquare<T> {
    /// A power of two near the largest of the numbers.
    scale: T,
    /// The scale divided by the root mean square.
    reciprocal: T,
}

impl<T: Field> RootMeanSquare<T> {
    /// `entry / r`
    pub(super) fn divide(&self, entry: &mut T) {
        *entry *= &self.reciprocal;
        *entry /= &self.scale;
    }
}

impl<T: Branch> RootMeanSquare<T> {
    /// Divides `values` by `r` with `r^2 = mean h^2 + epsilon`, and gives `r`. They are divided by a power of two before they are
    /// squared, so that no square overflows or vanishes that matters.
    pub(super) fn normalise(
        values: &mut [T],
        epsilon: &T,
        square_root: fn(&T) -> T,
        power_of_two_near: fn(&T) -> T,
    ) -> Self {
        let mut largest = values.iter().map(|value| value.detach().absolute()).reduce(|a, b| a.maximum(&b));
        if !epsilon.is_zero() {
            let root = square_root(&epsilon.detach().absolute());
            largest = largest.map(|largest| largest.maximum(&root));
        }
        let scale = largest.map_or_else(T::one, |largest| power_of_two_near(&largest));
        let mut sum_of_squares = T::zero();
        for value in values.iter_mut() {
            *value /= &scale;
            sum_of_squares += value.squared();
        }
        let mean = sum_of_squares / T::integer(values.len() as i64);
        let reciprocal = T::one() / square_root(&(mean + epsilon.clone() / &scale / &scale));
        for value in values.iter_mut() {
            *value *= &reciprocal;
        }
        RootMeanSquare { scale, reciprocal }
    }
}

/// `h / r` and `r` with `r^2 = mean h^2`.
fn normalise<T: Real>(values: &[T]) -> (Vec<T>, RootMeanSquare<T>) {
    let mut normalised = values.to_vec();
    let size = RootMeanSquare::normalise(&mut normalised, &T::zero(), T::sqrt, T::power_of_two_near);
    (normalised, size)
}
