//! Short paths of Adam: `K` is a signed permutation, and the moments move along with the point.

use super::super::orbit::{self, Moved, moved};
use super::{ENTRY, Rooted};
use crate::claim::problem::{Decay, Rates};
use crate::claim::stream::GRID_BITS;
use crate::claim::{Case, Class, Draw, Drawn, Outside, Palette, Point, Problem, Relation, Stream, Term};
use crate::dynamics::{Adam, Moments, adam_step};
use crate::model::{Carrier, Piecewise};
use crate::scalar::{Measured, Rational, Real};
use crate::symmetry::{self, LinearMap, Symmetry};

/// Steps of a path.
const STEPS: usize = 4;

/// Two paths of Adam, from `theta_0` and from `K theta_0`.
pub(super) struct Paths {
    moved: Moved,
    order: Vec<usize>,
    adam: Adam<Rational>,
    /// The state at `theta_0`: zero, or that of a run which is resumed.
    state: Moments<Rational>,
}

impl Paths {
    pub(super) fn draw(seed: u64, case: Case, number: u64) -> Self {
        let mut draw = Draw::new(&ENTRY, seed, case, number);
        draw = draw.with_streams(draw.stream("Adam's family", number), draw.stream("Adam's point", number));
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let class = match (case, number % 4) {
            (Case::Law, 0) => Class::Smooth,
            (Case::Law, 2) => Class::Awkward,
            _ => Class::Generic,
        };
        let (network, element) = if is("adam-rotation") {
            let network = orbit::draw_two_layer_linear(stream);
            let width = network.layout().map_or(0, |layout| layout.widths()[1]);
            // Cosine and sine are 3/5 and 4/5, or 4/5 and 3/5.
            let t = Rational::from((1, 2 + i32::from(stream.coin())));
            let element = symmetry::rotation_element(&network, 0, orbit::pair(stream, width), &t);
            (network, element)
        } else if is("adam-state") {
            // Linear: a dead neuron would not feel what state it has.
            let network = orbit::draw_shallow(stream, Piecewise::Identity);
            let element = orbit::draw_element(stream, &network, Symmetry::is_discrete);
            (network, element.expect("linear neurons have sign flips"))
        } else {
            let palette = *stream.pick(&[Palette::Any, Palette::Homogeneous, Palette::Linear, Palette::Odd]);
            orbit::draw_network(stream, palette, class, Symmetry::is_discrete)
        };
        let mut problem = Problem::draw(&mut draw, class, network, Rates::Scalar, Decay::Positive);
        let stream = &mut draw.family;
        let parameters = problem.theta.len();
        if case == Case::Law && stream.coin() {
            problem.preconditioner = orbit::averaged(orbit::distinct_rates(stream, parameters), &element.map);
        }
        // Steps short enough that a path over several of them keeps its digits.
        problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(rate / 8));
        let order = (0..STEPS).map(|_| stream.below(problem.data.len())).collect();
        let adam = constants(stream);
        let resumed = is("adam-state") || (case == Case::Law && stream.coin());
        let state = if resumed { resume(&mut draw.point, parameters) } else { Moments::zero(parameters) };
        Paths { moved: Moved { problem, element }, order, adam, state }
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

impl Rooted for Paths {
    fn relations<T: Carrier + Real + Measured>(&self, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let element = &self.moved.element;
        let map = &element.map;
        // |K|: a coordinate's second moment goes where the coordinate goes, and has no sign.
        let absolute = map.positive_part().plus(&map.negative_part());
        let point = orbit::at::<T>(&self.moved.problem)?;
        let image = moved(&point, element);
        let identity = LinearMap::identity(map.dimension());
        let behind = case.is_control(&ENTRY, "adam-state");
        let (carried, carried_squares) = if behind { (&identity, &identity) } else { (map, &absolute) };
        let state = self.state_at::<T>();
        let state_there = Moments {
            steps: state.steps,
            first: carried.apply(&state.first),
            second: carried_squares.apply(&state.second),
        };
        let (here, state) = self.run(&point, state);
        let (there, state_there) = self.run(&image, state_there);
        let mut relations = Vec::new();
        for (step, (theta, theta_there)) in here.iter().zip(there).enumerate() {
            relations.push(Relation::equality(
                ("Adam", format!("after {} steps", step + 1)),
                vec![Term::vector("theta_t(K theta_0)", theta_there)],
                vec![Term::vector("K theta_t(theta_0)", map.apply(theta))],
            ));
        }
        // A control has to fail in the path itself.
        if case == Case::Law {
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
