//! Momentum and learning rate, with the field's step size and friction that belong to them.

use crate::closed_form::friction;
use crate::scalar::Rational;
use crate::verify::{Numbers, Stream};

/// `beta` and `eta`.
#[derive(Clone)]
pub(super) struct Rates {
    pub(super) beta: Rational,
    pub(super) eta: Rational,
}

impl Rates {
    /// `beta = n/8` between -7/8 and 7/8, every eighth time 0; `eta` in (0, 2].
    pub(super) fn draw(stream: &mut Stream) -> Self {
        let beta = if stream.below(8) == 0 { 0 } else { stream.integer(-7, 7) };
        Rates { beta: Rational::from((beta, 8)), eta: stream.positive() }
    }

    /// `G h = (1 - beta)/(1 - s (1 - beta))`, at `s = 1/2` twice `(1 - beta)/(1 + beta)`, where `h phi'` is `s (th+ - th) + (1 - s)(th - th-)`.
    pub(super) fn friction(&self, s: &Rational) -> Rational {
        friction::friction(&self.beta, s)
    }

    /// `h^2 = eta/(1 - s (1 - beta))`
    pub(super) fn squared_step(&self, s: &Rational) -> Rational {
        friction::squared_step(&self.eta, &self.beta, s)
    }

    /// `1 - beta`
    pub(super) fn kept(&self) -> Rational {
        Rational::from(1) - &self.beta
    }

    pub(super) fn numbers(&self) -> Numbers {
        Numbers::new("beta, eta", [self.beta.clone(), self.eta.clone()])
    }
}

/// `1/2`
pub(super) fn half() -> Rational {
    Rational::from((1, 2))
}
