//! One step of descent against the flows of modified fields, at step sizes down to `2^-100`.

use crate::data::{DataSet, Sample};
use crate::dynamics::flow::integrate;
use crate::entropic::Preconditioner;
use crate::entropic::modified::{Coefficients, Terms, modified_field};
use crate::instances::problem::{Decay, Rates};
use crate::instances::subject;
use crate::instances::{NetworkKind, Point, Problem};
use crate::linalg::products::add_multiple;
use crate::model::regularised::Regularised;
use crate::model::{Differentiable, Loss, Model, Network, Piecewise, Smooth};
use crate::scalar::{Field, Ring};
use crate::verify::order::{ACCURACY, Differences, Fine};
use crate::verify::{Asymptotics, Class, Draw, Inapplicable, Relation, Stream, Subject, Unjudged};
use std::sync::Arc;

/// A step of descent on one sample: `theta' = theta - h Lambda (g + 2 gamma theta)`.
pub struct Step {
    point: Point<Fine>,
    sample: Sample<Fine>,
}

/// The coefficients of a modified field as fractions, so that a law can hold them.
pub type Fractions = Coefficients<(i64, i64)>;

/// Those of the gradient flow.
pub const PLAIN: Fractions = Coefficients { entropic: (0, 1), curvature: (0, 1), third: (0, 1) };
/// Those of the flow of the entropic loss.
pub const ENTROPIC: Fractions = Coefficients { entropic: (1, 2), ..PLAIN };
/// With the terms of second order.
pub const SECOND_ORDER: Fractions = Coefficients { curvature: (1, 3), third: (1, 12), ..ENTROPIC };

/// The coefficients as numbers.
pub fn numbers(Coefficients { entropic, curvature, third }: Fractions) -> Coefficients<Fine> {
    let number = |(numerator, denominator)| Fine::ratio(numerator, denominator);
    Coefficients { entropic: number(entropic), curvature: number(curvature), third: number(third) }
}

/// What a control asserts: that a difference has an exponent, though it is that of a wrong flow.
pub fn wrongly(label: &'static str, exponent: i64, differences: Differences) -> Asymptotics {
    Asymptotics { exponents: vec![(label, exponent, differences)], limits: Vec::new() }
}

/// The limits of a law, and those of its exponents that are attained. `O(h^p)` says no more than that the difference is at least as small; where
/// its coefficient happens to vanish, or all of it does, the exponent is larger, and nothing is claimed of it.
pub fn attained(mut exponents: Vec<(&'static str, i64, Differences)>, limits: Vec<Relation<Fine>>) -> Asymptotics {
    exponents.retain(|(_, order, differences)| {
        let is_larger = || differences.exponent().value > Fine::ratio(2 * order + 1, 2);
        !differences.vanishes() && !is_larger()
    });
    Asymptotics { exponents, limits }
}

/// Draws a problem of one sample with a small network that has a hidden layer, so that the third derivative does not vanish. Of every four
/// instances of a law one is awkward.
pub fn draw_problem(draw: &mut Draw) -> Problem {
    let (is_law, awkward) = (draw.is_law(), draw.is_law() && draw.index % 4 == 1);
    let class = if awkward { Class::Awkward } else { Class::Smooth };
    let stream = &mut draw.family;
    let width = |stream: &mut Stream| if awkward && stream.coin() { 1 } else { 1 + stream.below(3) };
    let widths = [width(stream), width(stream), width(stream)];
    let bias = stream.coin();
    // A control needs a sample that moves more than an output bias: no dead neurons.
    let network = match if is_law { stream.below(6) } else { *stream.pick(&[0, 2, 3, 5]) } {
        0 => Network::deep_linear(&[widths[0], widths[1], widths[1], widths[2]]),
        1 => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
        2 => Network::mlp(&widths, Smooth::Tanh, bias, Loss::Logistic),
        3 => Network::mlp(&widths, Smooth::Silu, bias, Loss::SquaredError),
        4 => NetworkKind::Homogeneous.network(stream, class),
        _ => Network::deep_linear(&widths),
    };
    let problem = Problem::draw_samples(draw, class, network, Rates::Any, Decay::Positive, 1);
    with_forced_gates(problem, &mut draw.family)
}

/// Draws a problem of one sample on a given network.
///
/// # Errors
/// [`Inapplicable`] if no network is given.
pub fn draw_problem_on(draw: &mut Draw, subject: &Subject) -> Result<Problem, Inapplicable> {
    Ok(Problem::draw_on(draw, subject::network(subject)?, Rates::Any, Decay::Positive, 1))
}

/// The problem within one activation pattern, the same for all samples, three of four gates open: few-bit numbers may lie on a kink exactly,
/// and a kink is no place to expand at.
fn with_forced_gates(problem: Problem, stream: &mut Stream) -> Problem {
    let Some(layout) = problem.network.layout() else { return problem };
    let gates: Arc<[bool]> = (0..layout.hidden_neurons()).map(|_| stream.below(4) > 0).collect();
    let samples = problem.data.samples().iter().map(|sample| Sample { gates: Some(gates.clone()), ..sample.clone() });
    let data = DataSet::weighted(samples.collect(), problem.data.weights().to_vec());
    Problem { data, ..problem }
}

impl Step {
    /// The step of the problem's first sample.
    pub fn new(problem: &Problem) -> Self {
        let point = problem.at::<Fine>();
        let sample = point.data.samples()[0].clone();
        Step { point, sample }
    }

    fn regularised(&self) -> Regularised<'_, Fine, dyn Differentiable<Fine>> {
        Regularised { model: &*self.point.model, weight_decay: self.point.weight_decay.clone() }
    }

    /// `h Lambda`
    fn rates(&self, h: &Fine) -> Preconditioner<Fine> {
        self.point.preconditioner.map(|rate| Fine::product(rate, h))
    }

    /// The step less the time-1 flow of the field with these coefficients, for every step size. Both are known to `2^-192` of
    /// `h^order`.
    pub fn differences(&self, coefficients: Fractions, order: i32) -> Result<Differences, Unjudged> {
        let (model, coefficients) = (self.regularised(), numbers(coefficients));
        self.against(order, |rates, theta| modified_field(&model, rates, &coefficients, theta, &self.sample))
    }

    /// The same for the field `-Lambda (g + 2 gamma theta + 1/2 H Lambda g)`, in which the entropy term is that of the plain gradient.
    pub fn differences_with_decay_outside(&self, order: i32) -> Result<Differences, Unjudged> {
        let model = self.regularised();
        self.against(order, |rates, theta| {
            let mut velocity = modified_field(&model, rates, &Coefficients::plain(), theta, &self.sample);
            let force = Terms::new(&*self.point.model, rates, theta, &self.sample).entropic;
            add_multiple(&mut velocity, &Fine::ratio(-1, 2), &rates.apply(&force));
            velocity
        })
    }

    fn against(
        &self,
        order: i32,
        field: impl Fn(&Preconditioner<Fine>, &[Fine]) -> Vec<Fine>,
    ) -> Result<Differences, Unjudged> {
        let gradient = Model::gradient(&self.regularised(), &self.point.theta, &self.sample);
        Differences::measure(|h| {
            let rates = self.rates(&h);
            let tolerance = Fine::integer(2).powi(-ACCURACY) * h.powi(order);
            let flow = end_of_flow(&|theta| field(&rates, theta), &self.point.theta, &Fine::integer(1), &tolerance)?;
            let mut difference = self.point.theta.clone();
            add_multiple(&mut difference, &Fine::integer(-1), &rates.apply(&gradient));
            add_multiple(&mut difference, &Fine::integer(-1), &flow);
            Ok(difference)
        })
    }

    /// The terms of the modified field at the start, with `Lambda` applied and `h = 1`.
    pub fn terms(&self) -> Terms<Fine> {
        let rates = &self.point.preconditioner;
        let Terms { entropic, curvature, third } =
            Terms::new(&self.regularised(), rates, &self.point.theta, &self.sample);
        let apply = |vector: Vec<Fine>| rates.apply(&vector);
        Terms { entropic: apply(entropic), curvature: apply(curvature), third: apply(third) }
    }
}

/// The end of the flow of a field; an instance on which it cannot be integrated is left out.
pub fn end_of_flow(
    field: &dyn Fn(&[Fine]) -> Vec<Fine>,
    start: &[Fine],
    time: &Fine,
    tolerance: &Fine,
) -> Result<Vec<Fine>, Unjudged> {
    let flow = integrate(field, start, time, tolerance).map_err(|error| Unjudged::outside(error.to_string()))?;
    Ok(flow.theta)
}

/// A vector times a rational constant.
pub fn scaled(numerator: i64, denominator: i64, vector: Vec<Fine>) -> Vec<Fine> {
    let factor = Fine::ratio(numerator, denominator);
    vector.into_iter().map(|entry| entry * &factor).collect()
}
