//! `noether/sgd-matrix-charge`: the matrix of charges at a linear interface after one step of descent.
//!
//! ```text
//! Q' = (1 - 2 eta gamma)^2 Q + eta^2 (g_W g_W^T - g_U^T g_U),   Q = W W^T - U^T U
//! ```
//!
//! `W` are the weights before the interface, `U` those behind it, `g_W` and `g_U` the gradients of a sample; `eta` is the learning rate, `gamma` the
//! weight decay. Sources: [`NEURAL_MECHANICS`], [`AUTO_BALANCING`].

use super::charge::{Kept, decay_per_step, layout, scaled, with_gates, with_strong_decay};
use super::gram_matrices::{incoming_gram, outgoing_gram, weight_gram};
use super::{AUTO_BALANCING, NEURAL_MECHANICS};
use crate::dynamics::sgd_step;
use crate::entropic::Preconditioner;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Term, Unjudged, all, control};

/// The law of a step at every interface.
#[derive(Clone, Copy)]
pub(super) struct MatrixCharge {
    networks: Networks,
    kept: Kept,
    /// Whether biases belong to the incoming weights.
    bias: bool,
}

/// The networks of the law, and the small ones of controls.
#[derive(Clone, Copy)]
enum Networks {
    Linear,
    /// Leaky ReLU between `W` and `U`, one neuron open and one closed.
    ActivationBetween,
    /// Linear, with different learning rates for `U` and `W`.
    UnequalRates,
    /// Linear, under strong decay.
    Decaying,
}

pub(super) const LAW: MatrixCharge = MatrixCharge { networks: Networks::Linear, kept: Kept::Exactly, bias: true };
const DECAYING: MatrixCharge = MatrixCharge { networks: Networks::Decaying, ..LAW };

/// `noether/sgd-matrix-charge`
pub static CLAIM: Claim = Claim {
    id: "noether/sgd-matrix-charge",
    title: "the matrix of charges after one step of descent",
    statement: "Q = W W^T - U^T U: Q' = (1 - 2 eta gamma)^2 Q + eta^2 (g_W g_W^T - g_U^T g_U)",
    hypotheses: &[
        "the per-sample loss depends on U and W through U W; with biases b of W through U W and U b",
        "with biases, W W^T + b b^T stands for W W^T and g_W g_W^T + g_b g_b^T for g_W g_W^T",
        "theta' = theta - eta (g + 2 gamma theta); theta and eta are arbitrary",
    ],
    references: &[NEURAL_MECHANICS, AUTO_BALANCING],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "activation-between",
            "leaky ReLU between W and U, one neuron open and one closed",
            &Ladder(MatrixCharge { networks: Networks::ActivationBetween, ..LAW }),
        ),
        control(
            "unequal-rates",
            "different learning rates for U and W",
            &Ladder(MatrixCharge { networks: Networks::UnequalRates, ..LAW }),
        ),
        control("without-bias", "the bias left out", &Ladder(MatrixCharge { bias: false, ..DECAYING })),
        control(
            "half-decay",
            "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2",
            &Ladder(MatrixCharge { kept: Kept::HalfDecay, ..DECAYING }),
        ),
    ],
};

impl Draws for MatrixCharge {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let small = |draw: &mut Draw, activation| {
            let widths = [1 + draw.family.below(3), 2 + draw.family.below(2), 1 + draw.family.below(2)];
            let network = Network::mlp(&widths, activation, true, Loss::SquaredError);
            Problem::draw(draw, Class::Generic, network, Rates::Scalar, Decay::Positive)
        };
        Ok(match self.networks {
            Networks::Linear => {
                let class = draw.turn();
                let network = NetworkKind::Linear.network(&mut draw.family, class);
                Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive)
            }
            Networks::ActivationBetween => with_gates(small(draw, Piecewise::LeakyRelu), |neuron| neuron == 0),
            Networks::UnequalRates => {
                let problem = small(draw, Piecewise::Identity);
                let incoming = layout(&problem.network).biases(0).end;
                let parameters = 0..problem.network.parameter_count();
                let rates = parameters.map(|i| Rational::from((if i < incoming { 1 } else { 2 }, 8)));
                let preconditioner = Preconditioner::Diagonal(rates.collect());
                Problem { preconditioner, weight_decay: Rational::new(), ..problem }
            }
            Networks::Decaying => with_strong_decay(small(draw, Piecewise::Identity)),
        })
    }
}

impl<T: Carrier> In<T> for MatrixCharge {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = problem.at::<T>();
        let objective = point.objective();
        let layout = layout(&problem.network);
        let kept = self.kept.of(&decay_per_step::<T>(problem));
        let incoming = if self.bias { incoming_gram } else { weight_gram };
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
