//! Short paths of SGD and of the heavy ball: rational, wherever the network is.

use super::super::elements;
use super::super::orbit::{self, Moved, moved};
use super::super::rates;
use crate::data::{DataSet, Sample};
use crate::dynamics::{heavy_ball_step, sgd_step};
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Point, Problem};
use crate::model::{Activation, Carrier, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Element, Symmetry};
use crate::verify::{Class, Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged};

/// Short paths without square roots, from points that a symmetry relates.
#[derive(Clone, Copy)]
pub(super) struct Short {
    elements: Elements,
    /// Whether both paths take the samples in the same order.
    same_order: bool,
    /// Whether the learning rates commute with the element.
    commuting: bool,
    fixed_paths: FixedPaths,
}

/// Which maps are drawn.
#[derive(Clone, Copy)]
enum Elements {
    /// Orthogonal symmetries of any network.
    Symmetries,
    /// Permutations of the neurons of a two-layer linear network.
    Permutations,
    /// Rescalings of one of its neurons.
    Rescalings,
}

/// Of which paths it is asserted that they stay on the fixed-point set.
#[derive(Clone, Copy)]
enum FixedPaths {
    /// Of those that start there, if the powers of the element are finitely many.
    FromFixedPoints,
    /// Of all.
    FromAnywhere,
    /// Of none.
    None,
}

pub(super) const LAW: Short = Short {
    elements: Elements::Symmetries,
    same_order: true,
    commuting: true,
    fixed_paths: FixedPaths::FromFixedPoints,
};
const PERMUTATIONS: Short = Short { elements: Elements::Permutations, fixed_paths: FixedPaths::None, ..LAW };
pub(super) const OTHER_ORDER: Short = Short { same_order: false, ..PERMUTATIONS };
pub(super) const NOT_ORTHOGONAL: Short = Short { elements: Elements::Rescalings, ..PERMUTATIONS };
pub(super) const NOT_COMMUTING: Short = Short { commuting: false, ..PERMUTATIONS };
pub(super) const NOT_FIXED: Short = Short { fixed_paths: FixedPaths::FromAnywhere, ..PERMUTATIONS };

/// A problem with an orthogonal symmetry, and what the optimisers need.
pub(super) struct Instance {
    moved: Moved,
    /// The samples of the path from `theta_0`.
    order: Vec<usize>,
    /// The samples of the path from `K theta_0`.
    other_order: Vec<usize>,
    /// `beta`
    momentum: Rational,
    /// The number of powers of `K`, if paths on its fixed-point set are followed.
    powers: Option<i64>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.moved)
    }
    fn besides(&self) -> String {
        format!("; sample order {:?}", self.order)
    }
}

/// The number of steps: fewer where the degree of the path, and with it the length of its numbers, grows faster.
fn steps(network: &Network) -> usize {
    let depth = network.layout().map_or(1, |layout| layout.depth());
    let squares = network.activation() == Activation::Piecewise(Piecewise::SquaredRelu);
    if network.is_algebraic() && (depth > 2 || squares) { 2 } else { 3 }
}

impl Elements {
    /// A network with a map, and whether the powers of it are known to be finitely many.
    fn draw(self, stream: &mut Stream, class: Class) -> (Network, Element, bool) {
        if matches!(self, Elements::Symmetries) {
            return draw_symmetry(stream, class);
        }
        let network = elements::draw_two_layer_linear(stream);
        let width = elements::width(&network);
        let element = if matches!(self, Elements::Rescalings) {
            let factor = elements::factor(stream, &network);
            symmetry::neuron_rescaling(&network, 0, stream.below(width), &factor, 1)
        } else {
            symmetry::neuron_permutation(&network, 0, &elements::proper_permutation(stream, width))
        };
        (network, element, true)
    }
}

/// A signed permutation, or a product with rotations.
fn draw_symmetry(stream: &mut Stream, class: Class) -> (Network, Element, bool) {
    if stream.below(4) == 0 {
        let network_kind = *stream.pick(&[NetworkKind::Rotations, NetworkKind::Linear]);
        let (network, element) = elements::draw_network(stream, network_kind, class, Symmetry::is_orthogonal);
        (network, element, false)
    } else {
        let network_kind =
            *stream.pick(&[NetworkKind::Any, NetworkKind::Homogeneous, NetworkKind::Linear, NetworkKind::Odd]);
        let (network, element) = elements::draw_network(stream, network_kind, class, Symmetry::is_discrete);
        (network, element, true)
    }
}

impl Draws for Short {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let is_law = draw.is_law();
        let class = if is_law { draw.turn() } else { Class::Generic };
        let (network, element, finite) = self.elements.draw(&mut draw.family, class);
        let steps = steps(&network);
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        let stream = &mut draw.family;
        if !self.commuting || (is_law && finite && stream.coin()) {
            let rates = rates::distinct_rates(stream, problem.theta.len());
            problem.preconditioner = if self.commuting { rates::averaged(rates, &element.map) } else { rates };
        }
        // Steps short enough that a path over several of them keeps its digits.
        problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate / 8));
        let momentum = Rational::from((stream.integer(1, 7), 8));
        let mut order: Vec<usize> = (0..steps).map(|_| stream.below(problem.data.len())).collect();
        let mut other_order = order.clone();
        if !self.same_order {
            order[..2].copy_from_slice(&[0, 1]);
            other_order.clone_from(&order);
            other_order[..2].copy_from_slice(&[1, 0]);
        }
        // A sign flip fixes only zeros, which cannot be normalised.
        let normalised = matches!(problem.network, Network::Mlp { normalised: true, .. });
        let flips = (0..element.map.dimension()).any(|row| element.map.row(row).iter().any(|(_, entry)| *entry < 0));
        let followed = finite && !(normalised && flips) && !matches!(self.fixed_paths, FixedPaths::None);
        let powers = followed.then(|| elements::order(&element));
        Ok(Instance { moved: Moved { problem, element }, order, other_order, momentum, powers })
    }
}

impl<T: Carrier> In<T> for Short {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let element = &instance.moved.element;
        let map = &element.map;
        let point = orbit::at::<T>(&instance.moved.problem)?;
        let image = moved(&point, element);
        let beta = T::from_rational(&instance.momentum);
        let mut relations = Vec::new();
        let (here, there) = (descend(&point, &instance.order), descend(&image, &instance.other_order));
        for (step, (theta, theta_there)) in here.iter().zip(there).enumerate() {
            relations.push(Relation::equality(
                ("SGD", format!("after {} steps", step + 1)),
                vec![Term::vector("theta_t(K theta_0)", theta_there)],
                vec![Term::vector("K theta_t(theta_0)", map.apply(theta))],
            ));
        }
        let (theta, momentum) = roll(&point, &instance.order, &beta);
        let (theta_there, momentum_there) = roll(&image, &instance.other_order, &beta);
        relations.push(Relation::equality(
            "the end of the heavy ball's path",
            vec![Term::vector("theta_t(K theta_0)", theta_there)],
            vec![Term::vector("K theta_t(theta_0)", map.apply(&theta))],
        ));
        relations.push(Relation::equality(
            "its momentum",
            vec![Term::vector("m_t(K theta_0)", momentum_there)],
            vec![Term::vector("K m_t(theta_0)", map.apply(&momentum))],
        ));
        if let Some(powers) = instance.powers {
            let fixed = match self.fixed_paths {
                FixedPaths::FromAnywhere => point,
                _ => fixed_point(point, element, powers),
            };
            let last = descend(&fixed, &instance.order).pop().unwrap_or_default();
            for (label, theta) in [("SGD", last), ("the heavy ball", roll(&fixed, &instance.order, &beta).0)] {
                relations.push(Relation::equality(
                    ("the fixed-point set", format!("under {label}")),
                    vec![Term::vector("K theta_t", map.apply(&theta))],
                    vec![Term::vector("theta_t", theta)],
                ));
            }
        }
        Ok(relations)
    }
}

/// The points of a path of SGD.
fn descend<T: Carrier>(start: &Point<T>, order: &[usize]) -> Vec<Vec<T>> {
    let mut theta = start.theta.clone();
    let step = |&sample: &usize| {
        sgd_step(&start.objective(), &mut theta, &start.data.samples()[sample]);
        theta.clone()
    };
    order.iter().map(step).collect()
}

/// The end of a path of the heavy ball, with its momentum.
fn roll<T: Carrier>(start: &Point<T>, order: &[usize], beta: &T) -> (Vec<T>, Vec<T>) {
    let mut theta = start.theta.clone();
    let mut momentum = vec![T::zero(); theta.len()];
    for &sample in order {
        heavy_ball_step(&start.objective(), &mut theta, &mut momentum, &start.data.samples()[sample], beta);
    }
    (theta, momentum)
}

/// The mean of the point over the powers of `K`, which `K` leaves where it is. Neurons that trade places share a gate.
fn fixed_point<T: Carrier>(point: Point<T>, element: &Element, powers: i64) -> Point<T> {
    let mut power = point.theta.clone();
    let mut theta = vec![T::zero(); power.len()];
    for _ in 0..powers {
        for (sum, entry) in theta.iter_mut().zip(&power) {
            *sum += entry;
        }
        power = element.map.apply(&power);
    }
    for entry in &mut theta {
        *entry /= T::integer(powers);
    }
    let first_of_orbit = |neuron: usize| {
        let next = |place: &usize| Some(element.places[*place]).filter(|next| *next != neuron);
        std::iter::successors(Some(neuron), next).min().unwrap_or(neuron)
    };
    let share = |sample: &Sample<T>| {
        let gates = sample.gates.as_ref();
        let shared = gates.map(|gates| (0..gates.len()).map(|neuron| gates[first_of_orbit(neuron)]).collect());
        Sample { gates: shared, ..sample.clone() }
    };
    let samples = point.data.samples().iter().map(share).collect();
    let data = DataSet::weighted(samples, point.data.weights().to_vec());
    Point { theta, data, ..point }
}
