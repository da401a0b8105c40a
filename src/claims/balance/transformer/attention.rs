//! `balance/attention-values`, `balance/attention-keys`, `balance/grouped-queries`

use super::super::PAPER;
use super::super::law::{Block, Setting};
use super::super::matrix::matrix_law;
use super::{composed, problem, random_shape};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Theorem};
use crate::model::Carrier;
use crate::model::composed::AttentionShape;
use crate::model::composed::decoder::DecoderShape;
use crate::symmetry::transformer::{Attention, Factors, attentions};

/// A law between the rows of one matrix of an attention layer and what reads them.
pub struct AttentionLaw {
    entry: &'static Entry,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Values,
    Keys,
    Groups,
}

static VALUES_ENTRY: Entry = Entry {
    id: "balance/attention-values",
    title: "balance of attention's values and outputs",
    statement: "with W the value rows of a group and U the output columns of its heads: E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U) where grad F = 0",
    hypotheses: &[
        "U has the columns of all heads of the group, one head upon the other; with biases, W has that of the values as a further column",
        "rotary positions or not, causal or not; Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F)",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "keys", breaks: "the key rows in place of the value rows" },
        Control { name: "one-head", breaks: "the output columns of the first head only, where a group has two" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

static KEYS_ENTRY: Entry = Entry {
    id: "balance/attention-keys",
    title: "balance of attention's keys and queries",
    statement: "with W the key rows of a group and U^T the query rows of its heads: E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U) where grad F = 0",
    hypotheses: &[
        "without rotary positions; U^T has the rows of all heads of the group, one head beside the other; biases are further columns",
        "Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F)",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "rotary-positions", breaks: "positions that turn keys and queries" },
        Control { name: "one-head", breaks: "the query rows of the first head only, where a group has two" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

static GROUPS_ENTRY: Entry = Entry {
    id: "balance/grouped-queries",
    title: "balance of grouped queries",
    statement: "for every group: E|g_K|^2 - sum_h E|g_{Q_h}|^2 = (4 gamma / eta) (|K|^2 - sum_h |Q_h|^2) and E|g_V|^2 - sum_h E|g_{O_h}|^2 = \
        (4 gamma / eta) (|V|^2 - sum_h |O_h|^2) where grad F = 0",
    hypotheses: &[
        "h runs over the query heads that share the group's keys and values; biases of keys, queries and values belong to their matrices",
        "rotary positions or not; Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "one-head", breaks: "the first head of a group alone against its keys and values" },
        Control { name: "other-group", breaks: "the heads of the other group" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

/// `balance/attention-values`
pub static ATTENTION_VALUES: AttentionLaw = AttentionLaw { entry: &VALUES_ENTRY, kind: Kind::Values };
/// `balance/attention-keys`
pub static ATTENTION_KEYS: AttentionLaw = AttentionLaw { entry: &KEYS_ENTRY, kind: Kind::Keys };
/// `balance/grouped-queries`
pub static GROUPED_QUERIES: AttentionLaw = AttentionLaw { entry: &GROUPS_ENTRY, kind: Kind::Groups };

impl AttentionLaw {
    fn shape(&self, draw: &mut Draw) -> DecoderShape {
        let mut shape = random_shape(draw);
        let is = |name| draw.case.is_control(self.entry, name);
        let attention = &mut shape.attention;
        if is("one-head") || is("other-group") {
            attention.groups = 2;
            attention.heads = 4;
        }
        match self.kind {
            Kind::Keys if is("rotary-positions") => {
                attention.size = 2;
                attention.rotary = AttentionShape::default_rotary(2);
                // At the first position nothing turns: a later one must see an earlier one.
                shape.positions = 3;
            }
            Kind::Keys => attention.rotary = Vec::new(),
            _ => {}
        }
        shape
    }

    fn heads(&self, attention: &Attention, group: usize, case: Case) -> Vec<usize> {
        let group = if case.is_control(self.entry, "other-group") { 1 - group } else { group };
        let heads = attention.heads(group);
        if case.is_control(self.entry, "one-head") { vec![heads.start] } else { heads.collect() }
    }
}

/// The law of the traces of two factors.
fn trace_law<T: Carrier>(setting: &Setting<T>, name: String, factors: &Factors, keys: bool) -> Relation<T> {
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
    setting.rescaling_law(name, &blocks)
}

impl Theorem for AttentionLaw {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let shape = self.shape(&mut draw);
        problem(&mut draw, &shape)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let setting = Setting::<T>::new(problem, case.is_control(self.entry, "not-stationary"));
        let mut relations = Vec::new();
        for attention in attentions(composed(problem)) {
            for group in 0..attention.shape.groups {
                let heads = self.heads(&attention, group, case);
                let (values, keys) = (attention.values(group, &heads), attention.keys(group, &heads));
                let name = |what: &str| format!("{}, {what} of group {group}", attention.name);
                match self.kind {
                    Kind::Groups => {
                        relations.push(trace_law(&setting, name("keys"), &keys, true));
                        relations.push(trace_law(&setting, name("values"), &values, false));
                    }
                    Kind::Keys => {
                        relations.push(matrix_law(&setting, name("keys"), &keys, &keys.incoming, &keys.incoming));
                    }
                    Kind::Values => {
                        let mut values = values;
                        if case.is_control(self.entry, "keys") {
                            values.incoming = keys.incoming;
                        }
                        let rows = &values.incoming;
                        relations.push(matrix_law(&setting, name("values"), &values, rows, rows));
                    }
                }
            }
        }
        Ok(relations)
    }
}
