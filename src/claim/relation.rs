//! Equalities and inequalities between sums of named terms: the form in which every claim is checked.

use crate::scalar::Field;

/// One named summand of a side, a vector (a scalar has one entry, a matrix all of its entries).
#[derive(Clone, Debug)]
pub struct Term<T> {
    /// The term as it stands in the formula.
    pub label: &'static str,
    /// Its value.
    pub value: Vec<T>,
}

impl<T> Term<T> {
    /// A scalar term.
    pub fn scalar(label: &'static str, value: T) -> Self {
        Term { label, value: vec![value] }
    }

    /// A vector term.
    pub fn vector(label: &'static str, value: Vec<T>) -> Self {
        Term { label, value }
    }
}

impl<T: Field> Term<T> {
    /// The term on the other side of the relation: negated, and a leading minus taken from its label.
    pub fn moved(self) -> Self {
        let label = self.label.strip_prefix('-').unwrap_or(self.label);
        Term { label, value: self.value.into_iter().map(|entry| -entry).collect() }
    }
}

/// How the two sides are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `left = right`
    Equality,
    /// `left <= right`, entry by entry; held with a margin
    AtMost,
}

/// `sum of left = sum of right`, or `<=`.
///
/// Because the terms are named and kept apart, the same relation tells four things: the residual, the scale against which
/// it is small, whether both sides vanish (vacuity), and what happens when one term is dropped, negated or doubled (the
/// systematic mutants).
#[derive(Clone, Debug)]
pub struct Relation<T> {
    /// Which of the claim's relations it is.
    pub label: String,
    /// Equality or inequality.
    pub kind: Kind,
    /// The terms of the left side.
    pub left: Vec<Term<T>>,
    /// The terms of the right side.
    pub right: Vec<Term<T>>,
    /// A size against which the terms themselves must not vanish, where the claim has a natural one.
    pub reference: Option<T>,
}

impl<T: Field> Relation<T> {
    /// `sum of left = sum of right`.
    pub fn equality(label: impl Into<String>, left: Vec<Term<T>>, right: Vec<Term<T>>) -> Self {
        Relation { label: label.into(), kind: Kind::Equality, left, right, reference: None }
    }

    /// `left <= right`.
    pub fn at_most(label: impl Into<String>, left: Term<T>, right: Term<T>) -> Self {
        Relation { label: label.into(), kind: Kind::AtMost, left: vec![left], right: vec![right], reference: None }
    }

    /// The same relation with a reference size for the vacuity test: both sides far below it say nothing.
    pub fn against(mut self, reference: T) -> Self {
        self.reference = Some(reference);
        self
    }

    /// The number of entries of a side.
    pub(super) fn len(&self) -> usize {
        self.left.iter().chain(&self.right).map(|term| term.value.len()).max().unwrap_or(0)
    }

    /// Entry by entry, the sum of one side's terms.
    pub(super) fn sum(terms: &[Term<T>], len: usize) -> Vec<T> {
        let mut sum = vec![T::zero(); len];
        for term in terms {
            debug_assert_eq!(term.value.len(), len, "the terms of a relation have equal shapes");
            for (total, entry) in sum.iter_mut().zip(&term.value) {
                *total += entry;
            }
        }
        sum
    }
}
