//! The report as one page of HTML.
//!
//! The page stands for itself: it loads nothing and needs no script, which its content security policy forbids. Its filters are
//! radio buttons that its style sheet asks; without them everything is visible. It is XML as well as HTML, so that any
//! reader of XML can check it. Formulas are MathML, plots are SVG in the colours of the page.

mod card;
mod marks;

use self::marks::{evidence_means, in_words, meaning, raised, residual, verdict, wide};
use super::formula::{self, Piece};
use super::svg::escape;
use super::{Comparison, GivenModel, Libraries, Report, Shard, controls_failed, doubt, plural, power_of_two};
use crate::verify::finding::WIDE;
use crate::verify::ladder;
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{ClaimReport, Evidence, Verdict};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;

const VERDICTS: [Verdict; 5] =
    [Verdict::Holds, Verdict::Refuted, Verdict::Powerless, Verdict::Vacuous, Verdict::Undecided];
const EVIDENCE: [Evidence; 6] = [
    Evidence::Identity,
    Evidence::Exact,
    Evidence::Enclosed,
    Evidence::Converged,
    Evidence::Order,
    Evidence::Statistical,
];

/// Writes the report as a page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut writer: impl io::Write) -> io::Result<()> {
    let mut text = String::new();
    Page { report }.render(&mut text).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

struct Page<'a> {
    report: &'a Report,
}

impl Page<'_> {
    /// The families in the order of the claims.
    fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = Vec::new();
        for family in self.report.claims.iter().map(|claim| claim.entry.family()) {
            if !families.contains(&family) {
                families.push(family);
            }
        }
        families
    }

    /// The kinds of evidence that were reached.
    fn evidence(&self) -> Vec<Evidence> {
        let reached = |kind: &Evidence| self.report.claims.iter().any(|claim| claim.evidence.contains_key(kind));
        EVIDENCE.into_iter().filter(reached).collect()
    }

    /// What the filters know a claim by.
    fn classes(&self, claim: &ClaimReport) -> String {
        let family = self.families().iter().position(|family| *family == claim.entry.family()).unwrap_or_default();
        let mut classes = format!("claim v-{} f-{family}", claim.verdict);
        for kind in claim.evidence.keys() {
            let _ = write!(classes, " e-{kind}");
        }
        classes
    }

    /// Text with its formulas, and with links to the claims that it names.
    fn prose(&self, text: &str) -> String {
        let linked = |text: &str| {
            let mut linked = String::new();
            let mut rest = text;
            let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '/');
            while let Some((from, id)) = self
                .report
                .claims
                .iter()
                .filter_map(|claim| rest.find(&claim.entry.id).map(|from| (from, claim.entry.id.as_str())))
                .min_by_key(|(from, id)| (*from, usize::MAX - id.len()))
            {
                let (before, after) = (&rest[..from], &rest[from + id.len()..]);
                linked += &escape(before);
                let id = escape(id);
                if ends(before.chars().next_back()) && ends(after.chars().next()) {
                    let _ = write!(linked, "<a href=\"#{id}\">{id}</a>");
                } else {
                    linked += &id;
                }
                rest = after;
            }
            linked + &escape(rest)
        };
        let piece = |piece: Piece<'_>| match piece {
            Piece::Text(text) => linked(text),
            Piece::Formula { markup, .. } => markup,
        };
        formula::pieces(text).into_iter().map(piece).collect()
    }

    fn render(&self, out: &mut String) -> fmt::Result {
        let whole = match self.report.claims.len() {
            0 => "nothing is known".to_owned(),
            _ => self.report.verdict().to_string(),
        };
        writeln!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
             form-action 'none'\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"referrer\" content=\"no-referrer\"/>\n\
             <title>equipartition: {}, {whole}{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#claims\">to the claims</a>",
            plural(self.report.claims.len(), "claim"),
            if self.report.weaker() > 0 { ", weaker than recorded" } else { "" },
            include_str!("page.css"),
            self.filter_rules(),
        )?;
        self.header(out)?;
        out.write_str("<main>\n")?;
        self.summary(out)?;
        self.filters(out)?;
        self.overview(out)?;
        for (number, family) in self.families().into_iter().enumerate() {
            self.family(out, number, family)?;
        }
        self.glossary(out)?;
        out.write_str("</main>\n<footer>\n<p>Written by equipartition ")?;
        out.write_str(env!("CARGO_PKG_VERSION"))?;
        out.write_str(
            ". The page loads nothing and runs no script. The same run can be repeated: it depends on the claims, the seed, the \
             precision, the effort and the number of instances only.</p>\n</footer>\n</body>\n</html>\n",
        )
    }

    /// A claim is hidden where a filter is set that it does not have.
    fn filter_rules(&self) -> String {
        let families = (0..self.families().len()).map(|number| format!("f-{number}"));
        let verdicts = VERDICTS.into_iter().map(|verdict| format!("v-{verdict}"));
        let evidence = self.evidence().into_iter().map(|kind| format!("e-{kind}"));
        let rule = |class: String| {
            format!(
                "body:has(#only-{class}:checked) .claim:not(.{class}) {{ display: none; }}\n\
                 body:has(#only-{class}:checked) .family:not(:has(.{class})) {{ display: none; }}\n"
            )
        };
        verdicts.chain(families).chain(evidence).map(rule).collect()
    }

    fn header(&self, out: &mut String) -> fmt::Result {
        let report = self.report;
        let Libraries { gmp, mpfr } = &report.libraries;
        writeln!(out, "<header>\n<h1>equipartition: {}</h1>", plural(report.claims.len(), "claim"))?;
        // The verdict of no claims at all would be that they hold.
        if report.claims.is_empty() {
            writeln!(out, "<p class=\"lead\">No claim was examined, so nothing is known.</p>")?;
        } else {
            writeln!(out, "<p class=\"lead\">{}</p>", in_words(report.verdict()))?;
        }
        if let (Some(comparison), weaker @ 1..) = (&report.comparison, report.weaker()) {
            let (claims, file) = (plural(weaker, "claim"), escape(&comparison.file));
            writeln!(
                out,
                "<p class=\"lead v-refuted\"><strong>{claims} weaker than <code>{file}</code> records.</strong></p>"
            )?;
        }
        let rungs = ladder(report.precision).iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let facts = [
            ("seed", report.seed.to_string()),
            ("instances of each law", report.instances.to_string()),
            ("arithmetic", format!("rationals; {rungs} bits")),
            ("effort", report.effort.name().to_owned()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("libraries", format!("GMP {}, MPFR {}", escape(gmp), escape(mpfr))),
            ("time", format!("{:.1} s", report.seconds)),
        ];
        writeln!(out, "<dl class=\"facts\">")?;
        for (name, value) in facts {
            writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
        }
        writeln!(out, "</dl>")?;
        if let Some(Shard { index, count, .. }) = &report.shard {
            writeln!(out, "<p>This is part {index} of {count} of a run.</p>")?;
        }
        if let Some(model) = &report.model {
            self.model(out, model)?;
        }
        writeln!(out, "</header>")
    }

    fn model(&self, out: &mut String, model: &GivenModel) -> fmt::Result {
        writeln!(
            out,
            "<p>The laws were examined on <code>{}</code>: {}, {}. Controls were examined on networks of their own, which show \
             that the same checks can fail.</p>",
            escape(&model.file),
            escape(&model.network),
            plural(model.parameters, "parameter"),
        )?;
        if !model.symmetries.is_empty() {
            writeln!(
                out,
                "<p>Symmetries by its structure, with their balance laws at points that need not be stationary:</p>\n<ul>"
            )?;
            for known in &model.symmetries {
                writeln!(out, "<li>{}</li>", escape(&known.in_words()))?;
            }
            writeln!(out, "</ul>")?;
        }
        if model.inapplicable.is_empty() {
            return Ok(());
        }
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, reason) in &model.inapplicable {
            reasons.entry(reason).or_default().push(id);
        }
        writeln!(
            out,
            "<details>\n<summary>{} not examined on it</summary>\n<ul>",
            plural(model.inapplicable.len(), "claim")
        )?;
        for (reason, ids) in reasons {
            let ids: Vec<String> =
                ids.into_iter().map(|id| format!("<span class=\"id\">{}</span>", escape(id))).collect();
            writeln!(out, "<li>{}: {}</li>", escape(reason), ids.join(", "))?;
        }
        writeln!(out, "</ul>\n</details>")
    }

    fn summary(&self, out: &mut String) -> fmt::Result {
        let report = self.report;
        writeln!(out, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n<ul class=\"counts\">")?;
        for kind in VERDICTS {
            let count = report.count(kind);
            let none = if count == 0 { " none" } else { "" };
            let (sign, means) = meaning(kind);
            writeln!(
                out,
                "<li class=\"v-{kind}{none}\" title=\"{means}\"><b>{count}</b><span aria-hidden=\"true\">{sign}</span> {kind}</li>"
            )?;
        }
        let sum = |part: fn(&ClaimReport) -> usize| report.claims.iter().map(part).sum::<usize>();
        writeln!(
            out,
            "</ul>\n<p>{}; {}; {} of {} refuted.</p>",
            plural(sum(|claim| claim.instances), "instance"),
            controls_failed(report),
            sum(|claim| claim.mutants.len() - claim.surviving_mutants().count()),
            plural(sum(|claim| claim.mutants.len()), "wrong formula"),
        )?;
        if let Some(bits) = report.error_bits() {
            writeln!(
                out,
                "<p>The verdicts rest on {}, each wrong with probability {}: any statistical judgement of the run is in error \
                 with probability at most {}.</p>",
                plural(report.tests(), "confidence interval"),
                raised(&power_of_two(f64::from(ERROR_BITS))),
                raised(&power_of_two(bits)),
            )?;
        }
        let failing = || report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds);
        if failing().next().is_some() {
            writeln!(out, "<h3>Claims that do not hold</h3>\n<ul>")?;
            for claim in failing() {
                let id = escape(&claim.entry.id);
                let (verdict, reason) = (verdict(claim.verdict, ""), escape(&claim.reason));
                writeln!(out, "<li>{verdict} <a class=\"id\" href=\"#{id}\">{id}</a>: {reason}</li>")?;
            }
            writeln!(out, "</ul>")?;
        }
        if let Some(comparison) = &report.comparison {
            compare(out, comparison)?;
        }
        writeln!(out, "</section>")
    }

    fn filters(&self, out: &mut String) -> fmt::Result {
        let row = |name: &str, choices: Vec<(String, String)>| {
            let mut row = format!(
                "<fieldset>\n<legend>{name}</legend>\n<input type=\"radio\" name=\"{name}\" id=\"all-{name}\" checked=\"checked\"/>\
                 <label for=\"all-{name}\">all</label>\n"
            );
            for (class, label) in choices {
                let _ = writeln!(
                    row,
                    "<input type=\"radio\" name=\"{name}\" id=\"only-{class}\"/><label for=\"only-{class}\">{label}</label>"
                );
            }
            row + "</fieldset>\n"
        };
        let verdicts = VERDICTS.into_iter().filter(|verdict| self.report.count(*verdict) > 0);
        let families = self.families().into_iter().enumerate();
        writeln!(out, "<section class=\"filters\" aria-labelledby=\"filters\">\n<h2 id=\"filters\">Filter</h2>")?;
        out.write_str(&row(
            "verdict",
            verdicts.map(|verdict| (format!("v-{verdict}"), verdict.to_string())).collect(),
        ))?;
        out.write_str(&row("family", families.map(|(number, name)| (format!("f-{number}"), escape(name))).collect()))?;
        let evidence = self.evidence().into_iter().map(|kind| (format!("e-{kind}"), kind.to_string()));
        out.write_str(&row("evidence", evidence.collect()))?;
        writeln!(out, "</section>")
    }

    fn overview(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "<section aria-labelledby=\"claims\">\n<h2 id=\"claims\">Claims</h2>")?;
        let mut table = String::from(
            "<table>\n<thead><tr><th scope=\"col\">claim</th><th scope=\"col\">verdict</th><th scope=\"col\">evidence</th><th scope=\"col\">proof</th>\
             <th scope=\"col\" class=\"number\">may be<br/>missed</th><th scope=\"col\" class=\"number\">instances</th>\
             <th scope=\"col\" class=\"number\">worst residual</th><th scope=\"col\" class=\"number\">controls<br/>failed</th>\
             <th scope=\"col\" class=\"number\">mutants<br/>refuted</th></tr></thead>\n<tbody>\n",
        );
        let ratio = |part: usize, whole: usize| {
            let class = if part < whole { "number bad" } else { "number" };
            format!("<td class=\"{class}\">{part}/{whole}</td>")
        };
        for (place, claim) in self.report.claims.iter().enumerate() {
            if let Some(theory) = self.report.opens_theory(place) {
                let theory = escape(theory);
                writeln!(table, "<tr><th scope=\"rowgroup\" colspan=\"9\">{theory}</th></tr>")?;
            }
            let id = escape(&claim.entry.id);
            let kinds: Vec<String> = claim.evidence.keys().map(Evidence::to_string).collect();
            let bound = raised(&doubt::short(claim));
            writeln!(
                table,
                "<tr class=\"{}\"><th scope=\"row\" class=\"id\"><a href=\"#{id}\">{id}</a></th><td>{}</td><td>{}</td><td>{}</td>\
                 <td class=\"number\">{bound}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>{}{}</tr>",
                self.classes(claim),
                verdict(claim.verdict, ""),
                if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") },
                claim.entry.lemma.checked,
                claim.instances,
                residual(claim),
                ratio(claim.controls.iter().filter(|control| control.failed).count(), claim.controls.len()),
                ratio(claim.mutants.len() - claim.surviving_mutants().count(), claim.mutants.len()),
            )?;
        }
        table += "</tbody>\n</table>";
        out.write_str(&wide("all claims", &table))?;
        writeln!(out, "</section>")
    }

    fn family(&self, out: &mut String, number: usize, family: &str) -> fmt::Result {
        let several = !self.report.theories().is_empty();
        let theory = |claim: &&ClaimReport| several && claim.entry.family() == family && claim.entry.theory != family;
        let theory = self.report.claims.iter().find(theory).map(|claim| format!(" ({})", escape(&claim.entry.theory)));
        let name = escape(family) + &theory.unwrap_or_default();
        writeln!(
            out,
            "<section class=\"family\" aria-labelledby=\"family-{number}\">\n<h2 id=\"family-{number}\">{name}</h2>"
        )?;
        for (place, claim) in self.report.claims.iter().enumerate() {
            if claim.entry.family() == family {
                self.card(out, place, claim)?;
            }
        }
        writeln!(out, "</section>")
    }

    fn glossary(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "<section aria-labelledby=\"words\">\n<h2 id=\"words\">What the words mean</h2>\n<h3>Verdicts</h3>\n<ul>"
        )?;
        for kind in VERDICTS {
            writeln!(out, "<li>{}: {}</li>", verdict(kind, ""), meaning(kind).1)?;
        }
        writeln!(out, "</ul>\n<h3>Kinds of evidence, strongest first</h3>\n<ul>")?;
        for kind in EVIDENCE {
            writeln!(out, "<li><b>{kind}</b>: {}</li>", self.prose(evidence_means(kind)))?;
        }
        writeln!(
            out,
            "</ul>\n<h3>Attacks</h3>\n<ul>\n\
             <li><b>control</b>: a case in which a hypothesis is broken or the formula is altered; the same check must then fail on \
             every instance, by more than {wide} of the terms</li>\n\
             <li><b>wrong formula</b> (mutant): the claim with one term dropped, negated or doubled, an inequality reversed or its bound changed; some instance must \
             tell it from the right one</li>\n\
             <li><b>vacuous</b> instance: both sides are below {wide} of the terms, so that it says nothing</li>\n</ul>\n</section>",
            wide = raised(&power_of_two(f64::from(WIDE))),
        )
    }
}

/// What is weaker and what is stronger than a baseline records.
fn compare(out: &mut String, comparison: &Comparison) -> fmt::Result {
    let file = escape(&comparison.file);
    let [weaker, stronger] = comparison.differences(|id| format!("<span class=\"id\">{}</span>", escape(id)));
    if comparison.is_held() {
        let of = if comparison.is_cut_short() { "Of what was compared, nothing" } else { "Nothing" };
        writeln!(out, "<p>{of} is weaker than <code>{file}</code> records.</p>")?;
    }
    for omission in comparison.omissions() {
        writeln!(out, "<p>{}.</p>", escape(&omission))?;
    }
    for (heading, class, differences) in
        [("Weaker", " class=\"bad\"", weaker), ("Is it meant? What looks stronger", "", stronger)]
    {
        if differences.is_empty() {
            continue;
        }
        writeln!(out, "<h3{class}>{heading} than <code>{file}</code> records</h3>\n<ul>")?;
        for (claims, what) in differences {
            writeln!(out, "<li>{claims}: {}</li>", escape(what))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}
