//! What the Python package has of the library: the command line with its answers as text, and laws fitted to shapes.
//!
//! Everything goes through [`equipartition::cli`], so that Python and the command line have the same documents, to the last digit.

mod arrays;
mod call;
mod guard;
mod laws;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("version", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(call::answer, module)?)?;
    module.add_function(wrap_pyfunction!(call::main, module)?)?;
    module.add_function(wrap_pyfunction!(laws::fitted, module)?)?;
    module.add_function(wrap_pyfunction!(guard::panic, module)?)?;
    Ok(())
}
