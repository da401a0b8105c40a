//! `noether/time-average`: the law of a charge over a whole run, exactly for short runs, in the stationary average for long ones.
//!
//! ```text
//! mean g^T A g = (C_T - C_0) / (eta^2 T) + (4 gamma / eta) (1 - eta gamma) mean C
//! E[g^T A g]   =                           (4 gamma / eta) (1 - eta gamma) E[C]      in the stationary state
//! ```
//!
//! `C = theta^T A theta` is the charge of a symmetric generator `A`, `g` the gradient of the sample of a step, `T` the number of steps.
//! Sources: [`FLUCTUATION_DISSIPATION`], [`PAPER`].

use super::charge::{Charged, Charges, decay_per_step, extent};
use super::{FLUCTUATION_DISSIPATION, PAPER};
use crate::dynamics::charges::{BatchMeans, Diverged, Parts, Record};
use crate::dynamics::sgd_step;
use crate::dynamics::training::Training;
use crate::instances::long_run::{self, Kind, LongRun, Networks, Run, Stationary};
use crate::instances::problem::Decay;
use crate::linalg::products::dot;
use crate::model::Carrier;
use crate::statistics::ratio_of_averages;
use crate::symmetry::Generator;
use crate::verify::{
    Claim, Draw, Draws, In, Ladder, Part, Quantity, Relation, Stream, Term, Unjudged, all, control, simulation,
};

/// The law of a short run, telescoped.
#[derive(Clone, Copy)]
pub(super) struct Telescoped {
    charges: Charges,
    /// `c` in the factor `1 + c eta gamma`.
    correction: i64,
    /// Whether the ends of the run count.
    boundary: bool,
    /// Whether `C` is averaged over `t = 1, ..., T` in place of `t = 0, ..., T - 1`.
    shifted: bool,
}

pub(super) const TELESCOPED: Telescoped =
    Telescoped { charges: Charges::OfSymmetries, correction: -1, boundary: true, shifted: false };
const DECAYING: Telescoped = Telescoped { charges: Charges::Decaying, ..TELESCOPED };

/// The law of the averages over a long run.
#[derive(Clone, Copy)]
struct Averaged {
    networks: Networks,
    /// `c` in the factor `1 + c eta gamma`.
    correction: i64,
    /// Whether the decay is strong in every run; else in every other triple.
    strong: bool,
}

const AVERAGED: Averaged = Averaged { networks: Networks::InTurn, correction: -1, strong: false };

/// `noether/time-average`
pub static CLAIM: Claim = Claim {
    id: "noether/time-average",
    title: "the law of a whole run",
    statement: "mean g^T A g = (C_T - C_0) / (eta^2 T) + (4 gamma / eta) (1 - eta gamma) mean C over any run, C = theta^T A theta; \
        in the stationary state E[g^T A g] = (4 gamma / eta) (1 - eta gamma) E[C]",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric",
        "theta' = theta - eta (g + 2 gamma theta), eta > 0, the samples in any order; means over t = 0, ..., T - 1",
        "on a kink g is taken with any slope of the activation there",
        "stationary: E is the mean over a distribution of theta that a step leaves as it is, with E|C| finite, or that over time where C_T / T tends to 0",
        "it is examined on runs with label noise and weight decay, a quarter of the steps before the recorded ones, by 32 batch means, each over at \
            least 128 relaxation times 1/(4 eta gamma); a run that diverges is left out; A = A_+ - A_-, its positive and its negative entries, splits both sides",
        "the first-order theory lacks the factor 1 - eta gamma: it is off by eta gamma",
    ],
    references: &[FLUCTUATION_DISSIPATION, PAPER],
    builds_on: &["noether/sgd-charge"],
    law: &[Part { check: &LongRun(AVERAGED), number: long_run::run_number }, all(&Ladder(TELESCOPED))],
    controls: &[
        control("first-order", "without the factor 1 - eta gamma", &Ladder(Telescoped { correction: 0, ..DECAYING })),
        control(
            "opposite-factor",
            "1 + eta gamma, the factor with the regularised gradient in S",
            &Ladder(Telescoped { correction: 1, ..DECAYING }),
        ),
        control(
            "without-boundary",
            "the stationary law for a short run",
            &Ladder(Telescoped { boundary: false, ..DECAYING }),
        ),
        control("shifted-sum", "the mean of C over t = 1, ..., T", &Ladder(Telescoped { shifted: true, ..DECAYING })),
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(Telescoped { charges: Charges::NotHomogeneous, ..TELESCOPED }),
        ),
        control(
            "first-order-run",
            "a long run against the law without the factor 1 - eta gamma",
            &LongRun(Averaged { networks: Networks::StrongInTurn, correction: 0, strong: true }),
        ),
        control(
            "tanh-run",
            "a long run of a tanh network",
            &LongRun(Averaged { networks: Networks::Only(Kind::Tanh), strong: true, ..AVERAGED }),
        ),
    ],
};

/// Steps of a short run: in each the degree of the path in the drawn numbers grows several times.
fn short_run(charged: &Charged) -> usize {
    if charged.problem.network.activation().homogeneity() == Some(2) { 2 } else { 3 }
}

impl Draws for Telescoped {
    type Instance = Charged;

    fn draw(&self, draw: &mut Draw) -> Result<Charged, Unjudged> {
        Ok(self.charges.draw(draw, Decay::Positive))
    }
}

impl<T: Carrier> In<T> for Telescoped {
    fn relations(&self, charged: &Charged) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = charged.problem.at::<T>();
        let eta: T = charged.problem.learning_rate();
        let decayed: T = decay_per_step(&charged.problem);
        let mut path = vec![point.theta.clone()];
        let mut gradients = Vec::new();
        for sample in point.data.samples().iter().cycle().take(short_run(charged)) {
            let mut theta = path[path.len() - 1].clone();
            gradients.push(sgd_step(&point.objective(), &mut theta, sample));
            path.push(theta);
        }
        let steps = gradients.len();
        let factor = T::one() + T::integer(self.correction) * &decayed;
        let averaged = if self.shifted { &path[1..] } else { &path[..steps] };
        let share = T::ratio(1, steps as i64);
        let relation = |generator: &Generator| {
            let charge = |theta: &[T]| generator.map.form(theta, theta);
            let mean = |vectors: &[Vec<T>]| {
                let mut sum = T::zero();
                for vector in vectors {
                    sum += dot(vector, &generator.map.apply(vector));
                }
                sum * &share
            };
            let decay = T::integer(4) * &point.weight_decay / &eta * &factor;
            let mut right = vec![Term::scalar("(4 gamma / eta) (1 - eta gamma) mean C", decay * mean(averaged))];
            if self.boundary {
                let boundary = (charge(&path[steps]) - charge(&path[0])) / eta.squared() * &share;
                right.push(Term::scalar("(C_T - C_0) / (eta^2 T)", boundary));
            }
            let left = vec![Term::scalar("mean g^T A g", mean(&gradients))];
            Relation::equality(("average over the path", &generator.name), left, right)
                .against(extent(&generator.map, &path[0]) + extent(&generator.map, &path[steps]))
        };
        Ok(charged.generators.iter().map(relation).collect())
    }
}

impl Stationary for Averaged {
    fn run(&self, number: u64, steps: u64, stream: &mut Stream) -> Run {
        Run::draw(self.networks.kind(number), self.strong || (number / 3).is_multiple_of(2), steps, stream)
    }

    fn relations(&self, run: &Run, records: &[Record]) -> Result<Vec<Relation<f64>>, Diverged> {
        let Training { learning_rate, weight_decay, .. } = run.training;
        let labels = [
            "E[g^T A_+ g]",
            "(4 gamma / eta) (1 - eta gamma) E[C_-]",
            "E[g^T A_- g]",
            "(4 gamma / eta) (1 - eta gamma) E[C_+]",
        ];
        let factor = 1.0 + self.correction as f64 * (learning_rate * weight_decay);
        long_run::laws(run, records, labels, [1.0, 4.0 * weight_decay / learning_rate * factor])
    }

    fn identities(&self, run: &Run, records: &[Record]) -> Vec<Relation<f64>> {
        run.generators.iter().zip(records).map(|(generator, record)| identity(run, &generator.name, record)).collect()
    }

    /// The quotient of both sides of the first-order law, which the exact law says is `1 - eta gamma`, for the charge that is furthest from 0.
    /// Only of runs in which it is far from 1.
    fn measured(&self, run: &Run, records: &[Record]) -> Option<Quantity> {
        let Training { learning_rate, weight_decay, .. } = run.training;
        if learning_rate * weight_decay < 1.0 / 64.0 {
            return None;
        }
        let size = |record: &&Record| record.sums[1].charge().abs();
        let record = records.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let batch = |batch: usize| {
            let charge = |means: &BatchMeans| means.positive[batch] - means.negative[batch];
            (charge(&record.vectors), 4.0 * weight_decay / learning_rate * charge(&record.parameters))
        };
        let batches: Vec<(f64, f64)> = (0..simulation::BATCHES).map(batch).collect();
        Some(Quantity {
            label: "E[g^T A g] / ((4 gamma / eta) E[C])".to_owned(),
            estimate: ratio_of_averages(&batches)?,
            predicted: 1.0 - learning_rate * weight_decay,
            alternative: ("first-order theory".to_owned(), 1.0),
        })
    }
}

/// `C_T - C_0 + 4 eta gamma (1 - eta gamma) sum C = eta^2 sum g^T A g`, the telescoped identity of a long run.
fn identity(run: &Run, name: &str, record: &Record) -> Relation<f64> {
    let Training { learning_rate, weight_decay, .. } = run.training;
    let product = learning_rate * weight_decay;
    let decay = 4.0 * product * (1.0 - product);
    let noise = learning_rate * learning_rate;
    let [gradient, parameters] = record.sums;
    let [first, last] = record.boundary;
    let size = |parts: Parts| parts.positive.abs() + parts.negative.abs();
    let left = vec![
        Term::scalar("C_T", last.charge()),
        Term::scalar("-C_0", -first.charge()),
        Term::scalar("4 eta gamma (1 - eta gamma) sum C", decay * parameters.charge()),
    ];
    let right = vec![Term::scalar("eta^2 sum g^T A g", noise * gradient.charge())];
    // The sums are differences of two positive parts, whose rounding errors remain.
    Relation::equality(("the whole run", name), left, right).against(decay * size(parameters))
}
