//! The report as a table for a person.
//!
//! The text carries ANSI colours; whoever writes it decides whether they stay.

use super::{Comparison, Libraries, Report, doubt, plural, power_of_two};
use crate::statistics::Estimate;
use crate::verify::ladder;
use crate::verify::simulation::ERROR_BITS;
use crate::verify::verdict::{ExponentReport, Witness};
use crate::verify::{Case, ClaimReport, Evidence, Quantity, Verdict};
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
};
use std::fmt::Write;

/// Three rules: above, below the headings, below.
const RULES: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// The report as text: a heading, a row for each claim, what is to say of those that do not hold, and totals.
///
/// With `width` the table goes without columns that do not fit, and says so.
pub fn render(report: &Report, width: Option<u16>) -> String {
    let mut text = heading(report);
    if let Some(model) = &report.model {
        let _ = writeln!(text, "laws on {}: {}, {}", model.file, model.network, plural(model.parameters, "parameter"));
        let _ = writeln!(text, "controls on networks of their own, which show that the same checks can fail");
    }
    if let Some(shard) = &report.shard {
        let nothing = if report.claims.is_empty() { ": there is no claim in it" } else { "" };
        let _ = writeln!(text, "part {} of {}{nothing}", shard.index, shard.count);
    }
    if !report.claims.is_empty() {
        let (table, hidden) = table(report, width);
        let _ = writeln!(text, "{}", table.trim_fmt());
        if !hidden.is_empty() {
            let names: Vec<String> = hidden.iter().map(|heading| heading.replace('\n', " ")).collect();
            let _ = writeln!(text, "not shown, for want of width: {}", names.join("; "));
        }
        let _ = writeln!(text);
    }
    for (claim, orbits) in report.claims.iter().filter_map(|claim| claim.orbits.map(|orbits| (claim, orbits))) {
        let all = claim.instances + claim.excluded;
        let _ = writeln!(
            text,
            "{}: on {} of {all} instances a point was found where the law applies, on {}; {} of them without gradient noise\n",
            claim.entry.id,
            claim.instances,
            plural(orbits, "distinct orbit"),
            claim.vacuous,
        );
    }
    measurements(&mut text, report);
    for claim in report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds) {
        explain(&mut text, report, claim);
    }
    if let Some(model) = report.model.as_ref().filter(|model| !model.inapplicable.is_empty()) {
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
    totals(&mut text, report);
    if let Some(comparison) = &report.comparison {
        text += &compare(comparison);
    }
    text
}

/// What is weaker and what is stronger than a baseline records.
pub fn compare(comparison: &Comparison) -> String {
    let Comparison { file, weaker, stronger } = comparison;
    let mut text = String::new();
    if weaker.is_empty() {
        let _ = writeln!(text, "nothing is weaker than {file} records");
    }
    let headings = [
        (format!("weaker than {file} records:"), weaker),
        (format!("stronger than {file} records, or so it looks; is it meant?"), stronger),
    ];
    for (heading, differences) in headings {
        if !differences.is_empty() {
            let _ = writeln!(text, "{heading}");
        }
        for found in differences {
            let _ = writeln!(text, "  {}: {}", found.id, found.what);
        }
    }
    text
}

fn heading(report: &Report) -> String {
    let Libraries { gmp, mpfr } = &report.libraries;
    format!(
        "equipartition {}: seed {}, {} of each law, the rationals and {} bits (GMP {gmp}, MPFR {mpfr})\n",
        env!("CARGO_PKG_VERSION"),
        report.seed,
        plural(report.instances as usize, "instance"),
        ladder(report.precision).iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    )
}

/// The headings of the columns.
const HEADINGS: [&str; 10] = [
    "claim",
    "verdict",
    "evidence",
    "proof",
    "may be\nmissed",
    "instances,\nvacuous,\nleft out",
    "worst\nresidual",
    "controls\nfailed",
    "mutants\nrefuted",
    "time",
];
/// The columns that a narrow terminal goes without, the most dispensable first.
const DISPENSABLE: [usize; 7] = [4, 8, 9, 5, 7, 6, 3];
/// Blanks between columns: one of padding, one of the rule's junction.
const GAP: u16 = 2;

/// The table, and the headings of the columns that are left out because they do not fit into `width`.
fn table(report: &Report, width: Option<u16>) -> (Table, Vec<&'static str>) {
    let mut table = Table::new();
    table.load_style(RULES).enforce_styling();
    table.set_header(HEADINGS.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    for (place, claim) in report.claims.iter().enumerate() {
        if let Some(theory) = report.opens_theory(place) {
            table.add_row([Cell::new(theory).add_attribute(Attribute::Bold)]);
        }
        table.add_row(row(claim));
    }
    table.style_text_only();
    let hidden = width.map_or(&[][..], |width| too_wide(&table.column_max_content_widths(), width));
    if let Some(width) = width {
        // Where even the indispensable columns do not fit, their cells are folded.
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, GAP - 1));
        if index > 3 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if hidden.contains(&index) {
            column.set_constraint(ColumnConstraint::Hidden);
        }
    }
    (table, hidden.iter().map(|index| HEADINGS[*index]).collect())
}

/// The first dispensable columns, as many as have to go.
fn too_wide(widths: &[u16], available: u16) -> &'static [usize] {
    let total = |hidden: &[usize]| -> u16 {
        let kept = widths.iter().enumerate().filter(|(index, _)| !hidden.contains(index));
        kept.map(|(_, width)| width + GAP).sum()
    };
    let count = (0..DISPENSABLE.len()).find(|count| total(&DISPENSABLE[..*count]) <= available);
    &DISPENSABLE[..count.unwrap_or(DISPENSABLE.len())]
}

fn row(claim: &ClaimReport) -> [Cell; 10] {
    let failed = claim.failed_controls().count();
    let survivors = claim.surviving_mutants().count();
    let alarm = |cell: Cell, alarming: bool| if alarming { cell.fg(Color::Red) } else { cell };
    [
        Cell::new(&claim.entry.id),
        coloured(claim.verdict),
        Cell::new(evidence(claim)),
        Cell::new(claim.entry.lemma.checked),
        Cell::new(doubt::short(claim)),
        Cell::new(format!("{}, {}, {}", claim.instances, claim.vacuous, left_out(claim))),
        if claim.is_inequality() { Cell::new("inequality") } else { Cell::new(&claim.residual) },
        alarm(Cell::new(format!("{failed}/{}", claim.controls.len())), failed < claim.controls.len()),
        alarm(Cell::new(format!("{}/{}", claim.mutants.len() - survivors, claim.mutants.len())), survivors > 0),
        Cell::new(format!("{:.2} s", claim.seconds)),
    ]
}

/// How many instances were left out, and their share.
fn left_out(claim: &ClaimReport) -> String {
    match claim.excluded + claim.unresolved {
        0 => "0".to_owned(),
        count => format!("{count} ({})", doubt::percent(claim.left_out())),
    }
}

fn coloured(verdict: Verdict) -> Cell {
    let cell = Cell::new(verdict);
    match verdict {
        Verdict::Holds => cell.fg(Color::Green),
        Verdict::Refuted => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        Verdict::Vacuous | Verdict::Powerless => cell.fg(Color::Magenta).add_attribute(Attribute::Bold),
        Verdict::Undecided => cell.fg(Color::Yellow),
    }
}

/// The strongest and the weakest kind of evidence, with the number of instances that reached them.
fn evidence(claim: &ClaimReport) -> String {
    let kind = |(kind, count): (&Evidence, &usize)| format!("{kind} {count}");
    let strongest = claim.evidence.first_key_value().map(kind);
    let weakest = claim.evidence.last_key_value().filter(|_| claim.evidence.len() > 1).map(kind);
    strongest.into_iter().chain(weakest).collect::<Vec<_>>().join(", ")
}

/// The exponents that were measured, each the one with the fewest digits of its instances, and the numbers that were estimated, each
/// the one with the narrowest interval.
fn measurements(text: &mut String, report: &Report) {
    let measured = report.claims.iter().flat_map(|claim| claim.exponents.iter().map(move |found| (claim, found)));
    let lines: Vec<String> = measured
        .map(|(claim, ExponentReport { worst, digits, instances })| {
            format!(
                "{}: exponent of {} = {}, predicted {}; {} digits on each of {}\n",
                claim.entry.id,
                worst.label,
                worst.measured,
                worst.predicted,
                digits,
                plural(*instances, "instance"),
            )
        })
        .collect();
    let estimated = report.claims.iter().flat_map(|claim| claim.quantities.iter().map(move |found| (claim, found)));
    let estimates: Vec<String> = estimated
        .map(|(claim, Quantity { label, estimate, predicted, alternative: (other, value) })| {
            let Estimate { mean, half_width } = *estimate;
            format!(
                "{}: {label} = {mean:.6} ± {half_width:.6} (95 %), predicted {predicted:.6}; {other}: {value:.6}\n",
                claim.entry.id,
            )
        })
        .collect();
    if !lines.is_empty() || !estimates.is_empty() {
        let _ = writeln!(text, "{}{}", lines.concat(), estimates.concat());
    }
}

/// What is to say of a claim that does not hold: the reason, the instances to look at, the commands that replay them.
fn explain(text: &mut String, report: &Report, claim: &ClaimReport) {
    let _ = writeln!(text, "{} is {}: {}", claim.entry.id, claim.verdict, claim.reason);
    let _ = writeln!(text, "    {}", claim.entry.statement);
    for (place, witness) in claim.witnesses.iter().enumerate() {
        let _ = writeln!(text, "  {}", introduce(claim, place, witness));
        let _ = writeln!(text, "    {}", witness.description);
        if !witness.relation.is_empty() {
            let _ = writeln!(text, "    {}: {}", witness.relation, witness.residual);
        }
        let _ = writeln!(text, "    {}", report.replay(claim, witness));
    }
    if claim.witnesses.is_empty() && claim.instances + claim.excluded > 0 {
        let _ = writeln!(text, "    {}", report.replay_command(&claim.entry, Case::Law, 0));
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

fn totals(text: &mut String, report: &Report) {
    let sum = |part: fn(&ClaimReport) -> usize| report.claims.iter().map(part).sum::<usize>();
    let _ = writeln!(text, "{}", report.counts_in_words());
    let _ = writeln!(
        text,
        "{}, {} of {} failed as they must, {} of {} refuted; {:.1} s",
        plural(sum(|claim| claim.instances), "instance"),
        sum(|claim| claim.failed_controls().count()),
        plural(sum(|claim| claim.controls.len()), "control"),
        sum(|claim| claim.mutants.len() - claim.surviving_mutants().count()),
        plural(sum(|claim| claim.mutants.len()), "mutant"),
        report.seconds,
    );
    if report.claims.iter().any(|claim| claim.least_drawn().is_some() && claim.refuted == 0) {
        let _ = writeln!(
            text,
            "may be missed: a power is the probability that a false law was; per cent are the share of all draws that may violate it\n\
             although none of those examined does, at confidence 1 - 2^-{ERROR_BITS}; more --instances make it smaller",
        );
    }
    if let Some(bits) = report.error_bits() {
        let _ = writeln!(
            text,
            "{}, each wrong with probability {}: any statistical judgement is in error with probability at most {}",
            plural(report.tests(), "confidence interval"),
            power_of_two(f64::from(ERROR_BITS)),
            power_of_two(bits),
        );
    }
}
