//! What else holds among the terms of a law that holds, and which of its hypotheses it does not need.

use super::formula::of_relation;
use super::lift;
use super::nearest::prefix;
use super::relate::{FoundLaw, MOST_TERMS, examined};
use super::space::Space;
use super::values::{Constants, Loss, Terms};
use crate::formula::read::Texts;
use crate::formula::{FormulaLaw, Where};
use crate::scalar::Residue;
use crate::verify::{Settings, Verdict};
use equipartition_formula::{Assertion, Coefficient, Domain, Grain, Rates};

/// What a law that holds does not say by itself.
pub struct Beyond {
    /// Further laws among its terms, independent of it and not true of every loss; some may be undecided.
    pub further: Vec<FoundLaw>,
    /// Hypotheses without which it holds too.
    pub needless: Vec<String>,
}

/// Looks beyond a law that holds.
pub fn beyond(texts: &Texts<'_>, law: &FormulaLaw, settings: &Settings, instances: u64) -> Beyond {
    Beyond {
        further: further(texts, law, settings, instances).unwrap_or_default(),
        needless: needless(texts, law, settings, instances),
    }
}

fn further(texts: &Texts<'_>, law: &FormulaLaw, settings: &Settings, instances: u64) -> Option<Vec<FoundLaw>> {
    if law.question.law.assertion != Assertion::Equality {
        return None;
    }
    let mut terms: Vec<String> = Vec::new();
    let mut coefficients: Vec<Coefficient> = Vec::new();
    for summand in law.question.law.summands(Grain::Distributed) {
        let signed = if summand.is_right { summand.coefficient.negated()? } else { summand.coefficient };
        match terms.iter().position(|known| *known == summand.term) {
            Some(place) => coefficients[place] = coefficients[place].plus(&signed)?,
            None => {
                terms.push(summand.term);
                coefficients.push(signed);
            }
        }
    }
    if terms.len() > MOST_TERMS {
        return None;
    }
    let prefix = prefix(law);
    let compiled = Terms::read(&law.question, &prefix, &terms, settings.seed).ok()?;
    let constants = Constants::draw(settings.seed, u64::MAX);
    let columns: Vec<usize> = (0..terms.len()).collect();
    let space =
        |of: Loss| Some(Space { terms: terms.len(), basis: compiled.relations(&columns, &constants, of).ok()? });
    let own = space(Loss::Own)?;
    if own.basis.len() < 2 {
        return Some(Vec::new());
    }
    let mut known: Vec<Vec<Residue>> = space(Loss::Generic).map_or_else(Vec::new, |generic| own.common(&generic).basis);
    known.push(coefficients.iter().map(|coefficient| constants.value(coefficient)).collect());
    let (basis, _) = own.sparse_basis(&known, &Space { terms: terms.len(), basis: Vec::new() });
    let mut found = Vec::new();
    for vector in basis {
        let Some(relation) = lift::relation(&compiled, &vector, settings.seed) else { continue };
        let text = of_relation(&prefix, &relation, &terms);
        let Some(answer) = examined(texts, &text, settings, instances) else { continue };
        if matches!(answer.report.verdict, Verdict::Holds | Verdict::Undecided) {
            found.push(FoundLaw { text, relation, answer });
        }
    }
    Some(found)
}

/// Every hypothesis is left out alone, and the law judged again.
fn needless(texts: &Texts<'_>, law: &FormulaLaw, settings: &Settings, instances: u64) -> Vec<String> {
    let question = &law.question;
    let holds = |texts: &Texts<'_>| {
        examined(texts, texts.law, settings, instances).is_some_and(|answer| answer.report.verdict == Verdict::Holds)
    };
    let mut needless = Vec::new();
    if texts.place == Where::Stationary && holds(&Texts { place: Where::Anywhere, ..texts.clone() }) {
        needless.push("that the point is stationary: it holds at every point".to_owned());
    }
    let speaks_of_rates = format!("{} {}", texts.law, question.definitions.join(" "));
    let has_rates = ["eta", "Lambda", "S", "F", "next"].iter().any(|name| mentions(&speaks_of_rates, name));
    if texts.rates == Rates::Scalar && has_rates && holds(&Texts { rates: Rates::Full, ..texts.clone() }) {
        needless.push("one learning rate for all: it holds for every matrix `Lambda`".to_owned());
    }
    for declared in question.model.signature.quantities() {
        if declared.domain == Domain::Real {
            continue;
        }
        let mut signature = question.model.signature.clone();
        let all = signature.parameters.iter_mut().chain(&mut signature.data);
        all.filter(|known| known.name == declared.name).for_each(|known| known.domain = Domain::Real);
        let with = signature.to_text();
        if holds(&Texts { with: &with, ..texts.clone() }) {
            needless.push(format!("`{}`: `{}` may be any real", declared.to_text(), declared.name));
        }
    }
    needless
}

fn mentions(text: &str, name: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn names_are_whole_words() {
        assert!(mentions("4 gamma/eta C", "eta") && !mentions("theta", "eta"));
    }
}
