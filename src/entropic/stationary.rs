//! Stationary points of the entropic loss: a search in doubles, then Newton's method to full working precision.

use super::Objective;
use crate::linalg::{LinalgError, products, singular_values, symmetric_eigen};
use crate::model::{Differentiable, Model};
use crate::scalar::{Dual, Rational, Real};
use nalgebra::{DMatrix, DVector};

/// Steps of the search in doubles.
const SEARCH_STEPS: usize = 300;
/// Curvatures below `2^-FLAT` of the largest count as flat. A symmetry that survives leaves exactly flat directions; in a
/// point known to a double's accuracy their curvature shows up as about `2^-45`.
const FLAT: i32 = 30;

/// Why a start did not lead to a stationary point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StationaryError {
    /// The search in doubles ended elsewhere, as it does where the minimiser sits on a kink.
    #[error("the search did not converge (the minimiser may sit on a kink)")]
    NotFound,
    /// Newton's method did not reach the working precision.
    #[error("newton's method did not reach the working precision (a kink or a degenerate minimum)")]
    NotPolished,
    /// A decomposition failed.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}

/// Minimises F in doubles from `start`, to `|grad F|` of about a rounding error.
///
/// Newton's method with the curvatures' absolute values (so that it descends past saddles) and halved steps.
///
/// # Errors
/// [`StationaryError::NotFound`] where it stalls or diverges.
pub fn search<M: ?Sized + Differentiable<f64>>(
    objective: &Objective<'_, f64, M>,
    start: Vec<f64>,
) -> Result<Vec<f64>, StationaryError> {
    let mut theta = start;
    let mut value = objective.entropic_loss(&theta);
    for _ in 0..SEARCH_STEPS {
        let gradient = objective.entropic_gradient(&theta);
        let size = norm(&gradient);
        let hessian = objective.entropic_hessian(&theta);
        let curvature = hessian.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
        if size <= 1e-12 * (1.0 + curvature * norm(&theta)) {
            return Ok(theta);
        }
        if !size.is_finite() || !curvature.is_finite() {
            return Err(StationaryError::NotFound);
        }
        let symmetric = (&hessian + hessian.transpose()) * 0.5;
        let eigen = symmetric_eigen(&symmetric)?;
        let mut coordinates = eigen.vectors.transpose() * DVector::from_column_slice(&gradient);
        for (coordinate, curvature_along) in coordinates.iter_mut().zip(eigen.values.iter()) {
            *coordinate /= curvature_along.abs().max(1e-9 * (1.0 + curvature));
        }
        let step = &eigen.vectors * coordinates;
        // A cap on the step: far from the minimum the quadratic model is not to be trusted.
        let cap = (0.5 * (1.0 + norm(&theta)) / step.norm()).min(1.0);
        let mut length = cap;
        let next = loop {
            let candidate: Vec<f64> = theta.iter().zip(step.iter()).map(|(x, s)| x - length * s).collect();
            let candidate_value = objective.entropic_loss(&candidate);
            // Close to the minimum F no longer resolves the step; the gradient does.
            let better = candidate_value < value
                || (candidate_value <= value + 1e-13 * value.abs()
                    && norm(&objective.entropic_gradient(&candidate)) < size);
            if better {
                break Some((candidate, candidate_value));
            }
            length /= 2.0;
            if length < 1e-8 * cap {
                break None;
            }
        };
        let Some((next, next_value)) = next else { return Err(StationaryError::NotFound) };
        (theta, value) = (next, next_value);
    }
    Err(StationaryError::NotFound)
}

/// A stationary point of F at the working precision of `T`.
#[derive(Clone, Debug)]
pub struct StationaryPoint<T> {
    /// The point.
    pub theta: Vec<T>,
    /// `|grad F|` there.
    pub gradient_norm: T,
    /// The gradients that were evaluated to get there.
    pub steps: usize,
}

/// The pseudo-inverse of the Hessian of F at a point found in doubles: what [`polish`] steps with.
#[derive(Clone, Debug)]
pub struct Chord {
    /// Row-major, square.
    inverse: DMatrix<f64>,
    /// The number of directions along which F is not flat.
    pub rank: usize,
}

impl Chord {
    /// The pseudo-inverse at `theta`, with curvatures below `2^-30` of the largest taken as zero.
    ///
    /// # Errors
    /// Those of the singular value decomposition.
    pub fn new<M: ?Sized + Differentiable<f64>>(
        objective: &Objective<'_, f64, M>,
        theta: &[f64],
    ) -> Result<Self, StationaryError> {
        let decomposition = singular_values(&objective.entropic_hessian(theta))?;
        let rank = decomposition.rank(&(2.0_f64).powi(-FLAT));
        let mut scaled = decomposition.right.columns(0, rank).into_owned();
        for (mut column, value) in scaled.column_iter_mut().zip(decomposition.values.iter()) {
            column /= *value;
        }
        Ok(Chord { inverse: scaled * decomposition.left.columns(0, rank).transpose(), rank })
    }
}

/// Newton's method on `grad F = 0`, from a point found in doubles to full working precision.
///
/// The chord variant: every step uses the pseudo-inverse of the Hessian at the start, which is off by about a double's
/// accuracy, so every step gains about as many digits as a double has, less the condition number; one gradient at high
/// precision a step, no Hessian and no decomposition. Symmetries that survive leave flat directions; the pseudo-inverse
/// gives minimum-norm steps, which do not move along them. Nothing is taken on trust: the gradient at the result decides.
///
/// # Errors
/// [`StationaryError::NotPolished`] if the gradient does not fall to rounding errors.
pub fn polish<T: Real + PartialOrd, M: ?Sized + Model<T> + Model<Dual<T>>>(
    objective: &Objective<'_, T, M>,
    chord: &Chord,
    start: Vec<T>,
    tolerance: &T,
) -> Result<StationaryPoint<T>, StationaryError> {
    let mut scratch = T::zero();
    let mut inverse = Vec::with_capacity(chord.inverse.len());
    for entry in chord.inverse.transpose().iter() {
        inverse.push(T::from_rational(&Rational::from_f64(*entry).ok_or(StationaryError::NotFound)?));
    }
    let mut theta = start;
    let mut before: Option<T> = None;
    for steps in 1.. {
        let gradient = objective.entropic_gradient(&theta);
        let size = products::norm(gradient.iter());
        // Rounding in a mean of gradients leaves some units in the last place of its largest part.
        let scale = objective.sample_gradients(&theta).iter().map(|g| products::norm(g)).fold(T::one(), |a, b| a + b);
        if size <= T::product(tolerance, &scale) {
            return Ok(StationaryPoint { theta, gradient_norm: size, steps });
        }
        // A step that does not even halve the gradient leads nowhere; the negation also catches what is not a number.
        if !before.is_none_or(|before| T::integer(2) * &size < before) {
            return Err(StationaryError::NotPolished);
        }
        before = Some(size);
        for (parameter, row) in theta.iter_mut().zip(inverse.chunks_exact(gradient.len())) {
            for (entry, slope) in row.iter().zip(&gradient) {
                parameter.sub_product(entry, slope, &mut scratch);
            }
        }
    }
    unreachable!("every step halves the gradient or returns")
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}
