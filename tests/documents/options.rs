//! Commands and options that pages name without running them exist.

use super::markdown;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// Commands of the program that have commands of their own.
const NESTED: &str = "observe";

/// Options of other programs that pages name: cargo's, and a shell's.
const FOREIGN: [&str; 12] = [
    "--all-features",
    "--bench",
    "--doc",
    "--example",
    "--features",
    "--git",
    "--locked",
    "--offline",
    "--open",
    "--profile",
    "--release",
    "--test",
];

/// Each command with its help; the program's own has no name.
static HELP: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut help = BTreeMap::from([(String::new(), asked(&[]))]);
    for name in listed(&help[""]) {
        help.insert(name.clone(), asked(&[&name]));
    }
    for name in listed(&help[NESTED]) {
        help.insert(format!("{NESTED} {name}"), asked(&[NESTED, &name]));
    }
    help
});

fn asked(command: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_equipartition")).args(command).arg("--help").output();
    String::from_utf8(output.expect("the program runs").stdout).expect("text")
}

/// The names below `Commands:`.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The option at the beginning of a word, without its value.
fn option(word: &str) -> Option<&str> {
    let name = word.trim_matches(['[', ']', '"', '\'', '(', ')', ',', ';', '.']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| name.len() > 2 && name.starts_with("--"))
}

fn has(help: &str, option: &str) -> bool {
    let words = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.into_iter().any(|word| word == option)
}

/// What is wrong with a command line of the program, from the word after its name.
fn wrong_line(line: &str) -> Option<String> {
    let words: Vec<&str> =
        line.split(['|', '>', ';', '`']).next()?.split_whitespace().take_while(|w| *w != "#").collect();
    let first = words.iter().find(|word| !word.starts_with('-'))?;
    if !HELP.contains_key(*first) {
        return first.starts_with(char::is_lowercase).then(|| format!("no command `{first}`"));
    }
    let nested = words.get(1).map(|second| format!("{first} {second}"));
    let help = nested.and_then(|nested| HELP.get(&nested)).unwrap_or(&HELP[*first]);
    let unknown = words.iter().filter_map(|word| option(word)).find(|option| !has(help, option));
    unknown.map(|option| format!("`{first}` has no option `{option}`"))
}

/// What is wrong with the commands and options that a text names.
fn wrong(text: &str) -> Vec<String> {
    let (lines, mut wrong) = (text.lines().collect::<Vec<_>>(), Vec::new());
    for block in
        markdown::blocks(text).into_iter().filter(|block| ["sh", "yaml", "console"].contains(&&*block.language))
    {
        let joined = lines[block.lines].join("\n").replace("\\\n", " ");
        let commands = joined.lines().filter(|line| block.language != "console" || line.starts_with("$ "));
        for line in commands {
            wrong.extend(line.split("equipartition ").skip(1).filter_map(wrong_line));
        }
    }
    for (_, line) in markdown::prose(text) {
        for code in markdown::cut(line).into_iter().skip(1).step_by(2) {
            if let Some(rest) = code.strip_prefix("equipartition ") {
                wrong.extend(wrong_line(rest));
            } else if let Some(name) = option(code).filter(|name| !FOREIGN.contains(name)) {
                let known = HELP.values().any(|help| has(help, name));
                wrong.extend((!known).then(|| format!("no command has an option `{name}`")));
            }
        }
    }
    wrong
}

/// All commands and options of a page.
pub fn check(page: &Path) -> Result<(), String> {
    let wrong = wrong(&markdown::read(page));
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}:\n{}", page.display(), wrong.join("\n"))) }
}

/// Commands and options that do not exist are seen.
pub fn what_does_not_exist_is_seen() -> Result<(), String> {
    let right = "`equipartition verify --model M.toml` `--seed 3` `--release`\n```sh\nequipartition observe flow --paths 3 | x --y\n```";
    let found = wrong(right);
    if !found.is_empty() {
        return Err(found.join("\n"));
    }
    let found = wrong(
        "`equipartition verfy` `--sed` `equipartition list --paths 3`\n```yaml\n- run: equipartition verify \\\n  --sede 3\n```",
    );
    if found.len() == 4 { Ok(()) } else { Err(format!("seen are only {found:?}")) }
}
