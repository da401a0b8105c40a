//! `observe`: what it writes and what it refuses.

use super::support::equipartition;
use super::{refused, stdout};
use predicates::prelude::*;
use std::fs;

/// Runs `observe` in a folder of its own; returns what it prints, and its table and plot.
fn observed(arguments: &[&str], name: &str) -> [String; 3] {
    let folder = tempfile::tempdir().expect("a folder");
    let assert = equipartition().current_dir(folder.path()).arg("observe").args(arguments).assert().success();
    let text = String::from_utf8(assert.get_output().stdout.clone()).expect("text");
    let files = ["csv", "svg"].map(|kind| fs::read_to_string(folder.path().join(format!("{name}.{kind}"))));
    let [csv, svg] = files.map(|file| file.expect("written"));
    let (_, told) = text.rsplit_once("Written: ").expect("where the files are");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.starts_with(&format!("{name}.csv (table), {name}.svg (plot)")), "{text}");
    let files = fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(files, told.split(", ").count(), "nothing else is left");
    [text, csv, svg]
}

#[test]
fn observe_without_a_kind_is_balance() {
    let options = ["--steps", "2000", "--hidden", "2", "--seed", "3"];
    let plain = observed(&options, "observe");
    assert_eq!(plain, observed(&[&["balance"][..], &options].concat(), "observe"));
    assert!(plain[0].starts_with("Balance of gradients in training: 64-2-10 networks"));
    let help = stdout(&["observe", "--help"]);
    for word in ["balance", "flow", "platonic", "--steps", "--first-layer-factor", "[default: observe.csv]"] {
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn observe_flow_writes_a_summary_a_table_and_a_plot() {
    let options = ["flow", "--time", "4", "--paths", "10", "--start", "-1", "2", "--seed", "3"];
    let [text, csv, svg] = observed(&options, "flow");
    assert!(text.starts_with("Flow of the entropic loss"), "{text}");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat(&text).contains("u = -1, w = 2 and end at time eta k = 4")
            && flat(&text).contains("10 paths of each; seed 3")
    );
    assert!(csv.starts_with("curve,learning_rate,step,time,u,w,charge") && svg.starts_with("<svg"));
    // Threads change nothing.
    let folder = tempfile::tempdir().expect("a folder");
    let alone =
        equipartition().current_dir(folder.path()).env("RAYON_NUM_THREADS", "1").arg("observe").args(options).assert();
    assert_eq!(alone.success().get_output().stdout, text.into_bytes());
    assert_eq!(fs::read_to_string(folder.path().join("flow.csv")).expect("written"), csv);
}

#[test]
fn observe_platonic_writes_a_summary_a_table_and_a_plot() {
    let options = ["platonic", "--learning-rate", "0.04", "--time", "0.4", "--seed", "3"];
    let [text, csv, svg] = observed(&options, "platonic");
    assert!(text.starts_with("The Platonic representation"), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("seed 3") && flat.contains("eta = 0.04, 0.02, 0.01; 250, 1000, 4000"), "{text}");
    assert!(csv.starts_with("curve,learning_rate,step,time,misalignment") && svg.starts_with("<svg"));
    assert_eq!([text, csv, svg], observed(&options, "platonic"), "a run depends on its options only");
}

#[test]
fn observe_writes_a_summary_a_table_and_a_plot_of_each_theory() {
    let kinds: [(&[&str], &str, &str, &str); 3] = [
        (
            &["noise-equilibrium", "--steps", "6000"],
            "noise-equilibrium",
            "Noise equilibrium: two layers",
            "curve,network",
        ),
        (&["mirror", "--paths", "10", "--runs", "10", "--epochs", "50"], "mirror", "Mirror symmetries", "curve,depth"),
        (
            &["ideal-gas", "--steps", "2000", "--chains", "10", "--chain-steps", "150"],
            "ideal-gas",
            "Ideal gas: the norm",
            "curve,regime",
        ),
    ];
    for (options, name, title, columns) in kinds {
        let [text, csv, svg] = observed(&[options, &["--seed", "3"]].concat(), name);
        assert!(text.starts_with(title) && text.contains("seed 3") && text.contains("standard errors"), "{text}");
        assert!(csv.starts_with(columns) && svg.starts_with("<svg"));
        assert_eq!(
            [text, csv, svg],
            observed(&[options, &["--seed", "3"]].concat(), name),
            "options decide everything"
        );
        refused(&["observe", name, "--csv", "same", "--svg", "same"], "", 2, &["--csv and --svg name the same file"]);
    }
    refused(&["observe", "mirror", "--noisy", "1"], "", 2, &["2 values required"]);
    refused(&["observe", "mirror", "--labels", "1", "-1"], "", 2, &["the saddle is degenerate"]);
    refused(&["observe", "ideal-gas", "--batch", "0"], "", 2, &["the batch size is 0: expected 1 to 1024"]);
}

#[test]
fn observe_platonic_refuses_what_it_cannot_do() {
    let refuses =
        |options: &[&str], words: &[&str]| refused(&[&["observe", "platonic"], options].concat(), "", 2, words);
    refuses(&["--learning-rate", "0"], &["the learning rate is 0: expected a positive number"]);
    refuses(&["--time", "0.01"], &["the time is 0.01: expected 200 to 10^9 times the square of the learning rate"]);
    refuses(&["--time=-1"], &["the time is -1"]);
    refuses(&["--steps", "2000"], &["--steps"]);
    refuses(&["--seed=-1"], &["--seed"]);
    refuses(&["--csv", "same", "--svg", "same"], &["--csv and --svg name the same file: same"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut diverges = equipartition();
    diverges.current_dir(folder.path()).args(["observe", "platonic", "--learning-rate", "1", "--time", "400"]);
    diverges.assert().code(65).stderr(predicate::str::contains("stochastic descent at the learning rate 1 diverged"));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "a run that fails leaves nothing behind");
}

#[test]
fn observe_refuses_what_it_cannot_do() {
    refused(
        &["observe", "flow", "--learning-rate", "0"],
        "",
        2,
        &["the learning rate is 0: expected a positive number"],
    );
    refused(
        &["observe", "flow", "--learning-rate", "1"],
        "",
        2,
        &["the time is 60", "400 to 10^9 times the learning rate"],
    );
    refused(&["observe", "flow", "--paths", "9"], "", 2, &["the number of paths is 9: expected 10 to 10000"]);
    refused(&["observe", "flow", "--label-noise=-1"], "", 2, &["the label noise is -1"]);
    refused(&["observe", "flow", "--start", "1", "-1"], "", 2, &["the start is 1 -1", "different size"]);
    refused(&["observe", "flow", "--start", "1"], "", 2, &["2 values required"]);
    refused(&["observe", "flow", "--steps", "2000"], "", 2, &["--steps"]);
    refused(
        &["observe", "flow", "--csv", "same", "--svg", "same"],
        "",
        2,
        &["--csv and --svg name the same file: same"],
    );
    refused(&["observe", "flow", "--csv", "/nonexistent/x"], "", 74, &["/nonexistent/x"]);
    refused(&["observe", "--steps", "2000", "flow"], "", 2, &["cannot be used with"]);
    refused(&["observe", "flaw"], "", 2, &["flow"]);
    refused(&["observe", "--steps", "1999"], "", 2, &["the number of steps is 1999"]);
    let folder = tempfile::tempdir().expect("a folder");
    let command = |arguments: &[&str]| {
        let mut command = equipartition();
        command.current_dir(folder.path()).args(arguments);
        command
    };
    let diverges = ["observe", "flow", "--start", "100", "0", "--time", "4", "--paths", "10"];
    command(&diverges).assert().code(65).stderr(predicate::str::contains("diverged"));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "a run that fails leaves nothing behind");
}
