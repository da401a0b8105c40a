//! Formulas computed modulo a prime, with a double beside every residue that knows its sign.

use crate::scalar::{Field, Rational, Residue, Ring};
use equipartition_formula::{Arithmetic, Number, Transcendental};
use num_traits::{One, Zero};

/// A residue, and about which number it is one of: a finite field has no order, and what chooses a branch needs one.
#[derive(Clone, Copy, Debug)]
pub struct Shadowed {
    /// The residue.
    pub residue: Residue,
    double: f64,
    /// Whether every branch on the way here was chosen for sure.
    pub is_sure: bool,
}

impl Shadowed {
    /// A number.
    pub fn of(number: &Rational) -> Self {
        Shadowed { residue: Residue::from_rational(number), double: number.to_f64(), is_sure: true }
    }

    /// A residue of which nothing else is known.
    pub fn unordered(residue: Residue) -> Self {
        Shadowed { residue, double: f64::NAN, is_sure: true }
    }

    fn combined(self, other: Self, residue: Residue, double: f64) -> Self {
        Shadowed { residue, double, is_sure: self.is_sure && other.is_sure }
    }

    /// Whether it is less than another; none if that is not sure.
    fn less(self, other: Self) -> Option<bool> {
        const CLEAR: f64 = 1e-6;
        if self.residue == other.residue {
            return Some(false);
        }
        let difference = self.double - other.double;
        (difference.abs() > CLEAR * (self.double.abs() + other.double.abs())).then_some(difference < 0.0)
    }
}

/// The arithmetic of them.
pub struct Modular;

impl Arithmetic for Modular {
    type Value = Shadowed;

    fn constant(&self, number: Number) -> Shadowed {
        Shadowed::of(&Rational::from((number.numerator(), number.denominator())))
    }
    fn add(&self, a: &Shadowed, b: &Shadowed) -> Shadowed {
        a.combined(*b, a.residue + b.residue, a.double + b.double)
    }
    fn multiply(&self, a: &Shadowed, b: &Shadowed) -> Shadowed {
        a.combined(*b, Residue::product(&a.residue, &b.residue), a.double * b.double)
    }
    fn divide(&self, a: &Shadowed, b: &Shadowed) -> Option<Shadowed> {
        (!b.residue.is_zero()).then(|| a.combined(*b, a.residue / b.residue, a.double / b.double))
    }
    fn negate(&self, a: &Shadowed) -> Shadowed {
        Shadowed { residue: -a.residue, double: -a.double, ..*a }
    }
    fn power(&self, a: &Shadowed, exponent: i32) -> Option<Shadowed> {
        if exponent < 0 && a.residue.is_zero() {
            return None;
        }
        let residue = if exponent == 0 { Residue::one() } else { a.residue.powi(exponent) };
        Some(Shadowed { residue, double: a.double.powi(exponent), ..*a })
    }
    fn apply(&self, _: Transcendental, _: &Shadowed) -> Option<Shadowed> {
        None
    }
    fn select(&self, a: &Shadowed, b: &Shadowed, then: &Shadowed, otherwise: &Shadowed) -> Shadowed {
        let chosen = match a.less(*b) {
            Some(true) => *then,
            Some(false) => *otherwise,
            None => Shadowed { is_sure: false, ..*otherwise },
        };
        Shadowed { is_sure: chosen.is_sure && a.is_sure && b.is_sure, ..chosen }
    }
}
