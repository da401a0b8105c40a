//! What plain descent that goes on as it is would come to: predictions, not measurements.
//!
//! For a block under whose scaling the loss does not change, with decay and `rho = r |g|` as measured: the radius
//! `(eta rho^2 / (4 gamma (1 - eta gamma)))^(1/4)` and the angle `arccos(1 - 2 eta gamma)` of a step at rest (`ideal-gas/equation-of-state`,
//! `ideal-gas/turning-angle`). For a law of two sides, from gradients of single samples: its imbalance along batches of another size at the same parameters, with
//! `E|g_B|^2 = kappa (E|g|^2 - |m|^2) + |m|^2`, `kappa = (n - B) / (B (n - 1))` for the n gradients given (`noise-equilibrium/sde-gap`). If these are all samples, that is
//! exact for batches without replacement; if they are drawn from many, it is unbiased for independent ones.

use super::balance::{Balance, Status};
use super::law::{Form, Law};
use super::reading::{Reading, Sides};
use super::{Inspection, Rule, Settings};
use crate::closed_form::batches::{Spread, share_of_noise};
use crate::closed_form::{gas, kept};

/// The norm of a scale-invariant block: as it is, and as it would come to rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Norm {
    /// `r`
    pub radius: f64,
    /// `r` at rest.
    pub radius_at_rest: f64,
    /// `arctan(eta |g| / (c r))`, with the root mean square of `|g|`: the angle of a step from here.
    pub angle: f64,
    /// The angle of a step at rest.
    pub angle_at_rest: f64,
}

/// A law along batches of another size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlongBatches {
    /// The terms that are expected.
    pub sides: Sides,
    /// The imbalance that is expected.
    pub imbalance: Option<f64>,
    /// Without decay and with coefficients 1 and -1: by what the first side is multiplied, and the second divided, where the mean drift vanishes.
    pub factor: Option<f64>,
}

/// What is predicted of one law.
#[derive(Clone, Debug, PartialEq)]
pub enum Prediction {
    /// Of a scale-invariant block, group by group.
    Norms(Vec<Norm>),
    /// Of a law of two sides.
    Batches(AlongBatches),
}

/// Why nothing is predicted.
pub type Reason = &'static str;

impl Inspection {
    /// What is predicted of a law, or why nothing is.
    ///
    /// # Errors
    /// The reason.
    pub fn prediction(&self, balance: &Balance) -> Result<Prediction, Reason> {
        self.settings.is_plain()?;
        if balance.status == Status::NotASymmetry {
            return Err("it is not a symmetry of this network");
        }
        if balance.law.blocks.iter().any(|block| block.offset != 0.0) {
            return Err("its numbers are stored with an offset, which decays otherwise");
        }
        match is_scale_invariance(&balance.law) {
            true => self.norms(balance).map(Prediction::Norms),
            false => self.along_batches(balance).map(Prediction::Batches),
        }
    }

    fn norms(&self, balance: &Balance) -> Result<Vec<Norm>, Reason> {
        let settings = &self.settings;
        let eta = settings.learning_rate.ok_or("no learning rate is given")?;
        let mut decays = balance.law.blocks.iter().map(|block| settings.decay_of(&block.tensor));
        let gamma = decays.next().ok_or("it names no tensor")?;
        if decays.any(|decay| decay != gamma) {
            return Err("its tensors decay differently");
        }
        if gamma == 0.0 {
            return Err("without decay the norm grows for ever, and the angle of a step goes to 0");
        }
        let kept = kept(&eta, &gamma);
        if kept <= 0.0 {
            return Err("2 eta gamma is 1 or more");
        }
        let norm = |member: &Reading| {
            let (square, noise) = (member.parameters, member.sides.noise[0]);
            let fourth = gas::fourth_power_of_radius(&eta, &gamma, &(square * noise));
            let norm = Norm {
                radius: square.sqrt(),
                radius_at_rest: fourth.sqrt().sqrt(),
                angle: (eta * noise.sqrt() / (kept * square.sqrt())).atan(),
                angle_at_rest: kept.acos(),
            };
            (noise > 0.0 && square > 0.0).then_some(norm)
        };
        let norms: Option<Vec<Norm>> = balance.members.iter().map(norm).collect();
        norms.ok_or("a gradient or a norm vanishes")
    }

    fn along_batches(&self, balance: &Balance) -> Result<AlongBatches, Reason> {
        let Settings { batch_size, .. } = self.settings;
        let batch = batch_size.ok_or("no batch size is given")?;
        if balance.law.form == Form::Matrix {
            return Err("it is a matrix law; its diagonal has one");
        }
        let samples = self.samples.ok_or("no gradients of samples are given")?;
        if batch > samples {
            return Err("there are fewer gradients than samples in a batch");
        }
        let mean = balance.total.mean_gradient.ok_or("a mean gradient is not known")?;
        let share = share_of_noise(samples, batch).to_f64();
        let noise = balance.total.sides.noise;
        let spread = Spread { noise: [0, 1].map(|side| (noise[side] - mean[side]).max(0.0)), mean };
        let sides = Sides { noise: spread.of_batches(&share), ..balance.total.sides };
        let is_plain = balance.law.blocks.iter().all(|block| block.coefficient.abs() == 1.0);
        let is_free = sides.decay == [0.0; 2] && sides.noise.iter().all(|term| *term > 0.0);
        let factor = (is_plain && is_free).then(|| spread.equilibrium(&share).sqrt().sqrt());
        Ok(AlongBatches { sides, imbalance: sides.imbalance(), factor })
    }
}

/// Whether the symmetry multiplies all that it acts on by one factor.
fn is_scale_invariance(law: &Law) -> bool {
    law.form == Form::Rescaling && law.blocks.iter().all(|block| block.coefficient == 1.0)
}

impl Settings {
    fn is_plain(&self) -> Result<(), Reason> {
        match self.rule {
            Rule::Sgd if self.momentum > 0.0 => Err("predictions are about descent without momentum"),
            Rule::Sgd => Ok(()),
            Rule::Adam | Rule::AdamW => Err("predictions are about plain descent, not about Adam"),
        }
    }
}
