//! The judge by its own laws: what each of its rooms promises, on numbers made by hand.

mod claim;
mod draw;
mod evidence;
mod finding;
mod order;
mod relation;
mod routes;
mod runner;
mod simulation;
mod verdict;
mod wrappers;

use super::{Finding, Relation, Scalar, Term};
use equipartition_scalar::{Measured, Rational};

/// `sum of left = sum of right` between scalars.
fn equality<T: Measured>(left: &[(&'static str, T)], right: &[(&'static str, T)]) -> Relation<T> {
    let side = |terms: &[(&'static str, T)]| terms.iter().map(|(label, x)| Term::scalar(*label, x.clone())).collect();
    Relation::equality("law", side(left), side(right))
}

fn judged<T: Measured>(scalar: Scalar, relations: &[Relation<T>]) -> Finding {
    Finding::judge(scalar, relations, false)
}

/// `1 + 2^-bits`
fn above_one(bits: u32) -> Rational {
    Rational::from(1) + (Rational::from(1) >> bits)
}
