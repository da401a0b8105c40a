//! What a generator says at stationary points of the entropic loss.
//!
//! With `F = L + gamma |theta|^2 + eta/4 E|g|^2`, every affine generator gives, at every point,
//!
//! ```text
//! E[g^T B g] = (4 gamma / eta) theta^T (B theta + v) - (2 / eta) (B theta + v)^T grad F
//! ```
//!
//! (differentiate `(B theta + v)^T g = 0` to get `H (B theta + v) = -B^T g`, and insert it in `(B theta + v)^T grad F`). Only the
//! symmetric part of `B` enters the first two terms: that is the balance law of a stationary point.

use super::affine::Affine;
use super::blocks::Block;
use super::{formula, points};
use crate::data::DataSet;
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::dot;
use crate::model::{Carrier, Network};
use crate::scalar::{Magnitude, Measured};

/// Points at which a law is verified.
const POINTS: u64 = 8;
/// Samples in the mean.
const SAMPLES: usize = 3;

/// A law of a generator.
#[derive(Clone, Debug)]
pub struct Law {
    /// What generates it.
    pub generator: Affine,
    /// The law at stationary points, in the names of the blocks.
    pub formula: String,
    /// The worst relative residual of the law with its term in `grad F`, at random points.
    pub residual: Magnitude,
    /// Whether that is small enough: zero in the rationals, or within precision.
    pub verified: bool,
    /// Whether all terms were zero at all points.
    pub vacuous: bool,
}

impl Law {
    /// The law of a generator, verified away from stationary points; `bits` is the precision, none for exact numbers.
    pub fn of<T: Carrier + Measured>(
        network: &Network,
        blocks: &[Block],
        generator: &Affine,
        seed: u64,
        bits: Option<u32>,
    ) -> Self {
        let tolerance = bits.map_or_else(Magnitude::zero, |bits| Magnitude::power_of_two(40 - bits as i32));
        let (mut worst, mut vacuous) = (Magnitude::zero(), true);
        for index in 0..POINTS {
            let OffShell { residual, terms, reference } = off_shell::<T>(network, generator, seed, index);
            let relative = |size: &T| Magnitude::ratio_above(&size.magnitude(), &reference.mignitude());
            vacuous &= relative(&terms) <= tolerance;
            if relative(&residual) > worst {
                worst = relative(&residual);
            }
        }
        let verified = worst <= tolerance;
        Law {
            generator: generator.clone(),
            formula: formula::law(blocks, generator),
            residual: worst,
            verified,
            vacuous,
        }
    }
}

/// The law at a point that need not be stationary.
struct OffShell<T> {
    /// The two sides' difference.
    residual: T,
    /// The sum of the absolute values of the terms.
    terms: T,
    /// That and `E|g|^2 + (4 gamma / eta) |theta|^2`, against which terms are small that cancel exactly.
    reference: T,
}

fn off_shell<T: Carrier + Measured>(network: &Network, generator: &Affine, seed: u64, index: u64) -> OffShell<T> {
    let (theta, samples) = points::point_with_samples(network, "law", seed, index, SAMPLES);
    let theta: Vec<T> = points::numbers(&theta);
    let data = DataSet::new(samples.iter().map(points::converted).collect());
    let model = T::model(network).expect("a scalar in which the network runs");
    let (rate, decay) = (T::ratio(1, 10), T::ratio(3, 100));
    let objective = Objective {
        model: &*model,
        data: &data,
        preconditioner: &Preconditioner::Scalar(rate.clone()),
        weight_decay: &decay,
    };
    let velocity = generator.velocity(&theta);
    let noise = data.mean(|sample| generator.form(&model.gradient(&theta, sample)));
    let balance = T::integer(4) * &decay / &rate * dot(&theta, &velocity);
    let force = T::integer(2) / &rate * dot(&velocity, &objective.entropic_gradient(&theta));
    let terms = noise.absolute() + balance.absolute() + force.absolute();
    let squares = data.mean(|sample| {
        let gradient = model.gradient(&theta, sample);
        dot(&gradient, &gradient)
    });
    let reference = squares + T::integer(4) * &decay / &rate * dot(&theta, &theta) + &terms;
    OffShell { residual: noise - balance + force, terms, reference }
}
