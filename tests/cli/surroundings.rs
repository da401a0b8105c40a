//! What surrounds a run: where text goes, and what the system refuses.

use super::*;
use tempfile::TempDir;

/// The binary in a shell that prepares its surroundings.
#[cfg(unix)]
fn shell(script: &str, folder: &TempDir) -> std::process::Output {
    let binary = env!("CARGO_BIN_EXE_equipartition");
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", binary]).current_dir(folder.path());
    command.output().expect("a shell")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_of_output_also_for_help_and_version() {
    let folder = TempDir::new().expect("a folder");
    for words in ["--version", "--help", "verify --help", "list"] {
        let output = shell(&format!("\"$1\" {words} > /dev/full"), &folder);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(74), "{words}: {complaint}");
        assert!(complaint.starts_with("error: cannot write standard output"), "{complaint}");
    }
}

#[cfg(unix)]
#[test]
fn a_deleted_working_directory_does_no_harm() {
    let folder = TempDir::new().expect("a folder");
    let command = "verify balance/neuron --instances 1 --precision 64 --effort quick --format json";
    let output = shell(&format!("mkdir gone && cd gone && rmdir ../gone && \"$1\" {command}"), &folder);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!complaint.contains("working directory") && output.status.code() != Some(74), "{complaint}");
    assert!(serde_json::from_slice::<Value>(&output.stdout).expect("a report")["claims"].is_array());
}

/// As a user who may have one process: no thread can be started. Only the super-user can become one.
#[cfg(target_os = "linux")]
#[test]
fn where_no_thread_can_be_started_the_calling_one_works() {
    let folder = TempDir::new().expect("a folder");
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pytorch/checkpoints");
    let script = format!(
        "cp \"$1\" equipartition && cp {examples}/mlp.safetensors {examples}/mlp.gradients.safetensors . && chmod -R a+rX . && \
         setpriv --reuid 61234 --clear-groups prlimit --nproc=1 ./equipartition inspect mlp.safetensors --laws mlp \
         --gradients mlp.gradients.safetensors"
    );
    let output = shell(&script, &folder);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if complaint.contains("setpriv") || complaint.contains("prlimit") {
        eprintln!("not tried, since this user cannot become another: {complaint}");
        return;
    }
    assert!(output.status.success() && !complaint.contains("panic"), "{complaint}");
}

#[test]
fn a_hyphen_is_standard_output() {
    let folder = TempDir::new().expect("a folder");
    let command = ["verify", CLAIM, "--effort", "quick", "--format", "json", "--output", "-"];
    let output =
        equipartition().current_dir(folder.path()).args(command).assert().success().get_output().stdout.clone();
    assert!(serde_json::from_slice::<Value>(&output).expect("a report")["claims"].is_array());
    assert!(!folder.path().join("-").exists());
}

#[test]
fn one_file_is_named_once_whatever_its_name() {
    let folder = TempDir::new().expect("a folder");
    let refuses = |arguments: &[&str], words: &str| {
        let assert = equipartition().current_dir(folder.path()).args(arguments).assert().code(2);
        let complaint = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
        assert!(complaint.contains(words), "{complaint}");
    };
    refuses(&["verify", CLAIM, "--output", "same.txt", "--also", "junit=./same.txt"], "named twice");
    // Standard output is one place too.
    refuses(&["verify", CLAIM, "--also", "json=-"], "standard output has one report");
    refuses(
        &["verify", CLAIM, "--output", "a", "--also", "json=-", "--also", "junit=-"],
        "standard output has one report",
    );
    refuses(&["observe", "flow", "--csv", "a.csv", "--svg", "./a.csv"], "name the same file");
    refuses(&["verify", CLAIM, "--also", "json=a,html=b"], "repeat the option");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing was written");
}

/// What a run reads no report replaces: laws and settings are somebody's work.
#[test]
fn no_report_replaces_what_is_read() {
    let folder = TempDir::new().expect("a folder");
    let theory = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/theories/quadratic-unit.toml"));
    let theory = theory.expect("a theory");
    fs::write(folder.path().join("laws.toml"), &theory).expect("a file");
    fs::write(folder.path().join("equipartition.toml"), "instances = 4\n").expect("a file");
    for arguments in [
        &["verify", "laws.toml", "--output", "laws.toml"][..],
        &["verify", "laws.toml", "--also", "junit=./laws.toml"],
        &["verify", CLAIM, "--theory", "laws.toml", "--output", "laws.toml"],
        &["verify", CLAIM, "--output", "equipartition.toml"],
        &["verify", CLAIM, "--config", "equipartition.toml", "--also", "html=equipartition.toml"],
        &["list", "--theory", "laws.toml", "--output", "laws.toml"],
    ] {
        let assert = equipartition().current_dir(folder.path()).args(arguments).assert().code(2);
        let complaint = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
        assert!(complaint.contains("named twice"), "{arguments:?}: {complaint}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("laws.toml")).expect("still there"), theory);
    assert_eq!(fs::read_to_string(folder.path().join("equipartition.toml")).expect("still there"), "instances = 4\n");
}

/// Settings that cannot be found are not the same as none.
#[cfg(unix)]
#[test]
fn a_link_to_no_settings_is_told() {
    let folder = TempDir::new().expect("a folder");
    std::os::unix::fs::symlink("nowhere", folder.path().join("equipartition.toml")).expect("a link");
    let assert = equipartition().current_dir(folder.path()).args(["verify", CLAIM]).assert().code(66);
    let complaint = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
    assert!(complaint.contains("equipartition.toml: a link to nothing"), "{complaint}");
}
