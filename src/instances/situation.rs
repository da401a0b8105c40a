//! Random instances of a model of one's own: a point, a data set, learning rates and decay.

use super::numbers::numbers;
use super::problem::{Decay, Point, Rates, preconditioner, weight_decay, weights_of_mean};
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::model::{Carrier, Differentiable, test_gradient};
use crate::scalar::{Field, Rational};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Unjudged};
use std::sync::Arc;

/// The sizes of a model's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The length of theta.
    pub parameters: usize,
    /// The length of a sample's input.
    pub inputs: usize,
    /// The length of a sample's target.
    pub targets: usize,
}

/// An instance of a claim on a model that is no [`Network`](crate::model::Network): everything but the model.
///
/// It is [algebraic](Drawn::is_algebraic): under [`Exact`](crate::verify::Exact) and [`Ladder`](crate::verify::Ladder) the law is judged in the
/// rationals. For a model that needs square roots or exponentials take [`Transcendental`](crate::verify::Transcendental), which never asks.
#[derive(Clone, Debug)]
pub struct Situation {
    /// Generic or awkward, or smooth if it was drawn so.
    pub class: Class,
    /// The parameters.
    pub theta: Vec<Rational>,
    /// The samples.
    pub data: DataSet<Rational>,
    /// `Lambda`.
    pub preconditioner: Preconditioner<Rational>,
    /// `gamma`.
    pub weight_decay: Rational,
    /// What was made special, for an awkward instance.
    pub degeneracy: &'static str,
}

impl Situation {
    /// Draws a point and one to three samples: the coordinates from the point stream, weights of the mean, learning rates
    /// and decay from the family stream.
    ///
    /// Generic coordinates are uniform on the grid, so that the Schwartz-Zippel bound holds; it is not for a model with
    /// kinks, which decides for itself which polynomial it is: draw that as [`Class::Smooth`]. Awkward instances are
    /// small integers, zeros and repeated values.
    pub fn draw(draw: &mut Draw, class: Class, shape: Shape, rates: Rates, decay: Decay) -> Self {
        let family = &mut draw.family;
        let samples = if class == Class::Awkward && family.coin() { 1 } else { 2 + family.below(2) };
        let preconditioner = preconditioner(family, rates, shape.parameters);
        let weight_decay = weight_decay(family, decay);
        let weights = weights_of_mean(family, samples);
        let point = &mut draw.point;
        let mut vector = |len: usize| -> Vec<Rational> {
            let coordinate = |_| match class {
                Class::Generic => point.dyadic(GRID_BITS),
                Class::Smooth | Class::Stationary => point.small(),
                Class::Awkward => Rational::from(point.integer(-2, 2)),
            };
            (0..len).map(coordinate).collect()
        };
        let mut theta = vector(shape.parameters);
        let drawn = (0..samples).map(|_| Sample::new(vector(shape.inputs), vector(shape.targets))).collect();
        let mut data = DataSet::weighted(drawn, weights);
        let mut degeneracy = "";
        if class == Class::Awkward {
            degeneracy = *draw.point.pick(&["integers", "equal parameters", "a zero parameter", "a zero input"]);
            match degeneracy {
                "equal parameters" if shape.parameters > 0 => {
                    let value = theta[0].clone();
                    theta.fill(value);
                }
                "a zero parameter" if shape.parameters > 0 => {
                    theta[draw.point.below(shape.parameters)] = Rational::new();
                }
                "a zero input" => {
                    let mut samples = data.samples().to_vec();
                    samples[0].input.fill(Rational::new());
                    data = DataSet::weighted(samples, data.weights().to_vec());
                }
                _ => degeneracy = "integers",
            }
        }
        Situation { class, theta, data, preconditioner, weight_decay, degeneracy }
    }

    /// The plain learning rate.
    ///
    /// # Panics
    /// If the learning rates are a matrix, which [`Rates::Scalar`] never draws.
    pub fn learning_rate<T: Field>(&self) -> T {
        match &self.preconditioner {
            Preconditioner::Scalar(rate) => T::from_rational(rate),
            _ => panic!("the claim draws scalar learning rates"),
        }
    }

    /// The situation with a model, in another scalar: ready to be differentiated. The model's gradient is compared with its loss.
    ///
    /// # Errors
    /// [`Unjudged::Contradicted`] with the sample, the entry and both numbers, if the gradient is not that of the loss.
    pub fn at<T: Carrier>(&self, model: impl Differentiable<T> + 'static) -> Result<Point<T>, Unjudged> {
        let theta: Vec<T> = self.theta.iter().map(T::drawn).collect();
        let data: DataSet<T> = self.data.carry();
        test_gradient(&model, &theta, data.samples()).map_err(|wrong| Unjudged::Contradicted(wrong.to_string()))?;
        Ok(Point {
            model: Arc::new(model),
            theta,
            data,
            preconditioner: self.preconditioner.map(T::from_rational),
            weight_decay: T::from_rational(&self.weight_decay),
        })
    }
}

impl Drawn for Situation {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let (parameters, samples) = (self.theta.len(), self.data.len());
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let degeneracy = if self.degeneracy.is_empty() { String::new() } else { format!(", {}", self.degeneracy) };
        let sizes = format!("{parameters} parameter{}, {samples} sample{}", plural(parameters), plural(samples));
        sizes + &degeneracy
    }
    fn numbers(&self) -> Vec<Numbers> {
        numbers(&self.theta, &self.data, &self.preconditioner, &self.weight_decay)
    }
}
