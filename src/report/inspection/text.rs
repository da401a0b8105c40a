//! The balances as a table, with what was assumed above it.

use super::super::layout::{Table, described, hanging};
use super::super::prediction;
use super::remarks::{Told, remarks, symmetries};
use super::words::{member, significant};
use super::{Subject, rule_name, signed};
use crate::inspection::balance::Status;
use crate::inspection::decay::Relaxation;
use crate::inspection::law::Form;
use crate::inspection::reading::Reading;
use crate::inspection::{Inspection, Rule};
use crate::visible;
use std::fmt::Write;

/// A summary in lines of at most `width`, with a table, the laws that are furthest from balance first.
pub fn text(subject: &Subject, inspection: &Inspection, width: usize) -> String {
    let settings = &inspection.settings;
    let mut head: Vec<(&str, String)> = Vec::new();
    let mut line = |title: &'static str, content: &str| head.push((title, content.to_owned()));
    line("laws", &visible::line(&subject.laws));
    for (title, file) in [("gradients", &subject.gradients), ("optimiser", &subject.optimizer)] {
        if let Some(file) = file {
            line(title, &visible::line(file));
        }
    }
    line("moments", &moments(inspection));
    line("rule", &format!("{}: {}", rule_name(settings.rule), formula(inspection)));
    let rate = settings.learning_rate.map_or_else(|| "not given".to_owned(), |eta| eta.to_string());
    let mut decay = format!("gamma = {}", settings.weight_decay);
    let undecayed = settings.undecayed.iter().map(|pattern| (0.0, pattern));
    for (gamma, pattern) in undecayed.chain(settings.decays.iter().map(|decay| (decay.gamma, &decay.pattern))) {
        let gamma = if gamma == 0.0 { "none".to_owned() } else { gamma.to_string() };
        let _ = write!(decay, ", {gamma} for {}", visible::line(pattern));
    }
    let momentum = if settings.momentum > 0.0 { format!(", beta = {}", settings.momentum) } else { String::new() };
    line("decay", &format!("{decay}, eta = {rate}{momentum}"));
    for relaxation in &inspection.relaxations {
        line("relaxation", &relaxed(relaxation, inspection));
    }
    line(
        "imbalance",
        "(left - right) / (sum of the four terms): 0 in balance, +1 or -1 if one term is alone; of a matrix law the norm of the residual over the sum \
         of the terms' norms",
    );
    let title = format!("Balance of gradients in a checkpoint: {}", visible::line(&subject.weights));
    let mut text = format!("{}\n{}\n", hanging(&title, width, ""), described(&head, width));

    let tolerance = subject.entropic_gradient.is_some();
    let mut header = vec!["law", "layer"];
    header.extend(if inspection.buffers.is_some() { ["E|m_A|^2", "E|m_B|^2"] } else { ["E|g_A|^2", "E|g_B|^2"] });
    let decays = inspection.decays;
    header.extend(decays.then_some(["c|theta_A|^2", "c|theta_B|^2"]).into_iter().flatten());
    header.push("imbalance");
    let scattered = inspection.moments().is_some_and(|count| count > 1);
    header.extend(scattered.then_some(["std. error", "z"]).into_iter().flatten());
    header.extend(tolerance.then_some(["predicted", "tolerance"]).into_iter().flatten());
    header.extend(["symmetry", "overlap", "members", "median", "worst", "where"]);
    let mut rows = Vec::new();
    for balance in &inspection.balances {
        let Reading { sides, standard_error, tolerance: allowed, off_shell, .. } = &balance.total;
        let layer = balance.law.layer.map_or_else(|| "-".to_owned(), |layer| layer.to_string());
        let mut row = vec![visible::line(&balance.law.name).into_owned(), layer];
        row.extend(sides.noise.map(|value| format!("{value:.4e}")));
        if decays {
            row.extend(sides.decay.map(|value| format!("{value:.4e}")));
        }
        row.push(signed(balance));
        if scattered {
            row.push(optional(*standard_error, 5));
            row.push(match balance.law.form {
                Form::Matrix => optional(balance.total.z(), 1),
                Form::Rescaling => balance.total.z().map_or_else(String::new, |z| format!("{z:+.1}")),
            });
        }
        if tolerance {
            row.push(off_shell.map_or_else(String::new, |value| format!("{value:+.5}")));
            row.push(optional(*allowed, 5));
        }
        row.push(match balance.status {
            Status::Confirmed => "confirmed".to_owned(),
            Status::NotASymmetry => "NOT ONE".to_owned(),
            Status::Unchecked(_) => "unchecked".to_owned(),
        });
        row.push(balance.largest_overlap().map_or_else(String::new, |value| format!("{value:.1e}")));
        match balance.spread() {
            Some(spread) if balance.members.len() > 1 => {
                let at = member(balance, spread.worst_member);
                let (median, worst) = (format!("{:.5}", spread.median), format!("{:.5}", spread.worst));
                row.extend([spread.count.to_string(), median, worst, at]);
            }
            Some(_) => row.extend(["1".to_owned(), String::new(), String::new(), String::new()]),
            None => row.extend(["0".to_owned(), String::new(), String::new(), String::new()]),
        }
        rows.push(row);
    }
    let table = table(&header, &rows, width);
    text += &table.whole(&rows);
    text += &table.remark(width);
    text.push('\n');
    let mut told = Told { text, width };
    remarks(&mut told, subject, inspection);
    told.say_lines(&prediction::text(inspection));
    symmetries(&mut told, inspection);
    told.text
}

/// The columns that a narrow page goes without, the most dispensable first, by their headings' beginnings; the sides of a law go together.
const DISPENSABLE: [&[&str]; 7] = [&["where"], &["median"], &["members"], &["c|"], &["E|"], &["worst"], &["overlap"]];

/// Those that it goes without before it goes without what was asked for.
const BEFORE_PREDICTIONS: [&[&str]; 4] = [&["std."], &["z"], &["predicted"], &["tolerance"]];

/// The laws as a table: names to the left, numbers to the right.
fn table(header: &[&str], rows: &[Vec<String>], width: usize) -> Table {
    let right: Vec<bool> = header.iter().map(|heading| !matches!(*heading, "law" | "where")).collect();
    let places = |headings: &[&str]| -> Vec<usize> {
        let is_meant = |column: &usize| headings.iter().any(|heading| header[*column].starts_with(heading));
        (0..header.len()).filter(is_meant).collect()
    };
    let more: &[&[&str]] = if header.contains(&"predicted") { &BEFORE_PREDICTIONS } else { &[] };
    let groups = DISPENSABLE.iter().chain(more).map(|group| places(group));
    let groups: Vec<Vec<usize>> = groups.filter(|group| !group.is_empty()).collect();
    let groups: Vec<&[usize]> = groups.iter().map(Vec::as_slice).collect();
    Table::of_rows(header, rows, &right, &[0], &groups, width)
}

/// The law that is evaluated, with `A` what its symmetry multiplies and `B` what it divides.
fn formula(inspection: &Inspection) -> &'static str {
    match inspection.settings.rule {
        Rule::Sgd if inspection.buffers.is_some() => {
            "E|m_A|^2 - E|m_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = (4 gamma / eta) / (1 + beta), \
             with the momentum m (noether/momentum)"
        }
        Rule::Sgd if inspection.settings.momentum > 0.0 => {
            "E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = (4 gamma / eta) (1 - beta), \
             which is noether/momentum as far as gradients of different steps are not correlated"
        }
        Rule::Sgd => "E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = 4 gamma / eta",
        Rule::Adam => {
            "the preconditioned law (balance/preconditioned), for frozen v: \
             E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = 4 gamma / eta, \
             with |g|^2 for sum g_i^2 / s_i, s = sqrt(v) + epsilon"
        }
        Rule::AdamW => {
            "the preconditioned law (balance/preconditioned), for frozen v and no momentum: \
             E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = (4 gamma / eta) (1 - eta gamma), \
             with |g|^2 for sum g_i^2 / s_i and |theta|^2 for sum s_i theta_i^2, s = sqrt(v) + epsilon"
        }
    }
}

fn moments(inspection: &Inspection) -> String {
    if let Some(count) = inspection.buffers {
        let of = if count == 1 { "one step".to_owned() } else { format!("{count} steps") };
        return format!("means over the momentum of {of}");
    }
    match (inspection.samples, inspection.settings.rule) {
        (Some(count), rule) => {
            let of = if count == 1 { "one gradient".to_owned() } else { format!("{count} gradients") };
            let metric = if rule == Rule::Sgd { "" } else { "; v from the optimiser's buffer" };
            format!("means over {of}: of samples, or of batches and then about E|g_B|^2{metric}")
        }
        (None, _) => format!(
            "the optimiser's second moments{}, averaged over its last steps and their batches: \
             element by element only, so no matrix laws",
            if inspection.corrected {
                ", corrected for its steps"
            } else {
                ", not corrected for their start at zero (no step is told; give --steps)"
            }
        ),
    }
}

/// How long one strength of decay takes, and how much of that the run has seen.
fn relaxed(relaxation: &Relaxation, inspection: &Inspection) -> String {
    let Relaxation { gamma, time, seen } = relaxation;
    let of = if inspection.relaxations.len() > 1 { format!(" for gamma = {gamma}") } else { String::new() };
    let formula = if inspection.settings.momentum > 0.0 { "(1 - beta)/(4 eta gamma)" } else { "1/(4 eta gamma)" };
    let seen = match (seen, inspection.steps) {
        (Some(seen), Some(steps)) => format!("; the run has seen {} of them in {steps} steps", significant(*seen)),
        _ => "; how many steps were made is not known".to_owned(),
    };
    format!("{formula} = {} steps{of}{seen}", significant(*time))
}

fn optional(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}
