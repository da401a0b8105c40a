//! What an inspection of a checkpoint found, for people and for programs.

use super::SCHEMA_VERSION;
use super::heat_map::{Cell, HeatMap};
use crate::inspection::balance::{Balance, Reading};
use crate::inspection::law::Form;
use crate::inspection::{Inspection, Rule};
use serde_json::{Value, json};
use std::fmt::Write;

/// What was inspected.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The file with the parameters.
    pub weights: String,
    /// Where the laws come from, with what was assumed of the network.
    pub laws: String,
    /// The files with gradients, optimiser state and the gradient of the entropic loss.
    pub gradients: Option<String>,
    /// See above.
    pub optimizer: Option<String>,
    /// See above.
    pub entropic_gradient: Option<String>,
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Sgd => "sgd",
        Rule::Adam => "adam",
        Rule::AdamW => "adamw",
    }
}

/// The law that is evaluated, with `A` what its symmetry multiplies and `B` what it divides.
fn formula(rule: Rule) -> &'static str {
    match rule {
        Rule::Sgd => "E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = 4 gamma / eta",
        Rule::Adam => {
            "the preconditioned law (balance/preconditioned), for frozen v:\n             \
             E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = 4 gamma / eta,\n             \
             with |g|^2 for sum g_i^2 / s_i, s = sqrt(v) + epsilon"
        }
        Rule::AdamW => {
            "the preconditioned law (balance/preconditioned), for frozen v and no momentum:\n             \
             E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2), c = (4 gamma / eta) (1 - eta gamma),\n             \
             with |g|^2 for sum g_i^2 / s_i and |theta|^2 for sum s_i theta_i^2, s = sqrt(v) + epsilon"
        }
    }
}

fn moments(inspection: &Inspection) -> String {
    match (inspection.samples, inspection.settings.rule) {
        (Some(count), rule) => {
            let of = if count == 1 { "one gradient".to_owned() } else { format!("{count} gradients") };
            let metric = if rule == Rule::Sgd { "" } else { "; v from the optimiser's buffer" };
            format!("means over {of}: of samples, or of batches and then about E|g_B|^2{metric}")
        }
        (None, _) => format!(
            "the optimiser's second moments{}, averaged over its last steps and their batches:\n             \
             element by element only, so no matrix laws",
            if inspection.corrected { ", corrected for its steps" } else { "" }
        ),
    }
}

fn optional(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

fn signed(balance: &Balance) -> String {
    match (balance.total.imbalance, balance.law.form) {
        (None, _) => "0 = 0".to_owned(),
        (Some(value), Form::Matrix) => format!("{value:.5}"),
        (Some(value), Form::Rescaling) => format!("{value:+.5}"),
    }
}

/// The member's place, with its group where there are several.
fn member(balance: &Balance, number: usize) -> String {
    match (balance.law.groups, balance.width) {
        (1, _) => format!("{number}"),
        (_, 1) => format!("group {number}"),
        (_, width) => format!("{} of group {}", number % width, number / width),
    }
}

/// A summary with a table, the laws that are furthest from balance first.
pub fn text(subject: &Subject, inspection: &Inspection) -> String {
    let settings = &inspection.settings;
    let mut text = format!("Balance of gradients in a checkpoint: {}\n\n", subject.weights);
    let mut line = |title: &str, content: &str| {
        let _ = writeln!(text, "  {title:<11}{content}");
    };
    line("laws", &subject.laws);
    for (title, file) in [("gradients", &subject.gradients), ("optimiser", &subject.optimizer)] {
        if let Some(file) = file {
            line(title, file);
        }
    }
    line("moments", &moments(inspection));
    line("rule", &format!("{}: {}", rule_name(settings.rule), formula(settings.rule)));
    let rate = settings.learning_rate.map_or_else(|| "not given".to_owned(), |eta| eta.to_string());
    line("decay", &format!("gamma = {}, eta = {rate}", settings.weight_decay));
    line("imbalance", "(left - right) / (sum of the four terms): 0 in balance, +1 or -1 if one term is alone;");
    line("", "of a matrix law the norm of the residual over the sum of the terms' norms");
    text.push('\n');

    let tolerance = subject.entropic_gradient.is_some();
    let mut header = vec!["law", "layer", "E|g_A|^2", "E|g_B|^2"];
    let decays = settings.weight_decay > 0.0;
    header.extend(decays.then_some(["c|theta_A|^2", "c|theta_B|^2"]).into_iter().flatten());
    header.push("imbalance");
    header.extend(inspection.samples.filter(|count| *count > 1).map(|_| "std. error"));
    header.extend(tolerance.then_some(["predicted", "tolerance"]).into_iter().flatten());
    header.extend(["overlap", "members", "median", "worst", "where"]);
    let mut rows = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for balance in &inspection.balances {
        let Reading { sides, standard_error, tolerance: allowed, off_shell, .. } = &balance.total;
        let layer = balance.law.layer.map_or_else(|| "-".to_owned(), |layer| layer.to_string());
        let mut row = vec![balance.law.name.clone(), layer];
        row.extend(sides.noise.map(|value| format!("{value:.4e}")));
        if decays {
            row.extend(sides.decay.map(|value| format!("{value:.4e}")));
        }
        row.push(signed(balance));
        if inspection.samples.is_some_and(|count| count > 1) {
            row.push(optional(*standard_error, 5));
        }
        if tolerance {
            row.push(off_shell.map_or_else(String::new, |value| format!("{value:+.5}")));
            row.push(optional(*allowed, 5));
        }
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
    table(&mut text, &rows);
    text.push('\n');
    remarks(&mut text, subject, inspection);
    text
}

/// Columns, the first and the last to the left, the others to the right.
fn table(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1));
    for (number, row) in rows.iter().enumerate() {
        let cell = |(column, cell): (usize, &String)| {
            let width = widths[column];
            if column == 0 || column + 1 == columns { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let line = row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
        if number == 0 {
            let _ = writeln!(text, "{rule}");
        }
    }
}

fn remarks(text: &mut String, subject: &Subject, inspection: &Inspection) {
    let _ = writeln!(
        text,
        "The laws hold in the stationary state of the entropic loss only: an imbalance says how far a checkpoint is from it,\n\
         in the mean over the moments given, not that anything is wrong."
    );
    if inspection.settings.weight_decay == 0.0 {
        let _ = writeln!(
            text,
            "Without weight decay the laws' right sides are zero, and a scale-invariant block has none: its norm never shrinks."
        );
    }
    if inspection.samples.is_some_and(|count| count > 1) {
        let _ = writeln!(
            text,
            "Standard errors are of the means over the gradients given, taken as independent; of a matrix law it is what\n\
             their scatter alone would make of a residual that is zero."
        );
    }
    if inspection.balances.iter().any(|balance| balance.largest_overlap().is_some()) {
        let _ = writeln!(
            text,
            "Overlap is (A theta)^T g relative to |A theta| |g|, for the member where it is largest: no more than rounding,\n\
             if the symmetry is one of this network{}.",
            if inspection.mean_gradient {
                " (but the mean gradients that the optimiser keeps are of earlier points)"
            } else {
                ""
            }
        );
    }
    if subject.entropic_gradient.is_some() {
        let _ = writeln!(
            text,
            "Predicted is -(2 / eta) (A theta)^T grad F (balance/master), tolerance (2 / eta) |A theta| |grad F| (balance/approximate),\n\
             both relative: an imbalance away from the one, or above the other, shows an error in the gradients or in the\n\
             symmetry, not a lack of training. A tolerance above 1 allows everything."
        );
    }
    let mut told: Vec<&str> = Vec::new();
    for balance in &inspection.balances {
        if let Some(remark) = &balance.law.remark
            && !told.contains(&remark.as_str())
        {
            told.push(remark);
            let _ = writeln!(text, "{}: {remark}.", balance.law.name);
        }
    }
    let mut names: Vec<(&str, &str)> = inspection.skipped.iter().map(|(law, why)| (law.name.as_str(), *why)).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    for (name, why) in names {
        let _ = writeln!(text, "Not evaluated: {name}: {why}.");
    }
}

fn reading(reading: &Reading) -> Value {
    let Reading { sides, imbalance, standard_error, tolerance, off_shell, overlap } = reading;
    json!({
        "gradient_a": sides.noise[0],
        "gradient_b": sides.noise[1],
        "decay_a": sides.decay[0],
        "decay_b": sides.decay[1],
        "imbalance": imbalance,
        "standard_error": standard_error,
        "predicted": off_shell,
        "tolerance": tolerance,
        "overlap": overlap,
    })
}

fn law(balance: &Balance, members: bool) -> Value {
    let mut value = json!({
        "law": balance.law.name,
        "layer": balance.law.layer,
        "form": match balance.law.form { Form::Rescaling => "rescaling", Form::Matrix => "matrix" },
        "groups": balance.law.groups,
        "remark": balance.law.remark,
    });
    if let (Some(value), Value::Object(total)) = (value.as_object_mut(), reading(&balance.total)) {
        value.extend(total);
        value.insert("largest_overlap".to_owned(), json!(balance.largest_overlap()));
        let spread = balance.spread().map(|spread| {
            json!({
                "count": spread.count,
                "median": spread.median,
                "worst": spread.worst,
                "worst_member": spread.worst_member,
            })
        });
        value.insert("spread".to_owned(), json!(spread));
        if members {
            value.insert("members".to_owned(), balance.members.iter().map(reading).collect());
        }
    }
    value
}

/// One object; its members are documented in the README.
pub fn json(subject: &Subject, inspection: &Inspection, members: bool) -> Value {
    let settings = &inspection.settings;
    let skipped = inspection.skipped.iter();
    json!({
        "schema_version": SCHEMA_VERSION,
        "weights": subject.weights,
        "laws_from": subject.laws,
        "gradients": subject.gradients,
        "optimizer": subject.optimizer,
        "entropic_gradient": subject.entropic_gradient,
        "rule": rule_name(settings.rule),
        "learning_rate": settings.learning_rate,
        "weight_decay": settings.weight_decay,
        "adam_epsilon": settings.epsilon,
        "samples": inspection.samples,
        "corrected": inspection.corrected,
        "laws": inspection.balances.iter().map(|balance| law(balance, members)).collect::<Vec<_>>(),
        "skipped": skipped.map(|(law, why)| json!({"law": law.name, "layer": law.layer, "reason": why})).collect::<Vec<_>>(),
    })
}

/// The imbalance of every law in every layer.
pub fn heat_map(subject: &Subject, inspection: &Inspection) -> HeatMap {
    let mut rows: Vec<String> = Vec::new();
    let mut layers: Vec<Option<usize>> = inspection.balances.iter().map(|balance| balance.law.layer).collect();
    layers.sort_by_key(|layer| layer.map_or(usize::MAX, |layer| layer));
    layers.dedup();
    let mut cells = Vec::new();
    for balance in &inspection.balances {
        let name = &balance.law.name;
        let row = rows.iter().position(|row| row == name).unwrap_or_else(|| {
            rows.push(name.clone());
            rows.len() - 1
        });
        let Some(column) = layers.iter().position(|layer| *layer == balance.law.layer) else { continue };
        let value = balance.total.imbalance;
        let error = balance.total.standard_error.map(|error| format!(" ± {error:.5}")).unwrap_or_default();
        let detail = format!("{}: {}{error}", balance.law.title(), signed(balance));
        cells.push(Cell { row, column, value, detail });
    }
    HeatMap {
        title: "Imbalance of gradients by layer".to_owned(),
        explanation: vec![
            format!("{}; rule {}.", subject.weights, rule_name(inspection.settings.rule)),
            "0 in balance, ±1 if one term of the law is alone; of a matrix law the size of the residual.".to_owned(),
        ],
        rows,
        columns: layers.iter().map(|layer| layer.map_or_else(|| "–".to_owned(), |layer| layer.to_string())).collect(),
        column_label: "layer (–: of the whole network)".to_owned(),
        cells,
    }
}
