//! `noether/decoupled-decay`

use super::charge::{Charged, extent};
use super::preconditioned::{Charge, Preconditioned};
use super::{DECOUPLED_DECAY, NEURAL_MECHANICS};
use crate::claim::problem::Decay;
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Relation, Term, Theorem};
use crate::dynamics::{decoupled_decay_step, sgd_step};
use crate::model::Carrier;
use crate::scalar::Rational;

/// The charge after one preconditioned step with decoupled weight decay.
pub struct DecoupledDecay;

static ENTRY: Entry = Entry {
    id: "noether/decoupled-decay",
    title: "a charge under decoupled weight decay",
    statement: "C = theta^T Lambda^{-1} A theta, theta' = (1 - 2 eta gamma) theta - Lambda g: C' = (1 - 2 eta gamma)^2 C + g^T A Lambda g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and Lambda^{-1} A is symmetric; A itself need not be",
        "Lambda is symmetric positive definite and the same in C, in C' and in the step",
        "the rate eta of the decay is a number of its own",
        "on a kink g is taken with any slope of the activation there",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "not-symmetric", breaks: "Lambda^{-1} A not symmetric" },
        Control {
            name: "coupled-decay",
            breaks: "weight decay inside the loss, theta' = theta - Lambda (g + 2 gamma theta)",
        },
        Control { name: "plain-charge", breaks: "theta^T A theta in place of theta^T Lambda^{-1} A theta" },
        Control { name: "half-decay", breaks: "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2" },
    ],
    references: &[DECOUPLED_DECAY, NEURAL_MECHANICS],
};

impl Theorem for DecoupledDecay {
    type Instance = Preconditioned;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Preconditioned {
        let draw = &mut draw;
        match draw.case {
            Case::Law => Preconditioned::of_law(draw, Decay::Positive),
            case if case.is_control(&ENTRY, "not-a-symmetry") => {
                Preconditioned::with_rates(Charged::not_homogeneous(draw, Decay::Positive), &mut draw.family)
            }
            case if case.is_control(&ENTRY, "not-symmetric") => {
                Preconditioned::with_any_matrix(Charged::leaky(draw, Decay::Positive), &mut draw.family)
            }
            _ => {
                let mut charged = Charged::leaky(draw, Decay::Positive);
                // A decay so strong that a wrong factor of it cannot hide behind the noise.
                charged.problem.weight_decay = Rational::from(1);
                Preconditioned::with_rates(charged, &mut draw.family)
            }
        }
    }

    fn relations<T: Carrier>(&self, instance: &Preconditioned, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let rate = T::from_rational(&instance.decay_rate);
        let factor = T::integer(if case.is_control(&ENTRY, "half-decay") { 1 } else { 2 });
        let kept = (T::one() - factor * &rate * &point.weight_decay).squared();
        let mut relations = Vec::new();
        for (number, sample) in point.data.samples().iter().enumerate() {
            let mut theta = point.theta.clone();
            let gradient = if case.is_control(&ENTRY, "coupled-decay") {
                sgd_step(&objective, &mut theta, sample)
            } else {
                decoupled_decay_step(&objective, &mut theta, sample, &rate)
            };
            for Charge { generator, map } in &instance.charges {
                let map = if case.is_control(&ENTRY, "plain-charge") { &generator.map } else { map };
                let noise = generator.map.form(&gradient, &point.preconditioner.apply(&gradient));
                let charge = map.form(&point.theta, &point.theta);
                let extent = extent(map, &point.theta) + extent(map, &theta);
                let law = Relation::equality(
                    ("charge after a step", format!("{}, sample {number}", generator.name)),
                    vec![Term::scalar("C'", map.form(&theta, &theta))],
                    vec![
                        Term::scalar("(1 - 2 eta gamma)^2 C", T::product(&kept, &charge)),
                        Term::scalar("g^T A Lambda g", noise),
                    ],
                );
                relations.push(law.against(extent));
            }
        }
        Ok(relations)
    }
}
