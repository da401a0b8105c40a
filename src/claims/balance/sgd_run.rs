//! `balance/sgd-run`

use super::{NOISE_EQUILIBRIUM, PAPER};
use crate::claim::simulation::BATCHES;
use crate::claim::{
    Case, Claim, Control, Entry, Evidence, Examination, Finding, Relation, Settings, Stream, Term, simulation,
};
use crate::claims::long_run::{self, BEGINNING, CONTROL_STEPS, Kind, Run};
use crate::dynamics::charges::{Diverged, Record};
use crate::dynamics::training::Training;

/// Long runs of stochastic descent from unbalanced starts.
pub struct SgdRun;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Statistical],
    controls: &[
        Control { name: "other-learning-rate", breaks: "the law for twice the learning rate" },
        Control { name: "not-homogeneous", breaks: "a tanh network" },
        Control { name: "equal-noise", breaks: "E[g^T A g] = 0, as if there were no decay" },
    ],
    references: &[PAPER, NOISE_EQUILIBRIUM],
};

impl Claim for SgdRun {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        long_run::instances(case, asked)
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY), "run"], settings.seed, index);
        // The deep network's charges nearly vanish in the stationary state, and a wrong factor of them with them.
        let kind = match case {
            Case::Law => Kind::in_turn(index),
            Case::Control(_) if case.is_control(&ENTRY, "not-homogeneous") => Kind::Tanh,
            Case::Control(_) => Kind::strong_in_turn(index),
        };
        let steps = if case == Case::Law { long_run::steps(settings.effort) } else { CONTROL_STEPS };
        let run = Run::draw(kind, index % 2 == 1, steps, &mut stream);
        long_run::examine(&run, case, |run| judge(run, settings, case))
    }
}

fn judge(run: &Run, settings: &Settings, case: Case) -> Result<Vec<Finding>, Diverged> {
    let records = run.stationary()?;
    let Training { learning_rate, weight_decay, .. } = run.training;
    let decay_factor = 4.0 * weight_decay / learning_rate * (1.0 - learning_rate * weight_decay);
    let factor = match case {
        Case::Control(_) if case.is_control(&ENTRY, "other-learning-rate") => decay_factor / 2.0,
        Case::Control(_) if case.is_control(&ENTRY, "equal-noise") => 0.0,
        _ => decay_factor,
    };
    let labels = [
        "E[g^T A_+ g]",
        "(4 gamma / eta) (1 - eta gamma) E[C_-]",
        "E[g^T A_- g]",
        "(4 gamma / eta) (1 - eta gamma) E[C_+]",
    ];
    let mut relations = long_run::laws(run, &records, labels, [1.0, factor])?;
    if case == Case::Law {
        relations.extend(approach(run, &records, decay_factor)?);
    }
    Ok(vec![simulation::judge(settings, case, run.steps(), relations)])
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
