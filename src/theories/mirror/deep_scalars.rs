//! A mode as a network of `D` scalars, with the loss `(w_1 ... w_D - s)^2 + gamma sum w_i^2` and its second derivatives.

use super::derivative::{Jet, jet};
use crate::scalar::{Dual, Field, Rational};
use crate::verify::{Class, Drawn, Numbers};

/// A mode of a network of some depth at rational `w`.
pub(super) struct Scalars {
    pub(super) depth: usize,
    pub(super) w: Rational,
    /// Another point, for the loss away from `w`.
    pub(super) other: Rational,
    /// `gamma / gamma_c`, other than 1
    pub(super) part: Rational,
    /// How much larger a mode is that is off.
    pub(super) excess: Rational,
    /// `t`
    pub(super) shift: Rational,
}

impl Drawn for Scalars {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a mode at depth {}, w = {}, gamma/gamma_c = {}", self.depth, self.w, self.part)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("w", [self.w.clone()]),
            Numbers::new("another w", [self.other.clone()]),
            Numbers::new("gamma/gamma_c", [self.part.clone()]),
            Numbers::new("S - s, t", [self.excess.clone(), self.shift.clone()]),
        ]
    }
}

impl Scalars {
    /// `s` and `gamma_c(s)` for which `w` is the tie.
    pub(super) fn tie<T: Field>(&self) -> (T, T) {
        let (w, depth) = (T::from_rational(&self.w), self.depth as i64);
        let s = w.powi(depth as i32) * T::ratio(depth - 1, depth - 2);
        (s, w.powi(2 * depth as i32 - 2) * T::ratio(1, depth - 2))
    }
}

/// `(w_1 ... w_D - s)^2` and `gamma sum w_i^2`.
pub(super) fn loss<T: Field>(weights: &[T], s: &T, gamma: &T) -> T {
    let product = weights.iter().fold(T::one(), |product, w| product * w);
    let squares = weights.iter().fold(T::zero(), |sum, w| sum + w.squared());
    (product - s).squared() + T::product(gamma, &squares)
}

/// Second derivatives of the loss of `D` scalars along two directions.
pub(super) fn second<T: Field>(weights: &[T], s: &T, gamma: &T, a: &[T], b: &[T]) -> T {
    let [s, gamma] = [s, gamma].map(|number| Dual::constant(Dual::constant(number.clone())));
    loss::<Jet<T>>(&jet(weights, a, b), &s, &gamma).tangent.tangent
}
