//! An exact instance as a program for somebody else's arithmetic: who runs it need not trust this one.
//!
//! The program is straight-line code from the numbers of the instance to every term of both sides, and a comparison of the sides. It says nothing
//! of vacuity, of what a check resolves, or of how the numbers were drawn.

mod coq;
mod names;
mod python;

use crate::scalar::{Program, Rational, Recorded};
use crate::verify::{Detail, Examination, Finding, Numbers, Relation, Scalar, Sense};
use names::Names;

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python, with `fractions` of its standard library.
    Python,
    /// Coq, with `QArith` of its standard library.
    Coq,
}

impl Language {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "Python",
            Language::Coq => "Coq",
        }
    }

    /// The most steps of a program that is still run in a reasonable time.
    fn most(self) -> usize {
        match self {
            Language::Python => 200_000,
            Language::Coq => 10_000,
        }
    }
}

/// Why there is no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// Only rational arithmetic can be written down.
    #[error("a program can be written of exact evidence only: this instance is judged in {0}")]
    NotExact(String),
    /// There is nothing to judge.
    #[error("there is no program of an instance that was left out: {0}")]
    LeftOut(String),
    /// Its terms cannot be added.
    #[error("there is no program of a relation whose terms have different shapes: `{0}`")]
    Shapes(String),
    /// It is too long.
    #[error("the program has {steps} steps, more than the {most} that {} programs may have: try another instance", language.name())]
    TooLong {
        /// Its length.
        steps: usize,
        /// The largest that is written.
        most: usize,
        /// In which language.
        language: Language,
    },
    /// What was recorded is not what was judged: a fault of this program.
    #[error("the recorded terms of `{0}` are not those that were judged")]
    Differs(String),
}

/// A term: its label, and the places of its entries among the steps.
struct Listed {
    label: String,
    entries: Vec<usize>,
}

/// A relation between sums of terms.
struct Law {
    label: String,
    sense: Sense,
    left: Vec<Listed>,
    right: Vec<Listed>,
}

/// What a program is written from.
struct Listing<'a> {
    /// What it is of, line by line.
    heading: Vec<String>,
    numbers: &'a [Numbers],
    names: Names<'a>,
    program: Program,
    laws: Vec<Law>,
}

/// Writes the program of an examination that was verbose; `heading` says what it is of.
///
/// # Errors
/// [`ProgramError`]
pub fn write(language: Language, heading: &[String], examination: &Examination) -> Result<String, ProgramError> {
    if let Some(reason) = &examination.excluded {
        return Err(ProgramError::LeftOut(reason.clone()));
    }
    let scalars =
        || examination.findings.iter().map(|finding| finding.scalar.to_string()).collect::<Vec<_>>().join("; ");
    let (Some(relations), [finding]) = (&examination.recorded, &examination.findings[..]) else {
        return Err(ProgramError::NotExact(scalars()));
    };
    if finding.scalar != Scalar::Rational {
        return Err(ProgramError::NotExact(scalars()));
    }
    if let Some(relation) = relations.iter().find(|relation| !relation.has_one_shape()) {
        return Err(ProgramError::Shapes(crate::visible::line(&relation.label.to_string()).into_owned()));
    }
    let listing = Listing::new(heading, &examination.numbers, relations);
    let (steps, most) = (listing.program.steps.len(), language.most());
    if steps > most {
        return Err(ProgramError::TooLong { steps, most, language });
    }
    agree(&listing, finding)?;
    Ok(match language {
        Language::Python => python::text(&listing),
        Language::Coq => coq::text(&listing),
    })
}

impl<'a> Listing<'a> {
    fn new(heading: &[String], numbers: &'a [Numbers], relations: &[Relation<Recorded>]) -> Self {
        let entries = relations.iter().flat_map(|relation| relation.terms().flat_map(|term| &term.value));
        let program = Program::of(entries);
        let mut places = program.outputs.iter().copied();
        let mut side = |terms: &[crate::verify::Term<Recorded>]| -> Vec<Listed> {
            let listed = |term: &crate::verify::Term<Recorded>| Listed {
                label: crate::visible::line(&term.label).into_owned(),
                entries: places.by_ref().take(term.value.len()).collect(),
            };
            terms.iter().map(listed).collect()
        };
        let laws = relations
            .iter()
            .map(|relation| Law {
                label: crate::visible::line(&relation.label.to_string()).into_owned(),
                sense: relation.sense,
                left: side(&relation.left),
                right: side(&relation.right),
            })
            .collect();
        let heading = heading.iter().map(|line| crate::visible::line(line).into_owned()).collect();
        Listing { heading, numbers, names: Names::of(numbers), program, laws }
    }
}

impl Law {
    fn terms(&self) -> impl Iterator<Item = &Listed> {
        self.left.iter().chain(&self.right)
    }

    /// The number of entries of a side.
    fn len(&self) -> usize {
        self.terms().map(|term| term.entries.len()).max().unwrap_or(0)
    }
}

/// Whether the recorded terms have the values that were judged.
fn agree(listing: &Listing<'_>, finding: &Finding) -> Result<(), ProgramError> {
    let values = listing.program.values();
    let judged = finding.details.iter().filter_map(|detail| match detail {
        Detail::Term { values, .. } => Some(values),
        _ => None,
    });
    let judged: Vec<&Vec<String>> = judged.collect();
    let recorded: Vec<&Listed> = listing.laws.iter().flat_map(Law::terms).collect();
    let text = |place: &usize| values.as_ref().map(|values: &Vec<Rational>| values[*place].to_string());
    let same = |(term, judged): &(&&Listed, &&Vec<String>)| {
        term.entries.len() == judged.len()
            && term.entries.iter().zip(judged.iter()).all(|(place, judged)| text(place).as_ref() == Some(judged))
    };
    let first = recorded.iter().zip(&judged).find(|pair| !same(pair)).map(|(term, _)| term.label.clone());
    match first {
        Some(label) => Err(ProgramError::Differs(label)),
        None if recorded.len() != judged.len() => Err(ProgramError::Differs("all relations".to_owned())),
        None => Ok(()),
    }
}
