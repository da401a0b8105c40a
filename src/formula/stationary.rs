//! Points that are stationary exactly.
//!
//! The gradient of F is linear in the weights of the mean, `sum_z weight_z (grad l_z + grad s_z) + 2 gamma theta` with `s = g^T Lambda g / 4`. So of a pool of samples
//! such weights are found by linear programming, without rounding: probabilities, because a law may hold for means with weights of either sign and for no other,
//! or for all but these. Samples of weight 0 are left out.

use super::arithmetic::Computed;
use super::instance::{Family, Instance, draw_inputs};
use super::law::{FormulaLaw, Generic, too_large};
use super::stretch::stretch;
use crate::instances::weights;
use crate::scalar::Rational;
use crate::verify::{Class, Draw, Stream, Unjudged};
use equipartition_formula::{Forces, Layout, Undefined};

/// So many samples for each parameter are in a pool, one pool after another, each with a point of its own, until probabilities are found.
const POOLS: [usize; 6] = [3, 6, 6, 9, 9, 9];
/// No pool is larger, but for a sample for every equation and two more.
const LARGEST_POOL: usize = 128;
/// More parameters than this are no matter of exact linear algebra.
pub(super) const MOST_SOLVED_FOR: usize = 40;

impl FormulaLaw {
    /// Draws an instance whose point is stationary.
    ///
    /// # Errors
    /// [`Unjudged`] if none was found.
    pub(super) fn drawn_stationary(
        &self,
        draw: &mut Draw,
        family: &Family,
        mut far: Option<&mut Stream>,
    ) -> Result<Instance, Unjudged> {
        let (signature, rates) = (&self.question.signature, self.question.rates);
        let count = self.parameters(&family.sizes);
        if count > MOST_SOLVED_FOR {
            return Err(Unjudged::Open("too many parameters to solve for a stationary point"));
        }
        let mut last = Unjudged::outside("no sample was drawn");
        for times in POOLS {
            let samples = (times * count + 2).min(LARGEST_POOL.max(count + 3));
            let pool = Family { samples, ..family.clone() };
            let layout = Layout::new(signature, &family.sizes, samples, rates);
            let generic = self.drawn_loss(draw, &pool);
            let (mut inputs, coordinates) = draw_inputs(draw, &pool, signature, &layout);
            if let Some(stream) = far.as_deref_mut() {
                stretch(&mut inputs, &layout, signature, &family.sizes, self.is_algebraic(), stream);
            }
            let of = Generic::of(generic.as_ref());
            let forces = Forces::new(&self.question.model, of, &family.sizes, samples, rates).map_err(too_large)?;
            let found = match stationary_weights(&forces, &inputs, draw.family.coin()) {
                Err(Unjudged::Outside(why)) => {
                    last = Unjudged::Outside(why);
                    continue;
                }
                found => found?,
            };
            inputs[layout.weights()].clone_from_slice(&found);
            let weighty: Vec<usize> = (0..samples).filter(|sample| !found[*sample].is_zero()).collect();
            let family = Family { samples: weighty.len(), ..pool };
            let (inputs, coordinates) = (chosen(&inputs, &layout, &weighty), chosen(&coordinates, &layout, &weighty));
            let program = self.program(&family, of).map_err(too_large)?;
            return Ok(self.instance(&Family { class: Class::Stationary, ..family }, program, inputs, coordinates));
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

/// Probabilities of the samples with which the gradient of F is 0. There are no more of them than parameters and one, unless as many again are asked for `twice`
/// and exist: then it is the mean of two such, of different samples.
fn stationary_weights(forces: &Forces, inputs: &[Rational], twice: bool) -> Result<Vec<Rational>, Unjudged> {
    if !forces.tape.is_algebraic() {
        return Err(Unjudged::Open("the loss is not algebraic, so that no stationary point can be solved for"));
    }
    let outside = |_: Undefined| Unjudged::outside("not defined: a division by 0");
    let values = forces.tape.evaluate(&Rational::ARITHMETIC, inputs).map_err(outside)?;
    let vectors: Vec<Vec<Rational>> =
        forces.forces.iter().map(|force| force.iter().map(|node| values[node.place()].clone()).collect()).collect();
    let layout = &forces.layout;
    let decay = &inputs[layout.weight_decay()];
    let wanted: Vec<Rational> =
        inputs[..layout.parameter_count()].iter().map(|parameter| Rational::from(parameter * decay) * -2).collect();
    let mut weights = weights::probabilities_that_give(&vectors, &wanted)?;
    let others: Vec<usize> = (0..weights.len()).filter(|sample| weights[*sample].is_zero()).collect();
    if twice {
        let vectors: Vec<_> = others.iter().map(|sample| vectors[*sample].clone()).collect();
        if let Ok(more) = weights::probabilities_that_give(&vectors, &wanted) {
            others.iter().zip(more).for_each(|(sample, weight)| weights[*sample] = weight);
            weights.iter_mut().for_each(|weight| *weight /= 2);
        }
    }
    Ok(weights)
}

impl Instance {
    /// Replaces the weights of the mean by probabilities with which the gradient of F is 0 at the point.
    pub(super) fn make_stationary(&mut self, forces: &Forces) -> Result<(), Unjudged> {
        let weights = stationary_weights(forces, &self.inputs, false)?;
        let places = forces.layout.weights();
        places.zip(weights).for_each(|(place, weight)| self.inputs[place] = weight);
        Ok(())
    }
}
