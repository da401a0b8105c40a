//! The JSON Schema of THEORY.toml.

use serde_json::{Value, json};

/// The schema, draft 2020-12. What a formula may say only the reader checks.
pub fn schema() -> Value {
    let text = |meaning: &str| json!({"type": "string", "description": meaning});
    let texts = |meaning: &str| json!({"type": "array", "items": {"type": "string"}, "description": meaning});
    let at = || json!({"enum": ["anywhere", "stationary"], "description": "At which points the law is asserted."});
    let rates = || json!({"enum": ["scalar", "diagonal", "full"], "description": "Which matrix Lambda is."});
    let define = || json!({"type": "object", "additionalProperties": {"type": "string"}, "description": "Names for parts of laws."});
    let with = || text("Parameters, data and sizes, as in `u, w[n]; data x[n], y; n in 1..3`.");
    let loss = || text("The loss of one sample.");
    let law = || text("The law: two sides and =, <=, >= or ~.");
    let table = |properties: Value, required: &[&str]| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let control = table(
        json!({
            "name": text("A name, in small letters, digits and hyphens."),
            "breaks": text("What is broken, in words."),
            "law": law(), "loss": loss(), "at": at(), "rates": rates(),
            "model": table(json!({"loss": loss()}), &["loss"]),
        }),
        &["name", "breaks"],
    );
    let claim = table(
        json!({
            "id": {"type": "string", "pattern": "^[a-z0-9-]+/[a-z0-9-]+$", "description": "The permanent identifier, family/name."},
            "title": text("A few words."),
            "law": law(), "at": at(), "rates": rates(), "define": define(), "with": with(), "loss": loss(),
            "hypotheses": texts("What the law supposes besides, in words."),
            "references": texts("Where it comes from."),
            "builds-on": texts("The identifiers of the claims that its proof rests on."),
            "control": {"type": "array", "items": control, "description": "Changes with which the law must fail."},
        }),
        &["id", "title", "law"],
    );
    let theory = table(
        json!({
            "name": {"type": "string", "pattern": "^[a-z0-9-]+$", "description": "A permanent name."},
            "title": text("What it is about, in a few words."),
            "references": texts("Where it comes from."),
        }),
        &["name", "title"],
    );
    let axes = json!({"type": "array", "maxItems": 2, "items": {"type": ["string", "integer"]}});
    let quantities = |meaning: &str| json!({"type": "object", "additionalProperties": axes, "description": meaning});
    let model = table(
        json!({
            "with": with(), "loss": loss(),
            "parameters": quantities("In place of `with`: parameters with the sizes of their axes, as in { u = [], w = [\"n\"] }."),
            "data": quantities("In place of `with`: what a sample consists of, likewise."),
        }),
        &["loss"],
    );
    let size = json!({"type": ["string", "integer"], "description": "The numbers that it takes, such as \"1..3\"."});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "THEORY.toml of equipartition",
        "description": "A theory of laws that are given as formulas.",
        "type": "object",
        "properties": {
            "theory": theory,
            "model": model,
            "sizes": {"type": "object", "additionalProperties": size, "description": "Sizes of the axes of `parameters` and `data`."},
            "define": define(),
            "claim": {"type": "array", "items": claim, "minItems": 1},
        },
        "required": ["theory", "claim"],
        "additionalProperties": false,
    })
}
