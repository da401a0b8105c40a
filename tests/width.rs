//! Everything that is printed for people fits the width that it is printed for, and no word is broken.

#![cfg(feature = "cli")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use support::equipartition;

/// Those whose pages are always of 80 columns.
const OBSERVATIONS: [&[&str]; 8] = [
    &["observe", "--steps", "2000", "--hidden", "2"],
    &["observe", "flow", "--time", "4", "--paths", "10"],
    &["observe", "platonic", "--learning-rate", "0.04", "--time", "0.4"],
    &["observe", "noise-equilibrium", "--steps", "6000"],
    &["observe", "mirror", "--paths", "50", "--runs", "10"],
    &["observe", "ideal-gas", "--steps", "2000"],
    &["observe", "cosmology", "--sweep-steps", "1000"],
    &["observe", "starvation", "--penalty", "0.1"],
];

/// The commands that print tables or prose, quick ones of each kind.
const COMMANDS: [&[&str]; 15] = [
    &["verify", "--no-config", "entropic-loss/no-second", "balance", "ideal-gas", "-n", "4", "-p", "128"],
    &["verify", "--no-config", "--model", "examples/models/mlp.toml", "balance/master", "-n", "4", "-p", "128"],
    &["verify", "--no-config", "balance", "platonic", "--time-limit", "0"],
    // Numbers of few digits: one that is longer than the page stands on a line of its own.
    &["replay", "balance/neuron", "0", "19"],
    &["replay", "finite-step/amount", "0", "2", "--theory", "examples/theories/finite-step.toml"],
    &[
        "check",
        "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)",
        "--loss",
        "(u (w @ x)^2 - y)^2",
        "--with",
        "u, w[n], x[n], y; n in 1..3",
    ],
    &[
        "check",
        "for z: w @ g.w + v @ g.v = 2 u g.u",
        "--loss",
        "(u (v @ x) (w @ x) - y)^2",
        "--with",
        "u, v[n], w[n], x[n], y; n in 1..2",
        "--at",
        "stationary",
    ],
    &[
        "relate",
        "E[g.u^2]",
        "E[sum(g.w^2)]",
        "u^2",
        "sum(w^2)",
        "--at",
        "stationary",
        "--loss",
        "(u relu(w @ x)^2 - y)^2",
        "--with",
        "u, w[n], x[n], y; n in 1..3",
    ],
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

/// The subcommands that a help text lists.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Descriptions that go on are indented further.
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_help_text_fits_and_uses_the_width_that_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = |path: &[String], option: &str, columns: Option<usize>| {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain([option]).collect();
        printed(&arguments, columns, folder.path())
    };
    let mut left: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    let mut widest = [0, 0, 0];
    while let Some(path) = left.pop() {
        for name in subcommands(&help(&path, "-h", Some(400))) {
            left.push(path.iter().cloned().chain([name]).collect());
        }
        for option in ["-h", "--help"] {
            for (place, columns) in [None, Some(80), Some(100), Some(400)].into_iter().enumerate() {
                let width = columns.unwrap_or(80).min(100);
                let text = help(&path, option, columns);
                let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > width).collect();
                assert!(long.is_empty(), "{path:?} {option} at {width}:\n{}", long.join("\n"));
                let most = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
                if place > 0 {
                    widest[place - 1] = most.max(widest[place - 1]);
                }
            }
        }
        seen += 1;
    }
    assert!(seen > 20, "{seen} commands");
    assert!(widest[0] <= 80 && widest[1] > 90 && widest[1] == widest[2], "{widest:?}");
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
