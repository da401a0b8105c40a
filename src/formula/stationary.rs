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
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Draw, Stream, Unjudged};
use equipartition_formula::{Domain, Forces, Layout, Undefined};

/// So many samples for each parameter are in a pool, in turn.
const SAMPLES_PER_PARAMETER: [usize; 3] = [4, 8, 12];
/// So many pools are drawn at any points, so many at points of small integers that are not all 0, and so many at others.
const POOLS: [usize; 3] = [18, 6, 6];
/// No pool is larger, but for a sample for every equation and two more.
const LARGEST_POOL: usize = 128;
/// More parameters than this are no matter of exact linear algebra.
pub(super) const MOST_SOLVED_FOR: usize = 40;

/// The least weight decay, as a part of the one drawn: it grows as far as the forces need.
const LEAST_DECAY: u32 = 16;

/// A point, and samples of which some may make it stationary.
struct Pool {
    family: Family,
    layout: Layout,
    inputs: Vec<Rational>,
    coordinates: Vec<bool>,
    generic: Option<Generic>,
}

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
        let signature = &self.question.signature;
        let [any, integers, origins] = POOLS;
        // What a control breaks can be seen where nothing is 0.
        let pools = if draw.is_law() { any + integers + origins } else { any };
        let mut family = Some(first);
        let mut last = Unjudged::outside("no sample was drawn");
        for number in 0..pools {
            // Of some sizes no point is stationary.
            let family = family.take().unwrap_or_else(|| Family::draw(&mut draw.family, Class::Stationary, signature));
            if self.parameters(&family.sizes) > MOST_SOLVED_FOR {
                return Err(Unjudged::Open("too many parameters to solve for a stationary point"));
            }
            let times = SAMPLES_PER_PARAMETER[number % SAMPLES_PER_PARAMETER.len()];
            let pool = self.drawn_pool(draw, family, times, number >= any, far.as_deref_mut());
            if number < any + integers && pool.is_at_origin() {
                continue;
            }
            match self.solved(pool, draw.family.coin()) {
                Err(Unjudged::Outside(why)) => last = Unjudged::Outside(why),
                decided => return decided,
            }
        }
        Err(last)
    }

    fn drawn_pool(
        &self,
        draw: &mut Draw,
        family: Family,
        times: usize,
        is_sparse: bool,
        far: Option<&mut Stream>,
    ) -> Pool {
        let signature = &self.question.signature;
        let count = self.parameters(&family.sizes);
        let family = Family { samples: (times * count + 2).min(LARGEST_POOL.max(count + 3)), ..family };
        let layout = Layout::new(signature, &family.sizes, family.samples, self.question.rates);
        let generic = self.drawn_loss(draw, &family);
        let (mut inputs, coordinates) = draw_inputs(draw, &family, signature, &layout);
        if let Some(stream) = far {
            stretch(&mut inputs, &layout, signature, &family.sizes, self.is_algebraic(), stream);
        }
        let parameters = signature.parameters.iter().zip(&layout.parameters);
        for (_, range) in parameters.filter(|(quantity, _)| is_sparse && quantity.domain == Domain::Real) {
            inputs[range.clone()].iter_mut().for_each(|entry| *entry = sparse(&mut draw.point));
        }
        Pool { family, layout, inputs, coordinates, generic }
    }

    /// The instance of a pool's point and those of its samples that make it stationary; more of them than are needed if they are `mixed`.
    fn solved(&self, pool: Pool, mixed: bool) -> Result<Instance, Unjudged> {
        let Pool { family, layout, mut inputs, coordinates, generic } = pool;
        let of = Generic::of(generic.as_ref());
        let force = Forces::new(&self.question.model, of, &family.sizes, 1, self.question.rates).map_err(too_large)?;
        let forces = Stationarity::of(&force, &layout, &inputs)?;
        let least = Rational::from(&inputs[layout.weight_decay()] / LEAST_DECAY);
        let (mut weights, further) = forces.weights_and_decay(&least)?;
        let mut decay = least + further;
        let few = few_digits(&decay).find_map(|few| Some((forces.weights(&few).ok()?, few)));
        if let Some(few) = few {
            (weights, decay) = few;
        }
        if mixed {
            forces.mix(&mut weights, &decay);
        }
        let weighty: Vec<usize> = (0..weights.len()).filter(|sample| !weights[*sample].is_zero()).collect();
        inputs[layout.weight_decay()] = decay;
        inputs[layout.weights()].clone_from_slice(&weights);
        let family = Family { samples: weighty.len(), class: Class::Stationary, ..family };
        let (inputs, coordinates) = (chosen(&inputs, &layout, &weighty), chosen(&coordinates, &layout, &weighty));
        let program = self.program(&family, of).map_err(too_large)?;
        Ok(self.instance(&family, program, inputs, coordinates))
    }
}

impl Pool {
    fn is_at_origin(&self) -> bool {
        self.inputs[..self.layout.parameter_count()].iter().all(Rational::is_zero)
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

/// Numbers of few digits about the size of a positive one; how large that is doubles tell.
fn few_digits(number: &Rational) -> impl Iterator<Item = Rational> {
    let power = Rational::from(2).powi(number.to_f64().log2().floor().clamp(-64.0, 64.0) as i32);
    [(1, 1), (3, 2), (2, 1), (1, 2)].into_iter().map(move |times| Rational::from(times) * &power)
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
