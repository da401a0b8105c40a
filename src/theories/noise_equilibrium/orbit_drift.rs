//! `noise-equilibrium/orbit-drift`: along every orbit the mean drift of the charge falls strictly, and its root is the noise equilibrium.
//!
//! ```text
//! d(t) = E[C'] - C = eta^2 E[g^T A g] - (1 - c^2) C = -2 eta d/dt Phi(theta_t),   Phi = L + gamma (1 - eta gamma) |theta|^2 + (eta/4) E|g|^2
//! ```
//!
//! `C = theta^T A theta` is the charge of a symmetric generator `A` at the point `theta_t = e^{tA} theta` of an orbit, `C'` the charge after a step of
//! descent with learning rate `eta` and weight decay `gamma`, `c = 1 - 2 eta gamma`. The parts in the positive and the negative eigenspace of `A` are marked by u and w.
//! Sources: [`NOISE_EQUILIBRIUM`], [`NEURAL_THERMODYNAMICS`] for the entropic loss; the law is derived in the proofs.

use super::charge_drift::{At, slope};
use super::drawing::is_told;
use super::drift_profile::{at_equal_rates, here, profile, relaxation};
use super::ends::Ends;
use super::orbit::{Networks, Orbit};
use super::{NEURAL_MECHANICS, NEURAL_THERMODYNAMICS, NOISE_EQUILIBRIUM};
use crate::linalg::products::squared_norm;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Claim, Draw, Draws, EVERY_GAP, Exact, In, Relation, Term, Unjudged, all, control};

/// The law of the drift.
#[derive(Clone, Copy)]
pub(super) struct OrbitDrift {
    networks: Networks,
    decay: Decays,
    /// Whether the decay of Phi is `gamma`, and not `gamma (1 - eta gamma)`.
    plain_decay: bool,
    /// Whether an equilibrium is asserted on every orbit.
    always_an_equilibrium: bool,
}

/// The weight decays of instances.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decays {
    /// None in half of the families.
    Any,
    None,
    /// With `eta gamma` between 1/8 and 1/2.
    Strong,
}

pub(super) const LAW: OrbitDrift = OrbitDrift {
    networks: Networks::Homogeneous,
    decay: Decays::Any,
    plain_decay: false,
    always_an_equilibrium: false,
};

/// `noise-equilibrium/orbit-drift`
pub static CLAIM: Claim = Claim {
    id: "noise-equilibrium/orbit-drift",
    title: "the drift of a charge along an orbit, and its equilibrium",
    statement: "d(t) = E[C'] - C at theta_t = e^{tA} theta: d = eta^2 E[g^T A g] - (1 - c^2) C = -2 eta d/dt Phi(theta_t) with Phi = L + gamma (1 - eta gamma) |theta|^2 + (eta/4) E|g|^2; d falls strictly along the orbit",
    hypotheses: &[
        "A is symmetric and generates a symmetry of the per-sample loss, here with eigenvalues 0, 1 and -1; 0 <= eta gamma < 1; E is the mean over the samples",
        "except where A g_z = 0 for all z and gamma A theta = 0: there d = 0 on the whole orbit",
        "d is eta^2 a^-2 E|g_u|^2 + (1 - c^2) a^-2 |theta_w|^2 - eta^2 a^2 E|g_w|^2 - (1 - c^2) a^2 |theta_u|^2 at a = e^t, u and w for the parts of eigenvalue 1 and -1; -d/dt d = 2 (1 - c^2) |A theta|^2 + 2 eta^2 E|A g|^2, and C grows strictly if A theta is not 0",
        "d has a root if and only if one of gamma theta_u, g_w and one of gamma theta_w, g_u are not 0; without one d has a sign: examined by steps at points of the orbit, a power of 2 on either side of the root",
        "the root depends on eta and gamma only through gamma (1 - eta gamma) / eta: d / eta^2 is the same at (eta_1, gamma_1) and (eta_2, gamma_2)",
    ],
    references: &[NOISE_EQUILIBRIUM, NEURAL_THERMODYNAMICS, NEURAL_MECHANICS],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "plain-decay",
            "gamma in place of gamma (1 - eta gamma) in Phi",
            &Exact(OrbitDrift { networks: Networks::Sizable, decay: Decays::Strong, plain_decay: true, ..LAW }),
        ),
        control(
            "wrong-degree",
            "the generator of degree 1 for squared ReLU",
            &Exact(OrbitDrift { networks: Networks::SquaredRelu, decay: Decays::None, ..LAW }),
        ),
        control(
            "always-an-equilibrium",
            "an equilibrium for a scale-invariant loss without decay",
            &Exact(OrbitDrift {
                networks: Networks::ScaleInvariant,
                decay: Decays::None,
                always_an_equilibrium: true,
                ..LAW
            }),
        ),
    ],
};

impl Draws for OrbitDrift {
    type Instance = Orbit;

    fn draw(&self, draw: &mut Draw) -> Result<Orbit, Unjudged> {
        let samples = 1 + draw.family.below(3);
        let decay = match self.decay {
            Decays::Any => match draw.family_number() % 8 {
                0 | 6 => true,
                2 | 3 => false,
                _ => draw.family.coin(),
            },
            Decays::None => false,
            Decays::Strong => true,
        };
        let samples = if self.networks == Networks::Homogeneous { samples } else { 1 };
        let orbit = loop {
            let mut orbit = self.networks.draw(draw, samples, decay);
            if self.decay == Decays::Strong {
                let product = Rational::from((draw.family.integer(1, 4), 8));
                orbit.problem.weight_decay = product / orbit.problem.learning_rate::<Rational>();
            }
            if !self.plain_decay || plain_decay_is_told(&orbit) {
                break orbit;
            }
        };
        if self.always_an_equilibrium && Ends::of(&orbit).is_excepted() {
            return Err(Unjudged::outside("no noise"));
        }
        Ok(orbit)
    }
}

/// Whether `4 eta^2 gamma^2 C`, by which the drift for `gamma` in place of `gamma (1 - eta gamma)` is wrong, can be seen beside the other terms.
fn plain_decay_is_told(orbit: &Orbit) -> bool {
    let at = orbit.at::<Rational>();
    let theta = &at.point.theta;
    let [positive, negative] = at.noise(&at.gradients(theta));
    let charge = at.charge(theta);
    let product = Rational::from(&at.learning_rate * &at.point.weight_decay);
    let noise = Rational::from(at.learning_rate.square_ref()) * (positive - negative);
    let decay: Rational = Rational::from(&product * &charge) * 4;
    is_told(&Rational::from(&decay * &product), &(decay.abs() + noise.abs()))
}

impl OrbitDrift {
    /// The sign of the drift at points of the orbit: on either side of the root, or everywhere if there is none. Where the orbit is cut depends on the
    /// point, and is no constant of a family.
    fn signs<T: Carrier>(&self, at: &At<'_, T>, ends: &Ends) -> Relation<T> {
        let drift = |a: &Rational| at.drift(&at.moved(&at.point.theta, &T::drawn(a)));
        let far = [Rational::from((1, 1 << 16)), Rational::from(1), Rational::from(1 << 16)];
        let bracket = if self.always_an_equilibrium { Some([far[0].clone(), far[2].clone()]) } else { ends.bracket() };
        if let Some([below, above]) = bracket {
            let drifts = vec![drift(&below), -drift(&above)];
            let term = Term::vector("E[C'] - C before, C - E[C'] beyond", drifts);
            return Relation::positive(
                ("the drift changes its sign at the equilibrium", format!("{below} < a < {above}")),
                term,
            );
        }
        let sign = T::integer(if ends.falling == 0 { 1 } else { -1 });
        let drifts = far.iter().map(|a| T::product(&sign, &drift(a))).collect();
        Relation::positive("without an equilibrium the drift has one sign s", Term::vector("s (E[C'] - C)", drifts))
    }
}

impl OrbitDrift {
    /// The drift as the slope of Phi; L is constant along the orbit and has none.
    fn potential<T: Carrier>(&self, at: &At<'_, T>) -> Relation<T> {
        let theta = &at.point.theta;
        let decay = &at.point.weight_decay;
        let decay =
            if self.plain_decay { decay.clone() } else { (T::one() - T::product(&at.learning_rate, decay)) * decay };
        let norm = slope(|a: &T| squared_norm(&at.moved(theta, a)));
        let noise = slope(|a: &T| {
            let gradients = at.gradients(&at.moved(theta, a));
            let weight = T::ratio(1, gradients.len() as i64);
            gradients.iter().fold(T::zero(), |sum, gradient| sum + squared_norm(gradient)) * weight
        });
        let rate = &at.learning_rate;
        Relation::equality(
            "drift as the slope of Phi",
            vec![Term::scalar("E[C'] - C", at.drift(theta))],
            vec![
                Term::scalar("-2 eta gamma (1 - eta gamma) d/dt |theta|^2", T::integer(-2) * rate * &decay * norm),
                Term::scalar("-(eta^2 / 2) d/dt E|g|^2", T::ratio(-1, 2) * rate.squared() * noise),
            ],
        )
    }
}

impl<T: Carrier> In<T> for OrbitDrift {
    fn relations(&self, orbit: &Orbit) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = orbit.at::<T>();
        let ends = Ends::of(orbit);
        let mut relations = vec![here(&at), self.potential(&at), relaxation(&at)];
        relations.extend(orbit.factors.iter().map(|factor| profile(&at, factor)));
        if orbit.problem.weight_decay != 0 {
            relations.push(at_equal_rates(orbit, &at));
        }
        let [first, second] = orbit.factors.each_ref().map(|a| at.moved(&at.point.theta, &T::from_rational(a)));
        if !ends.is_excepted() {
            let falls = Relation::less(
                "the drift falls along the orbit",
                Term::scalar("d at the larger t", at.drift(&second)),
                Term::scalar("d at the smaller t", at.drift(&first)),
            );
            relations.push(falls.resolved_to(EVERY_GAP));
            relations.push(self.signs(&at, &ends).resolved_to(EVERY_GAP));
        }
        if orbit.at::<Rational>().extent(&orbit.problem.theta) != 0 {
            let grows = Relation::less(
                "the charge grows along the orbit",
                Term::scalar("C at the smaller t", at.charge(&first)),
                Term::scalar("C at the larger t", at.charge(&second)),
            );
            relations.push(grows.resolved_to(EVERY_GAP));
        }
        Ok(relations)
    }
}
