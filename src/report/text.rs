//! The report for a person: a table that fits the width, what is to say of what does not hold, and a sentence that concludes it.
//!
//! The text carries ANSI colours; whoever writes it decides whether they stay. It can be written while the run goes on: the widths of columns follow
//! from the claims' descriptions alone.

use super::layout::{Cell, Column, Table, Tone, hanging, led, paragraph};
use super::{Comparison, Libraries, Report, controls_failed, doubt, measured, plural, power_of_two};
use crate::statistics::Estimate;
use crate::verify::ladder;
use crate::verify::report::Witness;
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{Case, ClaimReport, Entry, Evidence, Quantity, Verdict};
use std::fmt::Write;

/// How a report is told.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Characters in a line.
    pub width: usize,
    /// Nothing but what does not hold, and the conclusion.
    pub quiet: bool,
}

impl Style {
    /// Everything, in lines of this width.
    pub fn of_width(width: usize) -> Self {
        Style { width, quiet: false }
    }
}

/// The report as text: a heading, a row for each claim, what is to say of those that do not hold, and a conclusion.
pub fn render(report: &Report, style: Style) -> String {
    let page = Page::new(report, report.claims.iter().map(|claim| &claim.entry), style);
    let mut text = page.opening(report);
    for (place, claim) in report.claims.iter().enumerate() {
        text += &page.row(place, claim);
    }
    text + &page.closing(report)
}

/// The parts of a report in their order: it is written as a whole, or claim by claim.
pub struct Page {
    style: Style,
    table: Table,
    /// For each claim the name of its theory, if that is told before it.
    theories: Vec<Option<String>>,
}

impl Page {
    /// A page for these claims. Of the run nothing counts but its settings.
    pub fn new<'a>(run: &Report, entries: impl Iterator<Item = &'a Entry>, style: Style) -> Self {
        let entries: Vec<&Entry> = entries.collect();
        let several = entries.iter().any(|entry| entry.theory != entries[0].theory);
        let opens = |(place, entry): (usize, &&Entry)| {
            let opens = several && (place == 0 || entries[place - 1].theory != entry.theory);
            opens.then(|| entry.theory.clone())
        };
        let theories = entries.iter().enumerate().map(opens).collect();
        Page { style, table: Table::fit(columns(&entries, run.instances), &DISPENSABLE, style.width), theories }
    }

    /// What stands before the first claim.
    pub fn opening(&self, run: &Report) -> String {
        if self.style.quiet {
            return String::new();
        }
        let width = self.style.width;
        let mut text = hanging(&heading(run), width, "");
        if let Some(model) = &run.model {
            let parameters = plural(model.parameters, "parameter");
            text += &hanging(&format!("laws on {}: {}, {parameters}", model.file, model.network), width, "");
            text += &hanging("controls on networks of their own, which show that the same checks can fail", width, "");
            if model.symmetries.is_empty() {
                text += &hanging("no continuous symmetry is known from its structure", width, "");
            } else {
                text += &hanging(
                    "symmetries by its structure, with their balance laws at points that need not be stationary:",
                    width,
                    "",
                );
            }
            for known in &model.symmetries {
                text += &hanging(&known.in_words(), width, "  ");
            }
        }
        if let Some(shard) = &run.shard {
            let nothing = if self.theories.is_empty() { ": this part is empty" } else { "" };
            let _ = writeln!(text, "part {} of {}{nothing}", shard.index, shard.count);
        }
        if !self.theories.is_empty() {
            let _ = write!(text, "{}{}{}", self.table.rule(), self.table.headings(), self.table.rule());
        }
        text
    }

    /// The row of a claim, with the name of its theory where another one begins.
    pub fn row(&self, place: usize, claim: &ClaimReport) -> String {
        if self.style.quiet {
            return String::new();
        }
        let theory = self.theories[place].as_ref().map(|theory| Tone::Strong.paint(theory) + "\n").unwrap_or_default();
        if was_hardly_begun(claim) {
            return theory;
        }
        theory + &self.table.row(&row(claim))
    }

    /// What stands after the last claim.
    pub fn closing(&self, report: &Report) -> String {
        let width = self.style.width;
        let mut text = String::new();
        if !self.style.quiet {
            if !report.claims.is_empty() {
                text += &self.table.rule();
                let _ = writeln!(text, "{}", self.table.remark(width));
            }
            measurements(&mut text, report, width);
        }
        let hardly: Vec<&str> =
            report.claims.iter().filter(|claim| was_hardly_begun(claim)).map(|claim| claim.entry.id.as_str()).collect();
        for claim in report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds && !was_hardly_begun(claim)) {
            explain(&mut text, report, claim, width);
        }
        if !hardly.is_empty() {
            let told = format!("undecided, cut short before a second instance: {}", hardly.join(", "));
            let _ = writeln!(text, "{}", hanging(&told, width, ""));
        }
        if !self.style.quiet {
            inapplicable(&mut text, report);
            let missed_is_shown = !self.table.hidden().iter().any(|heading| heading == MAY_BE_MISSED);
            caveats(&mut text, report, missed_is_shown, width);
        }
        if let Some(comparison) = &report.comparison {
            let _ = writeln!(text, "{}", compare(comparison, width));
        }
        if let Some(told) = few(report) {
            text += &paragraph(&told, width, "");
            text.push('\n');
        }
        text + &hanging(&conclusion(report), width, "")
    }
}

/// Whether the run ended before more than one instance of a claim was examined, which says nothing of it.
fn was_hardly_begun(claim: &ClaimReport) -> bool {
    claim.cut_short && claim.verdict == Verdict::Undecided && claim.instances + claim.excluded <= 1
}

/// The claims that do not speak of the model, by their reasons.
fn inapplicable(text: &mut String, report: &Report) {
    let Some(model) = report.model.as_ref().filter(|model| !model.inapplicable.is_empty()) else { return };
    let _ = writeln!(text, "not examined on the model, {}:", plural(model.inapplicable.len(), "claim"));
    let mut reasons: Vec<&str> = Vec::new();
    for (_, reason) in &model.inapplicable {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    for reason in reasons {
        let _ = writeln!(text, "  {reason}:");
        for (id, _) in model.inapplicable.iter().filter(|(_, known)| known == reason) {
            let _ = writeln!(text, "    {id}");
        }
    }
    let _ = writeln!(text);
}

/// What is weaker and what is stronger than a baseline records.
pub fn compare(comparison: &Comparison, width: usize) -> String {
    let file = &comparison.file;
    let [weaker, stronger] = comparison.differences(str::to_owned);
    let mut text = String::new();
    if comparison.is_held() {
        let of = if comparison.is_cut_short() { "of what was compared, " } else { "" };
        let _ = writeln!(text, "{of}nothing is weaker than {file} records");
    }
    for omission in comparison.omissions() {
        text += &hanging(&omission, width, "");
    }
    let headings = [
        (format!("weaker than {file} records:"), weaker),
        (format!("stronger than {file} records, or so it looks; is it meant?"), stronger),
    ];
    for (heading, differences) in headings {
        if !differences.is_empty() {
            let _ = writeln!(text, "{heading}");
        }
        for (claims, what) in differences {
            text += &hanging(&format!("{claims}: {what}"), width, "  ");
        }
    }
    text
}

fn heading(report: &Report) -> String {
    let Libraries { gmp, mpfr } = &report.libraries;
    format!(
        "equipartition {}: seed {}, {} of each law, the rationals and {} bits (GMP {gmp}, MPFR {mpfr})",
        env!("CARGO_PKG_VERSION"),
        report.seed,
        plural(report.instances as usize, "instance"),
        ladder(report.precision).iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    )
}

/// The heading of the column of what a claim that holds leaves open.
const MAY_BE_MISSED: &str = "may be missed";

/// The columns that a narrow page goes without, the most dispensable first; claim, verdict and evidence always stay.
const DISPENSABLE: [&[usize]; 7] = [&[9], &[8], &[7], &[6], &[5], &[3], &[4]];

/// The columns, as wide as these claims can need.
fn columns(entries: &[&Entry], instances: u64) -> Vec<Column> {
    let ids = Column::of("claim", entries.iter().map(|entry| entry.id.as_str()));
    let controls = entries.iter().map(|entry| entry.controls.len()).max().unwrap_or(0);
    let evidence: Vec<String> = entries.iter().flat_map(|entry| widest_evidence(&entry.evidence, instances)).collect();
    vec![
        ids,
        Column::of("verdict", ["powerless", "undecided"]),
        Column::of("evidence", evidence.iter().map(String::as_str)),
        Column::of("proof", ["prose"]),
        Column::of(MAY_BE_MISSED, ["≤ 100.0 %"]).right(),
        Column::of("instances, vacuous, left out", [&*format!("{instances}, {instances}, {instances} (13 %)")]).right(),
        Column::of("worst residual", ["inequality"]).right(),
        Column::of("controls failed", [&*format!("{controls}/{controls}")]).right(),
        Column::of("mutants refuted", ["100/100"]).right(),
        Column::of("time", ["100.00 s"]).right(),
    ]
}

/// Everything that [`evidence`] may say of a claim with these kinds, if all of its instances had each of them.
fn widest_evidence(kinds: &[Evidence], instances: u64) -> Vec<String> {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("{kind} {instances}")).collect();
    match &kinds[..] {
        [_, _, ..] => {
            let pairs = kinds
                .iter()
                .enumerate()
                .flat_map(|(at, strong)| kinds[at + 1..].iter().map(move |weak| (strong, weak)));
            pairs.map(|(strong, weak)| format!("{strong}, {weak}")).collect()
        }
        _ => kinds,
    }
}

fn row(claim: &ClaimReport) -> [Cell; 10] {
    let failed = claim.failed_controls().count();
    let survivors = claim.surviving_mutants().count();
    let alarm = |text: String, alarming: bool| Cell::toned(text, if alarming { Tone::Bad } else { Tone::Plain });
    [
        Cell::from(claim.entry.id.as_str()),
        Cell::toned(claim.verdict.to_string(), tone(claim.verdict)),
        Cell::from(evidence(claim)),
        Cell::from(claim.entry.lemma.checked.to_string()),
        Cell::from(doubt::short(claim)),
        Cell::from(format!("{}, {}, {}", claim.instances, claim.vacuous, left_out(claim))),
        Cell::from(if claim.is_inequality() { "inequality".to_owned() } else { claim.residual.to_string() }),
        alarm(format!("{failed}/{}", claim.controls.len()), failed < claim.controls.len()),
        alarm(format!("{}/{}", claim.mutants.len() - survivors, claim.mutants.len()), survivors > 0),
        Cell::from(format!("{:.2} s", claim.seconds)),
    ]
}

/// How many instances were left out, and their share.
fn left_out(claim: &ClaimReport) -> String {
    match claim.excluded + claim.unresolved {
        0 => "0".to_owned(),
        count => format!("{count} ({})", doubt::percent(claim.left_out())),
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Holds => Tone::Good,
        Verdict::Refuted => Tone::Bad,
        Verdict::Vacuous | Verdict::Powerless => Tone::Odd,
        Verdict::Undecided => Tone::Unsure,
    }
}

/// The strongest and the weakest kind of evidence, with the number of instances that reached them; identities beside them, since what is an identity
/// is exact too.
fn evidence(claim: &ClaimReport) -> String {
    let kind = |(kind, count): (&Evidence, &usize)| format!("{kind} {count}");
    let identities = claim.evidence.get_key_value(&Evidence::Identity);
    let mut others = claim.evidence.iter().filter(|(kind, _)| **kind != Evidence::Identity);
    let (strongest, weakest) = (others.next(), others.next_back());
    identities.into_iter().chain(strongest).chain(weakest).map(kind).collect::<Vec<_>>().join(", ")
}

/// What was found of orbits, of exponents (each the one with the fewest digits of its instances), and of averages (each the one with the narrowest
/// interval).
fn measurements(text: &mut String, report: &Report, width: usize) {
    let mut lines = Vec::new();
    for (claim, orbits) in report.claims.iter().filter_map(|claim| claim.orbits.map(|orbits| (claim, orbits))) {
        let all = claim.instances + claim.excluded;
        lines.push(format!(
            "{}: on {} of {all} instances a point was found where the law applies, on {}; {} of them without gradient noise",
            claim.entry.id,
            claim.instances,
            plural(orbits, "distinct orbit"),
            claim.vacuous,
        ));
    }
    for claim in &report.claims {
        for exponent in &claim.exponents {
            lines.push(format!("{}: exponent of {}", claim.entry.id, measured(exponent)));
        }
    }
    for claim in &report.claims {
        for Quantity { label, estimate, predicted, alternative: (other, value) } in &claim.quantities {
            let Estimate { mean, half_width } = *estimate;
            lines.push(format!(
                "{}: {label} = {mean:.6} ± {half_width:.6} (95 %), predicted {predicted:.6}; {other}: {value:.6}",
                claim.entry.id,
            ));
        }
    }
    for line in &lines {
        text.push_str(&hanging(line, width, ""));
    }
    if !lines.is_empty() {
        text.push('\n');
    }
}

/// What is to say of a claim that does not hold: the reason, the instances to look at, the commands that replay them, which are not wrapped.
fn explain(text: &mut String, report: &Report, claim: &ClaimReport, width: usize) {
    *text += &hanging(&format!("{} is {}: {}", claim.entry.id, claim.verdict, claim.reason), width, "");
    *text += &led(&claim.entry.statement, width, "    ", "      ");
    for (place, witness) in claim.witnesses.iter().enumerate() {
        *text += &hanging(&introduce(claim, place, witness), width, "  ");
        if let Case::Control(number) = witness.case {
            *text += &hanging(&format!("breaks: {}", claim.entry.controls[number].breaks), width, "    ");
        }
        *text += &hanging(&witness.description, width, "    ");
        if !witness.relation.is_empty() {
            *text += &hanging(&format!("{}: {}", witness.relation, witness.residual), width, "    ");
        }
        let _ = writeln!(text, "    {}", report.replay(claim, witness));
    }
    if claim.witnesses.is_empty() && claim.instances + claim.excluded > 0 {
        let _ = writeln!(text, "    {}", report.replay_command(&claim.entry, Case::Law, 0));
    }
    for (place, line) in report.sought.get(&claim.entry.id).iter().flat_map(|sought| sought.lines()).enumerate() {
        *text += &match place {
            0 => hanging(&format!("instead: {line}"), width, "  "),
            _ => hanging(&line, width, "    "),
        };
    }
    let _ = writeln!(text);
}

fn introduce(claim: &ClaimReport, place: usize, witness: &Witness) -> String {
    let index = witness.index;
    match (witness.case, claim.verdict, place) {
        (Case::Control(_), ..) => {
            format!("control {}, instance {index}, which it passed best", claim.entry.case_name(witness.case))
        }
        (Case::Law, Verdict::Refuted, 0) => format!("worst instance: {index}"),
        (Case::Law, Verdict::Refuted, _) => format!("smallest instance: {index}"),
        (Case::Law, Verdict::Undecided, _) if claim.undecided > 0 => {
            format!("first instance without a decision: {index}")
        }
        (Case::Law, ..) => format!("instance with the worst residual: {index}"),
    }
}

/// What the numbers leave open.
fn caveats(text: &mut String, report: &Report, missed_is_shown: bool, width: usize) {
    let before = text.len();
    for claim in &report.claims {
        for sentence in doubt::untaken_branches(report, claim) {
            *text += &hanging(&format!("{}: {sentence}", claim.entry.id), width, "");
        }
    }
    // What a narrow page does not show claim by claim is said of the worst.
    let open =
        |claim: &&ClaimReport| claim.least_drawn().filter(|_| claim.refuted == 0).map_or(0.0, |kind| kind.open_share());
    let worst = report.claims.iter().filter(|claim| open(claim) > 0.0).max_by(|a, b| open(a).total_cmp(&open(b)));
    let worst = match worst.filter(|_| !missed_is_shown) {
        Some(claim) => format!(", at worst {} of {}", doubt::short(claim), claim.entry.id),
        None => String::new(),
    };
    if report.claims.iter().any(|claim| claim.least_drawn().is_some() && claim.refuted == 0) {
        let told = format!(
            "may be missed{worst}: a power is the probability that a false law was; per cent are the share of all draws that may violate it although none of \
             those examined does, at confidence 1 - 2^-{ERROR_BITS}; more --instances make it smaller"
        );
        *text += &paragraph(&told, width, "");
    }
    if let Some(bits) = report.error_bits() {
        let told = format!(
            "{}, each wrong with probability {}: any statistical judgement is in error with probability at most {}",
            plural(report.tests(), "confidence interval"),
            power_of_two(f64::from(ERROR_BITS)),
            power_of_two(bits),
        );
        *text += &paragraph(&told, width, "");
    }
    if text.len() > before {
        text.push('\n');
    }
}

/// That fewer instances than usual may be why something says too little.
fn few(report: &Report) -> Option<String> {
    let usual = report.effort.instances();
    let says_too_little =
        |claim: &ClaimReport| matches!(claim.verdict, Verdict::Vacuous | Verdict::Powerless | Verdict::Undecided);
    (report.instances < usual && report.claims.iter().any(says_too_little)).then(|| {
        let asked = plural(report.instances as usize, "instance");
        format!(
            "With {asked} of each law a check may miss what {usual} show: see whether a claim that is vacuous, powerless or undecided still is so with {usual}."
        )
    })
}

/// The report in a sentence.
fn conclusion(report: &Report) -> String {
    if let (true, Some(shard)) = (report.claims.is_empty(), &report.shard) {
        return format!("0 claims: part {} of {} is empty, so it says nothing.", shard.index, shard.count);
    }
    let sum = |part: fn(&ClaimReport) -> usize| report.claims.iter().map(part).sum::<usize>();
    format!(
        "{}, judged on {}; {}, {} of {} refuted; {:.1} s.",
        report.counts_in_words(),
        plural(sum(|claim| claim.instances), "instance"),
        controls_failed(report),
        sum(|claim| claim.mutants.len() - claim.surviving_mutants().count()),
        plural(sum(|claim| claim.mutants.len()), "mutant"),
        report.seconds,
    )
}
