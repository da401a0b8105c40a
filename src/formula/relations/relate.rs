//! All linear laws among terms.

use super::formula::{behind, of_relation};
use super::lift;
use super::space::Space;
use super::values::{Constants, Loss, Terms};
use crate::formula::law::Question;
use crate::formula::read::{Part, Texts, read};
use crate::formula::{Answer, FormulaClaim};
use crate::verify::{Settings, Unjudged, Verdict};
use equipartition_formula::{Coefficient, Fault, parse_expression, parse_statement};
use num_traits::Zero;

/// The most terms.
pub const MOST_TERMS: usize = 24;

/// A law that was found.
pub struct FoundLaw {
    /// The law as a formula.
    pub text: String,
    /// The places of its terms, with their coefficients: their sum is 0.
    pub relation: Vec<(usize, Coefficient)>,
    /// What became of it, examined as every law is on instances of its own.
    pub answer: Answer,
}

/// What was found among terms.
pub struct Relations {
    /// About what, with the first term in the place of a law.
    pub question: Question,
    /// What stands before the terms: `for i in n: `, or nothing.
    pub prefix: String,
    /// The terms.
    pub terms: Vec<String>,
    /// The dimension of the space of relations, and of the part of it that every loss obeys.
    pub dimensions: (usize, usize),
    /// The laws: those of this loss, then tautologies.
    pub laws: Vec<FoundLaw>,
    /// Of relations whose coefficients are no numbers and no products with `gamma` and `eta`, the terms.
    pub unwritten: Vec<Vec<String>>,
    /// Relations that fresh instances refuted: the terms are related only on some sizes, or only on the instances that were looked at.
    pub refuted: Vec<String>,
    /// Whether the basis is the sparsest.
    pub is_sparsest: bool,
    /// How the laws were examined.
    pub settings: Settings,
}

/// What is wrong with a question.
#[derive(Debug)]
pub enum Complaint {
    /// With the declarations, the loss or a definition.
    Text(Part, Fault),
    /// With what stands before the terms.
    Prefix(Fault),
    /// With the term of this place.
    Term(usize, Fault),
    /// No instance can be drawn, or solved for.
    NoInstances(Unjudged),
}

/// Finds the relations among terms and examines each as a law, on `instances` fresh instances.
///
/// # Errors
/// [`Complaint`]
pub fn relate(
    texts: &Texts<'_>,
    prefix: &str,
    terms: &[String],
    settings: &Settings,
    instances: u64,
) -> Result<Relations, Complaint> {
    for (place, term) in terms.iter().enumerate() {
        is_term(term).map_err(|fault| Complaint::Term(place, fault))?;
    }
    let question = question(texts, prefix, terms)?;
    let compiled =
        Terms::read(&question, prefix, terms, settings.seed).map_err(|(place, fault)| Complaint::Term(place, fault))?;
    let columns: Vec<usize> = (0..terms.len()).collect();
    let constants = Constants::draw(settings.seed, u64::MAX);
    let space =
        |of: Loss| compiled.relations(&columns, &constants, of).map(|basis| Space { terms: terms.len(), basis });
    let own = space(Loss::Own).map_err(Complaint::NoInstances)?;
    let mut found = Relations {
        question,
        prefix: prefix.to_owned(),
        terms: terms.to_vec(),
        dimensions: (own.basis.len(), 0),
        laws: Vec::new(),
        unwritten: Vec::new(),
        refuted: Vec::new(),
        is_sparsest: true,
        settings: settings.clone(),
    };
    if own.basis.is_empty() {
        return Ok(found);
    }
    // Where no such loss has an instance, the judge still tells which of the laws are tautologies.
    let generic = space(Loss::Generic).unwrap_or(Space { terms: terms.len(), basis: Vec::new() });
    let generic = own.common(&generic);
    found.dimensions.1 = generic.basis.len();
    let (laws, is_sparsest) = own.sparse_basis(&[], &generic);
    found.is_sparsest = is_sparsest;
    let shown: Vec<String> = terms.iter().map(|term| behind(term)).collect();
    for vector in &laws {
        let Some(relation) = lift::relation(&compiled, vector, settings.seed) else {
            let related = terms.iter().zip(vector).filter(|(_, factor)| !factor.is_zero());
            found.unwritten.push(related.map(|(term, _)| term.clone()).collect());
            continue;
        };
        let text = of_relation(prefix, &relation, &shown);
        match examined(texts, &text, settings, instances) {
            Some(answer) if answer.report.verdict != Verdict::Refuted => {
                found.laws.push(FoundLaw { text, relation, answer })
            }
            _ => found.refuted.push(text),
        }
    }
    found.laws.sort_by_key(|law| law.answer.is_tautology());
    Ok(found)
}

/// A term is no law.
fn is_term(text: &str) -> Result<(), Fault> {
    parse_expression(text).map(drop).map_err(|fault| match parse_statement(text) {
        Ok(_) => Fault::new(
            0..text.len(),
            "a law stands where a term is expected: give its terms, and the laws among them are found",
        ),
        Err(_) => fault,
    })
}

/// What the first term is about.
fn question(texts: &Texts<'_>, prefix: &str, terms: &[String]) -> Result<Question, Complaint> {
    let Some(first) = terms.first() else {
        return Err(Complaint::Term(0, Fault::new(0..0, "a relation is among terms: there is none")));
    };
    let law = format!("{prefix}({first}) = ({first})");
    match read(&Texts { law: &law, ..texts.clone() }) {
        Ok(law) => Ok(law.question),
        Err((Part::Law, fault)) => {
            let start = prefix.len() + 1;
            let within = fault.span.start >= start;
            let end = first.len();
            let span = fault.span.start.saturating_sub(start).min(end)..fault.span.end.saturating_sub(start).min(end);
            Err(if within { Complaint::Term(0, Fault::new(span, fault.message)) } else { Complaint::Prefix(fault) })
        }
        Err((part, fault)) => Err(Complaint::Text(part, fault)),
    }
}

/// What becomes of a law that was found, examined as every law is; none if it cannot be read.
pub fn examined(texts: &Texts<'_>, law: &str, settings: &Settings, instances: u64) -> Option<Answer> {
    let law = read(&Texts { law, ..texts.clone() }).ok()?;
    let claim = FormulaClaim::new("relate/law".to_owned(), "a law that was found".to_owned(), &law);
    Some(Answer::find(&law, &claim, settings.clone(), instances))
}
