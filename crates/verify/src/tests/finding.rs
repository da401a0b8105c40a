//! A set of relations judged in one scalar.

use super::super::finding::WIDE;
use super::super::scalars::SLACK;
use super::super::{Change, Finding, Mutant, Relation, Scalar, Status, Term};
use super::{above_one, equality, judged};
use equipartition_scalar::{Field, Interval, Magnitude, Measured, Mp, Rational, Ring};
use rug::Float;

fn one() -> Rational {
    Rational::from(1)
}

/// In the rationals nothing but 0 is exact: neither 2^-50 nor 2^-5000.
#[test]
fn an_exact_residual_is_zero_and_not_small() {
    for bits in [50, 500, 5000] {
        let finding = judged(Scalar::Rational, &[equality(&[("a", one())], &[("b", above_one(bits))])]);
        assert_eq!(finding.status, Status::Violated, "2^-{bits}");
        let size = Magnitude::power_of_two(-(bits as i32));
        assert!(finding.miss <= size && finding.miss > size.scaled(-1), "{}", finding.miss);
        assert!(finding.residual > size.scaled(-1));
        assert_eq!(finding.worst, "law");
    }
    assert_eq!(judged(Scalar::Rational, &[equality(&[("a", one())], &[("b", one())])]).status, Status::Satisfied);
    assert!(Scalar::Rational.tolerance().is_zero());
}

/// A float satisfies up to 2^(40 - p), of the scale of the terms, and violates beyond.
#[test]
fn a_float_is_judged_up_to_its_precision_less_the_slack() {
    fn status<const BITS: u32>(bits: u32) -> Status {
        let right = Mp::<BITS>::from_rational(&above_one(bits));
        judged(Scalar::Mp(BITS), &[equality(&[("a", Mp::integer(1))], &[("b", right)])]).status
    }
    let edge = |precision: u32| precision - SLACK as u32;
    assert_eq!((status::<64>(edge(64) + 1), status::<64>(edge(64) - 1)), (Status::Satisfied, Status::Violated));
    assert_eq!((status::<256>(edge(256) + 1), status::<256>(edge(256) - 1)), (Status::Satisfied, Status::Violated));
}

/// An interval that contains 0 encloses it only if it is narrow: up to half of its bits.
#[test]
fn a_wide_enclosure_of_zero_is_undecided() {
    let around_one = |bits: i32| {
        let width = Float::with_val(256, Float::i_exp(1, -bits));
        let (lower, upper) = (Float::with_val(256, 1 - &width), Float::with_val(256, 1 + &width));
        Interval::<256>::new(&lower, &upper).expect("bounds in order")
    };
    let status = |bits| {
        judged(Scalar::Interval(256), &[equality(&[("a", around_one(bits))], &[("b", Interval::integer(1))])]).status
    };
    for bits in [8, 16, 64, 127] {
        assert_eq!(status(bits), Status::Undecided("the enclosure is too wide"), "2^-{bits}");
    }
    assert_eq!(status(129), Status::Satisfied);
    // Enclosures of a number are not that number: their difference has a width.
    let third = Interval::<256>::ratio(1, 3);
    let finding = judged(Scalar::Interval(256), &[equality(&[("a", third.clone())], &[("b", third)])]);
    assert_eq!(finding.status, Status::Satisfied);
    assert!(!finding.residual.is_zero());
}

/// The residual of an enclosure is its farthest point over the least scale: an upper bound. The miss is its nearest over the largest: a lower one.
#[test]
fn residuals_are_rounded_up_and_misses_down() {
    let number = |lower: u32, upper: u32| {
        let (lower, upper) = (Float::with_val(256, lower), Float::with_val(256, upper));
        Interval::<256>::new(&lower, &upper).expect("bounds in order")
    };
    let finding = judged(Scalar::Interval(256), &[equality(&[("a", number(4, 8))], &[("b", number(1, 2))])]);
    let ratio = |numerator: i32, denominator: i32| Rational::from((numerator, denominator));
    // a - b lies in [2, 7], the largest term between 4 and 8.
    assert_eq!(finding.residual, Magnitude::above_rational(&ratio(7, 4)));
    assert_eq!(finding.miss, Magnitude::below_rational(&ratio(2, 8)));
    assert_eq!(finding.status, Status::Violated);
}

#[test]
fn what_is_no_number_decides_nothing() {
    let nan = || Mp::<256>::integer(0) / Mp::integer(0);
    let finding = judged(Scalar::Mp(256), &[equality(&[("a", nan())], &[("b", nan())])]);
    assert_eq!(finding.status, Status::Undecided("a value is not a finite number"));
    let twins = equality(&[("a", one())], &[("a", one())]);
    assert_eq!(judged(Scalar::Rational, &[twins]).status, Status::Undecided("two terms of a relation have one label"));
    let left = vec![Term::vector("a", vec![one(), one()])];
    let shapes = Relation::equality("law", left, vec![Term::scalar("b", one())]);
    let different = Status::Undecided("the terms of a relation have different shapes");
    assert_eq!(judged(Scalar::Rational, &[shapes]).status, different);
}

/// Both sides below 2^-20 of what stands beside them say nothing, and still may not differ.
#[test]
fn vanishing_sides_are_vacuous_unless_they_differ() {
    let tiny = |bits: i32| Rational::from(1) >> bits as u32;
    let status = |left: Rational, right: Rational| {
        judged(Scalar::Rational, &[equality(&[("a", left)], &[("b", right)]).against(one())]).status
    };
    assert_eq!(status(tiny(WIDE), tiny(WIDE)), Status::Vacuous);
    assert_eq!(status(tiny(WIDE - 1), tiny(WIDE - 1)), Status::Satisfied);
    assert_eq!(status(tiny(WIDE), tiny(WIDE + 1)), Status::Violated);
    assert_eq!(status(tiny(WIDE + 1), tiny(WIDE)), Status::Violated);
    assert_eq!(status(Rational::new(), Rational::new()), Status::Vacuous);
    // Of an inequality only the wrong way round differs.
    let bound = |left: Rational, right: Rational| {
        let relation = Relation::at_most("law", Term::scalar("a", left), Term::scalar("b", right));
        judged(Scalar::Rational, &[relation.against(one())]).status
    };
    assert_eq!(bound(tiny(40), tiny(30)), Status::Vacuous);
    assert_eq!(bound(tiny(30), tiny(40)), Status::Violated);
}

/// A violation outranks what is open, that what is unresolved, and one relation that says something is enough.
#[test]
fn the_worst_relation_decides() {
    let (fine, wrong) = (equality(&[("a", one())], &[("b", one())]), equality(&[("a", one())], &[("b", above_one(9))]));
    let vacuous = equality(&[("a", Rational::new())], &[("b", Rational::new())]);
    let open = equality(&[("a", one())], &[("a", one())]);
    let unresolved = Relation::less("gap", Term::scalar("a", one()), Term::scalar("b", above_one(50))).resolved_to(30);
    let status = |relations: &[&Relation<Rational>]| {
        let relations: Vec<_> = relations.iter().map(|relation| (*relation).clone()).collect();
        judged(Scalar::Rational, &relations).status
    };
    assert_eq!(status(&[&open, &wrong, &fine]), Status::Violated);
    assert!(matches!(status(&[&unresolved, &open, &fine]), Status::Undecided(_)));
    assert_eq!(status(&[&fine, &unresolved, &vacuous]), Status::Unresolved);
    assert_eq!(status(&[&vacuous, &fine]), Status::Satisfied);
    assert_eq!(status(&[&vacuous, &vacuous]), Status::Vacuous);
    let finding = judged(Scalar::Rational, &[fine, vacuous]);
    assert_eq!(finding.relations(), (2, 1));
}

/// What is named is the relation with the largest residual, of several the first, in whatever order they come; a miss outranks a residual.
#[test]
fn the_relation_that_is_off_most_is_named() {
    fn off<T: Measured>(label: &'static str, left: T, right: T) -> Relation<T> {
        Relation { label: label.into(), ..equality(&[("a", left)], &[("b", right)]) }
    }
    let rational = |label, bits| off(label, one(), above_one(bits));
    let float = |label, bits| off(label, Mp::<256>::integer(1), Mp::from_rational(&above_one(bits)));
    let worst = |labels: [(&'static str, u32); 2]| {
        let floats = judged(Scalar::Mp(256), &labels.map(|(label, bits)| float(label, bits)));
        assert_eq!(floats.status, Status::Satisfied);
        let rationals = judged(Scalar::Rational, &labels.map(|(label, bits)| rational(label, bits)));
        assert_eq!(rationals.status, Status::Violated);
        assert_eq!(rationals.worst, floats.worst);
        assert!(rationals.miss > Magnitude::power_of_two(-231), "the larger miss is kept");
        floats.worst
    };
    assert_eq!(worst([("small", 240), ("large", 230)]), "large");
    assert_eq!(worst([("large", 230), ("small", 240)]), "large");
    assert_eq!(worst([("first", 230), ("second", 230)]), "first");
    // Where nothing is off, the first is named.
    let fine = [off("first", one(), one()), off("second", one(), one())];
    assert_eq!(judged(Scalar::Rational, &fine).worst, "first");
}

/// `a + b = c` with 1 + 2 = 3: without a term it misses by that term, with the other sign or doubled by as much as that adds, over 3.
#[test]
fn mutants_miss_by_what_they_change() {
    let number = |n: i32| Rational::from(n);
    let law = equality(&[("a", number(1)), ("b", number(2))], &[("c", number(3))]);
    let finding = judged(Scalar::Rational, &[law]);
    let miss = |term: &str, change| {
        let mutant = Mutant { relation: "law".to_owned(), term: term.to_owned(), change };
        let found = finding.mutants.iter().find(|(known, _)| *known == mutant);
        found.map(|(_, miss)| miss.clone()).expect("every term is got wrong")
    };
    let thirds = |n: i32| Magnitude::below_rational(&Rational::from((n, 3)));
    assert_eq!((miss("a", Change::Dropped), miss("a", Change::Doubled)), (thirds(1), thirds(1)));
    assert_eq!((miss("b", Change::Dropped), miss("b", Change::Negated)), (thirds(2), thirds(4)));
    assert_eq!((miss("c", Change::Dropped), miss("c", Change::Negated)), (thirds(3), thirds(6)));
    assert_eq!(finding.mutants.len(), 9);
}

/// Where the law misses already, here 1 + 2 = 4 by -1, the sides count with their signs: without the 4 it misses by 3, with twice it by -5.
/// Of several relations of a kind the widest miss is kept, in whatever order they come.
#[test]
fn mutants_are_told_from_the_residual_and_the_widest_miss_is_kept() {
    let law =
        |a: i32, b: i32| equality(&[("a", Rational::from(a)), ("b", Rational::from(2))], &[("c", Rational::from(b))]);
    let miss = |relations: &[Relation<Rational>], change| {
        let found = judged(Scalar::Rational, relations).mutants;
        found.into_iter().find(|(mutant, _)| mutant.term == "c" && mutant.change == change).expect("c is got wrong").1
    };
    let quarters = |n: i32| Magnitude::below_rational(&Rational::from((n, 4)));
    assert_eq!(miss(&[law(1, 4)], Change::Dropped), quarters(3));
    assert_eq!(miss(&[law(1, 4)], Change::Doubled), quarters(5));
    let (narrow, wide) = (law(1, 4), law(1, 3));
    assert_eq!(miss(&[narrow.clone(), wide.clone()], Change::Dropped), quarters(4));
    assert_eq!(miss(&[wide, narrow], Change::Dropped), quarters(4));
}

/// A mutant that is applied before it is judged misses by as much as the judge says beforehand.
#[test]
fn a_mutant_applied_and_a_mutant_foretold_agree() {
    let number = |n: i32| Rational::from(n);
    let law = || equality(&[("a", number(1)), ("b", number(2))], &[("c", number(3))]);
    for (mutant, foretold) in judged(Scalar::Rational, &[law()]).mutants {
        let mut relations = [law()];
        mutant.apply(&mut relations);
        let difference = judged(Scalar::Rational, &relations).miss;
        assert!(!difference.is_zero() && !foretold.is_zero(), "{mutant}");
        // The scale is here that of the mutant's own terms: between a half of the law's and twice that.
        let agree = difference <= foretold.scaled(1) && foretold <= difference.scaled(1);
        assert!(agree, "{mutant}: {difference} {foretold}");
    }
}

/// An inequality keeps its smallest margin, may touch in the rationals, and is attacked from both sides.
#[test]
fn inequalities_have_margins_and_mutants() {
    let number = |n: i32| Rational::from(n);
    let bound = |left: i32, right: i32| {
        Relation::at_most("bound", Term::scalar("a", number(left)), Term::scalar("b", number(right)))
    };
    let finding = judged(Scalar::Rational, &[bound(1, 2), bound(3, 4)]);
    assert_eq!(finding.status, Status::Satisfied);
    assert!(finding.kinds[0].inequality);
    assert_eq!(finding.margin, Some(Magnitude::below_rational(&Rational::from((1, 4)))));
    assert_eq!(judged(Scalar::Rational, &[bound(2, 1)]).status, Status::Violated);
    let touching = judged(Scalar::Rational, &[bound(2, 2)]);
    assert_eq!((touching.status, touching.margin.clone()), (Status::Satisfied, Some(Magnitude::zero())));
    let reversed = |finding: &Finding| {
        let found = finding.mutants.iter().find(|(mutant, _)| mutant.change == Change::Reversed);
        found.expect("it is reversed").1.clone()
    };
    assert!(reversed(&touching).is_zero() && !reversed(&finding).is_zero());
    // In floats what is equal up to rounding decides nothing, on whichever side it is.
    let float = |left: &Rational, right: &Rational| {
        let term = |label, number| Term::scalar(label, Mp::<256>::from_rational(number));
        judged(Scalar::Mp(256), &[Relation::at_most("bound", term("a", left), term("b", right))]).status
    };
    let at_noise = one() - (one() >> (256 - SLACK as u32));
    for (left, right) in
        [(one(), one()), (one(), above_one(230)), (above_one(230), one()), (one(), at_noise.clone()), (at_noise, one())]
    {
        assert!(matches!(float(&left, &right), Status::Undecided(_)), "{left} <= {right}");
    }
    assert_eq!(float(&one(), &above_one(200)), Status::Satisfied);
    assert_eq!(float(&above_one(200), &one()), Status::Violated);
}

/// `a <= b` sharp up to 3/4: with a = 9/10 b the tightened bound fails by (9/10 - 3/4) b, with a = b/2 it does not.
#[test]
fn a_tightened_bound_fails_only_where_the_bound_is_sharp() {
    let tightened = |tenths: i32, part: (i64, i64)| {
        let (left, right) = (Rational::from((tenths, 10)), one());
        let relation = Relation::at_most("bound", Term::scalar("a", left), Term::scalar("b", right)).sharp(part);
        let finding = judged(Scalar::Rational, &[relation]);
        finding.mutants.into_iter().find(|(mutant, _)| mutant.change == Change::Tightened).expect("it is sharp").1
    };
    assert_eq!(tightened(9, (3, 4)), Magnitude::below_rational(&Rational::from((3, 20))));
    assert_eq!(tightened(9, (1, 3)), Magnitude::below_rational(&Rational::from((17, 30))));
    assert!(tightened(5, (3, 4)).is_zero());
}

/// A strict inequality: a gap above the resolution, below it, none, and the wrong way round.
#[test]
fn a_strict_inequality_is_told_from_none_down_to_its_resolution() {
    let gap = |bits: u32| {
        let relation = Relation::less("gap", Term::scalar("a", one()), Term::scalar("b", above_one(bits)));
        judged(Scalar::Rational, &[relation.resolved_to(30)])
    };
    assert_eq!((gap(29).status, gap(31).status), (Status::Satisfied, Status::Unresolved));
    // Half of the resolution is short of it by a half, no gap by all of it.
    let shortfall = gap(31).shortfall;
    let three_fifths = Magnitude::above_rational(&Rational::from((3, 5)));
    assert!(shortfall >= Magnitude::power_of_two(-1) && shortfall < three_fifths, "{shortfall}");
    let none = judged(Scalar::Rational, &[Relation::less("gap", Term::scalar("a", one()), Term::scalar("b", one()))]);
    assert_eq!((none.status, none.shortfall), (Status::Violated, Magnitude::power_of_two(0)));
    let wrong = Relation::less("gap", Term::scalar("a", above_one(40)), Term::scalar("b", one()));
    let wrong = judged(Scalar::Rational, &[wrong]);
    assert_eq!(wrong.status, Status::Violated);
    assert_eq!(wrong.failure(), Magnitude::power_of_two(0));
    // A gap of the resolution itself is not resolved.
    let below_one = |bits: u32| one() - (one() >> bits);
    let at = Relation::less("gap", Term::scalar("a", below_one(30)), Term::scalar("b", one())).resolved_to(30);
    assert_eq!(judged(Scalar::Rational, &[at]).status, Status::Unresolved);
    // In floats what is equal up to rounding is no gap, on whichever side it is.
    let float = |left: &Rational, right: &Rational| {
        let term = |label, number| Term::scalar(label, Mp::<256>::from_rational(number));
        let gap = Relation::less("gap", term("a", left), term("b", right)).resolved_to(30);
        judged(Scalar::Mp(256), &[gap]).status
    };
    for (left, right) in
        [(above_one(230), one()), (one(), one()), (one(), above_one(230)), (one(), below_one(256 - SLACK as u32))]
    {
        assert_eq!(float(&left, &right), Status::Unresolved, "{left} < {right}");
    }
    assert_eq!(float(&above_one(200), &one()), Status::Violated);
    // An enclosure of a gap that reaches from below the resolution to above it decides nothing.
    let wide = Interval::<256>::new(&Float::with_val(256, 0.5), &Float::with_val(256, 1.5)).expect("bounds in order");
    let wide = Relation::less("gap", Term::scalar("a", wide), Term::scalar("b", Interval::integer(1))).resolved_to(30);
    assert!(matches!(judged(Scalar::Interval(256), &[wide]).status, Status::Undecided(_)));
    // A float cannot resolve what is finer than its own noise.
    let fine = Relation::less("gap", Term::scalar("a", Mp::<64>::integer(1)), Term::scalar("b", Mp::integer(2)));
    let asked = judged(Scalar::Mp(64), &[fine.resolved_to(24)]).status;
    assert!(matches!(asked, Status::Undecided(_)), "{asked:?}");
}

/// Idle terms are those of which no relation of the kind has a value that counts.
#[test]
fn a_term_is_live_where_it_is_not_negligible() {
    let tiny = Rational::from(1) >> (WIDE as u32 + 1);
    let finding = judged(Scalar::Rational, &[equality(&[("a", one()), ("t", tiny.clone())], &[("b", one() + tiny)])]);
    let lives: Vec<(&str, bool)> = finding.kinds[0].terms.iter().map(|(term, live)| (&**term, *live)).collect();
    assert_eq!(lives, [("a", true), ("t", false), ("b", true)]);
}

/// A term that counts in one relation of a kind is live, whichever relation it is; an equality is no inequality.
#[test]
fn one_relation_of_a_kind_suffices_for_a_live_term() {
    let (zero, live) = (Rational::new(), one());
    let of = |t: &Rational| equality(&[("a", one()), ("t", t.clone())], &[("b", one() + t)]);
    let lives = |relations: &[Relation<Rational>]| {
        let [kind] = &judged(Scalar::Rational, relations).kinds[..] else { panic!("one kind") };
        assert!(!kind.inequality && kind.relations == 2);
        kind.terms.iter().map(|(_, live)| *live).collect::<Vec<_>>()
    };
    assert_eq!(lives(&[of(&zero), of(&live)]), [true; 3]);
    assert_eq!(lives(&[of(&live), of(&zero)]), [true; 3]);
    assert_eq!(lives(&[of(&zero), of(&zero)]), [true, false, true]);
}

/// Doubles satisfy up to 2^-40 of the terms, and violate beyond.
#[test]
fn a_double_is_judged_up_to_forty_bits() {
    let status =
        |bits: i32| judged(Scalar::Double, &[equality(&[("a", 1.0)], &[("b", 1.0 + 2.0_f64.powi(-bits))])]).status;
    assert_eq!((status(41), status(39)), (Status::Satisfied, Status::Violated));
}

/// What is contradicted is a violation by all of it; what could not be judged is open.
#[test]
fn findings_without_relations() {
    let contradicted = Finding::contradicted("two gradients".to_owned());
    assert_eq!((contradicted.status, contradicted.miss), (Status::Violated, Magnitude::power_of_two(0)));
    assert_eq!(contradicted.residual, Magnitude::power_of_two(0));
    assert_eq!(contradicted.worst, "two gradients");
    assert_eq!(Finding::undecided(Scalar::Mp(64), "why").status, Status::Undecided("why"));
    assert_eq!(judged::<Rational>(Scalar::Rational, &[]).status, Status::Vacuous);
}

/// Two instances of the same values are known by their print, whatever scalar; other values and other signs have others.
#[test]
fn a_print_tells_values_apart() {
    let print = |a: i32, b: i32| {
        judged(Scalar::Rational, &[equality(&[("a", Rational::from(a))], &[("b", Rational::from(b))])]).kinds[0].print
    };
    assert_eq!(print(1, 2), print(1, 2));
    assert!(print(1, 2) != print(2, 1) && print(1, 2) != print(-1, 2) && print(1, 2) != print(1, 3));
}
