//! What could still be false of a claim that no instance violates, in numbers and words.
//!
//! A polynomial identity that fails was missed with a probability that the Schwartz-Zippel lemma bounds. For an inequality, a kink, or what is
//! not polynomial there is no such lemma: nothing but the number of independent draws speaks for it, and the share of draws that may still violate it is
//! large until there are many.

use super::{Report, plural, power_of_two};
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{ClaimReport, Evidence, Expanded, KindReport};

/// The weakest number that stands behind a claim: a probability `≤ 2^-53`, or a share of the draws, `≤ 48 %`.
pub(super) fn short(claim: &ClaimReport) -> String {
    if claim.refuted > 0 {
        return String::new();
    }
    match (claim.least_drawn(), claim.weakest_bound()) {
        // Where nothing was drawn nothing is bounded.
        (Some(kind), _) if kind.draws == 0 => String::new(),
        (Some(kind), _) => format!("≤ {}", percent(kind.open_share())),
        (None, Some((_, bits))) => format!("≤ {}", power_of_two(bits)),
        (None, None) => String::new(),
    }
}

/// The same in sentences, for a claim that nothing violates.
pub(super) fn sentences(claim: &ClaimReport) -> Vec<String> {
    if claim.refuted > 0 {
        return Vec::new();
    }
    let bound = claim.weakest_bound().map(|(kind, bits)| {
        let families = match kind.families {
            1 => "the generic family".to_owned(),
            count => format!("any one of {count} generic families"),
        };
        let of = which(claim, |kind| kind.bound_bits.is_some(), "A law");
        format!("{of} that fails on {families} was missed with probability at most {}.", power_of_two(bits))
    });
    let share = claim.least_drawn().filter(|kind| kind.draws > 0).map(|kind| {
        let of = which(claim, |kind| kind.bound_bits.is_none(), "the law");
        format!(
            "None of {} violates {of}: at confidence 1 - 2^-{ERROR_BITS}, at most {} of all draws do.",
            plural(kind.draws, "independent draw"),
            percent(kind.open_share()),
        )
    });
    expansions(claim).into_iter().chain(bound).chain(share).chain(tolerated(claim)).collect()
}

/// That a branch was not looked at.
pub(super) fn untaken(branch: &str) -> String {
    format!("No instance takes the other branch of `{branch}`: what the law says there was not examined.")
}

/// The same of all branches of a claim.
pub(super) fn untaken_branches(report: &Report, claim: &ClaimReport) -> impl Iterator<Item = String> {
    report.never_taken.get(&claim.entry.id).into_iter().flatten().map(|branch| untaken(branch))
}

/// By how much an equality may be false without having been noticed, where rounding decides.
fn tolerated(claim: &ClaimReport) -> Option<String> {
    let resolution = claim.resolution();
    let equalities = claim.kinds.iter().any(|kind| !kind.inequality);
    (equalities && !resolution.is_zero()).then(|| {
        let exactly =
            if claim.evidence.contains_key(&Evidence::Exact) { "On instances that are not exact, an" } else { "An" };
        format!("{exactly} equality that is false by no more than {resolution} of its terms passes.")
    })
}

/// What the expansion of residuals has shown, kind by kind.
fn expansions(claim: &ClaimReport) -> Vec<String> {
    let kinds = claim.kinds.iter().filter(|kind| !kind.expanded.is_untried());
    let sentence = |kind: &KindReport| {
        let Expanded { tried, identities, on_pieces, too_large } = kind.expanded;
        let pieces = match on_pieces {
            0 => String::new(),
            count => format!(", on {count} of them on the piece of the point"),
        };
        let given_up = match too_large {
            0 => String::new(),
            count => format!("; on {count} it is too large to be expanded"),
        };
        format!(
            "`{}` is an identity, the zero polynomial in the numbers drawn, on {identities} of {} that were expanded{pieces}{given_up}.",
            kind.kind,
            plural(tried, "instance"),
        )
    };
    kinds.map(sentence).collect()
}

/// The kinds of relations that are meant, unless it is all of them.
fn which(claim: &ClaimReport, is_meant: impl Fn(&KindReport) -> bool, all: &str) -> String {
    let meant: Vec<&KindReport> = claim.kinds.iter().filter(|kind| is_meant(kind)).collect();
    if meant.len() == claim.kinds.len() {
        return all.to_owned();
    }
    let names: Vec<String> = meant.iter().map(|kind| format!("`{}`", kind.kind)).collect();
    format!("{all} {}", names.join(", "))
}

/// A share in per cent, rounded up: whole ones, with a decimal where a whole one would say 100.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent.ceil() < 100.0 {
        format!("{} %", percent.ceil())
    } else {
        format!("{:.1} %", (percent * 10.0).ceil() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen_on(draws: usize) -> KindReport {
        KindReport {
            kind: "x < y".to_owned(),
            inequality: true,
            instances: draws,
            vacuous: 0,
            idle: Vec::new(),
            draws,
            bound_bits: None,
            families: 0,
            expanded: Expanded::default(),
        }
    }

    /// (1 - p)^n = 2^-30: among n draws none of a share p would have been met with probability 2^-30.
    #[test]
    fn the_share_that_may_be_missed_is_what_the_draws_would_have_missed_with_probability_2_to_the_minus_30() {
        for draws in [1, 4, 32, 200, 2400, 1_000_000] {
            let share = seen_on(draws).open_share();
            let missed = draws as f64 * (-share).ln_1p();
            assert!((missed / std::f64::consts::LN_2 + 30.0).abs() < 1e-6, "{draws}: {share}");
        }
        let shown = [1, 4, 16, 32, 200, 2400].map(|draws| percent(seen_on(draws).open_share()));
        assert_eq!(shown, ["100.0 %", "99.5 %", "73 %", "48 %", "10 %", "1 %"]);
    }
}
