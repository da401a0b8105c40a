//! What tests of the command line share.

#![allow(dead_code, reason = "every test binary uses its own part")]

pub mod polynomial;
pub mod reference;

use assert_cmd::Command;
use serde_json::Value;

/// The binary, without colours and without a terminal.
pub fn equipartition() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_equipartition"));
    command.env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").env("NO_COLOR", "1");
    // What a test finds is not what its user's last run found.
    command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command
}

/// The answers of `eval -` to requests given as JSON Lines.
pub fn answers(requests: &[Value]) -> Vec<Value> {
    let input: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let output = equipartition().args(["eval", "-"]).write_stdin(input).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).expect("answers are text");
    text.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect()
}

/// The JSON document without its times.
pub fn timeless(text: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.shift_remove("seconds");
                members.values_mut().for_each(strip);
            }
            Value::Array(entries) => entries.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut document = serde_json::from_str(text).expect("a JSON document");
    strip(&mut document);
    document
}
