//! `sharpness/deep`: in networks of three layers or more the entropic force flattens or sharpens, depending on the noise.
//!
//! ```text
//! H_ent < H_flow for isotropic noise,      H_ent/H_flow ~ epsilon^(-1/2), or epsilon^(-1/D) for rank 1, as epsilon -> 0
//! ```
//!
//! `H_ent` and `H_flow` are the traces of the Hessian of the loss at the entropic minimum and at the one that gradient flow reaches from small balanced
//! weights; `epsilon` is the noise along a direction of the column space of the target. Sources: [`PAPER`]; for balanced weights [`BALANCED`].

use super::commuting::Commuting;
use super::growth::{self, Growth, Limit, Vanishes};
use super::instance::deep;
use super::settled::{Comparison, Says};
use super::vanishing::{Beside, Shape};
use super::{BALANCED, COMPARED, PAPER, turn};
use crate::verify::routes::{Decomposition, Independent, Order, Transcendental};
use crate::verify::{Claim, Part, all, control};

const GENERIC: Comparison = Comparison { depth: deep, exceptional: false, says: Says::Law };
const EXCEPTIONAL: Comparison = Comparison { exceptional: true, ..GENERIC };
const COMMUTING: Commuting = Commuting { depth: deep };
const SHAPE: Shape = Shape { inside: true, depth: deep, most_rank: 3, control: false };
const CONTROL: Shape = Shape { control: true, ..SHAPE };
const GROWING: Limit = Limit { shape: SHAPE, beside: Beside::Balanced, growth: Growth::Root };

/// `sharpness/deep`
pub static CLAIM: Claim = Claim {
    id: "sharpness/deep",
    title: "the same comparison for deeper networks",
    statement: "three layers or more: for isotropic noise the entropic minimum is flatter than the minimum that gradient flow reaches from small \
                balanced weights, H_ent < H_flow, unless V and O are square and invertible, all s are equal and \
                O M_I Sx M_I^T O^T = (b/a_0) M_O^T M_O: then, and only then, H_ent = H_flow; for any noise H_ent <= kappa H_flat; and there are noises \
                for which it is sharper: as the noise along a direction of the column space of V vanishes, H_ent/H_flow grows like epsilon^(-1/2) if \
                rank V >= 2 and like epsilon^(-1/D) if rank V = 1",
    hypotheses: &COMPARED,
    references: &[PAPER, BALANCED],
    builds_on: &["sharpness/both-signs"],
    law: &[
        Part { check: &Order(GROWING), number: turn::<1> },
        Part { check: &Independent(Transcendental(COMMUTING)), number: turn::<2> },
        Part { check: &Decomposition(EXCEPTIONAL), number: turn::<3> },
        all(&Decomposition(GENERIC)),
    ],
    controls: &[
        control(
            "sharper-under-isotropic-noise",
            "the entropic minimum is the sharper one for isotropic noise",
            &Decomposition(Comparison { says: Says::Sharper, ..GENERIC }),
        ),
        control(
            "flatter-under-strong-anisotropy",
            "the entropic minimum is the flatter one for strongly anisotropic noise",
            &Decomposition(Vanishes { shape: CONTROL, says: growth::Says::Flatter }),
        ),
        control(
            "unbalanced",
            "a start with the first layer larger than the second",
            &Decomposition(Comparison { says: Says::Unbalanced, ..GENERIC }),
        ),
        control(
            "exceptional",
            "strictly flatter for isotropic noise, in an exceptional setting",
            &Decomposition(Comparison { says: Says::StrictlyFlatter, ..EXCEPTIONAL }),
        ),
        control(
            "inverse-growth",
            "growth like 1/epsilon as the noise vanishes",
            &Order(Limit { shape: CONTROL, growth: Growth::Inverse, ..GROWING }),
        ),
        control(
            "growth-of-rank-two",
            "growth like epsilon^(-1/2) for rank 1",
            &Order(Limit { shape: Shape { most_rank: 1, ..CONTROL }, growth: Growth::SquareRoot, ..GROWING }),
        ),
        control(
            "shallow-exponents",
            "the sharpness of the balanced minimum with the exponents of two layers",
            &Decomposition(Comparison { says: Says::ShallowExponents, ..GENERIC }),
        ),
    ],
};
