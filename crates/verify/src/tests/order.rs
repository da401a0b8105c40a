//! Asymptotic exponents: what is measured is shown, and what could not be seen is said.

use super::super::order::{Differences, FINE_BITS, Fine, StepSizes, judge, measured};
use super::super::{Case, Relation, Scalar, Settings, Status, Term};
use equipartition_scalar::{Field, Magnitude, Real, Ring};

fn differences(difference: impl Fn(&Fine) -> Fine) -> Differences {
    let sizes = StepSizes::TINY;
    Differences::of(sizes, sizes.values().map(|h| vec![difference(&h)]).collect())
}

fn two_to(exponent: i32) -> Fine {
    Fine::integer(2).powi(exponent)
}

fn judged(predicted: i64, difference: impl Fn(&Fine) -> Fine) -> Status {
    judge(&Settings::new(0, 256), Case::Law, &[("D", predicted, &differences(difference))], Vec::new()).status
}

/// The step sizes fall from 2^-40 to 2^-100.
#[test]
fn step_sizes_are_powers_of_two() {
    let sizes: Vec<Fine> = StepSizes::TINY.values().collect();
    assert_eq!(sizes.len(), 7);
    assert_eq!((sizes[0].clone(), sizes[1].clone(), sizes[6].clone()), (two_to(-40), two_to(-50), two_to(-100)));
}

/// h^(2 - d) has the exponent 2 - d, however near to 2: it is measured, not rounded to what is predicted.
#[test]
fn an_exponent_near_the_prediction_is_not_the_prediction() {
    for bits in [8, 20, 40, 60] {
        let power = |h: &Fine| (h.ln() * (Fine::integer(2) - two_to(-bits))).exp();
        let (exponent, value) = measured("D", 2, &differences(power));
        let gap = Magnitude::power_of_two(-bits);
        let is_near = exponent.deviation < gap.scaled(1) && exponent.deviation > gap.scaled(-1);
        assert!(is_near, "2^-{bits}: {}", exponent.deviation);
        assert_ne!(value, Fine::integer(2));
        assert_eq!(judged(2, power), Status::Violated, "2^-{bits}");
    }
    assert_eq!(judged(2, |h| h.squared()), Status::Satisfied);
    assert_eq!(judged(3, |h| h.squared()), Status::Violated);
}

/// A term `d h` beside `h^2` is seen down to what [`Exponent::unseen`] says, and not below.
#[test]
fn a_term_of_lower_order_is_seen_down_to_what_is_said() {
    let with = |bits: i32| move |h: &Fine| h.squared() + two_to(-bits) * h;
    let (exponent, _) = measured("D", 2, &differences(|h| h.squared()));
    assert_eq!(exponent.unseen(), Magnitude::power_of_two(-160));
    // Seen: not satisfied for any coefficient above it.
    for bits in [1, 40, 80, 120, 150, 159] {
        assert_ne!(judged(2, with(bits)), Status::Satisfied, "2^-{bits}");
    }
    assert_eq!(judged(2, with(200)), Status::Satisfied);
}

#[test]
fn a_limit_is_told_to_the_tolerance_of_orders() {
    let remainder = differences(|h| h.exp_m1() - h);
    let status = |bits: i32| {
        let claimed = Fine::ratio(1, 2) + two_to(-bits);
        let limit = Term::vector("limit", remainder.coefficient(2));
        let relation = Relation::equality("limit", vec![limit], vec![Term::scalar("claimed", claimed)]);
        judge(&Settings::new(0, 256), Case::Law, &[], vec![relation]).status
    };
    assert_eq!((status(60), status(70)), (Status::Violated, Status::Satisfied));
    assert_eq!(Scalar::Order(FINE_BITS).tolerance(), Magnitude::power_of_two(-64));
}
