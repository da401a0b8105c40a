//! From the text of a file to a description of layers, every complaint with the bytes that it is about.

use super::language::{COMMON, FILE, INPUT, Key, Kind, LAYER_KINDS, LAYERS};
use super::{DEEPEST_RESIDUAL, MOST_LAYERS};
use crate::model::composed::{AttentionShape, Epsilon, Layer, Named, Statistic};
use crate::model::{Activation, Loss};
use crate::scalar::{Rational, parse_number};
use crate::suggest::unknown;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong, and where.
pub struct Fault {
    pub span: Range<usize>,
    pub message: String,
}

/// What a file says, before it is known whether the layers fit.
pub struct Description {
    pub positions: usize,
    pub width: usize,
    pub layers: Vec<Named>,
    pub loss: Loss,
    /// Where the layers are, by full name.
    pub spans: Vec<(String, Range<usize>)>,
    /// Where the input is.
    pub input: Range<usize>,
}

/// The longest numeral and the largest exponent of an exact number: a norm's epsilon needs no more.
const LONGEST_NUMERAL: usize = 64;
const MOST_BITS: u32 = 4096;

fn fault<T>(span: Range<usize>, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { span, message: message.into() })
}

type Value<'a> = Spanned<DeValue<'a>>;

/// A table of which every key is known.
struct Table<'a> {
    table: &'a DeTable<'a>,
    /// What is underlined if a key is missing.
    span: Range<usize>,
    keys: Vec<Key>,
}

/// Reads the text.
///
/// # Errors
/// The first fault.
pub fn read(text: &str) -> Result<Description, Fault> {
    let document = DeTable::parse(text).map_err(|error| Fault {
        span: error.span().unwrap_or(0..0),
        message: format!("malformed TOML: {}", error.message()),
    })?;
    let file = Table::new(document.get_ref(), 0..0, "the file", &[FILE])?;
    let (loss, _) = file.word("loss")?;
    let loss = loss.parse::<Loss>().expect("the words are the losses");
    let input = file.value("input").expect("a required key is there");
    let layout = Table::of(input, "the input", &[INPUT])?;
    let positions = layout.size("positions")?.unwrap_or(1);
    let (width, tokens) = match (layout.size("width")?, layout.size("vocabulary")?) {
        (Some(width), None) => (width, false),
        (None, Some(vocabulary)) => (vocabulary, true),
        (None, None) => return fault(header(text, input), "the input needs `width`, or `vocabulary` for tokens"),
        (Some(_), Some(_)) => {
            return fault(layout.key_span("vocabulary"), "the input has `width` or `vocabulary`, not both");
        }
    };
    let mut layers = Layers { text, spans: Vec::new() };
    let list = file.value("layers").expect("a required key is there");
    let named = layers.read("", list, 0)?;
    let starts_with_embedding = matches!(named.first(), Some(Named { layer: Layer::Embedding { .. }, .. }));
    if tokens != starts_with_embedding {
        let message = if tokens {
            "tokens need an `embedding` for the first layer"
        } else {
            "a network whose first layer is an `embedding` reads tokens: expected `vocabulary` in place of `width`"
        };
        return fault(layout.key_span(if tokens { "vocabulary" } else { "width" }), message);
    }
    Ok(Description { positions, width, layers: named, loss, spans: layers.spans, input: header(text, input) })
}

/// The first line of a table.
fn header(text: &str, value: &Value<'_>) -> Range<usize> {
    let span = value.span();
    let end = text.get(span.clone()).and_then(|part| part.find('\n')).map_or(span.end, |length| span.start + length);
    span.start..end
}

impl<'a> Table<'a> {
    fn new(table: &'a DeTable<'a>, span: Range<usize>, what: &str, keys: &[&[Key]]) -> Result<Self, Fault> {
        let known = || keys.iter().flat_map(|keys| keys.iter());
        for key in table.keys() {
            let name: &str = key.get_ref();
            if known().any(|known| known.name == name) {
                continue;
            }
            let belongs = FILE.iter().any(|known| known.name == name);
            let message = if belongs {
                format!("`{name}` belongs to the file: write it above the first table")
            } else {
                let names: Vec<&str> = known().map(|key| key.name).collect();
                format!("{}; {what} has {}", unknown("key", name, names.iter().copied()), names.join(", "))
            };
            return fault(key.span(), message);
        }
        if let Some(missing) = known().find(|key| key.required && !table.contains_key(key.name)) {
            return fault(span, format!("{what} needs the key `{}`", missing.name));
        }
        Ok(Table { table, span, keys: keys.concat() })
    }

    fn of(value: &'a Value<'a>, what: &str, keys: &[&[Key]]) -> Result<Self, Fault> {
        match value.get_ref().as_table() {
            Some(table) => Self::new(table, value.span(), what, keys),
            None => fault(value.span(), format!("{what} is a table, found {}", sort(value))),
        }
    }

    /// The value of a key; absent only if the key is optional.
    fn value(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    fn key_span(&self, key: &str) -> Range<usize> {
        let found = self.table.keys().find(|known| known.get_ref() == key);
        found.map_or(self.span.clone(), Spanned::span)
    }

    fn kind(&self, key: &str) -> Kind {
        self.keys.iter().find(|known| known.name == key).expect("a key of the table").kind
    }

    fn size(&self, key: &str) -> Result<Option<usize>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let Kind::Size(largest) = self.kind(key) else { unreachable!("a size") };
        let wrong =
            |found: String| fault(value.span(), format!("`{key}` is an integer from 1 to {largest}, found {found}"));
        let DeValue::Integer(integer) = value.get_ref() else { return wrong(sort(value)) };
        match usize::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(size) if (1..=largest).contains(&size) => Ok(Some(size)),
            _ => wrong(shortened(integer.as_str())),
        }
    }

    /// The size of a required key.
    fn needed_size(&self, key: &str) -> Result<usize, Fault> {
        Ok(self.size(key)?.expect("a required key is there"))
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, Fault> {
        match self.value(key) {
            None => Ok(default),
            Some(value) => match value.get_ref().as_bool() {
                Some(flag) => Ok(flag),
                None => fault(value.span(), format!("`{key}` is true or false, found {}", sort(value))),
            },
        }
    }

    fn text(&self, key: &str) -> Result<Option<(&'a str, Range<usize>)>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some((text, value.span()))),
            None => fault(value.span(), format!("`{key}` is a text, found {}", sort(value))),
        }
    }

    /// One of the words of a required key.
    fn word(&self, key: &str) -> Result<(&'a str, Range<usize>), Fault> {
        let Kind::Word(words) = self.kind(key) else { unreachable!("a word") };
        let (word, span) = self.text(key)?.expect("a required key is there");
        if words.contains(&word) {
            return Ok((word, span));
        }
        let word = shortened(word);
        fault(span, format!("{}; expected one of {}", unknown(key, &word, words.iter().copied()), words.join(", ")))
    }

    fn activation(&self) -> Result<Activation, Fault> {
        let (word, _) = self.word("function")?;
        Ok(word.parse().expect("the words are the activations"))
    }
}

/// The sort of a value, in words.
fn sort(value: &Value<'_>) -> String {
    match value.get_ref() {
        DeValue::String(text) => format!("the text \"{}\"", shortened(text)),
        DeValue::Integer(integer) => format!("the integer {}", shortened(integer.as_str())),
        DeValue::Float(float) => format!("the float {}", shortened(float.as_str())),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { start + "..." } else { start }
}

/// An exact number: a string or an integer. Floats have been rounded before anyone could read them.
fn number(key: &str, value: &Value<'_>) -> Result<Rational, Fault> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => {
            let float = shortened(float.as_str());
            return fault(value.span(), format!("`{key}`: a float is rounded: write it exactly, as \"{float}\""));
        }
        _ => {
            let found = sort(value);
            return fault(value.span(), format!("`{key}` is a number in a string, or an integer, found {found}"));
        }
    };
    if text.len() > LONGEST_NUMERAL {
        return fault(value.span(), format!("`{key}`: a numeral has at most {LONGEST_NUMERAL} characters"));
    }
    let number =
        parse_number(text).map_err(|error| Fault { span: value.span(), message: format!("`{key}`: {error}") })?;
    if number.numer().significant_bits().max(number.denom().significant_bits()) > MOST_BITS {
        return fault(value.span(), format!("`{key}`: an exact number has at most {MOST_BITS} bits"));
    }
    Ok(number)
}

struct Layers<'t> {
    text: &'t str,
    spans: Vec<(String, Range<usize>)>,
}

impl Layers<'_> {
    fn read(&mut self, path: &str, list: &Value<'_>, depth: usize) -> Result<Vec<Named>, Fault> {
        let Some(values) = list.get_ref().as_array() else {
            let found = sort(list);
            return fault(list.span(), format!("`layers` is an array of tables, [[layers]], found {found}"));
        };
        if values.is_empty() {
            return fault(list.span(), "expected at least one layer");
        }
        if depth > DEEPEST_RESIDUAL {
            let message = format!("residual layers lie in each other at most {DEEPEST_RESIDUAL} deep");
            return fault(header(self.text, list), message);
        }
        let mut taken: Vec<String> = Vec::new();
        let mut layers = Vec::with_capacity(values.len().min(MOST_LAYERS));
        for value in values.iter() {
            let named = self.layer(path, value, &taken, depth)?;
            taken.push(named.name.clone());
            layers.push(named);
        }
        Ok(layers)
    }

    fn layer(&mut self, path: &str, value: &Value<'_>, taken: &[String], depth: usize) -> Result<Named, Fault> {
        let place = header(self.text, value);
        if self.spans.len() >= MOST_LAYERS {
            return fault(place, format!("a network has at most {MOST_LAYERS} layers"));
        }
        let Some(content) = value.get_ref().as_table() else {
            return fault(value.span(), format!("a layer is a table, found {}", sort(value)));
        };
        let Some(kind) = content.get("kind") else {
            return fault(place, format!("a layer needs the key `kind`: one of {}", LAYER_KINDS.join(", ")));
        };
        let Some(word) = kind.get_ref().as_str() else {
            return fault(kind.span(), format!("`kind` is a text, found {}", sort(kind)));
        };
        let Some(known) = LAYERS.iter().find(|layer| layer.name == word) else {
            let message = unknown("kind", &shortened(word), LAYER_KINDS.iter().copied());
            return fault(kind.span(), format!("{message}; expected one of {}", LAYER_KINDS.join(", ")));
        };
        let keys = [COMMON, known.keys];
        let table = Table::new(content, kind.span(), &format!("a layer of kind `{word}`"), &keys)?;
        let (name, span) = match table.text("name")? {
            Some((name, span)) => (self.checked(name, &span, taken)?, span),
            None => (self.numbered(word, taken), kind.span()),
        };
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        self.spans.push((full.clone(), span));
        let layer = self.content(&full, word, &table, depth)?;
        Ok(Named { name, layer })
    }

    fn checked(&self, name: &str, span: &Range<usize>, taken: &[String]) -> Result<String, Fault> {
        let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) || name == "network" {
            let message = "a name has 1 to 64 letters, digits, `_` and `-`, and is not `network`";
            return fault(span.clone(), message);
        }
        if taken.iter().any(|other| other == name) {
            return fault(span.clone(), format!("there is another layer `{name}`: give one of them another name"));
        }
        Ok(name.to_owned())
    }

    /// The kind with the first number that is free.
    fn numbered(&self, kind: &str, taken: &[String]) -> String {
        let free = (1..).map(|number| format!("{kind}{number}")).find(|name| !taken.contains(name));
        free.expect("there are more numbers than layers")
    }

    fn content(&mut self, full: &str, kind: &str, table: &Table<'_>, depth: usize) -> Result<Layer, Fault> {
        Ok(match kind {
            "linear" => Layer::Linear { width: table.needed_size("width")?, bias: table.flag("bias", false)? },
            "bias" => Layer::Bias,
            "activation" => Layer::Activation(table.activation()?),
            "embedding" => Layer::Embedding { width: table.needed_size("width")? },
            "positions" => Layer::Positions,
            "norm" => Layer::Norm {
                statistic: match table.word("statistic")?.0 {
                    "rms" => Statistic::Rms,
                    _ => Statistic::Layer,
                },
                gain: table.flag("gain", true)?,
                bias: table.flag("bias", false)?,
                epsilon: epsilon(table)?,
            },
            "attention" => {
                let heads = table.size("heads")?.unwrap_or(1);
                let size = table.needed_size("size")?;
                Layer::Attention(AttentionShape {
                    heads,
                    groups: table.size("groups")?.unwrap_or(heads),
                    size,
                    rotary: rotary(table, size)?,
                    causal: table.flag("causal", true)?,
                    bias: table.flag("bias", false)?,
                })
            }
            "gated-mlp" => Layer::GatedMlp {
                hidden: table.needed_size("hidden")?,
                activation: table.activation()?,
                bias: table.flag("bias", false)?,
            },
            "residual" => {
                let list = table.value("layers").expect("a required key is there");
                Layer::Residual(self.read(full, list, depth + 1)?)
            }
            _ => {
                let (embedding, _) = table.text("embedding")?.expect("a required key is there");
                Layer::TiedUnembedding { embedding: embedding.to_owned() }
            }
        })
    }
}

fn epsilon(table: &Table<'_>) -> Result<Epsilon, Fault> {
    let value = table.value("epsilon").expect("a required key is there");
    if value.get_ref().as_str() == Some("trained") {
        return Ok(Epsilon::Trained);
    }
    let number = number("epsilon", value)?;
    if number < 0 {
        return fault(value.span(), "`epsilon` is negative: expected 0 or more");
    }
    Ok(Epsilon::Fixed(number))
}

fn rotary(table: &Table<'_>, size: usize) -> Result<Vec<Rational>, Fault> {
    let Some(value) = table.value("rotary") else { return Ok(Vec::new()) };
    match value.get_ref() {
        DeValue::Boolean(false) => Ok(Vec::new()),
        DeValue::Boolean(true) if size.is_multiple_of(2) => Ok(AttentionShape::default_rotary(size)),
        DeValue::Boolean(true) => {
            fault(value.span(), format!("rotary positions need heads of even size, found {size}"))
        }
        DeValue::Array(tangents) if 2 * tangents.len() == size => {
            tangents.iter().map(|tangent| number("rotary", tangent)).collect()
        }
        DeValue::Array(tangents) => {
            let found = tangents.len();
            fault(value.span(), format!("`rotary` has one number for each pair of {size} coordinates, found {found}"))
        }
        _ => fault(value.span(), format!("`rotary` is true, false or an array of numbers, found {}", sort(value))),
    }
}
