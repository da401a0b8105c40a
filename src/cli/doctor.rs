//! `equipartition doctor`: what is there, and what it enables.

use super::output::{self, print};
use super::{Exit, Failure, Format, configuration};
use crate::report::layout::{hanging, paragraph};
use crate::report::{Libraries, SCHEMA_VERSION};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

/// Tell what is installed and what each part enables
///
/// Nothing but the program itself is needed to verify; what is missing is told with what it would be good for. The exit code is 0.
#[derive(Args)]
pub struct Arguments {
    /// Text for people, or an object for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// A part, whether it is there, and what for.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    /// Its version or place; none if it is missing.
    found: Option<String>,
    enables: &'static str,
    /// What the text says if there is none.
    #[serde(skip)]
    absent: &'static str,
}

/// A program that may be installed.
struct Tool {
    name: &'static str,
    /// Names of the executable; the first that is found counts.
    executables: &'static [&'static str],
    enables: &'static str,
}

/// What the text says of a part that is not there.
const MISSING: &str = "missing";

const TOOLS: [Tool; 5] = [
    Tool {
        name: "C compiler",
        executables: &["cc", "gcc", "clang"],
        enables: "building GMP and MPFR, the first time the program is built",
    },
    Tool { name: "m4", executables: &["m4"], enables: "building GMP; `make` installs it if it is missing" },
    Tool {
        name: "browser",
        executables: &["chromium", "chromium-browser", "google-chrome", "chrome"],
        enables: "the test that opens the HTML report in a real browser",
    },
    Tool {
        name: "Python",
        executables: &["python3"],
        enables: "making checkpoints with the scripts in examples/pytorch; reading them needs none",
    },
    Tool { name: "Coq", executables: &["coqc", "rocq"], enables: "checking the theorems in proofs/coq: `make proofs`" },
];

/// Looks around and reports.
///
/// # Errors
/// If the report cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let parts = parts();
    let text = match arguments.format {
        Format::Json => {
            let document = serde_json::json!({"schema_version": SCHEMA_VERSION, "parts": parts});
            format!("{document:#}\n")
        }
        Format::Text => text(&parts, output::width()),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

/// The parts, and in a sentence what is missing.
fn text(parts: &[Part], width: usize) -> String {
    let mut text = String::new();
    for Part { name, found, enables, absent } in parts {
        text += &hanging(&format!("{name}: {}", found.as_deref().unwrap_or(absent)), width, "");
        text += &paragraph(enables, width, "    ");
    }
    let is_missing = |part: &&Part| part.found.is_none() && part.absent == MISSING;
    let missing: Vec<&str> = parts.iter().filter(is_missing).map(|part| part.name).collect();
    let beyond = if missing.is_empty() {
        "so is everything else".to_owned()
    } else {
        format!("of what enables more there is no {}", missing.join(", no "))
    };
    text + "\n" + &hanging(&format!("All that verification needs is there; {beyond}."), width, "")
}

fn parts() -> Vec<Part> {
    let Libraries { gmp, mpfr } = Libraries::linked();
    let cores = thread::available_parallelism().map(|cores| cores.to_string()).ok();
    let mut parts = vec![
        Part {
            name: "equipartition",
            found: Some(env!("CARGO_PKG_VERSION").to_owned()),
            enables: "verification in the rationals, in intervals and up to 4096 bits",
            absent: MISSING,
        },
        Part { name: "GMP", found: Some(format!("{gmp}, linked in")), enables: "exact rationals", absent: MISSING },
        Part {
            name: "MPFR",
            found: Some(format!("{mpfr}, linked in")),
            enables: "floats and intervals of any precision",
            absent: MISSING,
        },
        Part {
            name: "cores",
            found: cores,
            enables: "as many threads, unless --jobs says otherwise",
            absent: "not known",
        },
        Part {
            name: "settings",
            found: settings(),
            enables: "what `verify` takes where its command line says nothing",
            absent: "no equipartition.toml here or above, and none is needed",
        },
    ];
    let part = |tool: &Tool| Part { name: tool.name, found: find(tool), enables: tool.enables, absent: MISSING };
    parts.extend(TOOLS.iter().map(part));
    parts
}

/// The nearest file of settings.
fn settings() -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let mut candidates = here.ancestors().map(|directory| directory.join(configuration::FILE_NAME));
    candidates.find(|path| path.is_file()).map(|path| path.display().to_string())
}

/// What an executable says of its version, or its place if it says nothing.
fn find(tool: &Tool) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let places =
        |name: &&str| std::env::split_paths(&path).map(|directory| directory.join(name)).collect::<Vec<PathBuf>>();
    let place = tool.executables.iter().flat_map(places).find(|place| place.is_file())?;
    let asked = Command::new(&place).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok();
    let answer = asked.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned()).unwrap_or_default();
    let line = answer.lines().next().map(str::trim).filter(|line| !line.is_empty());
    Some(line.map_or_else(|| place.display().to_string(), str::to_owned))
}
