//! `noether/gradient-flow`: the charges that gradient flow conserves.
//!
//! ```text
//! d/dt C = -2 (A theta)^T grad L = 0   and   d/dt (W W^T - U^T U) = 0   along theta' = -grad L
//! C(t) = exp(-4 gamma t) C(0)                                           along theta' = -grad L - 2 gamma theta
//! ```
//!
//! `C = theta^T A theta` is the charge of a symmetric generator `A`; `W` are the weights before a linear interface, `U` those behind it; `gamma` is
//! the weight decay. The derivatives are taken at a point ([`Derivatives`]), the charge along integrated flows ([`Integrated`]).
//! Sources: [`NEURAL_MECHANICS`], [`AUTO_BALANCING`].

use super::charge::Charges;
use super::derivatives::{DERIVATIVES, Derivatives, Laws};
use super::integrated::{INTEGRATED, Integrated};
use super::{AUTO_BALANCING, NEURAL_MECHANICS};
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::routes::{Doubled, Ladder};
use crate::verify::{Claim, Part, all, control};

/// Of so many families one follows integrated flows.
const FLOW_EVERY: u64 = 8;

/// The number of the integrated flow that the instance of this index is, if it is one.
fn flow_number(index: u64) -> Option<u64> {
    (index / POINTS_PER_FAMILY % FLOW_EVERY == FLOW_EVERY / 2 - 1).then_some(index)
}

const NOT_CONSERVED: Derivatives = Derivatives { charges: Charges::Leaky, laws: Laws::FirstDerivative, ..DERIVATIVES };

/// `noether/gradient-flow`
pub static CLAIM: Claim = Claim {
    id: "noether/gradient-flow",
    title: "charges conserved by gradient flow",
    statement: "theta' = -grad L conserves C = theta^T A theta, as d/dt C = -2 (A theta)^T grad L = 0; for l(U W) also W W^T - U^T U; \
        a step of length eta breaks it by eta^2 (grad L)^T A grad L",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric; L is any weighted mean of the samples",
        "the first two derivatives along the flow are checked at any theta, and the charge along the integrated flow: A = A_+ - A_-, \
            its positive and its negative entries, splits both sides",
        "on a kink the gradient is taken with any slope of the activation there, the same for both derivatives",
        "with weight decay, theta' = -grad L - 2 gamma theta: d/dt C = -4 gamma C, so C(t) = exp(-4 gamma t) C(0)",
        "a flow is integrated in twice the bits in which it is judged, up to 512, for the time 1/16; no kink on its path; one that cannot be followed is left out",
        "for l(U W), d/dt W W^T = -U^T grad_U L - (grad_U L)^T U = d/dt U^T U; with biases, W W^T + b b^T stands for W W^T",
    ],
    references: &[NEURAL_MECHANICS, AUTO_BALANCING],
    builds_on: &[],
    law: &[Part { check: &Doubled(INTEGRATED), number: flow_number }, all(&Ladder(DERIVATIVES))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(Derivatives { charges: Charges::NotHomogeneous, ..NOT_CONSERVED }),
        ),
        control(
            "wrong-degree",
            "|w|^2 - |u|^2 for squared ReLU, of degree 2",
            &Ladder(Derivatives { charges: Charges::WrongDegree, ..NOT_CONSERVED }),
        ),
        control(
            "without-bias",
            "the bias left out of w",
            &Ladder(Derivatives { charges: Charges::WithoutBias, ..NOT_CONSERVED }),
        ),
        control(
            "unequal-rates",
            "the flow of -Lambda grad L, Lambda not a multiple of I",
            &Ladder(Derivatives { unequal_rates: true, ..NOT_CONSERVED }),
        ),
        control(
            "finite-step",
            "one step of descent in place of the flow",
            &Ladder(Derivatives { laws: Laws::FiniteStep, ..NOT_CONSERVED }),
        ),
        control(
            "slower-decay",
            "-2 gamma in place of -4 gamma",
            &Ladder(Derivatives { charges: Charges::Decaying, laws: Laws::SlowerDecay, ..NOT_CONSERVED }),
        ),
        control(
            "wrong-orientation-flow",
            "|w|^2 + |u|^2 along the integrated flow",
            &Doubled(Integrated { orientation: -1, decay: false, ..INTEGRATED }),
        ),
        control(
            "unequal-rates-flow",
            "the integrated flow of -Lambda grad L",
            &Doubled(Integrated { unequal_rates: true, decay: false, ..INTEGRATED }),
        ),
    ],
};
