//! `noether/sgd-matrix-charge`

use super::charge::{
    decay_per_step, incoming_gram, layout, outgoing_gram, scaled, weight_gram, with_gates, with_strong_decay,
};
use super::{AUTO_BALANCING, NEURAL_MECHANICS};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Term, Theorem};
use crate::dynamics::sgd_step;
use crate::entropic::Preconditioner;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;

/// The matrix of charges at a linear interface after one step of descent.
pub struct SgdMatrixCharge;

static ENTRY: Entry = Entry {
    id: "noether/sgd-matrix-charge",
    title: "the matrix of charges after one step of descent",
    statement: "Q = W W^T - U^T U: Q' = (1 - 2 eta gamma)^2 Q + eta^2 (g_W g_W^T - g_U^T g_U)",
    hypotheses: &[
        "the per-sample loss depends on U and W through U W; with biases b of W through U W and U b",
        "with biases, W W^T + b b^T stands for W W^T and g_W g_W^T + g_b g_b^T for g_W g_W^T",
        "theta' = theta - eta (g + 2 gamma theta); theta and eta are arbitrary",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "activation-between", breaks: "leaky ReLU between W and U, one neuron open and one closed" },
        Control { name: "unequal-rates", breaks: "different learning rates for U and W" },
        Control { name: "without-bias", breaks: "the bias left out" },
        Control { name: "half-decay", breaks: "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2" },
    ],
    references: &[NEURAL_MECHANICS, AUTO_BALANCING],
};

impl Theorem for SgdMatrixCharge {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let draw = &mut draw;
        if draw.case == Case::Law {
            let class = draw.turn();
            let network = Palette::Linear.network(&mut draw.family, class);
            return Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        }
        let activation = match draw.case {
            case if case.is_control(&ENTRY, "activation-between") => Piecewise::LeakyRelu,
            _ => Piecewise::Identity,
        };
        let widths = [1 + draw.family.below(3), 2 + draw.family.below(2), 1 + draw.family.below(2)];
        let network = Network::mlp(&widths, activation, true, Loss::SquaredError);
        let problem = Problem::draw(draw, Class::Generic, network, Rates::Scalar, Decay::Positive);
        match draw.case {
            case if case.is_control(&ENTRY, "activation-between") => with_gates(problem, |neuron| neuron == 0),
            case if case.is_control(&ENTRY, "unequal-rates") => {
                let incoming = layout(&problem.network).biases(0).end;
                let parameters = 0..problem.network.parameter_count();
                let rates = parameters.map(|i| Rational::from((if i < incoming { 1 } else { 2 }, 8)));
                let preconditioner = Preconditioner::Diagonal(rates.collect());
                Problem { preconditioner, weight_decay: Rational::new(), ..problem }
            }
            _ => with_strong_decay(problem),
        }
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = problem.at::<T>();
        let objective = point.objective();
        let layout = layout(&problem.network);
        let decayed: T = decay_per_step(problem);
        let decayed = if case.is_control(&ENTRY, "half-decay") { decayed } else { T::integer(2) * decayed };
        let kept = (T::one() - decayed).squared();
        let incoming = if case.is_control(&ENTRY, "without-bias") { weight_gram } else { incoming_gram };
        let minus = T::integer(-1);
        let mut relations = Vec::new();
        for (number, sample) in point.data.samples().iter().enumerate() {
            let mut theta = point.theta.clone();
            let gradient = sgd_step(&objective, &mut theta, sample);
            let displacement = point.preconditioner.apply(&gradient);
            for layer in 0..layout.depth() - 1 {
                let incoming = |vector: &[T]| incoming(layout, layer, vector, vector);
                let outgoing = |vector: &[T]| scaled(&minus, outgoing_gram(layout, layer, vector, vector));
                relations.push(Relation::equality(
                    ("matrix charge after a step", format!("hidden layer {layer}, sample {number}")),
                    vec![Term::vector("W' W'^T", incoming(&theta)), Term::vector("-U'^T U'", outgoing(&theta))],
                    vec![
                        Term::vector("(1 - 2 eta gamma)^2 W W^T", scaled(&kept, incoming(&point.theta))),
                        Term::vector("-(1 - 2 eta gamma)^2 U^T U", scaled(&kept, outgoing(&point.theta))),
                        Term::vector("eta^2 g_W g_W^T", incoming(&displacement)),
                        Term::vector("-eta^2 g_U^T g_U", outgoing(&displacement)),
                    ],
                ));
            }
        }
        Ok(relations)
    }
}
