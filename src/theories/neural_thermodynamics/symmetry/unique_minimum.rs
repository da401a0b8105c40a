//! `symmetry/unique-minimum`: the entropic loss has one minimum on every orbit of a rescaling.
//!
//! ```text
//! F(K_a theta) = L + gamma |v|^2 + (eta/4) E|g_v|^2 + p a^2 + q a^{-2},   least at a^4 = q / p
//! p = gamma |u|^2 + (eta/4) E|g_w|^2,   q = gamma |w|^2 + (eta/4) E|g_u|^2
//! ```
//!
//! `K_a` multiplies the incoming weights `u` of some neurons by `a` and divides their outgoing weights `w` by it; the rest `v` stays. `eta` is
//! the learning rate, `gamma` the weight decay. Along any symmetric element `F` is convex. Source: [`PAPER`].

use super::PAPER;
use super::elements;
use super::loss_along_orbit::{at_the_minimum, convexity, covariance, profile, slope};
use super::orbit::moved;
use super::rescaling_orbit::{Orbit, Parts, draw_symmetric, place_minimum};
use crate::data::{DataSet, Sample};
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::symmetry::{self, Element};
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Ladder, Relation, Stream, Unjudged, all, control};

/// The entropic loss along an orbit.
#[derive(Clone, Copy)]
pub(super) struct UniqueMinimum {
    networks: Networks,
    minima: Minima,
    /// The power of `a` that is `q / p` at the minimum.
    power: i32,
    /// Whether `E|g_u|^2` and `E|g_w|^2` change places.
    noise_swapped: bool,
    /// The degree of the activation, where it is not its own.
    degree: Option<i32>,
    /// Whether the element along which F is convex is symmetric.
    symmetric: bool,
}

/// Whose neurons are rescaled.
#[derive(Clone, Copy)]
enum Networks {
    /// Of any network with an activation that is homogeneous.
    Homogeneous,
    /// Of a two-layer linear network.
    Linear,
    /// With squared ReLUs, several neurons and biases: degree 2 shows on every instance.
    SquaredRelu,
    /// With an activation that is not homogeneous.
    NotHomogeneous,
}

/// On which instances the learning rate is such that the minimum is at a rational `a`; there nothing else is examined.
#[derive(Clone, Copy)]
enum Minima {
    /// On those of every fourth family.
    InTurn,
    All,
    None,
}

pub(super) const LAW: UniqueMinimum = UniqueMinimum {
    networks: Networks::Homogeneous,
    minima: Minima::InTurn,
    power: 4,
    noise_swapped: false,
    degree: None,
    symmetric: true,
};
const LINEAR: UniqueMinimum = UniqueMinimum { networks: Networks::Linear, minima: Minima::None, ..LAW };

/// `symmetry/unique-minimum`
pub static CLAIM: Claim = Claim {
    id: "symmetry/unique-minimum",
    title: "one minimum on every orbit",
    statement: "F(K_a theta) = L + gamma |v|^2 + (eta/4) E|g_v|^2 + p a^2 + q a^{-2} with p = gamma |u|^2 + (eta/4) E|g_w|^2, q = gamma |w|^2 + (eta/4) E|g_u|^2 for K_a: u -> a u, w -> w / a, the rest v fixed; its only minimum over a > 0 is at a^4 = q / p, the same point of the orbit wherever one starts",
    hypotheses: &[
        "u: the incoming weights and biases of some neurons of a hidden layer, w: their outgoing weights, the activation homogeneous of degree 1; p and q are positive; Lambda = eta I; the weights of the mean are positive",
        "dF/d ln a = 2 p a^2 - 2 q a^{-2}, and q / p at K_b theta is b^{-4} times q / p at theta; that F is least at a^4 = q / p is examined where a learning rate puts it at a rational a, other points are left out",
        "at degree k the orbit is u -> a u, w -> a^{-k} w, and F has the powers a^2, a^{-2k}, a^{-2}, a^{2k}",
        "for any symmetric A and Lambda = eta I, t -> F(e^{tA} theta) is convex, strictly if gamma > 0 and A theta is not 0, or if some A g_z is not 0: F(K theta) + F(K^{-1} theta) - 2 F(theta) = gamma |(K - K^{-1}) theta|^2 + (eta/4) E|(K - K^{-1}) g|^2 for symmetric K; points with K theta = theta are left out",
    ],
    references: &[PAPER],
    builds_on: &["symmetry/gradient-transform"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "noise-swapped",
            "E|g_u|^2 in p and E|g_w|^2 in q",
            &Ladder(UniqueMinimum { noise_swapped: true, ..LINEAR }),
        ),
        control(
            "wrong-power",
            "the minimum at a^2 = q / p",
            &Ladder(UniqueMinimum { minima: Minima::All, power: 2, ..LINEAR }),
        ),
        control(
            "wrong-degree",
            "the orbit of degree 1 for squared ReLU",
            &Ladder(UniqueMinimum { networks: Networks::SquaredRelu, degree: Some(1), ..LINEAR }),
        ),
        control(
            "not-homogeneous",
            "rescaling of neurons whose activation is not homogeneous",
            &Ladder(UniqueMinimum { networks: Networks::NotHomogeneous, ..LINEAR }),
        ),
        control(
            "not-symmetric",
            "the convexity formula for a shear",
            &Ladder(UniqueMinimum { symmetric: false, ..LINEAR }),
        ),
    ],
};

/// A problem with an orbit, points on it, and a symmetric element.
pub(super) struct Instance {
    pub(super) problem: Problem,
    orbit: Orbit,
    /// Points of the orbit.
    factors: [Rational; 3],
    symmetric: Element,
    /// For an instance whose learning rate was chosen so that the minimum is rational: where it is.
    minimum: Option<Rational>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        let Orbit { layer, neurons, .. } = &self.orbit;
        format!(": neurons {neurons:?} of hidden layer {layer}; {}", self.symmetric.name)
    }
}

impl Networks {
    /// The class of a point, unless the minimum is placed there.
    fn class(self, turn: Class) -> Class {
        match self {
            Networks::Homogeneous => turn,
            Networks::Linear => Class::Generic,
            Networks::SquaredRelu | Networks::NotHomogeneous => Class::Smooth,
        }
    }

    fn draw(self, stream: &mut Stream, class: Class) -> Network {
        match self {
            Networks::Homogeneous if class == Class::Stationary => {
                let activation = *stream.pick(&[Piecewise::Identity, Piecewise::Relu, Piecewise::LeakyRelu]);
                elements::draw_shallow(stream, activation)
            }
            Networks::Homogeneous if stream.coin() => NetworkKind::Linear.network(stream, class),
            Networks::Homogeneous => NetworkKind::Homogeneous.network(stream, class),
            Networks::Linear => elements::draw_two_layer_linear(stream),
            Networks::SquaredRelu => {
                let widths = [1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(2)];
                Network::mlp(&widths, Piecewise::SquaredRelu, true, Loss::SquaredError)
            }
            // The logistic function is homogeneous nowhere; tanh is at 0, which few-bit inputs meet now and then, on every sample at once.
            Networks::NotHomogeneous => elements::draw_shallow(stream, Smooth::Sigmoid),
        }
    }
}

impl Draws for UniqueMinimum {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let at_minimum = match self.minima {
            Minima::InTurn => draw.family_number() % 4 == 3,
            Minima::All => true,
            Minima::None => false,
        };
        let class = if at_minimum { Class::Stationary } else { self.networks.class(draw.turn()) };
        let stream = &mut draw.family;
        let network = self.networks.draw(stream, class);
        let own = network.activation().homogeneity().map_or(1, |degree| degree as i32);
        let orbit = Orbit::draw(stream, &network, self.degree.unwrap_or(own));
        let factors = [(); 3].map(|()| elements::factor(stream, &network));
        let symmetric = if self.symmetric {
            draw_symmetric(stream, &network, &orbit)
        } else {
            symmetry::shear(&network, 0, (0, 1), &Rational::from(stream.integer(1, 3)))
        };
        let neurons = network.layout().map_or(0, Layout::hidden_neurons);
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        if matches!(self.networks, Networks::SquaredRelu) {
            // With a closed gate on every sample there would be no loss to tell the degrees apart.
            let open = |sample: &Sample<Rational>| Sample { gates: Some(vec![true; neurons].into()), ..sample.clone() };
            let samples = problem.data.samples().iter().map(open).collect();
            problem.data = DataSet::weighted(samples, problem.data.weights().to_vec());
        }
        let minimum = at_minimum.then(|| place_minimum(&mut problem, &orbit, self.power)).flatten();
        Ok(Instance { problem, orbit, factors, symmetric, minimum })
    }
}

impl<T: Carrier> In<T> for UniqueMinimum {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { problem, orbit, factors, symmetric, minimum } = instance;
        if symmetric.map.apply(&problem.theta) == problem.theta {
            return Err(Unjudged::outside("the point does not move"));
        }
        if problem.class == Class::Stationary {
            let outside = || Unjudged::outside("no rational minimum on the orbit: p or q has a vanishing part");
            return Ok(at_the_minimum(problem, orbit, factors, minimum.as_ref().ok_or_else(outside)?));
        }
        let point = problem.at::<T>();
        let learning_rate = problem.learning_rate();
        let mut parts = Parts::new(&point, &learning_rate, orbit);
        if self.noise_swapped {
            parts.noise.swap(0, 1);
        }
        let mut relations = Vec::new();
        for a in factors {
            let image = moved(&point, &orbit.element(&problem.network, a));
            relations.push(profile(&point, &image, &parts, orbit, a));
        }
        let a = &factors[0];
        let image = moved(&point, &orbit.element(&problem.network, a));
        relations.push(slope(problem, &image, &parts, orbit, a));
        if orbit.degree == 1 {
            relations.push(covariance(&parts, &Parts::new(&image, &learning_rate, orbit), a));
        }
        relations.extend(convexity(&point, &learning_rate, symmetric));
        Ok(relations)
    }
}
