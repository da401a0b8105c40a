//! `noether/decoupled-decay`: the charge after one preconditioned step with decoupled weight decay.
//!
//! ```text
//! C' = (1 - 2 eta gamma)^2 C + g^T A Lambda g,   C = theta^T Lambda^{-1} A theta
//! ```
//!
//! `A` is a generator, `Lambda` the matrix of learning rates, `g` the gradient of a sample, `eta` the rate of the decay, `gamma` the weight decay.
//! Sources: [`DECOUPLED_DECAY`], [`NEURAL_MECHANICS`].

use super::charge::{Charges, Kept};
use super::preconditioned::{Matrix, Preconditioned, after_steps};
use super::{DECOUPLED_DECAY, NEURAL_MECHANICS};
use crate::dynamics::{decoupled_decay_step, sgd_step};
use crate::instances::problem::Decay;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Claim, Draw, Draws, In, Ladder, Relation, Unjudged, all, control};

/// The law of a step.
#[derive(Clone, Copy)]
pub(super) struct DecoupledDecay {
    matrix: Matrix,
    kept: Kept,
    /// Whether the decay is so strong that a wrong factor of it cannot hide behind the noise.
    strong: bool,
    /// Whether the decay is inside the loss.
    coupled: bool,
    /// Whether `A` stands for `Lambda^{-1} A` in the charge.
    plain: bool,
}

pub(super) const LAW: DecoupledDecay =
    DecoupledDecay { matrix: Matrix::Fitting, kept: Kept::Exactly, strong: false, coupled: false, plain: false };
const STRONG: DecoupledDecay = DecoupledDecay { matrix: Matrix::Diagonal(Charges::Leaky), strong: true, ..LAW };

/// `noether/decoupled-decay`
pub static CLAIM: Claim = Claim {
    id: "noether/decoupled-decay",
    title: "a charge under decoupled weight decay",
    statement: "C = theta^T Lambda^{-1} A theta, theta' = (1 - 2 eta gamma) theta - Lambda g: C' = (1 - 2 eta gamma)^2 C + g^T A Lambda g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and Lambda^{-1} A is symmetric; A itself need not be",
        "Lambda is symmetric positive definite and the same in C, in C' and in the step",
        "the rate eta of the decay is a number of its own",
        "on a kink g is taken with any slope of the activation there",
    ],
    references: &[DECOUPLED_DECAY, NEURAL_MECHANICS],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(DecoupledDecay { matrix: Matrix::Diagonal(Charges::NotHomogeneous), ..LAW }),
        ),
        control(
            "not-symmetric",
            "Lambda^{-1} A not symmetric",
            &Ladder(DecoupledDecay { matrix: Matrix::Any(Charges::Leaky), ..LAW }),
        ),
        control(
            "coupled-decay",
            "weight decay inside the loss, theta' = theta - Lambda (g + 2 gamma theta)",
            &Ladder(DecoupledDecay { coupled: true, ..STRONG }),
        ),
        control(
            "plain-charge",
            "theta^T A theta in place of theta^T Lambda^{-1} A theta",
            &Ladder(DecoupledDecay { plain: true, ..STRONG }),
        ),
        control(
            "half-decay",
            "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2",
            &Ladder(DecoupledDecay { kept: Kept::HalfDecay, ..STRONG }),
        ),
    ],
};

impl Draws for DecoupledDecay {
    type Instance = Preconditioned;

    fn draw(&self, draw: &mut Draw) -> Result<Preconditioned, Unjudged> {
        let mut drawn = self.matrix.draw(draw, Decay::Positive);
        if self.strong {
            drawn.problem.weight_decay = Rational::from(1);
        }
        Ok(drawn)
    }
}

impl<T: Carrier> In<T> for DecoupledDecay {
    fn relations(&self, instance: &Preconditioned) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let rate = T::from_rational(&instance.decay_rate);
        let kept = self.kept.of(&T::product(&rate, &point.weight_decay));
        let step = |theta: &mut Vec<T>, sample: &_| {
            if self.coupled {
                sgd_step(&objective, theta, sample)
            } else {
                decoupled_decay_step(&objective, theta, sample, &rate)
            }
        };
        Ok(after_steps(instance, &point, self.plain, ("(1 - 2 eta gamma)^2 C", kept), step))
    }
}
