//! The scalars in which a verdict can be reached, and what each of them tells apart.

use equipartition_scalar::Magnitude;
use std::fmt;

/// Bits of slack of a converged residual: at precision `p` it is at most `2^(SLACK - p)`.
pub const SLACK: i32 = 40;

/// The scalars in which a verdict can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Exact rationals.
    Rational,
    /// Outward-rounded intervals of this many bits.
    Interval(u32),
    /// MPFR floats of this many bits.
    Mp(u32),
    /// Differences at small step sizes in MPFR floats of this many bits, extrapolated to step size 0 ([`super::order`]).
    Order(u32),
    /// Machine doubles along a run; they support other evidence and are none by themselves.
    Double,
    /// Averages over a run of this many steps, with confidence intervals ([`super::simulation`]).
    Simulation(u64),
}

impl Scalar {
    /// The relative residual up to which an equality counts as satisfied.
    pub fn tolerance(self) -> Magnitude {
        match self {
            Scalar::Rational => Magnitude::zero(),
            // An enclosure of a true identity has about the working precision's width; half of the digits are left for
            // the dependency problem, and a wider one is undecided, never satisfied.
            Scalar::Interval(bits) => Magnitude::power_of_two(-(bits as i32) / 2),
            Scalar::Mp(bits) => Magnitude::power_of_two(SLACK - bits as i32),
            // Differences are known to a part in 2^192; the rest is left to the extrapolation.
            Scalar::Order(_) => Magnitude::power_of_two(-64),
            // Every step of a run rounds some dozens of times, and sums are compensated.
            Scalar::Double => Magnitude::power_of_two(-40),
            Scalar::Simulation(_) => Magnitude::zero(),
        }
    }

    /// The relative amount above which a miss counts as a violation. In the rationals and in intervals a miss is a proof,
    /// however small; in floats it has to exceed rounding.
    pub(super) fn noise(self) -> Magnitude {
        match self {
            Scalar::Rational | Scalar::Interval(_) | Scalar::Simulation(_) => Magnitude::zero(),
            Scalar::Mp(_) | Scalar::Order(_) | Scalar::Double => self.tolerance(),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Rational => write!(f, "rational"),
            Scalar::Interval(bits) => write!(f, "interval, {bits} bits"),
            Scalar::Mp(bits) => write!(f, "mpfr, {bits} bits"),
            Scalar::Order(bits) => write!(f, "order, mpfr, {bits} bits"),
            Scalar::Double => write!(f, "double"),
            Scalar::Simulation(steps) => write!(f, "simulation, {steps} steps"),
        }
    }
}
