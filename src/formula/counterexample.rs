//! An instance of few digits that a law gets wrong, term by term.

use super::law::{FormulaLaw, Where};
use crate::scalar::{Interval, Rational};
use crate::verify::{Case, Class, Detail, Draw, Drawn, Finding, INTERVAL_BITS, Numbers, Scalar, Status};
use equipartition_formula::Assertion;

/// An instance on which a law fails.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The instance in words.
    pub description: String,
    /// Its numbers, of few digits.
    pub numbers: Vec<Numbers>,
    /// Both sides, term by term.
    pub terms: Vec<Detail>,
    /// Whether the terms are exact, or else rounded to doubles.
    pub is_exact: bool,
}

/// How many instances are tried.
const TRIED: u64 = 64;

/// The shortest of the instances with small integers and few-bit fractions that break the law, if any does.
pub fn counterexample(law: &FormulaLaw, seed: u64) -> Option<Counterexample> {
    if let Assertion::Order(..) = law.question.law.assertion {
        return None;
    }
    let classes: &[Class] = match law.question.place {
        Where::Anywhere => &[Class::Awkward, Class::Smooth],
        Where::Stationary => &[Class::Stationary],
    };
    let tried = classes.iter().flat_map(|class| (0..TRIED).map(move |index| (*class, index)));
    let found = tried.filter_map(|(class, index)| attempt(law, seed, class, index));
    found.min_by_key(Counterexample::length)
}

fn attempt(law: &FormulaLaw, seed: u64, class: Class, index: u64) -> Option<Counterexample> {
    let mut draw = Draw::keyed("formula/counterexample", class_name(class), seed, Case::Law, index);
    let instance = law.drawn(&mut draw, class).ok()?;
    let is_exact = instance.is_algebraic();
    let finding = if is_exact {
        let relations = instance.relations_of(&instance.carried::<Rational>()).ok()?;
        Finding::judge(Scalar::Rational, &relations, true)
    } else {
        let relations = instance.relations_of(&instance.carried::<Interval<INTERVAL_BITS>>()).ok()?;
        Finding::judge(Scalar::Interval(INTERVAL_BITS), &relations, false)
    };
    if finding.status != Status::Violated {
        return None;
    }
    let terms = if is_exact {
        of_worst(finding.details, &finding.worst)
    } else {
        // That the law fails is sure by intervals; doubles are what can be read.
        let relations = instance.relations_of(&instance.carried::<f64>()).ok()?;
        of_worst(Finding::judge(Scalar::Double, &relations, true).details, &finding.worst)
    };
    Some(Counterexample { description: instance.describe(), numbers: instance.numbers(), terms, is_exact })
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Awkward => "awkward",
        Class::Stationary => "stationary",
        Class::Smooth | Class::Generic => "smooth",
    }
}

/// The terms of the relation that is missed most.
fn of_worst(details: Vec<Detail>, worst: &str) -> Vec<Detail> {
    let is_start = |detail: &Detail| matches!(detail, Detail::Relation { .. });
    let starts: Vec<usize> = (0..details.len()).filter(|place| is_start(&details[*place])).collect();
    let is_worst = |place: &&usize| matches!(&details[**place], Detail::Relation { label, .. } if label == worst);
    let start = starts.iter().find(is_worst).or(starts.first()).copied().unwrap_or(0);
    let end = starts.iter().find(|place| **place > start).copied().unwrap_or(details.len());
    details[start..end].to_vec()
}

impl Counterexample {
    /// How much there is to read.
    fn length(&self) -> usize {
        let numbers =
            self.numbers.iter().flat_map(|numbers| &numbers.values).map(|number| number.to_string().len() + 1);
        numbers.sum()
    }
}
