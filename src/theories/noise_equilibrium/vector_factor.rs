//! A control of `noise-equilibrium/product-contraction`: a factor that is a vector.

use super::derivative::{constants, gradient, step};
use super::drawing::{sizable, sizable_rate};
use crate::model::Carrier;
use crate::scalar::{Dual, Rational, Ring};
use crate::verify::{Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};

/// The control in which a factor is a vector: `l = (u w . x - y)^2` with `Q = |w|^2 - u^2` and `|G|^2 = |2 r x|^2` for `G^2`. It would hold if `w` were
/// parallel to `x`.
#[derive(Clone, Copy)]
pub(super) struct VectorFactor;

/// `u`, `w`, `x` with the residual `r`.
pub(super) struct Vectors {
    theta: Vec<Rational>,
    input: Vec<Rational>,
    residual: Rational,
    learning_rate: Rational,
}

impl Drawn for Vectors {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a number times a vector of two entries".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("u, w", self.theta.iter().cloned()),
            Numbers::new("x", self.input.iter().cloned()),
            Numbers::new("residual, eta", [self.residual.clone(), self.learning_rate.clone()]),
        ]
    }
}

impl Draws for VectorFactor {
    type Instance = Vectors;

    fn draw(&self, draw: &mut Draw) -> Result<Vectors, Unjudged> {
        let learning_rate = sizable_rate(&mut draw.family);
        let mut next = || sizable(&mut draw.point);
        let (theta, residual) = ([next(), next(), next()], next());
        // Turned from w by more than 45 degrees.
        let (along, across) = (Rational::from((1, 4)), next());
        let input = vec![
            Rational::from(&theta[1] * &along) - Rational::from(&theta[2] * &across),
            Rational::from(&theta[2] * &along) + Rational::from(&theta[1] * &across),
        ];
        Ok(Vectors { theta: theta.into(), input, residual, learning_rate })
    }
}

impl<T: Carrier> In<T> for VectorFactor {
    fn relations(&self, instance: &Vectors) -> Result<Vec<Relation<T>>, Unjudged> {
        let of = |numbers: &[Rational]| numbers.iter().map(T::from_rational).collect::<Vec<T>>();
        let (theta, input) = (of(&instance.theta), of(&instance.input));
        let (residual, learning_rate) =
            (T::from_rational(&instance.residual), T::from_rational(&instance.learning_rate));
        let output = |theta: &[Dual<T>], input: &[Dual<T>]| {
            theta[0].clone() * (theta[1].clone() * &input[0] + theta[2].clone() * &input[1])
        };
        let inputs = constants(&input);
        let target = output(&constants(&theta), &inputs) - Dual::constant(residual.clone());
        let gradient = gradient(|theta| (output(theta, &inputs) - &target).squared(), &theta);
        let end = step(&theta, &gradient, &learning_rate, &T::one());
        let imbalance = |theta: &[T]| theta[1].squared() + theta[2].squared() - theta[0].squared();
        let slope = T::integer(4) * residual.squared() * (input[0].squared() + input[1].squared());
        let h = learning_rate.squared() * slope;
        Ok(vec![Relation::equality(
            "imbalance after a step",
            vec![Term::scalar("Q'", imbalance(&end)), Term::scalar("h Q", h * imbalance(&theta))],
            vec![Term::scalar("Q", imbalance(&theta))],
        )])
    }
}
