//! Points that are stationary exactly.
//!
//! The gradient of F is linear in the weights of the mean and in gamma, `sum_z weight_z (grad l_z + grad s_z) + 2 gamma theta` with `s = g^T Lambda g / 4`. So of a pool
//! of samples both are found by linear programming, without rounding. The weights are probabilities: a law may hold for means with weights of either sign and
//! for no other, or for all but these. Samples of weight 0 are left out.
//!
//! Most points are stationary for no weights at all: along a symmetry the forces of all samples may push one way. Of `(u w x - y)^2` only points with
//! `u^2 = w^2` are, and of `(w x)^2` only 0. So one pool after another is drawn, at last with points of small integers.

use super::arithmetic::Computed;
use super::instance::{Family, Instance, draw_inputs};
use super::law::{FormulaLaw, Generic, too_large};
use super::stretch::stretch;
use crate::instances::weights;
use crate::scalar::Rational;
use crate::verify::{Class, Draw, Stream, Unjudged};
use equipartition_formula::{Domain, Forces, Layout, Undefined};

/// So many samples for each parameter are in a pool, and how its point is drawn; one pool after another, until probabilities are found.
const POOLS: [(usize, Points); 12] = [
    (4, Points::Any),
    (8, Points::Any),
    (8, Points::Any),
    (8, Points::Any),
    (12, Points::Any),
    (12, Points::Any),
    (4, Points::Sparse),
    (4, Points::Sparse),
    (8, Points::Sparse),
    (8, Points::Sparse),
    (8, Points::Sparse),
    (8, Points::Sparse),
];
/// No pool is larger, but for a sample for every equation and two more.
const LARGEST_POOL: usize = 128;
/// More parameters than this are no matter of exact linear algebra.
pub(super) const MOST_SOLVED_FOR: usize = 40;

/// How the parameters of a point are drawn.
#[derive(Clone, Copy, PartialEq)]
enum Points {
    Any,
    /// Small integers, half of them 0.
    Sparse,
}

/// The least weight decay, as a part of the one drawn: it grows as far as the forces need.
const LEAST_DECAY: u32 = 16;

impl FormulaLaw {
    /// Draws an instance whose point is stationary.
    ///
    /// # Errors
    /// [`Unjudged`] if none was found.
    pub(super) fn drawn_stationary(
        &self,
        draw: &mut Draw,
        first: Family,
        mut far: Option<&mut Stream>,
    ) -> Result<Instance, Unjudged> {
        let (signature, rates) = (&self.question.signature, self.question.rates);
        let mut last = Unjudged::outside("no sample was drawn");
        let mut family = Some(first);
        for (times, points) in POOLS {
            // Of some sizes no point is stationary.
            let family = family.take().unwrap_or_else(|| Family::draw(&mut draw.family, Class::Stationary, signature));
            let count = self.parameters(&family.sizes);
            if count > MOST_SOLVED_FOR {
                return Err(Unjudged::Open("too many parameters to solve for a stationary point"));
            }
            let samples = (times * count + 2).min(LARGEST_POOL.max(count + 3));
            let pool = Family { samples, ..family };
            let layout = Layout::new(signature, &pool.sizes, samples, rates);
            let generic = self.drawn_loss(draw, &pool);
            let (mut inputs, coordinates) = draw_inputs(draw, &pool, signature, &layout);
            if let Some(stream) = far.as_deref_mut() {
                stretch(&mut inputs, &layout, signature, &pool.sizes, self.is_algebraic(), stream);
            }
            if points == Points::Sparse {
                for (quantity, range) in signature.parameters.iter().zip(&layout.parameters) {
                    if quantity.domain == Domain::Real {
                        inputs[range.clone()].iter_mut().for_each(|entry| *entry = sparse(&mut draw.point));
                    }
                }
            }
            let of = Generic::of(generic.as_ref());
            let force = Forces::new(&self.question.model, of, &pool.sizes, 1, rates).map_err(too_large)?;
            let forces = match Stationarity::of(&force, &layout, &inputs) {
                Err(Unjudged::Outside(why)) => {
                    last = Unjudged::Outside(why);
                    continue;
                }
                forces => forces?,
            };
            let least = Rational::from(&inputs[layout.weight_decay()] / LEAST_DECAY);
            let (mut weights, further) = match forces.weights_and_decay(&least) {
                Err(why) => {
                    last = why;
                    continue;
                }
                Ok(found) => found,
            };
            let decay = least + further;
            if draw.family.coin() {
                forces.mix(&mut weights, &decay);
            }
            inputs[layout.weight_decay()] = decay;
            inputs[layout.weights()].clone_from_slice(&weights);
            let weighty: Vec<usize> = (0..samples).filter(|sample| !weights[*sample].is_zero()).collect();
            let family = Family { samples: weighty.len(), class: Class::Stationary, ..pool };
            let (inputs, coordinates) = (chosen(&inputs, &layout, &weighty), chosen(&coordinates, &layout, &weighty));
            let program = self.program(&family, of).map_err(too_large)?;
            return Ok(self.instance(&family, program, inputs, coordinates));
        }
        Err(last)
    }
}

/// The inputs with some of the samples only.
fn chosen<T: Clone>(inputs: &[T], layout: &Layout, samples: &[usize]) -> Vec<T> {
    let mut chosen = inputs[..layout.parameter_count()].to_vec();
    chosen.extend(samples.iter().flat_map(|sample| inputs[layout.sample(*sample)].iter().cloned()));
    chosen.extend(samples.iter().map(|sample| inputs[layout.weights()][*sample].clone()));
    chosen.extend_from_slice(&inputs[layout.learning_rate()..]);
    chosen
}

/// 0, or a small integer.
fn sparse(stream: &mut Stream) -> Rational {
    Rational::from(if stream.coin() { 0 } else { stream.integer(-2, 2) })
}

/// What makes a point stationary: `sum_z weight_z force_z + 2 gamma theta = 0`.
struct Stationarity {
    /// Of every sample the gradient of its loss and of its part of S.
    forces: Vec<Vec<Rational>>,
    /// `2 theta`
    doubled: Vec<Rational>,
}

impl Stationarity {
    /// From the force of one sample, and the inputs of all.
    fn of(force: &Forces, layout: &Layout, inputs: &[Rational]) -> Result<Self, Unjudged> {
        if !force.tape.is_algebraic() {
            return Err(Unjudged::Open("the loss is not algebraic, so that no stationary point can be solved for"));
        }
        let outside = |_: Undefined| Unjudged::outside("not defined: a division by 0");
        let of_sample = |sample: usize| {
            let values = force.tape.evaluate(&Rational::ARITHMETIC, &chosen(inputs, layout, &[sample]))?;
            Ok(force.forces[0].iter().map(|node| values[node.place()].clone()).collect())
        };
        let forces = (0..layout.samples).map(of_sample).collect::<Result<_, _>>().map_err(outside)?;
        let parameters = &inputs[..layout.parameter_count()];
        Ok(Stationarity { forces, doubled: parameters.iter().map(|parameter| Rational::from(parameter * 2)).collect() })
    }

    /// What the forces have to add up to: `-2 gamma theta`.
    fn wanted(&self, decay: &Rational) -> Vec<Rational> {
        self.doubled.iter().map(|doubled| -Rational::from(doubled * decay)).collect()
    }

    /// Probabilities, and how much more than the least the weight decay is. No more of all these than parameters and one are other than 0.
    fn weights_and_decay(&self, least: &Rational) -> Result<(Vec<Rational>, Rational), Unjudged> {
        weights::probabilities_that_give(&self.forces, &self.doubled, &self.wanted(least))
    }

    /// Probabilities with a given decay.
    fn weights(&self, decay: &Rational) -> Result<Vec<Rational>, Unjudged> {
        let none = vec![Rational::new(); self.doubled.len()];
        weights::probabilities_that_give(&self.forces, &none, &self.wanted(decay)).map(|(weights, _)| weights)
    }

    /// Replaces probabilities by their mean with others, of samples that had none, if there are such: a law may hold of few samples only.
    fn mix(&self, weights: &mut [Rational], decay: &Rational) {
        let idle: Vec<usize> = (0..weights.len()).filter(|sample| weights[*sample].is_zero()).collect();
        let forces = idle.iter().map(|sample| self.forces[*sample].clone()).collect();
        let others = Stationarity { forces, doubled: self.doubled.clone() };
        if let Ok(more) = others.weights(decay) {
            idle.iter().zip(more).for_each(|(sample, weight)| weights[*sample] = weight);
            weights.iter_mut().for_each(|weight| *weight /= 2);
        }
    }
}

impl Instance {
    /// Replaces the weights of the mean by probabilities with which the gradient of F is 0 at the point, by the force of one sample.
    pub(super) fn make_stationary(&mut self, force: &Forces) -> Result<(), Unjudged> {
        let layout = &self.program.layout;
        let decay = &self.inputs[layout.weight_decay()];
        let weights = Stationarity::of(force, layout, &self.inputs)?.weights(decay)?;
        layout.weights().zip(weights).for_each(|(place, weight)| self.inputs[place] = weight);
        Ok(())
    }
}
