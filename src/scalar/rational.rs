//! Exact rational numbers: GMP's, as they are.

use super::{Branch, Field, Magnitude, Measured, Obstacle, Rational, Ring, Sign};
use rug::Assign;

impl Ring for Rational {
    fn integer(n: i64) -> Self {
        Rational::from(n)
    }
    fn assign(&mut self, other: &Self) {
        Assign::assign(self, other);
    }
    fn set_product(&mut self, a: &Self, b: &Self) {
        Assign::assign(self, a * b);
    }
    fn squared(&self) -> Self {
        Rational::from(self.square_ref())
    }
}

impl Field for Rational {
    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }
}

impl Branch for Rational {
    type Mask = bool;
    fn less(&self, other: &Self) -> bool {
        self < other
    }
    fn select(mask: bool, if_true: &Self, if_false: &Self) -> Self {
        if mask { if_true.clone() } else { if_false.clone() }
    }
}

impl Measured for Rational {
    fn magnitude(&self) -> Magnitude {
        Magnitude::above_rational(self)
    }
    fn mignitude(&self) -> Magnitude {
        Magnitude::below_rational(self)
    }
    fn sign(&self) -> Option<Sign> {
        Sign::of(self)
    }
    fn obstacle(&self) -> Option<Obstacle> {
        None
    }
}
