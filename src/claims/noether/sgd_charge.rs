//! `noether/sgd-charge`

use super::NEURAL_MECHANICS;
use super::charge::{Charged, decay_per_step, extent};
use crate::claim::problem::{Decay, Rates, preconditioner};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Inapplicable, Outside, Relation, Term, Theorem};
use crate::dynamics::{heavy_ball_step, sgd_step};
use crate::linalg::products::add_multiple;
use crate::model::{Carrier, Network};

/// The charge after one step of descent.
pub struct SgdCharge;

static ENTRY: Entry = Entry {
    id: "noether/sgd-charge",
    title: "a charge after one step of descent",
    statement: "C = theta^T A theta, theta' = theta - eta (g + 2 gamma theta): C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric",
        "g is the gradient of a sample or of a batch; theta and eta are arbitrary",
        "on a kink g is taken with any slope of the activation there",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "unequal-rates", breaks: "a step theta - Lambda g, Lambda not a multiple of I" },
        Control { name: "momentum", breaks: "the second step of the heavy ball" },
        Control { name: "noise-of-the-mean", breaks: "the mean gradient in the noise term of a sample's step" },
        Control { name: "half-decay", breaks: "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2" },
        Control { name: "first-order-decay", breaks: "1 - 4 eta gamma in place of (1 - 2 eta gamma)^2" },
    ],
    references: &[NEURAL_MECHANICS],
};

/// A step from `start` to `end` along the gradient `gradient`.
struct Step<T> {
    name: String,
    start: Vec<T>,
    end: Vec<T>,
    gradient: Vec<T>,
}

impl Theorem for SgdCharge {
    type Instance = Charged;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Charged {
        let draw = &mut draw;
        match draw.case {
            Case::Law => Charged::of_law(draw, Decay::Positive),
            case if case.is_control(&ENTRY, "not-a-symmetry") => Charged::not_homogeneous(draw, Decay::Positive),
            case if case.is_control(&ENTRY, "unequal-rates") => {
                let mut charged = Charged::leaky(draw, Decay::None);
                let parameters = charged.problem.network.parameter_count();
                charged.problem.preconditioner = preconditioner(&mut draw.family, Rates::Full, parameters);
                charged
            }
            case if case.is_control(&ENTRY, "noise-of-the-mean") => Charged::leaky(draw, Decay::Positive),
            _ => Charged::decaying(draw),
        }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Charged, Inapplicable> {
        Charged::on(&mut draw, network, Decay::Positive)
    }

    fn relations<T: Carrier>(&self, charged: &Charged, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = charged.problem.at::<T>();
        let objective = point.objective();
        let mean = objective.mean_gradient(&point.theta);
        let mut steps = Vec::new();
        for (number, sample) in point.data.samples().iter().enumerate() {
            let mut start = point.theta.clone();
            let mut end = start.clone();
            let mut gradient;
            if case.is_control(&ENTRY, "momentum") {
                let mut momentum = vec![T::zero(); start.len()];
                let factor = T::ratio(1, 2);
                heavy_ball_step(&objective, &mut start, &mut momentum, sample, &factor);
                end.clone_from(&start);
                gradient = heavy_ball_step(&objective, &mut end, &mut momentum, sample, &factor);
            } else {
                gradient = sgd_step(&objective, &mut end, sample);
            }
            if case.is_control(&ENTRY, "noise-of-the-mean") {
                gradient.clone_from(&mean);
            }
            steps.push(Step { name: format!("sample {number}"), start, end, gradient });
        }
        if case == Case::Law {
            let mut force = mean.clone();
            add_multiple(&mut force, &(T::integer(2) * &point.weight_decay), &point.theta);
            let mut end = point.theta.clone();
            add_multiple(&mut end, &T::integer(-1), &point.preconditioner.apply(&force));
            steps.push(Step {
                name: "the batch of all samples".to_owned(),
                start: point.theta.clone(),
                end,
                gradient: mean,
            });
        }
        let decayed: T = decay_per_step(&charged.problem);
        let kept = match case {
            case if case.is_control(&ENTRY, "half-decay") => (T::one() - &decayed).squared(),
            case if case.is_control(&ENTRY, "first-order-decay") => T::one() - T::integer(4) * &decayed,
            _ => (T::one() - T::integer(2) * &decayed).squared(),
        };
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
