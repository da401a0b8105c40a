//! `symmetry/dataset-permutation`: symmetries of the data set as a whole are symmetries of the entropic loss.
//!
//! ```text
//! l(K theta; z) = l(theta; pi(z))   implies   F(K theta) = F(theta),   grad F(K theta) = K grad F(theta)
//! ```
//!
//! `pi` permutes the data set, whose weights are constant on its orbits; `K` is orthogonal and commutes with the learning rates `Lambda`. Source:
//! [`PAPER`].

use super::PAPER;
use super::data_symmetry::{modular_addition, random_permutation};
use super::elements;
use super::orbit::{self, Moved, invariance, losses, moved};
use super::rates;
use crate::data::DataSet;
use crate::instances::Problem;
use crate::instances::problem::{Decay, Rates};
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::symmetry::{self, Element, Symmetry};
use crate::verify::{Claim, Draw, Drawn, Draws, In, Ladder, Relation, Term, Unjudged, all, control};

/// The losses of the samples, the entropic loss and its gradient at a point and at its image.
#[derive(Clone, Copy)]
struct DatasetPermutation {
    /// Whether `pi` maps the data set to itself.
    closed: bool,
    /// Whether the weights of the mean are constant on the orbits of `pi`.
    invariant_weights: bool,
    /// Whether `K` acts on the last layer.
    outputs: bool,
    /// Whether the learning rates commute with `K`.
    commuting: bool,
}

const LAW: DatasetPermutation =
    DatasetPermutation { closed: true, invariant_weights: true, outputs: true, commuting: true };

/// `symmetry/dataset-permutation`
pub static CLAIM: Claim = Claim {
    id: "symmetry/dataset-permutation",
    title: "symmetries of the data set",
    statement: "l(K theta; z) = l(theta; pi(z)) implies F(K theta) = F(theta) and grad F(K theta) = K grad F(theta)",
    hypotheses: &[
        "K is orthogonal and commutes with Lambda; pi is a permutation of the data set",
        "the weights of the mean are constant on the orbits of pi",
        "theta is not on a kink, and no vector that is normalised is 0",
        "pi(x, y) = (P x, Q y) with signed permutations P and Q (Q without signs unless the loss is the squared error); K acts on the first layer by P, on the last by the inverse of Q, and on hidden neurons by any discrete symmetry; in modular addition P shifts the one-hot inputs and Q the one-hot sum",
    ],
    references: &[PAPER],
    builds_on: &["symmetry/gradient-transform"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-closed",
            "a sample left out, so that the data set is not closed under the shift",
            &Ladder(DatasetPermutation { closed: false, ..LAW }),
        ),
        control(
            "unequal-weights",
            "weights of the mean that differ within an orbit",
            &Ladder(DatasetPermutation { invariant_weights: false, ..LAW }),
        ),
        control("inputs-only", "inputs shifted and outputs not", &Ladder(DatasetPermutation { outputs: false, ..LAW })),
        control(
            "not-commuting",
            "different learning rates within an orbit of K",
            &Ladder(DatasetPermutation { commuting: false, ..LAW }),
        ),
    ],
};

/// A problem with a symmetry of its data set.
struct Instance {
    moved: Moved,
    /// `pi(z)` for every sample.
    images: DataSet<Rational>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.moved)
    }
}

impl Draws for DatasetPermutation {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let (is_law, class) = (draw.is_law(), draw.turn());
        let stream = &mut draw.family;
        let symmetry_of_data = if is_law && stream.coin() {
            random_permutation(stream, class)
        } else {
            modular_addition(stream, class, is_law)
        };
        let network = symmetry_of_data.network.clone();
        let name = symmetry_of_data.name.clone();
        let mut element = symmetry::input_element(&network, name, &symmetry_of_data.inputs);
        if self.outputs {
            let outputs = symmetry::output_element(&network, "identity".to_owned(), &symmetry_of_data.outputs);
            element = outputs.after(&element);
        }
        if is_law && stream.coin() {
            let hidden = elements::draw_element(stream, &network, Symmetry::is_discrete);
            element = hidden.unwrap_or_else(|| Element::identity(&network)).after(&element);
        }
        let drawn = 1 + stream.below(2);
        let orbits = symmetry_of_data.orbits().unwrap_or(drawn);
        let mut problem = Problem::draw_samples(draw, class, network, Rates::Scalar, Decay::Positive, orbits);
        let data = symmetry_of_data.close(&problem.data);
        let (mut samples, mut weights) = (data.samples().to_vec(), data.weights().to_vec());
        if !self.closed {
            (samples, weights) = (samples.split_off(1), weights.split_off(1));
        }
        if !self.invariant_weights {
            weights = (0..samples.len()).map(|i| Rational::from((i as i64 + 1, 8))).collect();
        }
        let images = samples.iter().map(|sample| symmetry_of_data.image(sample)).collect();
        let images = DataSet::weighted(images, weights.clone());
        problem.data = DataSet::weighted(samples, weights);
        if !self.commuting || (is_law && draw.family.coin()) {
            let rates = rates::distinct_rates(&mut draw.family, problem.theta.len());
            problem.preconditioner = if self.commuting { rates::averaged(rates, &element.map) } else { rates };
        }
        Ok(Instance { moved: Moved { problem, element }, images })
    }
}

impl<T: Carrier> In<T> for DatasetPermutation {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Moved { problem, element } = &instance.moved;
        let point = orbit::at::<T>(problem)?;
        let image = moved(&point, element);
        let permuted: DataSet<T> = instance.images.carry();
        let permuted = permuted.samples().iter().map(|sample| point.model.loss(&point.theta, sample)).collect();
        let samples = Relation::equality(
            "the loss of every sample is that of another",
            vec![Term::vector("l(K theta; z)", losses(&image))],
            vec![Term::vector("l(theta; pi(z))", permuted)],
        );
        let [entropic_loss, gradient] = invariance(&point, &image, &element.map);
        Ok(vec![samples, entropic_loss, gradient])
    }
}
