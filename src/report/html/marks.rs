//! Verdicts, evidence and numbers as the page shows them.

use super::super::svg::escape;
use crate::scalar::Magnitude;
use crate::verify::{ClaimReport, Evidence, Verdict};

/// What a verdict means, and the sign that stands for it beside the word.
pub(super) fn meaning(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Holds => {
            ("✓", "every instance that says something satisfies the claim, and every control and mutant fails")
        }
        Verdict::Refuted => ("✗", "an instance violates the claim"),
        Verdict::Powerless => {
            ("!", "a control or a mutant passes: the check could not have told a wrong claim from a right one")
        }
        Verdict::Vacuous => ("∅", "on every instance both sides vanish: nothing was checked"),
        Verdict::Undecided => ("?", "cut short, without an instance, or without a decision"),
    }
}

/// What the verdict of a whole run means.
pub(super) fn in_words(whole: Verdict) -> String {
    let badge = verdict(whole, " badge");
    match whole {
        Verdict::Holds => format!("The whole run: {badge} \u{2013} every claim that was examined holds."),
        _ => format!("The whole run: {badge} \u{2013} at least one claim is."),
    }
}

pub(super) fn evidence_means(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Identity => {
            "the residual, expanded, is the zero polynomial: 0 at all points of the network and pattern drawn"
        }
        Evidence::Exact => "the residual is 0 in the rationals",
        Evidence::Enclosed => {
            "an interval surely holds the true value: a residual around 0, or a margin wholly above 0"
        }
        Evidence::Converged => "the residual falls like 2^-p along a ladder of precisions p",
        Evidence::Order => "an asymptotic exponent, extrapolated at high precision, is the integer predicted",
        Evidence::Statistical => "a confidence interval from a seeded simulation covers the prediction",
    }
}

/// A magnitude with its power of ten raised, or without one where it is near 1.
pub(super) fn magnitude(value: &Magnitude) -> String {
    let text = value.to_string();
    let scientific = text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?)));
    match (scientific, text.as_str()) {
        (Some((_, power @ -3..=2)), _) => {
            let decimals = usize::try_from(2 - power).unwrap_or_default();
            text.parse().map_or_else(|_| text.clone(), |value: f64| format!("{value:.decimals$}"))
        }
        (Some((digits, power)), _) => {
            format!("{digits} · 10<sup>{}</sup>", power.to_string().replace('-', "\u{2212}"))
        }
        (None, "nan") => "not a number".to_owned(),
        (None, "inf") => "infinite".to_owned(),
        (None, _) => text,
    }
}

/// The worst residual. A claim of inequalities has none, and its 0 says nothing.
pub(super) fn residual(claim: &ClaimReport) -> String {
    if claim.is_inequality() {
        return "<span class=\"muted\">inequality</span>".to_owned();
    }
    magnitude(&claim.residual)
}

/// `2^-24` with its exponent raised.
pub(super) fn raised(text: &str) -> String {
    let mut parts = text.split('^');
    let mut html = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(part.len());
        let (exponent, rest) = part.split_at(end);
        html += &format!("<sup>{}</sup>{rest}", exponent.replace('-', "\u{2212}"));
    }
    html
}

pub(super) fn verdict(verdict: Verdict, class: &str) -> String {
    let (sign, means) = meaning(verdict);
    format!(
        "<span class=\"verdict v-{verdict}{class}\" title=\"{means}\"><span aria-hidden=\"true\">{sign}</span> {verdict}</span>"
    )
}

/// A table that scrolls by itself where the page is too narrow.
pub(super) fn wide(name: &str, table: &str) -> String {
    format!("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">{table}</div>\n", escape(name))
}
