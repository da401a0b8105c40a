//! The norm of scale-invariant weights in three regimes, and how it escapes.
//!
//! The first layer of a leaky ReLU network learns the handwritten digits, pooled to 4x4, through weights that are normalised: it is `s theta / r` with a fixed `s`. The last layer
//! is fixed. The loss does not change with the length `r` of the weights that learn, so `theta^T g = 0`, and a step `theta' = c theta - eta g` is a right triangle. With `rho = r |g|` three regimes are run
//! until they are stationary, at several rates: a fixed rate, a fixed effective rate `eta = eps r^2`, and a fixed sphere on which `r` is reset. Measured are the
//! turning angle `delta` of a step and `Z = p V / (R T)`, beside the exact curves of `ideal-gas/turning-angle` and `ideal-gas/equation-of-state`. What holds
//! whatever `rho` does, in the mean over a stationary state, is measured too:
//!
//! ```text
//! fixed rate:            E ln cos delta = ln(1 - 2 eta gamma),      (1 - eta gamma) E[p V] = E[R T]
//! fixed effective rate:  E ln cos delta = E ln(1 - x),              E[x p V (1 - x/2)] = E[x R T],   x = 2 eps gamma r^2
//! fixed sphere:          E ln cos delta = -1/2 E ln(1 + (eps rho)^2)
//! ```
//!
//! Last, chains `x' = x ((1 - x)^2 + (eps rho)^2)` with isotropic normal noise in dimension three, and with noise of two values, run at a fixed effective rate until
//! they are beyond 2, from where `ideal-gas/runaway` says that none comes back.

mod chains;
mod path;
mod state;

pub use chains::{CHAINS, Chains, RECORDS, TWO_VALUES};
pub use path::{HIDDEN, STARTS, WAY, Way};
pub use state::{Regime, Seen, State, exact_factor};

use self::path::Laboratory;
use super::refusal::{Refusal, require};
use crate::data::Sample;
use crate::data::digits::{self, Digit};
use rayon::prelude::*;

/// The way to the steady radius is watched at this first-order angle.
const WATCHED: f64 = 0.1;
/// Fewer steps leave too little in a group.
pub const FEWEST_STEPS: u64 = 2000;

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Steps of every state, of which the second half is stationary.
    pub steps: u64,
    /// Samples of a batch.
    pub batch: usize,
    /// Chains of each kind.
    pub chains: usize,
    /// Their steps at most.
    pub chain_steps: usize,
    /// Seed of everything.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { steps: 20_000, batch: 16, chains: 2000, chain_steps: 3000, seed: 0 }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        let steps = (FEWEST_STEPS..=1_000_000_000).contains(&self.steps);
        require(steps, "the number of steps", &self.steps, "2000 to 10^9")?;
        require((1..=1024).contains(&self.batch), "the batch size", &self.batch, "1 to 1024")?;
        require((10..=1_000_000).contains(&self.chains), "the number of chains", &self.chains, "10 to 10^6")?;
        let steps = (RECORDS..=10_000_000).contains(&self.chain_steps);
        require(steps, "the number of a chain's steps", &self.chain_steps, "150 to 10^7")
    }

    /// The steps of all states and ways.
    pub fn work(&self) -> u64 {
        let states: usize = Regime::ALL.iter().map(|regime| regime.angles().len()).sum();
        states as u64 * self.steps + (2 * STARTS.len() * WAY) as u64
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// Images in the data set.
    pub samples: usize,
    /// `d`, the parameters that learn.
    pub dimension: usize,
    /// Regime by regime, with rising rates.
    pub states: Vec<State>,
    /// At a fixed rate and at a fixed effective rate, from the [`STARTS`].
    pub ways: Vec<Way>,
    /// Normal noise, then noise of two values, with rising sizes.
    pub chains: Vec<Chains>,
}

/// Runs everything, on the threads of the current pool. `progress` is told of steps as they are done, [`Settings::work`] in all.
///
/// The result depends on the settings only.
///
/// # Errors
/// [`Refusal`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let samples: Vec<Sample<f64>> = digits::handwritten()?.iter().map(Digit::pooled).collect();
    let laboratory = Laboratory::new(settings.steps, settings.batch, settings.seed, &samples);
    let mut plans = Vec::new();
    for regime in Regime::ALL {
        plans.extend(regime.angles().iter().map(|&angle| (regime, angle)));
    }
    let state = |(number, &(regime, angle)): (usize, &(Regime, f64))| {
        let state = laboratory.state(regime, angle, number);
        progress(settings.steps);
        state
    };
    let states: Vec<State> = plans.par_iter().enumerate().map(state).collect();
    let mut ways = Vec::new();
    for regime in [Regime::FixedRate, Regime::FixedEffectiveRate] {
        let steady = plans.iter().position(|plan| *plan == (regime, WATCHED)).map(|place| &states[place]);
        ways.extend((0..STARTS.len()).filter_map(|start| laboratory.way(steady?, start)));
        progress((STARTS.len() * WAY) as u64);
    }
    let kinds: Vec<(bool, f64)> = [true, false].iter().flat_map(|&normal| CHAINS.map(|size| (normal, size))).collect();
    let &Settings { seed, chains, chain_steps, .. } = settings;
    let of_kind = |&(is_normal, size): &(bool, f64)| chains::chains(seed, chains, chain_steps, is_normal, size);
    let chains = kinds.par_iter().map(of_kind).collect();
    let dimension = laboratory.learns.len();
    Ok(Observation { settings: settings.clone(), samples: samples.len(), dimension, states, ways, chains })
}
