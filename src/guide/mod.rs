//! The guide: five chapters, whose examples are compiled and run with the tests.
//!
//! | chapter | for whom |
//! |---|---|
//! | [`tutorial`] | who wants to check a statement of their own: from a formula on paper to a claim that is attacked |
//! | [`evidence`] | who reads a report: what each word in it shows, and what a green run does not prove |
//! | [`claims`] | who looks for a statement: all of them, with their hypotheses, as formulas |
//! | [`library`] | who wants claims as tests of their own crate, or a command line for them |
//! | [`architecture`] | who wants to change something: what is where, and why |
//!
//! [`evidence`], [`library`] and [`architecture`] are pages of the book in `docs/`, which describes the commands. Decisions are in DESIGN.md,
//! what is asked of a new claim in CONTRIBUTING.md, and every claim is proven in `proofs/`.

#[doc = include_str!("tutorial.md")]
pub mod tutorial {}

#[doc = include_str!("../../docs/evidence.md")]
pub mod evidence {}

#[doc = include_str!("claims.md")]
pub mod claims {}

#[doc = include_str!("../../docs/library.md")]
pub mod library {}

#[doc = include_str!("../../docs/architecture.md")]
pub mod architecture {}
