//! What the bounds of the registry rest on: at all points of a family a law is one polynomial, with the same coefficients.
//!
//! Tokens, probabilities, learning rates, decay and weights of the mean are constants of the polynomial, not coordinates. Were one of them drawn for
//! the point, the bounds of a family's points could not be multiplied. Here every constant that enters a law is compared between the points.

use super::registry;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::scalar::constants::during;
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::{
    Case, Claim, Class, Draw, Drawn, Draws, Evidence, Exact, In, Relation, Settings, Term, Unjudged, all,
};

/// The families of a claim that have bounds at more than one point, and those of them whose constants differ from point to point.
fn families(claim: &Claim, families: u64) -> (usize, Vec<u64>) {
    let settings = Settings::new(12, 64);
    let (mut compared, mut different) = (0, Vec::new());
    for family in 0..families {
        let examined = (0..POINTS_PER_FAMILY).map(|point| {
            let index = family * POINTS_PER_FAMILY + point;
            during(|| !claim.examine(&settings, Case::Law, index).bounds.is_empty())
        });
        let constants: Vec<Vec<Rational>> =
            examined.filter_map(|(has_bound, constants)| has_bound.then_some(constants)).collect();
        if let Some((first, others)) = constants.split_first().filter(|(_, others)| !others.is_empty()) {
            compared += 1;
            if others.iter().any(|other| other != first) {
                different.push(family);
            }
        }
    }
    (compared, different)
}

#[test]
fn the_constants_of_a_law_with_a_bound_are_those_of_its_family() {
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
