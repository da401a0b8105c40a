//! Everything that is printed for people fits the width that it is printed for, and no word is broken.

#![cfg(feature = "cli")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use support::equipartition;

/// Those whose pages are always of 80 columns.
const OBSERVATIONS: [&[&str]; 6] = [
    &["observe", "--steps", "2000", "--hidden", "2"],
    &["observe", "flow", "--time", "4", "--paths", "10"],
    &["observe", "platonic", "--learning-rate", "0.04", "--time", "0.4"],
    &["observe", "noise-equilibrium", "--steps", "6000"],
    &["observe", "mirror", "--paths", "50", "--runs", "10"],
    &["observe", "ideal-gas", "--steps", "2000"],
];

/// The commands that print tables or prose, quick ones of each kind.
const COMMANDS: [&[&str]; 10] = [
    &["verify", "--no-config", "entropic-loss/no-second", "balance", "ideal-gas", "-n", "4", "-p", "128"],
    &["verify", "--no-config", "--model", "examples/models/mlp.toml", "balance/master", "-n", "4", "-p", "128"],
    &["verify", "--no-config", "balance", "platonic", "--time-limit", "0"],
    &["list"],
    &["explain", "balance/master"],
    &["explain", "noether/sgd-charge"],
    &["discover", "--kind", "mlp", "--widths", "2,2,1", "--activation", "relu"],
    &["doctor"],
    &["inspect", "examples/pytorch/checkpoints/mlp.safetensors", "--list"],
    &[
        "inspect",
        "examples/pytorch/checkpoints/mlp.safetensors",
        "--laws",
        "mlp",
        "--gradients",
        "examples/pytorch/checkpoints/mlp.gradients.safetensors",
        "--learning-rate",
        "0.02",
        "--pytorch-weight-decay",
        "0.004",
    ],
];

/// What a command prints on a pipe, or for this many columns.
fn printed(arguments: &[&str], columns: Option<usize>, folder: &Path) -> String {
    let mut command = equipartition();
    command.args(arguments).current_dir(folder);
    if let Some(columns) = columns {
        command.env("COLUMNS", columns.to_string());
    }
    let output = command.output().expect("it runs");
    // Few instances may leave a claim vacuous or powerless: how that is laid out is looked at too.
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 3)),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

/// Words without what stands around them, but for numbers, which the time of a run is.
fn words(text: &str) -> BTreeSet<&str> {
    let is_word = |word: &&str| word.contains(|c: char| c.is_alphabetic());
    text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).filter(is_word).collect()
}

#[test]
fn every_table_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), folder.path().join("examples"))
        .expect("a link");
    for arguments in OBSERVATIONS {
        let text = printed(arguments, None, folder.path());
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{arguments:?}:\n{}", long.join("\n"));
    }
    for arguments in COMMANDS {
        let wide = printed(arguments, Some(400), folder.path());
        for columns in [None, Some(80), Some(100), Some(120)] {
            let text = printed(arguments, columns, folder.path());
            let width = columns.unwrap_or(80);
            let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > width).collect();
            assert!(long.is_empty(), "{arguments:?} at {width}:\n{}", long.join("\n"));
            // A word of a narrow page that the wide one does not have was broken; what is said of the width itself is not there.
            let remark = text.find("not shown, for want of width").map_or(text.len(), |at| at);
            let rest = text[remark..].find("\n\n").map_or("", |end| &text[remark + end..]);
            let broken: Vec<&str> = words(&text[..remark])
                .union(&words(rest))
                .filter(|word| !words(&wide).contains(*word))
                .copied()
                .collect();
            assert!(broken.is_empty(), "{arguments:?} at {width}: {broken:?}");
        }
    }
}

/// What is known of a narrow page is known of a wide one too, and more.
#[test]
fn a_wider_page_shows_more_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = |columns| {
        let arguments = ["verify", "--no-config", "entropic-loss/no-second", "-n", "4", "-p", "128"];
        let text = printed(&arguments, Some(columns), folder.path());
        let hidden =
            text.split("for want of width: ").nth(1).map_or("", |rest| rest.split("\n\n").next().unwrap_or(""));
        hidden.split(';').filter(|heading| !heading.trim().is_empty()).count()
    };
    let hidden = [80, 100, 120, 200].map(shown);
    assert!(
        hidden.windows(2).all(|pair| pair[0] >= pair[1]) && hidden[0] > hidden[1] && hidden[1] > hidden[3],
        "{hidden:?}"
    );
    assert_eq!(hidden[3], 0);
}
