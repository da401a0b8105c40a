//! How many roots a rational polynomial has in the left half-plane: stability without eigenvalues.

use crate::linalg::LinalgError;
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// The characteristic polynomial `det(z - A)` of a square matrix, the coefficient of `z^0` first (Faddeev and LeVerrier).
///
/// # Panics
/// If the matrix is not square.
pub fn characteristic_polynomial(a: &DMatrix<Rational>) -> Vec<Rational> {
    let order = a.nrows();
    assert_eq!(order, a.ncols(), "the characteristic polynomial is that of a square matrix");
    let mut coefficients = vec![Rational::new(); order + 1];
    coefficients[order] = Rational::from(1);
    let mut power = DMatrix::from_element(order, order, Rational::new());
    for k in 1..=order {
        for i in 0..order {
            power[(i, i)] += &coefficients[order + 1 - k];
        }
        power = multiply(a, &power);
        let trace: Rational = (0..order).map(|i| &power[(i, i)]).sum();
        coefficients[order - k] = -trace / k as i64;
    }
    coefficients
}

/// The product of two matrices.
pub fn multiply(a: &DMatrix<Rational>, b: &DMatrix<Rational>) -> DMatrix<Rational> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        let mut sum = Rational::new();
        for k in 0..a.ncols() {
            if a[(i, k)] != 0 && b[(k, j)] != 0 {
                sum += Rational::from(&a[(i, k)] * &b[(k, j)]);
            }
        }
        sum
    })
}

/// The number of roots with negative real part, of a polynomial no two of whose roots add up to 0, by Routh's table.
///
/// A table that breaks off at a zero is begun again for the polynomial times `z + 1`, `z + 2`, ...: each factor has one root more on the left.
///
/// # Errors
/// [`LinalgError::Singular`] if every table breaks off, as it does if a root is the negative of a root: 0, others on the imaginary axis, or two
/// that lie opposite to each other.
pub fn left_roots(polynomial: &[Rational]) -> Result<usize, LinalgError> {
    let mut extended = polynomial.to_vec();
    for extra in 0..6 {
        if let Some(right) = sign_changes(&extended) {
            return Ok(extended.len() - 1 - right - extra);
        }
        let shift = extra as i64 + 1;
        let mut next = vec![Rational::new(); extended.len() + 1];
        for (power, coefficient) in extended.iter().enumerate() {
            next[power + 1] += coefficient;
            next[power] += Rational::from(coefficient * shift);
        }
        extended = next;
    }
    Err(LinalgError::Singular)
}

/// The sign changes in the first column of Routh's table, which are the roots on the right; none if there is a 0 in it.
fn sign_changes(polynomial: &[Rational]) -> Option<usize> {
    let row = |first: usize| polynomial.iter().rev().skip(first).step_by(2).cloned().collect::<Vec<_>>();
    let (mut above, mut row) = (row(0), row(1));
    let mut changes = 0;
    for _ in 1..polynomial.len() {
        if above[0] == 0 || row.first().is_none_or(|first| *first == 0) {
            return None;
        }
        changes += usize::from((above[0] > 0) != (row[0] > 0));
        let ratio = Rational::from(&above[0] / &row[0]);
        let next = (1..above.len()).map(|k| {
            let below = row.get(k).map_or_else(Rational::new, |entry| Rational::from(entry * &ratio));
            Rational::from(&above[k] - &below)
        });
        let next = next.collect();
        above = std::mem::replace(&mut row, next);
    }
    Some(changes)
}

/// The number of eigenvalues with negative real part.
///
/// # Errors
/// As [`left_roots`].
pub fn stable_modes(a: &DMatrix<Rational>) -> Result<usize, LinalgError> {
    left_roots(&characteristic_polynomial(a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::exact::determinant;
    use crate::scalar::Field;
    use crate::verify::Stream;

    fn times(polynomial: &[Rational], factor: &[Rational]) -> Vec<Rational> {
        let mut product = vec![Rational::new(); polynomial.len() + factor.len() - 1];
        for (i, a) in polynomial.iter().enumerate() {
            for (j, b) in factor.iter().enumerate() {
                product[i + j] += Rational::from(a * b);
            }
        }
        product
    }

    #[test]
    fn the_characteristic_polynomial_is_the_determinant_at_every_number() {
        let mut stream = Stream::new(&["characteristic"], 0, 0);
        for order in 1..6 {
            let a = DMatrix::from_fn(order, order, |_, _| stream.small());
            let polynomial = characteristic_polynomial(&a);
            for z in (-3..4).map(Rational::from) {
                let shifted = DMatrix::from_fn(order, order, |i, j| {
                    if i == j { Rational::from(&z - &a[(i, j)]) } else { Rational::from(-&a[(i, j)]) }
                });
                let value: Rational = polynomial.iter().enumerate().map(|(k, c)| Field::powi(&z, k as i32) * c).sum();
                assert_eq!(value, determinant(&shifted).expect("square"));
            }
        }
    }

    /// Polynomials are multiplied from real roots and pairs of complex ones, whose half-planes are known.
    #[test]
    fn roots_on_the_left_are_counted() {
        let mut stream = Stream::new(&["roots"], 0, 0);
        for _ in 0..300 {
            let mut polynomial = vec![stream.small()];
            // Real parts, and squares of imaginary ones.
            let mut roots: Vec<(Rational, Rational)> = Vec::new();
            let mut left = 0;
            for _ in 0..stream.below(3) {
                let root = stream.small();
                left += usize::from(root < 0);
                polynomial = times(&polynomial, &[Rational::from(-&root), Rational::from(1)]);
                roots.push((root, Rational::new()));
            }
            for _ in 0..stream.below(3) {
                let (real, imaginary) = (stream.small(), stream.small());
                left += if real < 0 { 2 } else { 0 };
                let square = real.clone().square() + imaginary.clone().square();
                polynomial = times(&polynomial, &[square, Rational::from(-&real) * 2, Rational::from(1)]);
                roots.push((real, imaginary.square()));
            }
            let opposite =
                |(real, square): &(Rational, Rational)| roots.contains(&(Rational::from(-real), square.clone()));
            let expected = if roots.iter().any(opposite) { Err(LinalgError::Singular) } else { Ok(left) };
            assert_eq!(left_roots(&polynomial), expected, "{polynomial:?}");
        }
    }

    /// The first column has a 0, which is no root's fault in the first case.
    #[test]
    fn a_table_that_breaks_off_is_extended() {
        let integers = |list: &[i64]| list.iter().map(|&entry| Rational::from(entry)).collect::<Vec<_>>();
        // (z + 2)(z - 1 + 2 i)(z - 1 - 2 i) = z^3 + z + 10
        assert_eq!(left_roots(&integers(&[10, 1, 0, 1])), Ok(1));
        // 1 and -1.
        assert_eq!(left_roots(&integers(&[-1, 0, 1])), Err(LinalgError::Singular));
        // z^2 + 1 has both roots on the axis.
        assert_eq!(left_roots(&integers(&[1, 0, 1])), Err(LinalgError::Singular));
        assert_eq!(left_roots(&integers(&[3])), Ok(0));
    }
}
