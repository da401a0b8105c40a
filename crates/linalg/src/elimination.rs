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
            if size > self.pivots[1] {
                self.pivots[1] = size;
            }
            return false;
        }
        if size < self.pivots[0] {
            self.pivots[0] = size;
        }
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

    #[test]
    fn solutions_solve_the_equations() {
        let rows: [[i64; 5]; 4] = [[1, 2, 0, 3, -1], [2, 4, 1, 0, 5], [3, 6, 1, 3, 4], [0, 0, 7, 1, 2]];
        let mut elimination = Elimination::<Residue>::new(5);
        let new: Vec<bool> = rows
            .iter()
            .map(|row| {
                let mut row: Vec<Residue> =
                    row.iter().map(|entry| equipartition_scalar::Ring::integer(*entry)).collect();
                elimination.reduce(&mut row, 0);
                elimination.insert(row)
            })
            .collect();
        assert_eq!(new, [true, true, false, true]);
        let solutions = elimination.null_space();
        assert_eq!(solutions.len(), 2);
        for solution in solutions {
            for row in rows {
                let mut sum = Residue::zero();
                for (place, value) in &solution {
                    sum += *value * <Residue as equipartition_scalar::Ring>::integer(row[*place]);
                }
                assert!(sum.is_zero());
            }
        }
    }
}
