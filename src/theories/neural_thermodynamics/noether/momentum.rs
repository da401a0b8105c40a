//! `noether/momentum`: the charge under heavy-ball momentum, over a run.
//!
//! ```text
//! (1 + beta) sum m'^T A m' = (4 gamma / eta) sum C + (1 - beta) (C_T - C_0) / eta^2 - (2 beta / eta) (B_T - B_0)
//! (1 + beta) E[m^T A m]    = (4 gamma / eta) E[C]      in the stationary state
//! ```
//!
//! With `C = theta^T A theta`, `B = theta^T A m` and `M = m^T A m` the step of the momentum `m` and `(A theta)^T g = 0` give
//!
//! ```text
//! B' = beta B + 2 gamma C - eta M',      C' = C - 2 eta B' - eta^2 M'
//! ```
//!
//! and with `B` eliminated from the sum over a run, the law. `beta` is the momentum factor, `eta` the learning rate, `gamma` the weight decay.
//! Source: [`NEURAL_MECHANICS`].

use super::NEURAL_MECHANICS;
use super::charge::{Charged, Charges};
use super::heavy_ball::{Coefficients, OfRun, Step, follow};
use crate::dynamics::charges::{Diverged, Record};
use crate::instances::long_run::{self, Kind, LongRun, Networks, Run, Stationary};
use crate::instances::problem::Decay;
use crate::model::{Carrier, Network};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, In, Ladder, Numbers, Part, Relation, Stream, Unjudged, all, control,
};

/// The identities of a short run.
#[derive(Clone, Copy)]
pub(super) struct ShortRun {
    charges: Charges,
    step: Step,
    /// Whether the identities of every step are stated too.
    of_steps: bool,
    law: OfRun,
}

pub(super) const SHORT: ShortRun = ShortRun {
    charges: Charges::OfSymmetries,
    step: Step::HeavyBall,
    of_steps: true,
    law: OfRun { momentum: true, boundary: true },
};
const DECAYING: ShortRun = ShortRun { charges: Charges::Decaying, of_steps: false, ..SHORT };

/// The law of the averages over a long run.
#[derive(Clone, Copy)]
struct Averaged {
    networks: Networks,
    /// Whether `1 + beta` is the factor of the left side, and not 1.
    momentum: bool,
}

const AVERAGED: Averaged = Averaged { networks: Networks::InTurn, momentum: true };

/// `noether/momentum`
pub static CLAIM: Claim = Claim {
    id: "noether/momentum",
    title: "a charge under heavy-ball momentum",
    statement: "m' = beta m + g + 2 gamma theta, theta' = theta - eta m', C = theta^T A theta: \
        (1 + beta) sum m'^T A m' = (4 gamma / eta) sum C + (1 - beta) (C_T - C_0) / eta^2 - (2 beta / eta) (B_T - B_0) over any run, with B = theta^T A m; \
        in the stationary state (1 + beta) E[m^T A m] = (4 gamma / eta) E[C]",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric",
        "theta_0, m_0, beta and eta > 0 are arbitrary; the samples come in any order",
        "on a kink g is taken with any slope of the activation there",
        "in every step theta^T A m' = beta B + 2 gamma C, B' = beta B + 2 gamma C - eta m'^T A m' and C' = C - 2 eta B' - eta^2 m'^T A m'",
        "stationary: E is the mean over a distribution of (theta, m) that a step leaves as it is, with finite second moments, or that over time where C_T / T and B_T / T tend to 0",
        "it is examined on runs with label noise and weight decay, beta = 1/2, a quarter of the steps before the recorded ones, by 32 batch means; a run that diverges is left out; A = A_+ - A_-, its positive and its negative entries, splits both sides",
    ],
    references: &[NEURAL_MECHANICS],
    builds_on: &[],
    law: &[Part { check: &LongRun(AVERAGED), number: long_run::run_number }, all(&Ladder(SHORT))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(ShortRun { charges: Charges::NotHomogeneous, ..DECAYING }),
        ),
        control(
            "nesterov",
            "Nesterov's step theta - eta (g + 2 gamma theta + beta m')",
            &Ladder(ShortRun { step: Step::Nesterov, ..DECAYING }),
        ),
        control(
            "dampened",
            "m' = beta m + (1 - beta) (g + 2 gamma theta)",
            &Ladder(ShortRun { step: Step::Dampened, ..DECAYING }),
        ),
        control(
            "decay-outside",
            "decay applied to theta and not through m",
            &Ladder(ShortRun { step: Step::DecayOutside, ..DECAYING }),
        ),
        control(
            "without-momentum",
            "the law of plain descent, 1 in place of 1 + beta",
            &Ladder(ShortRun { law: OfRun { momentum: false, boundary: true }, ..DECAYING }),
        ),
        control(
            "without-boundary",
            "the stationary law for a short run",
            &Ladder(ShortRun { law: OfRun { momentum: true, boundary: false }, ..DECAYING }),
        ),
        control(
            "without-momentum-run",
            "a long run against the law of plain descent",
            &LongRun(Averaged { networks: Networks::StrongInTurn, momentum: false }),
        ),
        control(
            "tanh-run",
            "a long run of a tanh network",
            &LongRun(Averaged { networks: Networks::Only(Kind::Tanh), ..AVERAGED }),
        ),
    ],
};

/// A problem with a momentum buffer.
pub struct Instance {
    pub(super) charged: Charged,
    momentum: Vec<Rational>,
    pub(super) momentum_factor: Rational,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.charged)
    }
    fn besides(&self) -> String {
        format!(", beta = {}", self.momentum_factor)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.charged.numbers();
        numbers.push(Numbers::new("momentum", self.momentum.iter().cloned()));
        numbers.push(Numbers::new("beta", [self.momentum_factor.clone()]));
        numbers
    }
}

impl Draws for ShortRun {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let charged = self.charges.draw(draw, Decay::Positive);
        let coordinate = |stream: &mut Stream| match charged.class() {
            Class::Generic => stream.dyadic(GRID_BITS),
            Class::Awkward => Rational::from(stream.integer(-2, 2)),
            _ => stream.small(),
        };
        let momentum = charged.problem.theta.iter().map(|_| coordinate(&mut draw.point)).collect();
        let momentum_factor = Rational::from((draw.family.integer(1, 15), 16));
        Ok(Instance { charged, momentum, momentum_factor })
    }
}

impl<T: Carrier> In<T> for ShortRun {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Charged { problem, generators } = &instance.charged;
        let point = problem.at::<T>();
        let beta = T::from_rational(&instance.momentum_factor);
        let law = Coefficients { eta: problem.learning_rate(), gamma: point.weight_decay.clone(), beta };
        let momentum = instance.momentum.iter().map(T::drawn).collect();
        let histories = follow(&point, generators, momentum, &law, self.step, steps(&problem.network));
        let mut relations = Vec::new();
        for (generator, history) in generators.iter().zip(&histories) {
            if self.of_steps {
                for (number, step) in history.windows(2).enumerate() {
                    relations.extend(law.of_step(&format!("{}, step {number}", generator.name), &step[0], &step[1]));
                }
            }
            relations.push(law.of_run(&format!("{}, run", generator.name), history, self.law));
        }
        Ok(relations)
    }
}

/// Steps of a run. In a step the degree of a coordinate in the drawn numbers grows by a factor of about 5, of up to 13
/// with squared ReLU.
fn steps(network: &Network) -> usize {
    if network.activation().homogeneity() == Some(2) { 2 } else { 3 }
}

impl Stationary for Averaged {
    fn run(&self, number: u64, steps: u64, stream: &mut Stream) -> Run {
        Run::draw(self.networks.kind(number), true, steps, stream).with_momentum(1.0 / 2.0)
    }

    fn relations(&self, run: &Run, records: &[Record]) -> Result<Vec<Relation<f64>>, Diverged> {
        let beta = run.momentum_factor.unwrap_or(0.0);
        let factor = if self.momentum { 1.0 + beta } else { 1.0 };
        let labels =
            ["(1 + beta) E[m^T A_+ m]", "(4 gamma / eta) E[C_-]", "(1 + beta) E[m^T A_- m]", "(4 gamma / eta) E[C_+]"];
        let decay_factor = 4.0 * run.training.weight_decay / run.training.learning_rate;
        long_run::laws(run, records, labels, [factor, decay_factor])
    }
}
