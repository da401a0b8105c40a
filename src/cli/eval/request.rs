//! The schema of a request: what is written, before it is known to make sense.

use crate::cli::menu;
use crate::scalar::MENU;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A request, member by member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The model; its `kind` decides which members it has.
    pub model: Value,
    /// The name of the loss; needed by a network at a point.
    pub loss: Option<String>,
    /// The data set; needed by a network at a point.
    pub samples: Option<Vec<Object<SampleRequest>>>,
    /// The weights of the mean, one per sample; equal if absent.
    pub weights: Option<Vec<Numeral>>,
    /// The parameters, layer by layer; needed by a network at a point.
    pub theta: Option<Vec<Numeral>>,
    /// `eta`, of `Lambda = eta I`.
    pub learning_rate: Option<Numeral>,
    /// `Lambda`.
    pub preconditioner: Option<Vec<Entry>>,
    /// `gamma`; 0 if absent.
    pub weight_decay: Option<Numeral>,
    /// The scalar to compute in.
    pub scalar: ScalarRequest,
    /// What is asked for.
    pub quantities: Vec<String>,
}

/// One sample.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRequest {
    /// The input.
    pub x: Vec<Numeral>,
    /// The target.
    pub y: Vec<Numeral>,
}

/// A structure that is written as an object: serde alone would also read it from an array, by the order of its members.
pub struct Object<T>(pub T);

/// What a structure is called where something else stands in its place.
trait Named {
    const NAME: &'static str;
}

impl Named for Request {
    const NAME: &'static str = "a request, which is a JSON object";
}

impl Named for SampleRequest {
    const NAME: &'static str = "a sample, which is an object with x and y";
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Named> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

impl<'de, T: Deserialize<'de> + Named> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// A model of kind `mlp`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpRequest {
    /// The widths of all layers, the input's first.
    pub widths: Vec<Numeral>,
    /// The name of the activation.
    pub activation: String,
    /// Whether the layers have biases.
    #[serde(default)]
    pub bias: bool,
    /// Whether the hidden layers are RMS normalised before their activation.
    #[serde(default)]
    pub normalised: bool,
}

/// A model of kind `deep-linear`, whose minima are asked about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepLinearRequest {
    /// `Sx`, row by row.
    pub input_covariance: Vec<Vec<Numeral>>,
    /// `Se`, row by row.
    pub noise_covariance: Vec<Vec<Numeral>>,
    /// `V`, row by row.
    pub target: Vec<Vec<Numeral>>,
    /// `M_I`, row by row; the identity if absent.
    pub embedding_in: Option<Vec<Vec<Numeral>>>,
    /// `M_O`, row by row; the identity if absent.
    pub embedding_out: Option<Vec<Vec<Numeral>>>,
    /// `D`.
    pub depth: Numeral,
}

/// The scalar to compute in: `"rational"`, `"f64"`, `"f32"` or `{"mpfr": BITS}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarRequest {
    /// Exact fractions.
    Rational,
    /// Double precision.
    F64,
    /// Single precision.
    F32,
    /// MPFR floats of this many bits.
    Mpfr(Precision),
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = ScalarRequest;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"rational\", \"f64\", \"f32\" or {{\"mpfr\": BITS}} with {} bits", menu())
    }
    fn visit_str<E: de::Error>(self, name: &str) -> Result<ScalarRequest, E> {
        match name {
            "rational" => Ok(ScalarRequest::Rational),
            "f64" => Ok(ScalarRequest::F64),
            "f32" => Ok(ScalarRequest::F32),
            _ => Err(E::invalid_value(Unexpected::Str(name), &self)),
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<ScalarRequest, A::Error> {
        let unexpected = |name: &str| de::Error::invalid_value(Unexpected::Other(name), &ScalarVisitor);
        match members.next_key::<String>()?.as_deref() {
            Some("mpfr") => {}
            Some(name) => return Err(unexpected(&format!("the member `{name}`"))),
            None => return Err(unexpected("an empty object")),
        }
        let precision = members.next_value()?;
        match members.next_key::<String>()? {
            None => Ok(ScalarRequest::Mpfr(precision)),
            Some(name) => Err(unexpected(&format!("the member `{name}`"))),
        }
    }
}

impl<'de> Deserialize<'de> for ScalarRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl fmt::Display for ScalarRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScalarRequest::Rational => write!(f, "rational"),
            ScalarRequest::F64 => write!(f, "f64"),
            ScalarRequest::F32 => write!(f, "f32"),
            ScalarRequest::Mpfr(Precision(bits)) => write!(f, "mpfr of {bits} bits"),
        }
    }
}

/// A precision from the menu, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precision(pub u32);

impl<'de> Deserialize<'de> for Precision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Numeral(text) = Numeral::deserialize(deserializer)?;
        let bits = text.parse().ok().filter(|bits| MENU.contains(bits));
        bits.map(Precision).ok_or_else(|| {
            de::Error::custom(format!("{text} is not a precision on the menu: expected {} bits", menu()))
        })
    }
}

/// A number as it was written: a string, or a JSON integer. It is read exactly, but not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numeral(pub String);

/// An entry of a preconditioner: a number of its diagonal, or a row of the full matrix.
pub enum Entry {
    /// A number.
    Number(Numeral),
    /// A row.
    Row(Vec<Numeral>),
}

struct NumeralVisitor;

impl Visitor<'_> for NumeralVisitor {
    type Value = Numeral;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number in a string, such as \"-3\", \"0.25\" or \"1/3\", or a JSON integer")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Numeral, E> {
        Ok(Numeral(text.to_owned()))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Numeral, E> {
        Ok(Numeral(value.to_string()))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Numeral, E> {
        Ok(Numeral(value.to_string()))
    }
}

impl<'de> Deserialize<'de> for Numeral {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumeralVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number of the diagonal, or a row of the matrix")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Entry, E> {
        NumeralVisitor.visit_str(text).map(Entry::Number)
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Entry, E> {
        NumeralVisitor.visit_i64(value).map(Entry::Number)
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Entry, E> {
        NumeralVisitor.visit_u64(value).map(Entry::Number)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Entry, A::Error> {
        let mut row = Vec::new();
        while let Some(number) = sequence.next_element()? {
            row.push(number);
        }
        Ok(Entry::Row(row))
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

impl Request {
    /// The kind of the model, if it is text.
    pub fn kind(&self) -> Option<&str> {
        self.model.get("kind")?.as_str()
    }

    /// Reads a request from JSON text.
    ///
    /// # Errors
    /// Where the text is not JSON, or which member is not what it must be.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let Object(request) =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| explain("", error))?;
        deserializer.end().map_err(|error| format!("malformed JSON: {error}"))?;
        Ok(request)
    }
}

/// Reads a part of a request that has been kept as a value; `place` names it.
///
/// # Errors
/// Which member is not what it must be.
pub fn read_part<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| explain(place, error))
}

/// `place.member: reason`.
fn explain(place: &str, error: serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let error = error.into_inner();
    let reason = error.to_string();
    if !error.is_data() {
        return format!("malformed JSON: {reason}");
    }
    // The path says where; in a line of its own the parser's line number would mislead.
    let reason = reason.rfind(" at line ").map_or(reason.as_str(), |end| &reason[..end]);
    match (place, path.as_str()) {
        ("", ".") => reason.to_owned(),
        ("", path) => format!("{path}: {reason}"),
        (place, ".") => format!("{place}: {reason}"),
        (place, path) => format!("{place}.{path}: {reason}"),
    }
}

/// The quantities by name.
///
/// # Errors
/// That there is none, or which one is not known.
pub fn quantities<Q: FromStr<Err = String>>(names: &[String]) -> Result<Vec<Q>, String> {
    if names.is_empty() {
        return Err("quantities: nothing is asked for".to_owned());
    }
    let numbered = names.iter().enumerate();
    numbered.map(|(index, name)| name.parse().map_err(|error| format!("quantities[{index}]: {error}"))).collect()
}
