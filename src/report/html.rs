//! The report as one page of HTML.
//!
//! The page stands for itself: it loads nothing and needs no script, which its content security policy forbids. Its filters are
//! radio buttons that its style sheet asks; without them everything is visible. It is XML as well as HTML, so that any
//! reader of XML can check it. Formulas are MathML, plots are SVG in the colours of the page.

use super::formula::{self, Piece};
use super::plot::{Figure, Sheet};
use super::svg::escape;
use super::{Comparison, GivenModel, Libraries, Report, Shard, figures, plural, power_of_two};
use crate::claim::finding::WIDE;
use crate::claim::simulation::ERROR_BITS;
use crate::claim::theorem::ladder;
use crate::claim::verdict::{ExponentReport, Witness};
use crate::claim::{Case, Change, ClaimReport, Evidence, Quantity, Verdict};
use crate::dynamics::statistics::Estimate;
use crate::scalar::Magnitude;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;

const VERDICTS: [Verdict; 5] =
    [Verdict::Holds, Verdict::Refuted, Verdict::Powerless, Verdict::Vacuous, Verdict::Undecided];
const EVIDENCE: [Evidence; 5] =
    [Evidence::Exact, Evidence::Enclosed, Evidence::Converged, Evidence::Order, Evidence::Statistical];

/// Writes the report as a page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut writer: impl io::Write) -> io::Result<()> {
    let mut text = String::new();
    Page { report }.render(&mut text).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

/// What a verdict means, and the sign that stands for it beside the word.
fn meaning(verdict: Verdict) -> (&'static str, &'static str) {
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
fn in_words(whole: Verdict) -> String {
    let badge = verdict(whole, " badge");
    match whole {
        Verdict::Holds => format!("The whole run: {badge} \u{2013} every claim that was examined holds."),
        _ => format!("The whole run: {badge} \u{2013} at least one claim is."),
    }
}

fn evidence_means(evidence: Evidence) -> &'static str {
    match evidence {
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
fn magnitude(value: &Magnitude) -> String {
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
fn residual(claim: &ClaimReport) -> String {
    if claim.is_inequality() {
        return "<span class=\"muted\">inequality</span>".to_owned();
    }
    magnitude(&claim.residual)
}

/// `2^-24` with its exponent raised.
fn raised(power: &str) -> String {
    let (base, exponent) = power.split_once('^').unwrap_or((power, ""));
    format!("{base}<sup>{}</sup>", exponent.replace('-', "\u{2212}"))
}

fn verdict(verdict: Verdict, class: &str) -> String {
    let (sign, means) = meaning(verdict);
    format!(
        "<span class=\"verdict v-{verdict}{class}\" title=\"{means}\"><span aria-hidden=\"true\">{sign}</span> {verdict}</span>"
    )
}

/// A table that scrolls by itself where the page is too narrow.
fn wide(name: &str, table: &str) -> String {
    format!("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">{table}</div>\n", escape(name))
}

/// The figures of the claim at this place.
fn figures(place: usize, claim: &ClaimReport) -> Vec<String> {
    let orders = claim.exponents.iter().filter_map(|found| figures::order(&found.worst));
    let quantities = claim.quantities.iter().filter_map(figures::quantity);
    let drawn = figures::ladder(claim).into_iter().chain(orders).chain(quantities).enumerate();
    drawn.map(|(number, drawn)| figure(&drawn, format!("plot-{place}-{number}"))).collect()
}

fn figure(figure: &Figure, name: String) -> String {
    let caption = escape(&figure.explanation.join(" "));
    format!("<figure>\n{}<figcaption>{caption}</figcaption>\n</figure>\n", figure.draw(&Sheet::of_page(name)))
}

struct Page<'a> {
    report: &'a Report,
}

impl Page<'_> {
    /// The families in the order of the claims.
    fn families(&self) -> Vec<&'static str> {
        let mut families: Vec<&'static str> = Vec::new();
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
                .filter_map(|claim| rest.find(claim.entry.id).map(|from| (from, claim.entry.id)))
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
             <title>equipartition: {}, {whole}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#claims\">to the claims</a>",
            plural(self.report.claims.len(), "claim"),
            include_str!("html.css"),
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
            "</ul>\n<p>{}; {} of {} failed as they must; {} of {} refuted.</p>",
            plural(sum(|claim| claim.instances), "instance"),
            sum(|claim| claim.controls.iter().filter(|control| control.failed).count()),
            plural(sum(|claim| claim.controls.len()), "control"),
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
                let id = escape(claim.entry.id);
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
            "<table>\n<thead><tr><th scope=\"col\">claim</th><th scope=\"col\">verdict</th><th scope=\"col\">evidence</th>\
             <th scope=\"col\" class=\"number\">missed with<br/>probability</th><th scope=\"col\" class=\"number\">instances</th>\
             <th scope=\"col\" class=\"number\">worst residual</th><th scope=\"col\" class=\"number\">controls<br/>failed</th>\
             <th scope=\"col\" class=\"number\">mutants<br/>refuted</th></tr></thead>\n<tbody>\n",
        );
        let ratio = |part: usize, whole: usize| {
            let class = if part < whole { "number bad" } else { "number" };
            format!("<td class=\"{class}\">{part}/{whole}</td>")
        };
        for claim in &self.report.claims {
            let id = escape(claim.entry.id);
            let kinds: Vec<String> = claim.evidence.keys().map(Evidence::to_string).collect();
            let bound = claim.bound_bits.map(|bits| format!("≤ {}", raised(&power_of_two(bits)))).unwrap_or_default();
            writeln!(
                table,
                "<tr class=\"{}\"><th scope=\"row\" class=\"id\"><a href=\"#{id}\">{id}</a></th><td>{}</td><td>{}</td>\
                 <td class=\"number\">{bound}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>{}{}</tr>",
                self.classes(claim),
                verdict(claim.verdict, ""),
                if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") },
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
        let name = escape(family);
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

    fn card(&self, out: &mut String, place: usize, claim: &ClaimReport) -> fmt::Result {
        let entry = claim.entry;
        let id = escape(entry.id);
        writeln!(
            out,
            "<article id=\"{id}\" class=\"{}\" aria-labelledby=\"title-{place}\">\n<div class=\"top\"><div><h3 id=\"title-{place}\">{}</h3>\
             <a class=\"id\" href=\"#{id}\">{id}</a></div>{}</div>",
            self.classes(claim),
            self.prose(entry.title),
            verdict(claim.verdict, " badge"),
        )?;
        if claim.verdict != Verdict::Holds {
            let (word, reason) = (claim.verdict, escape(&claim.reason));
            writeln!(out, "<p class=\"reason\"><b>{word}:</b> {reason}</p>")?;
        }
        writeln!(out, "<p class=\"statement\">{}</p>", self.prose(entry.statement))?;
        if !entry.hypotheses.is_empty() {
            writeln!(out, "<h4>Hypotheses</h4>\n<ul class=\"hypotheses\">")?;
            for hypothesis in entry.hypotheses {
                writeln!(out, "<li>{}</li>", self.prose(hypothesis))?;
            }
            writeln!(out, "</ul>")?;
        }
        let figures = figures(place, claim);
        writeln!(out, "<div class=\"columns\">\n<div>")?;
        self.evidence_of(out, claim)?;
        // One figure has room here, several get a row.
        match &figures[..] {
            [figure] => out.write_str(figure)?,
            _ => self.witnesses(out, claim)?,
        }
        writeln!(out, "</div>\n<div>")?;
        self.instances(out, claim)?;
        if figures.len() == 1 {
            self.witnesses(out, claim)?;
        }
        writeln!(out, "</div>\n</div>")?;
        if figures.len() > 1 {
            writeln!(out, "<div class=\"columns\">\n{}</div>", figures.concat())?;
        }
        self.measurements(out, claim)?;
        self.controls(out, claim)?;
        self.mutants(out, claim)?;
        self.references(out, claim)?;
        writeln!(out, "</article>")
    }

    fn evidence_of(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        writeln!(out, "<h4>Evidence</h4>")?;
        if claim.evidence.is_empty() {
            writeln!(out, "<p>none: no instance satisfies the claim with any kind of evidence</p>")?;
        } else {
            writeln!(out, "<ul>")?;
            for (kind, count) in &claim.evidence {
                let (count, means) = (plural(*count, "instance"), self.prose(evidence_means(*kind)));
                writeln!(out, "<li><b>{kind}</b>, {count}: <span class=\"muted\">{means}</span></li>")?;
            }
            writeln!(out, "</ul>")?;
        }
        if let Some(bits) = claim.bound_bits.filter(|_| claim.refuted == 0) {
            let families = match claim.families {
                1 => "the generic family".to_owned(),
                count => format!("any one of {count} generic families"),
            };
            let bound = raised(&power_of_two(bits));
            writeln!(out, "<p>A law that fails on {families} was missed with probability at most {bound}.</p>")?;
        }
        Ok(())
    }

    fn instances(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        let alarming = |count: usize| match count {
            0 => "0".to_owned(),
            _ => format!("<span class=\"bad\">{count}</span>"),
        };
        let mut facts = vec![
            ("instances judged", claim.instances.to_string()),
            ("of these vacuous: both sides vanish", claim.vacuous.to_string()),
            ("of these undecided", alarming(claim.undecided)),
            ("of these violating", alarming(claim.refuted)),
            ("excluded, outside the hypotheses", claim.excluded.to_string()),
            ("worst relative residual, as decided", residual(claim)),
        ];
        facts.extend(claim.margin.as_ref().map(|margin| ("least margin of an inequality", magnitude(margin))));
        facts.extend(claim.orbits.map(|orbits| ("distinct orbits found", orbits.to_string())));
        facts.extend((claim.tests > 0).then(|| ("confidence intervals", claim.tests.to_string())));
        facts.push(("computing time", format!("{:.2} s", claim.seconds)));
        writeln!(out, "<h4>Instances</h4>\n<dl class=\"facts\">")?;
        for (name, value) in facts {
            writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
        }
        writeln!(out, "</dl>")
    }

    fn witnesses(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        for (place, witness) in claim.witnesses.iter().enumerate() {
            writeln!(
                out,
                "<h4>{}</h4>\n<p>{}",
                escape(&introduce(claim, place, witness)),
                escape(&witness.description)
            )?;
            if !witness.relation.is_empty() {
                let (relation, residual) = (self.prose(&witness.relation), magnitude(&witness.residual));
                writeln!(out, "<br/><span class=\"muted\">{relation}: {residual}</span>")?;
            }
            writeln!(out, "</p>\n<pre><code>{}</code></pre>", escape(&self.report.replay(claim, witness)))?;
        }
        if claim.witnesses.is_empty() && claim.instances + claim.excluded > 0 {
            let command = self.report.replay_command(claim.entry, Case::Law, 0);
            writeln!(out, "<h4>First instance</h4>\n<pre><code>{}</code></pre>", escape(&command))?;
        }
        Ok(())
    }

    fn measurements(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        if !claim.exponents.is_empty() {
            let mut table = String::from(
                "<table>\n<thead><tr><th scope=\"col\">exponent of</th><th scope=\"col\" class=\"number\">predicted</th>\
                 <th scope=\"col\" class=\"number\">measured</th><th scope=\"col\" class=\"number\">estimated error</th>\
                 <th scope=\"col\" class=\"number\">digits</th><th scope=\"col\" class=\"number\">instances</th></tr></thead>\n<tbody>\n",
            );
            for ExponentReport { worst, digits, instances } in &claim.exponents {
                writeln!(
                    table,
                    "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
                     <td class=\"number\">{digits}</td><td class=\"number\">{instances}</td></tr>",
                    self.prose(&worst.label),
                    worst.predicted,
                    escape(&worst.measured),
                    magnitude(&worst.error),
                )?;
            }
            table += "</tbody>\n</table>";
            writeln!(out, "<h4>Exponents, where they have the fewest digits</h4>")?;
            out.write_str(&wide("exponents", &table))?;
        }
        if !claim.quantities.is_empty() {
            let mut table = String::from(
                "<table>\n<thead><tr><th scope=\"col\">quantity</th><th scope=\"col\" class=\"number\">estimated (95 %)</th>\
                 <th scope=\"col\" class=\"number\">predicted</th><th scope=\"col\" class=\"number\">another theory</th></tr></thead>\n<tbody>\n",
            );
            for Quantity { label, estimate: Estimate { mean, half_width }, predicted, alternative } in &claim.quantities
            {
                writeln!(
                    table,
                    "<tr><th scope=\"row\">{}</th><td class=\"number\">{mean:.6} ± {half_width:.6}</td><td class=\"number\">{predicted:.6}</td>\
                     <td class=\"number\">{:.6} <span class=\"muted\">({})</span></td></tr>",
                    self.prose(label),
                    alternative.1,
                    self.prose(&alternative.0),
                )?;
            }
            table += "</tbody>\n</table>";
            writeln!(out, "<h4>Quantities, from the narrowest interval</h4>")?;
            out.write_str(&wide("quantities", &table))?;
        }
        Ok(())
    }

    fn controls(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        writeln!(out, "<h4>Controls, which must fail</h4>")?;
        if claim.controls.is_empty() {
            return writeln!(out, "<p class=\"bad\">none: nothing shows that the check can fail</p>");
        }
        let mut table = String::from(
            "<table>\n<thead><tr><th scope=\"col\">control</th><th scope=\"col\">what is broken</th><th scope=\"col\">outcome</th>\
             <th scope=\"col\" class=\"number\">least miss</th><th scope=\"col\" class=\"number\">instances</th></tr></thead>\n<tbody>\n",
        );
        for control in &claim.controls {
            let breaks =
                claim.entry.controls.iter().find(|known| known.name == control.name).map_or("", |known| known.breaks);
            let outcome = if control.failed { "failed, as it must" } else { "<span class=\"bad\">did not fail</span>" };
            writeln!(
                table,
                "<tr><th scope=\"row\" class=\"id once\">{}</th><td>{}</td><td>{outcome}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td></tr>",
                escape(control.name),
                self.prose(breaks),
                magnitude(&control.margin),
                control.instances,
            )?;
        }
        table += "</tbody>\n</table>";
        out.write_str(&wide("controls", &table))
    }

    fn mutants(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        if claim.mutants.is_empty() {
            return Ok(());
        }
        let survivors = claim.surviving_mutants().count();
        let mut terms: Vec<&str> = Vec::new();
        for found in &claim.mutants {
            if !terms.contains(&found.mutant.term.as_str()) {
                terms.push(&found.mutant.term);
            }
        }
        let mut table = String::from(
            "<table>\n<thead><tr><th scope=\"col\">term</th><th scope=\"col\" class=\"number\">dropped</th>\
             <th scope=\"col\" class=\"number\">negated</th><th scope=\"col\" class=\"number\">doubled</th></tr></thead>\n<tbody>\n",
        );
        for term in terms {
            write!(table, "<tr><th scope=\"row\">{}</th>", self.prose(term))?;
            for change in Change::ALL {
                let tried =
                    claim.mutants.iter().find(|found| found.mutant.term == term && found.mutant.change == change);
                match tried {
                    Some(found) if found.refuted => {
                        write!(table, "<td class=\"number\">{}</td>", magnitude(&found.margin))?
                    }
                    Some(found) => {
                        let margin = magnitude(&found.margin);
                        write!(table, "<td class=\"number bad\">survives ({margin})</td>")?;
                    }
                    None => write!(table, "<td class=\"number muted\">not tried</td>")?,
                }
            }
            writeln!(table, "</tr>")?;
        }
        table += "</tbody>\n</table>";
        let (open, class) = if survivors > 0 { (" open=\"open\"", " class=\"bad\"") } else { ("", "") };
        writeln!(
            out,
            "<details{open}>\n<summary{class}>{} of {} refuted, each with one term wrong</summary>\n\
             <p class=\"muted\">The widest relative miss of each wrong formula.</p>",
            claim.mutants.len() - survivors,
            plural(claim.mutants.len(), "wrong formula"),
        )?;
        out.write_str(&wide("wrong formulas", &table))?;
        writeln!(out, "</details>")
    }

    fn references(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        if claim.entry.references.is_empty() {
            return Ok(());
        }
        writeln!(out, "<h4>References</h4>\n<ul>")?;
        for reference in claim.entry.references {
            writeln!(out, "<li>{}</li>", cited(reference))?;
        }
        writeln!(out, "</ul>")
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
             <li><b>wrong formula</b> (mutant): the claim with one term dropped, negated or doubled; some instance must tell it from the \
             right one</li>\n\
             <li><b>vacuous</b> instance: both sides are below {wide} of the terms, so that it says nothing</li>\n</ul>\n</section>",
            wide = raised(&power_of_two(f64::from(WIDE))),
        )
    }
}

/// What is weaker and what is stronger than a baseline records.
fn compare(out: &mut String, comparison: &Comparison) -> fmt::Result {
    let Comparison { file, weaker, stronger } = comparison;
    let file = escape(file);
    if weaker.is_empty() {
        writeln!(out, "<p>Nothing is weaker than <code>{file}</code> records.</p>")?;
    }
    for (heading, class, differences) in [("Weaker", " class=\"bad\"", weaker), ("Stronger", "", stronger)] {
        if differences.is_empty() {
            continue;
        }
        writeln!(out, "<h3{class}>{heading} than <code>{file}</code> records</h3>\n<ul>")?;
        for found in differences {
            writeln!(out, "<li><span class=\"id\">{}</span>: {}</li>", escape(&found.id), escape(&found.what))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

/// A reference, with a link if it has an identifier of the arXiv.
fn cited(reference: &str) -> String {
    let Some((before, identifier)) = reference.split_once("arXiv:") else { return escape(reference) };
    let length = identifier.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(identifier.len());
    let (number, after) = identifier.split_at(length);
    format!("{}<a href=\"https://arxiv.org/abs/{number}\">arXiv:{number}</a>{}", escape(before), escape(after))
}

/// What a witness is.
fn introduce(claim: &ClaimReport, place: usize, witness: &Witness) -> String {
    match (witness.case, claim.verdict) {
        (Case::Control(_), _) => {
            format!(
                "The control {} came closest to passing on instance {}",
                witness.case.name(claim.entry),
                witness.index
            )
        }
        (Case::Law, Verdict::Refuted) if place == 0 => format!("Worst violation, instance {}", witness.index),
        (Case::Law, Verdict::Refuted) => format!("Smallest violating instance, {}", witness.index),
        (Case::Law, _) if claim.undecided > 0 => format!("First undecided instance, {}", witness.index),
        (Case::Law, _) => format!("Worst instance, {}", witness.index),
    }
}
