//! What a decoder's tensors alone do not tell: the members of `config.json` that matter.

use super::LawsError;
use super::law::Rotary;
use crate::visible;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the tensors alone do not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Architecture {
    /// Heads of the queries.
    pub heads: Option<usize>,
    /// Heads of keys and values.
    pub key_value_heads: Option<usize>,
    /// The length of a head.
    pub head_length: Option<usize>,
    /// Which pairs of places the rotation of queries and keys with their positions joins, if there is one.
    pub rotary: Option<Rotary>,
    /// The part of each head that is rotated, if not all of it.
    pub rotated: Option<f64>,
    /// Whether `config.json` says that the pairs of the rotation are neighbours, not halves of a head.
    pub interleaved: bool,
    /// Whether the embedding is also the unembedding, if that is known.
    pub tied: Option<bool>,
    /// Whether the loss reads what the final norm gives, and there is no head at all.
    pub headless: bool,
    /// What is added to the mean square in every norm, if that is known.
    pub epsilon: Option<f64>,
    /// What the norms add to the stored gains.
    pub gain_offset: f64,
}

/// The members of `config.json` that matter here.
#[derive(Deserialize)]
pub(super) struct Config {
    pub(super) model_type: Option<String>,
    pub(super) architectures: Option<Vec<String>>,
    pub(super) num_attention_heads: Option<usize>,
    pub(super) num_key_value_heads: Option<usize>,
    pub(super) head_dim: Option<usize>,
    pub(super) tie_word_embeddings: Option<bool>,
    pub(super) rms_norm_eps: Option<f64>,
    pub(super) partial_rotary_factor: Option<f64>,
    pub(super) rope_interleaved: Option<bool>,
    /// What changes the symmetries.
    pub(super) clip_qkv: Option<f64>,
    pub(super) use_parallel_residual: Option<bool>,
    pub(super) parallel_attn: Option<bool>,
    pub(super) alibi: Option<bool>,
    pub(super) attn_logit_softcapping: Option<f64>,
    pub(super) final_logit_softcapping: Option<f64>,
    pub(super) no_rope_layers: Option<Vec<u8>>,
    /// Where newer versions keep the same.
    pub(super) rope_parameters: Option<RotaryPositions>,
}

#[derive(Deserialize)]
pub(super) struct RotaryPositions {
    pub(super) partial_rotary_factor: Option<f64>,
}

impl Config {
    /// What a text says; where a member is of another type, its key is told.
    fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| malformed(text, &error))?;
        let Value::Object(members) = &value else { return Err("expected an object, `{...}`".to_owned()) };
        serde_json::from_value(value.clone()).map_err(|error| {
            let alone = |(key, value): (&String, &Value)| {
                let member = Map::from_iter([(key.clone(), value.clone())]);
                let error = serde_json::from_value::<Config>(Value::Object(member)).err()?;
                Some(format!("`{}`: {}", visible::line(key), in_words(&error)))
            };
            members.iter().find_map(alone).unwrap_or_else(|| in_words(&error))
        })
    }
}

/// What was expected and what was found, by an error about a type.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let Some((found, expected)) = text.rsplit_once(", expected ") else { return text };
    let found = found.split_once(": ").map_or(found, |(_, found)| found);
    let expected = match expected {
        "usize" | "u8" => "a whole number",
        "f64" => "a number",
        other => other,
    };
    format!("expected {expected}, found {found}")
}

/// Families that have these names and these symmetries, each with how the names of its classes begin, and what its norms add to the stored
/// gains. Others share the names only: OLMo 2 and Gemma 2 have further norms, Granite scales its residual stream.
pub(super) const FAMILIES: [(&str, &str, f64); 8] = [
    ("llama", "Llama", 0.0),
    ("mistral", "Mistral", 0.0),
    ("mixtral", "Mixtral", 0.0),
    ("qwen2", "Qwen2", 0.0),
    ("qwen2_moe", "Qwen2Moe", 0.0),
    ("qwen3", "Qwen3", 0.0),
    ("qwen3_moe", "Qwen3Moe", 0.0),
    ("gemma", "Gemma", 1.0),
];

/// What Python writes and JSON does not have.
pub(super) const NO_NUMBERS: [&str; 2] = ["NaN", "Infinity"];

/// What is wrong with a text that is no JSON.
pub(super) fn malformed(text: &str, error: &serde_json::Error) -> String {
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
        let config = Config::read(text)?;
        let known = FAMILIES.map(|(family, ..)| family).join(", ");
        let unknown = |family: &str| {
            let family = visible::line(family);
            Err(format!(
                "the laws of `{family}` are not known here, only those of {known}: describe them in a file of laws"
            ))
        };
        let mut offset = 0.0;
        if let Some(family) = &config.model_type {
            let Some((_, _, gain)) = FAMILIES.iter().find(|(known, ..)| known == family) else {
                return unknown(family);
            };
            offset = *gain;
        }
        let mut headless = false;
        for architecture in config.architectures.iter().flatten() {
            // The class's name begins with the family's.
            let kind = |class: &str| {
                architecture.strip_prefix(class).filter(|kind| kind.starts_with("For") || *kind == "Model")
            };
            let family = FAMILIES.iter().find(|(_, class, _)| kind(class).is_some());
            match (family, &config.model_type) {
                (None, _) => return unknown(architecture),
                (Some((family, ..)), Some(stated)) if family != stated => {
                    let architecture = visible::line(architecture);
                    return Err(format!(
                        "it contradicts itself: model_type is `{stated}`, architectures `{architecture}`"
                    ));
                }
                (Some((_, class, gain)), _) => {
                    offset = *gain;
                    headless = kind(class) == Some("Model");
                }
            }
        }
        let changed = [
            ("clip_qkv", config.clip_qkv.is_some()),
            ("use_parallel_residual", config.use_parallel_residual == Some(true)),
            ("parallel_attn", config.parallel_attn == Some(true)),
            ("alibi", config.alibi == Some(true)),
            ("attn_logit_softcapping", config.attn_logit_softcapping.is_some()),
            ("final_logit_softcapping", config.final_logit_softcapping.is_some()),
            ("no_rope_layers", config.no_rope_layers.is_some_and(|layers| layers.contains(&0))),
        ];
        if let Some((key, _)) = changed.iter().find(|(_, changed)| *changed) {
            return Err(format!("`{key}` changes the network's symmetries: describe the laws in a file"));
        }
        let nested = config.rope_parameters.and_then(|positions| positions.partial_rotary_factor);
        let rotated = match (config.partial_rotary_factor, nested) {
            (Some(one), Some(other)) if one != other => {
                return Err(format!(
                    "it contradicts itself: partial_rotary_factor is {one}, and {other} in rope_parameters"
                ));
            }
            (one, other) => one.or(other),
        };
        if let Some(part) = rotated.filter(|part| !(0.0..=1.0).contains(part)) {
            return Err(format!("partial_rotary_factor is {part}: expected a part of each head, from 0 to 1"));
        }
        Ok(Architecture {
            heads: config.num_attention_heads,
            key_value_heads: config.num_key_value_heads,
            head_length: config.head_dim,
            rotary: Some(Rotary::Halves),
            rotated,
            interleaved: config.rope_interleaved == Some(true),
            tied: config.tie_word_embeddings,
            headless,
            epsilon: config.rms_norm_eps,
            gain_offset: offset,
        })
    }

    /// The numbers of heads for query and key projections of these names with so many rows.
    pub(super) fn heads(
        &self,
        (query, queries): (&str, usize),
        (key, keys): (&str, usize),
    ) -> Result<(usize, usize), LawsError> {
        let inconsistent = |text: String| Err(LawsError::Inconsistent(text));
        let heads = match (self.heads, self.head_length) {
            (Some(heads), _) => heads,
            (None, Some(length)) if length > 0 => queries / length,
            _ => {
                return Err(LawsError::Setting(
                    "--heads is needed: no config.json beside the weights says `num_attention_heads`".to_owned(),
                ));
            }
        };
        if heads == 0 || !queries.is_multiple_of(heads) {
            return inconsistent(format!(
                "the {queries} rows of `{query}.weight` are no multiple of the heads, {heads}"
            ));
        }
        let length = queries / heads;
        if let Some(expected) = self.head_length.filter(|expected| *expected != length) {
            return inconsistent(format!(
                "the {queries} rows of `{query}.weight` are not {heads} x {expected}, the heads by their length"
            ));
        }
        let shared = keys / length;
        if shared == 0 || !keys.is_multiple_of(length) || !heads.is_multiple_of(shared) {
            return inconsistent(format!(
                "the {keys} rows of `{key}.weight` are no heads of length {length} for the heads of the queries, {heads}, to share"
            ));
        }
        if let Some(expected) = self.key_value_heads.filter(|expected| *expected != shared) {
            return inconsistent(format!(
                "the {keys} rows of `{key}.weight` are {shared} x {length}, the heads by their length, not {expected} x {length}"
            ));
        }
        Ok((heads, shared))
    }
}
