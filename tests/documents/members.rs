//! Every member of the JSON that the program writes is on the page of formats, every theory and family on that of theories.

use super::{markdown, root};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Commands whose JSON between them has every member, run in the root.
const COMMANDS: [&str; 9] = [
    "verify balance/neuron entropic-loss/modified-step noether/time-average platonic/generic-minima --instances 8 --format json",
    "verify balance/master --model examples/models/mlp.toml --instances 4 --shard 1/1 --format json",
    "list balance/neuron --format json",
    "explain balance/neuron --format json",
    "replay balance/neuron 0 19 --format json",
    "doctor --format json",
    "discover --kind mlp --widths 2,3,2 --activation relu --format json",
    "discover examples/models/normalised.toml --format json",
    "inspect examples/pytorch/checkpoints/decoder.safetensors --laws decoder --gradients examples/pytorch/checkpoints/decoder.gradients.safetensors \
     --entropic-gradient examples/pytorch/checkpoints/decoder.entropic.safetensors --learning-rate 0.1 --weight-decay 0.001 --members --format json",
];

/// The names of all members in a JSON text.
fn members(json: &str) -> BTreeSet<&str> {
    // A string before a colon; names have no quotes in them.
    let parts: Vec<&str> = json.split('"').collect();
    parts.windows(2).filter(|pair| pair[1].trim_start().starts_with(':')).map(|pair| pair[0]).collect()
}

/// The code on a page, word by word.
fn named(page: &str) -> BTreeSet<String> {
    let code =
        markdown::prose(page).into_iter().flat_map(|(_, line)| markdown::cut(line).into_iter().skip(1).step_by(2));
    code.flat_map(|code| code.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The values of all members of a name, where they are strings.
fn values<'a>(json: &'a str, name: &str) -> BTreeSet<&'a str> {
    let parts: Vec<&str> = json.split('"').collect();
    parts.windows(3).filter(|three| three[0] == name && three[1].trim() == ":").map(|three| three[2]).collect()
}

/// All theories of the program, and all families of their claims.
pub fn theories_are_all_told() -> Result<(), String> {
    let told = named(&markdown::read(Path::new("docs/theories.md")));
    let output = Command::new(env!("CARGO_BIN_EXE_equipartition")).args(["list", "--format", "json"]).output();
    let text = String::from_utf8(output.expect("the program runs").stdout).expect("text");
    let families = values(&text, "id").into_iter().map(|id| id.split('/').next().expect("a family")).collect();
    let all: BTreeSet<&str> = values(&text, "theory").union(&families).copied().collect();
    let missing: Vec<&&str> = all.iter().filter(|name| !told.contains(**name)).collect();
    if all.len() > 1 && missing.is_empty() {
        Ok(())
    } else {
        Err(format!("of {all:?} docs/theories.md lacks {missing:?}"))
    }
}

/// What is compared with the literature: every claim but those of the first theory, whose page is its paper, and of the textbook theory `markov`; and no other.
pub fn claims_are_all_compared() -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_equipartition")).args(["list", "--format", "json"]).output();
    let text = String::from_utf8(output.expect("the program runs").stdout).expect("text");
    let ids: BTreeSet<&str> = values(&text, "id");
    let told = named(&markdown::read(Path::new("docs/literature.md")));
    let families: BTreeSet<&str> = told.iter().filter_map(|name| Some(name.split_once('/')?.0)).collect();
    let is_missing = |id: &&&str| families.contains(id.split('/').next().expect("a family")) && !told.contains(**id);
    let missing: Vec<&&str> = ids.iter().filter(is_missing).collect();
    let theories: BTreeSet<&str> = values(&text, "theory");
    let silent = |theory: &&&str| !["neural-thermodynamics", "markov"].contains(theory) && !families.contains(**theory);
    let silent: Vec<&&str> = theories.iter().filter(silent).collect();
    if missing.is_empty() && silent.is_empty() && theories.len() > 2 {
        Ok(())
    } else {
        Err(format!("docs/literature.md lacks {missing:?} and the theories {silent:?}"))
    }
}

/// All members of all commands.
pub fn are_all_told() -> Result<(), String> {
    let told = named(&markdown::read(Path::new("docs/formats.md")));
    let mut missing = Vec::new();
    for command in COMMANDS {
        let mut program = Command::new(env!("CARGO_BIN_EXE_equipartition"));
        let output = program.args(command.split_whitespace()).current_dir(root()).output().expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let found = members(&text);
        if found.len() < 4 {
            return Err(format!("{command}: only the members {found:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let unknown: Vec<&&str> = found.iter().filter(|name| !told.contains(**name)).collect();
        if !unknown.is_empty() {
            missing.push(format!("{command}\n  docs/formats.md does not name {unknown:?}"));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
}
