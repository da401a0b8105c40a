//! The balance laws of a Llama-style decoder, by the tensor names of Hugging Face's checkpoints.
//!
//! With `n(x) = gain * x / rms(x) (+ bias)`, `q = W_q n + b_q` and so on, the loss does not change under, for any `a > 0`:
//!
//! ```text
//! gain_i, bias_i -> a gain_i, a bias_i    column i of every matrix that reads that norm -> 1/a of it
//! W_v, b_v -> R W_v, R b_v                W_o -> W_o R^-1 for the heads of the group; softmax weights add up to 1
//! W_q, b_q -> R^-T W_q, R^-T b_q          W_k, b_k -> R W_k, R b_k: only q^T k is used, and without rotary positions
//! the same with R = a I on one pair       with rotary positions, which commute with a complex factor for each pair; a factor
//!                                         of modulus 1 is a rotation, for which the law of plain descent reads 0 = 0
//! the rest of a head, if only a part    as without rotary positions
//!   of it is rotated
//! gains of norms on queries and keys    the pairs against each other; the rows of each head's W_q or W_k, which only a norm reads,
//!                                         by any factor, if its epsilon is 0
//! row i of W_up, entry i of b_up -> a     column i of W_down -> 1/a: act(gate) * up is linear in up
//! all that is added to the residual       a: the norms divide by the size of what they read, if their epsilon is 0;
//!   stream -> a                           tied, the logits get a factor a, which the final gain and bias take back
//! ```

use super::LawsError;
use super::architecture::Architecture;
use super::law::{Axis, Block, Inexact, Law, Rotary};
use crate::checkpoint::Checkpoint;
use crate::visible;
use std::collections::{BTreeMap, BTreeSet};

/// Which names there may be.
const NAMES: &str = "Hugging Face's of a Llama-style decoder, such as model.layers.0.mlp.up_proj.weight";

const EMBEDDING: &str = "embed_tokens";
const POSITIONS: &str = "embed_positions";
const FINAL_NORM: &str = "norm";
/// What may read the final norm, beside the trunk: logits of tokens, of classes, of places of an answer.
const HEADS: [&str; 4] = ["lm_head", "score", "classifier", "qa_outputs"];

/// Modules of every layer, without `layers.N.`.
const LAYER: [&str; 6] = [
    "input_layernorm",
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "post_attention_layernorm",
];
/// Norms on queries and on keys, where there are some.
const HEAD_NORMS: [&str; 2] = ["self_attn.q_norm", "self_attn.k_norm"];
/// What else reads the second norm of a layer with experts.
const ROUTERS: [&str; 3] = ["block_sparse_moe.gate", "mlp.gate", "mlp.shared_expert_gate"];

/// Gate, up and down of a feed-forward part, as `module` names it; none if it is something else.
fn feed_forward(module: &str) -> Option<(&str, usize)> {
    let (part, matrix) = module.rsplit_once('.')?;
    let number =
        |part: &str, prefix: &str| part.strip_prefix(prefix).is_some_and(|number| number.parse::<usize>().is_ok());
    let place = if part == "mlp" || part == "mlp.shared_expert" || number(part, "mlp.experts.") {
        ["gate_proj", "up_proj", "down_proj"].iter().position(|known| *known == matrix)
    } else if number(part, "block_sparse_moe.experts.") {
        ["w1", "w3", "w2"].iter().position(|known| *known == matrix)
    } else {
        None
    };
    Some((part, place?))
}

/// A decoder's tensors, whatever stands before their names.
struct Tensors<'a> {
    checkpoint: &'a Checkpoint,
    /// Before `layers`, `embed_tokens` and `norm`.
    trunk: String,
    /// The module that reads the final norm, in full.
    head: Option<String>,
    /// The modules of each layer, without what stands before them.
    layers: Vec<BTreeSet<String>>,
}

impl<'a> Tensors<'a> {
    fn new(checkpoint: &'a Checkpoint) -> Result<Self, LawsError> {
        let embedding = checkpoint.names().find_map(|name| name.strip_suffix(&format!("{EMBEDDING}.weight")));
        let trunk = embedding.ok_or_else(|| LawsError::Missing(format!("model.{EMBEDDING}.weight")))?.to_owned();
        let root = trunk.strip_suffix("model.").unwrap_or(&trunk);
        let mut head: Option<String> = None;
        let mut layers: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for name in checkpoint.names() {
            let module = name.strip_suffix(".weight").or_else(|| name.strip_suffix(".bias")).unwrap_or(name);
            // Positions of the rotation, which older checkpoints carry as a constant.
            if name.ends_with("rotary_emb.inv_freq") {
                continue;
            }
            let outside = [root, &trunk].into_iter().filter_map(|before| module.strip_prefix(before));
            if let Some(found) = outside.into_iter().find(|module| HEADS.contains(module)) {
                match &head {
                    Some(other) if other != module => {
                        return Err(LawsError::Inconsistent(format!(
                            "there are two heads, `{other}` and `{module}`, of which the loss may read one or both ({found})"
                        )));
                    }
                    _ => head = Some(module.to_owned()),
                }
                continue;
            }
            let inside = module.strip_prefix(&trunk);
            let layer = inside.and_then(|module| module.strip_prefix("layers.")).and_then(|rest| rest.split_once('.'));
            match (inside, layer.and_then(|(number, module)| Some((number.parse::<usize>().ok()?, module)))) {
                (Some(EMBEDDING | POSITIONS | FINAL_NORM), _) => {}
                (_, Some((number, module)))
                    if LAYER.contains(&module)
                        || HEAD_NORMS.contains(&module)
                        || ROUTERS.contains(&module)
                        || feed_forward(module).is_some() =>
                {
                    layers.entry(number).or_default().insert(module.to_owned());
                }
                _ => {
                    return Err(LawsError::Unknown {
                        tensor: visible::line(name).into_owned(),
                        laws: "decoder",
                        rule: NAMES,
                    });
                }
            }
        }
        let first = |number: usize| LawsError::Missing(format!("{trunk}layers.{number}.self_attn.q_proj.weight"));
        let count = layers.len();
        if let Some(gap) = (0..count.max(1)).find(|number| !layers.contains_key(number)) {
            return Err(first(gap));
        }
        Ok(Tensors { checkpoint, head, layers: layers.into_values().collect(), trunk })
    }

    fn has(&self, name: &str) -> bool {
        self.checkpoint.get(name).is_some()
    }

    /// A module's weight and, if it has one, its bias.
    fn with_bias(&self, module: &str, coefficient: f64, block: fn(String, f64) -> Block) -> Vec<Block> {
        let [weight, bias] = [format!("{module}.weight"), format!("{module}.bias")];
        let bias = self.has(&bias).then(|| block(bias, coefficient));
        std::iter::once(block(weight, coefficient)).chain(bias).collect()
    }

    fn rows(&self, module: &str, coefficient: f64) -> Vec<Block> {
        self.with_bias(module, coefficient, Block::rows)
    }

    fn columns(&self, module: &str, coefficient: f64) -> Vec<Block> {
        vec![Block::columns(format!("{module}.weight"), coefficient)]
    }

    fn all(&self, module: &str, coefficient: f64) -> Vec<Block> {
        self.with_bias(module, coefficient, Block::all)
    }

    /// The gain of a norm, and its bias, which no norm adds anything to.
    fn gain(&self, module: &str, coefficient: f64, offset: f64) -> Vec<Block> {
        let gain = format!("{module}.weight");
        let blocks = self.rows(module, coefficient).into_iter();
        blocks.map(|block| if block.tensor == gain { block.offset_by(offset) } else { block }).collect()
    }

    fn row_count(&self, module: &str) -> Result<usize, LawsError> {
        let tensor = self.checkpoint.tensor(&format!("{module}.weight"))?;
        Ok(tensor.shape.first().copied().unwrap_or(1))
    }
}

fn in_heads(blocks: Vec<Block>, heads: usize) -> impl Iterator<Item = Block> {
    blocks.into_iter().map(move |block| block.in_heads(heads))
}

/// All laws of a decoder.
///
/// # Errors
/// If it has other tensors than a Llama-style decoder, or lacks some, or the numbers of heads do not fit.
pub fn laws(checkpoint: &Checkpoint, architecture: &Architecture) -> Result<Vec<Law>, LawsError> {
    let tensors = Tensors::new(checkpoint)?;
    let tied = tied(&tensors, architecture)?;
    let norms = 2 * tensors.layers.len() + 1;
    let mut laws = Vec::new();
    let mut writers: Vec<Block> = Vec::new();
    for (layer, modules) in tensors.layers.iter().enumerate() {
        writers.extend(of_layer(&tensors, architecture, layer, modules, &mut laws)?);
    }
    let at = |module: &str| format!("{}{module}", tensors.trunk);
    let embedding = at(EMBEDDING);
    let entries = checkpoint.tensor(&format!("{embedding}.weight"))?.len();
    let positions =
        if tensors.has(&format!("{}.weight", at(POSITIONS))) { tensors.all(&at(POSITIONS), 1.0) } else { vec![] };
    let mut written = [tensors.all(&embedding, 1.0), positions, writers].concat();
    let gain = |coefficient| tensors.gain(&at(FINAL_NORM), coefficient, architecture.gain_offset);
    let name = if tied {
        written.extend(gain(-1.0).into_iter().map(|block| Block { axis: Axis::All, ..block }));
        "residual writers, tied / final norm gain"
    } else {
        if let Some(head) = &tensors.head {
            let name = if head.ends_with(HEADS[0]) {
                "final norm gain / unembedding columns"
            } else {
                "final norm gain / columns of the head"
            };
            laws.push(Law::rescaling(name, None, [gain(1.0), tensors.columns(head, -1.0)].concat()));
        }
        "residual writers"
    };
    laws.push(Law::rescaling(name, None, written).inexact(Inexact { epsilon: architecture.epsilon, norms, entries }));
    Ok(laws)
}

/// Whether the decoder's tensors are taken for those of one without head.
///
/// # Errors
/// As [`laws`].
pub fn is_headless(checkpoint: &Checkpoint, architecture: &Architecture) -> Result<bool, LawsError> {
    let tensors = Tensors::new(checkpoint)?;
    Ok(tensors.head.is_none() && !tied(&tensors, architecture)?)
}

/// Whether the embedding is the unembedding, too.
fn tied(tensors: &Tensors<'_>, architecture: &Architecture) -> Result<bool, LawsError> {
    match (&tensors.head, architecture.tied) {
        (Some(head), Some(true)) if head.ends_with(HEADS[0]) => Err(LawsError::Inconsistent(
            "tie_word_embeddings is true, but there is lm_head.weight beside model.embed_tokens.weight: if they are \
             one tensor, leave lm_head.weight out and give the sum of both gradients; if not, set it to false"
                .to_owned(),
        )),
        (Some(_), _) => Ok(false),
        // A trunk that was saved alone has no `model.` before its names.
        (None, _) if architecture.headless || !tensors.trunk.ends_with("model.") => Ok(false),
        (None, Some(false)) => Err(LawsError::Missing("lm_head.weight, since tie_word_embeddings is false".to_owned())),
        (None, _) => Ok(true),
    }
}

/// The laws of one layer; what it writes to the residual stream.
fn of_layer(
    tensors: &Tensors<'_>,
    architecture: &Architecture,
    layer: usize,
    modules: &BTreeSet<String>,
    laws: &mut Vec<Law>,
) -> Result<Vec<Block>, LawsError> {
    let module = |name: &str| format!("{}layers.{layer}.{name}", tensors.trunk);
    let [norm, query, key, value, output, second_norm] = LAYER.map(module);
    let [queries, keys] = [(query.as_str(), tensors.row_count(&query)?), (key.as_str(), tensors.row_count(&key)?)];
    let (heads, groups) = architecture.heads(queries, keys)?;
    let length = tensors.row_count(&query)? / heads;
    let readers = |names: &[String]| names.iter().flat_map(|name| tensors.columns(name, -1.0)).collect::<Vec<_>>();
    let gain = |norm: &str| tensors.gain(norm, 1.0, architecture.gain_offset);
    let mut law = |name: &str, blocks: Vec<Vec<Block>>| laws.push(Law::rescaling(name, Some(layer), blocks.concat()));
    law(
        "attention norm gain / q, k, v columns",
        vec![gain(&norm), readers(&[query.clone(), key.clone(), value.clone()])],
    );
    let parts: BTreeSet<&str> =
        modules.iter().filter_map(|module| feed_forward(module)).map(|(part, _)| part).collect();
    let matrices = |part: &str| {
        let names = if part.starts_with("block") { ["w1", "w3", "w2"] } else { ["gate_proj", "up_proj", "down_proj"] };
        names.map(|name| module(&format!("{part}.{name}")))
    };
    let routers: Vec<String> =
        ROUTERS.iter().filter(|router| modules.contains(**router)).map(|router| module(router)).collect();
    let mut reading = routers.clone();
    let mut writers = tensors.all(&output, 1.0);
    for part in &parts {
        let [gate, up, down] = matrices(part);
        writers.extend(tensors.all(&down, 1.0));
        reading.extend([gate, up]);
    }
    if parts.is_empty() {
        return Err(LawsError::Missing(format!("{}.weight", module("mlp.gate_proj"))));
    }
    let routed = if routers.is_empty() { "" } else { "router, " };
    law(&format!("mlp norm gain / {routed}gate, up columns"), vec![gain(&second_norm), readers(&reading)]);
    for part in &parts {
        let [_, up, down] = matrices(part);
        let of = match part.rsplit_once('.') {
            Some((_, number)) if number.parse::<usize>().is_ok() => format!(", expert {number}"),
            Some(_) => ", shared expert".to_owned(),
            None => String::new(),
        };
        law(&format!("up rows / down columns{of}"), vec![tensors.rows(&up, 1.0), tensors.columns(&down, -1.0)]);
    }

    let values = in_heads(tensors.rows(&value, 1.0), groups).chain(in_heads(tensors.columns(&output, -1.0), heads));
    let values = Law::rescaling("value rows / output columns", Some(layer), values.collect()).in_groups(groups);
    laws.push(values.matrix());
    laws.push(values);
    let [query_norm, key_norm] = HEAD_NORMS.map(module);
    let rotated = match architecture.rotary {
        None => 0,
        Some(_) => (architecture.rotated.unwrap_or(1.0) * length as f64).round() as usize,
    };
    let (queries, keys) = match HEAD_NORMS.map(|norm| modules.contains(norm)) {
        [false, false] => ((query, heads), (key, groups)),
        [true, true] => {
            // Only its norm reads a head's queries, so their size is free; the gains take the place of the rows.
            for (name, module, count) in
                [("query rows of each head", &query, heads), ("key rows of each head", &key, groups)]
            {
                let blocks = in_heads(tensors.rows(module, 1.0), count).collect();
                let law = Law { whole: true, ..Law::rescaling(name, Some(layer), blocks).in_groups(count) };
                let entries = tensors.row_count(module)?;
                laws.push(law.inexact(Inexact { epsilon: architecture.epsilon, norms: 1, entries }));
            }
            for norm in [&query_norm, &key_norm] {
                let found = tensors.row_count(norm)?;
                if found != length {
                    return Err(LawsError::Inconsistent(format!(
                        "`{norm}.weight` has {found} entries, heads have {length}: its norm is not one of each head"
                    )));
                }
            }
            ((query_norm, 1), (key_norm, 1))
        }
        _ => return Err(LawsError::Missing(format!("both `{query_norm}.weight` and `{key_norm}.weight`"))),
    };
    let of_gains = queries.1 == 1 && keys.1 == 1 && modules.contains(HEAD_NORMS[0]);
    let groups = if of_gains { 1 } else { groups };
    let offset = if of_gains { architecture.gain_offset } else { 0.0 };
    let both = |part: Option<(usize, usize)>| -> Vec<Block> {
        let cut = |block: Block| match part {
            Some((from, to)) => block.sliced(from, to, Some(length)),
            None => block,
        };
        let (query, key) = (tensors.gain(&queries.0, 1.0, offset), tensors.gain(&keys.0, -1.0, offset));
        in_heads(query, queries.1).chain(in_heads(key, keys.1)).map(cut).collect()
    };
    let (left, right) = if of_gains { ("query gain", "key gain") } else { ("query", "key") };
    if rotated > 0 {
        let part = (rotated < length).then_some((0, rotated));
        let name = format!("{left} pairs / {right} pairs (rotary)");
        let said = "config.json says rope_interleaved, pairs of neighbours, and this law is about pairs of halves: \
                    --interleaved-rotary is about neighbours";
        let halves = architecture.rotary == Some(Rotary::Halves);
        let remark = (architecture.interleaved && halves).then(|| said.to_owned());
        let law = Law::rescaling(&name, Some(layer), both(part)).in_groups(groups);
        laws.push(Law { rotary: architecture.rotary, remark, ..law });
    }
    if rotated < length {
        let part = (rotated > 0).then_some((rotated, length));
        let rest = if rotated > 0 { ", not rotated" } else { "" };
        let name =
            if of_gains { format!("query gain / key gain{rest}") } else { format!("query rows / key rows{rest}") };
        let law = Law::rescaling(&name, Some(layer), both(part)).in_groups(groups);
        // Gains are factors; only matrices have more.
        if !of_gains {
            laws.push(law.matrix());
        }
        laws.push(law);
    }
    Ok(writers)
}
