//! The entropic loss along an orbit of rescalings: its profile, its slope, its minimum, and its convexity along any symmetric element.

use super::orbit::moved;
use super::rescaling_orbit::{Orbit, Parts};
use crate::instances::{Point, Problem};
use crate::linalg::products::{add_multiple, dot};
use crate::model::Carrier;
use crate::scalar::{Field, Rational};
use crate::symmetry::Element;
use crate::verify::{Relation, Term};

/// `a^exponent` as a constant.
fn power<T: Field>(a: &Rational, exponent: i32) -> T {
    T::from_rational(&a.powi(exponent))
}

/// `F(K_a theta)` as a function of `a`.
pub(super) fn profile<T: Carrier>(
    point: &Point<T>,
    image: &Point<T>,
    parts: &Parts<T>,
    orbit: &Orbit,
    a: &Rational,
) -> Relation<T> {
    let ([decay_u, decay_w, decay_v], [noise_u, noise_w, noise_v]) = (&parts.decay, &parts.noise);
    let k = orbit.degree;
    Relation::equality(
        ("the entropic loss", format!("at a = {a}")),
        vec![Term::scalar("F(K_a theta)", image.objective().entropic_loss(&image.theta))],
        vec![
            Term::scalar("L", point.objective().loss(&point.theta)),
            Term::scalar("gamma |v|^2", decay_v.clone()),
            Term::scalar("(eta/4) E|g_v|^2", noise_v.clone()),
            Term::scalar("a^2 gamma |u|^2", power::<T>(a, 2) * decay_u),
            Term::scalar("a^{-2k} gamma |w|^2", power::<T>(a, -2 * k) * decay_w),
            Term::scalar("a^{-2} (eta/4) E|g_u|^2", power::<T>(a, -2) * noise_u),
            Term::scalar("a^{2k} (eta/4) E|g_w|^2", power::<T>(a, 2 * k) * noise_w),
        ],
    )
}

/// `dF/dt` at `K_a theta`, `a = e^t`, from the gradient of F there: zero where `a^4 = q / p`.
pub(super) fn slope<T: Carrier>(
    problem: &Problem,
    image: &Point<T>,
    parts: &Parts<T>,
    orbit: &Orbit,
    a: &Rational,
) -> Relation<T> {
    let ([decay_u, decay_w, _], [noise_u, noise_w, _]) = (&parts.decay, &parts.noise);
    let k = orbit.degree;
    let velocity = orbit.generator(&problem.network).apply(&image.theta);
    let factor = |exponent: i32| T::integer(i64::from(exponent)) * power::<T>(a, exponent);
    Relation::equality(
        ("the slope along the orbit", format!("at a = {a}")),
        vec![Term::scalar("(A K_a theta)^T grad F(K_a theta)", {
            dot(&velocity, &image.objective().entropic_gradient(&image.theta))
        })],
        vec![
            Term::scalar("2 a^2 gamma |u|^2", factor(2) * decay_u),
            Term::scalar("-2k a^{-2k} gamma |w|^2", factor(-2 * k) * decay_w),
            Term::scalar("-2 a^{-2} (eta/4) E|g_u|^2", factor(-2) * noise_u),
            Term::scalar("2k a^{2k} (eta/4) E|g_w|^2", factor(2 * k) * noise_w),
        ],
    )
}

/// `q / p` loses the factor `b^4` from a start at `K_b theta`: the minimum is the same point of the orbit.
pub(super) fn covariance<T: Carrier>(parts: &Parts<T>, started_elsewhere: &Parts<T>, b: &Rational) -> Relation<T> {
    let ((p, q), (p_there, q_there)) = (parts.p_and_q(), started_elsewhere.p_and_q());
    Relation::equality(
        ("the minimum", format!("from b = {b}")),
        vec![Term::scalar("b^4 q(K_b theta) p(theta)", power::<T>(b, 4) * q_there * p)],
        vec![Term::scalar("q(theta) p(K_b theta)", q * p_there)],
    )
}

/// The second difference of F along a symmetric element, which is positive.
pub(super) fn convexity<T: Carrier>(point: &Point<T>, learning_rate: &T, element: &Element) -> [Relation<T>; 2] {
    let entropic_loss = |point: &Point<T>| point.objective().entropic_loss(&point.theta);
    let there = entropic_loss(&moved(point, element));
    let back = entropic_loss(&moved(point, &element.inverted()));
    let twice = T::integer(2) * entropic_loss(point);
    let difference = element.map.plus(&element.inverse.scaled(&Rational::from(-1)));
    let square = |vector: &[T]| {
        let image = difference.apply(vector);
        dot(&image, &image)
    };
    let noise = point.data.mean(|sample| square(&point.model.gradient(&point.theta, sample)));
    let inequality = Relation::at_most(
        "convexity",
        Term::scalar("2 F(theta)", twice.clone()),
        Term::scalar("F(K theta) + F(K^{-1} theta)", there.clone() + &back),
    );
    let equality = Relation::equality(
        "the second difference of F",
        vec![Term::scalar("F(K theta)", there), Term::scalar("F(K^{-1} theta)", back)],
        vec![
            Term::scalar("2 F(theta)", twice),
            Term::scalar("gamma |(K - K^{-1}) theta|^2", T::product(&point.weight_decay, &square(&point.theta))),
            Term::scalar("(eta/4) E|(K - K^{-1}) g|^2", T::ratio(1, 4) * learning_rate * noise),
        ],
    );
    [equality, inequality]
}

/// Where `a^4 = q / p`: F is stationary along the orbit, and larger at its other points.
pub(super) fn at_the_minimum<T: Carrier>(
    problem: &Problem,
    orbit: &Orbit,
    factors: &[Rational],
    minimum: &Rational,
) -> Vec<Relation<T>> {
    let point = &problem.at::<T>();
    let lowest = moved(point, &orbit.element(&problem.network, minimum));
    let (objective, theta) = (lowest.objective(), &lowest.theta);
    let Parts { decay: [decay_u, decay_w, _], .. } = Parts::new(&lowest, &problem.learning_rate(), orbit);
    // grad S = grad F - grad L - 2 gamma theta; along the orbit L is constant.
    let mut entropic_force = objective.entropic_gradient(theta);
    add_multiple(&mut entropic_force, &T::integer(-1), &objective.mean_gradient(theta));
    add_multiple(&mut entropic_force, &(T::integer(-2) * &point.weight_decay), theta);
    let velocity = orbit.generator(&problem.network).apply(theta);
    let mut relations = vec![Relation::equality(
        "F is stationary where a^4 = q / p",
        vec![
            Term::scalar("2 gamma |u|^2", T::integer(2) * decay_u),
            Term::scalar("(A theta)^T grad S", dot(&velocity, &entropic_force)),
        ],
        vec![Term::scalar("2 gamma |w|^2", T::integer(2) * decay_w)],
    )];
    let value = objective.entropic_loss(theta);
    for factor in factors {
        let other = moved(&lowest, &orbit.element(&problem.network, factor));
        relations.push(Relation::less(
            ("F is larger elsewhere", format!("at {factor} times the minimum")),
            Term::scalar("F at the minimum", value.clone()),
            Term::scalar("F elsewhere on the orbit", other.objective().entropic_loss(&other.theta)),
        ));
    }
    relations
}
