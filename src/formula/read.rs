//! From texts to laws: what is wrong is said of the text that it is in.

use super::law::{FormulaLaw, Question, Where};
use equipartition_formula::syntax::Statement;
use equipartition_formula::{
    Assertion, Definitions, Fault, Law, Model, Place, Rates, Signature, Small, Source, possible_sizes,
};
use std::sync::Arc;

/// The texts of a law.
#[derive(Clone, Debug, Default)]
pub struct Texts<'a> {
    /// Parameters, data and sizes.
    pub with: &'a str,
    /// The loss of a sample.
    pub loss: &'a str,
    /// Names for parts of the law.
    pub define: Vec<(&'a str, &'a str)>,
    /// The law.
    pub law: &'a str,
    /// At which points it is asserted.
    pub place: Where,
    /// Which matrix `Lambda` is.
    pub rates: Rates,
}

impl<'a> Texts<'a> {
    /// The texts that a question was read from, of which `with` is what its model declares, in words.
    pub fn of(question: &'a Question, with: &'a str) -> Self {
        Texts {
            with,
            loss: &question.model.text,
            define: question.definitions.iter().filter_map(|definition| definition.split_once(DEFINED_AS)).collect(),
            law: &question.law.text,
            place: question.place,
            rates: question.rates,
        }
    }
}

/// Stands between a name and what it is defined as.
const DEFINED_AS: &str = " = ";

/// Which of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Parameters, data and sizes.
    With,
    /// The loss.
    Loss,
    /// The formula of the definition of this place.
    Definition(usize),
    /// Its name.
    DefinedName(usize),
    /// The law.
    Law,
}

/// Reads a law.
///
/// # Errors
/// The part that makes no sense, with the bytes that are meant.
pub fn read(texts: &Texts<'_>) -> Result<FormulaLaw, (Part, Fault)> {
    let signature = Signature::parse(texts.with).map_err(|fault| (Part::With, fault))?;
    let mut definitions = Definitions::default();
    for (place, (name, formula)) in texts.define.iter().enumerate() {
        definitions.add(&signature, name, formula).map_err(|fault| {
            // A fault of the name has no place in the formula.
            let part = if fault.span.is_empty() { Part::DefinedName(place) } else { Part::Definition(place) };
            (part, fault)
        })?;
    }
    if let Some((place, fault)) = definitions.fault(&signature) {
        return Err((Part::Definition(place), fault));
    }
    let model = Model::new(signature, texts.loss, &Definitions::default()).map_err(|fault| (Part::Loss, fault))?;
    let of_law = |fault| (Part::Law, fault);
    let law = Law::new(&model.signature, &definitions, texts.law).map_err(of_law)?;
    let signature =
        possible_sizes(&model, &law).map_err(|(in_law, fault)| (if in_law { Part::Law } else { Part::Loss }, fault))?;
    if let (false, Some(span)) = (texts.rates == Rates::Scalar, law.learning_rate_at()) {
        return Err(of_law(Fault::new(span, "there is no single eta where Lambda is a matrix: write `Lambda`")));
    }
    if let (false, Assertion::Order(Small::LearningRate, _)) = (texts.rates == Rates::Scalar, law.assertion) {
        let Statement { right, .. } = law.statement();
        let message = "there is no single eta where Lambda is a matrix, so that nothing is of an order in it";
        return Err(of_law(Fault::new(right.span.clone(), message)));
    }
    let (model, law, signature) = (Arc::new(model), Arc::new(law), Arc::new(signature));
    let tidy = |formula: &str| formula.split_whitespace().collect::<Vec<_>>().join(" ");
    let written = |place: usize| format!("{}{DEFINED_AS}{}", texts.define[place].0, tidy(texts.define[place].1));
    let definitions = used(&texts.define, texts.law).into_iter().map(written).collect();
    let law = FormulaLaw::new(Question { model, law, signature, place: texts.place, rates: texts.rates, definitions });
    let Some(Place { source, span }) = law.undefined_everywhere() else { return Ok(law) };
    let (part, text) = match source {
        Source::Loss => (Part::Loss, texts.loss),
        Source::Law => (Part::Law, texts.law),
    };
    let message = format!("`{}` is 0 on all instances, or has no value on any", &text[span.clone()]);
    Err((part, Fault::new(span, message)))
}

/// The places of the definitions that a law refers to, and of those that these refer to.
pub fn used(define: &[(&str, &str)], law: &str) -> Vec<usize> {
    let is_part_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mentions =
        |text: &str, name: &str| text.split(|character| !is_part_of_name(character)).any(|word| word == name);
    let mut texts = vec![law];
    let mut found: Vec<usize> = Vec::new();
    while let Some(text) = texts.pop() {
        for (place, (name, formula)) in define.iter().enumerate() {
            if mentions(text, name) && !found.contains(&place) {
                found.push(place);
                texts.push(formula);
            }
        }
    }
    found
}

/// Why a definition without effect is refused.
pub fn unused(name: &str) -> String {
    format!("no law speaks of `{name}`: leave its definition out, or put it to use")
}
