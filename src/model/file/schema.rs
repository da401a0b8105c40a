//! The JSON Schema of model files, made from the lists that the reader goes by.

use super::language::{COMMON, FILE, INPUT, Key, Kind, LAYERS, LayerKind};
use serde_json::{Map, Value, json};

/// The schema, draft 2020-12. What a schema cannot say (whether widths fit, how large the network is) only the reader checks.
pub fn schema() -> Value {
    let kinds: Vec<Value> = LAYERS.iter().map(|kind| json!({"$ref": format!("#/$defs/{}", kind.name)})).collect();
    let mut definitions = Map::new();
    let mut input = table("What the network reads.", INPUT, Vec::new());
    input["oneOf"] = json!([{"required": ["width"]}, {"required": ["vocabulary"]}]);
    definitions.insert("input".to_owned(), input);
    definitions.insert("layer".to_owned(), json!({"oneOf": kinds}));
    for kind in LAYERS {
        definitions.insert(kind.name.to_owned(), layer(kind));
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MODEL.toml of equipartition",
    });
    let Value::Object(file) = table("A network as a list of layers and a loss.", FILE, Vec::new()) else {
        return schema;
    };
    for (key, value) in file {
        schema[key] = value;
    }
    schema["$defs"] = definitions.into();
    schema
}

fn layer(kind: &LayerKind) -> Value {
    let own = [("kind".to_owned(), json!({"const": kind.name, "description": COMMON[0].meaning}))];
    let keys: Vec<Key> = COMMON.iter().chain(kind.keys).copied().collect();
    table(kind.meaning, &keys, own.into())
}

/// An object with these keys and no others; `own` replaces what the list says of some.
fn table(meaning: &str, keys: &[Key], own: Vec<(String, Value)>) -> Value {
    let mut properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    properties.extend(own);
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
    let mut value = match key.kind {
        Kind::Size(largest) => json!({"type": "integer", "minimum": 1, "maximum": largest}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Name => json!({"type": "string"}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::Epsilon => json!({"type": ["string", "integer"], "minimum": 0}),
        Kind::Rotary => json!({"type": ["boolean", "array"], "items": {"type": ["string", "integer"]}}),
        Kind::Layers => json!({"type": "array", "items": {"$ref": "#/$defs/layer"}, "minItems": 1}),
        Kind::Input => return json!({"$ref": "#/$defs/input"}),
    };
    value["description"] = key.meaning.into();
    value
}
