//! Paths of SGD and of the heavy ball: rational, wherever the network is.

use super::super::orbit::{self, Moved, moved};
use super::ENTRY;
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Draw, Drawn, Entry, Outside, Palette, Point, Problem, Relation, Stream, Term, Theorem,
};
use crate::data::{DataSet, Sample};
use crate::dynamics::{heavy_ball_step, sgd_step};
use crate::model::{Activation, Carrier, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Element, LinearMap, Symmetry};

/// Short paths without square roots, from points that a symmetry relates.
pub(super) struct Exact;

/// A problem with an orthogonal symmetry, and what the optimisers need.
pub(super) struct Instance {
    moved: Moved,
    /// The samples of the path from `theta_0`.
    order: Vec<usize>,
    /// The samples of the path from `K theta_0`.
    other_order: Vec<usize>,
    /// `beta`
    momentum: Rational,
    /// The number of powers of `K`, if it is finite.
    powers: Option<i64>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.moved.class()
    }
    fn is_algebraic(&self) -> bool {
        self.moved.is_algebraic()
    }
    fn describe(&self) -> String {
        format!("{}; sample order {:?}", self.moved.describe(), self.order)
    }
}

/// The number of steps: fewer where the degree of the path, and with it the length of its numbers, grows faster.
fn steps(network: &Network) -> usize {
    let depth = network.layout().map_or(1, |layout| layout.depth());
    let squares = network.activation() == Activation::Piecewise(Piecewise::SquaredRelu);
    if network.is_algebraic() && (depth > 2 || squares) { 2 } else { 3 }
}

/// The number of powers of a signed permutation.
fn order_of(element: &Element) -> i64 {
    let identity = LinearMap::identity(element.map.dimension());
    let mut power = element.map.clone();
    let mut order = 1;
    while power != identity {
        power = element.map.after(&power);
        order += 1;
    }
    order
}

/// A signed permutation, or a product with rotations.
fn draw_symmetry(stream: &mut Stream, class: Class) -> (Network, Element, bool) {
    if stream.below(4) == 0 {
        let palette = *stream.pick(&[Palette::Rotations, Palette::Linear]);
        let (network, element) = orbit::draw_network(stream, palette, class, Symmetry::is_orthogonal);
        (network, element, false)
    } else {
        let palette = *stream.pick(&[Palette::Any, Palette::Homogeneous, Palette::Linear, Palette::Odd]);
        let (network, element) = orbit::draw_network(stream, palette, class, Symmetry::is_discrete);
        (network, element, true)
    }
}

impl Theorem for Exact {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let (class, network, element, finite) = if case == Case::Law {
            let (network, element, finite) = draw_symmetry(stream, turn);
            (turn, network, element, finite)
        } else {
            let network = orbit::draw_two_layer_linear(stream);
            let width = network.layout().map_or(0, |layout| layout.widths()[1]);
            let element = if is("not-orthogonal") {
                let factor = orbit::factor(stream, &network);
                symmetry::neuron_rescaling(&network, 0, stream.below(width), &factor, 1)
            } else {
                symmetry::neuron_permutation(&network, 0, &orbit::proper_permutation(stream, width))
            };
            (Class::Generic, network, element, is("not-fixed"))
        };
        let steps = steps(&network);
        let mut problem = Problem::draw(&mut draw, class, network, Rates::Scalar, Decay::Positive);
        let stream = &mut draw.family;
        let distinct = is("not-commuting") || (case == Case::Law && finite && stream.coin());
        if distinct {
            let rates = orbit::distinct_rates(stream, problem.theta.len());
            problem.preconditioner = if case == Case::Law { orbit::averaged(rates, &element.map) } else { rates };
        }
        // Steps short enough that a path over several of them keeps its digits.
        problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate / 8));
        let momentum = Rational::from((stream.integer(1, 7), 8));
        let mut order: Vec<usize> = (0..steps).map(|_| stream.below(problem.data.len())).collect();
        let mut other_order = order.clone();
        if is("other-order") {
            order[..2].copy_from_slice(&[0, 1]);
            other_order.clone_from(&order);
            other_order[..2].copy_from_slice(&[1, 0]);
        }
        // A sign flip fixes only zeros, which cannot be normalised.
        let normalised = matches!(problem.network, Network::Mlp { normalised: true, .. });
        let flips = (0..element.map.dimension()).any(|row| element.map.row(row).iter().any(|(_, entry)| *entry < 0));
        let powers = (finite && !(normalised && flips)).then(|| order_of(&element));
        Instance { moved: Moved { problem, element }, order, other_order, momentum, powers }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
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
            let fixed = if case.is_control(&ENTRY, "not-fixed") { point } else { fixed_point(point, element, powers) };
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
