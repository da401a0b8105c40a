//! Every formula is attacked: with any one of its terms dropped, negated or doubled, the claim must turn red.

use equipartition::theories::registry;
use equipartition::verify::report::MutantReport;
use equipartition::verify::{Case, Claim, ClaimReport, Mutant, Settings, Status};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let trials = registry().into_iter().map(|claim| Trial::test(claim.id, move || attack(claim))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

const INSTANCES: u64 = 16;

fn settings(mutant: Option<Mutant>) -> Settings {
    Settings { mutant, ..Settings::new(7, 128) }
}

/// The law's instances as they are, without its controls.
fn honest(claim: &'static Claim<'static>) -> ClaimReport {
    let examine = |index| (Case::Law, index, claim.examine(&settings(None), Case::Law, index));
    let examinations: Vec<_> = (0..claim.instances(Case::Law, INSTANCES)).map(examine).collect();
    ClaimReport::conclude(claim.entry(), &examinations, false, 0.0)
}

/// Whether an instance of the law refutes the mutant: one is enough.
fn is_refuted(claim: &'static Claim<'static>, mutant: Mutant) -> bool {
    let settings = settings(Some(mutant));
    (0..claim.instances(Case::Law, INSTANCES)).any(|index| {
        let examination = claim.examine(&settings, Case::Law, index);
        examination.excluded.is_none() && examination.status() == Status::Violated
    })
}

fn attack(claim: &'static Claim<'static>) -> Result<(), Failed> {
    let honest = honest(claim);
    if honest.refuted > 0 || honest.undecided > 0 {
        return Err(format!("the right formula is {}: {}", honest.verdict, honest.reason).into());
    }
    if let Some(survivor) = honest.surviving_mutants().next() {
        return Err(format!("`{survivor}` is not told from the right formula").into());
    }
    if honest.mutants.is_empty() {
        return Err("the claim has no term to get wrong".into());
    }
    for MutantReport { mutant, .. } in honest.mutants {
        let name = mutant.to_string();
        if !is_refuted(claim, mutant) {
            return Err(format!("with `{name}` the claim is not refuted").into());
        }
    }
    Ok(())
}
