//! What is said below the table: how to read it, what was not evaluated, and which laws are no symmetries.

use super::super::layout::hanging;
use super::super::plural;
use super::Subject;
use super::causes::{causes, common_causes, thresholds, type_name, why_unchecked};
use super::words::{member, significant};
use crate::checkpoint::Element;
use crate::inspection::balance::{Balance, Status};
use crate::inspection::decay::Relaxation;
use crate::inspection::law::Form;
use crate::inspection::{Counts, DecayFit, Inspection, Unread, generators};
use crate::visible;

/// Paragraphs that wrap.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) width: usize,
}

impl Told {
    pub(super) fn say(&mut self, paragraph: &str) {
        self.text += &hanging(paragraph, self.width, "");
    }

    /// Each line a paragraph, as far in as it is.
    pub(super) fn say_lines(&mut self, lines: &str) {
        for line in lines.lines() {
            let text = line.trim_start();
            self.text += &hanging(text, self.width, &line[..line.len() - text.len()]);
        }
    }
}

pub(super) fn remarks(text: &mut Told, subject: &Subject, inspection: &Inspection) {
    text.say("The laws hold in the stationary state of the entropic loss only: an imbalance says how far a checkpoint is from it, \
             in the mean over the moments given, not that anything is wrong.");
    if !inspection.decays {
        text.say("Without weight decay (--weight-decay, --pytorch-weight-decay) the laws' right sides are zero, and a scale-invariant block has none: its norm never shrinks.");
    }
    if let Some(Relaxation { seen: Some(seen), .. }) = inspection.relaxations.last()
        && *seen < 1.0
    {
        text.say("The run is shorter than the relaxation time of the weakest decay: what is left of the start is no small part.");
    }
    if let Some(note) = better(inspection) {
        text.say(&note);
    }
    if let Some(count) = inspection.moments().filter(|count| *count > 1) {
        let of = if inspection.buffers.is_some() { "momenta" } else { "gradients" };
        text.say(&format!("Standard errors are of the means over the {count} {of} given, taken as independent, and z is the imbalance over them; \
             of a matrix law it is what their scatter alone would make of a residual that is zero."));
    }
    if let Some(furthest) = furthest(inspection) {
        text.say(&furthest);
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
    let Unread { parameters, strangers } = &inspection.unread;
    if !parameters.is_empty() {
        let of = plural(parameters.len(), "tensor");
        text.say(&format!(
            "No law reads {of} of {}, whose elements were not looked at: {}.",
            visible::line(&subject.weights),
            some(parameters)
        ));
    }
    let files = [&subject.gradients, &subject.optimizer, &subject.entropic_gradient];
    for (file, names) in files.into_iter().zip(strangers).filter(|(_, names)| !names.is_empty()) {
        let (of, file) = (plural(names.len(), "tensor"), visible::line(file.as_deref().unwrap_or_default()));
        text.say(&format!("Of no parameter, and not looked at, in {file}: {of}: {}.", some(names)));
    }
}

/// Which of several members is furthest from balance by its own error, for a law may be near it while one is not.
fn furthest(inspection: &Inspection) -> Option<String> {
    let several = inspection.balances.iter().filter(|balance| balance.members.len() > 1);
    let of = |balance: &'_ Balance| -> Vec<(f64, usize)> {
        let members = balance.members.iter().enumerate();
        members.filter_map(|(number, reading)| Some((reading.z()?, number))).collect()
    };
    let members: Vec<(f64, usize, &Balance)> =
        several.flat_map(|balance| of(balance).into_iter().map(move |(z, number)| (z, number, balance))).collect();
    let (z, number, balance) = members.iter().max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))?;
    Some(format!(
        "Of {} members the one furthest from balance by its own error is {} of {}: z = {z:.1}.",
        members.len(),
        member(balance, *number),
        visible::line(&balance.law.title())
    ))
}

/// So many names are told; JSON has all of them.
const TOLD: usize = 8;

/// Some names, and how many more there are.
fn some(names: &[String]) -> String {
    let told = names.iter().take(TOLD).map(|name| visible::line(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

/// The note where twice or half of the decay fits better: so much that the imbalances are less than half as large, and no scatter of the gradients; of a single
/// gradient the scatter is not known.
fn better(inspection: &Inspection) -> Option<String> {
    let DecayFit { half, stated, double, error } = inspection.decay_fit()?;
    if inspection.moments() == Some(1) || stated <= 2.0 * error {
        return None;
    }
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

/// The laws that are no symmetries of this network, and in the last line how many were checked.
pub(super) fn symmetries(text: &mut Told, inspection: &Inspection) {
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
    let mut reasons: Vec<(String, Vec<&Balance>)> = Vec::new();
    for balance in &inspection.balances {
        let Some(reason) = why_unchecked(balance) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, of)) => of.push(balance),
            None => reasons.push((reason, vec![balance])),
        }
    }
    for (reason, of) in reasons {
        let which = match of[..] {
            [balance] => visible::line(&balance.law.title()).into_owned(),
            _ => plural(of.len(), "law"),
        };
        text.say(&format!("Unchecked: {which}: {reason}."));
    }
    text.say(&format!(
        "{laws} {}: {confirmed} confirmed by the gradients as {}, {not_a_symmetry} not, {unchecked} unchecked.",
        if laws == 1 { "law" } else { "laws" },
        if confirmed == 1 { "a symmetry of this network" } else { "symmetries of this network" }
    ));
}
