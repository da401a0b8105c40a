//! What the library asks of a crate that takes it without its default features.

use std::process::Command;

/// The crates that the library is built from, with these arguments of `cargo tree`.
fn tree(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            env!("CARGO_PKG_NAME"),
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
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
    let all = tree(&[]);
    let library = tree(&["--no-default-features"]);
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
    let direct = tree(&["--depth", "1"]);
    assert!(direct.iter().any(|name| name == "nalgebra"));
    assert!(!direct.iter().any(|name| name == "simba" || name == "approx"));
}
