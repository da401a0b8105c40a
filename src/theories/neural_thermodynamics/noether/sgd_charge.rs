//! `noether/sgd-charge`: the charge after one step of descent.
//!
//! ```text
//! C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g
//! ```
//!
//! `C = theta^T A theta` is the charge of a symmetric generator `A`, `g` the gradient of a sample or of a batch, `eta` the learning rate, `gamma`
//! the weight decay. Source: [`NEURAL_MECHANICS`].

use super::NEURAL_MECHANICS;
use super::charge::{Charged, Charges, Kept, decay_per_step, extent};
use crate::data::Sample;
use crate::dynamics::{heavy_ball_step, sgd_step};
use crate::instances::Point;
use crate::instances::problem::Decay;
use crate::instances::subject;
use crate::linalg::products::add_multiple;
use crate::model::Carrier;
use crate::verify::{Claim, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control};

/// The law of a step.
#[derive(Clone, Copy)]
pub(super) struct SgdCharge {
    charges: Charges,
    decay: Decay,
    kept: Kept,
    /// Whether the learning rates are a full matrix.
    unequal_rates: bool,
    /// Whether the step is the second one of the heavy ball.
    momentum: bool,
    /// Whether the noise term is that of the mean gradient.
    noise_of_the_mean: bool,
    /// Whether a step of the batch of all samples is taken too.
    batch: bool,
}

pub(super) const LAW: SgdCharge = SgdCharge {
    charges: Charges::OfSymmetries,
    decay: Decay::Positive,
    kept: Kept::Exactly,
    unequal_rates: false,
    momentum: false,
    noise_of_the_mean: false,
    batch: true,
};
const DECAYING: SgdCharge = SgdCharge { charges: Charges::Decaying, batch: false, ..LAW };
const LEAKY: SgdCharge = SgdCharge { charges: Charges::Leaky, ..DECAYING };

/// `noether/sgd-charge`
pub static CLAIM: Claim = Claim {
    id: "noether/sgd-charge",
    title: "a charge after one step of descent",
    statement: "C = theta^T A theta, theta' = theta - eta (g + 2 gamma theta): C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric",
        "g is the gradient of a sample or of a batch; theta and eta are arbitrary",
        "on a kink g is taken with any slope of the activation there",
    ],
    references: &[NEURAL_MECHANICS],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(SgdCharge { charges: Charges::NotHomogeneous, ..DECAYING }),
        ),
        control(
            "unequal-rates",
            "a step theta - Lambda g, Lambda not a multiple of I",
            &Ladder(SgdCharge { decay: Decay::None, unequal_rates: true, ..LEAKY }),
        ),
        control("momentum", "the second step of the heavy ball", &Ladder(SgdCharge { momentum: true, ..DECAYING })),
        control(
            "noise-of-the-mean",
            "the mean gradient in the noise term of a sample's step",
            &Ladder(SgdCharge { noise_of_the_mean: true, ..LEAKY }),
        ),
        control(
            "half-decay",
            "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2",
            &Ladder(SgdCharge { kept: Kept::HalfDecay, ..DECAYING }),
        ),
        control(
            "first-order-decay",
            "1 - 4 eta gamma in place of (1 - 2 eta gamma)^2",
            &Ladder(SgdCharge { kept: Kept::FirstOrder, ..DECAYING }),
        ),
    ],
};

/// A step from `start` to `end` along the gradient `gradient`.
struct Step<T> {
    name: String,
    start: Vec<T>,
    end: Vec<T>,
    gradient: Vec<T>,
}

impl SgdCharge {
    /// The step of a sample.
    fn of_sample<T: Carrier>(&self, point: &Point<T>, number: usize, sample: &Sample<T>) -> Step<T> {
        let objective = point.objective();
        let mut start = point.theta.clone();
        let mut momentum = vec![T::zero(); start.len()];
        let factor = T::ratio(1, 2);
        if self.momentum {
            heavy_ball_step(&objective, &mut start, &mut momentum, sample, &factor);
        }
        let mut end = start.clone();
        let gradient = if self.momentum {
            heavy_ball_step(&objective, &mut end, &mut momentum, sample, &factor)
        } else {
            sgd_step(&objective, &mut end, sample)
        };
        Step { name: format!("sample {number}"), start, end, gradient }
    }
}

/// The step of the batch of all samples, along their mean gradient.
fn of_batch<T: Carrier>(point: &Point<T>, mean: Vec<T>) -> Step<T> {
    let mut force = mean.clone();
    add_multiple(&mut force, &(T::integer(2) * &point.weight_decay), &point.theta);
    let start = point.theta.clone();
    let mut end = start.clone();
    add_multiple(&mut end, &T::integer(-1), &point.preconditioner.apply(&force));
    Step { name: "the batch of all samples".to_owned(), start, end, gradient: mean }
}

impl Draws for SgdCharge {
    type Instance = Charged;

    fn draw(&self, draw: &mut Draw) -> Result<Charged, Unjudged> {
        let charged = self.charges.draw(draw, self.decay);
        Ok(if self.unequal_rates { charged.with_full_rates(&mut draw.family) } else { charged })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Charged, Inapplicable> {
        Charged::on(draw, subject::network(subject)?, self.decay)
    }
}

impl<T: Carrier> In<T> for SgdCharge {
    fn relations(&self, charged: &Charged) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = charged.problem.at::<T>();
        let mean = point.objective().mean_gradient(&point.theta);
        let samples = point.data.samples().iter().enumerate();
        let mut steps: Vec<_> = samples.map(|(number, sample)| self.of_sample(&point, number, sample)).collect();
        if self.noise_of_the_mean {
            steps.iter_mut().for_each(|step| step.gradient.clone_from(&mean));
        }
        if self.batch {
            steps.push(of_batch(&point, mean));
        }
        let kept = self.kept.of(&decay_per_step::<T>(&charged.problem));
        let mut relations = Vec::new();
        for step in &steps {
            let displacement = point.preconditioner.apply(&step.gradient);
            for generator in &charged.generators {
                let form = |vector: &[T]| generator.map.form(vector, vector);
                let extent = extent(&generator.map, &step.start) + extent(&generator.map, &step.end);
                let law = Relation::equality(
                    ("charge after a step", format!("{}, {}", generator.name, step.name)),
                    vec![Term::scalar("C'", form(&step.end))],
                    vec![
                        Term::scalar("(1 - 2 eta gamma)^2 C", T::product(&kept, &form(&step.start))),
                        Term::scalar("eta^2 g^T A g", form(&displacement)),
                    ],
                );
                relations.push(law.against(extent));
            }
        }
        Ok(relations)
    }
}
