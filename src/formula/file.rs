//! Theories of formulas, read from `THEORY.toml`.
//!
//! ```toml
//! [theory]
//! name = "own"
//! title = "A quadratic unit"
//!
//! [model]
//! with = "u, w[n]; data x[n], y; n in 1..3"
//! loss = "(u (w @ x)^2 - y)^2"
//!
//! [[claim]]
//! id = "own/quadratic-balance"
//! title = "balance of a quadratic unit"
//! define = { C = "sum(w^2) - 2 u^2" }
//! law = "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta C"
//! at = "stationary"
//!
//! [[claim.control]]
//! name = "not-homogeneous"
//! breaks = "phi(a) = a^2 + a"
//! loss = "(u ((w @ x)^2 + w @ x) - y)^2"
//! ```

use super::claim::{FormulaClaim, GENERIC_LOSS};
use super::law::{FormulaLaw, Where};
use super::read::{Part, Texts, read as read_law, unused, used};
use super::tables::{At, Axis, ClaimTable, File, ModelTable, Quantities, RatesName, SizeRange};
use crate::complaint::Complaint;
use crate::suggest::unknown;
use crate::verify::{Claim, Lemmas, Theory};
use equipartition_formula::{Declaration, LARGEST, Rates, Signature};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// The longest file that is read, in bytes.
pub const LONGEST_FILE: u64 = 1 << 20;
/// Any parameter: a size is read with one.
const LEAST_NAME: &str = "parameter";
/// The most claims of a file.
const MOST_CLAIMS: usize = 1 << 10;

/// A theory that owns its texts and claims.
pub struct TheoryFile {
    /// The file.
    pub place: String,
    name: String,
    title: String,
    references: Vec<String>,
    claims: Vec<FormulaClaim>,
}

impl TheoryFile {
    /// The identifiers of its claims.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(|claim| claim.id.as_str())
    }

    /// The claim of this identifier.
    pub fn claim(&self, id: &str) -> Option<&FormulaClaim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// Reads a theory; `place` names the file in complaints.
    ///
    /// # Errors
    /// What is wrong with the text, with the line underlined.
    pub fn parse(place: &str, text: &str) -> Result<Self, Complaint> {
        let file: File = toml::from_str(text).map_err(|error| malformed(place, text, &error))?;
        let reader = Reader { place, text, used: RefCell::default() };
        if file.claims.is_empty() {
            return Err(Complaint::of_file(place, "there is no [[claim]]".to_owned()));
        }
        if file.claims.len() > MOST_CLAIMS {
            return Err(Complaint::of_file(place, format!("there are more than {MOST_CLAIMS} claims")));
        }
        reader.word(&file.theory.name, "the name of a theory")?;
        let with = reader.declared(&file)?;
        let claims =
            file.claims.iter().map(|table| reader.claim(&file, with.as_ref(), table)).collect::<Result<Vec<_>, _>>()?;
        reader.refuse_unused(&file)?;
        Ok(TheoryFile {
            place: place.to_owned(),
            name: file.theory.name.into_inner(),
            title: file.theory.title,
            references: file.theory.references,
            claims,
        })
    }

    /// Calls `then` with the theory as the judge takes it.
    pub fn with_theory<R>(&self, then: impl FnOnce(&Theory<'_>) -> R) -> R {
        let lists: Vec<_> = self.claims.iter().map(FormulaClaim::lists).collect();
        let claims: Vec<Claim<'_>> = self.claims.iter().zip(&lists).map(|(claim, lists)| claim.claim(lists)).collect();
        let claims: Vec<&Claim<'_>> = claims.iter().collect();
        let references: Vec<&str> = self.references.iter().map(String::as_str).collect();
        then(&Theory {
            name: &self.name,
            title: &self.title,
            references: &references,
            proofs: &[],
            lemmas: Lemmas::NONE,
            claims: &[&claims],
            file: Some(&self.place),
        })
    }
}

struct Reader<'a> {
    place: &'a str,
    text: &'a str,
    /// Where the definitions begin that some law refers to.
    used: RefCell<BTreeSet<usize>>,
}

impl Reader<'_> {
    fn complain<T>(&self, span: Range<usize>, message: String) -> Result<T, Complaint> {
        Err(Complaint::new(self.place, self.text, span, message))
    }

    /// Small letters, digits and hyphens.
    fn word(&self, name: &Spanned<String>, what: &str) -> Result<(), Complaint> {
        if is_word(name.get_ref()) {
            return Ok(());
        }
        self.complain(name.span(), format!("{what} is made of small letters, digits and hyphens"))
    }

    /// What is declared: the text `with`, or the tables `parameters`, `data` and `sizes`.
    fn declared(&self, file: &File) -> Result<Option<Spanned<String>>, Complaint> {
        let Some(model) = &file.model else {
            return match file.sizes.keys().next() {
                Some(size) => self.complain(size.span(), "[sizes] are those of [model], which is missing".to_owned()),
                None => Ok(None),
            };
        };
        self.declared_by(file, model).map(Some)
    }

    fn declared_by(&self, file: &File, model: &Spanned<ModelTable>) -> Result<Spanned<String>, Complaint> {
        let (whole, model) = (model.span(), model.get_ref());
        let ModelTable { with, parameters, data, .. } = model;
        if let Some(with) = with {
            if parameters.is_some() || data.is_some() || !file.sizes.is_empty() {
                let message = "`with` declares everything: leave out `parameters`, `data` and [sizes]".to_owned();
                return self.complain(with.span(), message);
            }
            return Ok(with.clone());
        }
        let Some(parameters) = parameters else {
            return self.complain(whole, "missing key `with`, or `parameters` and `data`".to_owned());
        };
        let quantities = |table: &Quantities| -> Result<Vec<Declaration>, Complaint> {
            // In the order of the file: a table is sorted by its names.
            let mut all: Vec<_> = table.iter().collect();
            all.sort_by_key(|(name, _)| name.span().start);
            let one = |(name, axes): (&Spanned<String>, &Vec<Axis>)| {
                let axis = |axis: &Axis| match axis {
                    Axis::Name(name) => name.clone(),
                    Axis::Fixed(size) => size.to_string(),
                };
                let axes = axes.iter().map(axis).collect::<Vec<_>>().join(", ");
                let name_alone = name.get_ref().as_str();
                let text = if axes.is_empty() { name_alone.to_owned() } else { format!("{name_alone}[{axes}]") };
                Signature::declaration(&text).or_else(|fault| self.complain(name.span(), fault.message))
            };
            all.into_iter().map(one).collect()
        };
        let sizes = file.sizes.iter().map(|(name, range)| {
            let text = match range.get_ref() {
                SizeRange::Text(text) => text.clone(),
                SizeRange::One(size) => size.to_string(),
            };
            let read = Signature::parse(&format!("{LEAST_NAME}; {} in {text}", name.get_ref()));
            let size = read.ok().and_then(|mut read| read.sizes.pop()).filter(|size| size.name == *name.get_ref());
            size.map_or_else(
                || {
                    self.complain(
                        range.span(),
                        format!("a size is a range such as \"1..3\", or a number from 1 to {LARGEST}"),
                    )
                },
                Ok,
            )
        });
        let signature = Signature {
            parameters: quantities(parameters)?,
            data: data.as_ref().map_or_else(|| Ok(Vec::new()), quantities)?,
            sizes: sizes.collect::<Result<_, _>>()?,
        };
        let signature = signature.checked().or_else(|fault| self.complain(whole.clone(), fault.message))?;
        let text = signature.to_text();
        if Signature::parse(&text).ok().as_ref() != Some(&signature) {
            // Without data a name such as x would be read as one of them.
            let message = "without `data` no parameter has a name that begins data: x or y".to_owned();
            return self.complain(whole, message);
        }
        Ok(Spanned::new(whole, text))
    }

    fn claim(
        &self,
        file: &File,
        with: Option<&Spanned<String>>,
        table: &Spanned<ClaimTable>,
    ) -> Result<FormulaClaim, Complaint> {
        let claim = table.get_ref();
        let id = claim.id.get_ref();
        if !id.split_once('/').is_some_and(|(family, name)| is_word(family) && is_word(name)) {
            let message = "an identifier is `family/name`, in small letters, digits and hyphens".to_owned();
            return self.complain(claim.id.span(), message);
        }
        let mut earlier =
            file.claims.iter().map(Spanned::get_ref).take_while(|known| known.id.span() != claim.id.span());
        if earlier.any(|known| known.id.get_ref() == id) {
            return self.complain(claim.id.span(), format!("two claims have the identifier `{id}`"));
        }
        let define: Vec<Definition<'_>> = file.define.iter().chain(&claim.define).collect();
        let of_model = file.model.as_ref().map(|model| &model.get_ref().loss);
        let (Some(with), Some(loss)) = (claim.with.as_ref().or(with), claim.loss.as_ref().or(of_model)) else {
            let message = "without [model] a claim has `with` and `loss` of its own".to_owned();
            return self.complain(claim.id.span(), message);
        };
        let sources = Sources { with, loss, define, law: &claim.law, at: claim.at, rates: claim.rates };
        let law = self.law(&sources)?;
        let mut read = FormulaClaim::new(id.clone(), claim.title.clone(), &law);
        read.hypotheses.extend(law.question.notes().into_iter().chain(claim.hypotheses.iter().cloned()));
        read.references.extend(file.theory.references.iter().chain(&claim.references).cloned());
        read.builds_on.clone_from(&claim.builds_on);
        let mut names = vec![GENERIC_LOSS];
        for control in &claim.controls {
            self.word(&control.name, "the name of a control")?;
            let name = control.name.get_ref();
            if names.contains(&name.as_str()) {
                return self.complain(control.name.span(), format!("another control has the name `{name}`"));
            }
            names.push(name);
            let of_model = control.model.as_ref().map(|model| &model.loss);
            if let (Some(loss), Some(_)) = (of_model, &control.loss) {
                return self.complain(loss.span(), "`loss` and `model.loss` are the same: give one".to_owned());
            }
            let loss = control.loss.as_ref().or(of_model);
            let nothing = control.law.is_none() && loss.is_none() && control.at.is_none() && control.rates.is_none();
            if nothing {
                let message = "a control changes something: `law`, `loss`, `at` or `rates`".to_owned();
                return self.complain(control.name.span(), message);
            }
            let changed = Sources {
                law: control.law.as_ref().unwrap_or(sources.law),
                loss: loss.unwrap_or(sources.loss),
                at: control.at.unwrap_or(sources.at),
                rates: control.rates.unwrap_or(sources.rates),
                ..sources.clone()
            };
            let law = self.law(&changed)?;
            read = read.with_control(name.clone(), control.breaks.clone(), &law);
        }
        Ok(read)
    }

    /// A definition that no law refers to has no effect.
    fn refuse_unused(&self, file: &File) -> Result<(), Complaint> {
        let used = self.used.borrow();
        let of_claims = file.claims.iter().flat_map(|claim| &claim.get_ref().define);
        let mut all = file.define.iter().chain(of_claims);
        match all.find(|(_, formula)| !used.contains(&formula.span().start)) {
            Some((name, formula)) => self.complain(formula.span(), unused(name)),
            None => Ok(()),
        }
    }

    fn law(&self, sources: &Sources<'_>) -> Result<FormulaLaw, Complaint> {
        // What a law does not refer to may speak of what others declare.
        let places = used(&texts_of(&sources.define), sources.law.get_ref());
        let define: Vec<Definition<'_>> = places.into_iter().map(|place| sources.define[place]).collect();
        self.used.borrow_mut().extend(define.iter().map(|(_, formula)| formula.span().start));
        let texts = Texts {
            with: sources.with.get_ref(),
            loss: sources.loss.get_ref(),
            define: texts_of(&define),
            law: sources.law.get_ref(),
            place: match sources.at {
                At::Anywhere => Where::Anywhere,
                At::Stationary => Where::Stationary,
            },
            rates: match sources.rates {
                RatesName::Scalar => Rates::Scalar,
                RatesName::Diagonal => Rates::Diagonal,
                RatesName::Full => Rates::Full,
            },
        };
        read_law(&texts).map_err(|(part, fault)| {
            let value = match part {
                Part::With => sources.with,
                Part::Loss => sources.loss,
                Part::Law => sources.law,
                Part::Definition(place) | Part::DefinedName(place) => define[place].1,
            };
            let span = match part {
                Part::DefinedName(_) => value.span(),
                _ => self.inside(value, fault.span),
            };
            Complaint::new(self.place, self.text, span, fault.message)
        })
    }

    /// Bytes of a value as bytes of the file: of a value that is written with escapes, or over several lines, all of it.
    fn inside(&self, value: &Spanned<String>, span: Range<usize>) -> Range<usize> {
        let whole = value.span();
        let written = self.text.get(whole.clone()).unwrap_or_default();
        match written.find(value.get_ref().as_str()) {
            Some(start) => whole.start + start + span.start..whole.start + start + span.end,
            None => whole,
        }
    }
}

/// A definition, with its place in the file.
type Definition<'a> = (&'a String, &'a Spanned<String>);

fn texts_of<'a>(define: &[Definition<'a>]) -> Vec<(&'a str, &'a str)> {
    define.iter().map(|(name, formula)| (name.as_str(), formula.get_ref().as_str())).collect()
}

/// The texts of a law, with their places in the file.
#[derive(Clone)]
struct Sources<'a> {
    with: &'a Spanned<String>,
    loss: &'a Spanned<String>,
    define: Vec<Definition<'a>>,
    law: &'a Spanned<String>,
    at: At,
    rates: RatesName,
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// What the reader of TOML says, in the words of this program.
fn malformed(place: &str, text: &str, error: &toml::de::Error) -> Complaint {
    let said = error.message();
    let field = said.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected one of "));
    let message = match field {
        Some((name, expected)) => {
            let keys: Vec<&str> = expected.split(", ").map(|key| key.trim_matches('`')).collect();
            format!("{}; the keys are {}", unknown("key", name, keys.iter().copied()), keys.join(", "))
        }
        None => said.replace("missing field", "missing key").replace("unknown variant", "unknown value"),
    };
    match error.span() {
        Some(span) => Complaint::new(place, text, span, message),
        None => Complaint::of_file(place, message),
    }
}
