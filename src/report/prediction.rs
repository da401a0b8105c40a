//! What descent that goes on as it is would come to, told: every number here is a prediction.

use crate::inspection::Inspection;
use crate::inspection::balance::Balance;
use crate::inspection::prediction::{AlongBatches, Norm, Prediction};
use crate::visible;
use serde_json::{Value, json};
use std::fmt::Write;

/// The predictions of all laws, and why there are none of the others.
pub fn text(inspection: &Inspection) -> String {
    let predictions: Vec<_> =
        inspection.balances.iter().map(|balance| (balance, inspection.prediction(balance))).collect();
    let mut lines = String::new();
    for (balance, prediction) in &predictions {
        let title = visible::line(&balance.law.title()).into_owned();
        match prediction {
            Ok(Prediction::Norms(norms)) => {
                let range = |part: fn(&Norm) -> f64| range(norms.iter().map(part));
                let _ = writeln!(
                    lines,
                    "  {title}: radius {} now, predicted at rest {}; angle of a step {} now, predicted at rest {}",
                    range(|norm| norm.radius),
                    range(|norm| norm.radius_at_rest),
                    range(|norm| norm.angle),
                    range(|norm| norm.angle_at_rest),
                );
            }
            Ok(Prediction::Batches(AlongBatches { imbalance, factor, .. })) => {
                let imbalance = imbalance.map_or_else(|| "0 = 0".to_owned(), |imbalance| format!("{imbalance:+.5}"));
                let at_rest = factor
                    .map_or_else(String::new, |factor| format!("; predicted at rest: A times {factor:.4}, B over it"));
                let _ = writeln!(lines, "  {title}: predicted imbalance {imbalance}{at_rest}");
            }
            Err(_) => {}
        }
    }
    let mut text = String::new();
    if !lines.is_empty() {
        text.push_str(
            "Predictions, not measurements, for plain descent that goes on with what was stated and measured:\n",
        );
        text.push_str(&lines);
        hypotheses(&mut text, inspection, predictions.iter().filter_map(|(_, prediction)| prediction.as_ref().ok()));
    }
    let mut reasons: Vec<(&str, Vec<&Balance>)> = Vec::new();
    for (balance, prediction) in &predictions {
        let Err(reason) = prediction else { continue };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, of)) => of.push(balance),
            None => reasons.push((reason, vec![balance])),
        }
    }
    for (reason, of) in reasons {
        let which = match of[..] {
            [balance] => visible::line(&balance.law.title()).into_owned(),
            _ if of.len() == predictions.len() => "any law".to_owned(),
            _ => format!("{} laws", of.len()),
        };
        let _ = writeln!(text, "No prediction for {which}: {reason}.");
    }
    text
}

/// What the predictions of norms suppose.
const NORMS_IF: [&str; 4] = [
    "the loss does not change with the norm of the block",
    "eta and gamma stay, and a step of descent follows gradients like those given: of single samples, or of batches of one size",
    "rho = r |g| stays near its root mean square over them, at rest too: the direction goes on, and rho may change on the way",
    "rho hardly fluctuates: where it does, the mean of r^2 at rest is larger, and the mean angle smaller",
];

/// What those along batches suppose.
const BATCHES_IF: [&str; 1] = ["the gradients are those of single samples"];

/// The formulas that were used, with what they suppose.
fn hypotheses<'a>(text: &mut String, inspection: &Inspection, of: impl Iterator<Item = &'a Prediction>) {
    let (mut norms, mut batches) = (false, false);
    for prediction in of {
        match prediction {
            Prediction::Norms(_) => norms = true,
            Prediction::Batches(_) => batches = true,
        }
    }
    if norms {
        let _ = writeln!(
            text,
            "  Radius r = (eta rho^2 / (4 gamma (1 - eta gamma)))^(1/4), angle arccos(1 - 2 eta gamma) \
             (ideal-gas/equation-of-state, turning-angle), if {}; now: arctan(eta |g| / (c r)).",
            NORMS_IF.join("; ")
        );
    }
    if let (true, Some(batch), Some(samples)) = (batches, inspection.settings.batch_size, inspection.samples) {
        let _ = writeln!(
            text,
            "  Imbalance along batches of {batch}, from E|g_B|^2 = kappa (E|g|^2 - |m|^2) + |m|^2 with the mean gradient m, \
             kappa = (n - B)/(B (n - 1)), n = {samples} (noise-equilibrium/sde-gap), at these parameters, if {}; at rest the mean drift \
             vanishes on the orbit of the law, the other parameters held.",
            BATCHES_IF.join("; ")
        );
    }
}

/// One number, or the smallest and the largest.
fn range(values: impl Iterator<Item = f64>) -> String {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low == high { format!("{low:.5}") } else { format!("{low:.5} to {high:.5}") }
}

/// The prediction of one law.
pub fn json(inspection: &Inspection, balance: &Balance) -> Value {
    match inspection.prediction(balance) {
        Ok(Prediction::Norms(norms)) => {
            let norm = |norm: &Norm| {
                let Norm { radius, radius_at_rest, angle, angle_at_rest } = norm;
                json!({"radius": radius, "radius_at_rest": radius_at_rest, "angle": angle, "angle_at_rest": angle_at_rest})
            };
            json!({"norms": norms.iter().map(norm).collect::<Vec<_>>(), "if": NORMS_IF})
        }
        Ok(Prediction::Batches(AlongBatches { sides, imbalance, factor })) => json!({"batches": {
            "batch_size": inspection.settings.batch_size,
            "gradient_a": sides.noise[0],
            "gradient_b": sides.noise[1],
            "imbalance": imbalance,
            "factor_at_rest": factor,
        }, "if": BATCHES_IF}),
        Err(reason) => json!({"none": reason}),
    }
}
