//! A mode that leaves its saddle with noise of two values, in the mean over long paths.

use super::noiseless_escape::Rate;
use crate::closed_form::escape;
use crate::dynamics;
use crate::instances::simulated::Simulates;
use crate::verify::simulation::BATCHES;
use crate::verify::{Relation, Stream, Term};

/// Escape with two-point noise, in the mean.
#[derive(Clone, Copy)]
pub(super) struct NoisyEscape {
    pub(super) rate: Rate,
    pub(super) depth: usize,
}

/// Steps of a path with noise, about.
const PATH: f64 = 131072.0;

impl NoisyEscape {
    /// `eta`, `m`, `b`
    const NOISES: [(f64, f64, f64); 4] = [(0.25, 1.0, 1.5), (0.5, 1.0, 1.0), (0.25, 2.0, 2.0), (0.5, 1.0, 1.5)];

    /// The steps of one path, from `-ln eps` or `eps^(-n)`.
    fn path(stream: &mut Stream, depth: usize, (rate, mean, spread): (f64, f64, f64), start: f64) -> u64 {
        let (mut bits, mut left) = (0, 0);
        let coin = || {
            if left == 0 {
                (bits, left) = (stream.bits(), 64);
            }
            let coin = (bits & 1) as usize;
            bits >>= 1;
            left -= 1;
            coin
        };
        dynamics::escape::steps(depth, rate, [mean + spread, mean - spread], start, mean / 2.0, coin)
    }
}

impl Simulates for NoisyEscape {
    fn run(&self, stream: &mut Stream) -> (String, Vec<Relation<f64>>) {
        let depth = if self.depth == 0 { 2 + stream.below(3) } else { self.depth };
        let noise = *stream.pick(&NoisyEscape::NOISES);
        let (rate, mean, spread) = noise;
        let samples = [mean + spread, mean - spread];
        let true_rate = escape::rate(depth, &rate, &samples);
        let start = PATH * true_rate;
        let said = match self.rate {
            Rate::ByDepth => true_rate,
            Rate::Slope => rate * mean,
            Rate::Logarithm => escape::exponent(&rate, &samples),
            Rate::OfMean => (rate * mean).ln_1p(),
        };
        let times: Vec<f64> =
            (0..BATCHES).map(|_| NoisyEscape::path(stream, depth, noise, start) as f64 / start).collect();
        let (label, left, right) = if depth == 2 {
            ("depth two, with noise", "T / ln(1/eps)", "1 / E ln(1 + eta s)")
        } else {
            ("deeper, with noise", "T eps^(D-2)", "1 / ((D-2) eta E s)")
        };
        let relation = Relation::equality(
            label,
            vec![Term::vector(left, times)],
            vec![Term::vector(right, vec![1.0 / said; BATCHES])],
        );
        (format!("{BATCHES} paths at depth {depth}, s = {mean} +- {spread}, eta = {rate}"), vec![relation])
    }

    fn steps(&self) -> u64 {
        PATH as u64 * BATCHES as u64
    }
}
