//! Whether long paths of the radius escape.

use super::simulated::{OfRadius, chi_squared};
use crate::verify::simulation::BATCHES;
use crate::verify::{Relation, Stream, Term};

/// The fate of long paths.
pub(super) struct Escape {
    noise: Noise,
    regime: Regime,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Noise {
    /// Isotropic and normal.
    Normal,
    /// Of two values, both below the critical one.
    Bounded,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Regime {
    FixedEffectiveRate,
    FixedRate,
}

impl Escape {
    pub(super) const LAW: Escape = Escape { noise: Noise::Normal, regime: Regime::FixedEffectiveRate };
    pub(super) const AT_FIXED_RATE: Escape = Escape { regime: Regime::FixedRate, ..Escape::LAW };
    pub(super) const UNDER_BOUNDED_NOISE: Escape = Escape { noise: Noise::Bounded, ..Escape::LAW };
}

/// The larger of two values over what is the mean of normal noise: (eps rho)^2 stays below 1.
const MOST: f64 = 0.9375;

/// Paths of a batch, and their steps at most.
const PATHS: usize = 4;
const STEPS: u64 = 1 << 13;
/// A path this far beyond 2 has escaped.
const FAR: f64 = 1_048_576.0;

impl OfRadius for Escape {
    fn steps(&self) -> u64 {
        STEPS * (BATCHES * PATHS) as u64
    }

    fn run(&self, stream: &mut Stream) -> (String, Vec<Relation<f64>>) {
        let degrees = *stream.pick(&[1_u32, 2]);
        let square = *stream.pick(&[0.64, 0.8, 1.0]);
        let kick = |stream: &mut Stream| match self.noise {
            Noise::Normal => square * chi_squared(stream, degrees) / f64::from(degrees),
            Noise::Bounded => square * if stream.coin() { MOST } else { MOST / 2.0 },
        };
        let mut path = || {
            // A fixed rate has 2 eta gamma = x at r = r_0, so that the first step is that of the other regime.
            let start = 0.5_f64;
            let mut x = start;
            for _ in 0..STEPS {
                let kick = kick(stream);
                x = match self.regime {
                    Regime::FixedEffectiveRate => x * ((1.0 - x).powi(2) + kick),
                    Regime::FixedRate => x * ((1.0 - start).powi(2) + kick * (start / x).powi(2)),
                };
                if x >= FAR {
                    return 1.0;
                }
            }
            0.0
        };
        let share = |path: &mut dyn FnMut() -> f64| (0..PATHS).map(|_| path()).sum::<f64>() / PATHS as f64;
        let shares: Vec<f64> = (0..BATCHES).map(|_| share(&mut path)).collect();
        let relation = Relation::equality(
            "every path escapes",
            vec![Term::vector("share of paths that have escaped", shares)],
            one_per_batch(),
        );
        let described = match self.noise {
            Noise::Normal => format!("normal noise in dimension {}, mean (eps rho)^2 = {square}", degrees + 1),
            Noise::Bounded => format!("(eps rho)^2 = {} or half of it", MOST * square),
        };
        (described, vec![relation])
    }
}

fn one_per_batch() -> Vec<Term<f64>> {
    vec![Term::vector("1", vec![1.0; BATCHES])]
}
