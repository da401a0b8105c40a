//! `balance/rotary`: rotary pairs of keys and queries are in balance.
//!
//! ```text
//! E|g_{K_i}|^2 + E|g_{K_{i+d/2}}|^2 - sum_h (E|g_{Q_{h,i}}|^2 + E|g_{Q_{h,i+d/2}}|^2)
//!     = (4 gamma / eta) (|K_i|^2 + |K_{i+d/2}|^2 - sum_h (|Q_{h,i}|^2 + |Q_{h,i+d/2}|^2))   where grad F = 0
//! ```
//!
//! for the coordinates `i` and `i + d/2` of a group with the heads `h`; `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::super::law::{Block, LawPoint};
use super::{composed, problem, random_shape};
use crate::instances::Problem;
use crate::model::Carrier;
use crate::model::composed::AttentionShape;
use crate::symmetry::transformer::attentions;
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, Draw, Draws, In, Relation, Unjudged, all, control};

/// The balance law of a rotary pair.
#[derive(Clone, Copy)]
pub(in super::super) struct Rotary {
    pairing: Pairing,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

/// Which coordinates are taken for a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pairing {
    HalfSplit,
    /// `2i` and `2i + 1`, on attention of size four.
    Adjacent,
    None,
}

pub(in super::super) const LAW: Rotary = Rotary { pairing: Pairing::HalfSplit, stationary: false };

/// `balance/rotary`
pub static CLAIM: Claim = Claim {
    id: "balance/rotary",
    title: "balance of rotary pairs of keys and queries",
    statement: "for the coordinates i and i + d/2 of a group: E|g_{K_i}|^2 + E|g_{K_{i+d/2}}|^2 - sum_h (E|g_{Q_{h,i}}|^2 + E|g_{Q_{h,i+d/2}}|^2) = \
        (4 gamma / eta) (|K_i|^2 + |K_{i+d/2}|^2 - sum_h (|Q_{h,i}|^2 + |Q_{h,i+d/2}|^2)) where grad F = 0",
    hypotheses: &[
        "rotary positions in the half-split pairing, d even; h runs over the heads of the group; biases are further columns",
        "the symmetry is one complex factor for each pair; its phase is a rotation, which is preserved, its modulus gives the law",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    references: &[PAPER, "Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding, arXiv:2104.09864"],
    builds_on: &["balance/master"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "one-coordinate",
            "one coordinate of a pair alone",
            &Transcendental(Rotary { pairing: Pairing::None, ..LAW }),
        ),
        control(
            "adjacent-pairing",
            "coordinates 2i and 2i + 1 for a pair, d = 4",
            &Transcendental(Rotary { pairing: Pairing::Adjacent, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(Rotary { stationary: true, ..LAW }),
        ),
    ],
};

impl Draws for Rotary {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let mut shape = random_shape(draw);
        let wide = self.pairing == Pairing::Adjacent || draw.family.below(4) == 0;
        shape.attention.size = if wide { 4 } else { 2 };
        shape.attention.rotary = AttentionShape::default_rotary(shape.attention.size);
        if wide {
            shape.attention.groups = 1;
            shape.attention.heads = 1 + draw.family.below(2);
        }
        shape.positions = 3;
        Ok(problem(draw, &shape))
    }
}

impl<T: Carrier> In<T> for Rotary {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::new(problem, self.stationary);
        let mut relations = Vec::new();
        for attention in attentions(composed(problem)) {
            let half = attention.shape.size / 2;
            for (group, pair) in (0..attention.shape.groups).flat_map(|group| (0..half).map(move |pair| (group, pair)))
            {
                let coordinates = match self.pairing {
                    Pairing::HalfSplit => vec![pair, pair + half],
                    Pairing::Adjacent => vec![2 * pair, 2 * pair + 1],
                    Pairing::None => vec![pair],
                };
                let heads: Vec<usize> = attention.heads(group).collect();
                let keys = attention.keys(group, &heads);
                let places = |units: &[Vec<usize>]| coordinates.iter().flat_map(|unit| units[*unit].clone()).collect();
                let blocks = [
                    Block {
                        noise: "E|g_{K_i}|^2 + E|g_{K_{i+d/2}}|^2",
                        decay: "(4 gamma / eta) (|K_i|^2 + |K_{i+d/2}|^2)",
                        parameters: places(&keys.incoming),
                        coefficient: 1,
                    },
                    Block {
                        noise: "-sum_h (E|g_{Q_{h,i}}|^2 + E|g_{Q_{h,i+d/2}}|^2)",
                        decay: "-(4 gamma / eta) sum_h (|Q_{h,i}|^2 + |Q_{h,i+d/2}|^2)",
                        parameters: places(&keys.outgoing),
                        coefficient: -1,
                    },
                ];
                let name = format!("{}, group {group}, pair {pair}", attention.name);
                relations.push(at.rescaling_law(name, &blocks));
            }
        }
        Ok(relations)
    }
}
