//! `noether/preconditioned-charge`

use super::NEURAL_MECHANICS;
use super::charge::{Charged, extent};
use super::preconditioned::{Charge, Preconditioned};
use crate::claim::problem::Decay;
use crate::claim::{Case, Control, Draw, Entry, Evidence, Inapplicable, Outside, Relation, Term, Theorem};
use crate::claims::given;
use crate::dynamics::sgd_step;
use crate::model::{Carrier, Network};

/// The charge after one step with a constant learning-rate matrix.
pub struct PreconditionedCharge;

static ENTRY: Entry = Entry {
    id: "noether/preconditioned-charge",
    title: "a charge after one preconditioned step",
    statement: "C = theta^T Lambda^{-1} A theta, theta' = theta - Lambda g: C' = C + g^T A Lambda g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and Lambda^{-1} A is symmetric; A itself need not be",
        "Lambda is symmetric positive definite and the same in C, in C' and in the step; gamma = 0",
        "on a kink g is taken with any slope of the activation there",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "not-symmetric", breaks: "Lambda^{-1} A not symmetric" },
        Control { name: "changing-rates", breaks: "a step with other learning rates than those of C and C'" },
        Control { name: "decay", breaks: "weight decay inside the loss" },
        Control { name: "plain-charge", breaks: "theta^T A theta in place of theta^T Lambda^{-1} A theta" },
    ],
    references: &[NEURAL_MECHANICS],
};

impl Theorem for PreconditionedCharge {
    type Instance = Preconditioned;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Preconditioned {
        let draw = &mut draw;
        let case = draw.case;
        let mut drawn = match case {
            Case::Law => Preconditioned::of_law(draw, Decay::None),
            case if case.is_control(&ENTRY, "not-a-symmetry") => {
                Preconditioned::with_rates(Charged::not_homogeneous(draw, Decay::None), &mut draw.family)
            }
            case if case.is_control(&ENTRY, "not-symmetric") => {
                Preconditioned::with_any_matrix(Charged::leaky(draw, Decay::None), &mut draw.family)
            }
            case if case.is_control(&ENTRY, "decay") => {
                Preconditioned::with_rates(Charged::leaky(draw, Decay::Positive), &mut draw.family)
            }
            _ => Preconditioned::with_rates(Charged::leaky(draw, Decay::None), &mut draw.family),
        };
        if case.is_control(&ENTRY, "changing-rates") {
            drawn.double_rates_of_first_layer();
        }
        drawn
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Preconditioned, Inapplicable> {
        let mut charged = Charged::on(&mut draw, network, Decay::None)?;
        // Of the generators only diagonal ones stay symmetric under different learning rates.
        charged.generators = given::scales(&mut draw.family, network)?;
        Ok(Preconditioned::with_rates(charged, &mut draw.family))
    }

    fn relations<T: Carrier>(&self, instance: &Preconditioned, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let mut relations = Vec::new();
        for (number, sample) in point.data.samples().iter().enumerate() {
            let mut theta = point.theta.clone();
            let gradient = sgd_step(&objective, &mut theta, sample);
            for Charge { generator, map } in &instance.charges {
                let map = if case.is_control(&ENTRY, "plain-charge") { &generator.map } else { map };
                let noise = generator.map.form(&gradient, &point.preconditioner.apply(&gradient));
                let extent = extent(map, &point.theta) + extent(map, &theta);
                let law = Relation::equality(
                    ("charge after a step", format!("{}, sample {number}", generator.name)),
                    vec![Term::scalar("C'", map.form(&theta, &theta))],
                    vec![
                        Term::scalar("C", map.form(&point.theta, &point.theta)),
                        Term::scalar("g^T A Lambda g", noise),
                    ],
                );
                relations.push(law.against(extent));
            }
        }
        Ok(relations)
    }
}
