//! Sums in one pass, as accurate as if they were made in twice the precision of f64, up to a few units of the last place.

use super::fitted::Extent;

/// A compensated sum (Neumaier): the rounding of every addition is kept and added at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compensated {
    sum: f64,
    error: f64,
}

impl Compensated {
    /// Adds a number.
    pub fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.error += if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.sum + self.error
    }
}

impl FromIterator<f64> for Compensated {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Compensated::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum
    }
}

/// The sum of some numbers, compensated.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().collect::<Compensated>().value()
}

/// So many numbers are added plainly before the rounding is looked at: 2^-53 times this is far below 10^-12.
const PLAIN: usize = 512;
const LANES: usize = 8;
/// So many rows.
const PLAIN_ROWS: usize = 64;

/// A short plain sum in several lanes.
fn plain(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for block in blocks {
        for lane in 0..LANES {
            lanes[lane] += block[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

/// The inner product of two vectors.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut products = [0.0; PLAIN];
    let mut sum = Compensated::default();
    for (a, b) in a.chunks(PLAIN).zip(b.chunks(PLAIN)) {
        for ((product, a), b) in products.iter_mut().zip(a).zip(b) {
            *product = a * b;
        }
        sum.add(plain(&products[..a.len()]));
    }
    sum.value()
}

/// Sums over the rows and over the columns of a matrix that comes row by row.
pub struct Marginals {
    extent: Extent,
    position: usize,
    rows: Option<Vec<Compensated>>,
    columns: Option<Columns>,
}

struct Columns {
    sums: Vec<Compensated>,
    plain: Vec<f64>,
    rows: usize,
}

impl Columns {
    fn settle(&mut self) {
        for (sum, plain) in self.sums.iter_mut().zip(&mut self.plain) {
            sum.add(std::mem::take(plain));
        }
        self.rows = 0;
    }
}

/// What is to be summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Each row.
    pub rows: bool,
    /// Each column.
    pub columns: bool,
}

impl Marginals {
    /// Nothing yet.
    pub fn new(extent: Extent, wanted: Wanted) -> Self {
        let columns = || Columns {
            sums: vec![Compensated::default(); extent.columns],
            plain: vec![0.0; extent.columns],
            rows: 0,
        };
        Marginals {
            extent,
            position: 0,
            rows: wanted.rows.then(|| vec![Compensated::default(); extent.rows]),
            columns: wanted.columns.then(columns),
        }
    }

    /// Adds the next elements in row-major order.
    pub fn add(&mut self, mut values: &[f64]) {
        let width = self.extent.columns;
        while !values.is_empty() {
            let (row, column) = (self.position / width, self.position % width);
            let (part, rest) = values.split_at(values.len().min(width - column));
            if let Some(rows) = &mut self.rows {
                for part in part.chunks(PLAIN) {
                    rows[row].add(plain(part));
                }
            }
            if let Some(columns) = &mut self.columns {
                for (sum, value) in columns.plain[column..].iter_mut().zip(part) {
                    *sum += value;
                }
                if column + part.len() == width {
                    columns.rows += 1;
                    if columns.rows == PLAIN_ROWS {
                        columns.settle();
                    }
                }
            }
            self.position += part.len();
            values = rest;
        }
    }

    /// The sums of rows and of columns; empty if they were not wanted.
    pub fn finish(mut self) -> (Vec<f64>, Vec<f64>) {
        if let Some(columns) = &mut self.columns {
            columns.settle();
        }
        let values = |sums: Vec<Compensated>| sums.into_iter().map(Compensated::value).collect();
        (
            self.rows.map(values).unwrap_or_default(),
            self.columns.map(|columns| values(columns.sums)).unwrap_or_default(),
        )
    }
}

/// Adds numbers times a factor to sums, entry by entry.
pub fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compensated_sum_keeps_what_a_plain_one_loses() {
        assert_eq!(sum([1e16, 1.0, -1e16, 1.0]), 2.0);
        assert_eq!(sum(std::iter::repeat_n(0.1, 1_000_000)), 100_000.0);
        let tiny = 2_f64.powi(-53);
        assert_eq!(sum([1.0, tiny, tiny]), 1.0 + 2.0 * tiny);
    }

    #[test]
    fn long_marginals_are_as_good_as_compensated_sums() {
        let extent = Extent { rows: 1 << 10, columns: 1 << 10 };
        let square = |index: usize| (index as f64 * 0.7312).sin().powi(2) * 10_f64.powi((index % 7) as i32 - 3);
        let values: Vec<f64> = (0..extent.elements()).map(square).collect();
        let mut marginals = Marginals::new(extent, Wanted { rows: true, columns: true });
        values.chunks(5000).for_each(|values| marginals.add(values));
        let (rows, columns) = marginals.finish();
        let expected = sum(values.iter().copied());
        for found in [sum(rows), sum(columns), dot(&values, &vec![1.0; values.len()])] {
            assert!((found / expected - 1.0).abs() < 1e-14, "{:e}", found / expected - 1.0);
        }
    }

    /// Added plainly, a million tenths miss by 10^-11: every rounding goes the same way.
    #[test]
    fn roundings_do_not_pile_up_in_long_columns_and_rows() {
        for (rows, columns) in [(1_000_000, 1), (1, 1_000_000)] {
            let mut marginals = Marginals::new(Extent { rows, columns }, Wanted { rows: true, columns: true });
            (0..100).for_each(|_| marginals.add(&[0.1; 10_000]));
            let (row_sums, column_sums) = marginals.finish();
            let longest = if columns == 1 { column_sums[0] } else { row_sums[0] };
            assert!((longest / 100_000.0 - 1.0).abs() < 1e-14, "{:e}", longest / 100_000.0 - 1.0);
        }
    }

    #[test]
    fn marginals_are_the_sums_of_rows_and_columns_however_they_are_cut() {
        for (rows, columns) in [(1, 1), (1, 700), (700, 1), (130, 17), (3, 1500)] {
            // Integers, so that every order gives the same sums.
            let values: Vec<f64> = (0..rows * columns).map(|index| (index * index % 1009) as f64).collect();
            for cut in [1, 7, 64, 4096] {
                let mut marginals = Marginals::new(Extent { rows, columns }, Wanted { rows: true, columns: true });
                values.chunks(cut).for_each(|values| marginals.add(values));
                let (row_sums, column_sums) = marginals.finish();
                let row = |row: usize| values[row * columns..][..columns].iter().sum::<f64>();
                let column = |column: usize| values.iter().skip(column).step_by(columns).sum::<f64>();
                assert_eq!(row_sums, (0..rows).map(row).collect::<Vec<_>>());
                assert_eq!(column_sums, (0..columns).map(column).collect::<Vec<_>>());
            }
        }
    }
}
