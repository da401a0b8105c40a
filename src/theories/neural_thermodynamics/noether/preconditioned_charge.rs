//! `noether/preconditioned-charge`: the charge after one step with a constant learning-rate matrix.
//!
//! ```text
//! C' = C + g^T A Lambda g,   C = theta^T Lambda^{-1} A theta
//! ```
//!
//! `A` is a generator, `Lambda` the matrix of learning rates, `g` the gradient of a sample. Source: [`NEURAL_MECHANICS`].

use super::NEURAL_MECHANICS;
use super::charge::{Charged, Charges};
use super::preconditioned::{Matrix, Preconditioned, after_steps};
use crate::dynamics::sgd_step;
use crate::instances::problem::Decay;
use crate::instances::subject;
use crate::model::Carrier;
use crate::verify::{Claim, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Unjudged, all, control};

/// The law of a step.
#[derive(Clone, Copy)]
pub(super) struct PreconditionedCharge {
    matrix: Matrix,
    decay: Decay,
    /// Whether the step has other learning rates than the charges.
    changing_rates: bool,
    /// Whether `A` stands for `Lambda^{-1} A` in the charge.
    plain: bool,
}

pub(super) const LAW: PreconditionedCharge =
    PreconditionedCharge { matrix: Matrix::Fitting, decay: Decay::None, changing_rates: false, plain: false };
const LEAKY: PreconditionedCharge = PreconditionedCharge { matrix: Matrix::Diagonal(Charges::Leaky), ..LAW };

/// `noether/preconditioned-charge`
pub static CLAIM: Claim = Claim {
    id: "noether/preconditioned-charge",
    title: "a charge after one preconditioned step",
    statement: "C = theta^T Lambda^{-1} A theta, theta' = theta - Lambda g: C' = C + g^T A Lambda g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and Lambda^{-1} A is symmetric; A itself need not be",
        "Lambda is symmetric positive definite and the same in C, in C' and in the step; gamma = 0",
        "on a kink g is taken with any slope of the activation there",
    ],
    references: &[NEURAL_MECHANICS],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(PreconditionedCharge { matrix: Matrix::Diagonal(Charges::NotHomogeneous), ..LAW }),
        ),
        control(
            "not-symmetric",
            "Lambda^{-1} A not symmetric",
            &Ladder(PreconditionedCharge { matrix: Matrix::Any(Charges::Leaky), ..LAW }),
        ),
        control(
            "changing-rates",
            "a step with other learning rates than those of C and C'",
            &Ladder(PreconditionedCharge { changing_rates: true, ..LEAKY }),
        ),
        control(
            "decay",
            "weight decay inside the loss",
            &Ladder(PreconditionedCharge { decay: Decay::Positive, ..LEAKY }),
        ),
        control(
            "plain-charge",
            "theta^T A theta in place of theta^T Lambda^{-1} A theta",
            &Ladder(PreconditionedCharge { plain: true, ..LEAKY }),
        ),
    ],
};

impl Draws for PreconditionedCharge {
    type Instance = Preconditioned;

    fn draw(&self, draw: &mut Draw) -> Result<Preconditioned, Unjudged> {
        let mut drawn = self.matrix.draw(draw, self.decay);
        if self.changing_rates {
            drawn.double_rates_of_first_layer();
        }
        Ok(drawn)
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Preconditioned, Inapplicable> {
        let network = subject::network(subject)?;
        let mut charged = Charged::on(draw, network, self.decay)?;
        // Of the generators only diagonal ones stay symmetric under different learning rates.
        charged.generators = subject::scales(&mut draw.family, network)?;
        Ok(Preconditioned::with_rates(charged, &mut draw.family))
    }
}

impl<T: Carrier> In<T> for PreconditionedCharge {
    fn relations(&self, instance: &Preconditioned) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let step = |theta: &mut Vec<T>, sample: &_| sgd_step(&objective, theta, sample);
        Ok(after_steps(instance, &point, self.plain, ("C", T::one()), step))
    }
}
