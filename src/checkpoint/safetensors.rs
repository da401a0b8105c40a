//! The catalogue of a safetensors file: a length, a JSON header of that length, the data.

use super::{CheckpointError, Element, Storage, Tensor, extent, open};
use crate::visible;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// The length of the longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

/// The entries of a header; a name that comes twice is an error, which a map would hide.
struct Header(BTreeMap<String, Entry>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Header;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with a tensor for each member")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Header, M::Error> {
                let mut entries = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<BTreeMap<String, String>>()?;
                        continue;
                    }
                    let of_tensor =
                        |error| M::Error::custom(format_args!("tensor `{}`: {error}", visible::line(&name)));
                    let entry = map.next_value().map_err(of_tensor)?;
                    if entries.insert(name.clone(), entry).is_some() {
                        return Err(M::Error::custom(format_args!("two tensors are called `{name}`")));
                    }
                }
                Ok(Header(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

pub fn catalogue(path: &Path) -> Result<BTreeMap<String, Tensor>, CheckpointError> {
    let malformed = |problem: String| CheckpointError::file(path, format!("not a safetensors file: {problem}"));
    let (mut file, length) = open(path)?;
    if length < 8 {
        return Err(malformed(format!("expected at least 8 bytes, found {length}")));
    }
    let mut prefix = [0; 8];
    file.read_exact(&mut prefix).map_err(|error| CheckpointError::io(path, error))?;
    let header = u64::from_le_bytes(prefix);
    if header > length - 8 || header > LONGEST_HEADER {
        let longest = (length - 8).min(LONGEST_HEADER);
        return Err(malformed(format!("expected a header of at most {longest} bytes, found the length {header}")));
    }
    let mut text = Vec::new();
    file.take(header).read_to_end(&mut text).map_err(|error| CheckpointError::io(path, error))?;
    let text = String::from_utf8(text).map_err(|error| malformed(format!("the header: {error}")))?;
    let Header(entries) = serde_json::from_str(&text).map_err(|error| malformed(format!("the header: {error}")))?;
    check_layout(path, &entries, length - 8 - header)?;
    let file = path.into();
    let tensor = |(name, entry): (String, Entry)| {
        let element = element(&entry.dtype);
        let count = integer(&entry.dtype);
        check_extent(path, &name, &entry, element.as_ref().ok().copied().or(count))?;
        let storage = Storage::Plain { offset: 8 + header + entry.data_offsets[0] };
        Ok((name, Tensor { shape: entry.shape, element, count, file: std::sync::Arc::clone(&file), storage }))
    };
    entries.into_iter().map(tensor).collect()
}

fn integer(dtype: &str) -> Option<Element> {
    let (signed, bits) = match dtype.split_at_checked(1)? {
        ("I", bits) => (true, bits),
        ("U", bits) => (false, bits),
        _ => return None,
    };
    let bytes = ["8", "16", "32", "64"].iter().position(|known| *known == bits).map(|power| 1 << power)?;
    Some(Element::Integer { bytes, signed })
}

fn element(dtype: &str) -> Result<Element, String> {
    match dtype {
        "F64" => Ok(Element::F64),
        "F32" => Ok(Element::F32),
        "F16" => Ok(Element::F16),
        "BF16" => Ok(Element::Bf16),
        _ => Err(format!("expected elements of the type F64, F32, F16 or BF16, found {dtype}")),
    }
}

/// The data have to be covered without gap or overlap, as the format demands.
fn check_layout(path: &Path, entries: &BTreeMap<String, Entry>, length: u64) -> Result<(), CheckpointError> {
    let mut spans: Vec<_> = entries.iter().map(|(name, entry)| (entry.data_offsets, name)).collect();
    spans.sort_unstable();
    let mut end = 0;
    for ([from, to], name) in spans {
        let problem = if from > to {
            format!("its data end at {to}, before they begin at {from}")
        } else if to > length {
            format!("its data end at {to}: expected at most {length}")
        } else if from != end {
            format!("its data begin at {from}: expected {end}, where the tensor before it ends")
        } else {
            end = to;
            continue;
        };
        return Err(CheckpointError::tensor(path, name, problem));
    }
    if end != length {
        let problem = format!("not a safetensors file: expected {end} bytes of data, found {length}");
        return Err(CheckpointError::file(path, problem));
    }
    Ok(())
}

fn check_extent(path: &Path, name: &str, entry: &Entry, element: Option<Element>) -> Result<(), CheckpointError> {
    let found = entry.data_offsets[1] - entry.data_offsets[0];
    // Of other types the size is not known here, but the shape must have an extent.
    let expected = extent(&entry.shape, element.map_or(1, Element::size));
    let shape = &entry.shape;
    let problem = match expected {
        None => format!("its shape {shape:?} has more elements than can be counted"),
        Some(expected) if element.is_some() && expected != found => {
            format!("expected {expected} bytes for the shape {shape:?} of {}, found {found}", entry.dtype)
        }
        Some(_) => return Ok(()),
    };
    Err(CheckpointError::tensor(path, name, problem))
}
