//! The command line speaks of this theory and of no other.

use std::path::Path;
use std::process::{Command, Output};

fn own_theory(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_own_theory")).args(arguments).output().expect("the program runs")
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_list_has_the_claims_of_this_theory() {
    let list = text(&own_theory(&["list", "own/q"]));
    assert!(list.contains("own/quadratic-balance") && !list.contains("own/exchange-of-units"), "{list}");
    let all = text(&own_theory(&["list", "--format", "json"]));
    assert_eq!(all.matches("\"id\"").count(), 2, "{all}");
    assert!(all.contains("\"theory\": \"own\""), "{all}");
}

/// Neither rests on the other, and no claim of another theory is drawn.
#[test]
fn the_graph_is_of_this_theory() {
    let dot = text(&own_theory(&["list", "--graph", "dot"]));
    assert_eq!(dot.matches("tooltip").count(), 2, "{dot}");
    let svg = text(&own_theory(&["list", "--graph", "svg"]));
    assert!(svg.contains(">own/quadratic-balance</text>") && !svg.contains("balance/master"), "{svg}");
}

#[test]
fn a_proof_is_explained() {
    assert!(text(&own_theory(&["explain", "own/exchange-of-units"])).contains("P permutes the parameters"));
    let unknown = own_theory(&["explain", "balance/neuron"]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// Verified, recorded, compared; and an instance is replayed by this program's own command.
#[test]
fn the_theory_is_verified_and_recorded() {
    let lock = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own.lock");
    let lock = lock.to_str().expect("a path in Unicode");
    let run = ["verify", "--no-config", "--instances", "8", "--precision", "128", "--baseline", lock];
    let first = text(&own_theory(&[&run[..], &["--bless"]].concat()));
    assert!(first.contains("2 claims: 2 hold"), "{first}");
    text(&own_theory(&run));
    let other = own_theory(&["verify", "--no-config", "balance"]);
    assert_eq!(other.status.code(), Some(4), "a family of another theory is not known");
    let replayed = text(&own_theory(&["replay", "own/quadratic-balance", "0", "0"]));
    assert!(replayed.contains("(2/eta) (A theta)^T grad F"), "{replayed}");
}

/// The command that a report gives for a replay is this program's.
#[test]
fn the_replay_command_is_that_of_this_program() {
    let report =
        text(&own_theory(&["verify", "--no-config", "--instances", "8", "--format", "markdown", "own/quadratic"]));
    assert!(!report.contains("equipartition replay"), "{report}");
}
