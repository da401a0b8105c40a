//! A model of one's own, its symmetry, and its balance law, checked exactly.

use equipartition::data::{DataSet, Sample};
use equipartition::entropic::{Objective, Preconditioner};
use equipartition::model::Model;
use equipartition::scalar::{Field, Rational, parse_number};
use equipartition::symmetry::{Generator, LinearMap};
use equipartition::theories::neural_thermodynamics::balance::balance_law;
use equipartition::verify::{Finding, Scalar, Status};

/// `l(u, w; x, y) = (u w^2 x - y)^2`: does not change under `w -> a w, u -> a^-2 u`.
struct Quadratic;

impl<T: Field> Model<T> for Quadratic {
    fn parameter_count(&self) -> usize {
        2
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let (u, w, x) = (&theta[0], &theta[1], &sample.input[0]);
        let residual = w.squared() * u * x - &sample.target[0];
        let slope = T::integer(2) * &residual * x;
        gradient[0] = w.squared() * &slope;
        gradient[1] = T::integer(2) * u * w * &slope;
        residual.squared()
    }
}

fn judge(exponents: [i64; 2]) -> Finding {
    let number = |text| parse_number(text).expect("a number");
    let sample = |x, y| Sample::new(vec![number(x)], vec![number(y)]);
    let objective = Objective {
        model: &Quadratic,
        data: &DataSet::new(vec![sample("1/2", "3"), sample("-2", "1/5")]),
        preconditioner: &Preconditioner::Scalar(number("1/10")),
        weight_decay: &number("0.01"),
    };
    let map = LinearMap::diagonal(exponents.map(Rational::from));
    let generator = Generator { name: "rescaling of w against u".to_owned(), map };
    let theta = [number("3/4"), number("-2/3")];
    Finding::judge(Scalar::Rational, &[balance_law(&objective, &generator, &theta)], true)
}

fn main() {
    let right = judge([-2, 1]);
    right.details.iter().for_each(|line| println!("{line}"));
    assert_eq!(right.status, Status::Satisfied, "w -> a w, u -> a^-2 u is a symmetry: the residual is 0");

    let wrong = judge([-1, 1]);
    wrong.details.iter().for_each(|line| println!("{line}"));
    assert_eq!(wrong.status, Status::Violated, "w -> a w, u -> a^-1 u is none");
}
