//! Descent as it is run: trajectories, and what is measured along them.

pub mod dead;
pub mod observation;
pub mod rescaling;
pub mod statistics;
pub mod training;
