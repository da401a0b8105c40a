//! Quadratic charges along a long run: batch means for confidence intervals, compensated sums for exact identities.

use super::training::Chain;
use crate::scalar::{Field, Rational};
use crate::statistics::CompensatedSums;
use crate::symmetry::LinearMap;

/// A symmetric map `A = A_+ - A_-` in doubles, both parts without negative entries.
#[derive(Clone, Debug)]
pub struct Form {
    positive: Vec<(usize, usize, f64)>,
    negative: Vec<(usize, usize, f64)>,
}

impl Form {
    /// The form of a map.
    pub fn new(map: &LinearMap) -> Self {
        let entries = |map: LinearMap| {
            let row = |row: usize| map.row(row).to_vec().into_iter().map(move |(column, entry)| (row, column, entry));
            let all: Vec<(usize, usize, Rational)> = (0..map.dimension()).flat_map(row).collect();
            all.into_iter().map(|(row, column, entry)| (row, column, f64::from_rational(&entry))).collect()
        };
        Form { positive: entries(map.positive_part()), negative: entries(map.negative_part()) }
    }

    /// `v^T A_+ v` and `v^T A_- v`.
    pub fn parts(&self, vector: &[f64]) -> Parts {
        let sum = |entries: &[(usize, usize, f64)]| entries.iter().map(|(i, j, a)| a * vector[*i] * vector[*j]).sum();
        Parts { positive: sum(&self.positive), negative: sum(&self.negative) }
    }
}

/// The values of `A_+` and `A_-`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Of `A_+`.
    pub positive: f64,
    /// Of `A_-`.
    pub negative: f64,
}

impl Parts {
    /// The value of `A`.
    pub fn charge(self) -> f64 {
        self.positive - self.negative
    }
}

/// Means over the batches of a run, one entry a batch.
#[derive(Clone, Debug, Default)]
pub struct BatchMeans {
    /// Of the form of `A_+`.
    pub positive: Vec<f64>,
    /// Of the form of `A_-`.
    pub negative: Vec<f64>,
}

/// One charge along a run.
#[derive(Clone, Debug)]
pub struct Record {
    /// Of `v`, the vector that the chain shows: the gradient, or the momentum.
    pub vectors: BatchMeans,
    /// Of the parameters.
    pub parameters: BatchMeans,
    /// The sums of both over the whole recorded run.
    pub sums: [Parts; 2],
    /// The forms of the parameters at the start and at the end of the recorded run.
    pub boundary: [Parts; 2],
}

/// An average of squares above this is taken for divergence: the networks and their data are of order one. A run may come back from there,
/// but its averages would be those of one excursion.
const DIVERGED: f64 = (1_u128 << 64) as f64;

/// The parameters left the range in which averages mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run diverged: its learning rate is too large")]
pub struct Diverged;

/// Follows the charges of `forms` over `batches * batch` steps, after `burn_in` steps that are not recorded.
///
/// # Errors
/// [`Diverged`]
pub fn follow(
    chain: &mut impl Chain,
    forms: &[Form],
    burn_in: u64,
    batches: usize,
    batch: u64,
) -> Result<Vec<Record>, Diverged> {
    for _ in 0..burn_in {
        chain.step(|_, _| {});
    }
    let at = |theta: &[f64]| -> Vec<Parts> { forms.iter().map(|form| form.parts(theta)).collect() };
    let start = at(chain.theta());
    let mut totals = CompensatedSums::new(4 * forms.len());
    let mut means = vec![[BatchMeans::default(), BatchMeans::default()]; forms.len()];
    let mut now = vec![0.0; 4 * forms.len()];
    for _ in 0..batches {
        let mut sums = CompensatedSums::new(4 * forms.len());
        for _ in 0..batch {
            chain.step(|theta, vector| {
                for (form, values) in forms.iter().zip(now.chunks_exact_mut(4)) {
                    let (shown, parameters) = (form.parts(vector), form.parts(theta));
                    values.copy_from_slice(&[shown.positive, shown.negative, parameters.positive, parameters.negative]);
                }
            });
            sums.add(&now);
        }
        let sums = sums.values();
        if !sums.iter().all(|sum| sum.abs() <= DIVERGED * batch as f64) {
            return Err(Diverged);
        }
        for ([shown, parameters], sums) in means.iter_mut().zip(sums.chunks_exact(4)) {
            for (list, sum) in
                [&mut shown.positive, &mut shown.negative, &mut parameters.positive, &mut parameters.negative]
                    .into_iter()
                    .zip(sums)
            {
                list.push(sum / batch as f64);
            }
        }
        totals.add(&sums);
    }
    let end = at(chain.theta());
    let totals = totals.values();
    let records = means.into_iter().zip(totals.chunks_exact(4)).zip(start.into_iter().zip(end));
    Ok(records
        .map(|(([vectors, parameters], sums), (first, last))| Record {
            vectors,
            parameters,
            sums: [Parts { positive: sums[0], negative: sums[1] }, Parts { positive: sums[2], negative: sums[3] }],
            boundary: [first, last],
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that is no random one: theta_t = (t, 1), v_t = (1, t).
    struct Counting(Vec<f64>);

    impl Chain for Counting {
        fn theta(&self) -> &[f64] {
            &self.0
        }
        fn step(&mut self, observe: impl FnOnce(&[f64], &[f64])) -> f64 {
            let t = self.0[0];
            observe(&self.0, &[1.0, t]);
            self.0[0] += 1.0;
            0.0
        }
    }

    #[test]
    fn batches_are_consecutive_and_the_burn_in_is_left_out() {
        // C = theta_1^2 - 3 theta_2^2
        let map = LinearMap::diagonal([1, -3].map(Rational::from));
        let record = follow(&mut Counting(vec![0.0, 1.0]), &[Form::new(&map)], 10, 2, 3).unwrap().remove(0);
        let mean_square = |from: i32| f64::from((from..from + 3).map(|t| t * t).sum::<i32>()) / 3.0;
        assert_eq!(record.parameters.positive, [mean_square(10), mean_square(13)]);
        assert_eq!(record.parameters.negative, [3.0, 3.0]);
        assert_eq!(record.vectors.negative, [3.0 * mean_square(10), 3.0 * mean_square(13)]);
        assert_eq!(record.sums[0].positive, 6.0);
        assert_eq!(record.boundary.map(Parts::charge), [97.0, 253.0]);
    }

    #[test]
    fn the_parts_of_a_form_that_is_not_diagonal() {
        let mut map = LinearMap::zero(2);
        map.add(0, 1, Rational::from((-1, 2)));
        map.add(1, 0, Rational::from((-1, 2)));
        map.add(0, 0, Rational::from(2));
        let parts = Form::new(&map).parts(&[3.0, 5.0]);
        assert_eq!(parts, Parts { positive: 18.0, negative: 15.0 });
        assert_eq!(
            parts.charge(),
            f64::from_rational(&map.form(&[3, 5].map(Rational::from), &[3, 5].map(Rational::from)))
        );
    }
}
