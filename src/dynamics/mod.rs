//! Dynamics: descent as it is run, step by step and exactly, and what is measured along a run.
//!
//! | module | concept |
//! |---|---|
//! | [`flow`] | flows integrated to the full precision of any scalar |
//! | [`steps`] | one step of an optimiser on one sample, exact in any field where no square root is needed |
//! | [`training`] | seeded runs in doubles with label noise and weight decay |
//! | [`rescaling`] | the charges of rescalings along a run |
//! | [`charges`] | quadratic charges averaged along a long run |
//! | [`dead`] | neurons that no sample activates |
//! | [`observation`] | the balance of gradients watched along a run |
//! | [`representation`] | the representations and the sharpness of deep linear networks watched along a run |
//! | [`ensemble`] | many paths seen at one time |
//! | [`batches`] | batches without replacement, and descent along them |
//! | [`imbalance`] | two layers that forget their imbalance, and the equilibrium of batches |
//! | [`escape`] | the way of a mode out of its saddle |
//! | [`saddles`] | modes that leave a saddle, and a saddle that attracts |
//! | [`friction`] | descent with momentum beside the field with friction |
//! | [`features`] | features under weight decay and under spectral decoupling |
//! | [`gas`] | the norm of scale-invariant weights in three regimes |
//! | [`refusal`] | why a run cannot be made |
//! | [`valley`] | descent along a valley of minima, beside the flows of both losses |

pub mod batches;
pub mod charges;
pub mod dead;
pub mod ensemble;
pub mod escape;
pub mod features;
pub mod flow;
pub mod friction;
pub mod gas;
pub mod imbalance;
pub mod observation;
pub mod refusal;
pub mod representation;
pub mod rescaling;
pub mod saddles;
pub mod steps;
pub mod training;
pub mod valley;

pub use steps::{Adam, Moments, adam_step, decoupled_decay_step, heavy_ball_step, sgd_step};
