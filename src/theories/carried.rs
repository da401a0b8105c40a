//! Relations that are found in the rationals, for the scalar that judges them.

use crate::scalar::{Field, Rational};
use crate::verify::{Relation, Term};

/// The same relations in another scalar. Ranks, eliminations and sums over finite groups are found in the rationals alone, so that laws about them
/// are written for no other.
pub(crate) fn carried<T: Field>(relations: Vec<Relation<Rational>>) -> Vec<Relation<T>> {
    let term =
        |term: Term<Rational>| Term { label: term.label, value: term.value.iter().map(T::from_rational).collect() };
    let relation = |relation: Relation<Rational>| Relation {
        label: relation.label,
        sense: relation.sense,
        left: relation.left.into_iter().map(term).collect(),
        right: relation.right.into_iter().map(term).collect(),
        reference: relation.reference.as_ref().map(T::from_rational),
    };
    relations.into_iter().map(relation).collect()
}
