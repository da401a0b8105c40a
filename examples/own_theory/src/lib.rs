//! A model of one's own, two claims about it, and their tests: a theory outside of equipartition.
//!
//! The model is `f(x) = u . phi(V x)` in its smallest form, with `phi(a) = a^2`: one hidden unit,
//!
//! ```text
//! l(u, v; x, y) = (u (v . x)^2 - y)^2
//! ```
//!
//! The loss stays as it is under `v -> a v`, `u -> a^-2 u`. So at every stationary point of the entropic loss the
//! gradients of `u` and `v` are in balance, two of `u`'s for one of `v`'s.

mod balance;
mod saturating;

pub use balance::QUADRATIC_BALANCE;
pub use saturating::EXCHANGE_OF_UNITS;

use equipartition::verify::Claim;
use equipartition::verify::{Lemmas, Theory};

/// Its claims.
pub const CLAIMS: &[&Claim] = &[&QUADRATIC_BALANCE, &EXCHANGE_OF_UNITS];

/// The theory, for the command line.
pub static THEORY: Theory = Theory {
    name: "own",
    title: "A quadratic unit, and two that are interchangeable",
    references: &[],
    proofs: &[("own", include_str!("../proofs.md"))],
    lemmas: Lemmas::NONE,
    claims: &[CLAIMS],
    file: None,
};

// The claims under the ordinary harness: `cargo test quadratic_balance`.
#[cfg(test)]
mod tests {
    use super::*;
    use equipartition::testing::Suite;

    equipartition::claim_tests! {
        quadratic_balance: &QUADRATIC_BALANCE,
        exchange_of_units: &EXCHANGE_OF_UNITS,
    }

    mod at_128_bits {
        use super::*;

        equipartition::claim_tests! {
            in Suite::new().seed(7).precision(128).instances(16);
            exchange_of_units: &EXCHANGE_OF_UNITS,
        }
    }
}
