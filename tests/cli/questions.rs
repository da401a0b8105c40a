//! What is asked of the claims: which there are, what one says, what one of its instances is.

use super::support::timeless;
use super::{CLAIM, refused, stdout};
use equipartition::report::formula::unicode;
use equipartition::scalar::parse_number;
use equipartition::theories::registry;
use serde_json::{Value, json};

#[test]
fn list_is_an_array_of_all_claims() {
    let document: Value = serde_json::from_str(&stdout(&["list", "--format", "json"])).expect("JSON");
    let items = document.as_array().expect("an array");
    assert_eq!(items.len(), registry().len());
    for (item, claim) in items.iter().zip(registry()) {
        let entry = claim;
        assert_eq!(item["schema_version"], 2);
        assert_eq!(item["id"], entry.id);
        assert_eq!(item["title"], entry.title);
        assert_eq!(item["statement"], entry.statement);
        assert_eq!(item["evidence"].as_array().map(Vec::len), Some(entry.evidence().len()));
        let names: Vec<&str> = entry.controls.iter().map(|control| control.name).collect();
        assert_eq!(item["controls"], json!(names));
        assert!(item["hypotheses"].is_array());
    }
    let text = stdout(&["list"]);
    assert!(registry().iter().all(|claim| text.contains(claim.id)));
}

/// The identifiers of the claims that `list` names.
fn listed(arguments: &[&str]) -> Vec<String> {
    let document: Value =
        serde_json::from_str(&stdout(&[&["list", "--format", "json"], arguments].concat())).expect("JSON");
    let items = document.as_array().expect("an array").iter();
    items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// Every word counts, in letters of both kinds and wherever it occurs.
#[test]
fn list_finds_claims_by_their_words() {
    let found = |words| listed(&["--search", words]);
    assert!(found("neuron balance").contains(&CLAIM.to_owned()));
    assert!(found("NEURON").len() >= found("neuron balance").len());
    assert_eq!(found("γ"), found("gamma").into_iter().filter(|id| found("γ").contains(id)).collect::<Vec<_>>());
    refused(&["list", "--search", "xyzzy"], "", 4, &["no claim has all of these words: xyzzy"]);
}

#[test]
fn what_was_meant_is_proposed_wherever_an_identifier_is_given() {
    for (arguments, code) in [
        (&["verify", "neuron"][..], 4),
        (&["verify", "--exact", "balance/neurons"], 4),
        (&["verify", "--exclude", "neuron"], 4),
        (&["list", "neuron"], 4),
        (&["explain", "neuron"], 2),
        (&["replay", "neuron", "0", "0"], 2),
    ] {
        refused(arguments, "", code, &["did you mean", "`balance/neuron`"]);
    }
    refused(&["explain", "gradient-balance"], "", 2, &["did you mean"]);
    refused(&["verify", "--exact", "balance"], "", 4, &["no claim matches"]);
    refused(&["verify", "balance", "--exclude", "balance"], "", 4, &["every one that matches is excluded"]);
}

#[test]
fn claims_are_named_whole_and_left_out() {
    assert_eq!(listed(&["--exact", CLAIM]), [CLAIM]);
    let others = listed(&["balance", "--exclude", "balance/n", "--exclude", "balance/m"]);
    assert!(!others.is_empty() && others.iter().all(|id| id.starts_with("balance/") && !id.starts_with("balance/n")));
}

/// Formulas are in the letters of mathematics, and hypotheses and references in the page of proof's words where it has them.
#[test]
fn explain_shows_what_a_claim_says_of_itself() {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for claim in registry().into_iter().step_by(9) {
        let text = flat(&stdout(&["explain", claim.id]));
        assert!(text.contains(&flat(&unicode(claim.statement))) && text.contains("Proof"), "{text}");
        for control in claim.controls {
            assert!(text.contains(control.name) && text.contains(&flat(&unicode(control.breaks))), "{text}");
        }
        let document: Value = serde_json::from_str(&stdout(&["explain", claim.id, "--format", "json"])).expect("JSON");
        assert_eq!(document["id"], claim.id);
        assert_eq!(document["statement"], claim.statement);
        assert_eq!(document["hypotheses"].as_array().map(Vec::len), Some(claim.hypotheses.len()));
        assert_eq!(document["controls"].as_array().map(Vec::len), Some(claim.controls.len()));
    }
    let form = |format: &str| stdout(&["explain", CLAIM, "--format", format]);
    assert!(form("markdown").starts_with("# `balance/neuron`"));
    assert!(form("latex").contains(r"\(\nabla F = 0\)"));
    assert!(form("html").contains("<math"));
}

/// A text whose lines may break at any blank.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn replay_shows_every_term_of_an_instance() {
    let text = unwrapped(&stdout(&["replay", CLAIM, "0", "0"]));
    assert!(text.contains("rational: satisfied") && text.contains("left E|g_w|^2 = ["), "{text}");
    let control = registry().into_iter().find(|entry| entry.id == CLAIM).expect("known").controls[0];
    let text = stdout(&["replay", CLAIM, "0", "1", "--control", control.name, "--precision", "512"]);
    assert!(text.contains("mpfr, 512 bits") && text.contains("fails, as it must"), "{text}");
    let document: Value =
        serde_json::from_str(&stdout(&["replay", CLAIM, "0", "0", "--format", "json"])).expect("JSON");
    assert_eq!(document["examination"]["findings"][0]["status"], "satisfied");
}

/// A point made stationary has weights of both signs; its numbers stand as fractions, and in decimals that are as close as decimals can be.
#[test]
fn replay_shows_an_instance_in_numbers() {
    let text = unwrapped(&stdout(&["replay", CLAIM, "12", "6"]));
    assert!(
        text.contains(" weights of the mean (signed: no probabilities) = [") && text.contains(" gamma = ["),
        "{text}"
    );
    assert!(!stdout(&["replay", CLAIM, "12", "0"]).contains("signed"), "the weights of that one are positive");
    let document: Value =
        serde_json::from_str(&stdout(&["replay", CLAIM, "12", "6", "--format", "json"])).expect("JSON");
    let examination = &document["examination"];
    let numbers = examination["numbers"].as_array().expect("a list");
    let terms = examination["findings"][0]["terms"].as_array().expect("a list");
    let names: Vec<&str> = numbers.iter().filter_map(|numbers| numbers["name"].as_str()).collect();
    assert!(["theta", "sample 0, input", "eta", "gamma"].iter().all(|name| names.contains(name)), "{names:?}");
    assert!(terms.iter().any(|term| term["term"] == "E|g_w|^2" && term["side"] == "left"), "{terms:?}");
    let mut compared = 0;
    for entries in numbers.iter().chain(terms) {
        let list = |member: &str| entries[member].as_array().expect("a list").clone();
        for (fraction, decimal) in list("values").iter().zip(list("decimals")) {
            let read = |text: &Value| parse_number(text.as_str().expect("text")).expect("a number");
            let (exact, rounded) = (read(fraction), read(&decimal));
            let gap = (exact.clone() - rounded).abs();
            assert!(gap <= exact.abs() / 10_u64.pow(19), "{fraction} and {decimal}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

/// The instance that the report calls worst is the one that the replay command shows.
#[test]
fn a_witness_can_be_replayed() {
    let document = timeless(&stdout(&["verify", CLAIM, "--format", "json", "--seed", "3"]));
    let witness = &document["claims"][0]["witnesses"][0];
    let command = witness["replay"].as_str().expect("a command");
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let text = stdout(&arguments);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(witness["instance"].as_str().expect("text")), "{text}");
    assert!(text.contains(witness["residual"].as_str().expect("text")), "{text}");
}
