//! Laws of averages that are false by little, or whose noise is not what a confidence interval takes it for.

use crate::theorem::{Averaging, Must, Put, Theorem};
use equipartition::verify::Stream;
use equipartition::verify::simulation::BATCHES;
use std::f64::consts::TAU;

/// A uniform number in (0, 1).
fn uniform(stream: &mut Stream) -> f64 {
    (stream.bits() as f64 + 0.5) / 2.0_f64.powi(64)
}

fn normal(stream: &mut Stream) -> f64 {
    let radius = (-2.0 * uniform(stream).ln()).sqrt();
    radius * (TAU * uniform(stream)).cos()
}

/// Batch means of this kind against 1, or for the control against 2.
fn against_one(control: bool, mut batch: impl FnMut() -> f64) -> (Vec<f64>, Vec<f64>) {
    ((0..BATCHES).map(|_| batch()).collect(), vec![if control { 2.0 } else { 1.0 }; BATCHES])
}

pub fn theorems() -> Vec<Theorem> {
    let averages = |name, says, averaging: Averaging, must| Theorem { name, says, put: Put::Averages(averaging), must };
    vec![
        averages(
            "off-by-one-per-cent/little-noise",
            "E a = 1, where E a = 1.01 with a noise of 0.001",
            |stream, control| against_one(control, || 1.01 + 0.001 * normal(stream)),
            Must::BeRefuted,
        ),
        averages(
            "off-by-one-per-cent/some-noise",
            "E a = 1, where E a = 1.01 with a noise of 0.008: the interval covers both",
            |_, control| {
                let mut side = 0.008;
                against_one(control, || {
                    side = -side;
                    1.01 + side
                })
            },
            Must::HoldWithin(0.01),
        ),
        averages(
            "off-by-one-per-cent/much-noise",
            "E a = 1, where E a = 1.01 with a noise of 0.1",
            |stream, control| against_one(control, || 1.01 + 0.1 * normal(stream)),
            Must::BeUndecided("too wide"),
        ),
        averages(
            "correlated-noise/drift",
            "E a = 1, where a drifts from 0.99 to 1.01 and further",
            |stream, control| {
                let mut batch = 0.0;
                against_one(control, || {
                    batch += 1.0;
                    0.99 + 0.02 * batch / BATCHES as f64 + 0.0005 * normal(stream)
                })
            },
            Must::BeUndecided("correlated"),
        ),
        averages(
            "correlated-noise/forgetting-after-100-batches",
            "E a = 1, where E a = 1.05 and the start at 1 is forgotten slowly",
            |stream, control| {
                let mut gap = -0.05;
                against_one(control, || {
                    gap = 0.99 * gap + 0.0005 * normal(stream);
                    1.05 + gap
                })
            },
            Must::BeRefutedOrUndecided,
        ),
        averages(
            "correlated-noise/a-random-walk",
            "E a = 1, where a walks at random and has no mean",
            |stream, control| {
                let mut place = 1.0;
                against_one(control, || {
                    place += 0.001 * normal(stream);
                    place
                })
            },
            Must::BeRefutedOrUndecided,
        ),
        averages(
            "heavy-tails/cauchy",
            "E a = 1, where a has no mean",
            |stream, control| against_one(control, || 1.0 + 0.01 * (normal(stream) / normal(stream))),
            Must::BeUndecided("too wide"),
        ),
        averages(
            "heavy-tails/rare-jumps",
            "E a = 1, where one batch in ten is 11: E a = 2",
            |stream, control| {
                against_one(control, || {
                    let jump = if uniform(stream) < 0.1 { 10.0 } else { 0.0 };
                    1.0 + jump + 0.001 * normal(stream)
                })
            },
            Must::BeRefutedOrUndecided,
        ),
        averages(
            "heavy-tails/log-normal",
            "E a = 1 is the median, where E a = e^2",
            |stream, control| against_one(control, || (2.0 * normal(stream)).exp()),
            Must::BeRefutedOrUndecided,
        ),
    ]
}
