//! `balance/sgd-run`: long runs of stochastic descent from unbalanced starts approach the law.
//!
//! ```text
//! E[g^T A g] = (4 gamma / eta) (1 - eta gamma) E[C],   C = theta^T A theta
//! ```
//!
//! `E` is the average over the run, `A` a generator, `eta` the learning rate, `gamma` the weight decay. Sources: [`PAPER`], [`NOISE_EQUILIBRIUM`].

use super::{NOISE_EQUILIBRIUM, PAPER};
use crate::dynamics::charges::{Diverged, Record};
use crate::dynamics::training::Training;
use crate::instances::long_run::{self, BEGINNING, Kind, LongRun, Networks, Run, Stationary};
use crate::verify::simulation::BATCHES;
use crate::verify::{Claim, Relation, Stream, Term, all, control};

/// The law of the averages.
#[derive(Clone, Copy)]
struct SgdRun {
    networks: Networks,
    /// What the decay's term is multiplied by.
    factor: f64,
    /// Whether the imbalance is said to fall.
    falls: bool,
}

const LAW: SgdRun = SgdRun { networks: Networks::InTurn, factor: 1.0, falls: true };
const WRONG: SgdRun = SgdRun { networks: Networks::StrongInTurn, falls: false, ..LAW };

/// `balance/sgd-run`
pub static CLAIM: Claim = Claim {
    id: "balance/sgd-run",
    title: "long runs of SGD approach the law",
    statement: "from an unbalanced start the imbalance of the first hidden layer, E[g^T A g] - (4 gamma / eta) (1 - eta gamma) E[C], \
        falls from its initial size; in the long run it is 0, for every generator",
    hypotheses: &[
        "single-sample steps theta' = theta - eta (g + 2 gamma theta) with fresh label noise; ReLU (the whole layer: single neurons may die), linear and deep linear networks",
        "E is the average over the run. A is the generator of a rescaling or of a linear map at an interface, A = A_+ - A_- its parts on incoming and outgoing weights, C = theta^T A theta and C_+, C_- likewise: \
            the law is checked with every term on the side on which it is positive",
        "the first layer starts two to four times larger than the others; the beginning is the first 4 steps",
        "a quarter of the steps before the recorded ones; 32 batch means, each over at least 128 relaxation times 1/(4 eta gamma)",
        "a run whose weights die out says nothing; one that diverges is excluded",
    ],
    references: &[PAPER, NOISE_EQUILIBRIUM],
    builds_on: &["noether/time-average"],
    law: &[all(&LongRun(LAW))],
    controls: &[
        control(
            "other-learning-rate",
            "the law for twice the learning rate",
            &LongRun(SgdRun { factor: 0.5, ..WRONG }),
        ),
        control(
            "not-homogeneous",
            "a tanh network",
            &LongRun(SgdRun { networks: Networks::Only(Kind::Tanh), ..WRONG }),
        ),
        control("equal-noise", "E[g^T A g] = 0, as if there were no decay", &LongRun(SgdRun { factor: 0.0, ..WRONG })),
    ],
};

impl Stationary for SgdRun {
    fn run(&self, number: u64, steps: u64, stream: &mut Stream) -> Run {
        Run::draw(self.networks.kind(number), number % 2 == 1, steps, stream)
    }

    fn relations(&self, run: &Run, records: &[Record]) -> Result<Vec<Relation<f64>>, Diverged> {
        let Training { learning_rate, weight_decay, .. } = run.training;
        let decay_factor = 4.0 * weight_decay / learning_rate * (1.0 - learning_rate * weight_decay);
        let labels = [
            "E[g^T A_+ g]",
            "(4 gamma / eta) (1 - eta gamma) E[C_-]",
            "E[g^T A_- g]",
            "(4 gamma / eta) (1 - eta gamma) E[C_+]",
        ];
        let mut relations = long_run::laws(run, records, labels, [1.0, self.factor * decay_factor])?;
        if self.falls {
            relations.extend(approach(run, records, decay_factor)?);
        }
        Ok(relations)
    }
}

/// `0 < |I_0| - I` and `0 < |I_0| + I` for the imbalance `I` of the first hidden layer in the long run, `I_0` at the beginning. The check tells a
/// fall by half of `I_0` from none.
fn approach(run: &Run, records: &[Record], decay_factor: f64) -> Result<Vec<Relation<f64>>, Diverged> {
    let layer = run.first_layer();
    let imbalance = |record: &Record, batch: usize| {
        let vectors = record.vectors.positive[batch] - record.vectors.negative[batch];
        vectors - decay_factor * (record.parameters.positive[batch] - record.parameters.negative[batch])
    };
    let total = |records: &[Record], batch: usize| -> f64 {
        records[..layer].iter().map(|record| imbalance(record, batch)).sum()
    };
    let initial = total(&run.beginning(BEGINNING)?, 0).abs();
    let bound = |sign: f64, label: &'static str| {
        let fallen = (0..BATCHES).map(|batch| initial - sign * total(records, batch)).collect();
        Relation::positive(label, Term::vector("the fall of the imbalance", fallen)).against(initial).resolved_to(1)
    };
    Ok(vec![bound(1.0, "approach from above"), bound(-1.0, "approach from below")])
}
