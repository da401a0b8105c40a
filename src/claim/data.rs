//! A claim as data: what it says, the checks of its law, and a check for each of its controls.

use super::check::{Check, Subject};
use super::entry::{self, Entry, Evidence};
use super::given::Inapplicable;
use super::theorem::{Case, Draw, Examination, Settings};
use crate::model::Network;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A part of a law: a check, with the numbering of its own instances among the claim's.
pub struct Part {
    /// The check.
    pub check: &'static dyn Check,
    /// The number, among those of the part, of the claim's instance of an index; none if it is another part's.
    pub number: fn(u64) -> Option<u64>,
}

/// A law of one part.
pub const fn all(check: &'static dyn Check) -> Part {
    Part { check, number: Some }
}

/// A case in which a hypothesis is broken or the formula is altered: the law with a field changed. It must fail by a wide margin.
pub struct Control {
    /// A short permanent name.
    pub name: &'static str,
    /// What is broken, in words.
    pub breaks: &'static str,
    /// The check that must fail.
    pub check: &'static dyn Check,
}

/// A control.
pub const fn control(name: &'static str, breaks: &'static str, check: &'static dyn Check) -> Control {
    Control { name, breaks, check }
}

/// A claim.
pub struct Claim {
    /// The permanent identifier, `family/name`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The statement as a formula.
    pub statement: &'static str,
    /// The hypotheses under which it is claimed.
    pub hypotheses: &'static [&'static str],
    /// Where it comes from.
    pub references: &'static [&'static str],
    /// The law: of its parts the first that numbers an index examines that instance.
    pub law: &'static [Part],
    /// Its controls.
    pub controls: &'static [Control],
}

impl Claim {
    /// The check of a case with the number of its instance.
    fn check(&self, case: Case, index: u64) -> (&'static dyn Check, u64) {
        match case {
            Case::Law => {
                let numbered = |part: &Part| (part.number)(index).map(|number| (part.check, number));
                self.law.iter().find_map(numbered).expect("the parts of a law number every instance")
            }
            Case::Control(control) => (self.controls[control].check, index),
        }
    }

    fn draw(&self, case: Case, seed: u64, index: u64) -> Draw {
        let name = match case {
            Case::Law => "law",
            Case::Control(control) => self.controls[control].name,
        };
        Draw::keyed(self.id, name, seed, case, index)
    }

    /// The kinds of evidence that its law can reach, the strongest first.
    fn evidence(&self) -> Vec<Evidence> {
        let mut kinds: Vec<Evidence> = self.law.iter().flat_map(|part| part.check.evidence()).copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

/// The descriptions that reports carry, made when first asked for: one for each claim of the program, so that they may stay.
static DESCRIPTIONS: Mutex<BTreeMap<&'static str, &'static Entry>> = Mutex::new(BTreeMap::new());

impl super::theorem::Claim for Claim {
    fn entry(&self) -> &'static Entry {
        let mut known = DESCRIPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(self.id).or_insert_with(|| {
            let controls: Vec<entry::Control> =
                self.controls.iter().map(|&Control { name, breaks, .. }| entry::Control { name, breaks }).collect();
            Box::leak(Box::new(Entry {
                id: self.id,
                title: self.title,
                statement: self.statement,
                hypotheses: self.hypotheses,
                evidence: self.evidence().leak(),
                controls: controls.leak(),
                references: self.references,
            }))
        })
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let (check, number) = self.check(case, index);
        check.examine(self.draw(case, settings.seed, number), settings)
    }

    fn speaks_of(&self, network: &Network) -> Result<(), Inapplicable> {
        let mut answer = Err(Inapplicable::OWN_INSTANCES);
        for part in self.law {
            answer = part.check.speaks_of(network as &Subject, self.draw(Case::Law, 0, 0));
            if answer.is_ok() {
                break;
            }
        }
        answer
    }

    fn examine_on(&self, network: &Network, settings: &Settings, index: u64) -> Result<Examination, Inapplicable> {
        let mut last = Inapplicable::OWN_INSTANCES;
        for part in self.law {
            match part.check.examine_on(network as &Subject, self.draw(Case::Law, settings.seed, index), settings) {
                Err(inapplicable) => last = inapplicable,
                examined => return examined,
            }
        }
        Err(last)
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        match case {
            Case::Law => self.law.iter().map(|part| part.check.instances(case, asked)).max().unwrap_or(0),
            Case::Control(control) => self.controls[control].check.instances(case, asked),
        }
    }
}
