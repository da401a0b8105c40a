//! `mirror/phase-transition`: decay switches the modes of a deep linear network on and off, continuously at depth two and by a jump beyond.
//!
//! ```text
//! min_W |W_D ... W_1 - V|^2 + gamma sum_i |W_i|^2 = sum_j min_{m >= 0} (m - s_j)^2 + gamma D m^(2/D)
//! D = 2: m_j = max(s_j - gamma, 0);   D >= 3: m_j = 0 if and only if gamma >= gamma_c(s_j), where it jumps to s_j (D-2)/(D-1)
//! ```
//!
//! `s_j` are the singular values of `V`, and every width is at least its rank. Source: the question is that of [`HIERARCHY`].

use super::HIERARCHY;
use super::deep_matrices::{MINIMUM, Minimum};
use super::deep_mode::{MODE, Mode};
use crate::verify::{Claim, Exact, Independent, Part, control};

/// `mirror/phase-transition`
pub static CLAIM: Claim = Claim {
    id: "mirror/phase-transition",
    title: "decay switches modes on and off: continuously at depth two, by a jump beyond",
    statement: "min over W of |W_D ... W_1 - V|^2 + gamma sum_i |W_i|^2 = sum_j min_{m >= 0} (m - s_j)^2 + gamma D m^(2/D); D = 2: m_j = max(s_j - gamma, 0); \
        D >= 3: m_j = 0 if and only if gamma >= gamma_c = s_j^(2-2/D) (D-2)^(1-2/D) / (D-1)^(2-2/D) (at equality both are minimisers), where m_j jumps from 0 to s_j (D-2)/(D-1); \
        the learned state of a mode exists up to gamma_fold = D 2^(2/D-2) gamma_c, where m_j is half of that jump; \
        where a mode s is on at w and a larger S is off, gamma = (s - w^D) w^(D-2), W_D += t a e^T, W_1 += t e b^T changes the loss by 2 w^(D-2) (s - S) t^2 + w^(2D-4) t^4",
    hypotheses: &[
        "whitened data; gamma > 0; s_j: the singular values of V; all widths at least the rank of V",
        "m = w^D at balanced weights; stationary away from 0 if and only if gamma = (s - m) w^(D-2), where the second derivatives of D scalars have the eigenvalues 2 D m^2/w^2 - 2 gamma (D-2) and, D - 1 times, 4 gamma",
        "checked for D = 2, 3, 4, 5 at rational w, for square matrices of up to three modes, equal ones and 0 among them, turned by rational rotations; the bound at random W near the minimiser and far from it",
    ],
    references: &[HIERARCHY],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(MODE)), number: |index| (index / 2).is_multiple_of(2).then_some(index) },
        Part { check: &Independent(Exact(MINIMUM)), number: Some },
    ],
    controls: &[
        control(
            "threshold-of-depth-two",
            "gamma = s for the threshold at depth three and more",
            &Independent(Exact(Mode { shallow_threshold: true, ..MODE })),
        ),
        control(
            "jump",
            "s (D-2)/D for the jump: the losses of both states differ",
            &Independent(Exact(Mode { wrong_jump: true, ..MODE })),
        ),
        control(
            "not-whitened",
            "inputs of the second moments diag(4, 2, 1): the minimum is another",
            &Independent(Exact(Minimum { whitened: false })),
        ),
    ],
};
