//! Closed forms: what a claim says in a formula of few numbers, as a function.
//!
//! Claims check them, observations draw them beside what descent did, and an inspection predicts by them: each formula stands here once.
//!
//! | module | claims | formula |
//! |---|---|---|
//! | [`volume`] | `noise-equilibrium/charge-volume` | what a step multiplies the parameter volume of a linear pair by |
//! | [`batches`] | `noise-equilibrium/sde-gap` | the noise of batches, and where it leads on an orbit |
//! | [`saddle`] | `mirror/attracting-saddle` | the window of step sizes in which a saddle attracts |
//! | [`escape`] | `mirror/learning-order` | how fast a mode leaves its saddle |
//! | [`friction`] | `cosmology/exact-scheme`, `cosmology/critical-damping` | momentum as a field with friction, and where either oscillates |
//! | [`features`] | `starvation/two-features`, `starvation/spectral-decoupling` | the optimum of a linearised network under both penalties |
//! | [`gas`] | `ideal-gas/equation-of-state`, `turning-angle` | radius and angle of scale-invariant weights |

pub mod batches;
pub mod escape;
pub mod features;
pub mod friction;
pub mod gas;
pub mod saddle;
pub mod volume;

use crate::scalar::Field;

/// The part of the parameters that a step leaves of them, `c = 1 - 2 eta gamma`.
pub fn kept<T: Field>(learning_rate: &T, weight_decay: &T) -> T {
    T::one() - T::integer(2) * learning_rate * weight_decay
}
