//! Every formula is attacked: with any one of its terms dropped, negated or doubled, the claim must turn red.

use equipartition::claim::runner::{Plan, run};
use equipartition::claim::{Claim, ClaimReport, Mutant, Settings, Verdict};
use equipartition::claims::registry;
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::atomic::AtomicBool;

fn main() {
    let trials = registry().into_iter().map(|claim| Trial::test(claim.entry().id, move || attack(claim))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn report(claim: &'static dyn Claim, mutant: Option<Mutant>) -> ClaimReport {
    let settings = Settings { mutant, ..Settings::new(7, 128) };
    let plan = Plan { settings, instances: 16, jobs: 1, time_limit: None };
    run(&[claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
}

fn attack(claim: &'static dyn Claim) -> Result<(), Failed> {
    let honest = report(claim, None);
    if honest.verdict != Verdict::Holds {
        return Err(format!("the right formula is {}: {}", honest.verdict, honest.reason).into());
    }
    if honest.mutants.is_empty() {
        return Err("the claim has no term to get wrong".into());
    }
    for (mutant, _) in honest.mutants {
        let name = mutant.to_string();
        let wrong = report(claim, Some(mutant));
        if wrong.verdict != Verdict::Refuted {
            return Err(format!("with `{name}` the claim is {}, not refuted", wrong.verdict).into());
        }
    }
    Ok(())
}
