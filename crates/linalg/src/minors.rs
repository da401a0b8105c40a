//! Determinants without division, in any commutative ring: those of degrees and of dual numbers too.

use equipartition_scalar::Ring;
use nalgebra::DMatrix;

/// The determinant of a square matrix, shape (n, n): Laplace's expansion, with every minor of the first rows computed once, in `n 2^n` products.
///
/// # Panics
/// If the matrix is not square.
pub fn determinant<T: Ring>(a: &DMatrix<T>) -> T {
    let columns = a.ncols();
    assert_eq!(a.nrows(), columns, "only a square matrix has a determinant");
    // The minor of the first rows in a set of as many columns.
    let mut minors = vec![T::one()];
    let mut scratch = T::zero();
    for set in 1..1_usize << columns {
        let row = set.count_ones() as usize - 1;
        let mut minor = T::zero();
        for column in (0..columns).filter(|column| set >> column & 1 == 1) {
            let rest = &minors[set & !(1 << column)];
            let columns_behind = (set >> (column + 1)).count_ones();
            if columns_behind % 2 == 0 {
                minor.add_product(&a[(row, column)], rest, &mut scratch);
            } else {
                minor.sub_product(&a[(row, column)], rest, &mut scratch);
            }
        }
        minors.push(minor);
    }
    minors.pop().unwrap_or_else(T::one)
}

/// The sum of the principal minors of size `n` of a symmetric matrix: the elementary symmetric polynomial `e_n` of its eigenvalues.
pub fn principal_minors<T: Ring>(a: &DMatrix<T>, n: usize) -> T {
    let size = a.nrows();
    let mut sum = T::zero();
    for set in (0..1_usize << size).filter(|set| set.count_ones() as usize == n) {
        let members: Vec<usize> = (0..size).filter(|member| set >> member & 1 == 1).collect();
        sum += determinant(&DMatrix::from_fn(n, n, |i, j| a[(members[i], members[j])].clone()));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact;
    use equipartition_scalar::Rational;

    fn number(seed: usize, i: usize, j: usize) -> Rational {
        Rational::from((((7 * i + 13 * j + 29 * i * j + 5 * seed) % 31) as i64 - 15, 8))
    }

    #[test]
    fn expansion_and_elimination_find_one_determinant() {
        for size in 0..7 {
            let matrix = DMatrix::from_fn(size, size, |i, j| number(size, i, j));
            assert_eq!(determinant(&matrix), exact::determinant(&matrix).expect("the matrix is square"));
        }
    }

    #[test]
    fn the_sums_of_minors_are_the_coefficients_of_the_characteristic_polynomial() {
        let matrix = DMatrix::from_fn(4, 4, |i, j| number(4, i, j));
        let at = Rational::from((3, 2));
        let shifted =
            DMatrix::from_fn(4, 4, |i, j| matrix[(i, j)].clone() + if i == j { at.clone() } else { Rational::new() });
        let polynomial = (0..=4).map(|n| {
            let power = (n..4).fold(Rational::from(1), |power, _| power * &at);
            principal_minors(&matrix, n) * power
        });
        assert_eq!(polynomial.fold(Rational::new(), |sum, term| sum + term), determinant(&shifted));
    }
}
