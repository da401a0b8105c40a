//! The drift `d(t) = E[C'] - C` by its terms: at the points of an orbit, at the point itself, its slope there, and at other rates.

use super::charge_drift::{At, slope};
use super::orbit::Orbit;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Relation, Term};

/// `E[C'] - C` at a point of the orbit, by its powers.
pub(super) fn profile<T: Carrier>(at: &At<'_, T>, factor: &Rational) -> Relation<T> {
    let a = T::from_rational(factor);
    let theta = &at.point.theta;
    let [noise_positive, noise_negative] = at.noise(&at.gradients(theta));
    let [positive, negative] = at.parts(theta);
    let lost = T::one() - at.kept.squared();
    let square = at.learning_rate.squared();
    let (rising, falling) = (a.powi(-2), a.powi(2));
    let term = |label: &'static str, value: T, by: &T, power: &T| Term::scalar(label, value * by * power);
    let moved = at.moved(theta, &a);
    Relation::equality(
        ("drift along the orbit", format!("a = {factor}")),
        vec![Term::scalar("E[C'] - C", at.drift(&moved))],
        vec![
            term("eta^2 a^-2 E|g_u|^2", noise_positive, &square, &rising),
            term("(1 - c^2) a^-2 |theta_w|^2", negative, &lost, &rising),
            term("-eta^2 a^2 E|g_w|^2", -noise_negative, &square, &falling),
            term("-(1 - c^2) a^2 |theta_u|^2", -positive, &lost, &falling),
        ],
    )
}

/// `E[C'] - C` at the point itself.
pub(super) fn here<T: Carrier>(at: &At<'_, T>) -> Relation<T> {
    let theta = &at.point.theta;
    let gradients = at.gradients(theta);
    let [noise_positive, noise_negative] = at.noise(&gradients);
    let lost = T::one() - at.kept.squared();
    let charge = at.charge(theta);
    Relation::equality(
        "drift of the charge",
        vec![
            Term::scalar("E[C']", at.charge_after(theta, &gradients, &at.learning_rate, &at.kept)),
            Term::scalar("-C", -charge.clone()),
        ],
        vec![
            Term::scalar("eta^2 E[g^T A g]", at.learning_rate.squared() * (noise_positive - noise_negative)),
            Term::scalar("-(1 - c^2) C", -(lost * &charge)),
        ],
    )
}

/// `-d/dt d` at the point.
pub(super) fn relaxation<T: Carrier>(at: &At<'_, T>) -> Relation<T> {
    let theta = &at.point.theta;
    let [noise_positive, noise_negative] = at.noise(&at.gradients(theta));
    let lost = T::one() - at.kept.squared();
    let two = T::integer(2);
    Relation::equality(
        "slope of the drift",
        vec![Term::scalar("-d/dt (E[C'] - C)", -slope(|a: &T| at.drift(&at.moved(theta, a))))],
        vec![
            Term::scalar("2 (1 - c^2) |A theta|^2", two.clone() * lost * at.extent(theta)),
            Term::scalar("2 eta^2 E|A g|^2", two * at.learning_rate.squared() * (noise_positive + noise_negative)),
        ],
    )
}

/// The drift at other rates with the same `m = 4 gamma (1 - eta gamma) / eta`: `eta = 2 s / (1 + m s^2)` and `gamma = m s / 2` have it for every s.
pub(super) fn at_equal_rates<T: Carrier>(orbit: &Orbit, at: &At<'_, T>) -> Relation<T> {
    let rate = orbit.problem.learning_rate::<Rational>();
    let decay = &orbit.problem.weight_decay;
    let m = (Rational::from(1) - Rational::from(&rate * decay)) * decay * 4 / &rate;
    // The s of the instance's own rates, times 3/2.
    let s: Rational = Rational::from(decay * 3) / &m;
    let other_decay = Rational::from(&m * &s) / 2;
    let other_rate = Rational::from(&s * 2) / (Rational::from(1) + m * s.square());
    let other_kept = Rational::from(1) - Rational::from(&other_rate * &other_decay) * 2;
    let theta = &at.point.theta;
    let [rate, other_rate, other_kept] = [rate, other_rate, other_kept].map(|number| T::from_rational(&number));
    let other = at.drift_at(theta, &other_rate, &other_kept);
    Relation::equality(
        "drift at equal gamma (1 - eta gamma) / eta",
        vec![Term::scalar("eta_2^2 d(eta_1, gamma_1)", at.drift(theta) * other_rate.squared())],
        vec![Term::scalar("eta_1^2 d(eta_2, gamma_2)", other * rate.squared())],
    )
}
