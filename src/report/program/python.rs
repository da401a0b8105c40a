//! A program in Python: fractions of the standard library.

use super::{Law, Listed, Listing};
use crate::scalar::{Operation, Rational, Step};
use crate::verify::Sense;
use std::fmt::Write;

/// What follows the relations.
const JUDGE: &str = r#"
satisfied = True
for label, sense, left, right in relations:
    length = max(len(values) for _, values in left + right)
    total = [[sum((values[i] for _, values in side), F(0)) for i in range(length)] for side in (left, right)]
    test = {"=": F.__eq__, "<=": F.__le__, "<": F.__lt__}[sense]
    holds = all(test(a, b) for a, b in zip(*total))
    satisfied = satisfied and holds
    print(f"{label}: {'satisfied' if holds else 'violated'}")
    for name, side, values in (("left", left, total[0]), ("right", right, total[1])):
        for term, entries in side + ([("the sum", values)] if len(side) != 1 else []):
            print(f"    {name:5}  {term} = [{', '.join(map(str, entries))}]")
sys.exit(0 if satisfied else 1)
"#;

fn fraction(value: &Rational) -> String {
    if *value.denom() == 1 {
        format!("F({})", value.numer())
    } else {
        format!("F({}, {})", value.numer(), value.denom())
    }
}

/// A text as a literal: JSON's are Python's.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn text(listing: &Listing<'_>) -> String {
    let mut text = "#!/usr/bin/env python3\n".to_owned();
    for line in &listing.heading {
        let _ = writeln!(text, "# {line}");
    }
    text += "#\n# Straight-line code from the numbers of the instance to every term of both sides, in exact fractions.\n\
             # Exit code 0: every relation is satisfied; 1: one is violated.\n\
             import sys\nfrom fractions import Fraction as F\n\n\
             if hasattr(sys, \"set_int_max_str_digits\"):\n    sys.set_int_max_str_digits(0)\n\n";
    for (numbers, name) in listing.numbers.iter().zip(&listing.names.groups) {
        let values: Vec<String> = numbers.values.iter().map(fraction).collect();
        let _ = writeln!(text, "{name} = [{}]", values.join(", "));
    }
    text.push('\n');
    let mut words: Vec<String> = Vec::with_capacity(listing.program.steps.len());
    for (place, step) in listing.program.steps.iter().enumerate() {
        if let Some((group, number)) = listing.names.of_step(step) {
            words.push(format!("{}[{number}]", listing.names.groups[group]));
            continue;
        }
        let formula = match step {
            Step::Constant(value) | Step::Given(value) | Step::Drawn(value) => fraction(value),
            Step::Negative(a) => format!("-{}", words[*a]),
            Step::Binary(operation, a, b) => {
                let sign = match operation {
                    Operation::Sum => '+',
                    Operation::Difference => '-',
                    Operation::Product => '*',
                    Operation::Quotient => '/',
                };
                format!("{} {sign} {}", words[*a], words[*b])
            }
        };
        let _ = writeln!(text, "v{place} = {formula}");
        words.push(format!("v{place}"));
    }
    text += "\nrelations = [\n";
    for Law { label, sense, left, right } in &listing.laws {
        let sense = match sense {
            Sense::Equality => "=",
            Sense::AtMost { .. } => "<=",
            Sense::Less { .. } => "<",
        };
        let side = |terms: &[Listed]| {
            let term = |term: &Listed| {
                let entries: Vec<&str> = term.entries.iter().map(|place| words[*place].as_str()).collect();
                format!("({}, [{}])", literal(&term.label), entries.join(", "))
            };
            terms.iter().map(term).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(text, "    ({}, \"{sense}\", [{}], [{}]),", literal(label), side(left), side(right));
    }
    text.push_str("]\n");
    text + JUDGE
}
