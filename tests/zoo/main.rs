//! The judge is attacked: theorems that are false, empty or tricky, each with the verdict that it must get.
//!
//! What is called `holds` although it is false somewhere must come with the number that says how much may be false: the share of draws, the size of a
//! deviation, the coefficient of a term. A theorem is data ([`theorem`]); its name is its kind and what is special about it.

mod arithmetic;
mod asymptotic;
mod drawing;
mod form;
mod gradient;
mod hypotheses;
mod points;
mod statistical;
mod theorem;

use equipartition::scalar::Magnitude;
use equipartition::verify::{ClaimReport, Verdict};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use theorem::{Must, Theorem};

fn theorems() -> Vec<Theorem> {
    let families = [
        arithmetic::theorems(),
        asymptotic::theorems(),
        drawing::theorems(),
        form::theorems(),
        gradient::theorems(),
        hypotheses::theorems(),
        statistical::theorems(),
    ];
    families.into_iter().flatten().collect()
}

fn main() {
    let mut trials: Vec<Trial> =
        theorems().into_iter().map(|theorem| Trial::test(theorem.name, move || judged(&theorem))).collect();
    trials.push(Trial::test("there_are_sixty_theorems_of_twenty_kinds", zoo_is_large));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// At least 60 theorems of at least 20 kinds, at most 4 of a kind.
fn zoo_is_large() -> Result<(), Failed> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let all = theorems();
    all.iter().for_each(|theorem| *kinds.entry(theorem.kind()).or_default() += 1);
    let crowded: Vec<_> = kinds.iter().filter(|(_, count)| **count > 4).collect();
    if all.len() < 60 || kinds.len() < 20 || !crowded.is_empty() {
        return Err(format!("{} theorems of {} kinds, too many of {crowded:?}", all.len(), kinds.len()).into());
    }
    Ok(())
}

fn judged(theorem: &Theorem) -> Result<(), Failed> {
    let report = theorem.judged();
    complaint(theorem.must, &report).map_or(Ok(()), |what| {
        let (verdict, reason) = (report.verdict, &report.reason);
        Err(format!("{}: {}\n  judged {verdict}: {reason}\n  {what}", theorem.name, theorem.says).into())
    })
}

/// What is wrong with the judgement, if anything.
fn complaint(must: Must, report: &ClaimReport) -> Option<String> {
    let verdict = |expected: Verdict, words: &str| {
        let agrees = report.verdict == expected && report.reason.contains(words);
        (!agrees).then(|| format!("it must be {expected}, because `{words}`"))
    };
    let holds_and = |honest: bool, number: String| {
        let agrees = report.verdict == Verdict::Holds && honest;
        (!agrees).then(|| format!("it must hold with an honest number: {number}"))
    };
    let resolution = report.resolution();
    match must {
        Must::BeRefuted => verdict(Verdict::Refuted, ""),
        Must::BePowerless(words) => verdict(Verdict::Powerless, words),
        Must::BeVacuous => verdict(Verdict::Vacuous, ""),
        Must::BeUndecided(words) => verdict(Verdict::Undecided, words),
        Must::BeRefutedOrUndecided => {
            let is_either = matches!(report.verdict, Verdict::Refuted | Verdict::Undecided);
            (!is_either).then(|| "it must be refuted or undecided".to_owned())
        }
        Must::HoldUpTo(share) => {
            let open = report.least_drawn().map(|kind| kind.open_share());
            let covered = open.is_some_and(|open| open >= share) && report.weakest_bound().is_none();
            holds_and(covered, format!("a share {share} of draws is false, {open:?} is left open"))
        }
        Must::HoldForFamilies(share) => {
            let open = report.kinds.iter().map(|kind| kind.open_share()).fold(0.0, f64::max);
            let said = report.kinds.iter().all(|kind| kind.families > 0 && kind.families <= kind.draws);
            holds_and(said && open >= share, format!("{share} of all families are false, {open} are left open"))
        }
        Must::HoldDownTo(bits) => {
            let covered = resolution >= Magnitude::power_of_two(-bits) && resolution < Magnitude::power_of_two(-100);
            holds_and(covered, format!("it is false by 2^-{bits}, down to {resolution} is looked at"))
        }
        Must::HoldWithBits(most) => {
            let bits = report.weakest_bound().map(|(_, bits)| bits);
            holds_and(bits.is_some_and(|bits| bits <= most), format!("{bits:?} bits, at most {most} are earned"))
        }
        Must::HoldLeavingOut(share) => {
            holds_and(report.left_out() >= share, format!("{} of {share} are left out", report.left_out()))
        }
        Must::HoldUnseen(bits) => {
            let unseen = report.exponents.iter().map(|exponent| exponent.worst.unseen()).min();
            let covered = unseen.as_ref().is_some_and(|unseen| *unseen >= Magnitude::power_of_two(-bits));
            holds_and(covered, format!("a coefficient of 2^-{bits} is hidden, {unseen:?} cannot be seen"))
        }
        Must::HoldWithin(part) => {
            // The truth lies within the half width of the mean that was found, and the residual is the larger of the two.
            let covered = 2.0 * report.residual.log2().exp2();
            holds_and(
                covered >= part && covered < 0.05,
                format!("it is false by {part}, the intervals reach {covered}"),
            )
        }
    }
}
