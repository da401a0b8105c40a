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
//! row i of W_up, entry i of b_up -> a     column i of W_down -> 1/a: act(gate) * up is linear in up
//! all that is added to the residual       a: the norms divide by the size of what they read, if their epsilon is 0;
//!   stream -> a                           tied, the logits get a factor a, which the final gain and bias take back
//! ```

use super::LawsError;
use super::law::{Axis, Block, Law, Rotary};
use crate::checkpoint::Checkpoint;
use crate::visible;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What the tensors alone do not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Architecture {
    /// Heads of the queries.
    pub heads: Option<usize>,
    /// Heads of keys and values.
    pub key_value_heads: Option<usize>,
    /// The length of a head.
    pub head_length: Option<usize>,
    /// Whether queries and keys are rotated with their positions.
    pub rotary: bool,
    /// Whether `config.json` says that the pairs of the rotation are neighbours, not halves of a head.
    pub interleaved: bool,
    /// Whether the embedding is also the unembedding, if that is known.
    pub tied: Option<bool>,
    /// What is added to the mean square in every norm, if that is known.
    pub epsilon: Option<f64>,
}

/// The members of `config.json` that matter here.
#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    architectures: Option<Vec<String>>,
    num_attention_heads: Option<usize>,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    tie_word_embeddings: Option<bool>,
    rms_norm_eps: Option<f64>,
    partial_rotary_factor: Option<f64>,
    rope_interleaved: Option<bool>,
    /// What changes the symmetries.
    use_qk_norm: Option<bool>,
    qk_norm: Option<bool>,
    clip_qkv: Option<f64>,
    num_local_experts: Option<usize>,
    num_experts: Option<usize>,
    use_parallel_residual: Option<bool>,
    attn_logit_softcapping: Option<f64>,
    final_logit_softcapping: Option<f64>,
    /// Where newer versions keep the same.
    rope_parameters: Option<RotaryPositions>,
}

#[derive(Deserialize)]
struct RotaryPositions {
    partial_rotary_factor: Option<f64>,
}

/// Families that have these names and these symmetries. Others share the names only: Gemma's gains are `1 + weight`, Qwen 3
/// and OLMo 2 have norms on queries and keys, Granite scales its residual stream.
/// Each with how the names of its classes begin.
const FAMILIES: [(&str, &str); 3] = [("llama", "LlamaFor"), ("mistral", "MistralFor"), ("qwen2", "Qwen2For")];

/// What Python writes and JSON does not have.
const NO_NUMBERS: [&str; 2] = ["NaN", "Infinity"];

/// What is wrong with a text that is no JSON.
fn malformed(text: &str, error: &serde_json::Error) -> String {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    // The column counts bytes, and may be that of the first letter or the one after it.
    let from = line.get(error.column().saturating_sub(2)..).unwrap_or_default();
    match NO_NUMBERS.iter().find(|word| from.trim_start_matches([' ', ':', '-', ',', '[']).starts_with(**word)) {
        Some(word) => format!("{error}: `{word}` is no number of JSON, though Python writes it: replace it with null"),
        None => error.to_string(),
    }
}

impl Architecture {
    /// Reads a `config.json`.
    ///
    /// # Errors
    /// If it is malformed, or of a family with other symmetries.
    pub fn from_config(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let config: Config = serde_json::from_str(text).map_err(|error| malformed(text, &error))?;
        let known = FAMILIES.map(|(family, _)| family).join(", ");
        let unknown = |family: &str| {
            let family = visible::line(family);
            Err(format!(
                "the laws of `{family}` are not known here, only those of {known}: describe them in a file of laws"
            ))
        };
        if let Some(family) = &config.model_type
            && !FAMILIES.iter().any(|(known, _)| known == family)
        {
            return unknown(family);
        }
        for architecture in config.architectures.iter().flatten() {
            // The class's name begins with the family's.
            let family = FAMILIES.iter().find(|(_, class)| architecture.starts_with(class));
            match (family, &config.model_type) {
                (None, _) => return unknown(architecture),
                (Some((family, _)), Some(stated)) if family != stated => {
                    let architecture = visible::line(architecture);
                    return Err(format!(
                        "it contradicts itself: model_type is `{stated}`, architectures `{architecture}`"
                    ));
                }
                _ => {}
            }
        }
        let changed = [
            ("use_qk_norm", config.use_qk_norm == Some(true)),
            ("qk_norm", config.qk_norm == Some(true)),
            ("clip_qkv", config.clip_qkv.is_some()),
            ("num_local_experts", config.num_local_experts.is_some_and(|count| count > 1)),
            ("num_experts", config.num_experts.is_some_and(|count| count > 1)),
            ("use_parallel_residual", config.use_parallel_residual == Some(true)),
            ("attn_logit_softcapping", config.attn_logit_softcapping.is_some()),
            ("final_logit_softcapping", config.final_logit_softcapping.is_some()),
        ];
        if let Some((key, _)) = changed.iter().find(|(_, changed)| *changed) {
            return Err(format!("`{key}` changes the network's symmetries: describe the laws in a file"));
        }
        let nested = config.rope_parameters.and_then(|positions| positions.partial_rotary_factor);
        if config.partial_rotary_factor.into_iter().chain(nested).any(|part| part != 1.0) {
            return Err("only a part of each head is rotated: describe the laws in a file".to_owned());
        }
        Ok(Architecture {
            heads: config.num_attention_heads,
            key_value_heads: config.num_key_value_heads,
            head_length: config.head_dim,
            rotary: true,
            interleaved: config.rope_interleaved == Some(true),
            tied: config.tie_word_embeddings,
            epsilon: config.rms_norm_eps,
        })
    }

    /// The numbers of heads for query and key projections with so many rows.
    fn heads(&self, queries: usize, keys: usize) -> Result<(usize, usize), LawsError> {
        let inconsistent = |text: String| Err(LawsError::Inconsistent(text));
        let heads = match (self.heads, self.head_length) {
            (Some(heads), _) => heads,
            (None, Some(length)) if length > 0 => queries / length,
            _ => {
                return Err(LawsError::Setting(
                    "--heads is needed: there is no config.json beside the weights that tells".to_owned(),
                ));
            }
        };
        if heads == 0 || !queries.is_multiple_of(heads) {
            return inconsistent(format!("the {queries} rows of q_proj are not {heads} heads"));
        }
        let length = queries / heads;
        if let Some(expected) = self.head_length.filter(|expected| *expected != length) {
            return inconsistent(format!("{heads} heads of {expected} are not the {queries} rows of q_proj"));
        }
        let shared = keys / length;
        if shared == 0 || !keys.is_multiple_of(length) || !heads.is_multiple_of(shared) {
            return inconsistent(format!(
                "the {keys} rows of k_proj are no heads of {length} that {heads} heads could share"
            ));
        }
        if let Some(expected) = self.key_value_heads.filter(|expected| *expected != shared) {
            return inconsistent(format!("the {keys} rows of k_proj are {shared} heads of {length}, not {expected}"));
        }
        Ok((heads, shared))
    }
}

const EMBEDDING: &str = "model.embed_tokens";
const POSITIONS: &str = "model.embed_positions";
const FINAL_NORM: &str = "model.norm";
const UNEMBEDDING: &str = "lm_head";

/// Modules of a layer, without `model.layers.N.`.
const LAYER: [&str; 9] = [
    "input_layernorm",
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "post_attention_layernorm",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
];

/// All laws of a decoder.
///
/// # Errors
/// If it has other tensors than a Llama-style decoder, or lacks some, or the numbers of heads do not fit.
pub fn laws(checkpoint: &Checkpoint, architecture: &Architecture) -> Result<Vec<Law>, LawsError> {
    let layers = layers(checkpoint)?;
    let has = |name: &str| checkpoint.get(name).is_some();
    let tied = match architecture.tied {
        Some(true) if has("lm_head.weight") => {
            return Err(LawsError::Inconsistent(
                "tie_word_embeddings is true, but there is lm_head.weight beside model.embed_tokens.weight: if they are \
                 one tensor, leave lm_head.weight out and give the sum of both gradients; if not, set it to false"
                    .to_owned(),
            ));
        }
        Some(true) => true,
        Some(false) if !has("lm_head.weight") => {
            return Err(LawsError::Missing("lm_head.weight, since tie_word_embeddings is false".to_owned()));
        }
        _ => !has("lm_head.weight"),
    };
    // A module's weight and, if it has one, its bias.
    let with_bias = |module: &str, coefficient: f64, block: fn(String, f64) -> Block| {
        let names = [format!("{module}.weight"), format!("{module}.bias")];
        let [weight, bias] = names;
        let bias = has(&bias).then(|| block(bias, coefficient));
        std::iter::once(block(weight, coefficient)).chain(bias).collect::<Vec<_>>()
    };
    let rows = |module: &str, coefficient: f64| with_bias(module, coefficient, Block::rows);
    let columns = |module: &str, coefficient: f64| vec![Block::columns(format!("{module}.weight"), coefficient)];
    let all = |module: &str, coefficient: f64| with_bias(module, coefficient, Block::all);

    let mut laws = Vec::new();
    for layer in 0..layers {
        let module = |name: &str| format!("model.layers.{layer}.{name}");
        let [norm, query, key, value, output, second_norm, gate, up, down] = LAYER.map(module);
        let row_count = |module: &str| {
            let tensor = checkpoint.tensor(&format!("{module}.weight"))?;
            Ok::<_, LawsError>(tensor.shape.first().copied().unwrap_or(1))
        };
        let (heads, groups) = architecture.heads(row_count(&query)?, row_count(&key)?)?;
        let readers = |modules: &[&String]| modules.iter().flat_map(|module| columns(module, -1.0)).collect::<Vec<_>>();
        let mut law = |name: &str, blocks: Vec<Vec<Block>>| {
            laws.push(Law::rescaling(name, Some(layer), blocks.concat()));
        };
        law("attention norm gain / q, k, v columns", vec![rows(&norm, 1.0), readers(&[&query, &key, &value])]);
        law("mlp norm gain / gate, up columns", vec![rows(&second_norm, 1.0), readers(&[&gate, &up])]);
        law("up rows / down columns", vec![rows(&up, 1.0), columns(&down, -1.0)]);

        let in_heads = |blocks: Vec<Block>, heads: usize| blocks.into_iter().map(move |block| block.in_heads(heads));
        let values = in_heads(rows(&value, 1.0), groups).chain(in_heads(columns(&output, -1.0), heads)).collect();
        let queries = in_heads(rows(&query, 1.0), heads).chain(in_heads(rows(&key, -1.0), groups)).collect();
        let values = Law::rescaling("value rows / output columns", Some(layer), values).in_groups(groups);
        let queries = Law::rescaling("query rows / key rows", Some(layer), queries).in_groups(groups);
        laws.push(values.matrix());
        laws.push(values);
        if architecture.rotary {
            let name = "query pairs / key pairs (rotary)".to_owned();
            let said = "config.json says rope_interleaved, pairs of neighbours, and this law is about pairs of halves";
            let remark = architecture.interleaved.then(|| said.to_owned());
            laws.push(Law { rotary: Some(Rotary::Halves), name, remark, ..queries });
        } else {
            laws.push(queries.matrix());
            laws.push(queries);
        }
    }

    let positions = if has(&format!("{POSITIONS}.weight")) { all(POSITIONS, 1.0) } else { Vec::new() };
    let written = (0..layers).flat_map(|layer| {
        ["self_attn.o_proj", "mlp.down_proj"].map(|name| all(&format!("model.layers.{layer}.{name}"), 1.0)).concat()
    });
    let mut writers: Vec<Block> = all(EMBEDDING, 1.0).into_iter().chain(positions).chain(written).collect();
    let epsilon = architecture.epsilon.is_none_or(|epsilon| epsilon > 0.0).then(|| Law::inexact(architecture.epsilon));
    let name = if tied {
        writers.extend(rows(FINAL_NORM, -1.0).into_iter().map(|block| Block { axis: Axis::All, ..block }));
        "residual writers, tied / final norm gain"
    } else {
        laws.push(Law::rescaling(
            "final norm gain / unembedding columns",
            None,
            [rows(FINAL_NORM, 1.0), columns(UNEMBEDDING, -1.0)].concat(),
        ));
        "residual writers"
    };
    laws.push(Law { nearly: epsilon.is_some(), remark: epsilon, ..Law::rescaling(name, None, writers) });
    Ok(laws)
}

/// The number of layers; every tensor must be known, since one more may break a symmetry.
fn layers(checkpoint: &Checkpoint) -> Result<usize, LawsError> {
    let mut numbers = BTreeSet::new();
    for name in checkpoint.names() {
        let module = name.strip_suffix(".weight").or_else(|| name.strip_suffix(".bias")).unwrap_or(name);
        // Positions of the rotation, which older checkpoints carry as a constant.
        if name.ends_with("rotary_emb.inv_freq") || matches!(module, EMBEDDING | POSITIONS | FINAL_NORM | UNEMBEDDING) {
            continue;
        }
        let layer = module.strip_prefix("model.layers.").and_then(|rest| rest.split_once('.'));
        match layer.and_then(|(number, module)| Some((number.parse::<usize>().ok()?, module))) {
            Some((number, module)) if LAYER.contains(&module) => numbers.insert(number),
            _ => return Err(LawsError::Unknown { tensor: visible::line(name).into_owned(), laws: "decoder" }),
        };
    }
    let count = numbers.len();
    if count == 0 {
        return Err(LawsError::Missing("model.layers.0.self_attn.q_proj.weight".to_owned()));
    }
    if let Some(gap) = (0..count).find(|number| !numbers.contains(number)) {
        return Err(LawsError::Missing(format!("model.layers.{gap}.self_attn.q_proj.weight")));
    }
    Ok(count)
}
