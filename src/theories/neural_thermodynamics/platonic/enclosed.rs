//! Kernels of minima that are known in closed form, enclosed in intervals: an approximation in many digits, taken as a rational matrix, and a
//! rigorous bound on its error from its residual. No decomposition is trusted.

use super::closed_form::closed_form;
use crate::linalg::products::{norm, product, transposed_product};
use crate::linalg::{LinalgError, exact};
use crate::platonic::{Factors, Setting};
use crate::scalar::{Field, Interval, Mp, Rational, Real, Ring};
use crate::verify::INTERVAL_BITS;
use nalgebra::DMatrix;

/// The scalar of the enclosures.
pub type Enclosed = Interval<INTERVAL_BITS>;
/// The scalar of the approximations: roots halve or quarter the digits of a residual.
pub type Approximate = Mp<1024>;

/// The matrix of an approximation as it is.
pub fn exactly(matrix: &DMatrix<Approximate>) -> Result<DMatrix<Rational>, LinalgError> {
    let mut entries = Vec::with_capacity(matrix.len());
    for (index, entry) in matrix.iter().enumerate() {
        let (row, column) = (index % matrix.nrows(), index / matrix.nrows());
        entries.push(entry.as_float().to_rational().ok_or(LinalgError::NotFinite { row, column })?);
    }
    Ok(DMatrix::from_vec(matrix.nrows(), matrix.ncols(), entries))
}

fn enclosed_norm(matrix: &DMatrix<Rational>) -> Enclosed {
    norm(&matrix.iter().map(Enclosed::from_rational).collect::<Vec<Enclosed>>())
}

/// Every matrix within `radius` of `centre`, in any norm that bounds the entries.
fn ball(centre: &DMatrix<Rational>, radius: &Enclosed) -> DMatrix<Enclosed> {
    let unit = Enclosed::integer(1).hull(&Enclosed::integer(-1));
    let radius = Enclosed::product(radius, &unit);
    centre.map(|entry| Enclosed::from_rational(&entry) + &radius)
}

/// The kernel `X^T H X` of the entropic minimiser, up to a factor, for inputs `X` as columns: `H` is the positive semidefinite solution of
/// `H Sx H = V^T Se V`, shape (d_x, d_x).
///
/// For positive semidefinite `A` and `B`, `|A^(1/2) - B^(1/2)| <= |A - B|^(1/2)` in the operator norm (Bhatia, *Matrix Analysis*, theorem X.1.1). With
/// `A` and `B` the squares of `Sx^(1/2) H Sx^(1/2)` for the solution and for an approximation of residual `R`,
///
/// ```text
/// |X^T H X - X^T H~ X| <= tr(X^T Sx^-1 X) (|Sx| |R|)^(1/2).
/// ```
///
/// `slack` is a bound on how far `V^T Se V` may be from that of the setting.
///
/// # Errors
/// Those of the decompositions with which the approximation is found.
pub fn entropic_kernel(
    setting: &Setting<Rational>,
    rank: usize,
    frames: &[DMatrix<Rational>],
    inputs: &DMatrix<Rational>,
    slack: &Enclosed,
) -> Result<DMatrix<Enclosed>, LinalgError> {
    let rounded: Setting<Approximate> = setting.carry();
    let minimiser: Factors<Approximate> = closed_form(setting, rank, frames)?;
    let first = exactly(&minimiser.right(&rounded)[1])?;
    let unscaled = transposed_product(&first, &first);
    let square = |h: &DMatrix<Rational>| product(&product(h, &setting.input_covariance), h);
    let wanted = transposed_product(&setting.target, &product(&setting.noise_covariance, &setting.target));
    let quotient = Approximate::from_rational(&(wanted.trace() / square(&unscaled).trace()));
    let scale = exactly(&DMatrix::from_element(1, 1, Real::sqrt(&quotient)))?[(0, 0)].clone();
    let solution = unscaled.map(|entry| entry * &scale);
    let residual = enclosed_norm(&(square(&solution) - wanted)) + slack;
    let size = product(&exact::inverse(&setting.input_covariance)?, &product(inputs, &inputs.transpose())).trace();
    let root = Real::sqrt(&(enclosed_norm(&setting.input_covariance) * residual));
    let radius = Enclosed::from_rational(&size) * root;
    Ok(ball(&transposed_product(inputs, &product(&solution, inputs)), &radius))
}

/// The kernel `X^T M X` for `M` the positive semidefinite solution of `M^degree = power`, up to the error of an approximation
/// `M~ = F^T F`: at most `|X|^2 |M~^degree - power|^(1/degree)`, by the same theorem.
///
/// # Errors
/// If the approximation is not finite.
pub fn root_kernel(
    factor: &DMatrix<Approximate>,
    power: &DMatrix<Rational>,
    degree: u32,
    inputs: &DMatrix<Rational>,
) -> Result<DMatrix<Enclosed>, LinalgError> {
    let factor = exactly(factor)?;
    let solution = transposed_product(&factor, &factor);
    let mut residual = solution.clone();
    for _ in 1..degree {
        residual = product(&residual, &solution);
    }
    let residual = enclosed_norm(&(residual - power));
    // An exponential of a logarithm; 0 has none, and is its own root.
    let root = if residual.contains_zero() && residual.is_point() {
        residual
    } else {
        Real::exp(&(Real::ln(&residual) / Enclosed::integer(i64::from(degree))))
    };
    let size = enclosed_norm(inputs);
    let radius = Enclosed::product(&size, &size) * root;
    Ok(ball(&transposed_product(inputs, &product(&solution, inputs)), &radius))
}

/// `P V` for the projector `P` on the `rank` leading eigenvectors of `V Sx V^T`, from approximate eigenvectors (columns of `vectors`), and how far
/// `(P V)^T Se (P V)` may be from that of the result.
///
/// The result is `P~ V` with `P~` the exact projector on the approximate vectors. With `C` the compression of `A = V Sx V^T` to the complement of `P~`,
/// and `lambda` the least eigenvalue of that to its range, `|P - P~| <= 2^(1/2) |(I - P~) A P~| / (lambda - tr C)` (Davis and Kahan's theorem on
/// sines, in the Frobenius norm), as `lambda` is at most the eigenvalue of `A` of that number.
///
/// # Errors
/// [`LinalgError::Singular`] if the bound on the gap is not positive, and if the vectors are dependent.
pub fn projected(
    setting: &Setting<Rational>,
    vectors: &DMatrix<Approximate>,
) -> Result<(DMatrix<Rational>, Enclosed), LinalgError> {
    let Setting { input_covariance, noise_covariance, target, .. } = setting;
    let vectors = exactly(vectors)?;
    let gram = transposed_product(&vectors, &vectors);
    let projector = product(&product(&vectors, &exact::inverse(&gram)?), &vectors.transpose());
    let complement = super::experiment::identity(projector.nrows()) - &projector;
    let moment = product(&product(target, input_covariance), &target.transpose());
    // The least eigenvalue of the compression is at least 1 / |N^8|^(1/8) for its inverse N.
    let compressed = transposed_product(&vectors, &product(&moment, &vectors));
    let mut inverse = product(&exact::inverse(&compressed)?, &gram);
    for _ in 0..3 {
        inverse = product(&inverse, &inverse);
    }
    let eighth_root = Real::sqrt(&Real::sqrt(&Real::sqrt(&enclosed_norm(&inverse))));
    let least = Enclosed::integer(1) / eighth_root;
    let rest = Enclosed::from_rational(&product(&complement, &moment).trace());
    let gap = least - rest;
    if !gap.lower().is_sign_positive() || gap.contains_zero() {
        return Err(LinalgError::Singular);
    }
    let coupling = enclosed_norm(&product(&product(&complement, &moment), &projector));
    let angle = Real::sqrt(&Enclosed::integer(2)) * coupling / gap;
    let lower = product(&projector, target);
    let shift = angle * enclosed_norm(target);
    let slack = (enclosed_norm(&lower) * Enclosed::integer(2) + &shift) * enclosed_norm(noise_covariance) * shift;
    Ok((lower, slack))
}

#[cfg(test)]
mod tests {
    use super::super::closed_form::{carry, orthonormal_frames};
    use super::super::experiment::{Experiment, Wanted};
    use super::*;
    use crate::platonic::alignment;
    use crate::verify::Stream;

    /// The ball contains the kernel of every hidden layer, up to its factor, and misses that of another network.
    #[test]
    fn the_enclosure_contains_the_kernel() {
        for index in 0..8 {
            let mut stream = Stream::new(&["enclosed"], 3, index);
            let wanted = Wanted { least_rank: 2, depth: (3, 4), embeddings: true, conditioned: true };
            let experiment = Experiment::draw(&mut stream, wanted);
            let frames = orthonormal_frames(&mut stream, &experiment.hidden, experiment.rank);
            let inputs = experiment.input_columns();
            let kernel = entropic_kernel(&experiment.setting, experiment.rank, &frames, &inputs, &Enclosed::integer(0));
            let kernel = kernel.expect("the approximation is found");
            let setting: Setting<Mp<256>> = experiment.setting.carry();
            let factors = closed_form(&experiment.setting, experiment.rank, &frames).expect("it exists");
            for hidden in factors.representations(&setting, &carry(&inputs)) {
                let gram = alignment::gram(&hidden);
                let scale = kernel[(0, 0)].clone() / Enclosed::from_rational(&rational(&gram[(0, 0)]));
                for (enclosure, entry) in kernel.iter().zip(gram.iter()) {
                    // The entry carries a rounding error of its own.
                    let gap = Enclosed::from_rational(&rational(entry)) * &scale - enclosure;
                    assert!(gap.contains_zero() || Real::sqrt(&(gap.clone() * &gap)).upper().to_f64() < 1e-60);
                }
            }
        }
        fn rational(entry: &Mp<256>) -> Rational {
            entry.as_float().to_rational().expect("finite")
        }
    }

    /// The exact projector: for a diagonal moment it is known.
    #[test]
    fn the_projection_of_a_diagonal_target_is_exact() {
        let diagonal = |entries: &[i64]| {
            DMatrix::from_fn(entries.len(), entries.len(), |row, column| {
                Rational::from(if row == column { entries[row] } else { 0 })
            })
        };
        let identity = diagonal(&[1, 1, 1]);
        let setting = Setting {
            input_covariance: identity.clone(),
            noise_covariance: identity.clone(),
            target: diagonal(&[3, 2, 1]),
            embedding_in: identity.clone(),
            embedding_out: identity,
        };
        let vectors = DMatrix::<Approximate>::identity(3, 2);
        let (lower, slack) = projected(&setting, &vectors).expect("there is a gap");
        assert_eq!(lower, diagonal(&[3, 2, 0]));
        assert!(slack.is_point() && slack.contains_zero());
        // 5/13, 12/13: a rotation of the leading vectors spans the same space; one out of it is caught by the slack.
        let mut tilted = vectors.clone();
        tilted[(2, 1)] = Approximate::ratio(1, 1 << 20);
        let (_, slack) = projected(&setting, &tilted).expect("there is a gap");
        assert!(slack.upper().to_f64() > 2.0_f64.powi(-20));
    }
}
