//! Dynamics: descent as it is run, step by step and exactly, and what is measured along a run.
//!
//! | module | concept |
//! |---|---|
//! | [`steps`] | one step of an optimiser on one sample, exact in any field |
//! | [`training`] | seeded runs in doubles with label noise and weight decay |
//! | [`rescaling`] | the charges of rescalings along a run |
//! | [`dead`] | neurons that no sample activates |
//! | [`statistics`] | means of correlated series with honest confidence intervals |
//! | [`observation`] | the balance of gradients watched along a run |

pub mod dead;
pub mod observation;
pub mod rescaling;
pub mod statistics;
pub mod steps;
pub mod training;

pub use steps::{decoupled_decay_step, heavy_ball_step, sgd_step};
