//! What the bounds of the registry rest on: at all points of a family a law is one polynomial, with the same coefficients.
//!
//! Tokens, probabilities, learning rates, decay and weights of the mean are constants of the polynomial, not coordinates, and no formula looks at the
//! values of coordinates to choose its way. Otherwise the family's bound would be lost.

use super::registry;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::{
    Case, Claim, Class, Draw, Drawn, Draws, Evidence, Exact, In, Relation, Settings, Term, Unjudged, all,
};
use std::collections::BTreeMap;

/// The families of a claim with a kind of relation that has bounds at more than one point, and those of them where it is not one polynomial at all of
/// them.
fn families(claim: &Claim, families: u64) -> (usize, Vec<u64>) {
    let settings = Settings::new(12, 64);
    let (mut compared, mut different) = (0, Vec::new());
    for family in 0..families {
        let mut kinds = BTreeMap::<_, Vec<u128>>::new();
        for point in 0..POINTS_PER_FAMILY {
            for bound in claim.examine(&settings, Case::Law, family * POINTS_PER_FAMILY + point).bounds {
                kinds.entry(bound.kind).or_default().push(bound.polynomials);
            }
        }
        compared += usize::from(kinds.values().any(|points| points.len() > 1));
        if kinds.values().any(|points| points.iter().any(|other| *other != points[0])) {
            different.push(family);
        }
    }
    (compared, different)
}

#[test]
fn a_law_with_a_bound_is_one_polynomial_at_all_points_of_a_family() {
    let mut compared = 0;
    for claim in registry().into_iter().filter(|claim| claim.evidence().contains(&Evidence::Exact)) {
        let (with_bounds, different) = families(claim, 8);
        assert!(different.is_empty(), "{}: families {different:?}", claim.id);
        compared += with_bounds;
    }
    assert!(compared > 0);
}

/// `c x = x c` about a coordinate x, where c is drawn for the point and passed off as a constant.
#[derive(Clone, Copy)]
struct Habit;

struct Numbers(Rational, Rational);

impl Drawn for Numbers {
    fn class(&self) -> Class {
        Class::Generic
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        String::new()
    }
}

const HABIT: Claim = Claim {
    id: "test/habit",
    title: "",
    statement: "",
    hypotheses: &[],
    references: &[],
    builds_on: &[],
    law: &[all(&Exact(Habit))],
    controls: &[],
};

impl Draws for Habit {
    type Instance = Numbers;

    fn draw(&self, draw: &mut Draw) -> Result<Numbers, Unjudged> {
        Ok(Numbers(draw.point.dyadic(32), draw.point.small()))
    }
}

impl<T: Carrier> In<T> for Habit {
    fn relations(&self, Numbers(x, c): &Numbers) -> Result<Vec<Relation<T>>, Unjudged> {
        let product = |label: &'static str| vec![Term::scalar(label, T::product(&T::from_rational(c), &T::drawn(x)))];
        Ok(vec![Relation::equality("commutes", product("c x"), product("x c"))])
    }
}

#[test]
fn a_constant_that_was_drawn_for_the_point_is_seen() {
    let (compared, different) = families(&HABIT, 8);
    assert_eq!(compared, 8);
    assert!(different.len() > 4, "{different:?}");
}
