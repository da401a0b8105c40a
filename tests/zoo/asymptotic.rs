//! Orders of smallness that are not what they seem along a ladder of step sizes.

use crate::theorem::{Differing, Must, Put, Theorem};
use equipartition::scalar::{Field, Real, Ring};
use equipartition::verify::order::{Differences, Fine, StepSizes};
use equipartition::verify::{Asymptotics, Relation, Term};
use num_traits::{One, Zero};

/// A difference, with the order that is claimed of it, or for the control the next one.
fn claimed(order: i64, control: bool, difference: impl Fn(&Fine) -> Fine) -> Asymptotics {
    let values = StepSizes::TINY.values().map(|h| vec![difference(&h)]).collect();
    let differences = Differences::of(StepSizes::TINY, values);
    Asymptotics { exponents: vec![("D", if control { order + 1 } else { order }, differences)], limits: Vec::new() }
}

fn two_to(exponent: i32) -> Fine {
    Fine::integer(2).powi(exponent)
}

/// `lim D / h^2 = limit`, or for the control twice that.
fn limit(control: bool, limit: Fine, difference: impl Fn(&Fine) -> Fine) -> Asymptotics {
    let values = StepSizes::TINY.values().map(|h| vec![difference(&h)]).collect();
    let found = Differences::of(StepSizes::TINY, values).coefficient(2);
    let claimed = if control { limit * Fine::integer(2) } else { limit };
    let relation =
        Relation::equality("limit", vec![Term::vector("lim D / h^2", found)], vec![Term::scalar("claimed", claimed)]);
    Asymptotics { exponents: Vec::new(), limits: vec![relation] }
}

pub fn theorems() -> Vec<Theorem> {
    let falling = |name, says, differing: Differing, must| Theorem { name, says, put: Put::Falling(differing), must };
    vec![
        falling(
            "lower-order-term/2^-40",
            "h^2 + 2^-40 h = O(h^2)",
            |control| claimed(2, control, |h| h.squared() + two_to(-40) * h),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "lower-order-term/2^-120",
            "h^2 + 2^-120 h = O(h^2)",
            |control| claimed(2, control, |h| h.squared() + two_to(-120) * h),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "lower-order-term/2^-155",
            "h^2 + 2^-155 h = O(h^2)",
            |control| claimed(2, control, |h| h.squared() + two_to(-155) * h),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "lower-order-term/2^-200",
            "h^2 + 2^-200 h = O(h^2): below what the smallest step size shows",
            |control| claimed(2, control, |h| h.squared() + two_to(-200) * h),
            Must::HoldUnseen(200),
        ),
        falling(
            "logarithm/beside-the-power",
            "h^2 ln h = O(h^2)",
            |control| claimed(2, control, |h| h.squared() * h.ln()),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "logarithm/below-the-power",
            "h^2 = O(h^2 / ln h)",
            |control| claimed(2, control, |h| h.squared() / h.ln()),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "logarithm/of-a-logarithm",
            "h^2 ln |ln h| = O(h^2)",
            |control| claimed(2, control, |h| h.squared() * (-h.ln()).ln()),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "exponent/no-integer",
            "h^(5/2) (1 - h) = O(h^2), and of no higher order",
            |control| claimed(2, control, |h| h.squared() * h.sqrt() * (Fine::one() - h)),
            Must::BeRefuted,
        ),
        falling(
            "exponent/nearly-two",
            "h^(2 - 2^-20) = O(h^2)",
            |control| claimed(2, control, |h| (h.ln() * (Fine::integer(2) - two_to(-20))).exp()),
            Must::BeRefuted,
        ),
        falling(
            "exponent/missing-square",
            "e^h - 1 - h = O(h^3): without h^2/2",
            |control| claimed(3, control, |h| h.exp_m1() - h),
            Must::BeRefuted,
        ),
        falling(
            "exponent/of-nothing",
            "0 = O(h^2)",
            |control| claimed(2, control, |h| if control { h.clone() } else { Fine::zero() }),
            Must::BeRefutedOrUndecided,
        ),
        falling(
            "limit/off-by-2^-50",
            "lim (e^h - 1 - h) / h^2 = 1/2 + 2^-50",
            |control| limit(control, two_to(-1) + two_to(-50), |h| h.exp_m1() - h),
            Must::BeRefuted,
        ),
        falling(
            "limit/that-does-not-exist",
            "lim h^2 ln h / h^2 = -40 ln 2",
            |control| limit(control, two_to(-40).ln(), |h| h.squared() * h.ln()),
            Must::BeRefuted,
        ),
    ]
}
