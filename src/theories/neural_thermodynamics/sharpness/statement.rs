//! The relations that the comparison of the entropic and the balanced minimum is made of.

use super::instance::RESOLUTION;
use crate::linalg::products::{product, transposed_product};
use crate::platonic::{Factors, Setting};
use crate::scalar::Field;
use crate::verify::{Relation, Term};
use nalgebra::DMatrix;

fn entries<T: Clone>(matrix: &DMatrix<T>) -> Vec<T> {
    matrix.iter().cloned().collect()
}

/// The weights multiply to the target.
pub fn is_minimum<T: Field>(kind: &'static str, factors: &Factors<T>, setting: &Setting<T>) -> Relation<T> {
    Relation::equality(
        kind,
        vec![Term::vector("M_O W_D ... W_1 M_I", entries(&factors.end_to_end(setting)))],
        vec![Term::vector("V", entries(&setting.target))],
    )
}

/// Neighbouring layers are balanced.
pub fn balance<T: Field>(factors: &Factors<T>) -> Vec<Relation<T>> {
    let relation = |(layer, pair): (usize, &[DMatrix<T>])| {
        let inner = transposed_product(&pair[1], &pair[1]);
        let outer = product(&pair[0], &pair[0].transpose());
        Relation::equality(
            ("balance", format!("layers {} and {}", layer + 1, layer + 2)),
            vec![Term::vector("W_{i+1}^T W_{i+1}", entries(&inner))],
            vec![Term::vector("W_i W_i^T", entries(&outer))],
        )
    };
    factors.0.windows(2).enumerate().map(relation).collect()
}

/// For isotropic noise the entropic minimum is flatter than the balanced one, and in the exceptional settings equally sharp.
pub fn isotropic<T: Field>(exceptional: bool, entropic: Term<T>, balanced: Term<T>) -> Relation<T> {
    if exceptional {
        return Relation::equality("equally sharp for isotropic noise, exceptional", vec![entropic], vec![balanced]);
    }
    Relation::less("flatter for isotropic noise", entropic, balanced).resolved_to(RESOLUTION)
}
