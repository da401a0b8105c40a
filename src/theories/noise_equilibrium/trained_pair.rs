//! A linear pair `U W` with data, learning rates and weight decays, and the loss `s` or `s + s^2` for `s = |R U W x - y|^2`.

use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};

/// A pair with data: the loss is the mean over the samples of `s` or `s + s^2` for `s = |R U W x - y|^2`.
pub(super) struct Instance {
    pub(super) class: Class,
    /// `p`, `r`, `q`.
    pub(super) sizes: [usize; 3],
    /// The entries of U, and then those of W, by rows.
    pub(super) theta: Vec<Rational>,
    /// Inputs and targets.
    pub(super) samples: Vec<(Vec<Rational>, Vec<Rational>)>,
    /// `R` by rows, p columns.
    pub(super) readout: Option<Vec<Rational>>,
    pub(super) quartic: bool,
    /// Of U and of W.
    pub(super) learning_rates: [Rational; 2],
    pub(super) weight_decays: [Rational; 2],
    /// Whether the first neuron alone is open.
    pub(super) first_neuron_only: bool,
    pub(super) what: &'static str,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let [p, r, q] = self.sizes;
        let readout = if self.readout.is_some() { " behind a readout" } else { "" };
        let quartic = if self.quartic { ", quartic" } else { "" };
        let what = if self.what.is_empty() { String::new() } else { format!(", {}", self.what) };
        format!("U {p} x {r}, W {r} x {q}{readout}{quartic}, {} samples{what}", self.samples.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [p, r, _] = self.sizes;
        let (upper, lower) = self.theta.split_at(p * r);
        let mut numbers = vec![
            Numbers::new("U, by rows", upper.iter().cloned()),
            Numbers::new("W, by rows", lower.iter().cloned()),
            Numbers::new("eta_U, eta_W", self.learning_rates.clone()),
            Numbers::new("gamma_U, gamma_W", self.weight_decays.clone()),
        ];
        numbers.extend(self.readout.iter().map(|entries| Numbers::new("R, by rows", entries.iter().cloned())));
        for (number, (input, target)) in self.samples.iter().enumerate() {
            numbers.push(Numbers::new(format!("x of sample {number}"), input.iter().cloned()));
            numbers.push(Numbers::new(format!("y of sample {number}"), target.iter().cloned()));
        }
        numbers
    }
}
