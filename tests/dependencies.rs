//! What the library and its floors ask of a crate that takes them.

use std::process::Command;

/// The crates that a member of the workspace is built from, with these arguments of `cargo tree`.
fn tree(package: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--offline", "--locked"])
        .args(["--package", package])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names of crates");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Numbers, matrices and what a report is made of; nothing of the command line, and nothing that asks for the time or for random identifiers.
#[test]
fn without_default_features_the_command_line_is_left_out() {
    let all = tree("equipartition", &[]);
    let library = tree("equipartition", &["--no-default-features"]);
    for left_out in [
        "quick-junit",
        "chrono",
        "uuid",
        "clap",
        "clap_complete",
        "clap_mangen",
        "indicatif",
        "anstream",
        "ctrlc",
        "zip",
        "half",
        "toml",
        "libtest-mimic",
    ] {
        assert!(all.iter().any(|name| name == left_out), "{left_out} is not among the dependencies at all");
        assert!(!library.iter().any(|name| name == left_out), "{left_out}");
    }
    for needed in ["nalgebra", "num-traits", "rug", "rand", "rayon"] {
        assert!(library.iter().any(|name| name == needed), "{needed}");
    }
}

/// Traits of nalgebra's own scalars are not asked of ours.
#[test]
fn simba_and_approx_come_with_nalgebra_only() {
    let mut with_matrices = 0;
    for package in ["equipartition", "equipartition-verify", "equipartition-linalg", "equipartition-scalar"] {
        let direct = tree(package, &["--depth", "1"]);
        with_matrices += usize::from(direct.iter().any(|name| name == "nalgebra"));
        assert!(!direct.iter().any(|name| name == "simba" || name == "approx"), "{package}");
    }
    assert!(with_matrices >= 2);
}

/// Judging needs numbers, threads and randomness: no files, no texts of formats, nothing of a terminal.
#[test]
fn the_judge_and_what_it_stands_on_read_no_files() {
    let judge = tree("equipartition-verify", &[]);
    assert!(judge.iter().any(|name| name == "rug"));
    for left_out in
        ["equipartition", "equipartition-formula", "serde_json", "toml", "flate2", "zip", "clap", "indicatif"]
    {
        assert!(!judge.iter().any(|name| name == left_out), "{left_out}");
    }
}
