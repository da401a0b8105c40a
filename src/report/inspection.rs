//! What an inspection of a checkpoint found, for people and for programs.

use super::SCHEMA_VERSION;
use super::heat_map::{Cell, HeatMap};
use crate::checkpoint::Tensor;
use crate::inspection::balance::{Balance, Reading, Status};
use crate::inspection::law::Form;
use crate::inspection::{Counts, Inspection, Rule, generators};
use crate::visible;
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

fn element(tensor: &Tensor) -> &'static str {
    tensor.element.as_ref().map_or("other", |element| element.name())
}

/// The tensors of a checkpoint, one a line.
pub fn tensors<'a>(tensors: impl Iterator<Item = (&'a str, &'a Tensor)>) -> String {
    let mut rows = vec![["tensor", "type", "shape"].map(str::to_owned).to_vec()];
    rows.extend(tensors.map(|(name, tensor)| {
        let shape = tensor.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        vec![visible::line(name).into_owned(), element(tensor).to_owned(), shape]
    }));
    let mut text = String::new();
    table(&mut text, &rows);
    text
}

/// The same as an object.
pub fn tensors_json<'a>(weights: &str, tensors: impl Iterator<Item = (&'a str, &'a Tensor)>) -> Value {
    let tensors = tensors.map(|(name, tensor)| json!({"name": name, "type": element(tensor), "shape": tensor.shape}));
    json!({"schema_version": SCHEMA_VERSION, "weights": weights, "tensors": tensors.collect::<Vec<_>>()})
}

/// A summary with a table, the laws that are furthest from balance first.
pub fn text(subject: &Subject, inspection: &Inspection) -> String {
    let settings = &inspection.settings;
    let mut text = format!("Balance of gradients in a checkpoint: {}\n\n", visible::line(&subject.weights));
    let mut line = |title: &str, content: &str| {
        let _ = writeln!(text, "  {title:<11}{content}");
    };
    line("laws", &visible::line(&subject.laws));
    for (title, file) in [("gradients", &subject.gradients), ("optimiser", &subject.optimizer)] {
        if let Some(file) = file {
            line(title, &visible::line(file));
        }
    }
    line("moments", &moments(inspection));
    line("rule", &format!("{}: {}", rule_name(settings.rule), formula(settings.rule)));
    let rate = settings.learning_rate.map_or_else(|| "not given".to_owned(), |eta| eta.to_string());
    let without = settings.undecayed.iter().map(|pattern| visible::line(pattern)).collect::<Vec<_>>().join(", ");
    let without = if without.is_empty() { without } else { format!(", none for {without}") };
    line("decay", &format!("gamma = {}{without}, eta = {rate}", settings.weight_decay));
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
    header.extend(["symmetry", "overlap", "members", "median", "worst", "where"]);
    let mut rows = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for balance in &inspection.balances {
        let Reading { sides, standard_error, tolerance: allowed, off_shell, .. } = &balance.total;
        let layer = balance.law.layer.map_or_else(|| "-".to_owned(), |layer| layer.to_string());
        let mut row = vec![visible::line(&balance.law.name).into_owned(), layer];
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
        row.push(match balance.status {
            Status::Confirmed => "confirmed".to_owned(),
            Status::NotASymmetry => "NOT ONE".to_owned(),
            Status::Unchecked => "unchecked".to_owned(),
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
    table(&mut text, &rows);
    text.push('\n');
    remarks(&mut text, subject, inspection);
    symmetries(&mut text, inspection);
    text
}

/// What may be behind an overlap that is not rounding.
const CAUSES: &str = "\
Likely causes: another number of heads, another activation or degree; a bias, a reader or a writer of the law left out; kernels
stored transposed; weight decay inside the gradients; gradients of a frozen tensor; gradients at other parameters than these;
gains stored as 1 + gain; rotary positions that are interleaved, partial, or absent.
";

/// The laws that are no symmetries of this network, and in the last line how many were checked.
fn symmetries(text: &mut String, inspection: &Inspection) {
    for balance in inspection.balances.iter().filter(|balance| balance.status == Status::NotASymmetry) {
        let title = balance.law.title();
        let overlap = balance.largest_overlap().unwrap_or(f64::NAN);
        let generator = balance.failing().and_then(|(member, reading)| {
            let (to, from) = reading.generator?;
            let group = if balance.law.groups > 1 { format!(" of group {member}") } else { String::new() };
            Some(format!(", where a multiple of {from} is added to {to}{group}"))
        });
        let generator = generator.unwrap_or_default();
        let _ = writeln!(
            text,
            "Not a symmetry of this network: {}: overlap {overlap:.1e}{generator}. Its balance says nothing.",
            visible::line(&title)
        );
    }
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
    if not_a_symmetry > 0 {
        text.push_str(CAUSES);
    }
    if inspection.balances.iter().any(|balance| balance.law.form == Form::Matrix && balance.sampled) {
        let _ = writeln!(
            text,
            "Matrix laws of more than {} members: of their generators those between {} members were checked, drawn with the seed {}.",
            generators::ALL_UP_TO,
            generators::DRAWN,
            generators::SEED
        );
    }
    let laws = inspection.balances.len();
    let _ = writeln!(
        text,
        "{laws} {}: {confirmed} confirmed by the gradients as {}, {not_a_symmetry} not, {unchecked} unchecked.",
        if laws == 1 { "law" } else { "laws" },
        if confirmed == 1 { "a symmetry of this network" } else { "symmetries of this network" },
    );
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
            "Overlap is (A theta)^T g relative to |A theta| |g|, for the member or generator where it is largest: no more than\n\
             rounding, if the symmetry is one of this network{}.",
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
            let _ = writeln!(text, "{}: {remark}.", visible::line(&balance.law.name));
        }
    }
    let mut names: Vec<(&str, &str)> = inspection.skipped.iter().map(|(law, why)| (law.name.as_str(), *why)).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    for (name, why) in names {
        let _ = writeln!(text, "Not evaluated: {}: {why}.", visible::line(name));
    }
}

fn reading(reading: &Reading) -> Value {
    let Reading { sides, imbalance, standard_error, tolerance, off_shell, overlap, .. } = reading;
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
        value.insert("status".to_owned(), json!(balance.status.name()));
        let generator = balance.failing().and_then(|(member, reading)| {
            let (to, from) = reading.generator?;
            Some(json!({"group": member, "changed": to, "added": from}))
        });
        value.insert("failing_generator".to_owned(), json!(generator));
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
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
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
        "no_decay": settings.undecayed,
        "adam_epsilon": settings.epsilon,
        "samples": inspection.samples,
        "corrected": inspection.corrected,
        "symmetries": {"confirmed": confirmed, "not_a_symmetry": not_a_symmetry, "unchecked": unchecked},
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
        let detail = format!("{}: {}{error}; {}", balance.law.title(), signed(balance), balance.status.name());
        // The balance of a law that is none is not to be coloured like one.
        let (value, mark) = match balance.status {
            Status::Confirmed => (value, None),
            Status::NotASymmetry => (None, Some("\u{d7}")),
            Status::Unchecked => (value, Some("?")),
        };
        cells.push(Cell { row, column, value, mark, detail });
    }
    HeatMap {
        title: "Imbalance of gradients by layer".to_owned(),
        explanation: vec![
            format!("{}; rule {}.", subject.weights, rule_name(inspection.settings.rule)),
            "0 in balance, ±1 if one term of the law is alone; of a matrix law the size of the residual.".to_owned(),
            "× and grey: by the gradients not a symmetry of this network; ?: no gradients have checked it.".to_owned(),
        ],
        rows,
        columns: layers.iter().map(|layer| layer.map_or_else(|| "–".to_owned(), |layer| layer.to_string())).collect(),
        column_label: "layer (–: of the whole network)".to_owned(),
        cells,
    }
}
