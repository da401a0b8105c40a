//! `sharpness/ratio`: how much sharper than the flattest minimum the entropic one is.
//!
//! ```text
//! tr Hess L, entropic / tr Hess L, flattest = (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D) ((D-1) tau/n + a_0/a)/D
//! ```
//!
//! `a = tr(Se M_O M_O^T)`, `n` the nuclear norm of `Se^(1/2) V Sx^(1/2)`, `a_0` and `n_0` the same for `Se = I`, `tau = tr(Se^-1 P diag(s) P^T)` for
//! `Se^(1/2) V Sx^(1/2) = P diag(s) Q^T`. Sources: [`PAPER`], [`PLATONIC`]; for the bound as noise vanishes [`MEANS`].

use super::formula::{Formula, Says};
use super::growth::{self, Growth, Limit, Vanishes};
use super::instance::deep;
use super::vanishing::{Beside, Shape};
use super::{MEANS, PAPER, PLATONIC, turn};
use crate::verify::{Claim, Part, all, control};
use crate::verify::{Decomposition, Order, Stream};

/// Two to five layers.
fn any_depth(stream: &mut Stream) -> usize {
    2 + stream.below(4)
}

/// Mostly three layers: for rank 1 and many the ratio grows slowly, too slowly for a control.
fn few_layers(stream: &mut Stream) -> usize {
    any_depth(stream).min(3)
}

const GENERIC: Formula = Formula { depth: any_depth, flattest: false, says: Says::Law };
const FLATTEST: Formula = Formula { flattest: true, ..GENERIC };

const INSIDE: Shape = Shape { inside: true, depth: any_depth, most_rank: 3, control: false };
const OUTSIDE: Shape = Shape { inside: false, ..INSIDE };
const CONTROL: Shape = Shape { depth: few_layers, control: true, ..INSIDE };
const RANK_ONE: Shape = Shape { depth: deep, most_rank: 1, ..CONTROL };

const GROWING: Limit = Limit { shape: INSIDE, beside: Beside::Flattest, growth: Growth::Root };
const GROWS: Vanishes = Vanishes { shape: INSIDE, says: growth::Says::Grows(Growth::Root) };
const BOUNDED: Vanishes = Vanishes { shape: OUTSIDE, says: growth::Says::Bounded };

/// `sharpness/ratio`
pub static CLAIM: Claim = Claim {
    id: "sharpness/ratio",
    title: "how much sharper than the flattest minimum the entropic one is",
    statement: "tr Hess L at the entropic minimum over its least value at a global minimum is \
                (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D) ((D-1) tau/n + a_0/a)/D: at least 1, equal to 1 if and only if V^T Se V = (a/a_0) V^T V, and below \
                kappa unless Se is a multiple of I. As the noise along a direction v vanishes it is bounded if v is not in the column space of V; \
                otherwise it grows like epsilon^(-1/2) if rank V >= 2 and like epsilon^(-1/D) if rank V = 1",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x with D >= 2 and fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2",
        "y = V x + e with e of mean 0 and independent of x; Sx = E[x x^T] and Se = E[e e^T] positive definite; V not 0",
        "a = tr(Se M_O M_O^T), a_0 = |M_O|^2; n, n_0 the nuclear norms of Se^(1/2) V Sx^(1/2), V Sx^(1/2); \
         tau = tr(Se^-1 P diag(s) P^T) with Se^(1/2) V Sx^(1/2) = P diag(s) Q^T; K = (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D)/D; kappa the largest eigenvalue of Se over its least",
        "for the last part two outputs or more; the noise is Se = S_0 + epsilon v v^T with S_0 positive semidefinite of kernel span(v); \
         inside the column space the ratio is above omega epsilon^(-1/p)/(tr Hess L, flattest) for p = 2 or D, and asymptotically equal to it; outside, the \
         bound is that of the formula with a, n of epsilon = 1 in its first factors and a, n, tau of epsilon = 0 in the last",
        "omega = 2 (D-1) (a* b)^(1/D) n*^((D-2)/D) m, or 2 (D-1) (a* b)^(1/D) m^(2(D-1)/D) for rank 1, with |v| = 1, a* = tr(S_0 M_O M_O^T), \
         b = tr(M_I Sx M_I^T), n* the nuclear norm of S_0^(1/2) V Sx^(1/2), 1/m^2 = v^T (V Sx V^T)^+ v",
        "the bounds are examined at epsilon = 2^-1, ..., 2^-12, growth down to 2^-200, or 2^(-100 D) for rank 1",
    ],
    references: &[PAPER, PLATONIC, MEANS],
    builds_on: &["sharpness/isotropic-noise-flattens"],
    law: &[
        // Of the settings with noise vanishing inside the column space every other one is followed to the limit.
        Part { check: &Order(GROWING), number: |index| turn::<1>(index).filter(|index| index % 2 == 1) },
        Part { check: &Decomposition(GROWS), number: turn::<1> },
        Part { check: &Decomposition(BOUNDED), number: turn::<2> },
        Part { check: &Decomposition(FLATTEST), number: turn::<3> },
        all(&Decomposition(GENERIC)),
    ],
    controls: &[
        control(
            "always-flattest",
            "the ratio is 1, where V^T Se V is no multiple of V^T V or not that one",
            &Decomposition(Formula { says: Says::One, ..GENERIC }),
        ),
        control(
            "never-flattest",
            "the ratio is above 1, where V^T Se V = (a/a_0) V^T V",
            &Decomposition(Formula { says: Says::AboveOne, ..FLATTEST }),
        ),
        control(
            "wrong-exponent",
            "(n/n_0)^((D-1)/D)",
            &Decomposition(Formula { says: Says::WrongExponent, ..GENERIC }),
        ),
        control(
            "shallow-formula",
            "the formula of two layers, for a deeper network",
            &Decomposition(Formula { says: Says::TwoLayers, depth: deep, ..GENERIC }),
        ),
        control(
            "no-embeddings",
            "tr Se and d_y in place of a and a_0",
            &Decomposition(Formula { says: Says::WithoutEmbeddings, ..GENERIC }),
        ),
        control(
            "outside-the-column-space",
            "growth as the noise outside the column space of V vanishes",
            &Decomposition(Vanishes { shape: Shape { inside: false, ..CONTROL }, ..GROWS }),
        ),
        control(
            "inside-the-column-space",
            "a bound as the noise inside the column space of V vanishes",
            &Decomposition(Vanishes { shape: CONTROL, ..BOUNDED }),
        ),
        control(
            "wrong-growth",
            "growth like 1/epsilon as the noise inside the column space vanishes",
            &Decomposition(Vanishes { shape: CONTROL, says: growth::Says::Grows(Growth::Inverse) }),
        ),
        control(
            "growth-of-rank-two",
            "growth like epsilon^(-1/2) for rank 1 and three layers or more",
            &Order(Limit { shape: RANK_ONE, growth: Growth::SquareRoot, ..GROWING }),
        ),
    ],
};
