//! What is asked of every parser, whatever bytes it is given: no panic, a documented exit code, nothing that a terminal would obey, and the same answer
//! twice. One function a parser, for cargo-fuzz (fuzz_targets) and for the bounded rounds of tests/fuzz.rs alike.
//!
//! Where a command reads a file and answers at once, the command is asked, so that what it prints is looked at too; where an answer takes a run, its
//! parser is asked first, and the command only if the parser refuses.

use equipartition::checkpoint::Checkpoint;
use equipartition::cli::{self, Exit};
use equipartition::formula::file::TheoryFile;
use equipartition::formula::read::{Texts, read};
use equipartition::inspection::architecture::Architecture;
use equipartition::model::file;
use equipartition::theories::ALL;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Whether a terminal might obey it, or a reader take it for something else: controls but those of lines, and marks of direction.
fn is_hidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What a command line answers, with what must be true of every answer.
///
/// # Panics
/// If it is not.
fn command(arguments: &[OsString]) -> Exit {
    let ask = || {
        let arguments = [OsString::from("equipartition")].into_iter().chain(arguments.iter().cloned());
        cli::answer(ALL, arguments, Default::default())
    };
    let answer = ask();
    assert_ne!(answer.exit, Exit::Internal, "{arguments:?}: {}", answer.messages);
    for text in [&answer.output, &answer.messages] {
        assert!(!text.contains(is_hidden), "{arguments:?} prints what a terminal would obey: {text:?}");
    }
    assert!(
        answer.exit == Exit::Success || !(answer.messages.is_empty() && answer.output.is_empty()),
        "{arguments:?}: {:?} without a word",
        answer.exit
    );
    let again = ask();
    assert_eq!(
        (answer.exit, &answer.output, &answer.messages),
        (again.exit, &again.output, &again.messages),
        "{arguments:?}"
    );
    answer.exit
}

/// Calls `then` with a file of this name that has these bytes in it.
fn with_file<R>(name: &str, bytes: &[u8], then: impl FnOnce(&Path) -> R) -> R {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writable");
    then(&path)
}

/// A command on a file.
fn command_on(before: &[&str], path: &Path, after: &[&str]) -> Exit {
    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    command(&[words(before), vec![path.into()], words(after)].concat())
}

/// `eval REQUEST.json`
pub fn request(bytes: &[u8]) {
    with_file("request.json", bytes, |path| {
        command_on(&["eval"], path, &[]);
    });
}

/// Networks in MODEL.toml.
pub fn model(bytes: &[u8]) {
    let parsed = std::str::from_utf8(bytes).is_ok_and(|text| file::parse("model.toml", text).is_ok());
    if !parsed {
        with_file("model.toml", bytes, |path| {
            let exit =
                command_on(&["verify", "balance/neuron", "--no-config", "--instances", "1", "--model"], path, &[]);
            assert_eq!(exit, Exit::BadData, "a model that the parser refuses");
        });
    }
}

/// Theories and laws as formulas: a file of a theory, a file of laws for `inspect`, a configuration of a model, and three texts of one law by lines.
pub fn laws(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // The judge is not asked: a law that makes sense takes a run.
    let theory = TheoryFile::parse("theory.toml", text).is_ok();
    with_file("theory.toml", bytes, |path| {
        let exit = command_on(&["list", "--theory"], path, &[]);
        assert!(theory || exit == Exit::BadData, "{exit:?} for a theory that the parser refuses");
    });
    let _ = equipartition::inspection::file::parse("laws.toml", text).map_err(|complaint| complaint.to_string());
    let _ = Architecture::from_config(text);
    let mut lines = text.lines();
    let [with, loss, law] = [(); 3].map(|()| lines.next().unwrap_or_default());
    if read(&Texts { with, loss, law, ..Texts::default() }).is_err() {
        let exit =
            command(&["check", &format!("--with={with}"), &format!("--loss={loss}"), "--", law].map(OsString::from));
        assert!(matches!(exit, Exit::BadData | Exit::Usage), "{exit:?} for a law that the parser refuses");
    }
}

/// Files of named tensors: every tensor is read to its end.
pub fn checkpoint(bytes: &[u8]) {
    with_file("checkpoint", bytes, |path| {
        let Ok(checkpoint) = Checkpoint::open(path) else {
            let exit = command_on(&["inspect"], path, &["--laws", "mlp"]);
            assert_ne!(exit, Exit::Success, "a file that cannot be opened");
            return;
        };
        let names: Vec<String> = checkpoint.names().map(str::to_owned).collect();
        for name in &names {
            let tensor = checkpoint.tensor(name).expect("a name of the file's own");
            let Ok(mut stream) = checkpoint.stream(name) else { continue };
            let mut left = tensor.len();
            let mut values = [0.0; 1024];
            while left > 0 {
                let part = left.min(values.len());
                if stream.read(&mut values[..part]).is_err() {
                    break;
                }
                assert!(
                    values[..part].iter().all(|value| value.is_finite()),
                    "`{name}` has numbers that are not finite"
                );
                left -= part;
            }
            if left == 0 {
                let _ = stream.finish();
            }
        }
    });
}

/// What a short run writes: its report, and a baseline.
pub fn run() -> &'static [Vec<u8>; 2] {
    static RUN: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    RUN.get_or_init(|| {
        with_file("theory.lock", b"", |lock| {
            let report = lock.with_file_name("report.json");
            let words = [
                "equipartition",
                "verify",
                "markov",
                "--no-config",
                "--instances",
                "4",
                "--bless",
                "--format",
                "json",
                "--output",
            ];
            let words = words.iter().map(OsString::from);
            let arguments = words.chain([report.clone().into(), "--baseline".into(), lock.into()]);
            let answer = cli::answer(ALL, arguments, Default::default());
            assert_eq!(answer.exit, Exit::Success, "{}", answer.messages);
            [&report, lock].map(|path| fs::read(path).expect("written"))
        })
    })
}

/// Baselines: a report is compared with them.
pub fn lock(bytes: &[u8]) {
    with_file("report.json", &run()[0], |report| {
        let lock = report.with_file_name("theory.lock");
        fs::write(&lock, bytes).expect("writable");
        command(&["merge".into(), report.into(), "--baseline".into(), lock.into()]);
    });
}

/// Reports that are read back, and written in every form.
pub fn report(bytes: &[u8]) {
    with_file("report.json", bytes, |path| {
        for format in ["json", "text", "markdown", "html", "junit"] {
            let exit = command_on(&["merge"], path, &["--format", format]);
            if exit == Exit::BadData {
                break;
            }
        }
    });
}
