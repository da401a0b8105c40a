//! Running claims: every instance once, each part its own, and nothing after the time is over.

use super::super::runner::{Event, Plan, run, with_threads};
use super::super::{
    Case, Check, Claim, ClaimReport, Class, Draw, Evidence, Examination, Part, Scalar, Settings, Verdict, all, control,
};
use super::{equality, judged};
use equipartition_scalar::Rational;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A check that keeps which instances it was asked for, with the first bits of their streams.
#[derive(Default)]
struct Recorder {
    seen: Mutex<Vec<(u64, u64)>>,
    broken: bool,
}

impl Check for Recorder {
    fn examine(&self, mut draw: Draw, _: &Settings) -> Examination {
        let bits = draw.point.bits();
        self.seen.lock().expect("no panic").push((draw.index, bits));
        let number = Rational::from(bits | 1);
        let right = if self.broken { Rational::from(3) * &number } else { number.clone() };
        let finding = judged(Scalar::Rational, &[equality(&[("a", number)], &[("b", right)])]);
        Examination { findings: vec![finding], ..Examination::of(Class::Generic, "bits".to_owned()) }
    }
    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Exact]
    }
}

impl Recorder {
    fn seen(&self) -> Vec<(u64, u64)> {
        let mut seen = self.seen.lock().expect("no panic").clone();
        seen.sort_unstable();
        seen
    }
    fn indices(&self) -> Vec<u64> {
        self.seen().into_iter().map(|(index, _)| index).collect()
    }
}

fn ran(law: &[Part<'_>], broken: &Recorder, jobs: usize, limit: Option<Duration>) -> ClaimReport {
    let controls = [control("broken", "three times", broken)];
    let claim = Claim {
        id: "test/runner",
        title: "",
        statement: "",
        hypotheses: &[],
        references: &[],
        builds_on: &[],
        law,
        controls: &controls,
    };
    let plan = Plan { settings: Settings::new(0, 256), instances: 16, jobs, time_limit: limit };
    run(&[&claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
}

fn broken() -> Recorder {
    Recorder { broken: true, ..Recorder::default() }
}

/// Instances 0 to 15, each once, of streams that differ; the control's 8 are others.
#[test]
fn every_instance_is_examined_once() {
    for jobs in [1, 2] {
        let (law, control) = (Recorder::default(), broken());
        let report = ran(&[all(&law)], &control, jobs, None);
        assert_eq!(report.verdict, Verdict::Holds, "{}", report.reason);
        assert_eq!(law.indices(), (0..16).collect::<Vec<_>>());
        assert_eq!(control.indices(), (0..8).collect::<Vec<_>>());
        let mut bits: Vec<u64> = law.seen().into_iter().chain(control.seen()).map(|(_, bits)| bits).collect();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits.len(), 24);
        // Two points of a family are one draw.
        assert_eq!((report.instances, report.kinds[0].draws), (16, 8));
    }
}

#[test]
fn an_instance_that_is_examined_again_and_again_is_one_draw() {
    let law = Recorder::default();
    let report = ran(&[Part { check: &law, number: |_| Some(0) }], &broken(), 1, None);
    assert_eq!(law.indices(), [0; 16]);
    assert_eq!(report.kinds[0].draws, 1);
}

/// Of parts the first that numbers an index examines it, by its own number.
#[test]
fn every_part_examines_its_own_instances() {
    let (often, seldom) = (Recorder::default(), Recorder::default());
    let law = [
        Part { check: &seldom, number: |index| (index % 4 == 3).then_some(index / 4) },
        Part { check: &often, number: |index| Some(index) },
    ];
    assert_eq!(ran(&law, &broken(), 1, None).verdict, Verdict::Holds);
    assert_eq!(seldom.indices(), [0, 1, 2, 3]);
    assert_eq!(often.indices(), [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14]);
}

/// As many instances as it takes, where fewer are asked for.
#[test]
fn every_part_is_examined_however_few_instances_are_asked_for() {
    let (early, late) = (Recorder::default(), Recorder::default());
    let law = [Part { check: &late, number: |index| index.checked_sub(40) }, all(&early)];
    let report = ran(&law, &broken(), 1, None);
    assert_eq!((report.verdict, report.instances), (Verdict::Holds, 41));
    assert_eq!(late.indices(), [0]);
}

#[test]
fn a_part_that_nothing_is_given_to_leaves_the_claim_open() {
    let (first, second) = (Recorder::default(), Recorder::default());
    let report = ran(&[all(&first), all(&second)], &broken(), 1, None);
    assert_eq!(report.verdict, Verdict::Undecided);
    assert!(report.reason.contains("part 2"), "{}", report.reason);
    assert!(second.seen().is_empty());
    // A violation is known all the same.
    let (wrong, second) = (broken(), Recorder::default());
    assert_eq!(ran(&[all(&wrong), all(&second)], &broken(), 1, None).verdict, Verdict::Refuted);
}

#[test]
fn without_time_nothing_is_examined_and_nothing_is_known() {
    let law = Recorder::default();
    let report = ran(&[all(&law)], &broken(), 1, Some(Duration::ZERO));
    assert!(law.seen().is_empty() && report.cut_short);
    assert_eq!(report.verdict, Verdict::Undecided);
}

/// An interruption after some instances keeps what was found, and leaves the verdict open.
#[test]
fn an_interrupted_run_is_cut_short() {
    let (law, control) = (Recorder::default(), broken());
    let controls = [super::super::control("broken", "three times", &control)];
    let claim = Claim {
        id: "test/runner",
        title: "",
        statement: "",
        hypotheses: &[],
        references: &[],
        builds_on: &[],
        law: &[all(&law)],
        controls: &controls,
    };
    let plan = Plan { settings: Settings::new(0, 256), instances: 16, jobs: 1, time_limit: None };
    let interrupted = AtomicBool::new(false);
    let examined = Mutex::new(0);
    let report = run(&[&claim], &plan, &interrupted, &|event| {
        if let Event::Examined { .. } = event {
            let mut examined = examined.lock().expect("no panic");
            *examined += 1;
            if *examined == 5 {
                interrupted.store(true, Ordering::Relaxed);
            }
        }
    })
    .remove(0);
    assert_eq!((law.seen().len(), report.instances), (5, 5));
    assert!(report.cut_short);
    assert_eq!(report.verdict, Verdict::Undecided);
    // The streams of law and control are keyed apart.
    let draw = |case, name| Draw::keyed("test/runner", name, 0, case, 0).point.bits();
    assert_ne!(draw(Case::Law, "law"), draw(Case::Control(0), "broken"));
}

#[test]
fn work_has_the_threads_that_it_is_given() {
    for jobs in [1, 3] {
        assert_eq!(with_threads(jobs, rayon::current_num_threads), jobs);
    }
}

/// A claim is said to be examined once, when more than its first instance is; every unit and every conclusion is told.
#[test]
fn a_run_tells_what_it_does() {
    let (law, control_of) = (Recorder::default(), broken());
    let (parts, controls) = ([all(&law)], [control("broken", "three times", &control_of)]);
    let claim = |id| Claim {
        id,
        title: "",
        statement: "",
        hypotheses: &[],
        references: &[],
        builds_on: &[],
        law: &parts,
        controls: &controls,
    };
    let (first, second) = (claim("test/first"), claim("test/second"));
    let plan = Plan { settings: Settings::new(0, 256), instances: 4, jobs: 1, time_limit: None };
    let told = Mutex::new(Vec::new());
    run(&[&first, &second], &plan, &AtomicBool::new(false), &|event| {
        told.lock().expect("no panic").push(match event {
            Event::Started { units, threads } => format!("started {units:?} on {threads}"),
            Event::Examining(id) => format!("examining {id}"),
            Event::Examined { claim, .. } => format!("examined {claim}"),
            Event::Concluded(report) => format!("concluded {}", report.entry.id),
        });
    });
    let mut expected = vec![
        r#"started [("test/first", 8), ("test/second", 8)] on 1"#.to_owned(),
        "examined 0".to_owned(),
        "examined 1".to_owned(),
    ];
    for (place, id) in ["test/first", "test/second"].into_iter().enumerate() {
        expected.push(format!("examining {id}"));
        expected.extend(std::iter::repeat_n(format!("examined {place}"), 7));
        expected.push(format!("concluded {id}"));
    }
    assert_eq!(*told.lock().expect("no panic"), expected);
}
