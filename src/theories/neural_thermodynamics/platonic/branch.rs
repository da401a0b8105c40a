//! Stationary points of the entropic loss of an experiment, found in doubles and polished.

use super::entropy_factorises::network;
use super::experiment::Experiment;
use crate::data::DataSet;
use crate::entropic::stationary::{Chord, StationaryError, polish, search};
use crate::entropic::{Objective, Preconditioner};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Differentiable, Network};
use crate::platonic::Factors;
use crate::platonic::setting::product_data;
use crate::scalar::{Rational, Real};
use crate::verify::Unjudged;
use nalgebra::DMatrix;
use std::sync::Arc;

/// `F = L + eta/4 E|g|^2` of an experiment, in one scalar.
struct Problem<T: Carrier> {
    model: Arc<dyn Differentiable<T>>,
    data: DataSet<T>,
    preconditioner: Preconditioner<T>,
    weight_decay: T,
}

impl<T: Carrier> Problem<T> {
    fn new(network: &Network, data: &DataSet<Rational>, eta: &Rational) -> Self {
        Problem {
            model: T::model(network).expect("a linear network exists in every scalar"),
            data: data.carry(),
            preconditioner: Preconditioner::Scalar(T::from_rational(eta)),
            weight_decay: T::zero(),
        }
    }

    fn objective(&self) -> Objective<'_, T, dyn Differentiable<T>> {
        Objective {
            model: &*self.model,
            data: &self.data,
            preconditioner: &self.preconditioner,
            weight_decay: &self.weight_decay,
        }
    }
}

/// An instance without such a point, or on which the search did not find it, is left out.
impl From<StationaryError> for Unjudged {
    fn from(error: StationaryError) -> Self {
        Unjudged::outside(error.to_string())
    }
}

/// A stationary point of F.
pub struct Found<T> {
    /// The point.
    pub factors: Factors<T>,
    /// `1/4 E|g|^2` there.
    pub entropy: T,
}

/// A stationary point of F in doubles, downhill from `start`.
///
/// # Errors
/// [`StationaryError`]
pub fn descend(experiment: &Experiment, eta: &Rational, start: &Factors<f64>) -> Result<Factors<f64>, StationaryError> {
    let layout = Layout::new(experiment.widths(), false);
    let network = network(experiment, layout.clone());
    let data = product_data(&experiment.inputs, &experiment.noises, &experiment.setting.target);
    let found = search(&Problem::<f64>::new(&network, &data, eta).objective(), start.flat())?;
    Ok(Factors::of(&layout, &found))
}

/// Searches for a stationary point of F in doubles from `start`, and polishes it until the gradient is below `tolerance`.
///
/// # Errors
/// [`StationaryError`]
pub fn stationary_point<T: Carrier + Real + PartialOrd>(
    experiment: &Experiment,
    eta: &Rational,
    start: &Factors<f64>,
    tolerance: &T,
) -> Result<Found<T>, StationaryError> {
    let layout = Layout::new(experiment.widths(), false);
    let network = network(experiment, layout.clone());
    let data = product_data(&experiment.inputs, &experiment.noises, &experiment.setting.target);
    let coarse = Problem::<f64>::new(&network, &data, eta);
    let found = search(&coarse.objective(), start.flat())?;
    let chord = Chord::new(&coarse.objective(), &found)?;
    let fine = Problem::<T>::new(&network, &data, eta);
    let lifted = found.iter().map(|entry| Rational::from_f64(*entry).as_ref().map(T::from_rational));
    let lifted = lifted.collect::<Option<Vec<T>>>().ok_or(StationaryError::NotFound)?;
    let theta = polish(&fine.objective(), &chord, lifted, tolerance)?.theta;
    let entropy = fine.objective().entropy(&theta) / T::from_rational(eta);
    Ok(Found { factors: Factors::of(&layout, &theta), entropy })
}

/// The Hessian of F at a point, in the scalar of the point.
pub fn hessian<T: Carrier>(experiment: &Experiment, eta: &Rational, factors: &Factors<T>) -> DMatrix<T> {
    let network = network(experiment, Layout::new(experiment.widths(), false));
    let data = product_data(&experiment.inputs, &experiment.noises, &experiment.setting.target);
    Problem::<T>::new(&network, &data, eta).objective().entropic_hessian(&factors.flat())
}
