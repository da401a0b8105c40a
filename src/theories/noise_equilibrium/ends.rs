//! The ends of an orbit, which decide whether a drift has a root, and where.

use super::orbit::Orbit;
use crate::scalar::Rational;

/// What decides about the ends of an orbit: the coefficients `eta^2 E|g_u|^2 + (1 - c^2) |theta_w|^2` of `a^-2` and
/// `eta^2 E|g_w|^2 + (1 - c^2) |theta_u|^2` of `-a^2`.
pub(super) struct Ends {
    pub(super) rising: Rational,
    pub(super) falling: Rational,
}

impl Ends {
    pub(super) fn of(orbit: &Orbit) -> Ends {
        let at = orbit.at::<Rational>();
        let [noise_positive, noise_negative] = at.noise(&at.gradients(&at.point.theta));
        let [positive, negative] = at.parts(&at.point.theta);
        let square = at.learning_rate.clone().square();
        let lost = Rational::from(1) - at.kept.clone().square();
        Ends {
            rising: noise_positive * &square + negative * &lost,
            falling: noise_negative * &square + positive * &lost,
        }
    }

    pub(super) fn is_excepted(&self) -> bool {
        self.rising == 0 && self.falling == 0
    }

    /// Powers of 2 on either side of the root `a^4 = rising / falling`, if there is one.
    pub(super) fn bracket(&self) -> Option<[Rational; 2]> {
        if self.rising == 0 || self.falling == 0 {
            return None;
        }
        let root = Rational::from(&self.rising / &self.falling);
        let fourth = |a: &Rational| a.clone().square().square();
        let mut below = Rational::from(1);
        while fourth(&below) >= root {
            below /= 2;
        }
        while fourth(&Rational::from(&below * 2)) < root {
            below *= 2;
        }
        let mut above = Rational::from(&below * 2);
        if fourth(&above) == root {
            above *= 2;
        }
        Some([below, above])
    }
}
