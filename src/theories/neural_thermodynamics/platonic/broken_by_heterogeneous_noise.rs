//! `platonic/broken-by-heterogeneous-noise`: networks trained with noise whose size depends on the input need not align.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! for Gram matrices `K`, `K'` of all inputs in a hidden layer of the entropic minimisers for noise `e` and for noise `sigma(x) e`. With `e` independent
//! of `x`, `1/4 E|g|^2 = sum_i tr(Se A_i A_i^T) tr(B_i E[sigma^2 x x^T] B_i^T)`: the latter is the entropic minimiser with `E[sigma^2 x x^T]` in the
//! place of `Sx`. Sources: [`PAPER`], [`PERFECT`].

use super::broken::{Broken, Minimum, Network, Pair, Pairs, experiment};
use super::experiment::identity;
use super::{PAPER, PERFECT};
use crate::platonic::Setting;
use crate::scalar::Rational;
use crate::verify::{Claim, all, control};
use crate::verify::{EnclosedDecomposition, Stream};

/// The law of a size.
#[derive(Clone, Copy)]
struct HeterogeneousNoise {
    /// Whether it depends on the sign of the input only.
    sign_only: bool,
}

/// `platonic/broken-by-heterogeneous-noise`
pub static CLAIM: Claim = Claim {
    id: "platonic/broken-by-heterogeneous-noise",
    title: "noise whose size depends on the input",
    statement: "the entropic minimiser for noise e and that for noise sigma(x) e: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "V E[sigma^2 x x^T] V^T is not proportional to V Sx V^T, that is when and only when they align; e of mean 0 and independent of x, E[sigma^2 x x^T] positive definite; rank 2 or more, depth 2 to 4",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/alignment", "sharpness/ratio"],
    law: &[all(&EnclosedDecomposition(Broken(HeterogeneousNoise { sign_only: false })))],
    controls: &[control(
        "sign-only",
        "sigma depends on the sign of x only, which changes nothing",
        &EnclosedDecomposition(Broken(HeterogeneousNoise { sign_only: true })),
    )],
};

impl Pairs for HeterogeneousNoise {
    fn pair(&self, stream: &mut Stream) -> Pair {
        let mut experiment = experiment(stream, true);
        let half = experiment.inputs.len() / 2;
        // Inputs come with their negatives, in the second half.
        let large = |number: usize| if self.sign_only { number < half } else { number.is_multiple_of(half) };
        let weighted = |(number, input): (usize, &Vec<Rational>)| -> Vec<Rational> {
            input.iter().map(|entry| Rational::from(entry * if large(number) { 8 } else { 1 })).collect()
        };
        let weighted: Vec<Vec<Rational>> = experiment.inputs.iter().enumerate().map(weighted).collect();
        let noisy = Setting::of_data(&weighted, &experiment.noises, experiment.setting.target.clone());
        let other = Setting { input_covariance: noisy.input_covariance, ..experiment.setting.clone() };
        experiment.hidden.truncate(3);
        let view = identity(experiment.inputs[0].len());
        let network = |setting| Network { setting, view: view.clone(), minimum: Minimum::Entropic };
        let networks = [network(experiment.setting.clone()), network(other)];
        Pair::draw(stream, experiment, networks)
    }
}
