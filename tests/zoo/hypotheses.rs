//! True under a hypothesis that is not among those of the theorem.

use crate::points::{grid, positive};
use crate::theorem::{
    Assertion, Formula, Must, Point, Put, Route, Theorem, abs, at_most, c, equal, q, two_to, where_less, x,
};
use equipartition::scalar::Rational;
use equipartition::verify::{Draw, Unjudged};

fn same(left: Formula, right: Formula, control: bool) -> Vec<Assertion> {
    let right = if control { c(2) * right + c(1) } else { right };
    vec![equal("same", vec![("left", left)], vec![("right", right)])]
}

/// Of so many samples the mean of the squares and the square of the mean.
fn square_of_mean(samples: usize, control: bool) -> Vec<Assertion> {
    let mean = |formula: fn(usize) -> Formula| {
        let sum = (1..samples).map(formula).fold(formula(0), |sum, next| sum + next);
        q(1, samples as i64) * sum
    };
    same(mean(|i| x(i).powi(2)), mean(x).powi(2), control)
}

/// `x` on the units of the pattern, 0 on the others.
fn masked(pattern: u64) -> Formula {
    (0..4).filter(|unit| pattern >> unit & 1 == 1).map(x).fold(c(0), |sum, next| sum + next)
}

/// Left out unless it lies within the hypothesis.
fn within(point: Point, inside: bool) -> Result<Point, Unjudged> {
    if inside { Ok(point) } else { Err(Unjudged::outside("it does not meet the hypothesis")) }
}

fn nearly_balanced(draw: &mut Draw) -> Result<Point, Unjudged> {
    let point = grid(draw)?;
    let inside = point.family.is_multiple_of(4);
    within(point, inside)
}

fn never(draw: &mut Draw) -> Result<Point, Unjudged> {
    within(grid(draw)?, false)
}

/// Where `x > 1`, a quarter of all points, is left out.
fn where_it_is_true(draw: &mut Draw) -> Result<Point, Unjudged> {
    let point = grid(draw)?;
    let inside = point.coordinates[0] <= 1;
    within(point, inside)
}

/// At balance, `x_1 = x_0`, for three of four families.
fn often_balanced(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = grid(draw)?;
    if !point.family.is_multiple_of(4) {
        point.coordinates[1] = point.coordinates[0].clone();
    }
    Ok(point)
}

/// With decay 0 in the law, and one half in the control.
fn without_decay(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = positive(draw)?;
    point.coordinates[1] = if draw.is_law() { Rational::new() } else { Rational::from((1, 2)) };
    Ok(point)
}

/// `x (1 - gamma) + gamma x = x`, or without the term of the decay.
fn decayed(term: bool, control: bool) -> Vec<Assertion> {
    let gamma = x(1);
    let left = vec![("x", if control { c(2) * x(0) } else { x(0) })];
    let mut right = vec![("(1 - gamma) x", (c(1) - gamma.clone()) * x(0))];
    if term {
        right.push(("gamma x", gamma * x(0)));
    }
    vec![equal("decay", left, right)]
}

pub fn theorems() -> Vec<Theorem> {
    vec![
        Theorem {
            name: "one-sample/up-to-four",
            says: "E x^2 = (E x)^2: for one sample",
            put: Put::Asserted(Route::Exact, positive, |point, control| {
                square_of_mean(1 + (point.family % 4) as usize, control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "one-sample/two-in-one-of-300-families",
            says: "E x^2 = (E x)^2: for one sample, and nearly all families have one",
            put: Put::Asserted(Route::Exact, positive, |point, control| {
                square_of_mean(if point.family.is_multiple_of(300) { 2 } else { 1 }, control)
            }),
            must: Must::HoldForFamilies(1.0 / 300.0),
        },
        Theorem {
            name: "one-pattern/of-sixteen",
            says: "sum of relu = sum: for one activation pattern",
            put: Put::Asserted(Route::Exact, positive, |point, control| {
                same(masked(point.family), masked(15), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "one-pattern/that-the-point-decides",
            says: "|x| + |y| = |x + y|: if both have one sign",
            put: Put::Asserted(Route::Exact, grid, |_, control| same(abs(x(0)) + abs(x(1)), abs(x(0) + x(1)), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "one-pattern/in-all-but-a-corner",
            says: "x + y = x + y, or x + 7 on the pattern y < 2 + 2^-12, which one in 2^14 points has",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                let corner = where_less(x(1), c(2) + two_to(-12), c(7), x(1));
                same(x(0) + x(1), x(0) + corner, control)
            }),
            must: Must::HoldUpTo(1.0 / 16_384.0),
        },
        Theorem {
            name: "at-balance/anywhere",
            says: "x^2 = y^2: at balance",
            put: Put::Asserted(Route::Exact, grid, |_, control| same(x(0).powi(2), x(1).powi(2), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "at-balance/on-three-of-four-families",
            says: "x^2 = y^2: at balance, where most points are",
            put: Put::Asserted(Route::Exact, often_balanced, |_, control| same(x(0).powi(2), x(1).powi(2), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "at-balance/others-left-out",
            says: "x = x: where three of four families are left out as off balance",
            put: Put::Apart(Route::Exact, nearly_balanced, |_, control| same(x(0), x(0), control), grid),
            must: Must::BeUndecided("more than a third"),
        },
        Theorem {
            name: "without-decay/with-decay",
            says: "x = (1 - gamma) x: for gamma = 0",
            put: Put::Asserted(Route::Exact, positive, |_, control| decayed(false, control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "without-decay/never-drawn",
            says: "x = (1 - gamma) x + gamma x, where gamma is always 0: its coefficient could be any",
            put: Put::Asserted(Route::Exact, without_decay, |_, control| decayed(true, control)),
            must: Must::BePowerless("gamma x"),
        },
        Theorem {
            name: "degree-one/binomial",
            says: "(x + y)^n = x^n + y^n: for degree 1",
            put: Put::Asserted(Route::Exact, positive, |point, control| {
                let degree = 1 + (point.family % 3) as usize;
                same((x(0) + x(1)).powi(degree), x(0).powi(degree) + x(1).powi(degree), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "degree-one/euler",
            says: "x f'(x) = f(x) for f = x^n: for degree 1",
            put: Put::Asserted(Route::Exact, positive, |point, control| {
                let degree = 1 + (point.family % 3) as usize;
                same(x(0) * c(degree as i64) * x(0).powi(degree - 1), x(0).powi(degree), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "few-points/above-a-threshold",
            says: "min(x, t) = x for t = 2 - 2^-12: all but one in 2^14 points",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                let threshold = || c(2) - two_to(-12);
                same(where_less(x(0), threshold(), x(0), threshold()), x(0), control)
            }),
            must: Must::HoldUpTo(1.0 / 16_384.0),
        },
        Theorem {
            name: "few-points/an-inequality",
            says: "x + 3 <= 5 - 2^-10: all but one in 2^12 points",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                let bound = if control { c(0) } else { c(5) - two_to(-10) };
                vec![at_most("bound", ("x + 3", x(0) + c(3)), ("5", bound))]
            }),
            must: Must::HoldUpTo(1.0 / 4096.0),
        },
        Theorem {
            name: "few-points/one-in-eight",
            says: "min(x, 3/2) = x: all but one in 8 points",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                same(where_less(x(0), q(3, 2), x(0), q(3, 2)), x(0), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "rare-kink/one-in-2^14",
            says: "|x + 2 - 2^-12| = x + 2 - 2^-12: few points meet the kink",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                let shifted = || x(0) + c(2) - two_to(-12);
                same(abs(shifted()), shifted(), control)
            }),
            must: Must::HoldUpTo(1.0 / 16_384.0),
        },
        Theorem {
            name: "rare-kink/one-in-eight",
            says: "|x + 3/2| = x + 3/2",
            put: Put::Asserted(Route::Exact, grid, |_, control| same(abs(x(0) + q(3, 2)), x(0) + q(3, 2), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "left-out/always",
            says: "x = 2 x under a hypothesis that nothing meets",
            put: Put::Apart(Route::Exact, never, |_, control| same(x(0), c(2) * x(0), control), grid),
            must: Must::BeUndecided("no instance"),
        },
        Theorem {
            name: "left-out/where-it-is-false",
            says: "min(x, 1) = x, where the quarter above 1 is left out",
            put: Put::Apart(
                Route::Exact,
                where_it_is_true,
                |_, control| same(where_less(x(0), c(1), x(0), c(1)), x(0), control),
                grid,
            ),
            must: Must::HoldLeavingOut(0.05),
        },
        Theorem {
            name: "left-out/all-of-the-control",
            says: "x = x, with a control that nothing meets",
            put: Put::Apart(Route::Exact, grid, |_, control| same(x(0), x(0), control), never),
            must: Must::BePowerless("did not fail"),
        },
    ]
}
