//! Whether long paths of the radius escape.

use super::runs::chi_squared;
use crate::instances::simulated::Simulates;
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

/// Paths of a batch, and their steps at most. All paths but three have to escape for an interval that is narrow enough and has 1 in it: so few
/// stay, where a share of `2^-5` or more does, with a probability of less than `2^-30`, by the binomial law and not by Student's.
const PATHS: usize = 32;
const STEPS: u64 = 1 << 12;
/// A path this far beyond 2 has escaped.
const FAR: f64 = 1_048_576.0;

impl Simulates for Escape {
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
        let relation = every_path_escapes((0..BATCHES).map(|_| share(&mut path)).collect());
        let described = match self.noise {
            Noise::Normal => format!("normal noise in dimension {}, mean (eps rho)^2 = {square}", degrees + 1),
            Noise::Bounded => format!("(eps rho)^2 = {} or half of it", MOST * square),
        };
        (described, vec![relation])
    }
}

/// The law of the shares of the batches' paths that have escaped.
fn every_path_escapes(shares: Vec<f64>) -> Relation<f64> {
    Relation::equality(
        "every path escapes",
        vec![Term::vector("share of paths that have escaped", shares)],
        vec![Term::vector("1", vec![1.0; BATCHES])],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::simulation::{ERROR_BITS, judge};
    use crate::verify::{Case, Settings, Status};

    /// Whether the law is taken for true where so many paths stay, as far from each other as there are batches: an interval is then the narrowest.
    fn is_accepted(staying: usize) -> bool {
        let up_to = |batch: usize| staying * batch / BATCHES;
        let shares = (0..BATCHES).map(|batch| 1.0 - (up_to(batch + 1) - up_to(batch)) as f64 / PATHS as f64).collect();
        let finding = judge(&Settings::new(0, 256), Case::Law, 0, vec![every_path_escapes(shares)]);
        finding.status == Status::Satisfied
    }

    #[test]
    fn a_law_that_one_path_of_32_breaks_is_accepted_with_the_stated_probability_at_most() {
        let paths = BATCHES * PATHS;
        let most =
            (0..=paths).filter(|staying| is_accepted(*staying)).max().expect("if all escape the law is accepted");
        assert_eq!(most, 3);
        // The probability that at most so many stay: the sum of C(n, k) (1/32)^k (31/32)^(n - k).
        let (mut term, mut sum) = ((31.0_f64 / 32.0).powi(paths as i32), 0.0);
        for staying in 0..=most {
            sum += term;
            term *= (paths - staying) as f64 / (staying + 1) as f64 / 31.0;
        }
        assert!(sum < 2.0_f64.powi(-ERROR_BITS), "{sum:e}");
    }
}
