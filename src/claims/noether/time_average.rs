//! `noether/time-average`

use super::charge::{Charged, decay_per_step, extent};
use super::{FLUCTUATION_DISSIPATION, PAPER};
use crate::claim::problem::Decay;
use crate::claim::{
    Case, Claim, Control, Draw, Entry, Evidence, Examination, Finding, Outside, Quantity, Relation, Scalar, Settings,
    Stream, Term, Theorem, simulation,
};
use crate::claims::long_run::{self, CONTROL_STEPS, Kind, Run};
use crate::dynamics::charges::{BatchMeans, Diverged, Parts, Record};
use crate::dynamics::sgd_step;
use crate::dynamics::statistics::ratio_of_averages;
use crate::dynamics::training::Training;
use crate::linalg::products::dot;
use crate::model::Carrier;

/// The law of a charge over a whole run: exactly for short runs, in the stationary average for long ones.
pub struct TimeAverage;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged, Evidence::Statistical],
    controls: &[
        Control { name: "first-order", breaks: "without the factor 1 - eta gamma" },
        Control { name: "opposite-factor", breaks: "1 + eta gamma, the factor with the regularised gradient in S" },
        Control { name: "without-boundary", breaks: "the stationary law for a short run" },
        Control { name: "shifted-sum", breaks: "the mean of C over t = 1, ..., T" },
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "first-order-run", breaks: "a long run against the law without the factor 1 - eta gamma" },
        Control { name: "tanh-run", breaks: "a long run of a tanh network" },
    ],
    references: &[FLUCTUATION_DISSIPATION, PAPER],
};

impl Claim for TimeAverage {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        long_run::instances_among(case, asked, is_long(case))
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let number = match case {
            Case::Law => long_run::run_number(index),
            Case::Control(_) => is_long(case).then_some(index),
        };
        let Some(number) = number else { return Claim::examine(&Telescoped, settings, case, index) };
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY), "run"], settings.seed, number);
        let is = |name| case.is_control(&ENTRY, name);
        let kind = match case {
            Case::Control(_) if is("tanh-run") => Kind::Tanh,
            Case::Control(_) => Kind::strong_in_turn(number),
            Case::Law => Kind::in_turn(number),
        };
        let strong = case != Case::Law || number / 3 % 2 == 0;
        let steps = if case == Case::Law { long_run::steps(settings.effort) } else { CONTROL_STEPS };
        let run = Run::draw(kind, strong, steps, &mut stream);
        long_run::examine(&run, case, |run| judge_run(run, settings, case))
    }
}

/// Whether the case consists of long runs.
fn is_long(case: Case) -> bool {
    case.is_control(&ENTRY, "first-order-run") || case.is_control(&ENTRY, "tanh-run")
}

/// The identity over the whole run in doubles, then the stationary law.
fn judge_run(run: &Run, settings: &Settings, case: Case) -> Result<Vec<Finding>, Diverged> {
    let records = run.stationary()?;
    let Training { learning_rate, weight_decay, .. } = run.training;
    let exact = 1.0 - learning_rate * weight_decay;
    let factor = if case.is_control(&ENTRY, "first-order-run") { 1.0 } else { exact };
    let labels = [
        "E[g^T A_+ g]",
        "(4 gamma / eta) (1 - eta gamma) E[C_-]",
        "E[g^T A_- g]",
        "(4 gamma / eta) (1 - eta gamma) E[C_+]",
    ];
    let laws = long_run::laws(run, &records, labels, [1.0, 4.0 * weight_decay / learning_rate * factor])?;
    let mut findings = Vec::new();
    if case == Case::Law {
        let identity = |(number, record): (usize, &Record)| identity(run, &run.generators[number].name, record);
        let relations = records.iter().enumerate().map(identity).collect();
        findings.push(settings.judge(Scalar::Double, relations, case));
    }
    let mut finding = simulation::judge(settings, case, run.steps(), laws);
    if case == Case::Law {
        finding.quantities.extend(measured_factor(run, &records));
    }
    findings.push(finding);
    Ok(findings)
}

/// The quotient of both sides of the first-order law, which the exact law says is `1 - eta gamma`, for the charge that is furthest from 0. Only
/// of runs in which it is far from 1.
fn measured_factor(run: &Run, records: &[Record]) -> Option<Quantity> {
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

/// The identity of a short run.
pub(super) struct Telescoped;

/// Steps of a short run: in each the degree of the path in the drawn numbers grows several times.
fn short_run(charged: &Charged) -> usize {
    if charged.problem.network.activation().homogeneity() == Some(2) { 2 } else { 3 }
}

impl Theorem for Telescoped {
    type Instance = Charged;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Charged {
        let draw = &mut draw;
        match draw.case {
            Case::Law => Charged::of_law(draw, Decay::Positive),
            case if case.is_control(&ENTRY, "not-a-symmetry") => Charged::not_homogeneous(draw, Decay::Positive),
            _ => Charged::decaying(draw),
        }
    }

    fn relations<T: Carrier>(&self, charged: &Charged, case: Case) -> Result<Vec<Relation<T>>, Outside> {
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
        let is = |name| case.is_control(&ENTRY, name);
        let factor = match case {
            Case::Control(_) if is("first-order") => T::one(),
            Case::Control(_) if is("opposite-factor") => T::one() + &decayed,
            _ => T::one() - &decayed,
        };
        let averaged = if is("shifted-sum") { &path[1..] } else { &path[..steps] };
        let share = T::ratio(1, steps as i64);
        let relation = |generator: &crate::symmetry::Generator| {
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
            if !is("without-boundary") {
                let boundary = (charge(&path[steps]) - charge(&path[0])) / eta.squared() * &share;
                right.push(Term::scalar("(C_T - C_0) / (eta^2 T)", boundary));
            }
            Relation::equality(
                ("average over the path", &generator.name),
                vec![Term::scalar("mean g^T A g", mean(&gradients))],
                right,
            )
            .against(extent(&generator.map, &path[0]) + extent(&generator.map, &path[steps]))
        };
        Ok(charged.generators.iter().map(relation).collect())
    }
}
