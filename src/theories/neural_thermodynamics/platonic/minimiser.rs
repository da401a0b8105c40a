//! The minimiser of the entropic loss near the closed form, and what is measured of it.

use super::alignment::normalised_gram;
use super::branch;
use super::closed_form::{carry, closed_form};
use super::experiment::Experiment;
use crate::entropic::stationary::StationaryError;
use crate::linalg::products::squared_norm;
use crate::linalg::symmetric_eigen;
use crate::platonic::{Factors, Setting, factors};
use crate::scalar::{Field, Mp, Rational, Ring};
use crate::verify::Unjudged;
use crate::verify::order::Fine;
use nalgebra::DMatrix;

/// Bits to which a minimiser is polished.
const POLISHED: i32 = 320;

/// What is measured of the minimiser at one learning rate.
pub struct Minimiser {
    /// `S / S_min - 1`
    pub excess: Fine,
    /// The largest misalignment of a hidden layer with the closed form.
    pub from_closed_form: Fine,
    /// The misalignment of the first and the second hidden layer.
    pub between_layers: Option<Fine>,
}

/// Downhill from the closed form at a learning rate.
///
/// # Errors
/// [`Unjudged`], if there is no such point, it is a saddle, or it has lost a dimension.
pub fn minimiser(experiment: &Experiment, frames: &[DMatrix<Rational>], eta: &Fine) -> Result<Minimiser, Unjudged> {
    let Experiment { setting, rank, .. } = experiment;
    let closed = closed_form::<Fine>(setting, *rank, frames)?;
    let start = closed_form::<f64>(setting, *rank, frames)?;
    let rate = eta.as_float().to_rational().ok_or(StationaryError::NotFound)?;
    let tolerance = Fine::integer(2).powi(-POLISHED);
    let found = branch::stationary_point(experiment, &rate, &start, &tolerance)?;
    // A double's rounding is all that a curvature that is not positive may be: twice its digits are enough for the entries.
    let near = Factors(found.factors.0.iter().map(|matrix| matrix.map(|entry| entry.to_precision())).collect());
    let hessian: DMatrix<Mp<128>> = branch::hessian(experiment, &rate, &near);
    let eigen = symmetric_eigen(&hessian.map(|entry| entry.as_float().to_f64()))?;
    let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if eigen.values.iter().any(|value| *value < -(2.0_f64.powi(-40)) * largest) {
        return Err(Unjudged::outside("the stationary point is a saddle"));
    }
    let setting: Setting<Fine> = setting.carry();
    let inputs = carry::<Fine>(&experiment.input_columns());
    let grams = |factors: &Factors<Fine>| -> Vec<DMatrix<Fine>> {
        factors.representations(&setting, &inputs).iter().map(normalised_gram).collect()
    };
    let (here, there) = (grams(&found.factors), grams(&closed));
    let distance =
        |one: &DMatrix<Fine>, other: &DMatrix<Fine>| Fine::ratio(1, 2) * squared_norm((one.clone() - other).iter());
    // A layer that has lost a dimension is far from the closed form, not near it.
    let mut from_closed_form = Fine::integer(0);
    for (one, other) in here.iter().zip(&there) {
        let gap = distance(one, other);
        if gap > from_closed_form {
            from_closed_form = gap;
        }
    }
    if from_closed_form > Fine::ratio(1, 8) {
        return Err(Unjudged::outside("the minimiser has left the branch of full rank"));
    }
    let least = factors::sum(&closed.entropy_terms(&setting));
    Ok(Minimiser {
        excess: found.entropy / least - Fine::integer(1),
        from_closed_form,
        between_layers: (here.len() > 1).then(|| distance(&here[0], &here[1])),
    })
}
