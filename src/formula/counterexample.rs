//! An instance of few digits that a law gets wrong, term by term.
//!
//! Of the instances with small integers and few-bit fractions that break the law the one with fewest digits is taken, and made smaller number by number:
//! a parameter, a datum, a learning rate or a weight decay is replaced by one of `SMALL` as long as the law stays broken and there is less to read. Where the
//! point has to be stationary the weights of the mean are solved for again.

use super::instance::Instance;
use super::law::{FormulaLaw, Where};
use super::reach::found;
use crate::scalar::Rational;
use crate::verify::{Case, Class, Detail, Draw, Drawn, Finding, Numbers, Scalar, Status};
use equipartition_formula::{Assertion, Declaration, Domain, Forces, Of};
use std::cmp::Ordering;

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
/// How many that are far from 1, where the law may fail there only.
const TRIED_FAR: u64 = 16;
/// The numbers that are easiest to read, in this order: 1 before 0, because terms that vanish show less.
const SMALL: [(i64, i64); 9] = [(1, 1), (0, 1), (-1, 1), (2, 1), (-2, 1), (3, 1), (-3, 1), (1, 2), (-1, 2)];
/// How many smaller instances are looked at, and how many operations are spent on them, at most.
const MOST_SHRUNK: usize = 512;
const MOST_OPERATIONS: usize = 1 << 21;

/// An instance with small integers and few-bit fractions that breaks the law, if one was met.
pub fn counterexample(law: &FormulaLaw, seed: u64) -> Option<Counterexample> {
    if let Assertion::Order(..) = law.question.law.assertion {
        return None;
    }
    let classes: &[Class] = match law.question.place {
        Where::Anywhere => &[Class::Awkward, Class::Smooth],
        Where::Stationary => &[Class::Stationary],
    };
    let tried = classes.iter().flat_map(|class| (0..TRIED).map(move |index| (*class, index)));
    let drawn = tried.filter_map(|(class, index)| {
        let mut draw = Draw::keyed("formula/counterexample", class_name(class), seed, Case::Law, index);
        law.drawn(&mut draw, class).ok()
    });
    let far = classes.iter().flat_map(|class| (0..TRIED_FAR).map(move |index| (*class, index)));
    let far = far.filter_map(|(class, index)| {
        let draw = Draw::keyed("formula/counterexample", class_name(class), seed, Case::Law, index);
        law.drawn_far(&draw, class)
    });
    let shortest = drawn.chain(far).filter(|instance| violation(instance).is_some()).min_by_key(to_read)?;
    told(&shrunk(law, shortest))
}

/// What is wrong on an instance, if the law fails there for sure.
fn violation(instance: &Instance) -> Option<Finding> {
    found(instance).filter(|finding| finding.status == Status::Violated)
}

fn told(instance: &Instance) -> Option<Counterexample> {
    let finding = violation(instance)?;
    let is_exact = instance.is_algebraic();
    let terms = if is_exact {
        of_worst(finding.details, &finding.worst)
    } else {
        // That the law fails is sure by intervals; doubles are what can be read.
        let relations = instance.relations_of(&instance.carried::<f64>()).ok()?;
        of_worst(Finding::judge(Scalar::Double, &relations, true).details, &finding.worst)
    };
    Some(Counterexample { description: instance.describe(), numbers: instance.numbers(), terms, is_exact })
}

/// How much there is to read.
fn to_read(instance: &Instance) -> usize {
    let numbers = instance.numbers();
    numbers.iter().flat_map(|numbers| &numbers.values).map(|number| number.to_string().len() + 1).sum()
}

/// The place of a number among those that are easiest to read.
fn rank(number: &Rational) -> usize {
    SMALL.iter().position(|small| *number == Rational::from(*small)).unwrap_or(SMALL.len())
}

/// Makes the numbers of an instance smaller, one after the other, until none can be.
fn shrunk(law: &FormulaLaw, mut instance: Instance) -> Instance {
    let forces = match instance.class() {
        Class::Stationary => match Forces::new(&law.question.model, Of::Own, &instance.sizes, 1, law.question.rates) {
            Ok(forces) => Some(forces),
            Err(_) => return instance,
        },
        _ => None,
    };
    let free = free_numbers(&instance);
    let size = |instance: &Instance| -> (usize, usize) {
        (to_read(instance), free.iter().map(|(place, _)| rank(&instance.inputs[*place])).sum())
    };
    let (mut now, mut looked) = (size(&instance), 0);
    let most = MOST_SHRUNK.min(MOST_OPERATIONS / instance.program.tape.len());
    loop {
        let before = now;
        for (place, is_positive) in &free {
            for small in SMALL.map(Rational::from) {
                if (*is_positive && small.cmp0() != Ordering::Greater) || rank(&small) >= rank(&instance.inputs[*place])
                {
                    continue;
                }
                looked += 1;
                if looked > most {
                    return instance;
                }
                let mut smaller = instance.clone();
                smaller.inputs[*place] = small;
                if forces.as_ref().is_some_and(|forces| smaller.make_stationary(forces).is_err()) {
                    continue;
                }
                let then = size(&smaller);
                if then < now && violation(&smaller).is_some() {
                    (instance, now) = (smaller, then);
                    break;
                }
            }
        }
        if now == before {
            return instance;
        }
    }
}

/// The inputs that may be any number, or any positive one: no weights, no probabilities, no rates of a matrix.
fn free_numbers(instance: &Instance) -> Vec<(usize, bool)> {
    let layout = &instance.program.layout;
    let mut free = Vec::new();
    let mut add = |start: usize, declared: &[Declaration], ranges: &[std::ops::Range<usize>]| {
        for (quantity, range) in declared.iter().zip(ranges) {
            let is_positive = quantity.domain == Domain::Positive;
            if is_positive || quantity.domain == Domain::Real {
                free.extend(range.clone().map(|place| (start + place, is_positive)));
            }
        }
    };
    add(0, &instance.signature.parameters, &layout.parameters);
    for sample in 0..layout.samples {
        add(layout.sample(sample).start, &instance.signature.data, &layout.data);
    }
    free.extend([(layout.learning_rate(), true), (layout.weight_decay(), true)]);
    free
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
