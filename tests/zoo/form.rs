//! Claims that say nothing, or that could not be told from others: zeros, dead terms, twins, controls that are the law, parts that nobody looks at.

use crate::points::{grid, positive};
use crate::theorem::{Assertion, Must, Put, Route, Terms, Theorem, c, equal, q, two_to, vectors_equal, where_less, x};

/// `x + y = y + x`, or for the control `x - y = y - x`.
fn commutes(kind: &'static str, control: bool) -> Assertion {
    let sign = if control { -1 } else { 1 };
    equal(kind, vec![("x", x(0)), ("y", c(sign) * x(1))], vec![("y'", x(1)), ("x'", c(sign) * x(0))])
}

fn with(terms: Terms, control: bool) -> Vec<Assertion> {
    let mut right = vec![("x'", if control { c(2) * x(0) } else { x(0) })];
    right.extend(terms);
    vec![equal("sum", vec![("x", x(0))], right)]
}

fn nothing(kind: &'static str) -> Assertion {
    equal(kind, vec![("x - x", x(0) - x(0))], vec![("y - y", x(1) - x(1))])
}

pub fn theorems() -> Vec<Theorem> {
    let exact = |asserting| Put::Asserted(Route::Exact, positive, asserting);
    vec![
        Theorem {
            name: "both-sides-zero/differences",
            says: "x - x = y - y",
            put: exact(|_, control| if control { with(Vec::new(), true) } else { vec![nothing("nothing")] }),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "both-sides-zero/factor-zero",
            says: "0 x = 0 (x + 1)",
            put: exact(|_, control| {
                let factor = if control { 1 } else { 0 };
                vec![equal("times", vec![("0 x", c(factor) * x(0))], vec![("0 (x + 1)", c(factor) * (x(0) + c(1)))])]
            }),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "both-sides-zero/beside-a-million",
            says: "2^-30 x = 2^-30 x beside numbers of size 2^10",
            put: exact(|_, control| {
                let factor = if control { c(1) } else { two_to(-30) };
                let right = factor.clone() * x(0) + if control { c(1) } else { c(0) };
                vec![equal("tiny", vec![("a", factor * x(0))], vec![("b", right)]).against(two_to(10))]
            }),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "both-sides-zero/no-relation",
            says: "nothing at all",
            put: exact(|_, control| if control { with(Vec::new(), true) } else { Vec::new() }),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "one-of-two/always-zero",
            says: "x + y = y + x, and x - x = y - y",
            put: exact(|_, control| vec![commutes("commutes", control), nothing("nothing")]),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "one-of-two/false-on-one-family-in-four",
            says: "x + y = y + x, and x = 2 x for one family in four",
            put: exact(|point, control| {
                let factor = if point.family.is_multiple_of(4) { 2 } else { 1 };
                vec![
                    commutes("commutes", control),
                    equal("factor", vec![("x", x(0))], vec![("factor x", c(factor) * x(0))]),
                ]
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "one-of-two/silent-where-it-is-false",
            says: "min(x, 4) = x, said only where it is true",
            put: exact(|point, control| {
                let is_true = point.coordinates[0] < 4;
                let minimum = where_less(x(0), c(4), x(0), c(4));
                let cut = equal("cut", vec![("x", x(0))], vec![("min(x, 4)", minimum)]);
                if is_true || control { vec![if control { commutes("cut", true) } else { cut }] } else { Vec::new() }
            }),
            // Half of the draws say nothing, and are not counted.
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "dead-term/alone",
            says: "x = x + 0",
            put: exact(|_, control| with(vec![("dead", c(0))], control)),
            must: Must::BePowerless("dead"),
        },
        Theorem {
            name: "dead-term/of-size-2^-30",
            says: "x = (1 - 2^-30) x + 2^-30 x: any coefficient that small would do",
            put: exact(|_, control| {
                let factor = if control { c(2) } else { c(1) - two_to(-30) };
                vec![equal("sum", vec![("x", x(0))], vec![("most", factor * x(0)), ("dead", two_to(-30) * x(0))])]
            }),
            must: Must::BePowerless("dead"),
        },
        Theorem {
            name: "dead-term/behind-a-live-one",
            says: "x + y = y + x, and y = y + x - x, with one label for the live x and the dead one",
            put: exact(|_, control| {
                let dead = equal("half of it", vec![("x", c(0)), ("y", x(1))], vec![("y'", x(1))]);
                vec![commutes("commutes", control), dead]
            }),
            must: Must::BePowerless("`x` of `half of it`"),
        },
        Theorem {
            name: "twins/on-one-side",
            says: "x = a + a', both called a",
            put: exact(|_, control| {
                let factor = if control { q(2, 3) } else { q(1, 2) };
                let half = || factor.clone() * x(0);
                vec![equal("halves", vec![("x", x(0))], vec![("a", half()), ("a", half())])]
            }),
            must: Must::BeUndecided("one label"),
        },
        Theorem {
            name: "twins/on-both-sides",
            says: "x = x, both called x",
            put: exact(|_, control| {
                vec![equal("x", vec![("x", x(0))], vec![("x", if control { c(2) * x(0) } else { x(0) })])]
            }),
            must: Must::BeUndecided("one label"),
        },
        Theorem {
            name: "twins/of-opposite-sign",
            says: "x = x + a - a, both called a",
            put: exact(|_, control| with(vec![("a", x(1)), ("a", c(-1) * x(1))], control)),
            must: Must::BeUndecided("one label"),
        },
        Theorem {
            name: "control/is-the-law",
            says: "x + y = y + x, with itself as a control",
            put: exact(|_, _| vec![commutes("commutes", false)]),
            must: Must::BePowerless("did not fail"),
        },
        Theorem {
            name: "control/is-missing",
            says: "x + y = y + x, without a control",
            put: Put::Uncontrolled(Route::Exact, positive, |_, _| vec![commutes("commutes", false)]),
            must: Must::BePowerless("no controls"),
        },
        Theorem {
            name: "control/fails-on-some-only",
            says: "x + y = y + x, with a control that is wrong on every other family",
            put: exact(|point, control| vec![commutes("commutes", control && point.family.is_multiple_of(2))]),
            must: Must::BePowerless("did not fail"),
        },
        Theorem {
            name: "control/fails-by-2^-30",
            says: "x = x, with a control that is wrong by 2^-30",
            put: exact(|_, control| {
                let factor = if control { c(1) + two_to(-30) } else { c(1) };
                vec![equal("x", vec![("x", x(0))], vec![("x'", factor * x(0))])]
            }),
            must: Must::BePowerless("did not fail"),
        },
        Theorem {
            name: "shape/an-entry-is-missing",
            says: "(x, y) = (x), whatever y is",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                let right = if control { vec![c(9)] } else { vec![x(0)] };
                vec![vectors_equal("vector", vec![("v", vec![x(0), x(1)])], vec![("w", right)])]
            }),
            must: Must::BeUndecided("shapes"),
        },
        Theorem {
            name: "shape/no-entry",
            says: "() = ()",
            put: Put::Asserted(Route::Exact, grid, |_, control| {
                let entries = if control { vec![c(9)] } else { Vec::new() };
                let zeros = entries.iter().map(|_| c(0)).collect();
                vec![vectors_equal("vector", vec![("v", entries)], vec![("w", zeros)])]
            }),
            must: Must::BeVacuous,
        },
        Theorem {
            name: "part/of-no-instance",
            says: "x + y = y + x, and x = 2 x in a part that numbers what the first has numbered already",
            put: Put::InParts(
                Some,
                Some,
                |_, control| vec![commutes("commutes", control)],
                positive,
                |_, _| vec![equal("double", vec![("x", x(0))], vec![("2 x", c(2) * x(0))])],
            ),
            must: Must::BeUndecided("part 2"),
        },
        Theorem {
            name: "part/of-one-in-eight",
            says: "x + y = y + x, and x = 2 x on one of eight instances",
            put: Put::InParts(
                |index| (index % 8 != 7).then_some(index),
                |index| Some(index / 8),
                |_, control| vec![commutes("commutes", control)],
                positive,
                |_, _| vec![equal("double", vec![("x", x(0))], vec![("2 x", c(2) * x(0))])],
            ),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "part/numbered-by-nobody",
            says: "x + y = y + x, where no part numbers the odd instances",
            put: Put::InParts(
                |index| (index % 4 == 0).then_some(index),
                |index| (index % 4 == 2).then_some(index),
                |_, control| vec![commutes("commutes", control)],
                positive,
                |_, _| vec![commutes("commutes", false)],
            ),
            must: Must::BeUndecided("no scalar"),
        },
    ]
}
