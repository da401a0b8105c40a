//! Laws about a model whose gradient is not that of its loss.

use crate::theorem::{Must, Put, Theorem};
use equipartition::data::Sample;
use equipartition::instances::problem::{Decay, Rates};
use equipartition::instances::{Shape, Situation};
use equipartition::model::{Carrier, Model};
use equipartition::scalar::Branch;
use equipartition::verify::{Check, Class, Draw, Draws, Exact, In, Relation, Term, Unjudged};

/// `l = (u v x)^2`, whose gradient is multiplied by these factors, entry by entry.
#[derive(Clone, Copy)]
struct Product {
    factors: [i64; 2],
    /// Whether the second entry has the sign of the input besides.
    signed: bool,
    is_control: bool,
}

impl<T: Branch> Model<T> for Product {
    fn parameter_count(&self) -> usize {
        2
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let product = T::product(&theta[0], &theta[1]) * &sample.input[0];
        let outer = T::integer(2) * &product * &sample.input[0];
        let one = T::one();
        let sign = T::select(sample.input[0].less(&T::zero()), &-one.clone(), &one);
        gradient[0] = T::product(&outer, &theta[1]) * T::integer(self.factors[0]);
        gradient[1] = T::product(&outer, &theta[0]) * T::integer(self.factors[1]);
        if self.signed {
            gradient[1] *= &sign;
        }
        product.squared()
    }
}

/// `u g_u = v g_v` for the mean gradient, which does not notice one factor for both entries.
impl Draws for Product {
    type Instance = Situation;
    fn draw(&self, draw: &mut Draw) -> Result<Situation, Unjudged> {
        let shape = Shape { parameters: 2, inputs: 1, targets: 0 };
        Ok(Situation::draw(draw, Class::Generic, shape, Rates::Scalar, Decay::None))
    }
}

impl<T: Carrier> In<T> for Product {
    fn relations(&self, situation: &Situation) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = situation.at::<T>(*self)?;
        let gradients = point.objective().sample_gradients(&point.theta);
        let product = |entry: usize| T::product(&point.theta[entry], &gradients[0][entry]);
        let right = if self.is_control { T::integer(2) * product(1) } else { product(1) };
        Ok(vec![Relation::equality(
            "charge",
            vec![Term::scalar("u g_u", product(0))],
            vec![Term::scalar("v g_v", right)],
        )])
    }
}

fn made(factors: [i64; 2], signed: bool) -> [Box<dyn Check>; 2] {
    let law = Product { factors, signed, is_control: false };
    [Box::new(Exact(law)), Box::new(Exact(Product { is_control: true, ..law }))]
}

pub fn theorems() -> Vec<Theorem> {
    let theorem = |name, says, make, must| Theorem { name, says, put: Put::Made(make), must };
    vec![
        theorem(
            "wrong-gradient/seven-times",
            "u g_u = v g_v, with seven times the gradient: the law does not see it",
            || made([7, 7], false),
            Must::BeRefuted,
        ),
        theorem(
            "wrong-gradient/of-the-other-sign",
            "u g_u = v g_v, with minus the gradient",
            || made([-1, -1], false),
            Must::BeRefuted,
        ),
        theorem(
            "wrong-gradient/one-entry",
            "u g_u = v g_v, with twice the second entry",
            || made([1, 2], false),
            Must::BeRefuted,
        ),
        theorem(
            "wrong-gradient/for-negative-inputs",
            "u g_u = v g_v, with the wrong sign of the second entry where the input is negative",
            || made([1, 1], true),
            Must::BeRefuted,
        ),
    ]
}
