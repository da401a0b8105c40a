//! The entropy along the orbit of a continuous symmetry: its derivatives, and the criterion by which it is constant.

use super::orbit::moved;
use crate::entropic::{Objective, Preconditioner};
use crate::instances::Point;
use crate::linalg::products::{add_multiple, dot};
use crate::model::Carrier;
use crate::scalar::{Dual, Rational};
use crate::symmetry::{Element, LinearMap};
use crate::verify::{Relation, Term};

/// The derivatives of S along the orbit of any generator, for any `Lambda`.
pub(super) fn any_generator<T: Carrier>(point: &Point<T>, generator: &LinearMap, entropy: T) -> [Relation<T>; 2] {
    let (first, second) = derivatives(point, generator);
    let identity = LinearMap::identity(point.theta.len());
    let transposed = generator.transposed();
    let twice = transposed.after(&transposed);
    let half = T::ratio(1, 2);
    let drift = T::ratio(-1, 2) * noise(point, &transposed, &identity);
    let square = T::product(&half, &noise(point, &transposed, &transposed));
    let mixed = half * noise(point, &twice, &identity);
    [
        Relation::equality(
            "the first derivative",
            vec![Term::scalar("dS/dt", first)],
            vec![Term::scalar("-1/2 E[g^T A Lambda g]", drift)],
        )
        .against(entropy.clone()),
        Relation::equality(
            "the second derivative",
            vec![Term::scalar("d^2 S/dt^2", second)],
            vec![Term::scalar("1/2 E[g^T A Lambda A^T g]", square), Term::scalar("1/2 E[g^T A^2 Lambda g]", mixed)],
        )
        .against(entropy),
    ]
}

/// The criterion for normal generators and elements: the right sides are sums of squares, zero if and only if S is
/// constant.
pub(super) fn normal_generator<T: Carrier>(
    point: &Point<T>,
    generator: &LinearMap,
    element: &Element,
    inverse: &Preconditioner<Rational>,
    entropy: T,
) -> [Relation<T>; 2] {
    let (_, second) = derivatives(point, generator);
    let rates = &point.preconditioner;
    let inverse = inverse.map(T::from_rational);
    // 1/4 E[v^T Lambda^{-1} v] with v = M Lambda g + Lambda N g
    let square = |outside: &LinearMap, inside: &LinearMap| {
        let mean = point.data.mean(|sample| {
            let gradient = point.model.gradient(&point.theta, sample);
            let mut vector = outside.apply(&rates.apply(&gradient));
            add_multiple(&mut vector, &T::one(), &rates.apply(&inside.apply(&gradient)));
            dot(&vector, &inverse.apply(&vector))
        });
        T::ratio(1, 4) * mean
    };
    let entropy_at = |element: &Element| {
        let image = moved(point, element);
        image.objective().entropy(&image.theta)
    };
    let excess = square(&element.inverse.scaled(&Rational::from(-1)), &element.map.transposed());
    [
        Relation::equality(
            "the second derivative of a normal generator",
            vec![Term::scalar("d^2 S/dt^2", second)],
            vec![Term::scalar(
                "1/4 E[v^T Lambda^{-1} v], v = (A Lambda + Lambda A^T) g",
                square(generator, &generator.transposed()),
            )],
        )
        .against(entropy.clone()),
        Relation::equality(
            "the second difference of a normal element",
            vec![
                Term::scalar("S(K theta), K normal", entropy_at(element)),
                Term::scalar("S(K^{-1} theta), K normal", entropy_at(&element.inverted())),
            ],
            vec![
                Term::scalar("2 S(theta)", T::integer(2) * entropy),
                Term::scalar("1/4 E[v^T Lambda^{-1} v], v = (Lambda K^T - K^{-1} Lambda) g", excess),
            ],
        ),
    ]
}

/// `E[(M g)^T Lambda (N g)]`
pub(super) fn noise<T: Carrier>(point: &Point<T>, left: &LinearMap, right: &LinearMap) -> T {
    point.data.mean(|sample| {
        let gradient = point.model.gradient(&point.theta, sample);
        dot(&left.apply(&gradient), &point.preconditioner.apply(&right.apply(&gradient)))
    })
}

/// The first two derivatives of `S(e^{tA} theta)` at `t = 0`, by dual numbers: with `t = e + e'`, `t^2/2 = e e'`,
/// `e^{tA} theta = theta + (e + e') A theta + e e' A^2 theta`.
fn derivatives<T: Carrier>(point: &Point<T>, generator: &LinearMap) -> (T, T) {
    let velocity = generator.apply(&point.theta);
    let acceleration = generator.apply(&velocity);
    let moving = point.theta.iter().zip(&velocity).zip(&acceleration);
    let theta: Vec<_> =
        moving.map(|((x, v), a)| Dual::new(Dual::new(x.clone(), v.clone()), Dual::new(v.clone(), a.clone()))).collect();
    let constant = |x: &T| Dual::constant(Dual::constant(x.clone()));
    let lifted = Objective {
        model: &*point.model,
        data: &point.data.lift().lift(),
        preconditioner: &point.preconditioner.map(constant),
        weight_decay: &constant(&point.weight_decay),
    };
    let entropy = lifted.entropy(&theta);
    (entropy.value.tangent, entropy.tangent.tangent)
}
