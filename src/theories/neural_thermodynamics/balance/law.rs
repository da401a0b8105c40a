//! The common form of the balance laws of rescalings.

use crate::data::DataSet;
use crate::instances::problem::{Decay, Rates};
use crate::instances::subject;
use crate::instances::weights::made_stationary;
use crate::instances::{NetworkKind, Point, Problem};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::{Field, Rational};
use crate::symmetry::Generator;
use crate::verify::{Case, Class, Draw, Drawn, Inapplicable, Relation, Subject, Term, Unjudged};

/// One block of parameters in a law `sum c E|g_block|^2 = (4 gamma / eta) sum c |theta_block|^2`.
pub(super) struct Block {
    /// `c E|g_block|^2` as the formula has it.
    pub noise: &'static str,
    /// `(4 gamma / eta) c |theta_block|^2` as the formula has it.
    pub decay: &'static str,
    /// The indices of the parameters.
    pub parameters: Vec<usize>,
    /// `c`: the block's exponent in the rescaling.
    pub coefficient: i64,
}

/// A point at which laws are checked, with what every law needs of it.
pub(super) struct LawPoint<T: Carrier> {
    pub point: Point<T>,
    /// The gradients of the samples.
    pub gradients: Vec<Vec<T>>,
    /// `grad F`, where the law is checked off-shell, with its imbalance.
    pub entropic_gradient: Option<Vec<T>>,
    pub learning_rate: T,
    /// `4 gamma / eta`
    pub decay_factor: T,
    /// Whether terms that the law subtracts are written on the other side, so that no side vanishes by cancellation.
    pub positive_sides: bool,
}

impl<T: Carrier> LawPoint<T> {
    /// Off-shell at any point; on-shell, that is without the gradient of F, where the problem was made stationary or
    /// `pretend_stationary` claims so.
    pub fn new(problem: &Problem, pretend_stationary: bool) -> Self {
        let point = problem.at::<T>();
        let on_shell = problem.class == Class::Stationary || pretend_stationary;
        let entropic_gradient = (!on_shell).then(|| point.objective().entropic_gradient(&point.theta));
        let positive_sides = point.weight_decay.is_zero();
        let gradients = point.objective().sample_gradients(&point.theta);
        let learning_rate: T = problem.learning_rate();
        let decay_factor = T::integer(4) * &point.weight_decay / &learning_rate;
        LawPoint { point, gradients, entropic_gradient, learning_rate, decay_factor, positive_sides }
    }

    /// At the problem's point, made stationary where its class says so.
    ///
    /// # Errors
    /// [`Unjudged`] if nothing makes it so.
    pub fn of(problem: &Problem, pretend_stationary: bool) -> Result<Self, Unjudged> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        Ok(Self::new(problem, pretend_stationary))
    }

    /// On-shell at `theta`, which some method found, in place of the problem's own point.
    pub fn found(problem: &Problem, theta: Vec<T>) -> Self {
        let mut at = Self::new(problem, true);
        at.gradients = at.point.objective().sample_gradients(&theta);
        at.point.theta = theta;
        at.positive_sides = true;
        at
    }

    /// `E f(g)` over the samples' gradients.
    pub fn mean(&self, mut value: impl FnMut(&[T]) -> T) -> T {
        let mut total = T::zero();
        for (gradient, weight) in self.gradients.iter().zip(self.point.data.weights()) {
            total += T::product(weight, &value(gradient));
        }
        total
    }

    /// The law of a rescaling that multiplies each block by `e^{ct}`:
    ///
    /// ```text
    /// sum c E|g_block|^2 = (4 gamma / eta) sum c |theta_block|^2   [ - (2/eta) sum c theta_block . (grad F)_block ]
    /// ```
    ///
    /// with the bracket off-shell. With [`LawPoint::positive_sides`], which is always so without decay, terms of negative
    /// `c` change sides.
    pub fn rescaling_law(&self, name: String, blocks: &[Block]) -> Relation<T> {
        let theta = &self.point.theta;
        let without_decay = self.point.weight_decay.is_zero();
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for block in blocks {
            let coefficient = T::integer(block.coefficient);
            let noise = T::product(&coefficient, &self.mean(|gradient| square(gradient, &block.parameters)));
            let decay = coefficient * &self.decay_factor * square(theta, &block.parameters);
            let (noise, decay) = (Term::scalar(block.noise, noise), Term::scalar(block.decay, decay));
            let (noise, decay, noise_side, decay_side) = if self.positive_sides && block.coefficient < 0 {
                (noise.moved(), decay.moved(), &mut right, &mut left)
            } else {
                (noise, decay, &mut left, &mut right)
            };
            gather(noise_side, noise);
            if !without_decay {
                gather(decay_side, decay);
            }
        }
        if let Some(gradient) = &self.entropic_gradient {
            let mut imbalance = T::zero();
            for block in blocks {
                for &i in &block.parameters {
                    imbalance += T::integer(block.coefficient) * T::product(&theta[i], &gradient[i]);
                }
            }
            let factor = T::integer(-2) / &self.learning_rate;
            right.push(Term::scalar("-(2/eta) (A theta)^T grad F", factor * imbalance));
        }
        Relation::equality(("balance", name), left, right).against(self.reference())
    }

    /// `E|g|^2 + (4 gamma / eta) |theta|^2` over all parameters: what the sides of a law are small against when they
    /// cancel exactly, or when their block has no gradient.
    pub fn reference(&self) -> T {
        let theta = &self.point.theta;
        self.mean(|gradient| dot(gradient, gradient)) + T::product(&self.decay_factor, &dot(theta, theta))
    }
}

/// Adds a summand to the term of its label: a sum over layers is one term.
fn gather<T: Field>(terms: &mut Vec<Term<T>>, summand: Term<T>) {
    match terms.iter_mut().find(|term| term.label == summand.label) {
        Some(term) => term.value.iter_mut().zip(&summand.value).for_each(|(total, entry)| *total += entry),
        None => terms.push(summand),
    }
}

/// The sum of squares of some entries.
pub(super) fn square<T: Field>(vector: &[T], indices: &[usize]) -> T {
    let mut sum = T::zero();
    for &index in indices {
        sum += vector[index].squared();
    }
    sum
}

/// The class of a law's instance: every fourth family, generic otherwise, is made exactly stationary.
pub(super) fn class_of(draw: &Draw) -> Class {
    match draw.turn() {
        Class::Generic if draw.case == Case::Law && draw.family_number() % 4 == 3 => Class::Stationary,
        class => class,
    }
}

/// The networks of a balance law, and of its controls.
#[derive(Clone, Copy)]
pub(super) enum Networks {
    /// Those of a kind.
    Of(NetworkKind),
    /// For a control: a small network with biases and the given activation, and no awkwardness.
    Small(Piecewise),
}

impl Networks {
    /// Draws one, with the class of its point.
    pub fn draw(self, draw: &mut Draw) -> (Class, Network) {
        match self {
            Networks::Of(network_kind) => {
                let class = if draw.is_law() { class_of(draw) } else { Class::Smooth };
                (class, network_kind.network(&mut draw.family, class))
            }
            Networks::Small(activation) => {
                let stream = &mut draw.family;
                let widths = [1 + stream.below(3), 1 + stream.below(3), 1 + stream.below(2)];
                (Class::Generic, Network::mlp(&widths, activation, true, Loss::SquaredError))
            }
        }
    }
}

/// A problem with generators of its symmetries.
pub(super) struct WithGenerators {
    pub problem: Problem,
    pub generators: Vec<Generator>,
}

impl WithGenerators {
    /// On a given network, with generators of the symmetries that its structure shows.
    ///
    /// # Errors
    /// [`Inapplicable`] if the subject is no network, or none is known.
    pub fn draw_on(draw: &mut Draw, subject: &Subject) -> Result<Self, Inapplicable> {
        let network = subject::network(subject)?;
        let generators = subject::generators(&mut draw.family, network)?;
        let samples = 2 + draw.family.below(2);
        let problem = Problem::draw_on(draw, network, Rates::Any, Decay::Positive, samples);
        Ok(WithGenerators { problem, generators })
    }
}

impl Drawn for WithGenerators {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
}

/// The number of samples that gives the exact road to stationarity room: more than parameters and the normalisation.
pub(super) fn samples_for(class: Class, parameters: usize, draw: &mut Draw) -> usize {
    match class {
        Class::Stationary => parameters + 3,
        Class::Awkward if draw.family.coin() => 1,
        _ => 2 + draw.family.below(2),
    }
}

/// Draws a problem with scalar learning rate for a balance law.
pub(super) fn draw_problem(draw: &mut Draw, class: Class, network: Network, decay: Decay) -> Problem {
    let samples = samples_for(class, network.parameter_count(), draw);
    let problem = Problem::draw_samples(draw, class, network, Rates::Scalar, decay, samples);
    out_of_scale(draw, problem)
}

/// An awkward problem that the rationals judge, every other time far out of scale: weights, inputs or learning rates times `2^16` or `2^-16`.
pub(super) fn out_of_scale(draw: &mut Draw, mut problem: Problem) -> Problem {
    if draw.case != Case::Law || problem.class != Class::Awkward || !problem.is_algebraic() || draw.family.coin() {
        return problem;
    }
    let scale = Rational::from(1 << 16);
    match draw.family.below(4) {
        0 => {
            problem.degeneracy = "weights times 2^16";
            problem.theta.iter_mut().for_each(|parameter| *parameter *= &scale);
        }
        1 => {
            problem.degeneracy = "inputs times 2^16";
            let mut samples = problem.data.samples().to_vec();
            samples.iter_mut().flat_map(|sample| &mut sample.input).for_each(|entry| *entry *= &scale);
            problem.data = DataSet::weighted(samples, problem.data.weights().to_vec());
        }
        2 => {
            problem.degeneracy = "learning rates times 2^16";
            problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate * &scale));
        }
        _ => {
            problem.degeneracy = "learning rates times 2^-16";
            problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate / &scale));
        }
    }
    problem
}
