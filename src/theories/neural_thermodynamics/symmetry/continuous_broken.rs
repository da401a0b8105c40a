//! `symmetry/continuous-broken`: how the entropy changes along the orbit of a continuous symmetry.
//!
//! ```text
//! S(K theta) = 1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)]   for K = e^{tA}
//! d^2 S/dt^2 = 1/4 E[v^T Lambda^{-1} v],   v = (A Lambda + Lambda A^T) g   if Lambda^{-1/2} A Lambda^{1/2} is normal
//! ```
//!
//! `S` is the entropy term of the entropic loss, `g` the gradient of a sample's loss at `theta`, `Lambda` the learning rates, `A` the generator of
//! the symmetry. Source: [`PAPER`].

use super::PAPER;
use super::broken_orbit::{Asserted, Instance};
use super::elements;
use super::entropy_along_orbit::{any_generator, noise, normal_generator};
use super::generators::{draw_normal, draw_pair, draw_spiral};
use super::orbit::{self, Carrying, flat_loss, moved};
use super::rates::Rated;
use super::skew;
use crate::instances::problem::{Decay, Rates};
use crate::instances::subject;
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Smooth};
use crate::scalar::Rational;
use crate::symmetry::{self, Symmetry};
use crate::verify::{
    Claim, Class, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control,
};

/// The entropy along an orbit.
#[derive(Clone, Copy)]
pub(super) struct ContinuousBroken {
    orbits: Orbits,
    carrying: Carrying,
}

/// Whose orbits are drawn, and what is asserted of the entropy along them.
#[derive(Clone, Copy)]
enum Orbits {
    /// Of continuous symmetries of any network: what holds of each.
    Symmetries,
    /// Of a generator that is not normal, at a point where the entropy is constant: the criterion of normal ones.
    NotNormal,
    /// Of a spiral, under learning rates for which it is not normal: the criterion.
    UnequalRates,
    /// Of a rescaling: that the entropy is constant.
    Rescalings,
    /// Of a shear by at least 1: what is asserted wrongly of it is of second order in a small one.
    Shears,
    /// Of a rescaling that is no symmetry.
    NotSymmetries,
}

pub(super) const LAW: ContinuousBroken =
    ContinuousBroken { orbits: Orbits::Symmetries, carrying: Carrying::InverseTransposed };

/// `symmetry/continuous-broken`
pub static CLAIM: Claim = Claim {
    id: "symmetry/continuous-broken",
    title: "continuous symmetries are broken",
    statement: "S(K theta) = 1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)] for K = e^{tA}; if Lambda^{-1/2} A Lambda^{1/2} is normal, d^2 S/dt^2 = 1/4 E[v^T Lambda^{-1} v] with v = (A Lambda + Lambda A^T) g, so that S is constant along the orbit if and only if v_z = 0 for all z",
    hypotheses: &[
        "l(e^{tA} theta; z) = l(theta; z) for all theta, t and z: the loss is flat along the orbit; theta is not on a kink, and no vector that is normalised is 0",
        "for any A: dS/dt = -1/2 E[g^T A Lambda g] and d^2 S/dt^2 = 1/2 E[g^T A Lambda A^T g] + 1/2 E[g^T A^2 Lambda g]",
        "tested at rational elements K of the group, which need not be e^{tA} of the A beside it",
        "for the criterion: A Lambda A^T = Lambda A^T Lambda^{-1} A Lambda, which for Lambda = eta I is A A^T = A^T A, with v = eta (A + A^T) g; the weights of the mean are positive",
        "in finite form, for K that is normal in the same sense, S(K theta) + S(K^{-1} theta) - 2 S(theta) = 1/4 E[v^T Lambda^{-1} v] with v = (Lambda K^T - K^{-1} Lambda) g",
        "normality is needed: for A: W -> P R P^{-1} W, U -> -U P R P^{-1}, R antisymmetric, Lambda = eta I, S is constant where E[g_W g_W^T] is proportional to P^{-T} P^{-1} and E[g_U^T g_U] to P P^T, though v is not 0",
    ],
    references: &[PAPER],
    builds_on: &["symmetry/gradient-transform"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-normal",
            "A = P R P^{-1}, not normal, where S is constant and (A + A^T) g is not 0",
            &Ladder(ContinuousBroken { orbits: Orbits::NotNormal, ..LAW }),
        ),
        control(
            "unequal-rates",
            "a normal A under learning rates for which it is not normal",
            &Ladder(ContinuousBroken { orbits: Orbits::UnequalRates, ..LAW }),
        ),
        control(
            "constant",
            "S(K theta) = S(theta) for a rescaling",
            &Ladder(ContinuousBroken { orbits: Orbits::Rescalings, ..LAW }),
        ),
        control(
            "not-inverted",
            "K^T g in place of K^{-T} g",
            &Ladder(ContinuousBroken { orbits: Orbits::Shears, carrying: Carrying::Transposed }),
        ),
        control(
            "not-transposed",
            "K^{-1} g in place of K^{-T} g, K not symmetric",
            &Ladder(ContinuousBroken { orbits: Orbits::Shears, carrying: Carrying::Inverse }),
        ),
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(ContinuousBroken { orbits: Orbits::NotSymmetries, ..LAW }),
        ),
    ],
};

impl Draws for ContinuousBroken {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let turn = draw.turn();
        let stream = &mut draw.family;
        let (mut class, mut rates) = (Class::Generic, None);
        let rescaling = Symmetry::Rescaling { layer: 0, degree: 1 };
        let (network, (generator, element), asserted) = match self.orbits {
            Orbits::NotNormal => {
                let (problem, generator, element, rated) = skew::draw_not_normal(stream);
                return Ok(Instance { problem, generator, element, asserted: Asserted::Criterion(rated.inverse) });
            }
            Orbits::Symmetries if turn == Class::Awkward && stream.below(4) == 0 => {
                let (problem, generator, element, _) = skew::draw_not_normal(stream);
                return Ok(Instance { problem, generator, element, asserted: Asserted::Constancy });
            }
            Orbits::Symmetries if stream.coin() => {
                class = turn;
                let palettes =
                    [NetworkKind::Homogeneous, NetworkKind::Linear, NetworkKind::Linear, NetworkKind::ScaleInvariant];
                let network_kind = *stream.pick(&palettes);
                let network = elements::network(stream, network_kind, class);
                let (generator, element, rated) = draw_normal(stream, &network);
                rates = Some(rated.rates);
                (network, (generator, element), Asserted::Criterion(rated.inverse))
            }
            Orbits::Symmetries => {
                class = turn;
                let palettes = [
                    NetworkKind::Homogeneous,
                    NetworkKind::Linear,
                    NetworkKind::Rotations,
                    NetworkKind::ScaleInvariant,
                ];
                let network_kind = *stream.pick(&palettes);
                let network = elements::network(stream, network_kind, class);
                let continuous = |kind: &Symmetry| !kind.is_discrete();
                let kinds: Vec<Symmetry> = symmetry::catalogue(&network).into_iter().filter(continuous).collect();
                let kind = *stream.pick(&kinds);
                let (generator, single) = draw_pair(stream, &network, kind);
                let element = elements::draw_element(stream, &network, |kind| continuous(&kind)).unwrap_or(single);
                (network, (generator, element), Asserted::Derivatives)
            }
            Orbits::UnequalRates => {
                let network = elements::draw_two_layer_linear(stream);
                let rated = Rated::distinct(stream, network.parameter_count());
                rates = Some(rated.rates);
                let pair = draw_spiral(stream, &network, 0);
                (network, pair, Asserted::Criterion(rated.inverse))
            }
            Orbits::Rescalings => {
                let network = elements::draw_two_layer_linear(stream);
                let pair = draw_pair(stream, &network, rescaling);
                (network, pair, Asserted::Constancy)
            }
            Orbits::Shears => {
                let network = elements::draw_two_layer_linear(stream);
                let (row, column) = elements::pair(stream, elements::width(&network));
                let element = symmetry::shear(&network, 0, (row, column), &Rational::from(stream.integer(1, 3)));
                let generator = symmetry::matrix(&network, 0, row, column);
                (network, (generator, element), Asserted::Derivatives)
            }
            Orbits::NotSymmetries => {
                class = Class::Smooth;
                // Homogeneous nowhere, where tanh is at 0: few-bit inputs meet that on every sample at once.
                let network = elements::draw_shallow(stream, Smooth::Sigmoid);
                let pair = draw_pair(stream, &network, rescaling);
                (network, pair, Asserted::Derivatives)
            }
        };
        let any = if draw.is_law() { Rates::Any } else { Rates::Scalar };
        let mut problem = Problem::draw(draw, class, network, any, Decay::None);
        if let Some(rates) = rates {
            problem.preconditioner = rates;
        }
        Ok(Instance { problem, generator, element, asserted })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Instance, Inapplicable> {
        let network = subject::network(subject)?;
        let (generator, element) = subject::pair(&mut draw.family, network)?;
        let samples = 1 + draw.family.below(3);
        let problem = Problem::draw_on(draw, network, Rates::Any, Decay::None, samples);
        Ok(Instance { problem, generator, element, asserted: Asserted::Derivatives })
    }
}

impl<T: Carrier> In<T> for ContinuousBroken {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { problem, generator, element, asserted } = instance;
        let point = orbit::at::<T>(problem)?;
        let entropy = point.objective().entropy(&point.theta);
        let mut relations = Vec::new();
        // Both ways along the orbit: by convexity not both can leave S as it was.
        for element in [element, &element.inverted()] {
            let image = moved(&point, element);
            let cotangent = self.carrying.of(element);
            let there = Term::scalar("S(K theta)", image.objective().entropy(&image.theta));
            let form = T::ratio(1, 4) * noise(&point, &cotangent, &cotangent);
            relations.push(flat_loss(&point, &image));
            relations.push(Relation::equality(
                "the entropy at K theta",
                vec![there.clone()],
                vec![Term::scalar("1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)]", form)],
            ));
            if matches!(asserted, Asserted::Constancy) {
                let here = Term::scalar("S(theta)", entropy.clone());
                relations.push(Relation::equality("the entropy is constant", vec![there], vec![here]));
            }
        }
        match asserted {
            Asserted::Constancy => {}
            Asserted::Derivatives => relations.extend(any_generator(&point, &generator.map, entropy)),
            Asserted::Criterion(inverse) => {
                relations.extend(normal_generator(&point, &generator.map, element, inverse, entropy));
            }
        }
        Ok(relations)
    }
}
