//! Spaces of relations: sparsest bases, and the vectors of them that are known in part.

use crate::linalg::exact::{self, Span};
use crate::scalar::{Residue, Ring};
use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

/// The most sets of terms that are looked at for a sparse basis.
const MOST_SETS: usize = 1 << 16;

/// The relations among terms, as a basis of vectors of coefficients.
#[derive(Clone, Debug)]
pub struct Space {
    /// How many terms there are.
    pub terms: usize,
    /// The basis.
    pub basis: Vec<Vec<Residue>>,
}

impl Space {
    /// The vectors of the space that vanish outside some places, a basis of them.
    pub fn within(&self, places: &[usize]) -> Vec<Vec<Residue>> {
        let outside: Vec<usize> = (0..self.terms).filter(|place| !places.contains(place)).collect();
        if self.basis.is_empty() {
            return Vec::new();
        }
        let matrix = DMatrix::from_fn(outside.len(), self.basis.len(), |row, vector| self.basis[vector][outside[row]]);
        let combinations = exact::null_space(&matrix);
        combinations.column_iter().map(|factors| self.combined(factors.iter())).collect()
    }

    /// The only vector of the space with given entries at some places, free ones at others, and 0 elsewhere; none if there are several or none.
    pub fn only(&self, known: &[(usize, Residue)], free: &[usize]) -> Option<Vec<Residue>> {
        if !self.within(free).is_empty() {
            return None;
        }
        self.some(known, free)
    }

    /// A vector of the space with given entries at some places, free ones at others, and 0 elsewhere.
    pub fn some(&self, known: &[(usize, Residue)], free: &[usize]) -> Option<Vec<Residue>> {
        let fixed: Vec<usize> = (0..self.terms).filter(|place| !free.contains(place)).collect();
        let wanted = |place: usize| {
            known.iter().find(|(known, _)| *known == place).map_or_else(Residue::zero, |(_, value)| *value)
        };
        let matrix = DMatrix::from_fn(fixed.len(), self.basis.len(), |row, vector| self.basis[vector][fixed[row]]);
        let right = DVector::from_fn(fixed.len(), |row, _| wanted(fixed[row]));
        let factors = exact::solve(&matrix, &right).ok()?;
        Some(self.combined(factors.iter()))
    }

    fn combined<'a>(&self, factors: impl Iterator<Item = &'a Residue>) -> Vec<Residue> {
        let mut sum = vec![Residue::zero(); self.terms];
        let mut scratch = Residue::zero();
        for (factor, vector) in factors.zip(&self.basis) {
            for (entry, other) in sum.iter_mut().zip(vector) {
                entry.add_product(factor, other, &mut scratch);
            }
        }
        sum
    }

    /// A basis of the space modulo a part of it, of the vectors with fewest terms: all sets of terms are tried, the smaller ones first, and of as many
    /// terms first the vectors of another space, then those of earlier terms. Taking the sparsest vector that is independent of those before it gives the fewest
    /// terms in all, because independent sets of vectors are a matroid. Each is the only vector of the space with its terms. Where there are too many sets,
    /// the rest are vectors as they come: then the second value is false.
    pub fn sparse_basis(&self, part: &[Vec<Residue>], first: &Space) -> (Vec<Vec<Residue>>, bool) {
        let mut span = Span::new();
        part.iter().for_each(|vector| {
            span.add(vector.clone());
        });
        let wanted = self.basis.len().saturating_sub(span.dimension());
        let mut found = Vec::new();
        let mut looked = 0;
        'sizes: for size in 1..=self.terms {
            if found.len() == wanted {
                return (found, true);
            }
            let mut set: Vec<usize> = (0..size).collect();
            let mut of_size = Vec::new();
            loop {
                looked += 1;
                if looked > MOST_SETS {
                    break 'sizes;
                }
                // Several vectors with these terms are sums of vectors with fewer.
                if let [vector] = &self.within(&set)[..]
                    && set.iter().all(|place| !vector[*place].is_zero())
                {
                    of_size.push(vector.clone());
                }
                if !advance(&mut set, self.terms) {
                    break;
                }
            }
            let (preferred, others): (Vec<_>, Vec<_>) = of_size.into_iter().partition(|vector| first.contains(vector));
            found.extend(preferred.into_iter().chain(others).filter(|vector| span.add(vector.clone())));
        }
        let is_complete = found.len() == wanted;
        for vector in &self.basis {
            if found.len() < wanted && span.add(vector.clone()) {
                found.push(vector.clone());
            }
        }
        (found, is_complete)
    }

    /// What another space has in common with this one.
    pub fn common(&self, other: &Space) -> Space {
        // a other = b self: the combinations of both bases that agree.
        let all: Vec<&Vec<Residue>> = other.basis.iter().chain(&self.basis).collect();
        let matrix = DMatrix::from_fn(self.terms, all.len(), |row, vector| all[vector][row]);
        let combinations = exact::null_space(&matrix);
        let mut span = Span::new();
        let vectors = combinations.column_iter().map(|factors| other.combined(factors.iter()));
        let basis = vectors.filter(|vector| span.add(vector.clone())).collect();
        Space { terms: self.terms, basis }
    }

    /// Whether a vector belongs to the space.
    pub fn contains(&self, vector: &[Residue]) -> bool {
        let mut span = Span::new();
        self.basis.iter().for_each(|known| {
            span.add(known.clone());
        });
        !span.add(vector.to_vec())
    }
}

/// The next set of as many places, in the order of words.
pub fn advance(set: &mut [usize], terms: usize) -> bool {
    let size = set.len();
    let Some(last) = (0..size).rev().find(|place| set[*place] + size - place < terms) else { return false };
    set[last] += 1;
    for place in last + 1..size {
        set[place] = set[place - 1] + 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(entries: [i64; 5]) -> Vec<Residue> {
        entries.map(Residue::integer).to_vec()
    }

    /// The span of (1, 1, 0, 0, 1) and (0, 0, 1, 1, 1) has no vector of fewer terms, and their difference has four.
    #[test]
    fn a_basis_is_the_sparsest_there_is() {
        let (first, second) = (vector([1, 1, 0, 0, 1]), vector([0, 0, 1, 1, 1]));
        let mixed = |a: i64, b: i64| {
            first
                .iter()
                .zip(&second)
                .map(|(x, y)| Residue::integer(a) * x + Residue::integer(b) * y)
                .collect::<Vec<_>>()
        };
        let space = Space { terms: 5, basis: vec![mixed(1, 2), mixed(3, -1)] };
        let nothing = Space { terms: 5, basis: Vec::new() };
        let (basis, is_complete) = space.sparse_basis(&[], &nothing);
        assert!(is_complete);
        let terms = |vector: &Vec<Residue>| vector.iter().filter(|entry| !entry.is_zero()).count();
        assert_eq!(basis.iter().map(terms).collect::<Vec<_>>(), [3, 3]);
        let (rest, _) = space.sparse_basis(std::slice::from_ref(&first), &nothing);
        assert_eq!(rest.len(), 1);
        // The second one first, if it is asked for.
        let (basis, _) = space.sparse_basis(&[], &Space { terms: 5, basis: vec![second.clone()] });
        assert!(Space { terms: 5, basis: vec![basis[0].clone()] }.contains(&second));
        let other = Space { terms: 5, basis: vec![mixed(1, 1), vector([1, 0, 0, 0, 0])] };
        let common = space.common(&other);
        assert_eq!(common.basis.len(), 1);
        assert!(space.contains(&common.basis[0]) && other.contains(&common.basis[0]));
        assert!(space.contains(&first) && !space.contains(&vector([1, 0, 0, 0, 0])));
        assert_eq!(space.only(&[(0, Residue::integer(2))], &[1, 4]), Some(mixed(2, 0)));
        assert_eq!(space.only(&[(0, Residue::integer(2))], &[1]), None);
    }

    /// (1, 0, 0, 0, 0) and (1, 1, 1, 0, 0): of the second only (0, 1, 1, 0, 0) is the only vector with its terms.
    #[test]
    fn a_vector_of_the_basis_is_the_only_one_with_its_terms() {
        let whole = Space { terms: 5, basis: vec![vector([1, 0, 0, 0, 0]), vector([1, 1, 1, 0, 0])] };
        let first = Space { terms: 5, basis: vec![vector([1, 1, 1, 0, 0])] };
        let (basis, is_complete) = whole.sparse_basis(&[], &first);
        assert!(is_complete && basis.len() == 2);
        for vector in &basis {
            let support: Vec<usize> = (0..5).filter(|place| !vector[*place].is_zero()).collect();
            assert_eq!(whole.within(&support).len(), 1, "{vector:?}");
        }
    }

    #[test]
    fn sets_come_in_order() {
        let mut set = vec![0, 1];
        let mut all = vec![set.clone()];
        while advance(&mut set, 4) {
            all.push(set.clone());
        }
        assert_eq!(all, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
    }
}
