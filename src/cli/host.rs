//! A program that runs the command line in its own process and reads what it says.
//!
//! What is captured is what the calling thread prints; every command prints its document there.

use super::{Exit, main_with, visible};
use crate::checkpoint::Checkpoint;
use crate::verify::theory::Theory;
use std::cell::RefCell;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub exit: Exit,
    /// What it would have written to standard output, without colours.
    pub output: String,
    /// What it would have written to standard error.
    pub messages: String,
}

struct Host {
    output: String,
    messages: String,
    interrupted: Arc<AtomicBool>,
    checkpoints: Vec<Checkpoint>,
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// Runs a command line as [`main_with`] does, and returns what it would have printed. The first of the arguments is the program's name, as
/// always.
///
/// Of `interrupted` a run of `verify` takes notice: it reports what is finished. Nothing handles Ctrl-C, and nothing is kept for `--last-failed`.
///
/// ```
/// use equipartition::cli::{self, Exit};
///
/// let arguments = ["equipartition", "list", "balance/neuron"].map(Into::into);
/// let answer = cli::answer(equipartition::theories::ALL, arguments, Default::default());
/// assert_eq!(answer.exit, Exit::Success);
/// assert!(answer.output.contains("balance/neuron") && answer.messages.is_empty());
/// ```
pub fn answer(
    theories: &[&Theory<'_>],
    arguments: impl IntoIterator<Item = OsString>,
    interrupted: Arc<AtomicBool>,
) -> Answer {
    answer_about(theories, arguments, Vec::new(), interrupted)
}

/// The same where `inspect` takes these checkpoints, such as [arrays of the process](Checkpoint::of_arrays), for the files of their names.
pub fn answer_about(
    theories: &[&Theory<'_>],
    arguments: impl IntoIterator<Item = OsString>,
    checkpoints: Vec<Checkpoint>,
    interrupted: Arc<AtomicBool>,
) -> Answer {
    let host = Host { output: String::new(), messages: String::new(), interrupted, checkpoints };
    let before = HOST.replace(Some(host));
    let exit = main_with(theories, arguments);
    let Some(Host { output, messages, .. }) = HOST.replace(before) else {
        return Answer { exit: Exit::Internal, output: String::new(), messages: String::new() };
    };
    Answer { exit, output, messages }
}

/// The host's checkpoint of this name, if it has one.
pub(super) fn checkpoint(name: &Path) -> Option<Checkpoint> {
    HOST.with_borrow(|host| host.as_ref()?.checkpoints.iter().find(|held| held.path() == name).cloned())
}

/// Takes what goes to standard output; false if there is no host to take it.
pub(super) fn takes_output(text: &str) -> bool {
    take(text, |host| &mut host.output)
}

/// Takes what goes to standard error.
pub(super) fn takes_message(text: &str) -> bool {
    take(text, |host| &mut host.messages)
}

fn take(text: &str, stream: impl Fn(&mut Host) -> &mut String) -> bool {
    // While a thread ends, or if this is called from within itself, there is no host.
    let taken = HOST.try_with(|host| {
        let mut host = host.try_borrow_mut().ok()?;
        let plain = anstream::adapter::strip_str(text).to_string();
        stream(host.as_mut()?).push_str(&visible::report(&plain));
        Some(())
    });
    taken.ok().flatten().is_some()
}

/// The flag by which a host interrupts; none if there is no host.
pub(super) fn interruption() -> Option<Arc<AtomicBool>> {
    HOST.with_borrow(|host| host.as_ref().map(|host| Arc::clone(&host.interrupted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Array, Element};
    use crate::theories;

    fn ask(words: &[&str]) -> Answer {
        let arguments = std::iter::once("name").chain(words.iter().copied()).map(OsString::from);
        answer(theories::ALL, arguments, Arc::default())
    }

    #[test]
    fn a_refusal_is_taken_from_either_stream() {
        let refused = ask(&["explain", "no/such-claim", "--format", "json"]);
        assert_eq!(refused.exit, Exit::Usage);
        assert!(refused.messages.contains("no/such-claim"), "{refused:?}");
        let document: serde_json::Value = serde_json::from_str(&refused.output).expect("JSON");
        assert_eq!(document["error"]["exit_code"], 2);
        // What the parser of the command line refuses, and its help.
        let refused = ask(&["verify", "--no-such-option"]);
        assert!(refused.exit == Exit::Usage && refused.messages.contains("--no-such-option"), "{refused:?}");
        let help = ask(&["--help"]);
        assert!(help.exit == Exit::Success && help.output.contains("Usage: "), "{help:?}");
        assert_eq!(interruption().map(|_| ()), None, "nobody is left listening");
    }

    /// The elements of a file as the process could hold them.
    fn held(file: &str, name: &str) -> Checkpoint {
        let file = Checkpoint::open(Path::new(file)).expect("a checkpoint");
        let arrays = file.names().map(|tensor| {
            let of = file.tensor(tensor).expect("it has a name");
            let mut numbers = vec![0.0; of.len()];
            file.stream(tensor).and_then(|mut stream| stream.read(&mut numbers)).expect("numbers");
            assert_eq!(of.element, Ok(Element::F32));
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| (*number as f32).to_le_bytes()).collect();
            (tensor.to_owned(), Array { shape: of.shape.clone(), element: Element::F32, bytes: Arc::new(bytes) })
        });
        Checkpoint::of_arrays(name, arrays).expect("they fit")
    }

    #[test]
    fn an_inspection_of_arrays_is_that_of_their_files() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pytorch/checkpoints/");
        let [weights, gradients] =
            ["mlp.safetensors", "mlp.gradients.safetensors"].map(|name| format!("{folder}{name}"));
        let words = |weights: &str, gradients: &str| {
            let words = [
                "name",
                "inspect",
                weights,
                "--laws",
                "mlp",
                "--gradients",
                gradients,
                "--format",
                "json",
                "--members",
            ];
            words.map(OsString::from)
        };
        let of_files = answer(theories::ALL, words(&weights, &gradients), Arc::default());
        let checkpoints = vec![held(&weights, "parameters"), held(&gradients, "gradients")];
        let of_arrays = answer_about(theories::ALL, words("parameters", "gradients"), checkpoints, Arc::default());
        assert_eq!((of_files.exit, of_arrays.exit), (Exit::Success, Exit::Success), "{of_arrays:?}");
        let renamed = of_files.output.replace(&gradients, "gradients").replace(&weights, "parameters");
        assert_eq!(of_arrays.output, renamed);
        // Nobody else has them.
        assert_eq!(ask(&["inspect", "parameters", "--list"]).exit, Exit::MissingInput);
    }

    #[test]
    fn an_interrupted_run_reports_that_it_is_undecided() {
        let flag = Arc::new(AtomicBool::new(true));
        let words = ["name", "verify", "balance/neuron", "--quiet", "--no-config", "--format", "json"];
        let answer = answer(theories::ALL, words.map(OsString::from), flag);
        assert_eq!(answer.exit, Exit::Undecided, "{answer:?}");
    }
}
