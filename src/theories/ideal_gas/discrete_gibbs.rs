//! `ideal-gas/discrete-gibbs`: the stationary density of descent on the circle to first order in the step, and the current that noise drives.
//!
//! ```text
//! phi' = phi - arctan(eps (psi'(phi) + sigma xi)),   sigma^2 = 2 T / eps,   density rho_G (1 + eps rho_1 + O(eps^2)),   rho_G ~ e^(-psi/T)
//! T rho_1' = (2 - 4m/3) T psi' - psi' psi'' + psi'^3/(2T) + (1 - m/6)(-psi'^3/T + 3 psi' psi'' - T psi''') - J/rho_G
//! J = (m - 3) int psi'^3 / (6 T int 1/rho_G)
//! ```
//!
//! `psi` is the loss as a function of the angle, `m = E xi^4` the kurtosis of the noise. Sources: [`IDEAL_GAS`] for the model; the law is derived in the proofs.

use super::IDEAL_GAS;
use super::circle::{Circle, measured};
use super::drawing::one;
use super::jets::Jets;
use crate::scalar::Rational;
use crate::verify::routes::Asymptotic;
use crate::verify::{Asymptotics, Case, Claim, Draw, Draws, Exact, Order, Part, Relation, Unjudged, control};

/// The stationary law of the chain itself, at falling step sizes.
#[derive(Clone, Copy)]
pub(super) struct Stationary {
    says: Says,
}

/// What the law to first order is said to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Law,
    /// That of normal noise, for noise of two values.
    GibbsForTwoPoints,
    /// No current, for noise of two values.
    NoCurrent,
}

const STATIONARY: Stationary = Stationary { says: Says::Law };

/// Of so many instances one is a chain whose stationary law is computed.
const CHAIN_EVERY: u64 = 16;

fn of_chains(index: u64) -> Option<u64> {
    (index % CHAIN_EVERY == 2).then_some(index / CHAIN_EVERY)
}

/// `ideal-gas/discrete-gibbs`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/discrete-gibbs",
    title: "the Gibbs law at finite steps",
    statement: "phi' = phi - arctan(eps (psi' + sigma xi)), sigma^2 = 2 T / eps, as eps -> 0: stationary density rho_G (1 + eps rho_1 + O(eps^2)), rho_G ~ e^(-psi/T), with T rho_1' = (2 - 4m/3) T psi' - psi' psi'' + psi'^3/(2T) + (1 - m/6)(-psi'^3/T + 3 psi' psi'' - T psi''') - J/rho_G and a current of eps^2 J a step, \
        J = (m - 3) int psi'^3 / (6 T int 1/rho_G); for m = 3 the Gibbs law of psi (1 + 2 eps T) - (eps/4) psi'^2 + (eps T/2) psi''",
    hypotheses: &[
        "d = 2, the unit circle with r reset; E xi = E xi^3 = E xi^5 = 0, E xi^2 = 1, E xi^4 = m; T does not depend on eps; psi is smooth, here a trigonometric polynomial",
        "the formula for T rho_1' is the adjoint equation of the expanded step, checked in the derivatives of psi at a point; that the density has the expansion is standard for normal xi, and for discrete xi means smooth averages",
        "E psi and the mean velocity are those of the chain itself, from its transfer matrix in Fourier modes for psi = a cos phi + b sin 2 phi with 3/4 <= a <= 1, |b| = 1/8 or 3/16, 1 <= T <= 3/2 and noise of two or three values, as few as are needed for 2^-75 of the smallest step's effect",
        "without a current exactly if m = 3 or int psi'^3 = 0, to this order",
    ],
    references: &[IDEAL_GAS],
    builds_on: &["ideal-gas/turning-angle"],
    law: &[Part { check: &Order(STATIONARY), number: of_chains }, Part { check: &Exact(Jets::LAW), number: Some }],
    controls: &[
        control(
            "entropic-sign",
            "both terms of the step with the sign of the entropic loss",
            &Exact(Jets::ENTROPIC_SIGN),
        ),
        control("flat", "without 2 eps T psi, the curvature of the circle", &Exact(Jets::FLAT)),
        control("kurtosis", "the formula of m = 3 for other noise", &Exact(Jets::NORMAL_FOR_OTHERS)),
        control(
            "normal-for-two-points",
            "E psi by the formula of m = 3, for noise of two values",
            &Order(Stationary { says: Says::GibbsForTwoPoints }),
        ),
        control("no-current", "J = 0 for noise of two values", &Order(Stationary { says: Says::NoCurrent })),
    ],
};

impl Draws for Stationary {
    type Instance = Circle;

    fn draw(&self, draw: &mut Draw) -> Result<Circle, Unjudged> {
        let mut stream = draw.own();
        let kurtosis = match self.says {
            // Between m = 1 and m = 3 the effect on the mean loss changes its sign: too small an effect has no exponent that can be measured.
            Says::Law => [1, 3, 5][draw.index as usize % 3],
            _ => 1,
        };
        Ok(Circle::draw(&mut stream, Rational::from(kurtosis)))
    }
}

impl Asymptotic for Stationary {
    fn is_independent(&self) -> bool {
        true
    }

    /// As many as [`CHAIN_EVERY`] leaves of the law, and two of a control: each solves for a stationary law at several step sizes.
    fn instances(&self, case: Case, asked: u64) -> u64 {
        match case {
            Case::Law => asked.div_ceil(CHAIN_EVERY),
            Case::Control(_) => asked.div_ceil(4 * CHAIN_EVERY).max(2),
        }
    }

    fn measure(&self, circle: &Circle) -> Result<Asymptotics, Unjudged> {
        let measured = measured(circle);
        let (theory, other) = (circle.theory(), circle.with_normal_kurtosis().theory());
        let energy = if self.says == Says::GibbsForTwoPoints { other.energy } else { theory.energy };
        let mut asymptotics = Asymptotics::default();
        if self.says != Says::NoCurrent {
            asymptotics.limits.push(Relation::equality(
                "mean loss to first order",
                one("lim (E psi - E_G psi) / eps", measured.energy.coefficient(1).swap_remove(0)),
                one("E_G[psi rho_1]", energy),
            ));
            asymptotics.exponents.push(("E psi - E_G psi", 1, measured.energy));
        }
        if self.says != Says::GibbsForTwoPoints {
            let current = if self.says == Says::NoCurrent { other.current } else { theory.current };
            let velocity = measured.velocity.coefficient(2).swap_remove(0);
            let size = theory.size;
            asymptotics.limits.push(
                Relation::equality("mean velocity", one("lim E[phi' - phi] / eps^2", velocity), one("2 pi J", current))
                    .against(size),
            );
        }
        Ok(asymptotics)
    }
}
