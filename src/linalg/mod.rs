//! The only door to decompositions.

pub mod exact;
