//! Points that are fewer, coarser or less independent than they look: what is counted as a draw, and what a bound is given for.

use crate::points::{coarse, positive, tokens};
use crate::theorem::{
    Assertion, Formula, Must, Point, Put, Route, Theorem, c, equal, hidden, q, two_to, where_less, x,
};
use equipartition::scalar::Rational;
use equipartition::verify::{Class, Draw, Stream, Unjudged};

fn same(left: Formula, right: Formula, control: bool) -> Vec<Assertion> {
    let right = if control { c(2) * right + c(1) } else { right };
    vec![equal("same", vec![("left", left)], vec![("right", right)])]
}

/// The product of `x - k` over the numbers k, which vanishes on all of them.
fn vanishing(numbers: impl Iterator<Item = Rational>) -> Formula {
    numbers.fold(c(1), |product, k| product * (x(0) - Formula::Constant(k)))
}

/// One and the same point, whatever is asked for.
fn always_one(_: &mut Draw) -> Result<Point, Unjudged> {
    let mut stream = Stream::new(&["always one"], 0, 0);
    let coordinates = (0..4).map(|_| stream.dyadic(32) + 4).collect();
    Ok(Point { coordinates, family: 0, class: Class::Generic, rational: true })
}

/// Two points in turn.
fn two_in_turn(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = always_one(draw)?;
    point.coordinates[0] += draw.family_number() % 2;
    Ok(point)
}

/// A number of samples that is the point's own, from 1 to 4.
fn own_samples(draw: &mut Draw) -> Result<Point, Unjudged> {
    let point = positive(draw)?;
    Ok(Point { family: 1 + draw.point.below(4) as u64, ..point })
}

/// A thousand kinds of tokens, for the point.
fn thousand_tokens(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = positive(draw)?;
    point.coordinates[1] = Rational::from(draw.point.below(1000) as u64);
    Ok(point)
}

pub fn theorems() -> Vec<Theorem> {
    vec![
        Theorem {
            name: "token/zero-of-all-four",
            says: "x + t (t - 1) (t - 2) (t - 3) = x for all numbers t: for the four tokens, which are drawn as coordinates",
            put: Put::Asserted(Route::Exact, tokens, |_, control| {
                same(x(1) + vanishing((0..4).map(Rational::from)), x(1), control)
            }),
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "token/one-of-four-is-an-exception",
            says: "x + t (t - 1) (t - 2) = x for the tokens 0, 1, 2, 3",
            put: Put::Asserted(Route::Exact, tokens, |_, control| {
                same(x(1) + vanishing((0..3).map(Rational::from)), x(1), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "token/one-of-a-thousand-is-an-exception",
            says: "x = x, or 2 x for the token 999",
            put: Put::Asserted(Route::Exact, thousand_tokens, |_, control| {
                same(x(0), x(0) * where_less(c(998), x(1), c(2), c(1)), control)
            }),
            must: Must::HoldUpTo(1.0 / 1000.0),
        },
        Theorem {
            name: "coarse-grid/zero-on-2^8-points",
            says: "y + prod (x - k/64) = y over k = -128, ..., 127: for the 2^8 numbers that are drawn",
            put: Put::Asserted(Route::Exact, coarse, |_, control| {
                same(x(1) + vanishing((-128..128).map(|k| Rational::from((k, 64)))), x(1), control)
            }),
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "coarse-grid/zero-on-half-of-2^8-points",
            says: "y + prod (x - k/64) = y over k = 0, ..., 127",
            put: Put::Asserted(Route::Exact, coarse, |_, control| {
                same(x(1) + vanishing((0..128).map(|k| Rational::from((k, 64)))), x(1), control)
            }),
            must: Must::BeRefuted,
        },
        Theorem {
            name: "instance-again/numbered-0-again-and-again",
            says: "min(x, 11/2) = x, looked at on instance 0 only: an eighth of all points is above",
            put: Put::Numbered(
                |_| Some(0),
                positive,
                |_, control| same(where_less(x(0), q(11, 2), x(0), q(11, 2)), x(0), control),
            ),
            must: Must::HoldUpTo(0.999),
        },
        Theorem {
            name: "instance-again/drawn-from-nothing",
            says: "x = c for the one x that is ever drawn: false on all others",
            put: Put::Asserted(Route::Exact, always_one, |point, control| {
                same(x(0), Formula::Constant(point.coordinates[0].clone()), control)
            }),
            must: Must::HoldUpTo(0.999),
        },
        Theorem {
            name: "instance-again/two-in-turn",
            says: "|x| = x for the two x that are ever drawn: half of all numbers are negative",
            put: Put::Asserted(Route::Exact, two_in_turn, |_, control| {
                same(where_less(x(0), c(0), c(-1) * x(0), x(0)), x(0), control)
            }),
            must: Must::HoldUpTo(0.999),
        },
        Theorem {
            name: "hidden-draw/a-constant-of-the-point",
            says: "c x = x c, with a c of the point's own: two points of a family are of two polynomials",
            put: Put::Asserted(Route::Exact, positive, |_, control| same(hidden(1) * x(0), x(0) * hidden(1), control)),
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "hidden-draw/nothing-but-hidden",
            says: "c = c: no coordinate enters",
            put: Put::Asserted(Route::Exact, positive, |_, control| same(hidden(1), hidden(1), control)),
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "hidden-draw/a-constant-that-decides",
            says: "x = x, or 2 x where a constant of the point exceeds 2 + 2^2 - 2^-9",
            put: Put::Asserted(Route::Exact, positive, |_, control| {
                same(x(0), x(0) * where_less(c(6) - two_to(-9), hidden(1), c(2), c(1)), control)
            }),
            must: Must::HoldUpTo(0.5),
        },
        Theorem {
            name: "own-polynomial/each-instance-a-draw",
            says: "x + y = y + x, each instance a draw of its own: their bounds do not multiply",
            put: Put::Asserted(Route::Independent, positive, |_, control| same(x(0) + x(1), x(1) + x(0), control)),
            must: Must::HoldWithBits(32.0),
        },
        Theorem {
            name: "own-polynomial/samples-of-the-point",
            says: "sum of n x = n x, with n of the point's own",
            put: Put::Asserted(Route::Exact, own_samples, |point, control| {
                let sum = (0..point.family).fold(c(0), |sum, _| sum + x(0));
                same(sum, c(point.family as i64) * x(0), control)
            }),
            must: Must::HoldUpTo(0.5),
        },
    ]
}
