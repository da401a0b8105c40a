//! A setting whose noise is isotropic with another noise beside it, `I + D`, and the sharpness of its balanced minimum in closed form.

use super::instance::Instance;
use super::random_matrices::{columns, matrix};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError};
use crate::platonic::balanced::{scaled_columns, trained_product};
use crate::platonic::factors::sum;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::platonic::{Factors, Setting, balanced_minimum, entropic_minimiser, flattest_minimum};
use crate::scalar::{Mp, Rational, Ring};
use crate::verify::{Drawn, Relation, Stream, Term};
use nalgebra::DMatrix;

/// A setting whose noise is isotropic, and another noise beside it.
pub struct Settled {
    pub(super) instance: Instance,
    /// `Se = I + D`
    pub(super) nearly: DMatrix<Rational>,
    /// Whether the condition number of that is so small that the entropic minimum is the flatter one, by the theorem.
    pub(super) is_near: bool,
}

/// The traces of the Hessian at the balanced and at the flattest minimum, the latter over the former less 1.
pub(super) fn excess(instance: &Instance) -> Result<f64, LinalgError> {
    type Number = Mp<256>;
    let (setting, frames) = (instance.setting.carry::<Number>(), instance.frames::<Number>());
    let sharpness = |factors: Factors<Number>| sum(&factors.sharpness_terms(&setting));
    let balanced = sharpness(balanced_minimum(&setting, instance.rank, &frames)?);
    let flattest = sharpness(flattest_minimum(&setting, instance.rank, &frames)?);
    Ok((balanced / &flattest - Number::integer(1)).as_float().to_f64())
}

impl Settled {
    /// Adds a noise to an instance: `I + D` with `D` positive semidefinite and of trace `2^-4`, or less where the balanced minimum is nearly a
    /// flattest one: for one output only the former noise is left, which is isotropic.
    pub(super) fn new(stream: &mut Stream, instance: Instance, exceptional: bool) -> Self {
        let excess = if exceptional { 0.0 } else { excess(&instance).unwrap_or(0.0) };
        let is_near = excess > 2.0_f64.powi(-16) && instance.setting.target.nrows() > 1;
        let bits = if is_near { 4.max(1 - excess.log2().floor() as i32) } else { 4 };
        let nearly = nearly_isotropic(stream, instance.setting.target.nrows(), bits as u32);
        Settled { instance, nearly, is_near }
    }
}

/// `I + D` with `D` random, positive semidefinite, of trace `2^-bits`.
fn nearly_isotropic(stream: &mut Stream, size: usize, bits: u32) -> DMatrix<Rational> {
    let random = second_moment(&columns(&matrix(stream, size, size)));
    let trace = random.trace() << bits;
    DMatrix::from_fn(size, size, |row, column| {
        Rational::from(i64::from(row == column)) + Rational::from(&random[(row, column)] / &trace)
    })
}

impl Settled {
    /// The sharpness of the entropic minimum under some noise.
    pub(super) fn entropic<T: Decomposable>(
        &self,
        setting: &Setting<T>,
        noise: &DMatrix<Rational>,
    ) -> Result<T, LinalgError> {
        let mut setting = setting.clone();
        setting.noise_covariance = noise.map_with_location(|_, _, entry| T::from_rational(&entry));
        let factors = entropic_minimiser(&setting, self.instance.rank, &self.instance.frames())?;
        Ok(sum(&factors.sharpness_terms(&setting)))
    }

    /// The sharpness of the balanced minimum, in its first layer, all layers between, and its last layer:
    ///
    /// ```text
    /// 2 |M_O U s^((D-i)/D)|^2 tr(X_i Sx X_i^T),    X_1 = M_I,   X_i = s^((i-1)/D) W^T M_I
    /// ```
    ///
    /// with `M_O^-1 V M_I^-1 = U diag(s) W^T`.
    fn closed_form<T: Decomposable>(&self, setting: &Setting<T>, depth: usize) -> Result<Vec<T>, LinalgError> {
        let values = trained_product(setting)?;
        let rank = self.instance.rank;
        let left = |layer: usize| match depth - layer {
            0 => squared_norm(setting.embedding_out.iter()),
            power => {
                let scaled = scaled_columns(&values.left, &values, rank, power, depth);
                squared_norm(product(&setting.embedding_out, &scaled).iter())
            }
        };
        let right = |layer: usize| match layer - 1 {
            0 => weighted_square(&setting.input_covariance, &setting.embedding_in.transpose()),
            power => {
                let scaled = scaled_columns(&values.right, &values, rank, power, depth);
                let seen = transposed_product(&scaled, &setting.embedding_in);
                weighted_square(&setting.input_covariance, &seen.transpose())
            }
        };
        Ok((1..=depth).map(|layer| T::integer(2) * left(layer) * right(layer)).collect())
    }

    /// The sharpness of the balanced minimum is that of the closed form, with the exponents of so many layers.
    pub(super) fn formula<T: Decomposable>(
        &self,
        setting: &Setting<T>,
        depth: usize,
        sharpness: T,
    ) -> Result<Relation<T>, LinalgError> {
        let mut terms = self.closed_form(setting, depth)?;
        let last = terms.pop();
        let mut right = vec![Term::scalar("2 |M_O U s^((D-1)/D)|^2 tr(M_I Sx M_I^T)", terms.remove(0))];
        if !terms.is_empty() {
            right.push(Term::scalar("2 sum_i |M_O U s^((D-i)/D)|^2 tr(X_i Sx X_i^T)", sum(&terms)));
        }
        right.extend(last.map(|last| Term::scalar("2 |M_O|^2 tr(X_D Sx X_D^T)", last)));
        let left = vec![Term::scalar("tr Hess L, balanced", sharpness)];
        Ok(Relation::equality("the sharpness of the balanced minimum", left, right))
    }

    /// Whether the exponents of two layers give another number, by more than `2^-8`: they do not where all singular values are 1, and by accident.
    pub(super) fn tells_the_depth(&self) -> bool {
        let setting = self.instance.setting.carry::<f64>();
        let total = |depth: usize| self.closed_form(&setting, depth).map(|terms| sum(&terms));
        match (total(self.instance.depth()), total(2)) {
            (Ok(right), Ok(wrong)) => (wrong / right - 1.0).abs() > 2.0_f64.powi(-8),
            _ => false,
        }
    }
}

impl Drawn for Settled {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.instance)
    }
}
