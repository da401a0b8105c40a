//! `balance/master`: the identity from which every balance law follows.
//!
//! ```text
//! (A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]
//! ```
//!
//! `A` generates a symmetry of the per-sample loss, `g` is a sample's gradient, `Lambda` the matrix of learning rates, `gamma` the weight decay.
//! Sources: [`PAPER`], [`NOISE_EQUILIBRIUM`].

use super::law::WithGenerators;
use super::{KINKS, NOISE_EQUILIBRIUM, PAPER};
use crate::entropic::Objective;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::linalg::products::dot;
use crate::model::{Carrier, Differentiable};
use crate::scalar::Field;
use crate::symmetry::{self, Generator, LinearMap};
use crate::verify::{
    Claim, Class, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control,
};

/// The master identity.
#[derive(Clone, Copy)]
pub(super) struct Master {
    /// The networks; if none are named, linear and homogeneous ones.
    network_kind: Option<NetworkKind>,
    rates: Rates,
    /// Whether `A^T` stands in place of `A` in the noise.
    transposed: bool,
    /// Whether the gradient is that of `L + gamma |theta|^2` in place of that of `F`.
    plain: bool,
}

pub(super) const LAW: Master = Master { network_kind: None, rates: Rates::Any, transposed: false, plain: false };
// With Lambda = eta I the forms of A and of A^T agree, and the transposed control would pass.
const ROTATIONS: Master = Master { network_kind: Some(NetworkKind::Rotations), rates: Rates::Full, ..LAW };

/// `balance/master`
pub static CLAIM: Claim = Claim {
    id: "balance/master",
    title: "the master identity",
    statement: "(A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss: l(e^{tA} theta; z) = l(theta; z) for all t and z",
        "Lambda is symmetric and constant; theta is arbitrary, stationary or not; the weights of the mean are arbitrary",
        KINKS,
    ],
    references: &[PAPER, NOISE_EQUILIBRIUM],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(Master { network_kind: Some(NetworkKind::NotHomogeneous), ..ROTATIONS }),
        ),
        control(
            "transposed-generator",
            "A^T in place of A in the noise term, A not symmetric",
            &Ladder(Master { transposed: true, ..ROTATIONS }),
        ),
        control(
            "plain-gradient",
            "the gradient of L + gamma |theta|^2 in place of that of F",
            &Ladder(Master { plain: true, ..ROTATIONS }),
        ),
    ],
};

/// `E[g^T A Lambda g]`, half of `E[g^T (A Lambda + Lambda A^T) g]`.
pub(super) fn noise_form<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    map: &LinearMap,
    theta: &[T],
) -> T {
    objective.data.mean(|sample| {
        let gradient = objective.model.gradient(theta, sample);
        map.form(&gradient, &objective.preconditioner.apply(&gradient))
    })
}

/// The master identity for one generator, with `in_noise` in its place in the noise term.
fn identity<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    generator: &Generator,
    in_noise: &LinearMap,
    theta: &[T],
    entropic_gradient: &[T],
) -> Relation<T> {
    let map = &generator.map;
    let decay = map.plus(&map.transposed()).form(theta, theta) * objective.weight_decay;
    let noise = T::ratio(-1, 2) * noise_form(objective, in_noise, theta);
    Relation::equality(
        ("master identity", &generator.name),
        vec![Term::scalar("(A theta)^T grad F", dot(&map.apply(theta), entropic_gradient))],
        vec![
            Term::scalar("gamma theta^T (A + A^T) theta", decay),
            Term::scalar("-1/4 E[g^T (A Lambda + Lambda A^T) g]", noise),
        ],
    )
    .against(objective.entropy(theta) + T::product(objective.weight_decay, &dot(theta, theta)))
}

/// The balance law of a generator, off-shell, for a model of one's own:
///
/// ```text
/// (A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]
/// ```
///
/// Judge it with [`Finding::judge`](crate::verify::Finding::judge); it holds at every `theta` if and only if `A` generates
/// a symmetry of the model, up to accidents of the point.
pub fn balance_law<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    generator: &Generator,
    theta: &[T],
) -> Relation<T> {
    identity(objective, generator, &generator.map, theta, &objective.entropic_gradient(theta))
}

impl Draws for Master {
    type Instance = WithGenerators;

    fn draw(&self, draw: &mut Draw) -> Result<WithGenerators, Unjudged> {
        let class = draw.turn();
        let network_kind = match self.network_kind {
            Some(network_kind) => network_kind,
            None if draw.family.coin() => NetworkKind::Linear,
            None => NetworkKind::Homogeneous,
        };
        let class = match network_kind {
            NetworkKind::NotHomogeneous => Class::Smooth,
            NetworkKind::Rotations => Class::Generic,
            _ => class,
        };
        let network = network_kind.network(&mut draw.family, class);
        let problem = Problem::draw(draw, class, network, self.rates, Decay::Positive);
        let network = &problem.network;
        let generators = match network_kind {
            NetworkKind::Linear => {
                let layout = network.layout().expect("linear models have layers");
                let layer = draw.family.below(layout.depth() - 1);
                let width = layout.widths()[layer + 1];
                let (row, column) = (draw.family.below(width), draw.family.below(width));
                vec![symmetry::matrix(network, layer, row, column), symmetry::matrix(network, layer, column, column)]
            }
            NetworkKind::Rotations => vec![symmetry::matrix(network, 0, 0, 1)],
            NetworkKind::NotHomogeneous => vec![symmetry::neuron(network, 0, 0, 1)],
            _ => symmetry::neurons(network),
        };
        Ok(WithGenerators { problem, generators })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<WithGenerators, Inapplicable> {
        WithGenerators::draw_on(draw, subject)
    }
}

impl<T: Carrier> In<T> for Master {
    fn relations(&self, instance: &WithGenerators) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let gradient = if self.plain {
            let mut gradient = objective.mean_gradient(theta);
            let twice_decay = T::integer(2) * &point.weight_decay;
            crate::linalg::products::add_multiple(&mut gradient, &twice_decay, theta);
            gradient
        } else {
            objective.entropic_gradient(theta)
        };
        let relation = |generator: &Generator| {
            let map = &generator.map;
            let in_noise = if self.transposed { &map.transposed() } else { map };
            identity(&objective, generator, in_noise, theta, &gradient)
        };
        Ok(instance.generators.iter().map(relation).collect())
    }
}
