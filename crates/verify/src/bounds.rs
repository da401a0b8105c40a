//! What an exact zero at a random point says of all other points: the lemma of Schwartz and Zippel.

use super::relation::{Relation, Sense, Text};
use super::stream::GRID_BITS;
use equipartition_scalar::digest::digest_of;
use equipartition_scalar::{Degree, Program, Recorded, Step};

/// The bound `degree / size of the grid` for the relations of one kind at one point: of them the one of highest degree.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The kind.
    pub kind: Text,
    /// The bound is `2^-bits`.
    pub bits: f64,
    /// A digest of the polynomials that it speaks of. The bounds of two points multiply only if they are the same.
    pub polynomials: u128,
}

/// The bounds of the kinds of relations that have one.
///
/// The lemma is about equalities of polynomials in coordinates that are uniform on the grid. An inequality has no bound, nor has a kind one of
/// whose relations is no polynomial, or is a constant other than the zero polynomial: then nothing that was drawn is known to enter it.
pub fn schwartz_zippel(relations: &[Relation<Recorded>]) -> Vec<Bound> {
    let mut kinds: Vec<(Text, Degree)> = Vec::new();
    for relation in relations {
        let degree = match entries(relation).map(Recorded::degree).max().unwrap_or(Degree::Zero) {
            _ if relation.sense != Sense::Equality => Degree::Unbounded,
            Degree::AtMost(0) => Degree::Unbounded,
            degree => degree,
        };
        match kinds.iter_mut().find(|(kind, _)| *kind == relation.label.kind) {
            Some((_, known)) => *known = (*known).max(degree),
            None => kinds.push((relation.label.kind.clone(), degree)),
        }
    }
    let bounded = kinds.into_iter().filter_map(|(kind, degree)| {
        let degree = degree.bound().filter(|&degree| degree > 0)?;
        let of_kind = || relations.iter().filter(|relation| relation.label.kind == kind);
        let program = Program::of(of_kind().flat_map(entries));
        let bits = f64::from(grid_bits(&program)) - f64::from(degree).log2();
        Some(Bound { bits, polynomials: digest(of_kind(), &program), kind })
    });
    bounded.collect()
}

fn entries(relation: &Relation<Recorded>) -> impl Iterator<Item = &Recorded> {
    relation.terms().flat_map(|term| &term.value)
}

/// Bits of the accident that the coordinates of the whole grid look as if they were of a coarser one.
const ACCIDENT_BITS: usize = 22;

/// Bits of the grid that the coordinates were drawn from, as far as they show it: in [-2, 2) there are `2^(m + 2)` fractions over `2^m`.
///
/// On the whole grid a coordinate is a fraction over `2^(m - s)`, for `2^m` the finest denominator, with probability `2^-s`, and all `n` coordinates are
/// with `2^-(n s)`. Where that is less than `2^-22` the coarser grid is believed.
fn grid_bits(program: &Program) -> u32 {
    let denominators = program.steps.iter().filter_map(|step| match step {
        Step::Drawn(value) => Some(value.denom().significant_bits() - 1),
        _ => None,
    });
    let denominators: Vec<u32> = denominators.collect();
    let shown = denominators.iter().max().map_or(0, |finest| finest + 2).min(GRID_BITS);
    if denominators.len() * (GRID_BITS - shown) as usize > ACCIDENT_BITS { shown } else { GRID_BITS }
}

/// Of the polynomials that these relations are made of, in their order.
fn digest<'a>(relations: impl Iterator<Item = &'a Relation<Recorded>>, program: &Program) -> u128 {
    let digests = program.digests();
    let outputs: Vec<u128> = program.outputs.iter().map(|&place| digests[place]).collect();
    let shapes: Vec<[usize; 3]> =
        relations.map(|relation| [relation.left.len(), relation.right.len(), relation.len()]).collect();
    digest_of(&(shapes, outputs, &program.decisions))
}
