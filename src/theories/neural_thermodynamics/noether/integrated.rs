//! Charges along integrated flows.

use super::charge::{Charged, layout, scaled, symmetric_matrix, with_gates};
use crate::dynamics::flow::{FlowError, integrate};
use crate::entropic::Preconditioner;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{Point, Problem};
use crate::linalg::products::add_multiple;
use crate::model::{Loss, Network, Piecewise};
use crate::scalar::{Field, Mp, Rational, Real, Ring};
use crate::symmetry::{self, Generator, LinearMap};
use crate::verify::{Class, Draw, Drawn, Draws, In, Relation, Term, Unjudged};
use num_traits::Zero;

/// The charges at the end of a flow.
#[derive(Clone, Copy)]
pub struct Integrated {
    /// The sign of `C_-`.
    pub orientation: i64,
    /// Whether the flow is that of `-Lambda grad L` with two learning rates.
    pub unequal_rates: bool,
    /// Whether the flow with weight decay is followed too.
    pub decay: bool,
}

/// The law.
pub const INTEGRATED: Integrated = Integrated { orientation: 1, unequal_rates: false, decay: true };

/// The time for which a flow is followed.
const TIME: (i64, i64) = (1, 16);

/// Charges that are followed along a flow.
pub struct Followed(Charged);

impl Drawn for Followed {
    fn class(&self) -> Class {
        self.0.class()
    }
    fn is_algebraic(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        format!("{}, integrated flow", self.0.describe())
    }
}

impl Draws for Integrated {
    type Instance = Followed;

    fn draw(&self, draw: &mut Draw) -> Result<Followed, Unjudged> {
        Ok(Followed(draw_flow(draw, self.unequal_rates)))
    }
}

impl<const BITS: u32> In<Mp<BITS>> for Integrated {
    fn relations(&self, Followed(charged): &Followed) -> Result<Vec<Relation<Mp<BITS>>>, Unjudged> {
        let point = charged.problem.at::<Mp<BITS>>();
        let along = |weight_decay: &Mp<BITS>| {
            self.along(&charged.generators, &point, weight_decay).map_err(|error| Unjudged::outside(error.to_string()))
        };
        let mut relations = along(&Mp::zero())?;
        if self.decay {
            relations.extend(along(&point.weight_decay)?);
        }
        Ok(relations)
    }
}

impl Integrated {
    /// `C_+(t) + exp(-4 gamma t) C_-(0) = C_-(t) + exp(-4 gamma t) C_+(0)` for every generator, along a flow that is right to half of the bits.
    fn along<const BITS: u32>(
        &self,
        generators: &[Generator],
        point: &Point<Mp<BITS>>,
        weight_decay: &Mp<BITS>,
    ) -> Result<Vec<Relation<Mp<BITS>>>, FlowError> {
        let field = |theta: &[Mp<BITS>]| {
            let mut force = point.objective().mean_gradient(theta);
            add_multiple(&mut force, &(Mp::integer(2) * weight_decay), theta);
            scaled(&Mp::integer(-1), if self.unequal_rates { point.preconditioner.apply(&force) } else { force })
        };
        let time = Mp::<BITS>::ratio(TIME.0, TIME.1);
        let tolerance = Mp::<BITS>::integer(2).powi(-(BITS as i32) / 2);
        let end = integrate(&field, &point.theta, &time, &tolerance)?.theta;
        let decay = (Mp::integer(-4) * weight_decay * &time).exp();
        let kind = if weight_decay.is_zero() { "integrated flow" } else { "integrated flow with decay" };
        let sign = Mp::<BITS>::integer(self.orientation);
        let relation = |generator: &Generator| {
            let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
            let now = |map: &LinearMap| map.form(&end, &end);
            let before = |map: &LinearMap| decay.clone() * map.form(&point.theta, &point.theta);
            Relation::equality(
                (kind, &generator.name),
                vec![
                    Term::scalar("C_+(t)", now(&positive)),
                    Term::scalar("exp(-4 gamma t) C_-(0)", sign.clone() * before(&negative)),
                ],
                vec![
                    Term::scalar("C_-(t)", sign.clone() * now(&negative)),
                    Term::scalar("exp(-4 gamma t) C_+(0)", before(&positive)),
                ],
            )
        };
        Ok(generators.iter().map(relation).collect())
    }
}

/// A small network whose flow meets no kink: linear ones under three losses, and a leaky ReLU network within one activation pattern.
fn draw_flow(draw: &mut Draw, unequal_rates: bool) -> Charged {
    let stream = &mut draw.family;
    let widths = [1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(2)];
    let classes = [widths[0], widths[1], 2];
    let network = match stream.below(5) {
        0 => Network::deep_linear(&widths),
        1 => Network::deep_linear(&[widths[0], widths[1], 2, widths[2]]),
        2 => Network::mlp(&classes, Piecewise::Identity, true, Loss::CrossEntropy),
        3 => Network::mlp(&widths, Piecewise::Identity, true, Loss::Logistic),
        _ => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
    };
    let kinked = network.activation() == Piecewise::LeakyRelu.into();
    let mut problem = Problem::draw(draw, Class::Smooth, network, Rates::Scalar, Decay::Positive);
    if kinked {
        problem = with_gates(problem, |neuron| neuron % 2 == 0);
    }
    if unequal_rates {
        let first = layout(&problem.network).weights(0);
        let rates =
            (0..problem.theta.len()).map(|index| Rational::from((if first.contains(&index) { 2 } else { 1 }, 2)));
        problem.preconditioner = Preconditioner::Diagonal(rates.collect());
    }
    if kinked {
        return Charged::with_neurons_of_degree(problem, 1);
    }
    let hidden = layout(&problem.network).widths().to_vec();
    let map = |layer: usize| {
        // A positive matrix on the diagonal, so that the charge of the wrong orientation cannot vanish.
        let mut x = symmetric_matrix(&mut draw.family, hidden[layer + 1]);
        for place in 0..hidden[layer + 1] {
            x[(place, place)] = draw.family.positive() + 4;
        }
        symmetry::linear(&problem.network, layer, &x)
    };
    let generators = (0..hidden.len() - 2).map(map).collect();
    Charged { problem, generators }
}
