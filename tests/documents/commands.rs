//! Every command that is shown is run, and its output compared.

use super::{markdown, root};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands for lines that are not shown.
const ELISION: &str = "[...]";

/// A command of a page, and the lines shown below it.
struct Shown {
    command: String,
    output: Vec<String>,
}

/// The commands of a block. A backslash at the end of a line joins it to the next.
fn commands(lines: &[&str]) -> Result<Vec<Shown>, String> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut joined = false;
    for line in lines {
        if joined {
            let last = shown.last_mut().expect("a command was begun");
            last.command = format!("{}\n{line}", last.command);
            joined = line.ends_with('\\');
        } else if let Some(command) = line.strip_prefix("$ ") {
            shown.push(Shown { command: command.to_owned(), output: Vec::new() });
            joined = command.ends_with('\\');
        } else {
            let last = shown.last_mut().ok_or_else(|| format!("output before any command: {line}"))?;
            last.output.push((*line).to_owned());
        }
    }
    Ok(shown)
}

/// A line without what may differ: times, and blanks and rules, whose lengths follow them.
fn plain(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let word = if word.chars().all(|c| c == '\u{2500}') { "\u{2500}" } else { word };
        let unit = word.trim_end_matches([';', ',', '.', ')']);
        let is_time = |text: &str| text.contains('.') && text.parse::<f64>().is_ok();
        match words.last_mut() {
            Some(last) if unit == "s" && is_time(last) => *last = "_".to_owned(),
            _ => {}
        }
        match unit.strip_suffix('s') {
            Some(number) if is_time(number) => words.push(word.replacen(number, "_", 1)),
            _ => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

/// The parts between elisions.
fn parts(shown: &[String]) -> Vec<Vec<String>> {
    shown.split(|line| line == ELISION).map(|part| part.iter().map(|line| plain(line)).collect()).collect()
}

/// Whether `real` is what is shown: the first part at the beginning, the last at the end, the others in their order between them.
fn compare(shown: &[String], real: &[String]) -> Result<(), String> {
    let (parts, real) = (parts(shown), real.iter().map(|line| plain(line)).collect::<Vec<_>>());
    if let [whole] = &parts[..] {
        let different = (0..whole.len().max(real.len())).find(|line| whole.get(*line) != real.get(*line));
        return different.map_or(Ok(()), |line| {
            let say = |lines: &[String]| lines.get(line).cloned().unwrap_or_else(|| "(nothing)".to_owned());
            Err(format!(
                "line {} of the output\n  is shown as  {}\n  but is       {}",
                line + 1,
                say(whole),
                say(&real)
            ))
        });
    }
    let mut from = 0;
    for (index, part) in parts.iter().enumerate() {
        let places = if index == 0 {
            0..=0
        } else if index + 1 == parts.len() {
            let end = real.len().checked_sub(part.len()).filter(|end| *end >= from);
            let end = end.ok_or_else(|| format!("the output is shorter than what is shown: {part:?}"))?;
            end..=end
        } else {
            from..=real.len()
        };
        let place = places.into_iter().find(|place| real[*place..].starts_with(part));
        let place = place.ok_or_else(|| {
            // The line that spoils the best place says more than all lines do.
            let absent = part.iter().find(|line| !real.contains(line)).or(part.first());
            format!("not in the output, or not where it is shown: {}", absent.map_or("", String::as_str))
        })?;
        from = place + part.len();
    }
    Ok(())
}

/// What would be shown of `real`, elided as `shown` is.
fn elided(shown: &[String], real: &[String]) -> Result<Vec<String>, String> {
    let parts: Vec<&[String]> = shown.split(|line| line == ELISION).collect();
    if parts.len() == 1 {
        return Ok(real.to_vec());
    }
    let (mut lines, mut from) = (Vec::new(), 0);
    for (index, part) in parts.iter().enumerate() {
        let word = |line: &String| line.split_whitespace().next().map(str::to_owned);
        let place = if index == 0 {
            Some(0)
        } else if index + 1 == parts.len() {
            real.len().checked_sub(part.len())
        } else {
            (from..real.len()).find(|place| word(&real[*place]) == part.first().and_then(word))
        };
        let place = place.filter(|place| *place >= from && place + part.len() <= real.len());
        let place = place.ok_or_else(|| format!("the output has nothing like {part:?}: write it by hand"))?;
        if index > 0 {
            lines.push(ELISION.to_owned());
        }
        lines.extend_from_slice(&real[place..place + part.len()]);
        from = place + part.len();
    }
    Ok(lines)
}

/// The folder in which a page's commands run: empty but for the examples, the recorded theory and the files that the page shows.
fn folder(page: &Path, text: &str) -> PathBuf {
    let name = page.display().to_string().replace(['/', '.'], "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    copy(&root().join("examples"), &folder.join("examples"));
    fs::copy(root().join("theory.lock"), folder.join("theory.lock")).expect("a copy");
    let lines: Vec<&str> = text.lines().collect();
    for block in markdown::blocks(text) {
        if let Some(file) = &block.file {
            fs::write(folder.join(file), lines[block.lines].join("\n") + "\n").expect("a file");
        }
    }
    folder
}

/// Copies a folder: what a command writes must not land in the repository.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if !source.is_dir() {
            fs::copy(source, target).expect("a copy");
        } else if entry.file_name() != "target" {
            copy(&source, &target);
        }
    }
}

/// Runs a command in a shell; its output as lines, with what it tells on standard error but progress, and its exit code.
fn run(command: &str, folder: &Path, code: i32) -> (Vec<String>, i32) {
    let binary = Path::new(env!("CARGO_BIN_EXE_equipartition")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), env::var("PATH").unwrap_or_default());
    // `make verify` is this binary, without building it again in another profile.
    let command = command.replacen("make verify", "equipartition verify", 1);
    let output = Command::new("sh")
        .args(["-c", &format!("(exit {code}); {command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .output()
        .expect("a shell");
    let progress = |line: &str| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" of ");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut lines: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    lines.extend(told.lines().filter(|line| !progress(line)).map(str::to_owned));
    (lines, output.status.code().unwrap_or(-1))
}

/// What two commands print that a test cannot run: `make test`, which is what runs, and `make proofs`, which needs Coq. `None` for all others.
fn elsewhere(command: &str) -> Option<Vec<String>> {
    match command {
        "make test" => {
            let (list, _) = run("equipartition list --format json", root(), 0);
            let ids: Vec<&str> = list.iter().filter_map(|line| line.trim().strip_prefix("\"id\": \"")).collect();
            let ids: Vec<&str> = ids.iter().map(|rest| rest.split('"').next().expect("an id")).collect();
            let count = ids.len();
            let mut lines = vec![format!("running {count} tests")];
            lines.extend(ids.iter().map(|id| format!("test {id} ... ok")));
            Some(lines)
        }
        "make proofs" => {
            let text = fs::read_to_string(root().join("proofs/coq/claims.toml")).expect("the list of theorems");
            let count = |value: &str| text.lines().filter(|line| *line == format!("checked = \"{value}\"")).count();
            let theorems: usize = text
                .lines()
                .filter_map(|line| line.strip_prefix("theorem = "))
                .map(|names| names.matches('"').count() / 2)
                .sum();
            let (full, part) = (count("full"), count("part"));
            Some(vec![format!(
                "proofs: {theorems} theorems prove what is stated, {theorems} of them without any axiom: {full} claims in full, {part} in part"
            )])
        }
        _ => None,
    }
}

/// Whether a command is this program's, whose output must show a number; what prepares its files need not show any.
fn is_ours(command: &str) -> bool {
    command.contains("equipartition") || command.starts_with("make")
}

/// Checks all commands of a page, in order; or, with `UPDATE_DOCS`, writes their outputs anew.
pub fn check(page: &Path) -> Result<(), String> {
    let text = markdown::read(page);
    let (lines, folder) = (text.lines().collect::<Vec<_>>(), folder(page, &text));
    let update = env::var_os("UPDATE_DOCS").is_some();
    let (mut written, mut copied, mut wrong) = (Vec::new(), 0, Vec::new());
    for block in markdown::blocks(&text).into_iter().filter(|block| block.language == "console") {
        let place = format!("{}:{}", page.display(), block.lines.start + 1);
        written.extend(lines[copied..block.lines.start].iter().map(|line| (*line).to_owned()));
        copied = block.lines.end;
        let (mut here, mut code) = (folder.clone(), 0);
        let shown = commands(&lines[block.lines]).map_err(|error| format!("{place}: {error}"))?;
        for (index, Shown { command, output }) in shown.iter().enumerate() {
            written.push(format!("$ {command}"));
            if let Some(to) = command.strip_prefix("cd ") {
                here = here.join(to);
                continue;
            }
            let (real, real_code) = elsewhere(command).map_or_else(|| run(command, &here, code), |lines| (lines, 0));
            code = real_code;
            let asked = shown.get(index + 1).is_some_and(|next| next.command == "echo $?");
            let result = if is_ours(command)
                && !output.iter().any(|line| plain(line).contains(|c: char| c.is_ascii_digit()))
                && !update
            {
                Err("shows no number".to_owned())
            } else if code != 0 && !asked && !real.iter().any(|line| line.starts_with("error")) {
                Err(format!("ends with {code}, which is not shown: add `$ echo $?`"))
            } else {
                compare(output, &real)
            };
            match result {
                Err(_) if update => written.extend(elided(output, &real).map_err(|e| format!("{place}: {e}"))?),
                result => {
                    written.extend_from_slice(output);
                    wrong.extend(result.err().map(|error| format!("{place}: {command}: {error}")));
                }
            }
        }
    }
    written.extend(lines[copied..].iter().map(|line| (*line).to_owned()));
    let anew = written.join("\n") + "\n";
    if update && anew != text {
        fs::write(root().join(page), anew).expect("the page can be written");
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The comparison is of numbers, in their order, and of nothing else than is said.
pub fn what_does_not_match_is_seen() -> Result<(), String> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let real = lines("a  1  0.85 s\n\u{2500}\u{2500}\nb 2\nc 3; 30.3 s\nd 4");
    for same in [
        "a 1 9.99 s\n\u{2500}\nb 2\nc 3; 1.0 s\nd 4",
        "a 1 0.1 s\n[...]\nc 3; 1.0 s\nd 4",
        "a 1 0.1 s\n[...]",
        "[...]\nb 2\n[...]",
    ] {
        compare(&lines(same), &real).map_err(|error| format!("{same:?}: {error}"))?;
    }
    let wrong = ["a 2 0.85 s\n[...]", "[...]\nd 5", "[...]\nc 3; 1.0 s\n[...]\nb 2\n[...]", "a 1 0.85 s", "b 2\n[...]"];
    let wrong = wrong.iter().find(|text| compare(&lines(text), &real).is_ok());
    wrong.map_or(Ok(()), |text| Err(format!("passes: {text:?}")))
}
