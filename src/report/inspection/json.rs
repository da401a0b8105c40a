//! The balances as one object.

use super::super::{SCHEMA_VERSION, prediction};
use super::causes::{causes, type_name, why_unchecked};
use super::{Subject, rule_name};
use crate::inspection::balance::{Balance, Status};
use crate::inspection::decay::Relaxation;
use crate::inspection::law::Form;
use crate::inspection::reading::Reading;
use crate::inspection::{Counts, DecayFit, Inspection};
use serde_json::{Value, json};

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
        "decay_fit": inspection.decay_fit().map(|DecayFit { half, stated, double, error }| {
            json!({"half": half, "stated": stated, "double": double, "error": error})
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
        "unread": {
            "parameters": inspection.unread.parameters,
            "gradients": inspection.unread.strangers[0],
            "optimizer": inspection.unread.strangers[1],
            "entropic_gradient": inspection.unread.strangers[2],
        },
        "skipped": skipped.map(|(law, why)| json!({"law": law.name, "layer": law.layer, "reason": why})).collect::<Vec<_>>(),
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
        value.insert("unchecked_because".to_owned(), json!(why_unchecked(balance)));
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
