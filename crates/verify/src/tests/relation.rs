//! Relations and exponents by themselves: what moves to the other side, what cannot be asked of which, how far a measurement reaches.

use super::super::exponent::Exponent;
use super::super::relation::{Label, Sense};
use super::super::{Change, EVERY_GAP, Mutant, Relation, Term};
use equipartition_scalar::{Magnitude, Rational};

fn term(label: &'static str, value: i64) -> Term<Rational> {
    Term::scalar(label, Rational::from(value))
}

#[test]
fn a_term_that_is_moved_changes_its_sign() {
    let moved = term("-a", 3).moved();
    assert_eq!((moved.label.as_ref(), moved.value), ("a", vec![Rational::from(-3)]));
    let owned = Term::vector("-a b".to_owned(), vec![Rational::from(1), Rational::from(-2)]).moved();
    assert_eq!((owned.label.as_ref(), owned.value), ("a b", vec![Rational::from(-1), Rational::from(2)]));
    assert_eq!(term("a", 3).moved().label, "a");
}

#[test]
fn labels_have_a_kind_and_a_detail() {
    let shown = |label: Label| (label.to_string(), label.kind.into_owned());
    assert_eq!(shown("law".into()), ("law".to_owned(), "law".to_owned()));
    assert_eq!(shown("law".to_owned().into()), ("law".to_owned(), "law".to_owned()));
    assert_eq!(shown(("law", "layer 1").into()), ("law, layer 1".to_owned(), "law".to_owned()));
}

#[test]
fn senses_are_what_was_asked_for() {
    let (a, b) = (|| term("a", 1), || term("b", 2));
    assert_eq!(Relation::at_most("law", a(), b()).sense, Sense::AtMost { sharp: None });
    assert_eq!(Relation::at_most("law", a(), b()).sharp((3, 4)).sense, Sense::AtMost { sharp: Some((3, 4)) });
    assert_eq!(Relation::less("law", a(), b()).sense, Sense::Less { resolution: 32 });
    assert_eq!(Relation::less("law", a(), b()).resolved_to(EVERY_GAP).sense, Sense::Less { resolution: 1_048_576 });
    let positive = Relation::positive("law", b());
    assert_eq!((positive.sense, positive.left.len(), positive.right.len()), (Sense::Less { resolution: 32 }, 0, 1));
    assert_eq!(
        Relation::equality("law", vec![a()], vec![b()]).against(Rational::from(5)).reference,
        Some(Rational::from(5))
    );
    let labels =
        |relation: &Relation<Rational>| relation.terms().map(|term| term.label.to_string()).collect::<Vec<_>>();
    assert_eq!(labels(&Relation::at_most("law", a(), b())), ["a", "b"]);
}

/// Ratios of sharp bounds are between 0 and 1, and only bounds have them.
#[test]
fn what_a_relation_cannot_be_is_refused() {
    let refused = |make: fn() -> Relation<Rational>| std::panic::catch_unwind(make).is_err();
    assert!(!refused(|| Relation::at_most("law", term("a", 1), term("b", 2)).sharp((1, 2))));
    for make in [
        || Relation::at_most("law", term("a", 1), term("b", 2)).sharp((0, 2)),
        || Relation::at_most("law", term("a", 1), term("b", 2)).sharp((2, 2)),
        || Relation::at_most("law", term("a", 1), term("b", 2)).sharp((3, 2)),
        || Relation::equality("law", vec![term("a", 1)], vec![]).sharp((1, 2)),
        || Relation::less("law", term("a", 1), term("b", 2)).sharp((1, 2)),
        || Relation::at_most("law", term("a", 1), term("b", 2)).resolved_to(3),
        || Relation::equality("law", vec![term("a", 1)], vec![]).resolved_to(3),
    ] as [fn() -> Relation<Rational>; 7]
    {
        assert!(refused(make));
    }
}

/// A mutant changes the relations of its kind, the terms of its label, by what its change says, and nothing else.
#[test]
fn a_mutant_changes_what_it_names() {
    let relations = || {
        vec![
            Relation::equality("law", vec![term("a", 1), term("b", 2)], vec![term("c", 3)]),
            Relation::equality("other", vec![term("a", 1)], vec![term("c", 1)]),
            Relation::at_most(("law", "bound"), term("a", 4), term("c", 8)).sharp((3, 4)),
        ]
    };
    let values = |relations: &[Relation<Rational>]| {
        relations
            .iter()
            .map(|relation| relation.terms().map(|term| term.value[0].clone()).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let applied = |term: &str, change| {
        let mut changed = relations();
        Mutant { relation: "law".to_owned(), term: term.to_owned(), change }.apply(&mut changed);
        values(&changed)
    };
    let expected =
        |rows: [&[i64]; 3]| rows.map(|row| row.iter().map(|n| Rational::from(*n)).collect::<Vec<_>>()).to_vec();
    assert_eq!(applied("a", Change::Dropped), expected([&[0, 2, 3], &[1, 1], &[0, 8]]));
    assert_eq!(applied("a", Change::Negated), expected([&[-1, 2, 3], &[1, 1], &[-4, 8]]));
    assert_eq!(applied("c", Change::Doubled), expected([&[1, 2, 6], &[1, 1], &[4, 16]]));
    assert_eq!(applied("a <= c", Change::Reversed), expected([&[3, 1, 2], &[1, 1], &[8, 4]]));
    assert_eq!(applied("c", Change::Tightened), expected([&[1, 2, 3], &[1, 1], &[4, 6]]));
    let shown = Mutant { relation: "law".to_owned(), term: "a".to_owned(), change: Change::Dropped }.to_string();
    assert_eq!(shown, "law: a dropped");
    assert_eq!(Change::ALL.len(), 5);
}

fn exponent(deviation: i32, error: i32, smallest: f64) -> Exponent {
    Exponent {
        label: String::new(),
        predicted: 2,
        measured: String::new(),
        error: Magnitude::power_of_two(error),
        deviation: Magnitude::power_of_two(deviation),
        differences: vec![(-4.0, 0.0), (smallest, 0.0), (-5.0, 0.0)],
    }
}

/// As many decimals as both the deviation and the error estimate allow: 64 bits are 19.
#[test]
fn digits_of_an_exponent_are_those_of_its_weakest_number() {
    assert_eq!((exponent(-64, -80, -9.0).digits(), exponent(-80, -64, -9.0).digits()), (19, 19));
    assert_eq!(
        (exponent(0, -80, -9.0).digits(), exponent(3, -80, -9.0).digits(), exponent(-1, -1, -9.0).digits()),
        (0, 0, 0)
    );
    assert_eq!(exponent(-4, -9, -9.0).digits(), 1);
    assert_eq!(exponent(-20_000, -20_000, -9.0).digits(), 999);
    let exact = Exponent { deviation: Magnitude::zero(), error: Magnitude::zero(), ..exponent(0, 0, -9.0) };
    assert_eq!(exact.digits(), 999);
    assert_eq!(
        (exponent(0, 0, -9.0).unseen(), exponent(0, 0, -100.0).unseen()),
        (Magnitude::power_of_two(-69), Magnitude::power_of_two(-160))
    );
}
