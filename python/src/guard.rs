//! No panic goes through the boundary.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` returns; if it panics, an exception with the message.
pub fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Err(PyRuntimeError::new_err(format!("internal error: {}", text.unwrap_or("a panic without a message"))))
    })
}

/// Panics with this message, by which tests see what becomes of a panic.
#[pyfunction]
pub fn panic(message: &str) -> PyResult<()> {
    guarded(|| panic!("{message}"))
}
