//! The card of one claim.

use super::super::figures;
use super::super::formula::law;
use super::super::plot::{Figure, Sheet};
use super::super::svg::escape;
use super::super::{doubt, plural};
use super::Page;
use super::marks::{evidence_means, magnitude, raised, residual, verdict, wide};
use crate::statistics::Estimate;
use crate::verify::report::{ExponentReport, Witness};
use crate::verify::{Case, Change, ClaimReport, Entry, Mutant, Quantity, Verdict};
use std::fmt::{self, Write as _};

/// The figures of the claim at this place.
fn figures(place: usize, claim: &ClaimReport) -> Vec<String> {
    let drawn = figures::all(claim).into_iter().enumerate();
    drawn.map(|(number, (_, drawn))| figure(&drawn, format!("plot-{place}-{number}"))).collect()
}

fn figure(figure: &Figure, name: String) -> String {
    let caption = escape(&figure.explanation.join(" "));
    format!("<figure>\n{}<figcaption>{caption}</figcaption>\n</figure>\n", figure.draw(&Sheet::of_page(name)))
}

impl Page<'_> {
    pub(super) fn card(&self, out: &mut String, place: usize, claim: &ClaimReport) -> fmt::Result {
        let entry = &claim.entry;
        let id = escape(&entry.id);
        writeln!(
            out,
            "<article id=\"{id}\" class=\"{}\" aria-labelledby=\"title-{place}\">\n<div class=\"top\"><div><h3 id=\"title-{place}\">{}</h3>\
             <a class=\"id\" href=\"#{id}\">{id}</a></div>{}</div>",
            self.classes(claim),
            self.titled(entry),
            verdict(claim.verdict, " badge"),
        )?;
        if claim.verdict != Verdict::Holds {
            let (word, reason) = (claim.verdict, escape(&claim.reason));
            writeln!(out, "<p class=\"reason\"><b>{word}:</b> {reason}</p>")?;
        }
        writeln!(out, "<p class=\"statement\">{}</p>", self.stated(entry, &entry.statement))?;
        if !entry.hypotheses.is_empty() {
            writeln!(out, "<h4>Hypotheses</h4>\n<ul class=\"hypotheses\">")?;
            for hypothesis in &entry.hypotheses {
                writeln!(out, "<li>{}</li>", self.stated(entry, hypothesis))?;
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
        self.instead(out, claim)?;
        self.measurements(out, claim)?;
        self.controls(out, claim)?;
        self.mutants(out, claim)?;
        self.references(out, claim)?;
        writeln!(out, "</article>")
    }

    /// A text of a claim: what is typed in the language of laws is written from its tree.
    fn stated(&self, entry: &Entry, text: &str) -> String {
        if entry.theory_file.is_some() { law::to_mathml(text) } else { self.prose(text) }
    }

    fn titled(&self, entry: &Entry) -> String {
        if entry.theory_file.is_some() { escape(&entry.title) } else { self.prose(&entry.title) }
    }

    fn term(&self, entry: &Entry, label: &str) -> String {
        if entry.theory_file.is_some() { law::term_to_mathml(label) } else { self.prose(label) }
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
        let open = doubt::sentences(claim).into_iter().chain(doubt::untaken_branches(self.report, claim));
        open.into_iter().try_for_each(|sentence| writeln!(out, "<p>{}</p>", raised(&escape(&sentence))))
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
            ("left out, outside the hypotheses", claim.excluded.to_string()),
            ("left out, below the check's resolution", claim.unresolved.to_string()),
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

    fn instead(&self, out: &mut String, claim: &ClaimReport) -> fmt::Result {
        let Some(sought) = self.report.sought.get(&claim.entry.id) else { return Ok(()) };
        writeln!(out, "<h4>What holds instead</h4>")?;
        let Some(nearest) = &sought.nearest else { return writeln!(out, "<p>{}</p>", escape(&sought.nothing())) };
        writeln!(out, "<p class=\"statement\">{}</p>\n<ul>", law::to_mathml(&nearest.law))?;
        for line in sought.lines().iter().skip(1) {
            writeln!(out, "<li>{}</li>", escape(line))?;
        }
        writeln!(out, "</ul>")
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
                let (relation, residual) = (self.stated(&claim.entry, &witness.relation), magnitude(&witness.residual));
                writeln!(out, "<br/><span class=\"muted\">{relation}: {residual}</span>")?;
            }
            writeln!(out, "</p>\n<pre><code>{}</code></pre>", escape(&self.report.replay(claim, witness)))?;
        }
        if claim.witnesses.is_empty() && claim.instances + claim.excluded > 0 {
            let command = self.report.replay_command(&claim.entry, Case::Law, 0);
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
                claim.entry.controls.iter().find(|known| known.name == control.name).map_or("", |known| &known.breaks);
            let outcome = match (control.failed, control.instances) {
                (true, _) => "failed, as it must",
                (false, 0) => "was not examined",
                (false, _) => "<span class=\"bad\">did not fail</span>",
            };
            writeln!(
                table,
                "<tr><th scope=\"row\" class=\"id once\">{}</th><td>{}</td><td>{outcome}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td></tr>",
                escape(&control.name),
                self.stated(&claim.entry, breaks),
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
        let changes: Vec<Change> = Change::ALL
            .into_iter()
            .filter(|change| claim.mutants.iter().any(|found| found.mutant.change == *change))
            .collect();
        let mut terms: Vec<(&str, &str)> = Vec::new();
        for Mutant { relation, term, .. } in claim.mutants.iter().map(|found| &found.mutant) {
            if !terms.contains(&(relation, term)) {
                terms.push((relation, term));
            }
        }
        let headings: String =
            changes.iter().map(|change| format!("<th scope=\"col\" class=\"number\">{change}</th>")).collect();
        let mut table = format!(
            "<table>\n<thead><tr><th scope=\"col\">relation</th><th scope=\"col\">term</th>{headings}</tr></thead>\n<tbody>\n"
        );
        for (relation, term) in terms {
            write!(
                table,
                "<tr><td>{}</td><th scope=\"row\">{}</th>",
                self.stated(&claim.entry, relation),
                self.term(&claim.entry, term)
            )?;
            for change in &changes {
                let is_this = |Mutant { relation: kind, term: label, change: other }: &Mutant| {
                    (kind.as_str(), label.as_str(), other) == (relation, term, change)
                };
                match claim.mutants.iter().find(|found| is_this(&found.mutant)) {
                    Some(found) if found.refuted => {
                        write!(table, "<td class=\"number\">{}</td>", magnitude(&found.margin))?
                    }
                    Some(found) => {
                        let margin = magnitude(&found.margin);
                        write!(table, "<td class=\"number bad\">survives ({margin})</td>")?;
                    }
                    None => write!(table, "<td></td>")?,
                }
            }
            writeln!(table, "</tr>")?;
        }
        table += "</tbody>\n</table>";
        let (open, class) = if survivors > 0 { (" open=\"open\"", " class=\"bad\"") } else { ("", "") };
        writeln!(
            out,
            "<details{open}>\n<summary{class}>{} of {} refuted, each wrong in one place</summary>\n\
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
        for reference in &claim.entry.references {
            writeln!(out, "<li>{}</li>", cited(reference))?;
        }
        writeln!(out, "</ul>")
    }
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
                claim.entry.case_name(witness.case),
                witness.index
            )
        }
        (Case::Law, Verdict::Refuted) if place == 0 => format!("Worst violation, instance {}", witness.index),
        (Case::Law, Verdict::Refuted) => format!("Smallest violating instance, {}", witness.index),
        (Case::Law, _) if claim.undecided > 0 => format!("First undecided instance, {}", witness.index),
        (Case::Law, _) => format!("Worst instance, {}", witness.index),
    }
}
