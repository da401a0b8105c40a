//! One test for every claim, by its id: the claim holds, every control fails, every mutant is refuted.

use equipartition::claim::runner::{Plan, run};
use equipartition::claim::{Claim, ClaimReport, Settings, Verdict};
use equipartition::claims::registry;
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::atomic::AtomicBool;

const SEED: u64 = 20_250_512;
const PRECISION: u32 = 256;
const INSTANCES: u64 = 24;

fn main() {
    let trials = registry().into_iter().map(|claim| Trial::test(claim.entry().id, move || check(claim))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(claim: &'static dyn Claim) -> Result<(), Failed> {
    let plan = Plan { settings: Settings::new(SEED, PRECISION), instances: INSTANCES, jobs: 1, time_limit: None };
    let reports = run(&[claim], &plan, &AtomicBool::new(false), &|_| {});
    match &reports[0] {
        report if report.verdict == Verdict::Holds => Ok(()),
        report => Err(complaint(report).into()),
    }
}

/// The verdict, its reason, and the commands that replay the instances behind it.
fn complaint(report: &ClaimReport) -> String {
    let mut text = format!("{}: {}", report.verdict, report.reason);
    for witness in &report.witnesses {
        let (id, index) = (report.entry.id, witness.index);
        text += &format!("\n  {}: {} {}", witness.description, witness.relation, witness.residual);
        text += &format!("\n  cargo run -- replay {id} {SEED} {index} --precision {PRECISION}");
    }
    text
}
