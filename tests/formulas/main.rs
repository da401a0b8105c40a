//! Laws given as formulas: the gallery, wrong laws and their right answers, and agreement with the laws that are written in Rust.

mod agreement;
mod cancelling;
mod command;
mod gallery;
mod ranges;
mod relations;
mod stationary;
#[path = "../support/mod.rs"]
mod support;
mod wrong;

use equipartition::formula::read::{Texts, read};
use equipartition::formula::{Answer, FormulaClaim, Where};
use equipartition::verify::{Settings, Verdict};

/// Instances of a law in these tests.
const INSTANCES: u64 = 8;

/// What became of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    Holds,
    Refuted,
    Tautology,
    Vacuous,
    Undecided,
    Powerless,
    /// It makes no sense: a fault was found in it.
    Fault,
}

fn of(answer: &Answer) -> Became {
    match answer.report.verdict {
        _ if answer.is_tautology() => Became::Tautology,
        Verdict::Holds => Became::Holds,
        Verdict::Refuted => Became::Refuted,
        Verdict::Vacuous => Became::Vacuous,
        Verdict::Powerless => Became::Powerless,
        Verdict::Undecided => Became::Undecided,
    }
}

/// What becomes of a law about a loss, with the answer, or what is wrong with it.
fn asked(with: &str, loss: &str, place: Where, law: &str) -> (Became, Result<Answer, String>) {
    let texts = Texts { with, loss, law, place, ..Texts::default() };
    match read(&texts) {
        Err((_, fault)) => (Became::Fault, Err(fault.message)),
        Ok(law) => {
            let claim = FormulaClaim::new("test/law".to_owned(), "a law".to_owned(), &law);
            let answer = Answer::find(&law, &claim, Settings::new(0, 256), INSTANCES);
            (of(&answer), Ok(answer))
        }
    }
}
