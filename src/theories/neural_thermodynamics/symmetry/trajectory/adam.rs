//! Short paths of Adam: `K` is a signed permutation, and the moments move along with the point.

use super::super::elements;
use super::super::orbit::{self, Moved, moved};
use super::super::rates;
use crate::dynamics::{Adam, Moments, adam_step};
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Point, Problem};
use crate::model::{Carrier, Network, Piecewise};
use crate::scalar::{Rational, Real};
use crate::symmetry::{self, Element, LinearMap, Symmetry};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged};

/// Steps of a path.
const STEPS: usize = 4;

/// Two paths of Adam, from `theta_0` and from `K theta_0`.
#[derive(Clone, Copy)]
pub(super) struct Adaptive {
    elements: Elements,
    /// Whether the state moves along with the point.
    state_moves: bool,
    /// Whether something is asserted of the state at the end too.
    asserts_moments: bool,
}

/// Which maps are drawn.
#[derive(Clone, Copy)]
enum Elements {
    /// Discrete symmetries of any network: signed permutations.
    Symmetries,
    /// Rotations of a two-layer linear network whose cosine and sine are 3/5 and 4/5, or 4/5 and 3/5.
    Rotations,
    /// Discrete symmetries of a linear network: a dead neuron would not feel what state it has.
    Linear,
}

pub(super) const LAW: Adaptive = Adaptive { elements: Elements::Symmetries, state_moves: true, asserts_moments: true };
/// Of the points alone: a control has to fail in the path itself.
const POINTS: Adaptive = Adaptive { asserts_moments: false, ..LAW };
pub(super) const ROTATED: Adaptive = Adaptive { elements: Elements::Rotations, ..POINTS };
pub(super) const STATE_LEFT: Adaptive = Adaptive { elements: Elements::Linear, state_moves: false, ..POINTS };

/// What two paths share.
pub(super) struct Paths {
    moved: Moved,
    order: Vec<usize>,
    adam: Adam<Rational>,
    /// The state at `theta_0`: zero, or that of a run which is resumed.
    state: Moments<Rational>,
}

impl Elements {
    fn draw(self, stream: &mut Stream, class: Class) -> (Network, Element) {
        match self {
            Elements::Symmetries => {
                let network_kind =
                    *stream.pick(&[NetworkKind::Any, NetworkKind::Homogeneous, NetworkKind::Linear, NetworkKind::Odd]);
                elements::draw_network(stream, network_kind, class, Symmetry::is_discrete)
            }
            Elements::Rotations => {
                let network = elements::draw_two_layer_linear(stream);
                let t = Rational::from((1, 2 + i32::from(stream.coin())));
                let pair = elements::pair(stream, elements::width(&network));
                let element = symmetry::rotation_element(&network, 0, pair, &t);
                (network, element)
            }
            Elements::Linear => {
                let network = elements::draw_shallow(stream, Piecewise::Identity);
                let element = elements::draw_element(stream, &network, Symmetry::is_discrete);
                (network, element.expect("linear neurons have sign flips"))
            }
        }
    }
}

impl Draws for Adaptive {
    type Instance = Paths;

    fn draw(&self, draw: &mut Draw) -> Result<Paths, Unjudged> {
        let (is_law, number) = (draw.is_law(), draw.index);
        let draw = &mut draw.with_streams(draw.stream("Adam's family", number), draw.stream("Adam's point", number));
        let class = match number % 4 {
            0 if is_law => Class::Smooth,
            2 if is_law => Class::Awkward,
            _ => Class::Generic,
        };
        let (network, element) = self.elements.draw(&mut draw.family, class);
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        let stream = &mut draw.family;
        let parameters = problem.theta.len();
        if is_law && stream.coin() {
            problem.preconditioner = rates::averaged(rates::distinct_rates(stream, parameters), &element.map);
        }
        // Steps short enough that a path over several of them keeps its digits.
        problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate / 8));
        let order = (0..STEPS).map(|_| stream.below(problem.data.len())).collect();
        let adam = constants(stream);
        let resumed = !self.state_moves || (is_law && stream.coin());
        let state = if resumed { resume(&mut draw.point, parameters) } else { Moments::zero(parameters) };
        Ok(Paths { moved: Moved { problem, element }, order, adam, state })
    }
}

/// The usual constants, and others.
pub(super) fn constants(stream: &mut Stream) -> Adam<Rational> {
    Adam {
        first_decay: Rational::from(*stream.pick(&[(9, 10), (1, 2), (7, 8)])),
        second_decay: Rational::from(*stream.pick(&[(999, 1000), (99, 100), (9, 10)])),
        epsilon: Rational::from((1, *stream.pick(&[100_000_000, 1_000_000]))),
    }
}

/// A state in the middle of a run.
fn resume(stream: &mut Stream, parameters: usize) -> Moments<Rational> {
    let mut draw = || (0..parameters).map(|_| stream.dyadic(GRID_BITS)).collect::<Vec<_>>();
    let (first, roots) = (draw(), draw());
    Moments { steps: 5, first, second: roots.iter().map(|root| root.clone().square()).collect() }
}

impl Drawn for Paths {
    fn class(&self) -> Class {
        self.moved.class()
    }
    fn is_algebraic(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        let start = if self.state.steps > 0 { "resumed" } else { "from zero moments" };
        format!("{}; Adam, {start}, sample order {:?}", self.moved.describe(), self.order)
    }
}

impl<T: Carrier + Real> In<T> for Adaptive {
    fn relations(&self, instance: &Paths) -> Result<Vec<Relation<T>>, Unjudged> {
        let element = &instance.moved.element;
        let map = &element.map;
        // |K|: a coordinate's second moment goes where the coordinate goes, and has no sign.
        let absolute = map.positive_part().plus(&map.negative_part());
        let point = orbit::at::<T>(&instance.moved.problem)?;
        let image = moved(&point, element);
        let identity = LinearMap::identity(map.dimension());
        let (carried, carried_squares) = if self.state_moves { (map, &absolute) } else { (&identity, &identity) };
        let state = instance.state_at::<T>();
        let state_there = Moments {
            steps: state.steps,
            first: carried.apply(&state.first),
            second: carried_squares.apply(&state.second),
        };
        let (here, state) = instance.run(&point, state);
        let (there, state_there) = instance.run(&image, state_there);
        let mut relations = Vec::new();
        for (step, (theta, theta_there)) in here.iter().zip(there).enumerate() {
            relations.push(Relation::equality(
                ("Adam", format!("after {} steps", step + 1)),
                vec![Term::vector("theta_t(K theta_0)", theta_there)],
                vec![Term::vector("K theta_t(theta_0)", map.apply(theta))],
            ));
        }
        if self.asserts_moments {
            relations.push(Relation::equality(
                "Adam's first moment",
                vec![Term::vector("m_t(K theta_0)", state_there.first)],
                vec![Term::vector("K m_t(theta_0)", map.apply(&state.first))],
            ));
            relations.push(Relation::equality(
                "Adam's second moment",
                vec![Term::vector("v_t(K theta_0)", state_there.second)],
                vec![Term::vector("|K| v_t(theta_0)", absolute.apply(&state.second))],
            ));
        }
        Ok(relations)
    }
}

impl Paths {
    fn state_at<T: Real>(&self) -> Moments<T> {
        let carry = |moment: &[Rational]| moment.iter().map(T::from_rational).collect();
        Moments { steps: self.state.steps, first: carry(&self.state.first), second: carry(&self.state.second) }
    }

    /// The points of a path, and the state at its end.
    fn run<T: Carrier + Real>(&self, start: &Point<T>, mut state: Moments<T>) -> (Vec<Vec<T>>, Moments<T>) {
        let adam = self.adam.map(T::from_rational);
        let mut theta = start.theta.clone();
        let mut step = |&sample: &usize| {
            adam_step(&start.objective(), &mut theta, &mut state, &start.data.samples()[sample], &adam);
            theta.clone()
        };
        let points = self.order.iter().map(&mut step).collect();
        (points, state)
    }
}
