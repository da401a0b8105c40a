//! The command line: one file per subcommand.
//!
//! A command returns an [`Exit`] or a [`Failure`]; only here do they become messages and the process's exit code.

mod baseline;
mod check;
mod completions;
mod configuration;
mod discover;
mod doctor;
mod eval;
mod explain;
mod failure;
mod host;
mod inspect;
mod last_failed;
mod limits;
mod list;
mod manual;
mod merge;
mod new;
mod observe;
mod outlet;
mod output;
mod progress;
mod question;
mod relate;
mod replay;
mod resume;
mod schema;
mod selection;
mod text_file;
mod theory_files;
mod verify;

use crate::{suggest, visible};
pub use failure::{Exit, Failure};
pub use host::{Answer, answer, answer_about};

use crate::formula::file::TheoryFile;
use crate::scalar::MENU;
use crate::theories;
use crate::verify::theory::{Theories, Theory};
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

/// Checks deep-learning theory: entropic loss, symmetry and gradient balance, exactly in the rationals and at any
/// precision.
#[derive(Parser)]
#[command(name = "equipartition", version, after_help = EXIT_CODES)]
struct CommandLine {
    /// Colours on a terminal, always, or never; without it NO_COLOR and CLICOLOR_FORCE count
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
    /// Read this theory of formulas and speak of its claims too; as often as needed
    #[arg(long, global = true, value_name = "THEORY.toml")]
    theory: Vec<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// What a command line asks for, even one that cannot be parsed.
    fn of(arguments: &[OsString]) -> Self {
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
        let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
        let apart = words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| &*pair[1]);
        joined.chain(apart).last().and_then(|name| Color::from_str(name, false).ok()).unwrap_or_default()
    }

    /// Makes it so for everything that is written.
    fn apply(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0   every selected claim holds, or the command did what was asked
  1   a claim is refuted, vacuous or powerless, or weaker than the baseline
  2   wrong usage, unknown claim in `explain` or `replay`
  3   a claim is undecided, none is worse
  4   no claim matches a prefix, or none applies to the model
  65  malformed or inconsistent data
  66  an input file does not exist
  70  internal error
  74  reading or writing failed
  78  a file of settings says something wrong";

#[derive(Subcommand)]
enum Command {
    Verify(verify::Arguments),
    Check(check::Arguments),
    Relate(relate::Arguments),
    Merge(merge::Arguments),
    List(list::Arguments),
    Explain(explain::Arguments),
    Replay(replay::Arguments),
    New(new::Arguments),
    Eval(eval::Arguments),
    Discover(discover::Arguments),
    Observe(observe::Arguments),
    Inspect(inspect::Arguments),
    Schema(schema::Arguments),
    Doctor(doctor::Arguments),
    Completions(completions::Arguments),
    Manual(manual::Arguments),
}

/// Text for people, JSON for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

impl Command {
    fn run(self, theories: Theories, files: &[TheoryFile]) -> Result<Exit, Failure> {
        match self {
            Command::Verify(arguments) => verify::run(&arguments, theories, files),
            Command::Check(arguments) => check::run(&arguments),
            Command::Relate(arguments) => relate::run(&arguments),
            Command::Merge(arguments) => merge::run(&arguments, theories),
            Command::List(arguments) => list::run(&arguments, theories),
            Command::Explain(arguments) => explain::run(&arguments, theories),
            Command::Replay(arguments) => replay::run(&arguments, theories),
            Command::New(arguments) => new::run(&arguments),
            Command::Eval(arguments) => eval::run(&arguments),
            Command::Discover(arguments) => discover::run(&arguments),
            Command::Observe(arguments) => observe::run(&arguments),
            Command::Inspect(arguments) => inspect::run(&arguments),
            Command::Schema(arguments) => schema::run(&arguments),
            Command::Doctor(arguments) => doctor::run(&arguments),
            Command::Completions(arguments) => completions::run(&arguments, theories),
            Command::Manual(arguments) => manual::run(&arguments),
        }
    }

    /// The theories that are named where claims could be.
    fn theory_files(&self) -> Vec<PathBuf> {
        match self {
            Command::Verify(arguments) => arguments.theory_files(),
            _ => Vec::new(),
        }
    }

    /// With the claims of these files where the files are named.
    fn of_claims(self, files: &[TheoryFile]) -> Self {
        match self {
            Command::Verify(arguments) => Command::Verify(arguments.of_claims(files)),
            other => other,
        }
    }

    fn wants_json(&self) -> bool {
        match self {
            Command::Verify(arguments) => arguments.outlet.wants_json(),
            Command::Check(arguments) => arguments.question.format == question::Format::Json,
            Command::Relate(arguments) => arguments.question.format == question::Format::Json,
            Command::Merge(arguments) => arguments.outlet.wants_json(),
            Command::List(arguments) => arguments.format == Format::Json,
            Command::Explain(arguments) => arguments.format == explain::Format::Json,
            Command::Replay(arguments) => arguments.format == replay::ReplayFormat::Json,
            Command::Eval(_) | Command::Schema(_) => true,
            Command::Discover(arguments) => arguments.format == question::Format::Json,
            Command::Doctor(arguments) => arguments.format == Format::Json,
            Command::New(_) | Command::Observe(_) | Command::Completions(_) | Command::Manual(_) => false,
            Command::Inspect(arguments) => arguments.format == Format::Json,
        }
    }
}

/// Runs the command line, tells what went wrong, and returns the exit code. A panic becomes [`Exit::Internal`].
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    main_with(theories::ALL, arguments)
}

/// The same for the theories of another crate, which may be beside [the theory of this crate](theories::neural_thermodynamics::THEORY) or not: `verify`, `list`, `explain`, `replay`,
/// `merge`, baselines and reports speak of them and of nothing else.
///
/// ```no_run
/// use equipartition::verify::{Lemmas, Theory};
///
/// static MINE: Theory = Theory { name: "mine", title: "My theory", references: &[], proofs: &[], lemmas: Lemmas::NONE, claims: &[], file: None };
///
/// fn main() -> std::process::ExitCode {
///     equipartition::cli::main_with(&[&MINE], std::env::args_os()).into()
/// }
/// ```
pub fn main_with(theories: &[&Theory<'_>], arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let theories = Theories(theories);
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    Color::of(&arguments).apply();
    PROGRAM.set(arguments.first().cloned());
    if let Some(fault) = theories.faults().first() {
        let failure = Failure::Internal(fault.clone());
        report(&failure, false);
        return failure.exit();
    }
    let (command, mut files) = match parse(&arguments) {
        Ok(CommandLine { command, theory, .. }) => (command, theory),
        Err(error) => return refuse(&arguments, &error),
    };
    let json = command.wants_json();
    panic::set_hook(Box::new(move |info| {
        if let Some(place) = info.location() {
            output::complain(&format!("panic at {place}"));
        }
        // A build that does not unwind, as the release is, cannot go on to say more: `guarded` sees nothing of it.
        if cfg!(panic = "abort") {
            let failure = of_panic(info.payload());
            output::remove_pending_files();
            report(&failure, json);
            std::process::exit(failure.exit() as i32);
        }
    }));
    work_without_threads();
    files.extend(command.theory_files());
    let run = || {
        let files = theory_files::read(&files)?;
        let command = command.of_claims(&files);
        theory_files::with(theories, &files, |theories| command.run(theories, &files))
    };
    guarded(run).unwrap_or_else(|failure| {
        report(&failure, json);
        failure.exit()
    })
}

/// Help is wrapped to the page, which may be this wide.
const WIDEST_HELP: usize = 100;

/// With options, and places for numbers, that take `-1` for a value and no option: what refuses it then says what it expects.
fn with_negative_numbers(command: clap::Command) -> clap::Command {
    let numbers =
        [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>(), TypeId::of::<f64>()];
    let takes = |argument: &clap::Arg| {
        let of = argument.get_value_parser().type_id();
        let is_number = numbers.into_iter().any(|number| of == number);
        argument.get_action().takes_values() && (!argument.is_positional() || is_number)
    };
    command
        .mut_args(|argument| if takes(&argument) { argument.allow_negative_numbers(true) } else { argument })
        .mut_subcommands(with_negative_numbers)
}

/// Reads a command line.
fn parse(arguments: &[OsString]) -> Result<CommandLine, clap::Error> {
    let command = CommandLine::command().term_width(output::width().min(WIDEST_HELP));
    let mut command = with_negative_numbers(command);
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    CommandLine::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Where no thread can be started, the calling one does the work; it is tried with a pool of its own, because the common one is made once.
fn work_without_threads() {
    if rayon::ThreadPoolBuilder::new().build().is_err() {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    }
}

/// What `work` returns; if it panics, a failure that carries the message.
fn guarded(work: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(of_panic(&*payload)))
}

/// The failure that a panic with this payload is.
fn of_panic(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    Failure::Internal(text.unwrap_or("a panic without a message").to_owned())
}

/// A person reads the message on standard error; a program that asked for JSON finds it on standard output.
fn report(failure: &Failure, json: bool) {
    output::complain(&visible::message(&format!("error: {failure}")));
    if json {
        let _ = output::print(&format!("{}\n", failure.to_json(None)));
    }
}

/// What the parser of the command line refuses; help and version are not refusals.
fn refuse(arguments: &[OsString], error: &clap::Error) -> Exit {
    let takes = if error.use_stderr() { host::takes_message } else { host::takes_output };
    let said = in_words(error);
    let taken = takes(&said.clone().unwrap_or_else(|| error.to_string()));
    if taken && !error.use_stderr() {
        return Exit::Success;
    }
    if !error.use_stderr() {
        return match error.print().and_then(|()| io::stdout().flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let failure = Failure::writing("standard output", error);
                report(&failure, false);
                failure.exit()
            }
            _ => Exit::Success,
        };
    }
    if !taken {
        match &said {
            Some(text) => output::complain(&visible::message(text.trim_end())),
            None => _ = error.print(),
        }
    }
    if asks_for_json(arguments) {
        let text = said.unwrap_or_else(|| error.to_string());
        let message = text.strip_prefix("error: ").unwrap_or(&text);
        let message = message.split("\n\n").next().unwrap_or(message).trim();
        let _ = output::print(&format!("{}\n", Failure::Usage(message.to_owned()).to_json(None)));
    }
    Exit::Usage
}

/// What the standard library says of a text that is no number, in words that tell what was expected and what was found; none of other errors.
fn in_words(error: &clap::Error) -> Option<String> {
    let ContextValue::String(found) = error.get(ContextKind::InvalidValue)? else { return None };
    let text = error.to_string();
    let number = [
        ("invalid digit found in string", "a whole number"),
        ("number too large to fit in target type", "a smaller whole number"),
        ("invalid float literal", "a number"),
    ];
    let (words, expected) = number.into_iter().find(|(words, _)| text.contains(words))?;
    Some(text.replacen(words, &format!("expected {expected}, found `{found}`"), 1))
}

/// Whether JSON was asked for on a command line that could not be parsed.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    // The first word that names a command: an option of the whole program may stand before it.
    let command = words.iter().skip(1).find(|word| CommandLine::command().find_subcommand(word.as_ref()).is_some());
    command.is_some_and(|command| command == "eval")
        || words.iter().any(|word| ["--format=json", "-fjson", "-f=json"].contains(&word.as_ref()))
        || words.windows(2).any(|pair| ["--format", "-f"].contains(&pair[0].as_ref()) && pair[1] == "json")
}

thread_local! {
    /// The first word of the command line that this thread runs: in a program that hosts it not the process's.
    static PROGRAM: RefCell<Option<OsString>> = const { RefCell::new(None) };
}

/// How this program is called, for the commands that it prints: the name of its file.
fn program() -> String {
    let called = PROGRAM.with_borrow(Clone::clone).or_else(|| std::env::args_os().next());
    let name = called.as_deref().map(Path::new).and_then(Path::file_stem);
    name.map_or_else(|| "equipartition".to_owned(), |name| visible::line(&name.to_string_lossy()).into_owned())
}

/// The sizes of the menu in words.
fn menu() -> String {
    let sizes = MENU.map(|bits| bits.to_string());
    let (last, others) = sizes.split_last().expect("the menu has sizes");
    format!("{} or {last}", others.join(", "))
}

/// Reads a precision from the menu.
fn parse_precision(text: &str) -> Result<u32, String> {
    let bits = text.parse().ok().filter(|bits| MENU.contains(bits));
    bits.ok_or_else(|| format!("a precision is {} bits", menu()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error() {
        let failure = guarded(|| panic!("row {} is missing", 3)).expect_err("a panic is a failure");
        assert_eq!(failure.exit(), Exit::Internal);
        assert_eq!(failure.to_string(), "internal error: row 3 is missing");
        assert_eq!(failure.to_json(None)["error"]["exit_code"], 70);
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    /// Every option of `command` and of those below it, with the words that name the command.
    fn options(command: &clap::Command, words: &[String]) -> Vec<(Vec<String>, String)> {
        let named = command.get_arguments().filter(|argument| argument.get_action().takes_values());
        let longs = named.filter_map(clap::Arg::get_long).map(|long| (words.to_vec(), format!("--{long}")));
        let below = command
            .get_subcommands()
            .flat_map(|below| options(below, &[words, &[below.get_name().to_owned()]].concat()));
        longs.chain(below).collect()
    }

    #[test]
    fn no_negative_number_is_taken_for_another_option() {
        let all = options(&CommandLine::command(), &["equipartition".to_owned()]);
        assert!(all.len() > 100, "{}", all.len());
        let parsed = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            parse(&words).err()
        };
        for (words, option) in all {
            for number in ["-1", "-0.5"] {
                let line: Vec<&str> = words.iter().map(String::as_str).chain([option.as_str(), number]).collect();
                let kind = parsed(&line).map(|error| error.kind());
                assert_ne!(kind, Some(clap::error::ErrorKind::UnknownArgument), "{line:?}");
            }
        }
        for words in [&["x", "verify", "-n", "-1"], &["x", "verify", "-j", "-1"], &["x", "replay", "id", "-1"]] {
            let error = parsed(words).expect("a negative count");
            let message = in_words(&error).unwrap_or_else(|| error.to_string());
            assert!(message.contains("-1") && !message.contains("unexpected argument"), "{message}");
        }
    }
}
