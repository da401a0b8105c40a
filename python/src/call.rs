//! The command line, called from Python.

use crate::arrays::{Named, checkpoint};
use equipartition::cli::{self, Answer, Exit};
use equipartition::theories;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Between two looks for Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(20);
/// As much as a main thread has.
const STACK: usize = 8 << 20;
/// How long an interrupted run may take to stop by itself.
const FAREWELL: Duration = Duration::from_secs(2);

/// Runs a command line; the first word is the program's name. Returns exit code, standard output and standard error.
///
/// `held` has arrays that `inspect` is to read instead of files of these names. The work is done on a thread of its own, without the interpreter's lock. An
/// interrupt raises what Python's handler raises; `verify`, and what reads arrays, then end soon, other commands when they are done, unheard.
#[pyfunction]
pub fn answer(py: Python<'_>, arguments: Vec<OsString>, held: Vec<Named<'_>>) -> PyResult<(u8, String, String)> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let held = held.into_iter().map(|named| checkpoint(named, &interrupted)).collect::<PyResult<Vec<_>>>()?;
    let (send, receive) = mpsc::channel();
    let receive = Mutex::new(receive);
    // Without the interpreter's lock.
    let listen = |time| py.detach(|| receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time));
    let flag = Arc::clone(&interrupted);
    let work = move || {
        let Answer { exit, output, messages } = cli::answer_about(theories::ALL, arguments, held, flag);
        // Nobody listens after an interrupt.
        let _ = send.send((exit as u8, output, messages));
    };
    let failed = |error: &dyn std::fmt::Display| PyRuntimeError::new_err(format!("no thread can be started: {error}"));
    thread::Builder::new().stack_size(STACK).spawn(work).map_err(|error| failed(&error))?;
    loop {
        match listen(PATIENCE) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => {}
            // The command line turns panics into exit codes; this would be one of its own.
            Err(RecvTimeoutError::Disconnected) => {
                return Ok((Exit::Internal as u8, String::new(), "internal error: a panic".to_owned()));
            }
        }
        if let Err(raised) = py.check_signals() {
            interrupted.store(true, Ordering::Relaxed);
            let _ = listen(FAREWELL);
            return Err(raised);
        }
    }
}

/// The command itself, with the process's own streams and signals.
#[pyfunction]
pub fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| cli::main_with(theories::ALL, arguments) as u8)
}
