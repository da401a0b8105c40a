//! `balance/rotary`

use super::super::PAPER;
use super::super::law::{Block, Setting};
use super::{composed, problem, random_shape};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Theorem};
use crate::model::Carrier;
use crate::model::composed::AttentionShape;
use crate::symmetry::transformer::attentions;

/// The balance law of a rotary pair.
pub struct Rotary;

static ENTRY: Entry = Entry {
    id: "balance/rotary",
    title: "balance of rotary pairs of keys and queries",
    statement: "for the coordinates i and i + d/2 of a group: E|g_{K_i}|^2 + E|g_{K_{i+d/2}}|^2 - sum_h (E|g_{Q_{h,i}}|^2 + E|g_{Q_{h,i+d/2}}|^2) = \
        (4 gamma / eta) (|K_i|^2 + |K_{i+d/2}|^2 - sum_h (|Q_{h,i}|^2 + |Q_{h,i+d/2}|^2)) where grad F = 0",
    hypotheses: &[
        "rotary positions in the half-split pairing, d even; h runs over the heads of the group; biases are further columns",
        "the symmetry is one complex factor for each pair; its phase is a rotation, which is preserved, its modulus gives the law",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "one-coordinate", breaks: "one coordinate of a pair alone" },
        Control { name: "adjacent-pairing", breaks: "coordinates 2i and 2i + 1 for a pair, d = 4" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER, "Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding, arXiv:2104.09864"],
};

impl Theorem for Rotary {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let mut shape = random_shape(&mut draw);
        let wide = draw.case.is_control(&ENTRY, "adjacent-pairing") || draw.family.below(4) == 0;
        shape.attention.size = if wide { 4 } else { 2 };
        shape.attention.rotary = AttentionShape::default_rotary(shape.attention.size);
        if wide {
            shape.attention.groups = 1;
            shape.attention.heads = 1 + draw.family.below(2);
        }
        shape.positions = 3;
        problem(&mut draw, &shape)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let is = |name| case.is_control(&ENTRY, name);
        let setting = Setting::<T>::new(problem, is("not-stationary"));
        let mut relations = Vec::new();
        for attention in attentions(composed(problem)) {
            let half = attention.shape.size / 2;
            for (group, pair) in (0..attention.shape.groups).flat_map(|group| (0..half).map(move |pair| (group, pair)))
            {
                let coordinates = match () {
                    () if is("one-coordinate") => vec![pair],
                    () if is("adjacent-pairing") => vec![2 * pair, 2 * pair + 1],
                    () => vec![pair, pair + half],
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
                relations.push(setting.rescaling_law(name, &blocks));
            }
        }
        Ok(relations)
    }
}
