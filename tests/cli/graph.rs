//! `list --graph` and what `explain` says of it.

use super::support::equipartition;
use super::{refused, stdout};
use serde_json::Value;
use std::fs;

/// The arrows of a graph in Graphviz' language.
fn arrows(dot: &str) -> Vec<(String, String)> {
    let ends = dot.lines().filter_map(|line| line.trim().trim_end_matches(';').split_once(" -> "));
    ends.map(|(one, other)| (one.trim_matches('"').to_owned(), other.trim_matches('"').to_owned())).collect()
}

/// The graph, the list and `explain` say the same.
#[test]
fn an_arrow_is_what_claims_say_of_each_other() {
    let dot = stdout(&["list", "--graph", "dot"]);
    let drawn = arrows(&dot);
    let list: Vec<Value> = serde_json::from_str(&stdout(&["list", "--format", "json"])).expect("JSON");
    let mut said = Vec::new();
    for item in &list {
        let names = item["builds_on"].as_array().expect("a list");
        said.extend(names.iter().map(|name| (name.as_str().expect("a name"), item["id"].as_str().expect("an id"))));
    }
    assert_eq!(drawn.len(), said.len());
    assert!(drawn.len() > 60 && drawn.iter().all(|(one, other)| said.contains(&(one.as_str(), other.as_str()))));
    let one = ("entropic-loss/second-order-field", "cosmology/slow-roll-order");
    assert!(said.contains(&one));
    let explained: Value = serde_json::from_str(&stdout(&["explain", one.0, "--format", "json"])).expect("JSON");
    assert!(explained["used_by"].as_array().expect("a list").contains(&Value::from(one.1)));
    let text = stdout(&["explain", one.1]);
    let (_, foundations) = text.split_once("\nBuilds on\n").expect("a section");
    assert!(foundations.contains(&format!("  - {}: ", one.0)), "{text}");
    assert!(stdout(&["explain", one.0]).contains("\nUsed by\n"));
}

/// What is selected comes with what it rests on; a file is what standard output would be.
#[test]
fn a_selection_is_drawn_with_its_foundations_into_a_file() {
    let dot = stdout(&["list", "cosmology", "--graph", "dot"]);
    assert_eq!(arrows(&dot).len(), 4, "{dot}");
    let dashed: Vec<&str> = dot.lines().filter(|line| line.contains("dashed")).collect();
    assert!(matches!(dashed[..], [line] if line.contains("entropic-loss/second-order-field")), "{dot}");
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("claims.svg");
    let arguments = ["list", "cosmology", "--graph", "svg"];
    let printed = stdout(&arguments);
    equipartition().args(arguments).arg("--output").arg(&place).assert().success().stdout("");
    assert_eq!(fs::read_to_string(&place).expect("written"), printed);
    let mut reader = quick_xml::Reader::from_str(&printed);
    while reader.read_event().expect("well-formed") != quick_xml::events::Event::Eof {}
    refused(&["list", "--graph", "dot", "--format", "json"], "", 2, &["--graph", "--format"]);
    refused(&["list", "--graph", "pdf"], "", 2, &["pdf", "dot", "svg"]);
    let nowhere = folder.path().join("none/claims.svg");
    refused(&["list", "--output", nowhere.to_str().expect("text")], "", 74, &["claims.svg"]);
}

/// A theory of formulas takes part, and what it names has to be there.
#[test]
fn a_file_of_laws_builds_on_the_claims_of_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let theory = |names: &str| {
        format!(
            "[theory]\nname = \"own\"\ntitle = \"t\"\n[model]\nwith = \"u; data x, y\"\nloss = \"(u x - y)^2\"\n\
             [[claim]]\nid = \"own/law\"\ntitle = \"t\"\nlaw = \"rate(L) = -sum(grad(L)^2)\"\nbuilds-on = [{names}]\n"
        )
    };
    let place = folder.path().join("own.theory.toml");
    let place = place.to_str().expect("text");
    fs::write(place, theory("\"noether/gradient-flow\"")).expect("writable");
    let dot = stdout(&["--theory", place, "list", "own", "--graph", "dot"]);
    assert_eq!(arrows(&dot), [("noether/gradient-flow".to_owned(), "own/law".to_owned())]);
    assert!(stdout(&["--theory", place, "explain", "noether/gradient-flow"]).contains("  - own/law: t"));
    fs::write(place, theory("\"noether/gradient-flaw\"")).expect("writable");
    refused(&["--theory", place, "list"], "", 65, &["own/law", "noether/gradient-flaw", "no such claim"]);
    fs::write(place, theory("\"own/law\"")).expect("writable");
    refused(&["--theory", place, "list"], "", 65, &["own/law builds on own/law", "circle"]);
}
