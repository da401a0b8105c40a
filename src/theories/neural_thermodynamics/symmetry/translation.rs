//! `symmetry/translation`: what a translation that the loss does not see does to gradients, entropy and descent.
//!
//! ```text
//! l(theta + t v) = l(theta)   implies   g_z(theta + t v) = g_z(theta),   S(theta + t v) = S(theta),
//! v^T theta_t = (1 - 2 eta gamma)^t v^T theta_0   along SGD
//! ```
//!
//! `v = 1 c^T` shifts the logits in front of a softmax, `v = k c^T` moves the last layer in front of a readout that maps `k` to 0; `eta` is the
//! learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::PAPER;
use super::blind_readout::{draw_blind_readout, is_seen, outer};
use super::orbit::flat_loss;
use super::rates;
use crate::dynamics::sgd_step;
use crate::entropic::{Objective, Preconditioner};
use crate::instances::problem::{Decay, Rates, preconditioner};
use crate::instances::{NetworkKind, Point, Problem};
use crate::linalg::products::{add_multiple, dot};
use crate::model::{Carrier, Differentiable, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Ladder, Relation, Stream, Term, Unjudged, all, control};

/// What is invariant under a translation, and what descent does along it.
#[derive(Clone, Copy)]
pub(super) struct Translation {
    shifts: Shifts,
    decay: Decay,
    /// Whether the step is taken without the decay where conservation is asserted.
    conserved_without_decay: bool,
    /// How often `eta gamma` is lost from `v^T theta` in a step.
    lost: i64,
    /// Whether all parameters have one learning rate.
    equal_rates: bool,
}

/// Which translations are drawn.
#[derive(Clone, Copy)]
enum Shifts {
    /// Of all logits of a softmax in the smooth class, else along what a fixed readout does not see.
    Unseen,
    /// The same, and of one output more.
    OneOutput,
    /// Of all outputs of a logistic loss.
    Logistic,
}

pub(super) const LAW: Translation = Translation {
    shifts: Shifts::Unseen,
    decay: Decay::Positive,
    conserved_without_decay: true,
    lost: 2,
    equal_rates: true,
};
const FREE: Translation = Translation { decay: Decay::None, ..LAW };

/// `symmetry/translation`
pub static CLAIM: Claim = Claim {
    id: "symmetry/translation",
    title: "translations",
    statement: "l(theta + t v) = l(theta) implies g_z(theta + t v) = g_z(theta) and S(theta + t v) = S(theta); a step of SGD takes v^T theta to (1 - 2 eta gamma) v^T theta, and conserves it without weight decay",
    hypotheses: &[
        "l(theta + t v; z) = l(theta; z) for all theta, t and z: v = 1 c^T adds the same to every row of the last layer before a softmax, its bias included; or v = k c^T before a fixed readout M_O with M_O k = 0",
        "K theta stands for theta + t v; any symmetric Lambda for S; Lambda = eta I for SGD",
        "theta is not on a kink",
    ],
    references: &[PAPER],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-softmax",
            "a logistic loss of every output, which the shift does not leave alone",
            &Ladder(Translation { shifts: Shifts::Logistic, ..FREE }),
        ),
        control("other-direction", "a shift of one output", &Ladder(Translation { shifts: Shifts::OneOutput, ..FREE })),
        control(
            "conserved-under-decay",
            "conservation with weight decay",
            &Ladder(Translation { conserved_without_decay: false, ..LAW }),
        ),
        control(
            "half-decay",
            "the factor 1 - eta gamma in place of 1 - 2 eta gamma",
            &Ladder(Translation { lost: 1, ..LAW }),
        ),
        control(
            "unequal-rates",
            "SGD with a learning rate for each parameter",
            &Ladder(Translation { equal_rates: false, ..FREE }),
        ),
    ],
};

/// A problem with a translation, and a sample order.
pub struct Instance {
    pub(super) problem: Problem,
    /// `v`
    direction: Vec<Rational>,
    /// `t`
    distance: Rational,
    /// The learning-rate matrix of the entropy.
    rates: Preconditioner<Rational>,
    order: Vec<usize>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        format!(": translation of the last layer, sample order {:?}", self.order)
    }
}

impl Shifts {
    /// A network, and what is added to the outputs of its last layer.
    fn draw(self, stream: &mut Stream, class: Class) -> (Network, Vec<Rational>) {
        if class != Class::Smooth {
            return draw_blind_readout(stream);
        }
        let network = NetworkKind::Softmax.network(stream, class);
        let ones = vec![Rational::from(1); network.target_len()];
        match self {
            Shifts::Logistic => (Network::mlp(&[2, ones.len()], Piecewise::Identity, true, Loss::Logistic), ones),
            _ => (network, ones),
        }
    }

    /// The direction with what a control breaks in it.
    fn broken(self, mut direction: Vec<Rational>, network: &Network) -> Vec<Rational> {
        let layout = network.layout().expect("the networks have layers");
        match self {
            Shifts::Unseen => {}
            Shifts::OneOutput => direction[layout.weights(layout.depth() - 1).start] += 1,
            // The biases alone, so that no sample escapes the shift.
            Shifts::Logistic => layout.weights(0).for_each(|parameter| direction[parameter] = Rational::new()),
        }
        direction
    }
}

impl Draws for Translation {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        // A saturated softmax would hide what the other controls break.
        let class = match self.shifts {
            _ if draw.is_law() => draw.turn(),
            Shifts::Logistic => Class::Smooth,
            _ => Class::Generic,
        };
        let stream = &mut draw.family;
        let (network, unseen) = self.shifts.draw(stream, class);
        let parameters = network.parameter_count();
        let rates = preconditioner(stream, Rates::Any, parameters);
        let distance = stream.small();
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, self.decay);
        let mut direction = outer(&mut draw.family, &problem.network, &unseen);
        if !draw.is_law() || class != Class::Generic {
            // Where no probability bound is claimed, v^T theta is kept from vanishing by accident.
            for _ in 0..32 {
                if is_seen(&direction, &problem.theta) {
                    break;
                }
                direction = outer(&mut draw.point, &problem.network, &unseen);
            }
        }
        let direction = self.shifts.broken(direction, &problem.network);
        let stream = &mut draw.family;
        if !self.equal_rates {
            problem.preconditioner = rates::distinct_rates(stream, parameters).map(|rate| Rational::from(rate * 16));
        }
        let order = (0..3).map(|_| stream.below(problem.data.len())).collect();
        Ok(Instance { problem, direction, distance, rates, order })
    }
}

impl<T: Carrier> In<T> for Translation {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = instance.problem.at::<T>();
        let direction: Vec<T> = instance.direction.iter().map(T::from_rational).collect();
        let rated = |theta: Vec<T>| Point {
            model: point.model.clone(),
            theta,
            data: point.data.clone(),
            preconditioner: instance.rates.map(T::from_rational),
            weight_decay: point.weight_decay.clone(),
        };
        let mut shifted = point.theta.clone();
        add_multiple(&mut shifted, &T::from_rational(&instance.distance), &direction);
        let (here, there) = (rated(point.theta.clone()), rated(shifted));
        let gradients = |point: &Point<T>| point.objective().sample_gradients(&point.theta).concat();
        let mut relations = vec![
            flat_loss(&here, &there),
            Relation::equality(
                "the gradients",
                vec![Term::vector("g_z(theta + t v)", gradients(&there))],
                vec![Term::vector("g_z(theta)", gradients(&here))],
            ),
            Relation::equality(
                "the entropy",
                vec![Term::scalar("S(theta + t v)", there.objective().entropy(&there.theta))],
                vec![Term::scalar("S(theta)", here.objective().entropy(&here.theta))],
            ),
        ];
        let mut size = T::zero();
        for (component, parameter) in direction.iter().zip(&point.theta) {
            size += T::product(component, parameter).absolute();
        }
        let start = dot(&direction, &point.theta);
        let path = |objective: &Objective<'_, T, dyn Differentiable<T>>| {
            let mut theta = point.theta.clone();
            let step = |&sample: &usize| {
                sgd_step(objective, &mut theta, &point.data.samples()[sample]);
                dot(&direction, &theta)
            };
            instance.order.iter().map(step).collect::<Vec<T>>()
        };
        let seen = |kind: &'static str, step: usize, component: T, expected: Term<T>| {
            Relation::equality(
                (kind, format!("after {} steps", step + 1)),
                vec![Term::scalar("v^T theta_t", component)],
                vec![expected],
            )
            .against(size.clone())
        };
        let no_decay = T::zero();
        let mut free = point.objective();
        if self.conserved_without_decay {
            free.weight_decay = &no_decay;
        }
        for (step, component) in path(&free).into_iter().enumerate() {
            relations.push(seen("conservation", step, component, Term::scalar("v^T theta_0", start.clone())));
        }
        if let Preconditioner::Scalar(learning_rate) = &point.preconditioner {
            let kept = T::one() - T::integer(self.lost) * learning_rate * &point.weight_decay;
            let mut factor = T::one();
            for (step, component) in path(&point.objective()).into_iter().enumerate() {
                factor *= &kept;
                let expected = Term::scalar("(1 - 2 eta gamma)^t v^T theta_0", T::product(&factor, &start));
                relations.push(seen("decay", step, component, expected));
            }
        }
        Ok(relations)
    }
}
