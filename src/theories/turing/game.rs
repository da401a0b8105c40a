//! Two-player zero-sum games with the linear part `A = [[p, -b], [b, -c]]`, and stable ones with diffusion beside the threshold of `d_v / d_u`.

use super::graph::Matrix;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// A game.
pub(super) struct Game {
    pub(super) p: Rational,
    pub(super) b: Rational,
    pub(super) c: Rational,
}

impl Game {
    pub(super) fn reaction(&self) -> Matrix {
        let minus = |entry: &Rational| Rational::from(-entry);
        DMatrix::from_row_slice(2, 2, &[self.p.clone(), minus(&self.b), self.b.clone(), minus(&self.c)])
    }
}

impl Drawn for Game {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a zero-sum game".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("p, b, c", [self.p.clone(), self.b.clone(), self.c.clone()])]
    }
}

/// A stable game with diffusion.
pub(super) struct Diffusing {
    pub(super) game: Game,
    /// `sqrt(b^2 - p c)`
    pub(super) root: Rational,
    pub(super) d_u: Rational,
    /// `d_v / d_u`, over the threshold.
    pub(super) part: Rational,
}

impl Diffusing {
    /// `((|b| + sqrt(b^2 - p c)) / p)^2`
    pub(super) fn threshold(&self) -> Rational {
        (Rational::from(self.game.b.abs_ref()) + &self.root).square() / self.game.p.clone().square()
    }

    pub(super) fn ratio(&self) -> Rational {
        self.threshold() * &self.part
    }

    pub(super) fn draw(stream: &mut Stream, part: &Rational) -> Diffusing {
        loop {
            let [p, m] = [stream.positive(), stream.positive() * 2];
            let c = Rational::from(&p + &stream.positive());
            // b = (m + p c / m) / 2, so that b^2 - p c = ((m - p c / m) / 2)^2.
            let other = Rational::from(&p * &c) / &m;
            let b: Rational = Rational::from(&m + &other) / 2;
            let root: Rational = Rational::from(&m - &other).abs() / 2;
            if root != 0 {
                let b = if stream.coin() { b } else { -b };
                return Diffusing { game: Game { p, b, c }, root, d_u: stream.positive(), part: part.clone() };
            }
        }
    }
}

impl Drawn for Diffusing {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.game)
    }
    fn besides(&self) -> String {
        if self.part > 1 { ", above the threshold".to_owned() } else { ", below the threshold".to_owned() }
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.game.numbers();
        numbers.push(Numbers::new("d_u, d_v / d_u over the threshold", [self.d_u.clone(), self.part.clone()]));
        numbers
    }
}
