//! Dynamics: descent as it is run, step by step and exactly, and what is measured along a run.
//!
//! | module | concept |
//! |---|---|
//! | [`escape`] | the way of a mode out of its saddle |
//! | [`flow`] | flows integrated to the full precision of any scalar |
//! | [`steps`] | one step of an optimiser on one sample, exact in any field where no square root is needed |
//! | [`training`] | seeded runs in doubles with label noise and weight decay |
//! | [`rescaling`] | the charges of rescalings along a run |
//! | [`charges`] | quadratic charges averaged along a long run |
//! | [`dead`] | neurons that no sample activates |
//! | [`observation`] | the balance of gradients watched along a run |
//! | [`representation`] | the representations and the sharpness of deep linear networks watched along a run |
//! | [`ensemble`] | many paths seen at one time |
//! | [`valley`] | descent along a valley of minima, beside the flows of both losses |

pub mod charges;
pub mod dead;
pub mod ensemble;
pub mod escape;
pub mod flow;
pub mod observation;
pub mod representation;
pub mod rescaling;
pub mod steps;
pub mod training;
pub mod valley;

pub use steps::{Adam, Moments, adam_step, decoupled_decay_step, heavy_ball_step, sgd_step};
