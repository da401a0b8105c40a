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

pub use balance::QuadraticBalance;
pub use saturating::ExchangeOfUnits;

use equipartition::claim::{Analytic, Claim};
use equipartition::theory::Theory;

/// Its claims.
pub const CLAIMS: &[&dyn Claim] = &[&QuadraticBalance, &Analytic(ExchangeOfUnits)];

/// The theory, for the command line.
pub static THEORY: Theory = Theory {
    name: "own",
    title: "A quadratic unit, and two that are interchangeable",
    references: &[],
    proofs: &[("own", include_str!("../proofs.md"))],
    claims: &[CLAIMS],
};

// The claims under the ordinary harness: `cargo test quadratic_balance`.
#[cfg(test)]
mod tests {
    use super::*;
    use equipartition::testing::Suite;

    equipartition::claim_tests! {
        quadratic_balance: &QuadraticBalance,
        exchange_of_units: &Analytic(ExchangeOfUnits),
    }

    mod at_128_bits {
        use super::*;

        equipartition::claim_tests! {
            in Suite::new().seed(7).precision(128).instances(16);
            exchange_of_units: &Analytic(ExchangeOfUnits),
        }
    }
}
