//! What an exact zero at a random point says of all other points: the lemma of Schwartz and Zippel.

use super::relation::{Relation, Sense, Text};
use super::stream::GRID_BITS;
use equipartition_scalar::{Degree, Recorded};

/// Bits of the bound `degree / 2^GRID_BITS` for every kind of relation that has one: of its relations the one of highest degree.
///
/// The lemma is about equalities of polynomials in coordinates that are uniform on the grid. An inequality has no bound, nor has a kind one of
/// whose relations is no polynomial, or is a constant other than the zero polynomial: then nothing that was drawn is known to enter it.
pub fn schwartz_zippel_bits(relations: &[Relation<Recorded>]) -> Vec<(Text, f64)> {
    let mut kinds: Vec<(Text, Degree)> = Vec::new();
    for relation in relations {
        let entries = relation.terms().flat_map(|term| &term.value);
        let degree = match entries.map(Recorded::degree).max().unwrap_or(Degree::Zero) {
            _ if relation.sense != Sense::Equality => Degree::Unbounded,
            Degree::AtMost(0) => Degree::Unbounded,
            degree => degree,
        };
        match kinds.iter_mut().find(|(kind, _)| *kind == relation.label.kind) {
            Some((_, known)) => *known = (*known).max(degree),
            None => kinds.push((relation.label.kind.clone(), degree)),
        }
    }
    let bits = |degree: u32| f64::from(GRID_BITS) - f64::from(degree).log2();
    kinds
        .into_iter()
        .filter_map(|(kind, degree)| Some((kind, bits(degree.bound().filter(|&degree| degree > 0)?))))
        .collect()
}
