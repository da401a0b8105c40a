//! Averages over a Weyl group in place of all rotations, of entries of `O = R^T A R` two at a time.

use crate::exact::groups::weyl::Weyl;
use crate::scalar::Rational;
use rug::Integer;

/// The averages of `O_ii O_jj` (i <= j, 10 of them) and of `O_ij^2` (i < j), summed in whole numbers.
pub(super) fn averages(group: Weyl, matrix: &[[i64; 4]; 4]) -> [Vec<Rational>; 2] {
    let (mut diagonal, mut off) = ([[0_i128; 4]; 4], [[0_i128; 4]; 4]);
    for doubled in group.elements() {
        // 4 O = (2 R)^T A (2 R)
        let entry = |i: usize, j: usize| -> i128 {
            let part = |k: usize| -> i128 {
                let row = |l: usize| i128::from(matrix[k][l]) * i128::from(doubled[l][j]);
                i128::from(doubled[k][i]) * (0..4).map(row).sum::<i128>()
            };
            (0..4).map(part).sum()
        };
        let o: [[i128; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)));
        for i in 0..4 {
            for j in i..4 {
                diagonal[i][j] += o[i][i] * o[j][j];
                off[i][j] += o[i][j] * o[i][j];
            }
        }
    }
    let mean = |sum: i128| Rational::from((Integer::from(sum), 16 * group.elements().len()));
    let pairs = |least: usize| (0..4).flat_map(move |i| (i + least..4).map(move |j| (i, j)));
    [pairs(0).map(|(i, j)| mean(diagonal[i][j])).collect(), pairs(1).map(|(i, j)| mean(off[i][j])).collect()]
}
