//! Instances as programs of other arithmetic: Python's fractions and Coq's rationals come to the same judgement.
//!
//! Without `python3` or `coqc` on the path there is nothing to compare with; then a test says so and fails if `EQUIPARTITION_REQUIRE` names the program.

use equipartition::report::program::{Language, ProgramError, write};
use equipartition::theories::{ALL, registry};
use equipartition::verify::{Case, Claim, Evidence, Examination, Settings, Status};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn examined(claim: &Claim, case: Case, index: u64) -> Examination {
    claim.examine(&Settings { verbose: true, ..Settings::new(0, 64) }, case, index)
}

/// Whether a program can be started; says loudly if not.
fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        let required = std::env::var("EQUIPARTITION_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|name| name == program), "{program} is not there, and it is required");
        eprintln!("\n*** NOT TESTED: there is no {program}; install it to compare with it ***\n");
    }
    found
}

/// A file of that name in a directory of its own.
fn file(name: &str, text: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("programs");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Runs the program of an instance.
fn run(language: Language, claim: &Claim, case: Case, index: u64, text: &str) -> Output {
    let name = format!("{}_{}_{index}", claim.id, claim.case_name(case)).replace(['/', '-'], "_");
    let mut command = match language {
        Language::Python => {
            let mut command = Command::new("python3");
            command.arg(file(&format!("{name}.py"), text));
            command
        }
        Language::Coq => {
            let mut command = Command::new("coqc");
            command.arg("-q").arg(file(&format!("{name}.v"), text));
            command
        }
    };
    command.output().unwrap()
}

/// Of every theory some exact claims: of each family two, with the first instance whose program in Coq has no more than that many bytes.
fn chosen(
    case: impl Fn(&Claim) -> Option<Case>,
    status: Status,
    most: usize,
) -> Vec<(&'static Claim<'static>, Case, u64)> {
    let mut chosen: Vec<(&'static Claim<'static>, Case, u64)> = Vec::new();
    for claim in registry().into_iter().filter(|claim| claim.evidence().contains(&Evidence::Exact)) {
        if chosen.iter().filter(|(other, ..)| other.family() == claim.family()).count() == 2 {
            continue;
        }
        let Some(case) = case(claim) else { continue };
        let suits = |index: &u64| {
            let examination = examined(claim, case, *index);
            examination.excluded.is_none()
                && examination.status() == status
                && write(Language::Coq, &[], &examination).is_ok_and(|text| text.len() <= most)
        };
        chosen.extend((0..8).find(suits).map(|index| (claim, case, index)));
    }
    chosen
}

/// The laws whose programs are run, and the controls.
fn laws_and_controls() -> [Vec<(&'static Claim<'static>, Case, u64)>; 2] {
    let laws = chosen(|_| Some(Case::Law), Status::Satisfied, 60_000);
    let controls = chosen(|claim| (!claim.controls.is_empty()).then_some(Case::Control(0)), Status::Violated, 60_000);
    assert!(laws.len() >= 12, "{}", laws.len());
    assert!(controls.len() >= 6, "{}", controls.len());
    [laws, controls]
}

#[test]
fn every_theory_with_exact_claims_is_among_those_that_are_tried() {
    let [laws, _] = laws_and_controls();
    for theory in ALL {
        let mut claims = theory.claims.iter().copied().flatten();
        if claims.any(|claim| claim.evidence().contains(&Evidence::Exact)) {
            let tried = |(law, ..): &(&Claim, Case, u64)| {
                theory.claims.iter().copied().flatten().any(|claim| claim.id == law.id)
            };
            assert!(laws.iter().any(tried), "{}", theory.name);
        }
    }
}

fn judged_alike(language: Language) {
    let [laws, controls] = laws_and_controls();
    for (cases, satisfied) in [(laws, true), (controls, false)] {
        for (claim, case, index) in cases {
            let heading = [claim.id.to_owned(), claim.statement.to_owned()];
            let text = write(language, &heading, &examined(claim, case, index)).unwrap();
            let output = run(language, claim, case, index, &text);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(i32::from(!satisfied)), "{} {index}: {said}", claim.id);
            if !satisfied {
                // It is refused because the sides differ, and not because of the file.
                match language {
                    Language::Python => assert!(String::from_utf8_lossy(&output.stdout).contains("violated")),
                    Language::Coq => assert!(said.contains("Unable to unify \"true\" with \"false\""), "{said}"),
                }
            }
        }
    }
}

#[test]
fn python_judges_alike() {
    if is_there("python3") {
        judged_alike(Language::Python);
    }
}

#[test]
fn coq_judges_alike() {
    if is_there("coqc") {
        judged_alike(Language::Coq);
    }
}

/// One number of the program altered in its last place: it must not be ignored.
#[test]
fn a_program_whose_numbers_are_altered_refuses() {
    if !is_there("python3") {
        return;
    }
    let claim = registry().into_iter().find(|claim| claim.id == "balance/neuron").unwrap();
    let text = write(Language::Python, &[], &examined(claim, Case::Law, 0)).unwrap();
    let (head, relations) = text.split_once("relations = [").unwrap();
    let wrong = relations.replacen("[v", "[F(1, 2**100) + v", 1);
    assert_ne!(wrong, relations);
    let output = run(Language::Python, claim, Case::Law, 999, &format!("{head}relations = [{wrong}"));
    assert_eq!(output.status.code(), Some(1));
}

/// What is not exact cannot be written down, and says in what it is judged instead.
#[test]
fn what_is_not_exact_has_no_program() {
    let smooth = registry()
        .into_iter()
        .flat_map(|claim| (0..8).map(move |index| (claim, index)))
        .map(|(claim, index)| examined(claim, Case::Law, index))
        .find(|examination| examination.excluded.is_none() && examination.recorded.is_none())
        .unwrap();
    let error = write(Language::Coq, &[], &smooth).unwrap_err();
    assert!(error.to_string().contains("exact evidence only"), "{error}");
}

/// Sides of different lengths are no relation: a program that compared the entries that both have could call it satisfied.
#[test]
fn what_has_no_one_shape_has_no_program() {
    let claim = registry().into_iter().find(|claim| claim.id == "balance/neuron").unwrap();
    let examination =
        (0..8).map(|index| examined(claim, Case::Law, index)).find(|found| found.recorded.is_some()).unwrap();
    for language in [Language::Python, Language::Coq] {
        assert!(write(language, &[], &examination).is_ok());
        for is_right in [false, true] {
            let mut ragged = examination.clone();
            let relation = &mut ragged.recorded.as_mut().unwrap()[0];
            let side = if is_right { &mut relation.right } else { &mut relation.left };
            let entry = side[0].value[0].clone();
            side[0].value.push(entry);
            let error = write(language, &[], &ragged).unwrap_err();
            assert!(matches!(error, ProgramError::Shapes(_)), "{error}");
        }
    }
}
