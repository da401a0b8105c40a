//! Statistical evidence: laws of stationary averages, judged by seeded simulations.
//!
//! A term's value is here the vector of its means over [`BATCHES`] consecutive batches of one long run, after a burn-in. Both sides of a law
//! and all of its mutants are judged from the same batches, by the method of batch means: the batch means of the difference of both
//! sides are taken as independent and normal, and Student's distribution gives a confidence interval that misses the true value
//! with probability [`error_probability`]. That accounts for the correlation of successive steps as long as batches are much longer than the
//! correlation time, which the claims see to and state. Where successive batch means have a correlation `r > 0` all the same, the interval is wider by
//! `sqrt((1 + r)/(1 - r))`, as of a series whose memory fades like `r^k`; where they are strongly correlated, nothing is decided. Rounding is part of the interval.
//!
//! One number bounds both kinds of error. A true law is rejected, or a law accepted that is false by more than twice [`RESOLUTION`] of
//! its terms, only if an interval misses the true value. A run over `m` intervals, those of controls included, therefore errs with
//! probability at most `m` [`error_probability`] (Bonferroni), which every report states.
//!
//! A strict inequality whose gap is below its resolution is undecided here, not left out: a longer run could tell.
//!
//! Source: S. Asmussen, P. W. Glynn, *Stochastic Simulation*, section IV.5.

use super::detail::Detail;
use super::draw::Case;
use super::examination::Settings;
use super::finding::{Finding, Status, WIDE};
use super::mutant::{Change, Mutant};
use super::relation::{Relation, Sense};
use super::scalars::Scalar;
use equipartition_scalar::{Magnitude, Rational};
use equipartition_statistics::{Estimate, batch_means};

/// Batches of a run.
pub const BATCHES: usize = 32;

/// An interval misses the true value with probability `2^-ERROR_BITS`.
pub const ERROR_BITS: i32 = 30;

/// An interval wider than this part of the larger side of the law, to either side, decides nothing: `2^-6`.
pub const RESOLUTION: f64 = 1.0 / 64.0;

/// Above this correlation of successive batch means they are not taken as independent: the interval would be too narrow by far. Of 32 independent
/// ones that are, less than one in 10^5 has it.
pub const MOST_CORRELATED: f64 = 0.7;

/// The probability with which one interval misses the true value.
pub fn error_probability() -> f64 {
    2.0_f64.powi(-ERROR_BITS)
}

/// Judges laws of averages from the batch means of their terms. `steps` is the length of the run, for the report.
///
/// A mutant is refuted, and a control fails, by what is left between its interval and zero.
pub fn judge(settings: &Settings, case: Case, steps: u64, mut relations: Vec<Relation<f64>>) -> Finding {
    if let (Case::Law, Some(mutant)) = (case, &settings.mutant) {
        mutant.apply(&mut relations);
    }
    let mut finding = Finding::empty(Scalar::Simulation(steps));
    let mut statuses = Vec::new();
    for relation in &relations {
        finding.tests += 1;
        statuses.push(judge_one(&mut finding, relation, settings.verbose));
    }
    finding.conclude(&relations, statuses);
    finding
}

fn judge_one(finding: &mut Finding, relation: &Relation<f64>, verbose: bool) -> Status {
    if relation.repeats_a_label() {
        return Status::Undecided("two terms of a relation have one label");
    }
    if !relation.has_one_shape() {
        return Status::Undecided("the terms of a relation have different shapes");
    }
    let sum = |terms| Relation::sum(terms, relation.len());
    let (left, right) = (sum(&relation.left), sum(&relation.right));
    let difference: Vec<f64> = left.iter().zip(&right).map(|(l, r)| l - r).collect();
    let mean = |batches: &[f64]| batches.iter().sum::<f64>() / batches.len() as f64;
    let scale = mean(&left).abs().max(mean(&right).abs());
    let Some(estimate) = interval(&difference, scale).filter(|_| scale.is_finite()) else {
        return Status::Undecided("a value is not a finite number");
    };
    if verbose {
        let Estimate { mean: gap, half_width } = estimate;
        let gap = format!("{}: left - right = {gap:e} +- {half_width:e}", relation.label);
        finding.details.push(Detail::Note(gap));
        for (side, terms) in [("left", &relation.left), ("right", &relation.right)] {
            for term in terms {
                let mean = format!("    {side:5}  {} = {:e}", term.label, mean(&term.value));
                finding.details.push(Detail::Note(mean));
            }
        }
    }
    let reference = relation.reference.unwrap_or(0.0).abs().max(scale);
    let nothing = reference * 2.0_f64.powi(-WIDE);
    finding.see(relation, |term| term.value.iter().any(|value| value.abs() > nothing), |value| value.to_bits());
    if correlation(&difference, rounding(scale)) > MOST_CORRELATED {
        return Status::Undecided("successive batches are correlated: longer ones are needed");
    }
    let is_equality = relation.sense == Sense::Equality;
    let resolution = match relation.sense {
        Sense::Less { resolution } => reference * 2.0_f64.powi(-resolution),
        _ => 0.0,
    };
    if scale <= nothing && !matches!(relation.sense, Sense::Less { .. }) {
        return Status::Vacuous;
    }
    if is_equality {
        mutate(finding, relation, &difference, scale);
    }
    let excess = if is_equality { estimate.mean.abs() } else { estimate.mean } - estimate.half_width;
    let residual = magnitude(estimate.mean.abs().max(estimate.half_width) / scale);
    if is_equality && (residual > finding.residual || finding.worst.is_empty()) {
        finding.residual = residual;
        finding.worst = relation.label.to_string();
    }
    if excess > 0.0 {
        return finding.violate(relation, magnitude(excess / scale));
    }
    match is_equality {
        true if estimate.half_width > RESOLUTION * scale => {
            Status::Undecided("a confidence interval is too wide: more steps are needed")
        }
        true => Status::Satisfied,
        // Nothing against nothing is no gap, of whatever resolution.
        false if estimate.mean + estimate.half_width >= -resolution => {
            Status::Undecided("a confidence interval does not decide an inequality: more steps are needed")
        }
        false => {
            finding.narrow(magnitude((estimate.mean.abs() - estimate.half_width) / scale));
            attack(finding, relation, &difference, scale);
            Status::Satisfied
        }
    }
}

/// The mean, with the interval that misses it with probability [`error_probability`]; `scale` is the size of what the batches are differences of.
fn interval(batches: &[f64], scale: f64) -> Option<Estimate> {
    let Estimate { mean, half_width } = batch_means(batches, error_probability())?;
    let memory = correlation(batches, rounding(scale)).clamp(0.0, MOST_CORRELATED);
    Some(Estimate { mean, half_width: half_width * ((1.0 + memory) / (1.0 - memory)).sqrt() + rounding(scale) })
}

/// What rounding may make of the mean of differences of numbers of this size.
fn rounding(scale: f64) -> f64 {
    scale.abs() * f64::EPSILON * BATCHES as f64
}

/// The correlation of successive numbers, `sum (x_k - m)(x_{k+1} - m) / sum (x_k - m)^2`; 0 where they are all the same but for rounding.
fn correlation(batches: &[f64], rounding: f64) -> f64 {
    let mean = batches.iter().sum::<f64>() / batches.len() as f64;
    let gaps: Vec<f64> = batches.iter().map(|batch| batch - mean).collect();
    let spread: f64 = gaps.iter().map(|gap| gap * gap).sum();
    if spread > rounding * rounding * batches.len() as f64 {
        gaps.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / spread
    } else {
        0.0
    }
}

/// Every mutant of an equality from its own interval.
fn mutate(finding: &mut Finding, relation: &Relation<f64>, difference: &[f64], scale: f64) {
    let sides = relation.left.iter().map(|term| (term, 1.0)).chain(relation.right.iter().map(|term| (term, -1.0)));
    for (term, side) in sides {
        for change in Change::OF_TERMS {
            let factor = side * change.multiple() as f64;
            let wrong = plus(difference, factor, &term.value);
            let miss = surely(&wrong, scale, f64::abs) / scale;
            finding.record_mutant(Mutant::new(relation, &term.label, change), magnitude(miss));
        }
    }
}

/// The wrong formulas of an inequality, which must fail.
fn attack(finding: &mut Finding, relation: &Relation<f64>, difference: &[f64], scale: f64) {
    finding.record_mutant(Mutant::reversed(relation), magnitude(surely(difference, scale, |mean| -mean) / scale));
    let Some(bound) = relation.right.first().filter(|_| !relation.left.is_empty()) else { return };
    let mut record = |change: Change, factor: f64| {
        let miss = surely(&plus(difference, factor, &bound.value), scale, |mean| mean) / scale;
        finding.record_mutant(Mutant::new(relation, &bound.label, change), magnitude(miss));
    };
    for change in Change::OF_BOUNDS {
        record(change, -change.multiple() as f64);
    }
    if let Sense::AtMost { sharp: Some((numerator, denominator)) } = relation.sense {
        record(Change::Tightened, 1.0 - numerator as f64 / denominator as f64);
    }
}

fn plus(difference: &[f64], factor: f64, term: &[f64]) -> Vec<f64> {
    difference.iter().zip(term).map(|(gap, entry)| gap + factor * entry).collect()
}

/// What is left of a measure of the mean once half the width of its confidence interval is taken off.
fn surely(batches: &[f64], scale: f64, measure: impl Fn(f64) -> f64) -> f64 {
    interval(batches, scale).map_or(0.0, |estimate| (measure(estimate.mean) - estimate.half_width).max(0.0))
}

fn magnitude(value: f64) -> Magnitude {
    Rational::from_f64(value).map_or_else(Magnitude::infinite, |value| Magnitude::above_rational(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Term;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Batch means 1 + noise against a constant.
    fn law(right: f64, noise: f64, seed: u64) -> Finding {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut uniform = || random.next_u64() as f64 / 2.0_f64.powi(63) - 1.0;
        let left: Vec<f64> = (0..BATCHES).map(|_| 1.0 + noise * uniform()).collect();
        let relation =
            Relation::equality("law", vec![Term::vector("a", left)], vec![Term::vector("b", vec![right; BATCHES])]);
        judge(&Settings::new(0, 256), Case::Law, 1, vec![relation])
    }

    #[test]
    fn a_true_law_is_kept_and_a_false_one_refuted() {
        for seed in 0..200 {
            assert_eq!(law(1.0, 0.01, seed).status, Status::Satisfied);
            assert_eq!(law(1.05, 0.01, seed).status, Status::Violated);
        }
    }

    #[test]
    fn a_wide_interval_decides_nothing_and_mutants_are_judged_too() {
        assert!(matches!(law(1.0, 0.5, 3).status, Status::Undecided(_)));
        let finding = law(1.0, 0.01, 3);
        assert_eq!(finding.mutants.len(), 6);
        assert!(finding.mutants.iter().all(|(_, miss)| *miss > Magnitude::power_of_two(-4)));
        assert_eq!(finding.tests, 1);
    }

    #[test]
    fn nothing_against_nothing_is_vacuous() {
        let zero = |label| Term::vector(label, vec![0.0; BATCHES]);
        let relation = Relation::equality("law", vec![zero("a")], vec![zero("b")]).against(1.0);
        assert_eq!(judge(&Settings::new(0, 256), Case::Law, 1, vec![relation]).status, Status::Vacuous);
    }
}
