//! Derivatives by [`Dual`] against those of another program, the num-dual crate: first, second, mixed and third.

use equipartition_scalar::{Dual, Real, Ring};
use num_dual::DualNum;
use quickcheck::{Arbitrary, Gen, quickcheck};

/// A function of one variable, written once for each of the two programs.
#[derive(Clone, Copy, Debug)]
enum Function {
    SquareRoot,
    Exponential,
    ExponentialMinusOne,
    Logarithm,
    LogarithmOfOnePlus,
    HyperbolicSine,
    HyperbolicCosine,
    HyperbolicTangent,
    InverseTangent,
    Sigmoid,
    Softplus,
    Cube,
    InverseSquare,
    Quotient,
    Composition,
}

use Function::*;

const ALL: [Function; 15] = [
    SquareRoot,
    Exponential,
    ExponentialMinusOne,
    Logarithm,
    LogarithmOfOnePlus,
    HyperbolicSine,
    HyperbolicCosine,
    HyperbolicTangent,
    InverseTangent,
    Sigmoid,
    Softplus,
    Cube,
    InverseSquare,
    Quotient,
    Composition,
];

impl Function {
    fn ours<T: Real>(self, x: T) -> T {
        match self {
            SquareRoot => x.sqrt(),
            Exponential => x.exp(),
            ExponentialMinusOne => x.exp_m1(),
            Logarithm => x.ln(),
            LogarithmOfOnePlus => x.ln_1p(),
            HyperbolicSine => x.sinh(),
            HyperbolicCosine => x.cosh(),
            HyperbolicTangent => x.tanh(),
            InverseTangent => x.atan(),
            Sigmoid => x.sigmoid(),
            Softplus => x.softplus(),
            Cube => x.powi(3),
            InverseSquare => x.powi(-2),
            Quotient => (x.squared() + T::one()) / (x + T::integer(5)),
            Composition => ((-x.squared()).exp() / (T::one() + x.squared())).tanh() * x,
        }
    }

    fn theirs<D: DualNum<f64> + Copy>(self, x: D) -> D {
        let one = D::one();
        match self {
            SquareRoot => x.sqrt(),
            Exponential => x.exp(),
            ExponentialMinusOne => x.exp_m1(),
            Logarithm => x.ln(),
            LogarithmOfOnePlus => x.ln_1p(),
            HyperbolicSine => x.sinh(),
            HyperbolicCosine => x.cosh(),
            HyperbolicTangent => x.tanh(),
            InverseTangent => x.atan(),
            Sigmoid => (one + (-x).exp()).recip(),
            Softplus => (one + x.exp()).ln(),
            Cube => x.powi(3),
            InverseSquare => x.powi(-2),
            Quotient => (x * x + one) / (x + 5.0),
            Composition => ((-x * x).exp() / (one + x * x)).tanh() * x,
        }
    }

    fn needs_a_positive_argument(self) -> bool {
        matches!(self, SquareRoot | Logarithm | LogarithmOfOnePlus | InverseSquare)
    }
}

/// A point of `[1/8, 25/8)`.
#[derive(Clone, Copy, Debug)]
struct Point(f64);

impl Arbitrary for Point {
    fn arbitrary(g: &mut Gen) -> Self {
        Point(0.125 + f64::from(u16::arbitrary(g)) * 3.0 / 65536.0)
    }
}

/// The points at which a function is compared: both signs, where it has both.
fn points(function: Function, Point(x): Point) -> impl Iterator<Item = f64> {
    [x, -x].into_iter().take(if function.needs_a_positive_argument() { 1 } else { 2 })
}

fn agree(what: Function, ours: &[f64], theirs: &[f64]) -> bool {
    // Third derivatives of these functions lose up to ten bits to cancellation.
    let agree = ours
        .iter()
        .zip(theirs)
        .all(|(ours, theirs)| (ours - theirs).abs() <= 1024.0 * f64::EPSILON * (1.0 + theirs.abs()));
    if !agree {
        eprintln!("{what:?}: {ours:?} against {theirs:?}");
    }
    agree && ours.len() == theirs.len()
}

quickcheck! {
    fn first_derivatives_agree(point: Point) -> bool {
        ALL.into_iter().all(|f| points(f, point).all(|x| {
            let ours = f.ours(Dual::new(x, 1.0));
            let theirs = num_dual::first_derivative(|x| f.theirs(x), x);
            agree(f, &[ours.value, ours.tangent], &[theirs.0, theirs.1])
        }))
    }

    fn second_derivatives_agree(point: Point) -> bool {
        ALL.into_iter().all(|f| points(f, point).all(|x| {
            let ours = f.ours(Dual::new(Dual::new(x, 1.0), Dual::new(1.0, 0.0)));
            let theirs = num_dual::second_derivative(|x| f.theirs(x), x);
            agree(
                f,
                &[ours.value.value, ours.value.tangent, ours.tangent.value, ours.tangent.tangent],
                &[theirs.0, theirs.1, theirs.1, theirs.2],
            )
        }))
    }

    fn mixed_derivatives_of_a_function_of_two_variables_agree(x: Point, y: Point) -> bool {
        // f(g(x) y + x^2) in x and y, the outer dual along y.
        ALL.into_iter().all(|f| {
            let inner = |x: Dual<Dual<f64>>, y| HyperbolicTangent.ours(x.clone()) * y + x.squared();
            let (dual_x, dual_y) =
                (Dual::new(Dual::new(x.0, 1.0), Dual::constant(0.0)), Dual::new(Dual::constant(y.0), Dual::constant(1.0)));
            let ours = f.ours(inner(dual_x, dual_y));
            let theirs =
                num_dual::second_partial_derivative(|(x, y)| f.theirs(HyperbolicTangent.theirs(x) * y + x * x), (x.0, y.0));
            agree(
                f,
                &[ours.value.value, ours.value.tangent, ours.tangent.value, ours.tangent.tangent],
                &[theirs.0, theirs.1, theirs.2, theirs.3],
            )
        })
    }

    fn third_derivatives_agree(point: Point) -> bool {
        ALL.into_iter().all(|f| points(f, point).all(|x| {
            let once = Dual::new(x, 1.0);
            let twice = Dual::new(once, Dual::constant(1.0));
            let thrice = Dual::new(twice, Dual::constant(Dual::constant(1.0)));
            let ours = f.ours(thrice);
            let theirs = num_dual::third_derivative(|x| f.theirs(x), x);
            agree(
                f,
                &[ours.value.value.tangent, ours.tangent.tangent.value, ours.tangent.tangent.tangent],
                &[theirs.1, theirs.2, theirs.3],
            )
        }))
    }
}
