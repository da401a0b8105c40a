//! The JSON Schema of files of laws, made from the lists that the reader goes by.

use super::language::{FILE, Key, Kind, Table};
use serde_json::{Map, Value, json};

/// The schema, draft 2020-12. What a schema cannot say (whether a law contradicts itself or the checkpoint) only the reader checks.
pub fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "LAWS.toml of equipartition inspect",
    });
    if let Value::Object(file) = table("Balance laws of named tensors.", FILE) {
        for (key, value) in file {
            schema[key] = value;
        }
    }
    let definition = |of: Table| (of.name().to_owned(), table(of.meaning(), of.keys()));
    let mut definitions: Map<String, Value> = Table::ALL.into_iter().map(definition).collect();
    definitions["decay"]["oneOf"] = json!([{"required": ["gamma"]}, {"required": ["pytorch"]}]);
    schema["$defs"] = definitions.into();
    schema
}

fn table(meaning: &str, keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({
        "description": meaning,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let reference = |table: Table| json!({"$ref": format!("#/$defs/{}", table.name())});
    let part = || json!({"oneOf": [{"type": "string"}, reference(Table::Part)]});
    let mut value = match key.kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Count(least) => json!({"type": "integer", "minimum": least}),
        Kind::Number => json!({"type": "number"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::FlagOrWord(words) => json!({"oneOf": [{"type": "boolean"}, {"enum": words}]}),
        Kind::Pair => {
            json!({"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2})
        }
        Kind::Texts => json!({"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1}),
        Kind::Parts => json!({"oneOf": [part(), {"type": "array", "items": part()}]}),
        Kind::Tables(table) => json!({"type": "array", "items": reference(table), "minItems": 1}),
    };
    value["description"] = key.meaning.into();
    value
}
