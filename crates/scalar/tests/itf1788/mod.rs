//! The conformance suite ITF1788: found in the sources of the `inari` crate, read as text, evaluated on our intervals.

pub mod evaluate;
pub mod locate;
pub mod syntax;
