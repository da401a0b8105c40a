//! How a network is trained, as far as no file tells, and what of it goes together.

use super::decay::{Decay, matches};
use super::{Inputs, LawsError, optimizer};
use crate::checkpoint::Checkpoint;

/// How the network is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// `theta' = theta - eta m'`, `m' = beta m + g + 2 gamma theta`, with `beta = 0` if nothing is said.
    #[default]
    Sgd,
    /// Adam with the decay `2 gamma theta` added to the gradient.
    Adam,
    /// Adam with decoupled decay, `theta' = (1 - 2 eta gamma) theta - ...`.
    AdamW,
}

/// What the files do not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// How the network is trained.
    pub rule: Rule,
    /// eta.
    pub learning_rate: Option<f64>,
    /// beta of heavy-ball momentum without dampening; 0 for none.
    pub momentum: f64,
    /// The steps that were made, if no file tells them.
    pub steps: Option<f64>,
    /// gamma: the regularised loss is `l + gamma |theta|^2`.
    pub weight_decay: f64,
    /// gamma of the tensors that have a form; the first that fits decides.
    pub decays: Vec<Decay>,
    /// Patterns of the names of tensors without decay, in which `*` stands for any characters.
    pub undecayed: Vec<String>,
    /// Adam's beta2, for the correction of its second moments.
    pub second_moment_decay: f64,
    /// What Adam adds to the root of the second moments.
    pub epsilon: f64,
    /// The size of the batches to predict for. Then the mean gradient of a tensor is held in memory.
    pub batch_size: Option<usize>,
}

/// An option, its number, what is expected of it, and whether it is that.
type Expected<'a> = (&'a str, Option<f64>, &'a str, &'a dyn Fn(f64) -> bool);

impl Settings {
    /// The file with the momentum, if the second moments are its.
    pub(super) fn buffers<'a>(&self, inputs: &Inputs<'a>) -> Option<&'a Checkpoint> {
        inputs.optimizer.filter(|file| optimizer::has_momentum(file)).filter(|_| self.rule == Rule::Sgd)
    }

    pub(super) fn check(&self, inputs: &Inputs<'_>) -> Result<(), LawsError> {
        let refuse = |problem: &str| Err(LawsError::Setting(problem.to_owned()));
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let not_negative = |value: f64| value == 0.0 || positive(value);
        let below_one = |value: f64| (0.0..1.0).contains(&value);
        let numbers: [Expected<'_>; 6] = [
            ("--learning-rate", self.learning_rate, "positive and finite", &positive),
            ("--weight-decay", Some(self.weight_decay), "finite, and not negative", &not_negative),
            ("--steps", self.steps, "whole, from 1", &|steps| positive(steps) && steps.fract() == 0.0),
            ("--momentum", Some(self.momentum), "at least 0 and less than 1", &below_one),
            ("--adam-epsilon", Some(self.epsilon), "finite, and not negative", &not_negative),
            ("--beta2", Some(self.second_moment_decay), "at least 0 and less than 1", &below_one),
        ];
        for (option, value, expected, is_right) in numbers {
            if let Some(value) = value.filter(|value| !is_right(*value)) {
                return refuse(&format!("{option}: expected a number that is {expected}, found {value}"));
            }
        }
        if self.momentum > 0.0 && self.rule != Rule::Sgd {
            return refuse("--momentum is about --rule sgd: Adam's first moments have no part in its laws");
        }
        let buffers = self.buffers(inputs).is_some();
        if self.batch_size == Some(0) {
            return refuse("--batch-size is at least 1");
        }
        if buffers && self.momentum == 0.0 {
            return refuse("--momentum is needed: the optimiser's file has momentum buffers");
        }
        match (self.rule, inputs.optimizer, inputs.gradients) {
            (_, None, None) => {
                refuse("--gradients or --optimizer is needed: the laws are about second moments of gradients")
            }
            (Rule::Sgd, Some(_), Some(_)) if !buffers => {
                refuse("--rule sgd takes second moments from --gradients: leave --optimizer out")
            }
            (Rule::Adam | Rule::AdamW, None, _) => refuse("the laws of Adam need its second moments: give --optimizer"),
            _ => Ok(()),
        }?;
        let nowhere = |pattern: &str| !inputs.weights.names().any(|name| matches(pattern, name));
        if let Some(pattern) = self.undecayed.iter().find(|pattern| nowhere(pattern)) {
            return refuse(&format!("--no-decay {pattern}: no tensor has a name of this form"));
        }
        if let Some(decay) = self.decays.iter().find(|decay| nowhere(&decay.pattern)) {
            let problem = format!("[[decay]] of `{}`: no tensor has a name of this form", decay.pattern);
            return Err(LawsError::Inconsistent(problem));
        }
        if inputs.entropic_gradient.is_some() {
            if self.learning_rate.is_none() {
                return refuse("--entropic-gradient needs --learning-rate: the tolerance has it");
            }
            if self.momentum > 0.0 {
                return refuse("--entropic-gradient is about plain descent: it does not go with --momentum");
            }
            if self.rule == Rule::AdamW {
                return refuse("--entropic-gradient is about decay inside the loss: it does not go with --rule adamw");
            }
        }
        Ok(())
    }
}
