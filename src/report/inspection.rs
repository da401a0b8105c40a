//! What an inspection of a checkpoint found, for people and for programs.

use super::heat_map::{Cell, HeatMap, Scale};
use super::layout::{Table, described, hanging};
use super::{SCHEMA_VERSION, plural, prediction};
use crate::checkpoint::{Element, Tensor};
use crate::inspection::balance::{Balance, Status};
use crate::inspection::decay::Relaxation;
use crate::inspection::file;
use crate::inspection::law::{Axis, Form, Law, USUAL_EPSILON};
use crate::inspection::reading::Reading;
use crate::inspection::{Counts, DecayFit, Inspection, Rule, generators};
use crate::visible;
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
pub fn tensors<'a>(tensors: impl Iterator<Item = (&'a str, &'a Tensor)>, width: usize) -> String {
    let row = |(name, tensor): (&str, &Tensor)| {
        let shape = tensor.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        vec![visible::line(name).into_owned(), element(tensor).to_owned(), shape]
    };
    let rows: Vec<Vec<String>> = tensors.map(row).collect();
    let table = Table::of_rows(&["tensor", "type", "shape"], &rows, &[], &[2], &[], width).whole(&rows);
    format!("{table}\n{}.\n", plural(rows.len(), "tensor"))
}

/// The same as an object.
pub fn tensors_json<'a>(weights: &str, tensors: impl Iterator<Item = (&'a str, &'a Tensor)>) -> Value {
    let tensors = tensors.map(|(name, tensor)| json!({"name": name, "type": element(tensor), "shape": tensor.shape}));
    json!({"schema_version": SCHEMA_VERSION, "weights": weights, "tensors": tensors.collect::<Vec<_>>()})
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

/// Three digits that count, or all of the integer part.
fn significant(value: f64) -> String {
    let digits = (2.0 - value.abs().max(f64::MIN_POSITIVE).log10().floor()).clamp(0.0, 12.0);
    format!("{value:.*}", digits as usize)
}

/// Laws that were found, as a file of laws.
pub fn found(weights: &str, gradients: &str, laws: &[(Law, f64)]) -> String {
    let count = match laws.len() {
        0 => "no laws".to_owned(),
        1 => "1 law".to_owned(),
        count => format!("{count} laws"),
    };
    let mut text = format!(
        "# {count} of {}, found from {} alone: axes of equal length whose overlap is rounding.\n\
         # They are symmetries of the network on these samples; heads, rotary pairs and matrix laws are not looked for.\n\n",
        visible::line(weights),
        visible::line(gradients)
    );
    let comment = |(law, overlap): &(Law, f64)| format!("overlap {overlap:.1e}, {} axes", law.blocks.len());
    text.push_str(&file::text(laws.iter().map(|found| (&found.0, comment(found)))));
    text
}

/// The same as an object.
pub fn found_json(weights: &str, gradients: &str, laws: &[(Law, f64)]) -> Value {
    let overlaps = laws.iter().map(|(law, overlap)| json!({"law": law.name, "largest_overlap": overlap}));
    json!({
        "schema_version": SCHEMA_VERSION,
        "weights": weights,
        "gradients": gradients,
        "laws": overlaps.collect::<Vec<_>>(),
        "file": found(weights, gradients, laws),
    })
}

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
    let decays = inspection.balances.iter().any(|balance| balance.total.sides.decay.iter().any(|term| *term != 0.0));
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
const DISPENSABLE: [&[&str]; 9] =
    [&["where"], &["median"], &["members"], &["c|"], &["E|"], &["worst"], &["predicted"], &["tolerance"], &["overlap"]];

/// The laws as a table: names to the left, numbers to the right.
fn table(header: &[&str], rows: &[Vec<String>], width: usize) -> Table {
    let right: Vec<bool> = header.iter().map(|heading| !matches!(*heading, "law" | "where")).collect();
    let places = |headings: &[&str]| -> Vec<usize> {
        let is_meant = |column: &usize| headings.iter().any(|heading| header[*column].starts_with(heading));
        (0..header.len()).filter(is_meant).collect()
    };
    let groups: Vec<Vec<usize>> =
        DISPENSABLE.iter().map(|group| places(group)).filter(|group| !group.is_empty()).collect();
    let groups: Vec<&[usize]> = groups.iter().map(Vec::as_slice).collect();
    Table::of_rows(header, rows, &right, &[0], &groups, width)
}

/// What may be behind an overlap that is not rounding, by what the law is about and by the numbers.
pub fn causes(balance: &Balance, inspection: &Inspection) -> Vec<String> {
    let law = &balance.law;
    if let Some(lambda) = balance.hidden_decay {
        return vec![format!(
            "weight decay inside the gradients: {lambda:.4} theta in them, gamma = {:.4}, makes all of it",
            0.5 * lambda
        )];
    }
    let mut causes = Vec::new();
    let frozen = balance.still.iter().map(|name| visible::line(name).into_owned()).collect::<Vec<_>>().join(", ");
    if !frozen.is_empty() {
        causes.push(format!("frozen tensors: the gradients of {frozen} vanish"));
    }
    let rescaled = inspection.balances.iter().find(|other| {
        other.law.form == Form::Rescaling && other.law.matrix().name == law.name && other.law.layer == law.layer
    });
    if let (Form::Matrix, Some(true)) = (law.form, rescaled.map(|diagonal| diagonal.hidden_decay.is_some())) {
        return self::causes(rescaled.unwrap_or(balance), inspection);
    }
    if law.form == Form::Matrix && rescaled.is_some_and(|diagonal| diagonal.status == Status::Confirmed) {
        causes.push("something between the two sides that acts on each member alone, as an activation does: the diagonal is true".to_owned());
        return causes;
    }
    let named = |word: &str| law.blocks.iter().any(|block| block.tensor.contains(word));
    let heads = law.blocks.iter().any(|block| block.heads > 1);
    let attention = ["q_proj", "k_proj", "query", "key", "attn"].iter().any(|word| named(word));
    let on_heads = heads || law.rotary.is_some();
    if heads {
        causes.push("another number of heads".to_owned());
    }
    if law.rotary.is_some() || (on_heads && attention && law.name.contains("query")) {
        causes.push(
            "rotary positions that are interleaved, partial, or absent, or there where they are taken to be absent"
                .to_owned(),
        );
    }
    let whole = law.blocks.iter().all(|block| block.axis == Axis::All);
    let readers = named("norm") && law.blocks.len() > 2;
    if !(on_heads || whole || readers) {
        causes.push("another activation or degree".to_owned());
    }
    if named("norm") && law.blocks.iter().all(|block| block.offset == 0.0) {
        causes.push("gains stored as 1 + gain".to_owned());
    }
    if let (Some(inexact), Some(overlap)) = (law.inexact, balance.largest_overlap()) {
        // To first order the overlap that an epsilon leaves is proportional to it.
        let needed = inexact.epsilon.unwrap_or(USUAL_EPSILON) * overlap / balance.allowed;
        if needed <= LARGEST_EPSILON {
            causes.push(format!("a larger epsilon of the norms: {needed:.0e} would explain this overlap"));
        }
    }
    if balance.square {
        causes.push("kernels stored transposed: the matrices are square".to_owned());
    }
    causes.push("a bias, a reader or a writer left out".to_owned());
    if inspection.counts().confirmed == 0 {
        causes.push("weight decay inside the gradients, or gradients at other parameters than these, such as those of successive steps: no law is confirmed".to_owned());
    }
    causes
}

/// An epsilon of norms that is larger than any library's own.
const LARGEST_EPSILON: f64 = 1e-3;

/// The causes that several laws have in common, all of them.
fn common_causes(broken: &[Vec<String>]) -> Vec<String> {
    match broken {
        [first, _, ..] => {
            first.iter().filter(|cause| broken.iter().all(|causes| causes.contains(cause))).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// `bf16` for 8 digits, and so on.
fn type_name(digits: u32) -> &'static str {
    let elements = [Element::Bf16, Element::F16, Element::F32, Element::F64];
    elements.into_iter().find(|element| element.digits() >= digits).unwrap_or(Element::F64).name()
}

/// Up to which cancellation laws were confirmed, by the types of numbers: the digits, each once.
fn thresholds(inspection: &Inspection) -> Vec<(u32, f64)> {
    let checked = inspection.balances.iter().filter(|balance| balance.status != Status::Unchecked);
    let found: BTreeMap<u32, f64> = checked.map(|balance| (balance.digits, balance.limit)).collect();
    found.into_iter().collect()
}

/// The laws that are no symmetries of this network, and in the last line how many were checked.
fn symmetries(text: &mut Told, inspection: &Inspection) {
    let mut told = String::new();
    let broken = inspection.balances.iter().filter(|balance| balance.status == Status::NotASymmetry);
    let broken: Vec<Vec<String>> = broken.map(|balance| causes(balance, inspection)).collect();
    let common = common_causes(&broken);
    if !common.is_empty() {
        let laws = plural(broken.len(), "law");
        text.say(&format!("Likely causes, of all {laws} that are no symmetries: {}.", common.join("; ")));
    }
    for balance in inspection.balances.iter().filter(|balance| balance.status == Status::NotASymmetry) {
        let title = balance.law.title();
        let overlap = balance.largest_overlap().unwrap_or(f64::NAN);
        let generator = balance.failing().and_then(|(member, reading)| {
            let (to, from) = reading.generator?;
            let group = if balance.law.groups > 1 { format!(" of group {member}") } else { String::new() };
            Some(format!(", where a multiple of member {from} is added to member {to}{group}"))
        });
        let generator = generator.unwrap_or_default();
        text.say(&format!(
            "Not a symmetry of this network: {}: overlap {overlap:.1e}{generator}. Its balance says nothing.",
            visible::line(&title)
        ));
        let mut causes = causes(balance, inspection);
        causes.retain(|cause| !common.contains(cause));
        let causes = causes.join("; ");
        if causes != told && !causes.is_empty() {
            let also = if common.is_empty() { "Likely causes" } else { "Of this one perhaps also" };
            text.say(&format!("  {also}: {causes}."));
        }
        told = causes;
    }
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
    if inspection.balances.iter().any(|balance| balance.law.form == Form::Matrix && balance.sampled) {
        text.say(&format!("Matrix laws of more than {} members: of their generators those between {} members were checked, drawn with the seed {}.",
            generators::ALL_UP_TO,
            generators::DRAWN,
            generators::SEED));
    }
    let laws = inspection.balances.len();
    text.say(&format!(
        "{laws} {}: {confirmed} confirmed by the gradients as {}, {not_a_symmetry} not, {unchecked} unchecked.",
        if laws == 1 { "law" } else { "laws" },
        if confirmed == 1 { "a symmetry of this network" } else { "symmetries of this network" }
    ));
}

/// Paragraphs that wrap.
struct Told {
    text: String,
    width: usize,
}

impl Told {
    fn say(&mut self, paragraph: &str) {
        self.text += &hanging(paragraph, self.width, "");
    }

    /// Each line a paragraph, as far in as it is.
    fn say_lines(&mut self, lines: &str) {
        for line in lines.lines() {
            let text = line.trim_start();
            self.text += &hanging(text, self.width, &line[..line.len() - text.len()]);
        }
    }
}

/// The note where twice or half of the decay fits better: so much that the imbalances are less than half as large.
fn better(fit: DecayFit) -> Option<String> {
    let DecayFit { half, stated, double } = fit;
    let (factor, size, why) = if half < double {
        ("half", half, "gamma is half of PyTorch's weight_decay: was that number given as --weight-decay?")
    } else {
        ("twice", double, "gamma is half of PyTorch's weight_decay: was it halved twice?")
    };
    (size < 0.5 * stated).then(|| {
        format!(
            "With {factor} the decay the imbalances would be smaller: root mean square {} in place of {}; {why}",
            significant(size),
            significant(stated)
        )
    })
}

fn remarks(text: &mut Told, subject: &Subject, inspection: &Inspection) {
    text.say("The laws hold in the stationary state of the entropic loss only: an imbalance says how far a checkpoint is from it, \
             in the mean over the moments given, not that anything is wrong.");
    if !inspection.balances.iter().any(|balance| balance.total.sides.decay.iter().any(|term| *term != 0.0)) {
        text.say("Without weight decay the laws' right sides are zero, and a scale-invariant block has none: its norm never shrinks.");
    }
    if let Some(Relaxation { seen: Some(seen), .. }) = inspection.relaxations.last()
        && *seen < 1.0
    {
        text.say("The run is shorter than the relaxation time of the weakest decay: what is left of the start is no small part.");
    }
    if let Some(note) = inspection.decay_fit().and_then(better) {
        text.say(&note);
    }
    if let Some(count) = inspection.moments().filter(|count| *count > 1) {
        let of = if inspection.buffers.is_some() { "momenta" } else { "gradients" };
        text.say(&format!("Standard errors are of the means over the {count} {of} given, taken as independent, and z is the imbalance over them; \
             of a matrix law it is what their scatter alone would make of a residual that is zero."));
    }
    if inspection.balances.iter().any(|balance| balance.largest_overlap().is_some()) {
        text.say(&format!("Overlap is (A theta)^T g relative to |A theta| |g|, for the member or generator where it is largest: no more than \
             rounding, if the symmetry is one of this network{}.",
            if inspection.mean_gradient {
                " (but the mean gradients that the optimiser keeps are of earlier points)"
            } else {
                ""
            }));
    }
    let thresholds = thresholds(inspection);
    if !thresholds.is_empty() {
        let up_to = thresholds.iter().map(|(digits, limit)| format!("{limit:.1e} ({})", type_name(*digits)));
        text.say(&format!(
            "Confirmed means that the terms of every overlap cancel to half of the digits of the numbers given, up to {} of the root of the sum of their squares.",
            up_to.collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some((digits, limit)) = thresholds.first().filter(|(digits, _)| *digits < Element::F32.digits()) {
        text.say(&format!(
            "In {} that is coarse, for what is computed in so few digits is no better: decay inside the gradients, or gradients of successive steps, that leave \
             less than {limit:.1e} pass. Gradients in f32 or f64 tell more.",
            type_name(*digits)
        ));
    }
    if subject.entropic_gradient.is_some() {
        text.say("Predicted is -(2 / eta) (A theta)^T grad F (balance/master), tolerance (2 / eta) |A theta| |grad F| (balance/approximate), \
             both relative: an imbalance away from the one, or above the other, shows an error in the gradients or in the \
             symmetry, not a lack of training. A tolerance above 1 allows everything.");
    }
    let mut told: Vec<&str> = Vec::new();
    for balance in &inspection.balances {
        if let Some(remark) = &balance.law.remark
            && !told.contains(&remark.as_str())
        {
            told.push(remark);
            text.say(&format!("{}: {remark}.", visible::line(&balance.law.name)));
        }
    }
    let mut names: Vec<(&str, &str)> = inspection.skipped.iter().map(|(law, why)| (law.name.as_str(), *why)).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    for (name, why) in names {
        text.say(&format!("Not evaluated: {}: {why}.", visible::line(name)));
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
        "z": reading.z(),
        "predicted": off_shell,
        "tolerance": tolerance,
        "overlap": overlap,
    })
}

fn law(balance: &Balance, inspection: &Inspection, members: bool) -> Value {
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
        value.insert("number_type".to_owned(), json!(type_name(balance.digits)));
        value.insert("confirmed_up_to".to_owned(), json!(balance.limit));
        let generator = balance.failing().and_then(|(member, reading)| {
            let (to, from) = reading.generator?;
            Some(json!({"group": member, "changed": to, "added": from}))
        });
        let causes = (balance.status == Status::NotASymmetry).then(|| causes(balance, inspection));
        value.insert("likely_causes".to_owned(), json!(causes.unwrap_or_default()));
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
        value.insert("prediction".to_owned(), prediction::json(inspection, balance));
        if members {
            value.insert("members".to_owned(), balance.members.iter().map(reading).collect());
        }
    }
    value
}

/// One object; its members are documented in docs/formats.md.
pub fn json(subject: &Subject, inspection: &Inspection, members: bool) -> Value {
    let settings = &inspection.settings;
    let skipped = inspection.skipped.iter();
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
    let decays = settings.decays.iter().map(|decay| json!({"tensors": decay.pattern, "gamma": decay.gamma}));
    let relaxations = inspection
        .relaxations
        .iter()
        .map(|Relaxation { gamma, time, seen }| json!({"gamma": gamma, "time": time, "seen": seen}));
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
        "decays": decays.collect::<Vec<_>>(),
        "decay_fit": inspection.decay_fit().map(|DecayFit { half, stated, double }| {
            json!({"half": half, "stated": stated, "double": double})
        }),
        "momentum": settings.momentum,
        "momentum_steps": inspection.buffers,
        "steps": inspection.steps,
        "relaxations": relaxations.collect::<Vec<_>>(),
        "adam_epsilon": settings.epsilon,
        "batch_size": settings.batch_size,
        "samples": inspection.samples,
        "corrected": inspection.corrected,
        "symmetries": {"confirmed": confirmed, "not_a_symmetry": not_a_symmetry, "unchecked": unchecked},
        "laws": inspection.balances.iter().map(|balance| law(balance, inspection, members)).collect::<Vec<_>>(),
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
            "Imbalance: (left − right) / (sum of the terms) of the law; of a matrix law the size of the residual, which has no sign.".to_owned(),
            "White: in balance. Red: the left side, the gradients', is larger. Blue: the right side, the decay's. ±1: one term is alone.".to_owned(),
            "× and grey: by the gradients not a symmetry of this network; ?: no gradients have checked it.".to_owned(),
        ],
        rows,
        columns: layers.iter().map(|layer| layer.map_or_else(|| "–".to_owned(), |layer| layer.to_string())).collect(),
        column_label: "layer (–: of the whole network)".to_owned(),
        cells,
        scale: Scale::Signed,
        ends: ["right side larger".to_owned(), "left side larger".to_owned()],
    }
}
