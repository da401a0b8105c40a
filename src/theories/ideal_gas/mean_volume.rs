//! The mean volume at a fixed rate, for a rho that fluctuates and does not know the state.

use super::runs::{batch_means, chi_squared};
use crate::instances::simulated::Simulates;
use crate::verify::simulation::BATCHES;
use crate::verify::{Relation, Stream, Term};

/// The averages for a rho that fluctuates.
pub(super) struct Fluctuating {
    /// Whether `E r^2` is taken to be what it is for a constant rho.
    deterministic: bool,
}

impl Fluctuating {
    pub(super) const LAW: Fluctuating = Fluctuating { deterministic: false };
    /// `E r^2 = r_s^2`
    pub(super) const DETERMINISTIC: Fluctuating = Fluctuating { deterministic: true };
}

/// Steps of a batch, and before the first.
const BATCH: u64 = 1 << 16;
const BURN_IN: u64 = 1 << 10;

impl Simulates for Fluctuating {
    fn steps(&self) -> u64 {
        BATCH * BATCHES as u64
    }

    /// `y = r^2 / r_s^2` has `y' = (1 - h) y + h (rho^2/q) / y` with `h = 4 eta gamma (1 - eta gamma)`.
    fn run(&self, stream: &mut Stream) -> (String, Vec<Relation<f64>>) {
        // In dimension 2, 1/r^2 fluctuates so much that the interval would be too wide.
        let degrees = *stream.pick(&[2_u32, 4]);
        let decay = *stream.pick(&[0.125, 0.1875, 0.25]);
        let h = 4.0 * decay * (1.0 - decay);
        let mut y = 1.0;
        let mut next = || {
            y = (1.0 - h) * y + h * chi_squared(stream, degrees) / f64::from(degrees) / y;
            [y, 1.0 / y, 1.0]
        };
        for _ in 0..BURN_IN {
            next();
        }
        let [mean, inverse, unit] = batch_means(BATCH, next);
        let term = |label: &'static str, means: &Vec<f64>| Term::vector(label, means.clone());
        let described = format!("isotropic normal noise in dimension {}, eta gamma = {decay}", degrees + 1);
        let relations = if self.deterministic {
            vec![Relation::equality("mean volume", vec![term("E r^2 / r_s^2", &mean)], vec![term("1", &unit)])]
        } else {
            vec![
                Relation::equality(
                    "mean volume under noise that does not know the state",
                    vec![term("E r^2 / r_s^2", &mean)],
                    vec![term("r_s^2 E[1/r^2]", &inverse)],
                ),
                Relation::at_most("a mean volume of at least r_s^2", term("1", &unit), term("E r^2 / r_s^2", &mean)),
            ]
        };
        (described, relations)
    }
}
