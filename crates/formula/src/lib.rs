//! The language of laws and models.
//!
//! A [`Model`] is the loss of a sample as a formula of declared parameters and data, a [`Law`] a relation between formulas of these, of
//! gradients, means, steps of descent and rates along flows. Both are parsed, their names resolved and their shapes checked by name, not by
//! size; every [`Fault`] has the bytes that it is about. Compiled for given sizes they become a [`Tape`]: a flat list of operations, on which
//! gradients are found by reverse accumulation and derivatives along a direction forwards, both as further operations. It is evaluated in any
//! [`Arithmetic`]; this crate has none of its own.
//!
//! ```
//! use equipartition_formula::{Arithmetic, CompiledLoss, Definitions, Model, Number, Signature, Sizes, Transcendental};
//!
//! struct Doubles;
//! impl Arithmetic for Doubles {
//!     type Value = f64;
//!     fn constant(&self, number: Number) -> f64 {
//!         number.numerator() as f64 / number.denominator() as f64
//!     }
//!     fn add(&self, a: &f64, b: &f64) -> f64 {
//!         a + b
//!     }
//!     fn multiply(&self, a: &f64, b: &f64) -> f64 {
//!         a * b
//!     }
//!     fn divide(&self, a: &f64, b: &f64) -> Option<f64> {
//!         Some(a / b)
//!     }
//!     fn negate(&self, a: &f64) -> f64 {
//!         -a
//!     }
//!     fn power(&self, a: &f64, exponent: i32) -> Option<f64> {
//!         Some(a.powi(exponent))
//!     }
//!     fn apply(&self, function: Transcendental, a: &f64) -> Option<f64> {
//!         match function {
//!             Transcendental::Tanh => Some(a.tanh()),
//!             // Its square is the slope of tanh.
//!             Transcendental::HyperbolicSecant => Some(1.0 / a.cosh()),
//!             _ => None,
//!         }
//!     }
//!     fn select(&self, a: &f64, b: &f64, then: &f64, otherwise: &f64) -> f64 {
//!         if a < b { *then } else { *otherwise }
//!     }
//! }
//!
//! let signature = Signature::parse("u, w[n]; data x[n], y; n in 1..3").unwrap();
//! let model = Model::new(signature, "(u tanh(w @ x) - y)^2", &Definitions::default()).unwrap();
//! let loss = CompiledLoss::new(&model, &Sizes::from([("n".to_owned(), 1)])).unwrap();
//! let values = loss.tape.evaluate(&Doubles, &[2.0, 0.0, 5.0, 1.0]).unwrap();
//! assert_eq!(values[loss.loss.place()], 1.0);
//! // d/dw = 2 (0 - 1) u x
//! assert_eq!(values[loss.gradient[1].place()], -20.0);
//! ```

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod check;
mod coefficient;
mod declaration;
mod derivative;
mod evaluate;
mod fault;
mod law;
mod layout;
mod lower;
mod notation;
mod number;
mod parse;
mod program;
mod shape;
mod split;
mod summands;
pub mod syntax;
mod tape;
mod terms;
mod text;
mod token;
mod turned;
mod typed;
pub mod vocabulary;

pub use check::{Bound, Definitions};
pub use coefficient::Coefficient;
pub use declaration::{Declaration, Domain, LARGEST, Signature, Size};
pub use evaluate::{Arithmetic, Undefined};
pub use fault::{Fault, nearest};
pub use law::{Assertion, Law, LawTerm, Model, Small, possible_sizes};
pub use layout::{Layout, Rates, Sizes, length};
pub use lower::{GenericLoss, TooLarge};
pub use number::Number;
pub use parse::{parse_expression, parse_statement};
pub use program::{CompiledLoss, CompiledRelation, Forces, Of, Program};
pub use shape::{Extent, Shape};
pub use summands::{Grain, Summand};
pub use tape::{Node, Operation, Place, Source, Tape, Transcendental};
pub use token::{DEEPEST, LONGEST};
pub use turned::Turn;
