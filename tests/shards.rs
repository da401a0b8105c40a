//! Runs in parts, on several machines or after an interruption: the whole is as if it had been run at once.

#![cfg(feature = "cli")]

mod support;

use predicates::prelude::*;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{equipartition, timeless};

fn run(directory: &Path, arguments: &[&str]) -> String {
    let assert = equipartition().current_dir(directory).args(arguments).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

/// The text without its times, byte for byte otherwise.
fn without_times(json: &str) -> String {
    assert!(json.contains("\"seconds\": "));
    json.lines()
        .filter(|line| !line.trim_start().starts_with("\"seconds\": "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_merged_parts_are_the_whole_byte_for_byte_apart_from_times() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let claims = ["balance", "noether/time-average", "entropic-loss/epoch-mean", "--instances", "8"];
    let verify = |more: &[&str]| run(here, &[&["verify"], &claims[..], more].concat());
    let whole = verify(&["--format", "json", "--output", "whole.json"]);
    assert_eq!(whole, "");
    for part in 1..=4 {
        let (part, file) = (format!("{part}/4"), format!("part-{part}.json"));
        verify(&["--shard", &part, "--format", "json", "--output", &file]);
    }
    let parts = ["part-3.json", "part-1.json", "part-4.json", "part-2.json"];
    let merge = |files: &[&str], format: &str| run(here, &[&["merge"], files, &["--format", format]].concat());
    let whole = fs::read_to_string(here.join("whole.json")).expect("a report");
    assert_eq!(without_times(&merge(&parts, "json")), without_times(&whole));
    assert_eq!(timeless(&merge(&parts, "json")), timeless(&whole));
    assert_eq!(merge(&parts, "markdown"), merge(&["whole.json"], "markdown"));
    assert_eq!(
        merge(&["whole.json"], "json"),
        whole,
        "a report that is read and written again is the same, with its times"
    );

    let refused = |files: &[&str], words: &str| {
        let assert = equipartition().current_dir(here).arg("merge").args(files).assert();
        assert.code(65).stderr(predicate::str::contains(words));
    };
    refused(&parts[..3], "part 2 of 4 is missing");
    fs::copy(here.join("part-3.json"), here.join("again.json")).expect("a copy");
    refused(&[&parts[..], &["again.json"]].concat(), "both are part 3");
    let twice = equipartition().current_dir(here).args(["merge", "part-1.json", "./part-1.json"]).assert().code(2);
    twice.stderr(predicate::str::contains("named twice"));
    refused(&["part-1.json", "whole.json"], "whole.json is not a part of a run");
    run(
        here,
        &["verify", "balance", "--instances", "8", "--shard", "1/4", "--format", "json", "--output", "part-1.json"],
    );
    refused(&parts, "other claims were asked for");
    verify(&["--seed", "1", "--shard", "1/4", "--format", "json", "--output", "part-1.json"]);
    refused(&parts, "--seed 1");
    let half = &whole[..whole.len() / 2];
    fs::write(here.join("half.json"), half).expect("a file");
    refused(&["half.json"], "half.json: not a complete report");
}

#[test]
fn a_part_holds_what_is_its_and_may_be_empty() {
    let directory = tempfile::tempdir().expect("a directory");
    let arguments = ["verify", "balance/neuron", "balance/layer", "--instances", "8", "--format", "json", "--shard"];
    let ids = |part: &str| -> Vec<String> {
        let document = timeless(&run(directory.path(), &[&arguments[..], &[part]].concat()));
        let claims = document["claims"].as_array().expect("claims").iter();
        claims.map(|claim| claim["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids("1/3"), ["balance/neuron"]);
    assert_eq!(ids("2/3"), ["balance/layer"]);
    assert_eq!(ids("3/3"), [""; 0]);
}

#[test]
fn parts_on_a_model_are_of_that_model() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models/mlp.toml");
    let text = fs::read_to_string(model).expect("a model");
    fs::write(here.join("m.toml"), &text).expect("a file");
    let verify = |part: &str, file: &str| {
        let arguments = ["verify", "balance", "noether", "--model", "m.toml", "--instances", "4", "--format", "json"];
        run(here, &[&arguments[..], &["--shard", part, "--output", file]].concat());
    };
    verify("1/2", "1.json");
    verify("2/2", "2.json");
    let merged = run(here, &["merge", "1.json", "2.json", "--format", "json"]);
    let whole = ["verify", "balance", "noether", "--model", "m.toml", "--instances", "4", "--format", "json"];
    assert_eq!(without_times(&merged), without_times(&run(here, &whole)));
    fs::write(here.join("m.toml"), text + "# another one\n").expect("a file");
    verify("2/2", "2.json");
    let assert = equipartition().current_dir(here).args(["merge", "1.json", "2.json"]).assert();
    assert.code(65).stderr(predicate::str::contains("not parts of one run"));
}

const LONG: [&str; 5] = ["verify", "noether", "symmetry", "--instances", "8"];

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    // Files whose names begin with a dot are not in place yet.
    let in_place = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        (!name.starts_with('.') && name != "run.json").then_some(())
    };
    let kept = || fs::read_dir(here.join("kept")).map_or(0, |entries| entries.filter_map(in_place).count());
    let mut child = Command::new(env!("CARGO_BIN_EXE_equipartition"))
        .current_dir(here)
        .args(LONG)
        .args(["--resume", "kept"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let start = Instant::now();
    while kept() < 3 && start.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("it still runs, or has ended");
    child.wait().expect("it ends");
    let before = kept();
    assert!(before >= 3, "some claims were finished");
    // What was only half written when the power went.
    let torn = fs::read_dir(here.join("kept")).expect("a directory").map(|entry| entry.unwrap().path());
    let is_claim =
        |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind == "json") && !path.ends_with("run.json");
    let torn = torn.filter(is_claim).min().expect("a finished claim");
    let text = fs::read_to_string(&torn).expect("a report");
    fs::write(&torn, &text[..text.len() / 3]).expect("a file");
    let assert = equipartition().current_dir(here).args(LONG).args(["--resume", "kept", "--format", "json"]).assert();
    let assert = assert.success().stderr(predicate::str::contains("finished before: "));
    let complaint = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert_eq!(complaint.matches("not trusted, examined again").count(), 1, "{complaint}");
    let resumed = String::from_utf8(assert.get_output().stdout.clone()).expect("text");
    let fresh = run(here, &[&LONG[..], &["--format", "json"]].concat());
    assert_eq!(without_times(&resumed), without_times(&fresh));
    // Now everything is there.
    let again = run(here, &[&LONG[..], &["--resume", "kept", "--format", "json"]].concat());
    assert_eq!(timeless(&again), timeless(&fresh));

    let other = equipartition().current_dir(here).args(LONG).args(["--seed", "3", "--resume", "kept"]).assert();
    other
        .code(65)
        .stderr(predicate::str::contains("choose another directory").and(predicate::str::contains("--seed 3")));
    let run_file = here.join("kept/run.json");
    let text = fs::read_to_string(&run_file).expect("a file");
    let program = text.lines().find(|line| line.contains("\"program\"")).expect("a member");
    fs::write(&run_file, text.replace(program, "  \"program\": \"0badf00d\",")).expect("a file");
    let other = equipartition().current_dir(here).args(LONG).args(["--resume", "kept"]).assert();
    other.code(65).stderr(predicate::str::contains("another build of the program"));
}

#[test]
fn what_a_time_limit_cuts_short_is_not_kept() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let arguments = [&LONG[..], &["--resume", "kept", "--time-limit", "0"]].concat();
    equipartition().current_dir(here).args(arguments).assert().code(3);
    let names: Vec<_> =
        fs::read_dir(here.join("kept")).expect("a directory").map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["run.json"]);
    fs::create_dir(here.join("full")).expect("a directory");
    fs::write(here.join("full/letter.txt"), "dear").expect("a file");
    let assert = equipartition().current_dir(here).args(LONG).args(["--resume", "full"]).assert();
    assert.code(65).stderr(predicate::str::contains("choose another directory"));
    let assert = equipartition().current_dir(here).args(LONG).args(["--resume", "full/letter.txt"]).assert();
    assert.code(74).stderr(predicate::str::contains("cannot write full/letter.txt: not a directory"));
}

#[test]
fn a_part_without_claims_says_that_it_is_empty() {
    for format in ["text", "markdown"] {
        let arguments = ["verify", "balance/neuron", "--shard", "2/2", "--format", format];
        let told = equipartition().args(arguments).assert().success();
        told.stdout(predicate::str::contains("art 2 of 2: this part is empty"));
    }
}
