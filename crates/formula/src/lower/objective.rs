//! What depends on the loss: its mean, the entropy, gradients, steps of descent.

use super::{At, Loss, Lowering};
use crate::layout::Rates;
use crate::number::Number;
use crate::tape::{Node, Source};
use crate::typed::{Descent, Objective};

/// A loss without structure: `sum_k c_k (b_k + a_k . v)^power` with v all parameters and data.
#[derive(Clone, Copy, Debug)]
pub struct GenericLoss<'a> {
    /// Of every form `c_k`, `b_k` and the entries of `a_k`.
    pub coefficients: &'a [Number],
    /// The power.
    pub power: i32,
}

impl GenericLoss<'_> {
    /// How many coefficients so many forms of so many numbers have.
    pub fn coefficients(forms: usize, numbers: usize) -> usize {
        forms * (numbers + 2)
    }

    /// Forms and their power for which the forces of the samples span all parameters: as many forms as parameters, and a power by which enough
    /// polynomials of the data come.
    pub fn spanning(parameters: usize, data: usize) -> (usize, i32) {
        // Forces have the degree 2 power - 3 in the data: so many monomials there are.
        let monomials =
            |degree: usize| (1..=data).fold(1, |count: usize, axis| count.saturating_mul(degree + axis) / axis);
        let power = (3..=8).find(|power| monomials(2 * power - 3) > parameters + 1).unwrap_or(8);
        (parameters + 1, power as i32)
    }
}

impl Lowering<'_> {
    /// The loss of a sample.
    pub fn sample_loss(&mut self, point: usize, sample: usize) -> Node {
        if let Some(known) = self.losses.get(&(point, sample)) {
            return *known;
        }
        let loss = match self.loss {
            Loss::Written(typed) => {
                self.source = Source::Loss;
                let loss = self.lower(typed, At { point, sample: Some(sample), running: &[] })[0];
                self.source = Source::Law;
                loss
            }
            Loss::Generic(generic) => self.generic_loss(generic, point, sample),
        };
        self.losses.insert((point, sample), loss);
        loss
    }

    fn generic_loss(&mut self, generic: GenericLoss<'_>, point: usize, sample: usize) -> Node {
        let mut variables = self.theta(point);
        variables.extend(self.layout.sample(sample).map(|place| self.tape.input(place)));
        let mut terms = Vec::new();
        for form in generic.coefficients.chunks(variables.len() + 2) {
            let constants: Vec<Node> = form.iter().map(|number| self.tape.constant(*number)).collect();
            let [outer, inner, slopes @ ..] = &constants[..] else { continue };
            let linear = self.tape.dot(slopes, &variables);
            let affine = self.tape.add(*inner, linear);
            let power = self.tape.power(affine, generic.power);
            terms.push(self.tape.multiply(*outer, power));
        }
        self.tape.sum(terms)
    }

    /// `L`, `S` or `F`.
    pub fn objective(&mut self, point: usize, objective: Objective) -> Node {
        if let Some(known) = self.objectives.get(&(point, objective)) {
            return *known;
        }
        let value = match objective {
            Objective::Loss => self.mean_of(|lowering, sample| lowering.sample_loss(point, sample)),
            Objective::Entropy => {
                let mean = self.mean_of(|lowering, sample| {
                    let gradient = lowering.gradient(point, Descent::Sample, Some(sample));
                    let scaled = lowering.times_rates(&gradient);
                    lowering.tape.dot(&gradient, &scaled)
                });
                let quarter = self.tape.constant(Number::ratio(1, 4).expect("a quarter"));
                self.tape.multiply(quarter, mean)
            }
            Objective::FreeEnergy => {
                let (loss, entropy) =
                    (self.objective(point, Objective::Loss), self.objective(point, Objective::Entropy));
                let theta = self.theta(point);
                let squares = self.tape.dot(&theta, &theta);
                let decay = self.tape.input(self.layout.weight_decay());
                let decay = self.tape.multiply(decay, squares);
                let sum = self.tape.add(loss, decay);
                self.tape.add(sum, entropy)
            }
        };
        self.objectives.insert((point, objective), value);
        value
    }

    fn mean_of(&mut self, value: impl Fn(&mut Self, usize) -> Node) -> Node {
        let mut terms = Vec::with_capacity(self.layout.samples);
        for (sample, weight) in self.layout.weights().enumerate() {
            let value = value(self, sample);
            let weight = self.tape.input(weight);
            terms.push(self.tape.multiply(weight, value));
        }
        self.tape.sum(terms)
    }

    /// The gradient in all parameters.
    pub fn gradient(&mut self, point: usize, descent: Descent, sample: Option<usize>) -> Vec<Node> {
        let sample = sample.filter(|_| descent == Descent::Sample);
        let key = (point, descent, sample);
        if let Some(known) = self.gradients.get(&key) {
            return known.clone();
        }
        let value = match descent {
            Descent::Sample => self.sample_loss(point, sample.expect("the checker asked for a sample")),
            Descent::Of(objective) => self.objective(point, objective),
        };
        let theta = self.theta(point);
        let gradient = self.tape.gradient(value, &theta);
        self.gradients.insert(key, gradient.clone());
        gradient
    }

    /// The part of `grad F` that is a sample's: the gradient of `l + 1/4 g @ Lambda @ g`.
    pub fn force(&mut self, sample: usize) -> Vec<Node> {
        let loss = self.sample_loss(0, sample);
        let gradient = self.gradient(0, Descent::Sample, Some(sample));
        let scaled = self.times_rates(&gradient);
        let square = self.tape.dot(&gradient, &scaled);
        let quarter = self.tape.constant(Number::ratio(1, 4).expect("a quarter"));
        let entropy = self.tape.multiply(quarter, square);
        let sum = self.tape.add(loss, entropy);
        let theta = self.theta(0);
        self.tape.gradient(sum, &theta)
    }

    /// `Lambda v`
    pub(super) fn times_rates(&mut self, vector: &[Node]) -> Vec<Node> {
        match self.layout.rates {
            Rates::Scalar => {
                let rate = self.tape.input(self.layout.learning_rate());
                vector.iter().map(|entry| self.tape.multiply(rate, *entry)).collect()
            }
            Rates::Diagonal => {
                let rates = self.rate_inputs();
                self.zipped(&rates, vector, |tape, rate, entry| tape.multiply(rate, entry))
            }
            Rates::Full => {
                let rates = self.rate_inputs();
                rates.chunks(vector.len()).map(|row| self.tape.dot(row, vector)).collect()
            }
        }
    }

    fn rate_inputs(&mut self) -> Vec<Node> {
        self.layout.rate_entries().map(|place| self.tape.input(place)).collect()
    }

    /// `Lambda`, row by row.
    pub(super) fn rate_matrix(&mut self) -> Vec<Node> {
        let count = self.layout.parameter_count();
        let zero = self.tape.integer(0);
        let diagonal = match self.layout.rates {
            Rates::Full => return self.rate_inputs(),
            Rates::Diagonal => self.rate_inputs(),
            Rates::Scalar => vec![self.tape.input(self.layout.learning_rate()); count],
        };
        (0..count * count)
            .map(|place| if place / count == place % count { diagonal[place / count] } else { zero })
            .collect()
    }

    /// The point after one step: `theta - Lambda (d + 2 gamma theta)`, where d is the gradient of the loss of the sample or of the mean; along
    /// that of F or S without the decay, which F has inside.
    pub(super) fn step(&mut self, point: usize, descent: Descent, sample: Option<usize>) -> usize {
        let sample = sample.filter(|_| descent == Descent::Sample);
        let key = (point, descent, sample);
        if let Some(known) = self.steps.get(&key) {
            return *known;
        }
        let mut direction = self.gradient(point, descent, sample);
        let theta = self.theta(point);
        if matches!(descent, Descent::Sample | Descent::Of(Objective::Loss)) {
            let decay = self.tape.input(self.layout.weight_decay());
            let two = self.tape.integer(2);
            let twice = self.tape.multiply(two, decay);
            for (entry, parameter) in direction.iter_mut().zip(&theta) {
                let pull = self.tape.multiply(twice, *parameter);
                *entry = self.tape.add(*entry, pull);
            }
        }
        let scaled = self.times_rates(&direction);
        let next = self.zipped(&theta, &scaled, |tape, theta, step| tape.subtract(theta, step));
        self.points.push(next);
        self.steps.insert(key, self.points.len() - 1);
        self.points.len() - 1
    }
}
