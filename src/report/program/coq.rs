//! A file for Coq: rational numbers of the standard library, and a lemma for every relation that holds by computation.

use super::{Law, Listed, Listing};
use crate::scalar::{Operation, Rational, Step};
use crate::verify::Sense;
use std::collections::HashSet;
use std::fmt::Write;

/// What precedes the numbers. Sums of fractions with one denominator, as dyadic numbers often are, need no common one.
const PRELUDE: &str = "Require Import QArith List Bool.
Import ListNotations.
Open Scope Q_scope.

Definition holds (test : Q -> Q -> bool) (left right : list Q) : bool :=
  Nat.eqb (length left) (length right) && forallb (fun p => test (fst p) (snd p)) (combine left right).
Definition Qlt_bool (a b : Q) : bool := negb (Qle_bool b a).
";

/// A text within a comment: nothing in it opens or closes a comment or a string.
fn comment(text: &str) -> String {
    text.replace('"', "'").replace("(*", "( *").replace("*)", "* )")
}

fn fraction(value: &Rational) -> String {
    format!("({} # {})", value.numer(), value.denom())
}

pub(super) fn text(listing: &Listing<'_>) -> String {
    let mut text = String::new();
    for line in &listing.heading {
        let _ = writeln!(text, "(* {} *)", comment(line));
    }
    text += "(* Straight-line code from the numbers of the instance to every term of both sides, over the rationals. coqc accepts the file if and only if\n   every relation is satisfied. *)\n";
    text += PRELUDE;
    text.push('\n');
    let mut words: Vec<String> = Vec::with_capacity(listing.program.steps.len());
    let mut defined: HashSet<String> = HashSet::new();
    for (place, step) in listing.program.steps.iter().enumerate() {
        let mut word = format!("v{place}");
        let formula = match step {
            Step::Constant(value) | Step::Given(value) | Step::Drawn(value) => {
                if let Some((group, number)) = listing.names.of_step(step) {
                    word = format!("{}_at_{number}", listing.names.groups[group]);
                }
                fraction(value)
            }
            Step::Negative(a) => format!("- {}", words[*a]),
            Step::Binary(operation, a, b) => {
                let sign = match operation {
                    Operation::Sum => '+',
                    Operation::Difference => '-',
                    Operation::Product => '*',
                    Operation::Quotient => '/',
                };
                format!("Qred ({} {sign} {})", words[*a], words[*b])
            }
        };
        // A coordinate that is a constant elsewhere is the same number.
        if defined.insert(word.clone()) {
            let _ = writeln!(text, "Definition {word} : Q := {formula}.");
        }
        words.push(word);
    }
    for (number, law) in listing.laws.iter().enumerate() {
        let Law { label, sense, left, right } = law;
        let (test, sign) = match sense {
            Sense::Equality => ("Qeq_bool", "="),
            Sense::AtMost { .. } => ("Qle_bool", "<="),
            Sense::Less { .. } => ("Qlt_bool", "<"),
        };
        let labels = |terms: &[Listed]| match terms {
            [] => "0".to_owned(),
            terms => terms.iter().map(|term| comment(&term.label)).collect::<Vec<_>>().join(" + "),
        };
        let _ = writeln!(text, "\n(* {}: {} {sign} {} *)", comment(label), labels(left), labels(right));
        for (name, terms) in [("left", left), ("right", right)] {
            let entry = |place: usize| {
                let summands: Vec<&str> = terms.iter().map(|term| words[term.entries[place]].as_str()).collect();
                if summands.is_empty() { "0".to_owned() } else { summands.join(" + ") }
            };
            let entries: Vec<String> = (0..law.len()).map(entry).collect();
            let _ = writeln!(text, "Definition {name}_{number} : list Q := [{}].", entries.join("; "));
        }
        let _ = writeln!(
            text,
            "Lemma law_{number} : holds {test} left_{number} right_{number} = true.\nProof. vm_compute. reflexivity. Qed."
        );
    }
    text
}
