//! The loss `(u w - y)^2` with two labels and a step size: how they are drawn, and a step of descent.

use super::derivative::gradient;
use crate::closed_form::saddle::{gaps, moments};
use crate::scalar::{Dual, Field, Rational, Ring};
use crate::verify::{Class, Drawn, Numbers, Stream};
use num_traits::Zero;

/// The window of step sizes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Window {
    Exact,
    /// Drawn inside the window.
    Inside,
    /// All step sizes, for labels of one sign.
    OneSign,
    /// `|ybar| < eta Var y`, as the stochastic differential equation has it.
    Diffusion,
    /// Without an upper end.
    Unbounded,
}

/// Two labels with a step size and a point.
pub(super) struct Labels {
    pub(super) labels: [Rational; 2],
    pub(super) learning_rate: Rational,
    /// `gamma`, for the recursion alone
    pub(super) weight_decay: Rational,
    /// `u`, `w`
    pub(super) theta: [Rational; 2],
    /// Whether the saddle is said to attract.
    pub(super) attracts: bool,
}

impl Drawn for Labels {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let [first, second] = &self.labels;
        let says = if self.attracts { "attracts" } else { "repels" };
        format!("labels {first} and {second}, eta = {}: {says}", self.learning_rate)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("y1, y2", self.labels.clone()),
            Numbers::new("eta, gamma", [self.learning_rate.clone(), self.weight_decay.clone()]),
            Numbers::new("u, w", self.theta.clone()),
        ]
    }
}

/// A step size that is some multiple of the lower end of the window.
fn multiple(stream: &mut Stream, lower: &Rational) -> Rational {
    let most = 1 << stream.below(7);
    Rational::from(lower * &Rational::from((16 + stream.integer(1, most), 16)))
}

impl Window {
    /// Two labels and a step size.
    pub(super) fn draw(self, stream: &mut Stream) -> ([Rational; 2], Rational) {
        loop {
            let labels = match self {
                Window::OneSign => {
                    let sign = if stream.coin() { 1 } else { -1 };
                    [stream.positive() * sign, stream.positive() * sign]
                }
                Window::Exact => [stream.small(), stream.small()],
                _ => {
                    let sign = if stream.coin() { 1 } else { -1 };
                    [stream.positive() * sign, stream.positive() * -sign]
                }
            };
            let (mean, product) = moments(&labels);
            if mean.is_zero() {
                continue;
            }
            let lower = Rational::from(&mean / &product).abs();
            let rate = match self {
                Window::OneSign => stream.positive(),
                Window::Exact if stream.coin() => stream.positive() / 4,
                Window::Diffusion => {
                    let wrong = Rational::from(&mean / &(product.abs() + Rational::from(mean.square_ref())));
                    let part = Rational::from((stream.integer(1, 15), 16));
                    (lower - &wrong) * part + wrong
                }
                _ => multiple(stream, &lower),
            };
            let [above, below] = gaps(&labels, &rate);
            let fits = match self {
                Window::Exact => !above.is_zero() && !below.is_zero(),
                Window::Inside => above > 0 && below > 0,
                Window::Unbounded => above > 0 && below < 0,
                Window::OneSign | Window::Diffusion => true,
            };
            if fits {
                return (labels, rate);
            }
        }
    }

    /// Whether the saddle attracts, if this is the window.
    pub(super) fn contains(self, labels: &[Rational; 2], rate: &Rational) -> bool {
        self != Window::Exact || gaps(labels, rate).iter().all(|gap| *gap > 0)
    }
}

/// A step on the loss of the mean of some labels, from a point that may be dual.
pub(super) fn step<T: Field>(theta: &[T], labels: &[T], rate: &T, kept: &T) -> Vec<T> {
    let weight = T::ratio(1, labels.len() as i64);
    let slope = gradient(
        |theta| {
            let product = theta[0].clone() * &theta[1];
            let mut sum = Dual::zero();
            for label in labels {
                sum += (product.clone() - Dual::constant(label.clone())).squared();
            }
            sum * Dual::constant(weight.clone())
        },
        theta,
    );
    theta.iter().zip(slope).map(|(entry, slope)| T::product(kept, entry) - T::product(rate, &slope)).collect()
}

/// `u + w` and `u - w`.
pub(super) fn turned<T: Field>(theta: &[T]) -> [T; 2] {
    [theta[0].clone() + &theta[1], theta[0].clone() - &theta[1]]
}
