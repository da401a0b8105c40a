//! `mirror/learning-order`: how long a mode of a diagonal linear network takes to leave its saddle.
//!
//! ```text
//! w' = w (1 + eta (s_z - w^D) w^(D-2)), w = eps at the start, T the first step with w^D >= kappa; as eps -> 0
//! D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s);   D >= 3: T eps^(D-2) -> 1 / ((D-2) eta E s)
//! ```
//!
//! This is descent on `(w_1 ... w_D - s_z)^2 / 2` from balanced weights with fresh samples `s_z`. Source: the question is that of [`HIERARCHY`].

use super::HIERARCHY;
use super::noiseless_escape::{Escape, LAW, Rate};
use super::noisy_escape::NoisyEscape;
use crate::instances::long_run;
use crate::instances::simulated::Simulated;
use crate::verify::{Claim, Independent, Part, Transcendental, control};

/// `mirror/learning-order`
pub static CLAIM: Claim = Claim {
    id: "mirror/learning-order",
    title: "how long a mode takes to leave its saddle",
    statement: "w' = w (1 + eta (s_z - w^D) w^(D-2)) from w = eps, T the first step with w^D >= kappa: as eps -> 0, D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s); D >= 3: T eps^(D-2) -> 1 / ((D-2) eta E s); in probability and in the mean; \
        without noise D = 2: ln(kappa^(1/2)/eps) <= T ln(1 + eta s) and (N - 1) ln(1 + eta (s - k)) <= ln(k^(1/2)/eps) for the first step N with w^2 >= k; \
        D >= 3, n = D - 2: eps^(-n) - kappa^(-n/D) <= T n eta s and (N - 1) n eta (s - k^D - (n+1) eta s^2 k^n / 2) <= eps^(-n) - k^(-n) for the first step N with w >= k",
    hypotheses: &[
        "independent bounded samples s_z; E ln(1 + eta s) > 0 (D = 2) or E s > 0 (D >= 3); 0 < kappa; 1 + eta (s_z - k) k^(1-2/D) >= b > 0 for all z and 0 <= k <= kappa, and s_z > kappa with positive probability",
        "without noise kappa < s, 0 < k <= kappa (D = 2) or 0 < k^D <= kappa (D >= 3), eps < k^(1/2) or eps < k",
        "checked without noise for D = 2, 3, 4 at eps = 2^-200, 2^-9, 2^-5, every step enclosed; with noise s = m +- b for D = 2, 3, 4 on paths of about 2^17 steps, whose mean differs from the limit by a relative O(2^-17 ln 2^17)",
    ],
    references: &[HIERARCHY],
    builds_on: &[],
    law: &[
        Part { check: &Simulated(NoisyEscape { rate: Rate::ByDepth, depth: 0 }), number: long_run::run_number },
        Part { check: &Independent(Transcendental(LAW)), number: Some },
    ],
    controls: &[
        control(
            "slope-at-depth-two",
            "eta s for ln(1 + eta s) at depth two, as gradient flow has it",
            &Independent(Transcendental(Escape { rate: Rate::Slope, depth: 2 })),
        ),
        control(
            "logarithm-at-depth-three",
            "ln(1 + eta s) for eta s at depth three",
            &Independent(Transcendental(Escape { rate: Rate::Logarithm, depth: 3 })),
        ),
        control(
            "logarithm-of-the-mean",
            "ln(1 + eta E s) for E ln(1 + eta s), with noise",
            &Simulated(NoisyEscape { rate: Rate::OfMean, depth: 2 }),
        ),
    ],
};
