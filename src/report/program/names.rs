//! Names of an instance's numbers in a program: those of the replay, as identifiers.

use crate::scalar::{Rational, Step};
use crate::verify::Numbers;
use std::collections::{HashMap, HashSet};

/// Words that mean something to one of the languages, or in the programs that are written.
const TAKEN: [&str; 64] = [
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "F",
    "sys",
    "fractions",
    "Fraction",
    "relations",
    "satisfied",
    "total",
    "test",
    "at",
    "cofix",
    "else_",
    "end",
    "exists",
    "fix",
    "forall",
    "fun",
    "let",
    "match",
    "mod",
    "then",
    "using",
    "where",
    "Prop",
    "Set",
    "Type",
    "SProp",
    "Q",
    "Qred",
    "Z",
];

/// The identifier of every group of numbers, and where each value stands that occurs once.
pub(super) struct Names<'a> {
    /// One for each group, in their order.
    pub(super) groups: Vec<String>,
    places: HashMap<&'a Rational, Option<(usize, usize)>>,
}

impl<'a> Names<'a> {
    pub(super) fn of(numbers: &'a [Numbers]) -> Self {
        let mut taken: HashSet<String> = TAKEN.iter().map(ToString::to_string).collect();
        let mut places: HashMap<&'a Rational, Option<(usize, usize)>> = HashMap::new();
        let mut groups = Vec::new();
        for (group, Numbers { name, values }) in numbers.iter().enumerate() {
            let identifier = identifier(name);
            let mut free = identifier.clone();
            let mut number = 2;
            while taken.contains(&free) {
                free = format!("{identifier}_{number}");
                number += 1;
            }
            taken.insert(free.clone());
            groups.push(free);
            for (place, value) in values.iter().enumerate() {
                places.entry(value).and_modify(|known| *known = None).or_insert(Some((group, place)));
            }
        }
        Names { groups, places }
    }

    /// The group and the place of what a step reads, if it is a number of the instance that no other one equals.
    pub(super) fn of_step(&self, step: &Step) -> Option<(usize, usize)> {
        match step {
            Step::Given(value) | Step::Drawn(value) => self.places.get(value).copied().flatten(),
            _ => None,
        }
    }
}

/// Letters, digits and underscores, of what comes before a remark in brackets. Steps are called `v1`, so nothing else is.
fn identifier(name: &str) -> String {
    let name = name.split('(').next().unwrap_or(name);
    let words = name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("_");
    let starts_well = joined.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_step = joined.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
    if starts_well && !is_step { joined } else { format!("n_{joined}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_and_differ() {
        let of = |name: &str| Numbers::new(name, [Rational::from(1)]);
        let numbers = ["sample 0, input", "lambda", "weights (signed: odd)", "θ", "v12", "theta", "theta"].map(of);
        assert_eq!(
            Names::of(&numbers).groups,
            ["sample_0_input", "lambda_2", "weights", "n_", "n_v12", "theta", "theta_2"]
        );
    }

    #[test]
    fn a_value_that_occurs_twice_has_no_name() {
        let numbers = [Numbers::new("x", [1, 2, 3].map(Rational::from)), Numbers::new("y", [Rational::from(2)])];
        let names = Names::of(&numbers);
        assert_eq!(names.of_step(&Step::Drawn(Rational::from(3))), Some((0, 2)));
        assert_eq!(names.of_step(&Step::Drawn(Rational::from(2))), None);
        // A constant of the formula is none of the instance's numbers, whatever its value.
        assert_eq!(names.of_step(&Step::Constant(Rational::from(3))), None);
    }
}
