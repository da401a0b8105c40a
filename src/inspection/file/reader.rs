//! From the text of a file to laws, every complaint with the bytes that it is about.

use super::LawsFile;
use super::language::{FILE, Key, Kind, Table as Of};
use crate::inspection::decay::Decay;
use crate::inspection::law::{Axis, Block, Form, Inexact, Law, Rotary, Slice};
use crate::suggest::unknown;
use crate::visible;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong, and where.
pub struct Fault {
    pub span: Range<usize>,
    pub message: String,
}

fn fault<T>(span: Range<usize>, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { span, message: message.into() })
}

type Value<'a> = Spanned<DeValue<'a>>;

/// A table of which every key is known.
struct Table<'a> {
    table: &'a DeTable<'a>,
    /// What is underlined if a key is missing, or the table as a whole is meant.
    span: Range<usize>,
    keys: &'static [Key],
}

/// Reads the text.
///
/// # Errors
/// The first fault.
pub fn read(text: &str) -> Result<LawsFile, Fault> {
    let document = DeTable::parse(text).map_err(|error| Fault {
        span: error.span().unwrap_or(0..0),
        message: format!("malformed TOML: {}", error.message()),
    })?;
    let file = Table::new(document.get_ref(), 0..0, "the file", FILE)?;
    let laws = file.tables(text, "law", Of::Law)?;
    if laws.is_empty() {
        return fault(file.key_span("law"), "there is no [[law]]");
    }
    let laws = laws.iter().map(|table| law(text, table)).collect::<Result<Vec<_>, _>>()?.concat();
    let decays = file.tables(text, "decay", Of::Decay)?.iter().map(decay).collect::<Result<Vec<_>, _>>()?.concat();
    Ok(LawsFile { laws, decays })
}

/// The first line of a table.
fn header(text: &str, value: &Value<'_>) -> Range<usize> {
    let span = value.span();
    let end = text.get(span.clone()).and_then(|part| part.find('\n')).map_or(span.end, |length| span.start + length);
    span.start..end
}

impl<'a> Table<'a> {
    fn new(table: &'a DeTable<'a>, span: Range<usize>, what: &str, keys: &'static [Key]) -> Result<Self, Fault> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !keys.iter().any(|known| known.name == name) {
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                let problem = unknown("key", &shortened(name), names.iter().copied());
                return fault(key.span(), format!("{problem}; {what} has {}", names.join(", ")));
            }
        }
        match keys.iter().find(|key| key.required && !table.contains_key(key.name)) {
            Some(missing) => fault(span, format!("{what} needs the key `{}`", missing.name)),
            None => Ok(Table { table, span, keys }),
        }
    }

    fn of(text: &str, value: &'a Value<'a>, of: Of) -> Result<Self, Fault> {
        let what = format!("a {}", of.name());
        match value.get_ref().as_table() {
            Some(table) => Self::new(table, header(text, value), &what, of.keys()),
            None => fault(value.span(), format!("{what} is a table, found {}", sort(value))),
        }
    }

    fn key_span(&self, key: &str) -> Range<usize> {
        let found = self.table.keys().find(|known| known.get_ref() == key);
        found.map_or(self.span.clone(), Spanned::span)
    }

    fn kind(&self, key: &str) -> Kind {
        self.keys.iter().find(|known| known.name == key).expect("a key of the table").kind
    }

    fn tables(&self, text: &str, key: &str, of: Of) -> Result<Vec<Table<'a>>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        match value.get_ref().as_array() {
            Some(values) => values.iter().map(|value| Table::of(text, value, of)).collect(),
            None => fault(value.span(), format!("`{key}` is an array of tables, found {}", sort(value))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some(text)),
            None => fault(value.span(), format!("`{key}` is a text, found {}", sort(value))),
        }
    }

    fn needed_text(&self, key: &str) -> Result<&'a str, Fault> {
        Ok(self.text(key)?.expect("a required key is there"))
    }

    fn flag(&self, key: &str) -> Result<bool, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(false) };
        match value.get_ref().as_bool() {
            Some(flag) => Ok(flag),
            None => fault(value.span(), format!("`{key}` is true or false, found {}", sort(value))),
        }
    }

    fn count(&self, key: &str) -> Result<Option<usize>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let Kind::Count(least) = self.kind(key) else { unreachable!("a count") };
        match integer(value) {
            Some(count) if count >= least => Ok(Some(count)),
            _ => fault(value.span(), format!("`{key}` is an integer, at least {least}, found {}", sort(value))),
        }
    }

    fn number(&self, key: &str) -> Result<Option<f64>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(_) if integer(value).is_some() => integer(value).map(|integer| integer as f64),
            DeValue::Integer(integer) => integer.as_str().replace('_', "").parse().ok(),
            DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
            _ => return fault(value.span(), format!("`{key}` is a number, found {}", sort(value))),
        };
        match number.filter(|number: &f64| number.is_finite() && (*number == 0.0 || number.is_normal())) {
            Some(number) => Ok(Some(number)),
            None => fault(value.span(), format!("`{key}` is a finite number, found {}", sort(value))),
        }
    }

    /// The number behind a key that is not to be 0.
    fn coefficient(&self, key: &str) -> Result<Option<f64>, Fault> {
        match self.number(key)? {
            Some(0.0) => fault(self.table[key].span(), format!("`{key}`: expected a number that is not zero")),
            number => Ok(number),
        }
    }

    /// The number behind a key that must not be negative.
    fn size(&self, key: &str) -> Result<Option<f64>, Fault> {
        match self.number(key)? {
            Some(number) if number < 0.0 => fault(self.table[key].span(), format!("`{key}` must not be negative")),
            number => Ok(number),
        }
    }

    fn word(&self, key: &str) -> Result<&'a str, Fault> {
        let Kind::Word(words) = self.kind(key) else { unreachable!("a word") };
        let word = self.needed_text(key)?;
        if words.contains(&word) {
            return Ok(word);
        }
        let message = unknown(key, &shortened(word), words.iter().copied());
        fault(self.table[key].span(), format!("{message}; expected one of {}", words.join(", ")))
    }

    fn rotary(&self) -> Result<Option<Rotary>, Fault> {
        let Some(value) = self.table.get("rotary") else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(flag.then_some(Rotary::Halves)),
            DeValue::String(word) if word == "halves" => Ok(Some(Rotary::Halves)),
            DeValue::String(word) if word == "interleaved" => Ok(Some(Rotary::Interleaved)),
            _ => {
                let found = sort(value);
                fault(value.span(), format!("`rotary` is true, false, \"halves\" or \"interleaved\", found {found}"))
            }
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<&'a str>, Fault> {
        let value = &self.table[key];
        let one = |value: &'a Value<'a>| match value.get_ref().as_str() {
            Some(text) => Ok(text),
            None => fault(value.span(), format!("`{key}` is a text or an array of texts, found {}", sort(value))),
        };
        match value.get_ref().as_array() {
            Some(values) if values.is_empty() => fault(value.span(), format!("`{key}`: expected at least one name")),
            Some(values) => values.iter().map(one).collect(),
            None => Ok(vec![one(value)?]),
        }
    }

    /// The tensors behind `in` or `out`, each with what is underlined if it is at fault.
    fn parts(&self, text: &str, key: &str, block: &dyn Fn(&str) -> Block) -> Result<Vec<(Block, Range<usize>)>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let one = |value: &'a Value<'a>| match value.get_ref() {
            DeValue::String(name) => Ok((block(name), value.span())),
            DeValue::Table(_) => {
                let table = Table::of(text, value, Of::Part)?;
                Ok((table.cut(block(table.needed_text("tensor")?))?, value.span()))
            }
            _ => fault(
                value.span(),
                format!(
                    "`{key}` has names of tensors, or tables like {{ tensor = \"NAME\", slice = [0, 64] }}, found {}",
                    sort(value)
                ),
            ),
        };
        match value.get_ref().as_array() {
            Some(values) => values.iter().map(one).collect(),
            None => Ok(vec![one(value)?]),
        }
    }

    /// The block with the slice, the period and the offset of this table.
    fn cut(&self, block: Block) -> Result<Block, Fault> {
        let period = self.count("period")?;
        let slice = match self.table.get("slice") {
            None if period.is_some() => {
                return fault(self.key_span("period"), "`period` repeats a slice: give `slice` too");
            }
            None => None,
            Some(value) => {
                let ends = value.get_ref().as_array().map(|ends| ends.iter().map(integer).collect::<Vec<_>>());
                let Some([Some(from), Some(to)]) = ends.as_deref() else {
                    return fault(value.span(), format!("`slice` is [FROM, TO], two integers, found {}", sort(value)));
                };
                if from >= to || period.is_some_and(|period| *to > period) {
                    let within = period.map_or_else(String::new, |period| format!(" up to the period of {period}"));
                    return fault(value.span(), format!("`slice` goes from one position to a later one{within}"));
                }
                Some(Slice { from: *from, to: *to, period })
            }
        };
        Ok(Block { slice, offset: self.number("offset")?.unwrap_or(0.0), ..block })
    }
}

fn integer(value: &Value<'_>) -> Option<usize> {
    let DeValue::Integer(integer) = value.get_ref() else { return None };
    usize::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
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
    let shown = visible::line(&start);
    if start.len() < text.len() { format!("{shown}...") } else { shown.into_owned() }
}

fn decay(table: &Table<'_>) -> Result<Vec<Decay>, Fault> {
    let gamma = match (table.size("gamma")?, table.size("pytorch")?) {
        (Some(gamma), None) => gamma,
        (None, Some(decay)) => 0.5 * decay,
        (None, None) => {
            return fault(
                table.span.clone(),
                "a decay needs `gamma`, or `pytorch` for what PyTorch calls weight_decay",
            );
        }
        (Some(_), Some(_)) => return fault(table.key_span("pytorch"), "a decay has `gamma` or `pytorch`, not both"),
    };
    let patterns = table.texts("tensors")?;
    Ok(patterns.into_iter().map(|pattern| Decay { pattern: pattern.to_owned(), gamma }).collect())
}

/// The law described; a matrix law comes with its diagonal.
fn law(text: &str, table: &Table<'_>) -> Result<Vec<Law>, Fault> {
    let name = table.needed_text("name")?;
    let refuse =
        |key: &str, problem: String| fault(table.key_span(key), format!("law `{}`: {problem}", visible::line(name)));
    let degree = table.number("degree")?;
    if degree.is_some_and(|degree| degree <= 0.0) {
        return refuse("degree", "expected a degree above 0: the sign of the outgoing side is its own".to_owned());
    }
    let (groups, degree) = (table.count("groups")?.unwrap_or(1), degree.unwrap_or(1.0));
    let (matrix, whole, transposed) = (table.flag("matrix")?, table.flag("whole")?, table.flag("transposed")?);
    let rotary = table.rotary()?;
    let described = table.tables(text, "blocks", Of::Block)?;
    let inner = table.parts(text, "in", &|tensor| Block::rows(tensor, 1.0).in_heads(groups))?;
    let outer = table.parts(text, "out", &|tensor| Block::columns(tensor, -degree).in_heads(groups))?;
    if described.is_empty() && inner.is_empty() != outer.is_empty() {
        let (given, missing) = if outer.is_empty() { ("in", "out") } else { ("out", "in") };
        return refuse(
            given,
            format!(
                "`{given}` is given without `{missing}`: what one side is multiplied by the other is divided by \
                 (a law of one side only is written as `blocks`)"
            ),
        );
    }
    let block = |table: &Table<'_>| {
        let block = Block {
            axis: match table.word("axis")? {
                "rows" => Axis::Rows,
                "columns" => Axis::Columns,
                _ => Axis::All,
            },
            heads: table.count("heads")?.unwrap_or(groups),
            ..Block::rows(table.needed_text("tensor")?, table.coefficient("sign")?.expect("a required key is there"))
        };
        Ok((table.cut(block)?, table.span.clone()))
    };
    let described = described.iter().map(block).collect::<Result<Vec<_>, _>>()?;
    let mut blocks: Vec<Block> = Vec::new();
    for (block, span) in inner.into_iter().chain(outer).chain(described) {
        let block = Block { transposed, ..block };
        if blocks.iter().any(|other| other.shares_elements_with(&block)) {
            let tensor = visible::line(&block.tensor);
            let problem =
                format!("`{tensor}`: a tensor may appear only once, or in slices of one axis that do not overlap");
            return fault(span, problem);
        }
        if matrix && (block.axis == Axis::All || block.coefficient.abs() != 1.0 || block.offset != 0.0) {
            let problem = "a matrix law has rows and columns with the signs 1 and -1, without offset";
            return fault(span, problem);
        }
        blocks.push(block);
    }
    if blocks.is_empty() {
        return refuse("name", "expected tensors as `in` and `out`, or as `blocks`".to_owned());
    }
    if matrix && (rotary.is_some() || whole) {
        return refuse("matrix", "a matrix law has no rotary pairs, and no groups with one factor".to_owned());
    }
    if whole && rotary.is_some() {
        return refuse("whole", "a group with one factor has no rotary pairs".to_owned());
    }
    let epsilon = table.size("epsilon")?;
    let law = Law {
        name: name.to_owned(),
        layer: table.count("layer")?,
        form: Form::Rescaling,
        groups,
        rotary,
        whole,
        blocks,
        remark: None,
        inexact: None,
    };
    let law = match epsilon {
        Some(_) => law.inexact(Inexact { epsilon, norms: 1, entries: 0 }),
        None => law,
    };
    Ok(if matrix { vec![law.matrix(), law] } else { vec![law] })
}
