//! Settings whose noise vanishes along one direction: the second part of `sharpness/ratio`, and what makes the entropic minimum the sharper one in
//! `sharpness/both-signs` and `sharpness/deep`.
//!
//! With `V = U F` of rank `r`, `U` of shape (d_y, r), and `G = F Sx F^T`, the number `tau` of the ratio is a geometric mean of matrices,
//!
//! ```text
//! tau = tr(U^T U ((U^T Se U)^-1 # G))
//! ```
//!
//! so that nothing but the noise within the column space of `V` matters for it.

use super::instance::Depths;
use super::random_matrices::{columns, invertible, matrix, reflection};
use crate::linalg::products::product;
use crate::linalg::{Decomposable, LinalgError, exact};
use crate::platonic::factors::sum;
use crate::platonic::setting::second_moment;
use crate::platonic::{Setting, balanced_minimum, entropic_minimiser, flattest_minimum};
use crate::scalar::{Field, Rational, Real, Ring};
use crate::verify::{Drawn, Stream};
use nalgebra::DMatrix;

/// In the bounds `epsilon` is one of `2^-1, ..., 2^-12`. They are proved, strictly, for every `epsilon` below 1; the lower one leaves out a part
/// `a_0 n / ((D-1) a tau)` of the sharpness, which falls with `epsilon`, and 64 bits have to resolve it.
const BOUND_BITS: usize = 12;
/// A control's is `2^-80`, so that nothing but the constants is left to make it pass.
const CONTROL_BITS: u32 = 80;

/// A setting whose noise vanishes along a direction.
pub struct Vanishing {
    /// With the identity for the noise's covariance.
    pub setting: Setting<Rational>,
    /// `U`
    pub left: DMatrix<Rational>,
    /// `F`
    pub(super) right: DMatrix<Rational>,
    /// `N`, positive definite, with `S_0 = Pi N Pi`.
    pub(super) noise: DMatrix<Rational>,
    /// `v`, a column.
    pub(super) direction: DMatrix<Rational>,
    /// `v = U c`; if `v` is not in the column space, something else.
    pub(super) coefficients: DMatrix<Rational>,
    /// Whether `v` is in the column space of `V`.
    pub inside: bool,
    frames: Vec<DMatrix<Rational>>,
    /// `-log2(epsilon)`
    pub(super) bits: u32,
}

/// A minimum that does not depend on the noise, to measure the sharpness of the entropic one by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The flattest.
    Flattest,
    /// The balanced one.
    Balanced,
}

/// How settings are drawn.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Whether `v` lies in the column space of `V`.
    pub inside: bool,
    /// `D`
    pub depth: Depths,
    /// The largest rank of the target.
    pub most_rank: usize,
    /// Whether it is for a control, for which `epsilon` is so small that nothing but the constants is left to make it pass.
    pub control: bool,
}

/// A rational matrix in another scalar.
pub fn carried<T: Field>(matrix: &DMatrix<Rational>) -> DMatrix<T> {
    matrix.map_with_location(|_, _, entry| T::from_rational(&entry))
}

/// `base^(numerator/denominator)` for a positive base.
pub fn power<T: Real>(base: &T, numerator: i64, denominator: i64) -> T {
    (T::ratio(numerator, denominator) * base.ln()).exp()
}

/// An even number of bits `k` for which `2^(k/root)` is more than `factor`.
pub fn bits_to_outgrow(factor: f64, root: i64) -> u32 {
    let bits = (factor.log2() * root as f64).max(0.0).floor() as u32 + 1;
    bits + bits % 2
}

impl Drawn for Vanishing {
    fn describe(&self) -> String {
        let place = if self.inside { "inside" } else { "outside" };
        format!(
            "{} layers, {} inputs, {} outputs, target of rank {}, noise vanishing {place} its column space",
            self.depth(),
            self.setting.target.ncols(),
            self.setting.target.nrows(),
            self.left.ncols()
        )
    }
}

impl Vanishing {
    /// Draws a setting with up to three inputs and two or three outputs, in which `v` lies in the column space of `V` or not.
    pub fn draw(stream: &mut Stream, shape: &Shape) -> Self {
        let &Shape { inside, most_rank, control, .. } = shape;
        let depth = (shape.depth)(stream);
        let (d_x, d_y) = (1 + stream.below(3), 2 + stream.below(2));
        let most = most_rank.min(if inside { d_x.min(d_y) } else { d_x.min(d_y - 1) });
        let rank = 1 + stream.below(most);
        let bits = if control { CONTROL_BITS } else { 1 + stream.below(BOUND_BITS) as u32 };
        let full = |matrix: &DMatrix<Rational>| exact::rank(matrix) == matrix.nrows().min(matrix.ncols());
        let mut drawn = |rows: usize, columns: usize| loop {
            let candidate = matrix(stream, rows, columns);
            if full(&candidate) {
                return candidate;
            }
        };
        let (left, right) = (drawn(d_y, rank), drawn(rank, d_x));
        let coefficients = drawn(rank, 1);
        let direction = loop {
            let candidate = if inside { product(&left, &coefficients) } else { drawn(d_y, 1) };
            let beside = DMatrix::from_fn(d_y, rank + 1, |row, column| {
                if column < rank { left[(row, column)].clone() } else { candidate[row].clone() }
            });
            if inside || exact::rank(&beside) > rank {
                break candidate;
            }
        };
        let inputs = columns(&drawn(d_x, d_x));
        let noise = second_moment(&columns(&drawn(d_y, d_y)));
        let axes = columns(&DMatrix::from_fn(d_y, d_y, |row, column| Rational::from(i64::from(row == column))));
        let mut setting = Setting::of_data(&inputs, &axes, product(&left, &right));
        setting.noise_covariance.fill_with_identity();
        setting.embedding_in = invertible(stream, d_x);
        setting.embedding_out = invertible(stream, d_y);
        let frames = (1..depth).map(|_| {
            let width = rank + stream.below(3);
            reflection(stream, width).columns(0, rank).into_owned()
        });
        let frames = frames.collect();
        Vanishing { setting, left, right, noise, direction, coefficients, inside, frames, bits }
    }

    /// `D`
    pub fn depth(&self) -> i64 {
        self.frames.len() as i64 + 1
    }

    /// `Pi N Pi + epsilon v v^T / v^T v`
    pub fn noise(&self, epsilon: &Rational) -> DMatrix<Rational> {
        let (along, projection) = self.projections();
        let rest = product(&product(&projection, &self.noise), &projection);
        rest.zip_map(&along, |rest, along| rest + along * epsilon)
    }

    /// The size of the noise along `v`.
    pub fn epsilon(&self) -> Rational {
        Rational::from(1) >> self.bits
    }

    /// `v v^T / v^T v` and `Pi = I - v v^T / v^T v`.
    pub(super) fn projections(&self) -> (DMatrix<Rational>, DMatrix<Rational>) {
        let length: Rational = self.direction.iter().map(Ring::squared).sum();
        let along = product(&self.direction, &self.direction.transpose()).map(|entry| entry / &length);
        let rest = DMatrix::from_fn(along.nrows(), along.ncols(), |row, column| {
            Rational::from(i64::from(row == column)) - &along[(row, column)]
        });
        (along, rest)
    }

    /// The rank of the target.
    pub fn rank(&self) -> usize {
        self.left.ncols()
    }

    fn carried_frames<T: Field>(&self) -> Vec<DMatrix<T>> {
        self.frames.iter().map(carried).collect()
    }

    /// `tr Hess L` at the entropic minimum, from its weights.
    pub fn entropic<T: Decomposable>(&self, epsilon: &Rational) -> Result<T, LinalgError> {
        let mut setting = self.setting.carry::<T>();
        setting.noise_covariance = carried(&self.noise(epsilon));
        let minimum = entropic_minimiser(&setting, self.rank(), &self.carried_frames())?;
        Ok(sum(&minimum.sharpness_terms(&setting)))
    }

    /// `tr Hess L` at a minimum that does not depend on the noise, from its weights.
    pub fn beside<T: Decomposable>(&self, beside: Beside) -> Result<T, LinalgError> {
        let (setting, frames) = (self.setting.carry::<T>(), self.carried_frames());
        let minimum = match beside {
            Beside::Flattest => flattest_minimum(&setting, self.rank(), &frames)?,
            Beside::Balanced => balanced_minimum(&setting, self.rank(), &frames)?,
        };
        Ok(sum(&minimum.sharpness_terms(&setting)))
    }
}
