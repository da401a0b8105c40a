//! Samples at the optimum with weight decay, drawn backwards: from rational `alpha` and `U` the margins `u_i = ln((1 - alpha_i)/alpha_i)`, and the strengths
//! of the features that have this optimum, `s_j^2 = lambda (U^T u)_j/(U^T alpha)_j`.

use crate::exact::draws::columns;
use crate::linalg::minors::determinant;
use crate::scalar::{Field, Rational, Real};
use crate::verify::{Class, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// An optimum with weight decay.
pub(super) struct Optimum {
    /// `U`, the features its columns.
    pub(super) axes: DMatrix<Rational>,
    pub(super) alpha: Vec<Rational>,
    pub(super) lambda: Rational,
}

impl Optimum {
    /// `lambda` is `2^k/16 ... 2^k`, with `k` from -10 to 4.
    pub(super) fn draw(stream: &mut Stream, axes: DMatrix<Rational>) -> Self {
        let size = axes.nrows();
        let lambda = stream.positive() * Rational::from((1, 1 << 10)) * Rational::from(1 << stream.below(14));
        let alpha = (0..size).map(|_| Rational::from((stream.integer(1, 255), 256))).collect();
        Optimum { axes, alpha, lambda }
    }

    /// Two to four samples whose features all have a strength.
    pub(super) fn of_features(stream: &mut Stream) -> Self {
        loop {
            let size = 2 + stream.below(3);
            let axes = columns(stream, size);
            let optimum = Optimum::draw(stream, axes);
            if optimum.is_one() {
                return optimum;
            }
        }
    }

    /// Whether every `s_j^2` is positive, with room for rounding to doubles.
    pub(super) fn is_one(&self) -> bool {
        let alpha: Vec<f64> = self.alpha.iter().map(Rational::to_f64).collect();
        self.axes.column_iter().all(|axis| {
            let (mut response, mut pull) = (0.0, 0.0);
            for (w, alpha) in axis.iter().zip(&alpha) {
                response += w.to_f64() * ((1.0 - alpha) / alpha).ln();
                pull += w.to_f64() * alpha;
            }
            response.abs() > 1e-6 && pull.abs() > 1e-6 && response * pull > 0.0
        })
    }

    pub(super) fn at<T: Real>(&self) -> At<T> {
        let size = self.alpha.len();
        let lambda = T::from_rational(&self.lambda);
        let axes = DMatrix::from_fn(size, size, |i, j| T::from_rational(&self.axes[(i, j)]));
        let alpha: Vec<T> = self.alpha.iter().map(T::from_rational).collect();
        let margins: Vec<T> = self.alpha.iter().map(|a| T::from_rational(&(Rational::from(1 - a) / a)).ln()).collect();
        let project = |v: &[T]| -> Vec<T> { (0..size).map(|j| along(&axes, j, v)).collect() };
        let (pulls, responses) = (project(&alpha), project(&margins));
        let strengths = pulls.iter().zip(&responses).map(|(pull, z)| T::product(&lambda, z) / pull).collect();
        let slopes = alpha.iter().map(|a| (T::one() - a) * a).collect();
        At { axes, lambda, pulls, responses, strengths, slopes }
    }
}

/// `w_j^T v`
fn along<T: Field>(axes: &DMatrix<T>, j: usize, v: &[T]) -> T {
    let mut sum = T::zero();
    for (i, entry) in v.iter().enumerate() {
        sum += T::product(&axes[(i, j)], entry);
    }
    sum
}

/// An optimum in a scalar.
pub(super) struct At<T> {
    pub(super) axes: DMatrix<T>,
    pub(super) lambda: T,
    /// `U^T alpha`
    pub(super) pulls: Vec<T>,
    /// `z`
    pub(super) responses: Vec<T>,
    /// `s_j^2`
    pub(super) strengths: Vec<T>,
    /// `alpha_i (1 - alpha_i)`
    pub(super) slopes: Vec<T>,
}

impl<T: Real> At<T> {
    /// `I + S^2 M/lambda`, with slopes and coupling as a control may have them.
    pub(super) fn system(&self, slopes: &[T], coupled: bool) -> DMatrix<T> {
        let size = self.pulls.len();
        DMatrix::from_fn(size, size, |j, k| {
            let mut entry = T::zero();
            if coupled || j == k {
                for (i, slope) in slopes.iter().enumerate() {
                    entry += T::product(&self.axes[(i, j)], &self.axes[(i, k)]) * slope;
                }
            }
            let entry = entry * &self.strengths[j] / &self.lambda;
            if j == k { entry + T::one() } else { entry }
        })
    }

    /// `dz/d(s_k^2) = (1/lambda) (w_k^T alpha) (I + S^2 M/lambda)^{-1} e_k`, by Cramer's rule.
    pub(super) fn response(&self, system: &DMatrix<T>, k: usize) -> Vec<T> {
        let whole = determinant(system);
        let cramer = |j: usize| {
            let mut other = system.clone();
            for (row, entry) in other.column_mut(j).iter_mut().enumerate() {
                *entry = if row == k { T::one() } else { T::zero() };
            }
            determinant(&other) * &self.pulls[k] / &self.lambda / &whole
        };
        (0..self.pulls.len()).map(cramer).collect()
    }
}

impl Drawn for Optimum {
    fn class(&self) -> Class {
        Class::Smooth
    }
    fn describe(&self) -> String {
        format!("{} samples, lambda = {}", self.alpha.len(), self.lambda)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("alpha", self.alpha.clone()),
            Numbers::new("U, column by column", self.axes.iter().cloned()),
            Numbers::new("lambda", [self.lambda.clone()]),
        ]
    }
}
