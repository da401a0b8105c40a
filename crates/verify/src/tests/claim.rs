//! Claims and theories as data: who is asked for what, and what is wrong with a list.

use super::super::check::usual_instances;
use super::super::entry::ControlEntry;
use super::super::{
    Case, Check, Checked, Claim, Class, Control, Draw, Evidence, Examination, Inapplicable, Lemmas, OnSubject, Part,
    Settings, Subject, Theories, Theory, all, control,
};
use std::any::Any;

/// A check of subjects that are numbers: of those it knows it says its name, of others why not.
struct Of {
    name: &'static str,
    evidence: &'static [Evidence],
    known: Option<u32>,
}

impl Check for Of {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        Examination::of(Class::Generic, format!("{} {} of seed {}", self.name, draw.index, settings.seed))
    }
    fn evidence(&self) -> &'static [Evidence] {
        self.evidence
    }
    fn examine_on(&self, subject: &Subject, draw: Draw, settings: &Settings) -> Result<Examination, Inapplicable> {
        let index = draw.index;
        self.speaks_of(subject, draw)?;
        Ok(Examination::of(Class::Awkward, format!("{} {index} of seed {} on it", self.name, settings.seed)))
    }
    fn speaks_of(&self, subject: &Subject, _: Draw) -> Result<(), Inapplicable> {
        match ((subject as &dyn Any).downcast_ref::<u32>(), self.known) {
            (Some(found), Some(known)) if *found == known => Ok(()),
            (Some(_), _) => Err(Inapplicable("another number")),
            _ => Err(Inapplicable::OWN_INSTANCES),
        }
    }
}

const ODD: Of = Of { name: "odd", evidence: &[Evidence::Statistical, Evidence::Exact], known: Some(1) };
const EVEN: Of = Of { name: "even", evidence: &[Evidence::Enclosed, Evidence::Exact], known: Some(2) };
const WRONG: Of = Of { name: "wrong", evidence: &[], known: None };

const PARTS: [Part<'static>; 2] = [
    Part { check: &ODD, number: |index| (index % 2 == 1).then_some(index / 2) },
    Part { check: &EVEN, number: |index| (index % 2 == 0 && index < 100).then_some(index / 2) },
];
const CONTROLS: [Control<'static>; 2] =
    [control("first", "a hypothesis", &WRONG), control("second", "a coefficient", &WRONG)];

const CLAIM: Claim<'static> = Claim {
    id: "family/name",
    title: "title",
    statement: "a = b",
    hypotheses: &["one", "two"],
    references: &["somebody"],
    builds_on: &[],
    law: &PARTS,
    controls: &CONTROLS,
};

#[test]
fn a_claim_is_told_in_full() {
    let entry = CLAIM.entry();
    assert_eq!((CLAIM.family(), entry.family()), ("family", "family"));
    assert_eq!((entry.id.as_str(), entry.title.as_str(), entry.statement.as_str()), ("family/name", "title", "a = b"));
    assert_eq!(
        (entry.hypotheses.as_slice(), entry.references.as_slice()),
        (&["one".to_owned(), "two".to_owned()][..], &["somebody".to_owned()][..])
    );
    // The strongest first, each once.
    assert_eq!(CLAIM.evidence(), [Evidence::Exact, Evidence::Enclosed, Evidence::Statistical]);
    assert_eq!(entry.evidence, CLAIM.evidence());
    let told = |name: &str, breaks: &str| ControlEntry { name: name.to_owned(), breaks: breaks.to_owned() };
    assert_eq!(entry.controls, [told("first", "a hypothesis"), told("second", "a coefficient")]);
    let cases: Vec<Case> = CLAIM.cases().collect();
    assert_eq!(cases, [Case::Law, Case::Control(0), Case::Control(1)]);
    let names = ["law", "first", "second"];
    assert_eq!(cases.iter().map(|case| CLAIM.case_name(*case)).collect::<Vec<_>>(), names);
    assert_eq!(cases.iter().map(|case| entry.case_name(*case)).collect::<Vec<_>>(), names);
    assert_eq!(entry.theory, "");
}

/// The first part that numbers an index examines it, as that number of its own.
#[test]
fn instances_go_to_their_part() {
    let settings = Settings::new(9, 256);
    let examined = |case, index| {
        let examination = CLAIM.examine(&settings, case, index);
        let place = examination.place;
        (examination.description, place.part, place.parts, place.number)
    };
    assert_eq!(examined(Case::Law, 7), ("odd 3 of seed 9".to_owned(), 0, 2, 3));
    assert_eq!(examined(Case::Law, 8), ("even 4 of seed 9".to_owned(), 1, 2, 4));
    assert_eq!(examined(Case::Control(1), 5), ("wrong 5 of seed 9".to_owned(), 0, 1, 5));
    // An index of nobody's is no instance.
    assert_eq!(examined(Case::Law, 100).0, "no instance");
    assert_eq!(
        CLAIM.draw(Case::Control(0), 9, 5).point.bits(),
        Draw::keyed("family/name", "first", 9, Case::Control(0), 5).point.bits()
    );
}

/// As many of the law as are asked for, half as many of a control but at least four, and every part at least once.
#[test]
fn numbers_of_instances() {
    assert_eq!([0, 1, 7, 8, 32].map(|asked| usual_instances(Case::Law, asked)), [0, 1, 7, 8, 32]);
    assert_eq!([0, 1, 7, 8, 9, 10, 32].map(|asked| usual_instances(Case::Control(0), asked)), [4, 4, 4, 4, 4, 5, 16]);
    assert_eq!([0, 1, 2, 32].map(|asked| CLAIM.instances(Case::Law, asked)), [0, 2, 2, 32]);
    assert_eq!([1, 32].map(|asked| CLAIM.instances(Case::Control(1), asked)), [4, 16]);
    // A part that begins late is waited for, but not for ever.
    let late = |first: u64| {
        let number: fn(u64) -> Option<u64> = match first {
            63 => |index| index.checked_sub(63),
            _ => |index| index.checked_sub(64),
        };
        let law = [Part { check: &ODD, number }, all(&EVEN)];
        Claim { law: &law, ..CLAIM }.instances(Case::Law, 5)
    };
    assert_eq!((late(63), late(64)), (64, 5));
}

/// The first part that speaks of a subject answers; if none does, the last one's reason is given.
#[test]
fn a_subject_goes_to_the_part_that_speaks_of_it() {
    let settings = Settings::new(9, 256);
    let examined =
        |subject: &Subject| CLAIM.examine_on(subject, &settings, 4).map(|examination| examination.description);
    assert_eq!(examined(&1_u32), Ok("odd 4 of seed 9 on it".to_owned()));
    assert_eq!(examined(&2_u32), Ok("even 4 of seed 9 on it".to_owned()));
    assert_eq!(examined(&3_u32), Err(Inapplicable("another number")));
    assert_eq!(examined(&"text"), Err(Inapplicable::OWN_INSTANCES));
    assert_eq!((CLAIM.speaks_of(&2_u32), CLAIM.speaks_of(&3_u32)), (Ok(()), Err(Inapplicable("another number"))));
    let on = |subject: &'static Subject| OnSubject { claim: CLAIM, subject };
    let examine = |subject: &'static Subject| on(subject).examine(CLAIM.draw(Case::Law, 9, 4), &settings);
    assert_eq!(examine(&2_u32).description, "even 4 of seed 9 on it");
    let outside = examine(&3_u32);
    assert_eq!((outside.description.as_str(), outside.excluded.as_deref()), ("no instance", Some("another number")));
    assert_eq!((on(&2_u32).evidence(), on(&3_u32).evidence()), (EVEN.evidence, &[][..]));
    assert_eq!(on(&2_u32).instances(Case::Law, 1), 2);
    // By default a check has instances of its own only.
    struct Own;
    impl Check for Own {
        fn examine(&self, _: Draw, _: &Settings) -> Examination {
            Examination::of(Class::Smooth, String::new())
        }
        fn evidence(&self) -> &'static [Evidence] {
            &[]
        }
    }
    let draw = || CLAIM.draw(Case::Law, 9, 4);
    assert_eq!(Own.speaks_of(&1_u32, draw()), Err(Inapplicable::OWN_INSTANCES));
    assert_eq!(Own.examine_on(&1_u32, draw(), &settings).map(|_| ()), Err(Inapplicable::OWN_INSTANCES));
}

const LEMMAS: Lemmas = Lemmas {
    list: "[[claim]]\nid = \"family/name\"\nchecked = \"full\"\ntheorem = [\"one\"]\nstatement = \"f.v\"\n",
    statements: &[("f.v", "Definition one_statement : Prop := True.\n")],
};

#[test]
fn a_program_finds_claims_by_their_theories() {
    let other = Claim { id: "other/name", ..CLAIM };
    let first = Theory {
        name: "first",
        title: "",
        references: &[],
        proofs: &[("family", "# Page\n\n## family/name\n\nproof\n")],
        lemmas: LEMMAS,
        claims: &[&[&CLAIM]],
        file: Some("theory.toml"),
    };
    let claims: [&[&Claim<'_>]; 1] = [&[&other]];
    let second = Theory {
        name: "second",
        proofs: &[("other", "# Page\n")],
        lemmas: Lemmas::NONE,
        claims: &claims,
        file: None,
        ..first
    };
    let list = [&first, &second];
    let theories = Theories(&list);
    let ids = |claims: Vec<&Claim<'_>>| claims.iter().map(|claim| claim.id.to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(theories.claims()), ["family/name", "other/name"]);
    assert_eq!(ids(theories.select(&[] as &[&str])), ["family/name", "other/name"]);
    assert_eq!(ids(theories.select(&["oth"])), ["other/name"]);
    assert!(theories.select(&["name"]).is_empty());
    assert_eq!(theories.find("other/name").map(|claim| claim.id), Some("other/name"));
    assert!(theories.find("other/").is_none() && theories.of("other/").is_none());
    assert_eq!(
        (theories.of("family/name").map(|theory| theory.name), theories.of("other/name").map(|theory| theory.name)),
        (Some("first"), Some("second"))
    );
    let entry = theories.entry("family/name").expect("a claim");
    assert_eq!(
        (entry.theory.as_str(), entry.theory_file.as_deref(), entry.lemma.checked),
        ("first", Some("theory.toml"), Checked::Full)
    );
    let entry = theories.entry("other/name").expect("a claim");
    assert_eq!((entry.theory.as_str(), entry.theory_file, entry.lemma.checked.is_nothing()), ("second", None, true));
    assert!(!Checked::Full.is_nothing() && !Checked::Part.is_nothing());
    assert!(theories.entry("none/name").is_none());
    let (lemma, statements) = theories.lemma("family/name");
    assert_eq!(
        (lemma.checked, statements),
        (Checked::Full, vec!["Definition one_statement : Prop := True.\n".to_owned()])
    );
    assert_eq!(theories.lemma("other/name").1, Vec::<String>::new());
    assert_eq!(theories.proof("family/name").as_deref(), Some("## family/name\n\nproof\n"));
    assert_eq!((theories.proof("other/name"), theories.proof("none/name")), (None, None));
    // A proof in prose that nothing has checked; no proof at all; and a lemma without a page, which is checked all the same.
    let prose = Theory { lemmas: Lemmas::NONE, ..first };
    let checked = Theory { proofs: &[], ..first };
    assert_eq!(Theories(&[&prose]).lemma("family/name").0.checked, Checked::Prose);
    assert_eq!(Theories(&[&second]).lemma("other/name").0.checked, Checked::None);
    assert_eq!(Theories(&[&checked]).lemma("family/name").0.checked, Checked::Full);
}

/// The faults of a list of one claim.
fn faults(claims: &[&Claim<'_>]) -> Vec<String> {
    let families = [claims];
    let theory = Theory {
        name: "",
        title: "",
        references: &[],
        proofs: &[],
        lemmas: Lemmas::NONE,
        claims: &families,
        file: None,
    };
    Theories(&[&theory]).faults()
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    assert!(faults(&[&CLAIM]).is_empty());
    for id in ["a-1/b2", "0/z"] {
        assert!(faults(&[&Claim { id, ..CLAIM }]).is_empty(), "{id}");
    }
    for id in ["name", "/name", "family/", "Family/name", "family/na me", "family/name/more", "family/n\u{e4}me"] {
        assert_eq!(faults(&[&Claim { id, ..CLAIM }]).len(), 1, "{id}");
    }
    let twice = faults(&[&CLAIM, &CLAIM]);
    assert!(twice.len() == 1 && twice[0].contains("two claims"), "{twice:?}");
    let without = faults(&[&Claim { controls: &[], ..CLAIM }]);
    assert!(without.len() == 1 && without[0].contains("no control"), "{without:?}");
    for name in ["first", "", "A", "a b"] {
        let controls = [CONTROLS[0], control(name, "", &WRONG)];
        let found = faults(&[&Claim { controls: &controls, ..CLAIM }]);
        assert!(found.len() == 1 && found[0].contains("name of its own"), "{name}: {found:?}");
    }
}
