//! A claim as data: what it says, the checks of its law, and a check for each of its controls.

use super::check::{Check, Inapplicable, Subject};
use super::draw::{Case, Class, Draw};
use super::entry::{ControlEntry, Entry, Evidence};
use super::examination::{Examination, Place, Settings};
use super::lemmas::Lemma;
use std::collections::BTreeSet;

/// A part of a law: a check, with the numbering of its own instances among the claim's.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The check.
    pub check: &'a dyn Check,
    /// The number, among those of the part, of the claim's instance of an index; none if it is another part's.
    pub number: fn(u64) -> Option<u64>,
}

/// A law of one part.
pub const fn all(check: &dyn Check) -> Part<'_> {
    Part { check, number: Some }
}

/// A case in which a hypothesis is broken or the formula is altered: the law with a field changed. It must fail by a wide margin.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// A short permanent name.
    pub name: &'a str,
    /// What is broken, in words.
    pub breaks: &'a str,
    /// The check that must fail.
    pub check: &'a dyn Check,
}

/// A control.
pub const fn control<'a>(name: &'a str, breaks: &'a str, check: &'a dyn Check) -> Control<'a> {
    Control { name, breaks, check }
}

/// A claim. All of it is borrowed: from the program's text, or from what was read at run time.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// The permanent identifier, `family/name`.
    pub id: &'a str,
    /// A few words.
    pub title: &'a str,
    /// The statement as a formula.
    pub statement: &'a str,
    /// The hypotheses under which it is claimed.
    pub hypotheses: &'a [&'a str],
    /// Where it comes from.
    pub references: &'a [&'a str],
    /// The identifiers of the claims that its proof rests on; empty where the proof stands alone.
    pub builds_on: &'a [&'a str],
    /// The law: of its parts the first that numbers an index examines that instance.
    pub law: &'a [Part<'a>],
    /// Its controls.
    pub controls: &'a [Control<'a>],
}

/// Where a part of a law has none of so many first instances, none are waited for.
const LONGEST_WAIT: u64 = 64;

impl<'a> Claim<'a> {
    /// The family, the part of the identifier before the slash.
    pub fn family(&self) -> &'a str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// The name of a case: `law`, or the control's.
    pub fn case_name(&self, case: Case) -> &'a str {
        match case {
            Case::Law => "law",
            Case::Control(control) => self.controls[control].name,
        }
    }

    /// The law and the controls, in this order.
    pub fn cases(&self) -> impl Iterator<Item = Case> + use<> {
        std::iter::once(Case::Law).chain((0..self.controls.len()).map(Case::Control))
    }

    /// The kinds of evidence that its law can reach, the strongest first.
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut kinds: Vec<Evidence> = self.law.iter().flat_map(|part| part.check.evidence()).copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// What reports say of it; of its theory [`Theories::entry`](super::Theories::entry) knows.
    pub fn entry(&self) -> Entry {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let control =
            |control: &Control<'_>| ControlEntry { name: control.name.to_owned(), breaks: control.breaks.to_owned() };
        Entry {
            theory: String::new(),
            theory_file: None,
            lemma: Lemma::default(),
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            statement: self.statement.to_owned(),
            hypotheses: texts(self.hypotheses),
            evidence: self.evidence(),
            controls: self.controls.iter().map(control).collect(),
            references: texts(self.references),
        }
    }

    /// The randomness of one of its instances.
    pub fn draw(&self, case: Case, seed: u64, index: u64) -> Draw<'a> {
        Draw::keyed(self.id, self.case_name(case), seed, case, index)
    }

    /// Examines one instance.
    pub fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let (check, place) = match case {
            Case::Law => match self.place_of(index) {
                Some(place) => (self.law[place.part].check, place),
                None => return Examination::of(Class::Smooth, "no instance".to_owned()),
            },
            Case::Control(control) => (self.controls[control].check, Place { number: index, ..Place::default() }),
        };
        let examined = check.examine(self.draw(case, settings.seed, place.number), settings);
        Examination { place, ..examined }
    }

    /// The part that examines an instance of the law, and which of its own instances that is.
    fn place_of(&self, index: u64) -> Option<Place> {
        let numbered =
            |(part, of): (usize, &Part<'_>)| Some(Place { part, parts: self.law.len(), number: (of.number)(index)? });
        self.law.iter().enumerate().find_map(numbered)
    }

    /// As many instances as it takes until every part has one; 0 if some part has none for long.
    fn instances_for_every_part(&self) -> u64 {
        let mut waiting: BTreeSet<usize> = (0..self.law.len()).collect();
        for index in 0..LONGEST_WAIT {
            if let Some(place) = self.place_of(index) {
                waiting.remove(&place.part);
            }
            if waiting.is_empty() {
                return index + 1;
            }
        }
        0
    }

    /// Whether the law speaks of a given subject.
    ///
    /// # Errors
    /// [`Inapplicable`] with the reason.
    pub fn speaks_of(&self, subject: &Subject) -> Result<(), Inapplicable> {
        self.first_that_speaks(|check| check.speaks_of(subject, self.draw(Case::Law, 0, 0)))
    }

    /// Examines one instance of the law on a given subject.
    ///
    /// # Errors
    /// [`Inapplicable`] if the law does not speak of it; then of no instance of it.
    pub fn examine_on(&self, subject: &Subject, settings: &Settings, index: u64) -> Result<Examination, Inapplicable> {
        self.first_that_speaks(|check| check.examine_on(subject, self.draw(Case::Law, settings.seed, index), settings))
    }

    fn first_that_speaks<T>(&self, ask: impl Fn(&dyn Check) -> Result<T, Inapplicable>) -> Result<T, Inapplicable> {
        let mut last = Inapplicable::OWN_INSTANCES;
        for part in self.law {
            match ask(part.check) {
                Err(inapplicable) => last = inapplicable,
                answered => return answered,
            }
        }
        Err(last)
    }

    /// How many instances of a case are examined where `asked` of each law are asked for. Long runs take fewer; every part of a law has at least one,
    /// unless none is asked for.
    pub fn instances(&self, case: Case, asked: u64) -> u64 {
        match case {
            Case::Law if asked == 0 => 0,
            Case::Law => {
                let asked = self.law.iter().map(|part| part.check.instances(case, asked)).max().unwrap_or(0);
                asked.max(self.instances_for_every_part())
            }
            Case::Control(control) => self.controls[control].check.instances(case, asked),
        }
    }
}

/// The law of a claim, examined on one subject: a check with which the claim can be run in place of its own. Its controls keep to instances of
/// their own: they show that the check can tell right from wrong, which is the same check.
pub struct OnSubject<'a> {
    /// The claim.
    pub claim: Claim<'a>,
    /// The subject.
    pub subject: &'a Subject,
}

impl Check for OnSubject<'_> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let examined = self.claim.examine_on(self.subject, settings, draw.index);
        examined.unwrap_or_else(|Inapplicable(reason)| {
            let mut examination = Examination::of(Class::Smooth, "no instance".to_owned());
            examination.excluded = Some(reason.to_owned());
            examination
        })
    }

    fn evidence(&self) -> &'static [Evidence] {
        let draw = || self.claim.draw(Case::Law, 0, 0);
        let speaking = self.claim.law.iter().find(|part| part.check.speaks_of(self.subject, draw()).is_ok());
        speaking.map_or(&[], |part| part.check.evidence())
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        self.claim.instances(case, asked)
    }
}
