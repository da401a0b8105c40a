//! How strongly each tensor decays, and what the laws' right sides have of it.

use super::{LawsError, Rule, Settings};

/// The decay of the tensors whose names have a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Decay {
    /// A name, in which `*` stands for any characters, also none.
    pub pattern: String,
    /// gamma.
    pub gamma: f64,
}

/// Where second moments come from under heavy-ball momentum, which decides on the factor of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moments {
    /// Of gradients, or of an optimiser's second moments.
    Gradients,
    /// Of the momentum `m`: `(1 + beta) E[m^T A m] = (4 gamma / eta) E[theta^T A theta]`, exactly (`noether/momentum`).
    Momentum,
}

/// How long decay alone takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxation {
    /// gamma.
    pub gamma: f64,
    /// `1 / (4 eta gamma)` steps; with momentum times `1 - beta`.
    pub time: f64,
    /// How many of these times the run has seen, if its steps are known.
    pub seen: Option<f64>,
}

impl Settings {
    /// gamma of the tensor of that name.
    pub fn decay_of(&self, name: &str) -> f64 {
        if self.undecayed.iter().any(|pattern| matches(pattern, name)) {
            return 0.0;
        }
        let first = self.decays.iter().find(|decay| matches(&decay.pattern, name));
        first.map_or(self.weight_decay, |decay| decay.gamma)
    }

    /// The factor of the decay's terms: `4 gamma / eta`, for decoupled decay times `1 - eta gamma`, with momentum over
    /// `1 + beta` if the second moments are those of the momentum. If they are those of gradients, whose sum with the weights
    /// `beta^k` the momentum is, `E[m^T A m] = E[g^T A g] / (1 - beta^2)` as far as the gradients of different steps are not
    /// correlated, so the factor is `(4 gamma / eta) (1 - beta)`.
    ///
    /// # Errors
    /// If there is decay but no learning rate.
    pub fn decay_factor(&self, gamma: f64, moments: Moments) -> Result<f64, LawsError> {
        if gamma == 0.0 {
            return Ok(0.0);
        }
        let Some(eta) = self.learning_rate else {
            return Err(LawsError::Setting(
                "--weight-decay needs --learning-rate: the law has their quotient".to_owned(),
            ));
        };
        let factor = 4.0 * gamma / eta;
        Ok(match (self.rule, moments) {
            (Rule::AdamW, _) => factor * (1.0 - eta * gamma),
            (Rule::Adam, _) => factor,
            (Rule::Sgd, Moments::Gradients) => factor * (1.0 - self.momentum),
            (Rule::Sgd, Moments::Momentum) => factor / (1.0 + self.momentum),
        })
    }

    /// The relaxation times of some decays, rising; those of Adam with the decay in the gradient differ from element to element.
    pub(super) fn relaxations(&self, mut gammas: Vec<f64>, steps: Option<f64>) -> Vec<Relaxation> {
        gammas.retain(|gamma| *gamma > 0.0);
        gammas.sort_by(|a, b| b.total_cmp(a));
        gammas.dedup();
        let (Some(eta), Rule::Sgd | Rule::AdamW) = (self.learning_rate, self.rule) else { return Vec::new() };
        let momentum = if self.rule == Rule::Sgd { self.momentum } else { 0.0 };
        let relaxation = |gamma: f64| {
            let time = (1.0 - momentum) / (4.0 * eta * gamma);
            Relaxation { gamma, time, seen: steps.map(|steps| steps / time) }
        };
        gammas.into_iter().map(relaxation).collect()
    }
}

/// Whether `name` has the form of `pattern`, in which `*` stands for any characters, also none.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((before, mut rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(before) else { return false };
    // The first place of each part leaves the most for the others.
    while let Some((part, after)) = rest.split_once('*') {
        let Some(place) = name.find(part) else { return false };
        name = &name[place + part.len()..];
        rest = after;
    }
    name.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_names_with_any_characters_at_stars() {
        for (pattern, name) in
            [("*", ""), ("*.bias", "0.bias"), ("a*b*c", "abbc"), ("*norm*", "layer.norm.weight"), ("a", "a")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.bias", "bias"), ("a*a", "a"), ("a*b*c", "acb"), ("a", "ab"), ("*bb*b", "bb")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    /// The law of the momentum and that of gradients are one if the gradients of different steps are not correlated.
    #[test]
    fn the_first_pattern_decides_and_momentum_weighs_both_moments_alike() {
        let decay = |pattern: &str, gamma| Decay { pattern: pattern.to_owned(), gamma };
        let settings = Settings {
            learning_rate: Some(0.1),
            weight_decay: 0.5,
            undecayed: vec!["*.bias".to_owned()],
            decays: vec![decay("a.*", 0.25), decay("*.weight", 0.125)],
            momentum: 0.75,
            ..Settings::default()
        };
        let gammas = ["a.bias", "a.weight", "b.weight", "c"].map(|name| settings.decay_of(name));
        assert_eq!(gammas, [0.0, 0.25, 0.125, 0.5]);
        let gradients = settings.decay_factor(0.5, Moments::Gradients).unwrap();
        let momentum = settings.decay_factor(0.5, Moments::Momentum).unwrap();
        assert!((momentum - gradients / (1.0 - 0.75 * 0.75)).abs() < 1e-12, "{momentum} {gradients}");
        let [relaxation] = settings.relaxations(vec![0.5, 0.0, 0.5], Some(10.0))[..] else { panic!("one decay") };
        assert!((relaxation.time - 1.25).abs() < 1e-12 && relaxation.seen == Some(10.0 / relaxation.time));
    }
}
