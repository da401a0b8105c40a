//! The parameter volume `det(Z^T Z)`, `Z = [U^T, W]`, of a linear pair U (p x r), W (r x q) with `p + q <= r`: a step of descent multiplies it by `D^2`,
//!
//! ```text
//! D = c_U^(p - k) c_W^(q - k) det(c_U c_W I - eta_U eta_W G G^T),   k = min(p, q)
//! ```
//!
//! with `G = dl/d(U W)` of the sample or batch, shape (p, q).

use crate::linalg::minors::determinant;
use crate::linalg::products::transposed_product;
use crate::scalar::Field;
use nalgebra::DMatrix;

/// `c_U c_W I - eta_U eta_W G G^T`, or with `G^T G` if that is smaller: shape (k, k).
pub fn kernel<T: Field>(slope: &DMatrix<T>, [kept_upper, kept_lower]: &[T; 2], rates: &[T; 2]) -> DMatrix<T> {
    let wide = (slope.nrows() < slope.ncols()).then(|| slope.transpose());
    let slope = wide.as_ref().unwrap_or(slope);
    let kept = T::product(kept_upper, kept_lower);
    let rate = T::product(&rates[0], &rates[1]);
    let mut kernel = transposed_product(slope, slope).map(|entry| -T::product(&rate, &entry));
    for i in 0..kernel.nrows() {
        kernel[(i, i)] += &kept;
    }
    kernel
}

/// `D`, from `G`, from `c` and from `eta` of U and of W.
pub fn growth<T: Field>(slope: &DMatrix<T>, kept: &[T; 2], rates: &[T; 2]) -> T {
    let (p, q) = slope.shape();
    let surplus = kept[0].powi(p.saturating_sub(q) as i32) * kept[1].powi(q.saturating_sub(p) as i32);
    determinant(&kernel(slope, kept, rates)) * surplus
}
