//! `onsager/stationary`: the drift that has a given density as its stationary one.
//!
//! ```text
//! b = -(M + W) g + eps div M + eps div W   =>   e^(-V/eps) is stationary
//! b = -M g + eps div M + l:   e^(-V/eps) is stationary   <=>   div l = l . g / eps
//! ```
//!
//! `dX = b dt + sqrt(2 eps) M^(1/2) dB` (Ito), `W` antisymmetric, `g = grad V`, `(div A)_i = sum_j d_j A_ij`. Source: [`PAVLIOTIS`].

use super::PAVLIOTIS;
use super::polynomials::{Dynamics, identity, negated};
use crate::exact::Polynomial;
use crate::scalar::Field;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Unjudged, all, control};

/// The Fokker-Planck equation at the density.
#[derive(Clone, Copy)]
pub(super) struct Stationary {
    drift: Drift,
}

/// The drift that is claimed to have the density.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drift {
    Law,
    WithoutDivergenceOfRotation,
    WithoutDivergenceOfMetric,
    /// `M` in place of `W`.
    Symmetric,
}

/// The law.
pub(super) const LAW: Stationary = Stationary { drift: Drift::Law };

const fn other(drift: Drift) -> Independent<Exact<Stationary>> {
    Independent(Exact(Stationary { drift }))
}

/// `onsager/stationary`
pub static CLAIM: Claim = Claim {
    id: "onsager/stationary",
    title: "the drift of a given stationary density",
    statement: "e^(-V/eps) solves the stationary Fokker-Planck equation of b = -(M + W) g + eps div M + eps div W; that of b = -M g + eps div M + l it solves if and only if div l = l . g / eps",
    hypotheses: &[
        "dX = b dt + sqrt(2 eps) M^(1/2) dB in the sense of Ito; M(x) symmetric, M >= 0; W(x) antisymmetric; V, M, W twice differentiable; eps > 0; g = grad V, (div A)_i = sum_j d_j A_ij",
        "checked for polynomials V, M, W and l in one to three variables, as identities of polynomials",
        "in the terms rho = e^(-V/eps)",
    ],
    references: &[PAVLIOTIS],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("without-div-w", "eps div W is left out", &other(Drift::WithoutDivergenceOfRotation)),
        control("without-div-m", "eps div M is left out", &other(Drift::WithoutDivergenceOfMetric)),
        control("symmetric", "a symmetric matrix in place of W", &other(Drift::Symmetric)),
    ],
};

impl Draws for Stationary {
    type Instance = Dynamics;

    fn draw(&self, draw: &mut Draw) -> Result<Dynamics, Unjudged> {
        // What is left out must count; where the law is drawn for, all of its terms.
        let variables: &[usize] = if self.drift == Drift::Law { &[1, 2, 3] } else { &[2, 3] };
        Ok(Dynamics::draw(draw, variables, |dynamics| match self.drift {
            Drift::Law => true,
            _ => !self.miss(dynamics).is_zero(),
        }))
    }
}

impl Stationary {
    /// The parts of the drift.
    fn parts(&self, dynamics: &Dynamics) -> Vec<(&'static str, Vec<Polynomial>)> {
        let gradient = dynamics.gradient();
        let rotation = if self.drift == Drift::Symmetric { &dynamics.metric } else { &dynamics.rotation };
        let mut parts = vec![
            ("div(rho M g) / rho", negated(dynamics.times(&dynamics.metric, &gradient))),
            ("div(rho W g) / rho", negated(dynamics.times(rotation, &gradient))),
        ];
        if self.drift != Drift::WithoutDivergenceOfMetric {
            parts.push(("div(rho eps div M) / rho", dynamics.warm(dynamics.divergence(&dynamics.metric))));
        }
        if self.drift != Drift::WithoutDivergenceOfRotation {
            parts.push(("div(rho eps div W) / rho", dynamics.warm(dynamics.divergence(rotation))));
        }
        parts
    }

    /// How far from stationary the density is, `-(d rho / dt) / rho`.
    fn miss(&self, dynamics: &Dynamics) -> Polynomial {
        let outflow = self.parts(dynamics).iter().map(|(_, part)| dynamics.outflow(part)).sum::<Polynomial>();
        outflow - dynamics.diffusion()
    }
}

impl<T: Field> In<T> for Stationary {
    fn relations(&self, dynamics: &Dynamics) -> Result<Vec<Relation<T>>, Unjudged> {
        let terms =
            self.parts(dynamics).into_iter().map(|(name, part)| (name, vec![dynamics.outflow(&part)])).collect();
        let diffusion = vec![("eps sum_ij d_i d_j (M_ij rho) / rho", vec![dynamics.diffusion()])];
        let mut relations = vec![identity("the current has no divergence", terms, diffusion)];
        if self.drift == Drift::Law {
            relations.push(rate(dynamics));
        }
        Ok(relations)
    }
}

/// `(d rho / dt) / rho` for any `l`.
fn rate<T: Field>(dynamics: &Dynamics) -> Relation<T> {
    let gradient = dynamics.gradient();
    let dissipative = negated(dynamics.times(&dynamics.metric, &gradient));
    let warm = dynamics.warm(dynamics.divergence(&dynamics.metric));
    let drift: Vec<_> =
        (0..dynamics.variables).map(|i| dissipative[i].clone() + &warm[i] + &dynamics.drift[i]).collect();
    let along = (0..dynamics.variables).map(|i| dynamics.drift[i].clone() * &gradient[i]).sum::<Polynomial>();
    let spread = (0..dynamics.variables).map(|i| dynamics.drift[i].derivative(i)).sum::<Polynomial>();
    identity(
        "the rate of the density for any l",
        vec![("(d rho / dt) / rho", vec![dynamics.diffusion() - dynamics.outflow(&drift)])],
        vec![
            ("l . g / eps", vec![along.scaled(&dynamics.temperature.clone().recip())]),
            ("-div l", negated(vec![spread])),
        ],
    )
}
