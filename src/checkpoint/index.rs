//! The index of a checkpoint in several files: which tensor is in which.

use super::{CheckpointError, Tensor, open, safetensors};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Component, Path};

/// More than the index of any checkpoint.
const LONGEST_INDEX: u64 = 256 << 20;

#[derive(Deserialize)]
struct Index {
    weight_map: Shards,
}

/// The shard of each tensor; a tensor that comes twice is an error, which a map would hide.
struct Shards(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Shards {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Shards;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with a file name for each tensor")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Shards, M::Error> {
                let mut shards = BTreeMap::new();
                while let Some((name, shard)) = map.next_entry::<String, String>()? {
                    if shards.insert(name.clone(), shard).is_some() {
                        return Err(M::Error::custom(format_args!("tensor `{name}` comes twice")));
                    }
                }
                Ok(Shards(shards))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

pub fn catalogue(path: &Path) -> Result<BTreeMap<String, Tensor>, CheckpointError> {
    let malformed =
        |problem: String| CheckpointError::file(path, format!("not an index of safetensors files: {problem}"));
    let (file, length) = open(path)?;
    if length > LONGEST_INDEX {
        return Err(malformed(format!("expected at most {LONGEST_INDEX} bytes, found {length}")));
    }
    let mut text = Vec::new();
    file.take(length).read_to_end(&mut text).map_err(|error| CheckpointError::io(path, error))?;
    let Index { weight_map: Shards(weight_map) } =
        serde_json::from_slice(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text))
            .map_err(|error| malformed(error.to_string()))?;
    if let Some(shard) = weight_map.values().find(|shard| shard.ends_with(".bin") || shard.ends_with(".pt")) {
        let problem = format!(
            "this is the index of PyTorch's own files, such as `{shard}`, whose pickles are not read: load the model there \
             and save it with safe_serialization=True"
        );
        return Err(CheckpointError::file(path, problem));
    }
    let mut shards: BTreeMap<&str, BTreeMap<String, Tensor>> = BTreeMap::new();
    for (name, shard) in &weight_map {
        // An index speaks of its neighbours only.
        let mut components = Path::new(shard).components();
        if !matches!((components.next(), components.next()), (Some(Component::Normal(_)), None)) {
            let problem = format!("its shard is `{shard}`: expected the name of a file beside the index");
            return Err(CheckpointError::tensor(path, name, problem));
        }
        if !shards.contains_key(shard.as_str()) {
            shards.insert(shard, safetensors::catalogue(&path.with_file_name(shard))?);
        }
    }
    let find = |(name, shard): (&String, &String)| {
        let tensor = shards.get_mut(shard.as_str()).and_then(|tensors| tensors.remove(name));
        let missing = || CheckpointError::tensor(&path.with_file_name(shard), name, "the index says that it is here");
        Ok((name.clone(), tensor.ok_or_else(missing)?))
    };
    let found: BTreeMap<String, Tensor> = weight_map.iter().map(find).collect::<Result<_, CheckpointError>>()?;
    // What is left is in no list: whoever wrote the one has not meant the other.
    if let Some((shard, name)) = shards.iter().find_map(|(shard, left)| Some((shard, left.keys().next()?))) {
        let problem =
            format!("the index omits it, but `{shard}` holds it: add it to the index, or take it out of the file");
        return Err(CheckpointError::tensor(path, name, problem));
    }
    Ok(found)
}
