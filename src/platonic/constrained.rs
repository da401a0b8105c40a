//! The least entropy over the global minima of the loss as a problem of its own: minimise `S(W) = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T)` subject to
//! `M_O W_D ... W_1 M_I = V`, by Newton's method on the conditions of Lagrange. Nothing of the closed form is used, so that it can be
//! checked against this.

use super::factors::Factors;
use super::setting::{Setting, weighted_square};
use crate::linalg::products::{norm, product, transposed_product};
use crate::linalg::{LinalgError, singular_values};
use crate::model::mlp::Layout;
use crate::scalar::{Dual, Field, Rational, Real};
use nalgebra::DMatrix;

/// Newton steps in doubles.
const COARSE_STEPS: usize = 60;
/// Directions in which the conditions change by less than `2^-FLAT` of the largest change count as flat: the gauge symmetries
/// that survive, and multipliers that do not matter.
const FLAT: i32 = 30;

/// Why Newton's method did not end at a stationary point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConstrainedError {
    /// The residual stopped falling above the tolerance.
    #[error("newton's method for the constrained minimum did not converge")]
    NotConverged,
    /// A decomposition failed.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}

/// The gradient of `S` with respect to every `W_k`.
///
/// With `p_i = tr(Se A_i A_i^T)` and `q_i = tr(B_i Sx B_i^T)`,
///
/// ```text
/// dS/dW_k = 2 A_k^T Se A_k W_k P_k + 2 R_k W_k B_k Sx B_k^T,
/// P_1 = 0,  P_{k+1} = W_k P_k W_k^T + q_k I,      R_D = 0,  R_{k-1} = W_k^T R_k W_k + p_k I.
/// ```
pub fn entropy_gradient<T: Field>(factors: &Factors<T>, setting: &Setting<T>) -> Factors<T> {
    let (left, right) = (factors.left(setting), factors.right(setting));
    let depth = factors.depth();
    let identity = |size: usize, scale: &T| {
        DMatrix::from_fn(size, size, |row, column| if row == column { scale.clone() } else { T::zero() })
    };
    let sandwiched = |outer: &DMatrix<T>, inner: &DMatrix<T>| product(&product(outer, inner), &outer.transpose());
    let twice = T::integer(2);
    let mut gradient: Vec<DMatrix<T>> = Vec::with_capacity(depth);
    let mut below = identity(factors.0[0].ncols(), &T::zero());
    for (layer, matrix) in factors.0.iter().enumerate() {
        let noise = transposed_product(&left[layer], &product(&setting.noise_covariance, &left[layer]));
        gradient.push(product(&product(&noise, matrix), &below).map(|entry| entry * &twice));
        let size = weighted_square(&setting.input_covariance, &right[layer].transpose());
        below = sandwiched(matrix, &below) + identity(matrix.nrows(), &size);
    }
    let mut above = identity(factors.0[depth - 1].nrows(), &T::zero());
    for (layer, matrix) in factors.0.iter().enumerate().rev() {
        let inputs = sandwiched(&right[layer], &setting.input_covariance);
        gradient[layer] += product(&product(&above, matrix), &inputs).map(|entry| entry * &twice);
        let size = weighted_square(&setting.noise_covariance, &left[layer]);
        above = sandwiched(&matrix.transpose(), &above) + identity(matrix.ncols(), &size);
    }
    Factors(gradient)
}

/// A point of the search: the trained matrices and the multiplier of the constraint, shape (d_y, d_x).
#[derive(Clone, Debug)]
pub struct Lagrangian<T> {
    /// `W_1, ..., W_D`
    pub factors: Factors<T>,
    /// `M`, the multiplier: the Lagrangian is `S + tr M^T (M_O W_D ... W_1 M_I - V)`.
    pub multiplier: DMatrix<T>,
}

impl<T: Field> Lagrangian<T> {
    /// A stationary point of `L + eta S` as a point near the constrained minimum of `S`: its multiplier is `(2 / eta) (M_O W_D ... W_1 M_I - V) Sx`, since the gradient of `L` is
    /// `2 A_k^T (M_O W_D ... W_1 M_I - V) Sx B_k^T`.
    pub fn of_penalised(factors: Factors<T>, setting: &Setting<T>, eta: &T) -> Self {
        let excess = factors.end_to_end(setting) - &setting.target;
        let factor = T::integer(2) / eta;
        let multiplier = product(&excess, &setting.input_covariance).map(|entry| entry * &factor);
        Lagrangian { factors, multiplier }
    }

    fn flat(&self) -> Vec<T> {
        let mut flat = self.factors.flat();
        flat.extend(self.multiplier.iter().cloned());
        flat
    }

    fn of(layout: &Layout, setting: &Setting<T>, flat: &[T]) -> Self {
        let (outputs, inputs) = setting.target.shape();
        let (weights, multiplier) = flat.split_at(flat.len() - outputs * inputs);
        Lagrangian {
            factors: Factors::of(layout, weights),
            multiplier: DMatrix::from_column_slice(outputs, inputs, multiplier),
        }
    }

    /// The gradient of the Lagrangian: zero at a point of the constraint where `S` is stationary along it.
    fn gradient(&self, setting: &Setting<T>) -> Vec<T> {
        let (left, right) = (self.factors.left(setting), self.factors.right(setting));
        let mut gradient = entropy_gradient(&self.factors, setting);
        for (layer, entry) in gradient.0.iter_mut().enumerate() {
            *entry += product(&transposed_product(&left[layer], &self.multiplier), &right[layer].transpose());
        }
        let mut flat = gradient.flat();
        let excess = self.factors.end_to_end(setting) - &setting.target;
        flat.extend(excess.iter().cloned());
        flat
    }
}

/// The pseudo-inverse of the Hessian of the Lagrangian.
fn inverse_hessian(layout: &Layout, setting: &Setting<f64>, flat: &[f64]) -> Result<DMatrix<f64>, LinalgError> {
    let lifted = Setting::<Dual<f64>> {
        input_covariance: setting.input_covariance.map(Dual::constant),
        noise_covariance: setting.noise_covariance.map(Dual::constant),
        target: setting.target.map(Dual::constant),
        embedding_in: setting.embedding_in.map(Dual::constant),
        embedding_out: setting.embedding_out.map(Dual::constant),
    };
    let size = flat.len();
    let mut hessian = DMatrix::zeros(size, size);
    for column in 0..size {
        let seeded: Vec<Dual<f64>> = flat
            .iter()
            .enumerate()
            .map(|(index, entry)| if index == column { Dual::new(*entry, 1.0) } else { Dual::constant(*entry) })
            .collect();
        for (row, entry) in Lagrangian::of(layout, &lifted, &seeded).gradient(&lifted).iter().enumerate() {
            hessian[(row, column)] = entry.tangent;
        }
    }
    let decomposition = singular_values(&hessian)?;
    let rank = decomposition.rank(&2.0_f64.powi(-FLAT));
    let mut scaled = decomposition.right.columns(0, rank).into_owned();
    for (mut column, value) in scaled.column_iter_mut().zip(decomposition.values.iter()) {
        column /= *value;
    }
    Ok(scaled * decomposition.left.columns(0, rank).transpose())
}

/// A stationary point of `S` on the set of global minima.
#[derive(Clone, Debug)]
pub struct Stationary<T> {
    /// The point with its multiplier.
    pub point: Lagrangian<T>,
    /// The norm of the gradient of the Lagrangian there, constraint included.
    pub residual: T,
}

/// A stationary point near a start, in doubles: Newton's method on the gradient of the Lagrangian, of which no step may increase the
/// norm.
///
/// # Errors
/// Those of the decompositions.
fn approach(
    layout: &Layout,
    setting: &Setting<f64>,
    start: &Lagrangian<f64>,
) -> Result<(Vec<f64>, DMatrix<f64>), LinalgError> {
    let mut flat = start.flat();
    let size = |flat: &[f64]| norm(&Lagrangian::of(layout, setting, flat).gradient(setting));
    let mut residual = size(&flat);
    let mut inverse = inverse_hessian(layout, setting, &flat)?;
    for _ in 0..COARSE_STEPS {
        let gradient = Lagrangian::of(layout, setting, &flat).gradient(setting);
        let step = &inverse * nalgebra::DVector::from_vec(gradient);
        let mut length = 1.0;
        let better = loop {
            let candidate: Vec<f64> = flat.iter().zip(step.iter()).map(|(entry, step)| entry - length * step).collect();
            let found = size(&candidate);
            if found < residual {
                break Some((candidate, found));
            }
            length /= 2.0;
            if length < 1e-4 {
                break None;
            }
        };
        let Some((candidate, found)) = better else { break };
        (flat, residual) = (candidate, found);
        inverse = inverse_hessian(layout, setting, &flat)?;
    }
    Ok((flat, inverse))
}

/// The stationary point of `S` on the set of global minima that Newton's method reaches from a point near it, to the working precision of
/// `T`: in doubles first, then with the pseudo-inverse of doubles, every step of which gains about as many digits as a double has.
///
/// The gradient decides: it has to fall below `tolerance` times the size of its own terms.
///
/// # Errors
/// [`ConstrainedError`]
pub fn constrained_stationary_point<T: Real + PartialOrd>(
    layout: &Layout,
    setting: &Setting<Rational>,
    start: &Lagrangian<f64>,
    tolerance: &T,
) -> Result<Stationary<T>, ConstrainedError> {
    let (coarse, inverse) = approach(layout, &setting.carry(), start)?;
    let fine: Setting<T> = setting.carry();
    let exactly = |entry: &f64| Rational::from_f64(*entry).as_ref().map(T::from_rational);
    let mut flat = coarse.iter().map(exactly).collect::<Option<Vec<T>>>().ok_or(ConstrainedError::NotConverged)?;
    let rows = inverse.transpose().iter().map(exactly).collect::<Option<Vec<T>>>();
    let rows = rows.ok_or(ConstrainedError::NotConverged)?;
    let mut before: Option<T> = None;
    let mut scratch = T::zero();
    loop {
        let point = Lagrangian::of(layout, &fine, &flat);
        let gradient = point.gradient(&fine);
        let residual = norm(&gradient);
        let scale = norm(&entropy_gradient(&point.factors, &fine).flat()) + norm(fine.target.iter()) + T::one();
        if residual <= T::product(tolerance, &scale) {
            return Ok(Stationary { point, residual });
        }
        // The negation also catches what is not a number.
        if !before.is_none_or(|before| T::integer(2) * &residual < before) {
            return Err(ConstrainedError::NotConverged);
        }
        before = Some(residual);
        for (entry, row) in flat.iter_mut().zip(rows.chunks_exact(gradient.len())) {
            for (inverse, slope) in row.iter().zip(&gradient) {
                entry.sub_product(inverse, slope, &mut scratch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::Example;
    use super::super::factors::sum;
    use super::*;

    /// The recursion for the gradient of `S` is what differentiation gives, in the rationals.
    #[test]
    fn the_gradient_is_that_of_differentiation() {
        for depth in 1..=5 {
            let mut example = Example::draw(depth, 3);
            let factors = example.minimum();
            let layout = example.network().layout().expect("it has layers").clone();
            let setting = &example.setting;
            let lifted: Setting<Dual<Rational>> = setting.carry();
            let flat = factors.flat();
            let expected: Vec<Rational> = (0..flat.len())
                .map(|index| {
                    let seeded: Vec<Dual<Rational>> = flat
                        .iter()
                        .enumerate()
                        .map(|(place, entry)| match place == index {
                            true => Dual::new(entry.clone(), Rational::from(1)),
                            false => Dual::constant(entry.clone()),
                        })
                        .collect();
                    sum(&Factors::of(&layout, &seeded).entropy_terms(&lifted)).tangent
                })
                .collect();
            assert_eq!(entropy_gradient(&factors, setting).flat(), expected, "depth {depth}");
        }
    }
}
