//! False by little: constants, coefficients and orders of smallness that an arithmetic must not lose.

use crate::points::{grid, positive, real};
use crate::theorem::{
    Assertion, Formula, Must, Point, Put, Route, Theorem, at_most, c, equal, less, q, two_to, vectors_equal, x,
};

/// `x = (1 + delta) x`, or for the control `x = 2 x`.
fn off_by(delta: Formula, control: bool) -> Vec<Assertion> {
    let factor = if control { c(2) } else { c(1) + delta };
    vec![equal("equal", vec![("x", x(0))], vec![("x'", factor * x(0))])]
}

/// `left = right` with the third of a number in each term, so that no scalar but the rationals has it exactly.
fn thirds(left: Formula, right: Formula, control: bool) -> Vec<Assertion> {
    let right = if control { c(3) * right } else { right };
    vec![equal("equal", vec![("a", q(1, 3) * left)], vec![("b", q(1, 3) * right)])]
}

/// `(1 - eta)^2 = 1 - 2 eta` beside `eta = size * x`; for the control without the linear term.
fn squared_step(size: Formula, control: bool) -> Vec<Assertion> {
    let eta = size * x(0);
    let left = (c(1) - eta.clone()).powi(2);
    let linear = if control { c(2) * eta } else { c(-2) * eta };
    vec![equal("step", vec![("(1 - eta)^2", left)], vec![("1", c(1)), ("-2 eta", linear)])]
}

/// `x + H = y + H` for a huge H, with the sums as terms, or with H as a term.
fn beside(huge: Formula, apart: bool, control: bool) -> Vec<Assertion> {
    let factor = c(if control { 2 } else { 1 });
    let (right, more) = (factor.clone() * huge.clone(), huge);
    vec![if apart {
        equal("beside", vec![("x", x(0)), ("H", more)], vec![("y", factor * x(1)), ("H'", right)])
    } else {
        equal("beside", vec![("x + H", x(0) + more)], vec![("y + H", x(1) + right)])
    }]
}

/// `left <= right`, for the control with half of the left side as a bound.
fn bounded(left: Formula, right: Formula, control: bool) -> Vec<Assertion> {
    let right = if control { q(1, 2) * left.clone() } else { right };
    vec![at_most("bound", ("left", left), ("right", right))]
}

pub fn theorems() -> Vec<Theorem> {
    vec![
        Theorem {
            name: "off-by-little/2^-100-in-rationals",
            says: "x = (1 + 2^-100) x",
            put: Put::Asserted(Route::Exact, positive, |_, control| off_by(two_to(-100), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "off-by-little/2^-200-in-intervals",
            says: "x/3 = (1 + 2^-200) x/3",
            put: Put::Asserted(Route::Ladder, real, |_, control| thirds(x(0), (c(1) + two_to(-200)) * x(0), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "off-by-little/2^-300-in-intervals",
            says: "x/3 = (1 + 2^-300) x/3: below what 256 bits tell",
            put: Put::Asserted(Route::Ladder, real, |_, control| thirds(x(0), (c(1) + two_to(-300)) * x(0), control)),
            must: Must::HoldDownTo(300),
        },
        Theorem {
            name: "off-by-little/2^-200-in-floats",
            says: "x/3 = (1 + 2^-200) x/3, by a route that has floats only",
            put: Put::Asserted(Route::Floats, real, |_, control| thirds(x(0), (c(1) + two_to(-200)) * x(0), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "missing-square/rate-2^-30",
            says: "(1 - eta)^2 = 1 - 2 eta, eta about 2^-28: without eta^2",
            put: Put::Asserted(Route::Exact, positive, |_, control| squared_step(two_to(-30), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "missing-square/rate-2^-15-in-intervals",
            says: "(1 - eta)^2 = 1 - 2 eta, eta about 2^-13",
            put: Put::Asserted(Route::Ladder, real, |_, control| squared_step(two_to(-15), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "missing-square/rate-2^-200-in-intervals",
            says: "(1 - eta)^2 = 1 - 2 eta, eta about 2^-198: neither eta^2 nor eta can be seen beside 1",
            put: Put::Apart(
                Route::Ladder,
                real,
                |_, control| squared_step(two_to(if control { -3 } else { -200 }), control),
                real,
            ),
            must: Must::BePowerless("-2 eta"),
        },
        Theorem {
            name: "huge-and-cancelling/in-rationals",
            says: "x + 2^200 = y + 2^200 for all x, y",
            put: Put::Asserted(Route::Exact, positive, |_, control| beside(two_to(200), false, control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "huge-and-cancelling/2^100-in-intervals",
            says: "x + 2^100 = y + 2^100 for all x, y",
            put: Put::Asserted(Route::Ladder, real, |_, control| beside(two_to(100), false, control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "huge-and-cancelling/2^300-in-intervals",
            says: "x + 2^300 = y + 2^300 for all x, y: false by 2^-299 of the terms",
            put: Put::Asserted(Route::Ladder, real, |_, control| beside(two_to(300), false, control)),
            must: Must::HoldDownTo(299),
        },
        Theorem {
            name: "huge-and-cancelling/2^300-as-a-term",
            says: "x + 2^300 = y + 2^300, every summand a term: x and y are not seen",
            put: Put::Asserted(Route::Ladder, real, |_, control| beside(two_to(300), true, control)),
            must: Must::BePowerless("`x`"),
        },
        Theorem {
            name: "huge-entry/in-intervals",
            says: "(2^300, x) = (2^300, y): a false entry beside a huge one",
            put: Put::Asserted(Route::Ladder, real, |_, control| {
                let factor = if control { c(2) } else { c(1) };
                let (left, right) = (vec![two_to(300), x(0)], vec![factor * two_to(300), x(1)]);
                vec![vectors_equal("entries", vec![("v", left)], vec![("w", right)])]
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "huge-entry/in-floats",
            says: "(2^300, x) = (2^300, y), by a route that has floats only: false by 2^-299 of the largest entry",
            put: Put::Asserted(Route::Floats, real, |_, control| {
                let factor = if control { c(2) } else { c(1) };
                let (left, right) = (vec![two_to(300), x(0)], vec![factor * two_to(300), x(1)]);
                vec![vectors_equal("entries", vec![("v", left)], vec![("w", right)])]
            }),
            must: Must::HoldDownTo(299),
        },
        Theorem {
            name: "inequality/true-for-most",
            says: "x^2 <= 2 y^2",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                bounded(x(0).powi(2), c(2) * x(1).powi(2), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "inequality/an-equality-in-disguise",
            says: "(x + y)^2 <= x^2 + 2 x y + y^2: it could as well be the other way round",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                let square = (x(0) + x(1)).powi(2);
                bounded(square, x(0).powi(2) + c(2) * x(0) * x(1) + x(1).powi(2), control)
            }),
            must: Must::BePowerless("reversed"),
        },
        Theorem {
            name: "inequality/said-to-be-sharp",
            says: "x^2 y^2 <= 4 x^2 y^2, sharp up to 3/4",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                let square = || x(0).powi(2) * x(1).powi(2);
                let right = if control { q(1, 2) * square() } else { c(4) * square() };
                vec![at_most("bound", ("left", square()), ("right", right)).sharp(3, 4)]
            }),
            must: Must::BePowerless("tightened"),
        },
        Theorem {
            name: "inequality/violated-by-a-part-in-2^80",
            says: "x <= (1 - 2^-80) x",
            put: Put::Asserted(Route::Ladder, real, |_, control| bounded(x(0), (c(1) - two_to(-80)) * x(0), control)),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "strict-inequality/no-gap",
            says: "x < x",
            put: Put::Asserted(Route::Exact, positive, |_, _| vec![less("gap", 30, ("x", x(0)), ("x'", x(0)))]),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "strict-inequality/gap-below-the-resolution",
            says: "x < x + 2^-40 y, with a gap that is not resolved",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                let more = if control { c(0) } else { two_to(-40) * x(1) };
                vec![less("gap", 30, ("x", x(0)), ("x + y", x(0) + more))]
            }),
            must: Must::BeUndecided("below the check's resolution"),
        },
        Theorem {
            name: "strict-inequality/true-for-most",
            says: "x < y + 1 for x, y in [-2, 2)^2",
            put: Put::Asserted(Route::Exact, grid, |_: &Point, control| {
                let more = if control { c(-8) } else { c(1) };
                vec![less("gap", 60, ("x", x(0)), ("y + 1", x(1) + more))]
            }),
            must: Must::BeRefuted,
        },
    ]
}
