//! The beta ensemble of Laguerre at finite size: exact moments on two ways.
//!
//! Levels have the density `prod l_i^a e^(-l_i) prod |l_i - l_j|^beta` on positive numbers. For even `beta` the last factor is expanded; for any
//! `beta > 0` the levels are the eigenvalues of `B B^T`, `B` bidiagonal with independent entries.

use crate::exact::Polynomial;
use crate::scalar::Rational;
use std::collections::BTreeMap;

/// `Gamma(x + power) / Gamma(x)`
pub(super) fn rising(x: &Rational, power: i64) -> Rational {
    let mut product = Rational::from(1);
    for step in 0..power.abs() {
        if power > 0 {
            product *= Rational::from(x + step);
        } else {
            product /= Rational::from(x - (step + 1));
        }
    }
    product
}

/// What knows the means `E p_q p_r` of the sums of powers `p_k = sum l_i^k`.
pub(super) trait Means {
    /// `E p_q p_r`
    fn pair(&mut self, q: i64, r: i64) -> Rational;
    /// The number of levels.
    fn levels(&self) -> usize;
    /// `E p_k`
    fn single(&mut self, k: i64) -> Rational {
        let levels = Rational::from(self.levels() as u64);
        self.pair(0, k) / levels
    }
}

/// By expansion of the repulsion, for even `beta`: powers may be negative.
pub(super) struct Expanded {
    levels: usize,
    /// `a + 1`
    shape: Rational,
    repulsion: Polynomial,
    known: BTreeMap<(i64, i64), Rational>,
}

impl Expanded {
    /// Of the repulsion `prod |l_i^s - l_j^s|^beta` with `s = 1`, or of another power.
    pub(super) fn new(levels: usize, beta: usize, a: &Rational, s: usize) -> Self {
        let power = |place| (0..s).fold(Polynomial::constant(1), |power, _| power * Polynomial::variable(place));
        let mut repulsion = Polynomial::constant(1);
        for first in 0..levels {
            for second in 0..first {
                let difference = power(first) - power(second);
                for _ in 0..beta {
                    repulsion *= &difference;
                }
            }
        }
        Expanded { levels, shape: Rational::from(a + 1), repulsion, known: BTreeMap::new() }
    }

    /// The integral of `l_1^first l_2^second` over that of 1 without repulsion.
    fn integral(&mut self, first: i64, second: i64) -> Rational {
        if let Some(known) = self.known.get(&(first, second)) {
            return known.clone();
        }
        let mut sum = Rational::new();
        let mut risen: BTreeMap<i64, Rational> = BTreeMap::new();
        for (exponents, coefficient) in self.repulsion.terms() {
            let mut term = coefficient.clone();
            for place in 0..self.levels {
                let exponent = exponents.get(place).copied().unwrap_or(0);
                let power = i64::from(exponent) + [first, second].get(place).copied().unwrap_or(0);
                term *= &*risen.entry(power).or_insert_with(|| rising(&self.shape, power));
            }
            sum += term;
        }
        self.known.insert((first, second), sum.clone());
        sum
    }
}

impl Means for Expanded {
    fn pair(&mut self, q: i64, r: i64) -> Rational {
        let n = self.levels as i64;
        let mut sum = self.integral(q + r, 0) * n;
        if n > 1 {
            sum += self.integral(q, r) * (n * (n - 1));
        }
        sum / self.integral(0, 0)
    }
    fn levels(&self) -> usize {
        self.levels
    }
}

/// By the bidiagonal matrix, for every `beta > 0`: powers are not negative.
pub(super) struct Bidiagonal {
    levels: usize,
    /// `p_k` in the squares of the entries: those of the diagonal, then those below it.
    sums: Vec<Polynomial>,
    /// The shapes of their gamma laws.
    shapes: Vec<Rational>,
}

impl Bidiagonal {
    /// With the sums of powers up to `last`.
    pub(super) fn new(levels: usize, beta: &Rational, a: &Rational, last: usize) -> Self {
        let variable = Polynomial::variable;
        // B B^T, tridiagonal, made to have ones below its diagonal: closed walks are the same.
        let entry = |row: usize, column: usize| {
            if row == column {
                let above = if row > 0 { variable(levels + row - 1) } else { Polynomial::default() };
                variable(row) + above
            } else if column == row + 1 {
                variable(row) * variable(levels + row)
            } else {
                Polynomial::constant(i64::from(row == column + 1))
            }
        };
        let matrix: Vec<Vec<Polynomial>> =
            (0..levels).map(|row| (0..levels).map(|column| entry(row, column)).collect()).collect();
        let half = |steps: usize| Rational::from(beta / 2) * Rational::from(steps as u64);
        let diagonal = (0..levels).map(|place| half(levels - 1 - place) + a + 1);
        let shapes = diagonal.chain((1..levels).map(|place| half(levels - place))).collect();
        Bidiagonal { levels, sums: power_traces(&matrix, last), shapes }
    }
}

/// The traces of the powers `0..=last` of a square matrix, given by rows.
fn power_traces(matrix: &[Vec<Polynomial>], last: usize) -> Vec<Polynomial> {
    let size = matrix.len();
    let identity = |row, column| Polynomial::constant(i64::from(row == column));
    let square = |entry: &dyn Fn(usize, usize) -> Polynomial| -> Vec<Vec<Polynomial>> {
        (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect()
    };
    let mut power = square(&identity);
    let mut traces = Vec::new();
    for exponent in 0..=last {
        traces.push((0..size).map(|place| power[place][place].clone()).sum());
        if exponent < last {
            power =
                square(&|row, column| (0..size).map(|inner| power[row][inner].clone() * &matrix[inner][column]).sum());
        }
    }
    traces
}

impl Means for Bidiagonal {
    fn pair(&mut self, q: i64, r: i64) -> Rational {
        let [q, r] = [q, r].map(|power| &self.sums[power as usize]);
        (q.clone() * r).mean(|place, power| rising(&self.shapes[place], i64::from(power)))
    }
    fn levels(&self) -> usize {
        self.levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Selberg: `E prod l_i^2 = prod_(j<n) (a + 1 + j beta/2) (a + 2 + j beta/2)`.
    #[test]
    fn both_ways_find_selberg_for_two_levels() {
        let a = Rational::from((3, 2));
        for beta in [2_usize, 4] {
            let mut expanded = Expanded::new(2, beta, &a, 1);
            let mut bidiagonal = Bidiagonal::new(2, &Rational::from(beta as u64), &a, 4);
            for (q, r) in [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (0, 4)] {
                assert_eq!(expanded.pair(q, r), bidiagonal.pair(q, r), "beta = {beta}, {q}, {r}");
            }
            // 2 l_1^2 l_2^2 = p_2^2 - p_4
            let product = (expanded.pair(2, 2) - expanded.single(4)) / 2;
            let half = Rational::from((beta as u64, 2));
            let selberg: Rational = (0..2).map(|j| rising(&(Rational::from(&half * j) + &a + 1), 2)).product();
            assert_eq!(product, selberg);
        }
    }

    /// `E p_k`, `k = 0, 1, 2`, of the eigenvalues of `X^T X/2`, `X` standard normal, rows by levels.
    fn wishart(rows: usize, levels: usize) -> Vec<Rational> {
        let variable = |row: usize, column: usize| Polynomial::variable(row * levels + column);
        let entry = |i: usize, j: usize| (0..rows).map(|row| variable(row, i) * variable(row, j)).sum();
        let matrix: Vec<Vec<Polynomial>> = (0..levels).map(|i| (0..levels).map(|j| entry(i, j)).collect()).collect();
        // Moments of the normal law: 1 * 3 * 5 * ...
        let normal = |_, power: u32| {
            if power % 2 == 1 {
                Rational::new()
            } else {
                (1..=i64::from(power)).step_by(2).map(Rational::from).product()
            }
        };
        let traces = power_traces(&matrix, 2);
        traces.iter().enumerate().map(|(power, trace)| trace.mean(normal) / Rational::from(1 << power)).collect()
    }

    /// `X^T X/2` of a standard normal `T x n` matrix has such levels with `beta = 1`, `a = (T - n - 1)/2`.
    #[test]
    fn real_wishart_matrices_have_the_levels_of_beta_one() {
        for (rows, levels) in [(1, 1), (4, 1), (2, 2), (3, 2), (5, 2), (3, 3)] {
            let a = Rational::from((rows as i64 - levels as i64 - 1, 2));
            let mut bidiagonal = Bidiagonal::new(levels, &Rational::from(1), &a, 2);
            let means: Vec<Rational> = (0..=2).map(|k| bidiagonal.single(k)).collect();
            assert_eq!(wishart(rows, levels), means, "{rows} x {levels}");
        }
    }
}
