//! The laws between the rows of one matrix of an attention layer and what reads them.

use super::super::law::{Block, LawPoint};
use super::super::matrix::matrix_law;
use super::{composed, problem, random_shape};
use crate::instances::Problem;
use crate::model::Carrier;
use crate::model::composed::AttentionShape;
use crate::model::composed::decoder::DecoderShape;
use crate::symmetry::transformer::{Attention, Factors, attentions};
use crate::verify::{Draw, Draws, In, Relation, Unjudged};

/// A balance law of attention.
#[derive(Clone, Copy)]
pub(in super::super) struct AttentionLaw {
    pub of: Of,
    pub heads: Heads,
    /// Whether positions turn keys and queries where a law speaks of these.
    pub rotary: bool,
    /// Whether the key rows stand in place of the value rows.
    pub keys_for_values: bool,
    /// Whether a random point passes for a stationary one.
    pub stationary: bool,
}

/// What is in balance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Of {
    Values,
    Keys,
    /// The traces of both, group by group.
    Groups,
}

/// The heads that read a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Heads {
    All,
    /// The first alone, where there are two.
    First,
    /// Those of the other group.
    OtherGroup,
}

impl AttentionLaw {
    pub const fn of(of: Of) -> Self {
        AttentionLaw { of, heads: Heads::All, rotary: false, keys_for_values: false, stationary: false }
    }

    fn shape(&self, draw: &mut Draw) -> DecoderShape {
        let mut shape = random_shape(draw);
        let attention = &mut shape.attention;
        if self.heads != Heads::All {
            attention.groups = 2;
            attention.heads = 4;
        }
        if self.rotary {
            attention.size = 2;
            attention.rotary = AttentionShape::default_rotary(2);
            // At the first position nothing turns: a later one must see an earlier one.
            shape.positions = 3;
        } else if self.of == Of::Keys {
            attention.rotary = Vec::new();
        }
        shape
    }

    fn heads(&self, attention: &Attention, group: usize) -> Vec<usize> {
        match self.heads {
            Heads::All => attention.heads(group).collect(),
            Heads::First => vec![attention.heads(group).start],
            Heads::OtherGroup => attention.heads(1 - group).collect(),
        }
    }
}

/// The law of the traces of two factors.
fn trace_law<T: Carrier>(at: &LawPoint<T>, name: String, factors: &Factors, keys: bool) -> Relation<T> {
    let labels = if keys {
        [("E|g_K|^2", "(4 gamma / eta) |K|^2"), ("-sum_h E|g_{Q_h}|^2", "-(4 gamma / eta) sum_h |Q_h|^2")]
    } else {
        [("E|g_V|^2", "(4 gamma / eta) |V|^2"), ("-sum_h E|g_{O_h}|^2", "-(4 gamma / eta) sum_h |O_h|^2")]
    };
    let block = |(noise, decay), places: &[Vec<usize>], coefficient| Block {
        noise,
        decay,
        parameters: places.concat(),
        coefficient,
    };
    let blocks = [block(labels[0], &factors.incoming, 1), block(labels[1], &factors.outgoing, -1)];
    at.rescaling_law(name, &blocks)
}

impl Draws for AttentionLaw {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let shape = self.shape(draw);
        Ok(problem(draw, &shape))
    }
}

impl<T: Carrier> In<T> for AttentionLaw {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::new(problem, self.stationary);
        let mut relations = Vec::new();
        for attention in attentions(composed(problem)) {
            for group in 0..attention.shape.groups {
                let heads = self.heads(&attention, group);
                let (mut values, keys) = (attention.values(group, &heads), attention.keys(group, &heads));
                let name = |what: &str| format!("{}, {what} of group {group}", attention.name);
                match self.of {
                    Of::Groups => {
                        relations.push(trace_law(&at, name("keys"), &keys, true));
                        relations.push(trace_law(&at, name("values"), &values, false));
                    }
                    Of::Keys => {
                        relations.push(matrix_law(&at, name("keys"), &keys, &keys.incoming, &keys.incoming));
                    }
                    Of::Values => {
                        if self.keys_for_values {
                            values.incoming = keys.incoming;
                        }
                        let rows = &values.incoming;
                        relations.push(matrix_law(&at, name("values"), &values, rows, rows));
                    }
                }
            }
        }
        Ok(relations)
    }
}
