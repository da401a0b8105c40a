//! Linear equations that come one after the other, and what solves them all.

use equipartition_scalar::{Branch, Field, Magnitude, Measured, Mp, Residue};
use num_traits::{One, Zero};

/// A field in which an equation can be judged to be new or not.
pub trait Pivoting: Field {
    /// Scales an equation to a size that can be compared with others.
    fn scale(row: &mut [Self]);

    /// The place of the pivot of a reduced equation, and its size.
    fn pivot(row: &[Self]) -> Option<(usize, Magnitude)>;

    /// Whether a pivot of this size is taken for zero.
    fn is_negligible(size: &Magnitude) -> bool;
}

impl Pivoting for Residue {
    fn scale(_row: &mut [Self]) {}
    fn pivot(row: &[Self]) -> Option<(usize, Magnitude)> {
        row.iter().position(|entry| !entry.is_zero()).map(|place| (place, Magnitude::power_of_two(0)))
    }
    fn is_negligible(_size: &Magnitude) -> bool {
        false
    }
}

fn largest<const BITS: u32>(row: &[Mp<BITS>]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (place, entry) in row.iter().enumerate() {
        let larger =
            best.is_none_or(|known| row[known].as_float().cmp_abs(entry.as_float()).is_some_and(|o| o.is_lt()));
        if !entry.is_zero() && larger {
            best = Some(place);
        }
    }
    best
}

impl<const BITS: u32> Pivoting for Mp<BITS> {
    fn scale(row: &mut [Self]) {
        if let Some(place) = largest(row) {
            let inverse = Self::one() / row[place].absolute();
            for entry in row {
                *entry *= &inverse;
            }
        }
    }
    fn pivot(row: &[Self]) -> Option<(usize, Magnitude)> {
        largest(row).map(|place| (place, row[place].magnitude()))
    }
    fn is_negligible(size: &Magnitude) -> bool {
        *size < Magnitude::power_of_two(-(BITS as i32) / 2)
    }
}

/// The span of the equations so far.
pub struct Elimination<T> {
    unknowns: usize,
    /// Each with a 1 at its pivot and 0 at the pivots of those before it.
    basis: Vec<(usize, Vec<T>)>,
    /// The smallest pivot accepted, the largest rejected.
    pub pivots: [Magnitude; 2],
}

impl<T: Pivoting> Elimination<T> {
    /// No equation.
    pub fn new(unknowns: usize) -> Self {
        Elimination { unknowns, basis: Vec::new(), pivots: [Magnitude::infinite(), Magnitude::zero()] }
    }

    /// The number of independent equations.
    pub fn rank(&self) -> usize {
        self.basis.len()
    }

    /// Takes out of an equation what those from number `first` on say.
    pub fn reduce(&self, row: &mut [T], first: usize) {
        let mut scratch = T::zero();
        for (pivot, known) in &self.basis[first..] {
            let factor = row[*pivot].clone();
            if factor.is_zero() {
                continue;
            }
            for (entry, known) in row.iter_mut().zip(known) {
                if !known.is_zero() {
                    entry.sub_product(&factor, known, &mut scratch);
                }
            }
            row[*pivot].assign(&T::zero());
        }
    }

    /// Adds an equation that has been reduced by all others, and says whether it was new.
    pub fn insert(&mut self, mut row: Vec<T>) -> bool {
        let Some((place, size)) = T::pivot(&row) else { return false };
        if T::is_negligible(&size) {
            self.pivots[1] = size.max(self.pivots[1].clone());
            return false;
        }
        self.pivots[0] = size.min(self.pivots[0].clone());
        let inverse = T::one() / &row[place];
        for entry in &mut row {
            *entry *= &inverse;
        }
        row[place] = T::one();
        self.basis.push((place, row));
        true
    }

    /// A basis of the solutions, one for each unknown without pivot: 1 there, 0 at the others. Only the entries at pivots are
    /// given, as (place, value).
    pub fn null_space(&self) -> Vec<Vec<(usize, T)>> {
        let mut is_pivot = vec![false; self.unknowns];
        for (pivot, _) in &self.basis {
            is_pivot[*pivot] = true;
        }
        let free: Vec<usize> = (0..self.unknowns).filter(|place| !is_pivot[*place]).collect();
        let mut reduced: Vec<Vec<T>> =
            self.basis.iter().map(|(_, row)| free.iter().map(|place| row[*place].clone()).collect()).collect();
        let mut scratch = T::zero();
        for last in (0..self.basis.len()).rev() {
            let (above, below) = reduced.split_at_mut(last);
            for (row, (_, original)) in above.iter_mut().zip(&self.basis) {
                let factor = &original[self.basis[last].0];
                if factor.is_zero() {
                    continue;
                }
                for (entry, known) in row.iter_mut().zip(&below[0]) {
                    entry.sub_product(factor, known, &mut scratch);
                }
            }
        }
        let vector = |(index, place): (usize, &usize)| {
            let pivots = self.basis.iter().zip(&reduced).map(|((pivot, _), row)| (*pivot, -row[index].clone()));
            std::iter::once((*place, T::one())).chain(pivots).collect()
        };
        free.iter().enumerate().map(vector).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::Ring;

    fn row<T: Ring>(entries: &[i64]) -> Vec<T> {
        entries.iter().map(|entry| T::integer(*entry)).collect()
    }

    /// What each of the equations added, and the span of all of them.
    fn eliminated<T: Pivoting>(rows: &[Vec<T>]) -> (Vec<bool>, Elimination<T>) {
        let mut elimination = Elimination::new(rows[0].len());
        let mut add = |row: &Vec<T>| {
            let mut row = row.clone();
            T::scale(&mut row);
            elimination.reduce(&mut row, 0);
            elimination.insert(row)
        };
        (rows.iter().map(&mut add).collect(), elimination)
    }

    /// The third equation is the sum of the first two. In floats all are divided by 7, so that nothing cancels to the last digit.
    #[test]
    fn solutions_solve_the_equations_and_are_as_many_as_the_rank_leaves() {
        fn hold<T: Pivoting>(divisor: i64, is_zero: impl Fn(&T) -> bool) -> Elimination<T> {
            let rows = [[1, 2, 0, 3, -1], [2, 4, 1, 0, 5], [3, 6, 1, 3, 4], [0, 0, 7, 1, 2]];
            let rows = rows.map(|entries| entries.map(|entry| T::ratio(entry, divisor)).to_vec());
            let (new, elimination) = eliminated(&rows);
            assert_eq!((new, elimination.rank()), (vec![true, true, false, true], 3));
            let solutions = elimination.null_space();
            assert_eq!(solutions.len(), 2);
            for (solution, row) in solutions.iter().flat_map(|solution| rows.iter().map(move |row| (solution, row))) {
                let sum = solution.iter().fold(T::zero(), |sum, (place, value)| sum + T::product(value, &row[*place]));
                assert!(is_zero(&sum));
            }
            elimination
        }
        hold::<Residue>(1, Residue::is_zero);
        let elimination = hold::<Mp<128>>(7, |sum| sum.is_zero() || sum.magnitude() < Magnitude::power_of_two(-120));
        // Of entries as large as 1 the pivots are no thousandth, and what is left of the sum is rounding.
        let [accepted, rejected] = elimination.pivots;
        assert!(accepted > Magnitude::power_of_two(-10) && accepted < Magnitude::power_of_two(1), "{accepted}");
        assert!(rejected > Magnitude::zero() && rejected < Magnitude::power_of_two(-120), "{rejected}");
    }

    /// The smallest that was accepted, the largest that was rejected, in whatever order they came.
    #[test]
    fn pivots_tell_how_clear_the_rank_is() {
        let pivot = |exponent: i32| vec![Field::powi(&Mp::<128>::integer(2), exponent), Mp::zero(), Mp::zero()];
        let mut elimination = Elimination::new(3);
        for exponent in [-100, -80, -90] {
            assert!(!elimination.insert(pivot(exponent)));
        }
        for exponent in [-10, -30, -20] {
            assert!(elimination.insert(pivot(exponent)));
        }
        assert_eq!(elimination.pivots, [-30, -80].map(Magnitude::power_of_two));
        assert!(!elimination.insert(row(&[0, 0, 0])));
    }

    #[test]
    fn the_pivot_of_floats_is_the_largest_entry_and_that_of_residues_the_first() {
        let floats = [[0, -3, 2], [0, 0, 5], [4, -4, 1], [0, 0, 0]].map(|entries| Mp::<64>::pivot(&row(&entries)));
        let sized = |place, size: i64| Some((place, Mp::<64>::integer(size).magnitude()));
        assert_eq!(floats, [sized(1, 3), sized(2, 5), sized(0, 4), None]);
        let residues = [[0, -3, 2], [4, -5, 1], [0, 0, 0]].map(|entries| Residue::pivot(&row(&entries)));
        assert_eq!(residues.map(|pivot| pivot.map(|(place, _)| place)), [Some(1), Some(0), None]);
    }

    #[test]
    fn a_scaled_equation_has_a_largest_entry_of_one() {
        let scaled = |entries: &[i64]| {
            let mut row: Vec<Mp<64>> = row(entries);
            Mp::scale(&mut row);
            row
        };
        assert_eq!(scaled(&[2, -8, 1]), [Mp::ratio(1, 4), Mp::integer(-1), Mp::ratio(1, 8)]);
        assert_eq!(scaled(&[0, 0]), row(&[0, 0]));
    }

    /// Less than half of the digits is nothing.
    #[test]
    fn pivots_of_less_than_half_the_digits_are_negligible() {
        let negligible = |exponent| Mp::<128>::is_negligible(&Magnitude::power_of_two(exponent));
        assert_eq!([-200, -65, -64, -63, 0].map(negligible), [true, true, false, false, false]);
        assert!(!Residue::is_negligible(&Magnitude::power_of_two(-200)));
    }
}
