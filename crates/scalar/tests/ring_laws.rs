//! The laws of arithmetic for every scalar: exactly where arithmetic is exact, within bounds from the type's own
//! epsilon where it rounds.

use equipartition_scalar::{Branch, Dual, Field, HyperDual, Measured, Mp, Obstacle, Rational, Real, Residue, Sign};
use num_traits::{One, Zero};
use quickcheck::{Arbitrary, Gen, TestResult, quickcheck};

/// A rational number of either sign, with small denominators and sizes from 2^-16 to 2^24; sometimes 0 or 1.
#[derive(Clone, Debug)]
struct Drawn(Rational);

impl Arbitrary for Drawn {
    fn arbitrary(g: &mut Gen) -> Self {
        let special = u8::arbitrary(g);
        if special < 16 {
            return Drawn(Rational::from(i32::from(special % 3) - 1));
        }
        let quotient = Rational::from((i32::from(i16::arbitrary(g)), u32::from(u8::arbitrary(g)) + 1));
        let exponent = i32::from(i8::arbitrary(g)) / 16;
        Drawn(if exponent < 0 { quotient >> exponent.unsigned_abs() } else { quotient << exponent.unsigned_abs() })
    }
}

/// A dual number over the rationals.
#[derive(Clone, Debug)]
struct DrawnDual(Dual<Rational>);

impl Arbitrary for DrawnDual {
    fn arbitrary(g: &mut Gen) -> Self {
        DrawnDual(Dual::new(Drawn::arbitrary(g).0, Drawn::arbitrary(g).0))
    }
}

/// A dual number over the dual numbers over the rationals.
#[derive(Clone, Debug)]
struct DrawnTwice(Dual<Dual<Rational>>);

impl Arbitrary for DrawnTwice {
    fn arbitrary(g: &mut Gen) -> Self {
        DrawnTwice(Dual::new(DrawnDual::arbitrary(g).0, DrawnDual::arbitrary(g).0))
    }
}

/// A hyper-dual number over the rationals, with at most two units.
#[derive(Clone, Debug)]
struct DrawnHyper {
    number: HyperDual<Rational>,
    value: Rational,
}

impl Arbitrary for DrawnHyper {
    fn arbitrary(g: &mut Gen) -> Self {
        let value = Drawn::arbitrary(g).0;
        let mut constant = || HyperDual::constant(Drawn::arbitrary(g).0);
        let mut number = HyperDual::constant(value.clone());
        let (first, second) = (constant(), constant().moving(0, constant()));
        if bool::arbitrary(g) {
            number = number.moving(0, first);
        }
        if bool::arbitrary(g) {
            number = number.moving(1, second);
        }
        DrawnHyper { number, value }
    }
}

/// A residue, uniform but for 0 and 1.
#[derive(Clone, Debug)]
struct DrawnResidue(Residue);

impl Arbitrary for DrawnResidue {
    fn arbitrary(g: &mut Gen) -> Self {
        let value = u64::arbitrary(g);
        DrawnResidue(Residue::new(if u8::arbitrary(g) < 16 { value % 2 } else { value }))
    }
}

/// Asserts the laws one by one, so that a failure names the law.
macro_rules! laws {
    ($($name:literal: $law:expr),+ $(,)?) => { $(assert!($law, "broken: {}", $name);)+ };
}

/// The laws that rounding does not touch: results that are exact, or the same correctly rounded number on both sides.
fn laws_without_rounding<T: Field>(a: &T, b: &T) {
    let (zero, one) = (T::zero(), T::one());
    let sum = |x: &T, y: &T| x.clone() + y;
    let difference = |x: &T, y: &T| x.clone() - y;
    laws! {
        "a + b = b + a": sum(a, b) == sum(b, a),
        "a b = b a": T::product(a, b) == T::product(b, a),
        "a + 0 = a": sum(a, &zero) == *a,
        "a 1 = a": T::product(a, &one) == *a,
        "a 0 = 0": T::product(a, &zero).is_zero(),
        "a + (-a) = 0": sum(a, &-a.clone()).is_zero(),
        "a - b = a + (-b)": difference(a, b) == sum(a, &-b.clone()),
        "a - b = -(b - a)": difference(a, b) == -difference(b, a),
        "(-a) b = -(a b)": T::product(&-a.clone(), b) == -T::product(a, b),
        "a + a = 2 a": sum(a, a) == T::product(&T::integer(2), a),
        "a^2 = a a": a.squared() == T::product(a, a) && a.powi(2) == a.squared(),
        "a^0 = 1": a.powi(0) == one,
        "a^1 = a": a.powi(1) == *a,
        "0 and 1 are themselves": zero.is_zero() && one.is_one() && !one.is_zero() && T::integer(0) == zero,
    }
    in_place_kernels_agree(a, b);
}

/// Every in-place kernel and every borrowed or owned operator computes the same as `+ - *`.
fn in_place_kernels_agree<T: Field>(a: &T, b: &T) {
    let with = |change: &dyn Fn(&mut T)| {
        let mut target = b.clone();
        change(&mut target);
        target
    };
    laws! {
        "assign": with(&|t| t.assign(a)) == *a,
        "set_product": with(&|t| t.set_product(a, b)) == a.clone() * b,
        "add_product": with(&|t| t.add_product(a, b, &mut T::one())) == b.clone() + a.clone() * b,
        "sub_product": with(&|t| t.sub_product(a, b, &mut T::one())) == b.clone() - a.clone() * b,
        "+=": with(&|t| *t += a) == b.clone() + a && with(&|t| *t += a.clone()) == b.clone() + a.clone(),
        "-=": with(&|t| *t -= a) == b.clone() - a && with(&|t| *t -= a.clone()) == b.clone() - a.clone(),
        "*=": with(&|t| *t *= a) == b.clone() * a && with(&|t| *t *= a.clone()) == b.clone() * a.clone(),
    }
}

/// The laws of a commutative ring, and of a field where `invertible` is.
fn exact_laws<T: Field>(a: &T, b: &T, c: &T, invertible: Option<&T>) {
    laws_without_rounding(a, b);
    let sum = |x: &T, y: &T| x.clone() + y;
    laws! {
        "(a + b) + c = a + (b + c)": sum(&sum(a, b), c) == sum(a, &sum(b, c)),
        "(a b) c = a (b c)": T::product(&T::product(a, b), c) == T::product(a, &T::product(b, c)),
        "a (b + c) = a b + a c": T::product(a, &sum(b, c)) == sum(&T::product(a, b), &T::product(a, c)),
        "(a + b)^2 = a^2 + 2 a b + b^2":
            sum(a, b).squared() == a.squared() + T::integer(2) * T::product(a, b) + b.squared(),
        "a^5 = a a a a a": a.powi(5) == a.clone() * a * a * a * a,
    }
    if let Some(unit) = invertible {
        let inverse = T::one() / unit;
        let mut quotient = a.clone();
        quotient /= unit;
        laws! {
            "u (1 / u) = 1": T::product(unit, &inverse).is_one(),
            "(a / u) u = a": a.clone() / unit * unit == *a,
            "a / u = a (1 / u)": a.clone() / unit == T::product(a, &inverse),
            "a /= u": quotient == a.clone() / unit,
            "u^-3 = 1 / u^3": unit.powi(-3) == T::one() / unit.powi(3),
        }
    }
}

quickcheck! {
    fn the_rationals_are_a_field(a: Drawn, b: Drawn, c: Drawn) -> bool {
        let invertible = Some(&c.0).filter(|c| !c.is_zero());
        exact_laws(&a.0, &b.0, &c.0, invertible);
        true
    }

    fn duals_over_the_rationals_are_a_ring(a: DrawnDual, b: DrawnDual, c: DrawnDual) -> bool {
        let invertible = Some(&c.0).filter(|c| !c.value.is_zero());
        exact_laws(&a.0, &b.0, &c.0, invertible);
        true
    }

    fn hyper_duals_over_the_rationals_are_a_ring(a: DrawnHyper, b: DrawnHyper, c: DrawnHyper) -> bool {
        let invertible = Some(&c.number).filter(|_| !c.value.is_zero());
        exact_laws(&a.number, &b.number, &c.number, invertible);
        true
    }

    fn the_residues_are_a_field(a: DrawnResidue, b: DrawnResidue, c: DrawnResidue) -> bool {
        let invertible = Some(&c.0).filter(|c| **c != Residue::new(0));
        exact_laws(&a.0, &b.0, &c.0, invertible);
        true
    }

    fn reduction_modulo_the_prime_respects_the_laws(a: Drawn, b: Drawn) -> bool {
        let (a, b) = (a.0, b.0);
        let [x, y] = [&a, &b].map(Residue::from_rational);
        let reduced = |value: Rational| Residue::from_rational(&value);
        laws! {
            "a + b": reduced(a.clone() + &b) == x + y,
            "a - b": reduced(a.clone() - &b) == x - y,
            "a b": reduced(a.clone() * &b) == x * y,
            "-a": reduced(-a.clone()) == -x,
        }
        if !b.is_zero() {
            laws! { "a / b": reduced(a / &b) == x / y }
        }
        true
    }

    fn duals_of_duals_are_a_ring(a: DrawnTwice, b: DrawnTwice, c: DrawnTwice) -> bool {
        let invertible = Some(&c.0).filter(|c| !c.value.value.is_zero());
        exact_laws(&a.0, &b.0, &c.0, invertible);
        true
    }

    fn the_rationals_embed_in_the_duals_as_a_ring(a: Drawn, b: Drawn) -> bool {
        let embed = |value: &Rational| Dual::<Rational>::from_rational(value);
        embed(&(a.0.clone() + &b.0)) == embed(&a.0) + embed(&b.0)
            && embed(&(a.0.clone() * &b.0)) == embed(&a.0) * embed(&b.0)
    }
}

// Derivatives, against formulas for polynomials.

/// A polynomial by its coefficients, the constant one first.
#[derive(Clone, Debug)]
struct Polynomial(Vec<Rational>);

impl Arbitrary for Polynomial {
    fn arbitrary(g: &mut Gen) -> Self {
        let degree = usize::arbitrary(g) % 6;
        Polynomial((0..=degree).map(|_| Drawn::arbitrary(g).0).collect())
    }
}

impl Polynomial {
    /// Horner's scheme, in any field.
    fn at<T: Field>(&self, x: &T) -> T {
        self.0.iter().rev().fold(T::zero(), |value, coefficient| value * x + T::from_rational(coefficient))
    }

    fn derivative(&self) -> Self {
        Polynomial((1..self.0.len()).map(|k| self.0[k].clone() * k as u32).collect())
    }
}

fn variable(x: &Rational) -> Dual<Rational> {
    Dual::new(x.clone(), Rational::one())
}

quickcheck! {
    fn the_tangent_of_a_polynomial_is_its_derivative(p: Polynomial, x: Drawn) -> bool {
        p.at(&variable(&x.0)) == Dual::new(p.at(&x.0), p.derivative().at(&x.0))
    }

    fn the_product_rule(p: Polynomial, q: Polynomial, x: Drawn) -> bool {
        let x = x.0;
        let product = p.at(&variable(&x)) * q.at(&variable(&x));
        product.tangent == p.derivative().at(&x) * q.at(&x) + p.at(&x) * q.derivative().at(&x)
    }

    fn the_quotient_rule(p: Polynomial, q: Polynomial, x: Drawn) -> TestResult {
        let x = x.0;
        let denominator: Rational = q.at(&x);
        if denominator.is_zero() {
            return TestResult::discard();
        }
        let quotient = p.at(&variable(&x)) / q.at(&variable(&x));
        let numerator = p.derivative().at(&x) * &denominator - p.at(&x) * q.derivative().at(&x);
        TestResult::from_bool(quotient.tangent == numerator / denominator.square())
    }

    fn the_chain_rule(p: Polynomial, q: Polynomial, x: Drawn) -> bool {
        let x = x.0;
        let composed = p.at(&q.at(&variable(&x)));
        composed.tangent == p.derivative().at(&q.at(&x)) * q.derivative().at(&x)
    }

    fn the_power_rule(exponent: i8, x: Drawn) -> TestResult {
        let (x, exponent) = (x.0, i32::from(exponent % 12));
        if x.is_zero() {
            return TestResult::discard();
        }
        let slope = Rational::from(exponent) * x.powi(exponent - 1);
        TestResult::from_bool(variable(&x).powi(exponent) == Dual::new(x.powi(exponent), slope))
    }

    fn a_second_tangent_is_the_second_derivative(p: Polynomial, q: Polynomial, x: Drawn) -> bool {
        // (p q)'' = p'' q + 2 p' q' + p q''
        let x = x.0;
        let twice = Dual::new(variable(&x), Dual::constant(Rational::one()));
        let second = |p: &Polynomial| p.derivative().derivative();
        let expected = second(&p).at(&x) * q.at(&x)
            + p.derivative().at(&x) * q.derivative().at(&x) * 2u32
            + p.at(&x) * second(&q).at(&x);
        (p.at(&twice) * q.at(&twice)).tangent.tangent == expected
    }
}

// Floats of four precisions, against the rationals.

/// A float as the rational number that it is.
trait Exactly: Real<Mask = bool> + Measured + PartialOrd {
    /// The digits of its significand.
    const BITS: u32;
    fn exactly(&self) -> Rational;
    /// The unit in the last place of 1, `2^(1 - p)`.
    fn epsilon() -> Rational {
        Rational::from(1) >> (Self::BITS - 1)
    }
}
impl Exactly for f32 {
    const BITS: u32 = 24;
    fn exactly(&self) -> Rational {
        Rational::from_f32(*self).expect("finite")
    }
}
impl Exactly for f64 {
    const BITS: u32 = 53;
    fn exactly(&self) -> Rational {
        Rational::from_f64(*self).expect("finite")
    }
}
impl<const BITS: u32> Exactly for Mp<BITS> {
    const BITS: u32 = BITS;
    fn exactly(&self) -> Rational {
        self.as_float().to_rational().expect("finite")
    }
}

/// Whether `rounded` is a nearest float to `exact`: within half a unit, `|rounded - exact| <= (epsilon / 2) |exact|`.
fn is_nearest<T: Exactly>(rounded: T, exact: &Rational) -> bool {
    (rounded.exactly() - exact).abs() <= T::epsilon() / 2u32 * exact.clone().abs()
}

/// Whether two floats agree within `count` epsilons of `scale`.
fn within<T: Exactly>(count: u32, x: &T, y: &T, scale: Rational) -> bool {
    (x.exactly() - y.exactly()).abs() <= T::epsilon() * count * scale
}

fn rounded_laws<T: Exactly>(a: &Rational, b: &Rational, c: &Rational) {
    let drawn = [a, b, c].map(|value| T::from_rational(value));
    let [a_rounded, ..] = &drawn;
    laws! { "a fraction is rounded to nearest": is_nearest(a_rounded.clone(), a) }

    let [x, y, z] = &drawn;
    let [a, b, c] = &drawn.each_ref().map(Exactly::exactly);
    let size = |value: &Rational| value.clone().abs();
    laws_without_rounding(x, y);
    let sum = |x: &T, y: &T| x.clone() + y;
    laws! {
        "a + b is rounded to nearest": is_nearest(sum(x, y), &(a.clone() + b)),
        "a - b is rounded to nearest": is_nearest(x.clone() - y, &(a.clone() - b)),
        "a b is rounded to nearest": is_nearest(T::product(x, y), &(a.clone() * b)),
        "(a + b) + c = a + (b + c)":
            within(2, &sum(&sum(x, y), z), &sum(x, &sum(y, z)), size(a) + size(b) + size(c)),
        "(a b) c = a (b c)":
            within(3, &(T::product(x, y) * z), &(T::product(y, z) * x), size(a) * size(b) * size(c)),
        "a (b + c) = a b + a c":
            within(3, &(sum(y, z) * x), &(T::product(x, y) + T::product(x, z)), size(a) * (size(b) + size(c))),
        "a < b as in the rationals": x.less(y) == (a < b) && y.less(x) == (b < a),
        "|a|, min, max as in the rationals": x.absolute().exactly() == size(a)
            && x.minimum(y).exactly() == *a.min(b)
            && x.maximum(y).exactly() == *a.max(b),
    }
    if !y.is_zero() {
        laws! {
            "a / b is rounded to nearest": is_nearest(x.clone() / y, &(a.clone() / b)),
            "b / b = 1": (y.clone() / y).is_one(),
        }
    }
    // sqrt(a) is nearest: a lies between the squares of its neighbours half a unit away.
    let root = Real::sqrt(&x.absolute()).exactly();
    let half_unit = T::epsilon() / 2u32 * &root;
    laws! {
        "sqrt(a) is rounded to nearest":
            (root.clone() - &half_unit).square() <= size(a) && size(a) <= (root + half_unit).square(),
    }
}

quickcheck! {
    fn floats_of_four_precisions_round_correctly_and_obey_the_laws_within_that(a: Drawn, b: Drawn, c: Drawn) -> bool {
        rounded_laws::<f32>(&a.0, &b.0, &c.0);
        rounded_laws::<f64>(&a.0, &b.0, &c.0);
        rounded_laws::<Mp<64>>(&a.0, &b.0, &c.0);
        rounded_laws::<Mp<256>>(&a.0, &b.0, &c.0);
        true
    }
}

/// That the bounds above are needed: some sum of three fractions depends on the order, at each precision.
#[test]
fn addition_of_floats_is_not_associative() {
    fn at<T: Exactly>() -> bool {
        let candidates = (1..40).map(|n| (T::ratio(1, 10), T::ratio(n, 10), T::ratio(3 * n, 7)));
        candidates.into_iter().any(|(a, b, c)| (a.clone() + &b) + &c != a + (b + c))
    }
    assert!(at::<f32>() && at::<f64>() && at::<Mp<64>>() && at::<Mp<256>>());
}

/// A selection in place is the selection, on either side of the comparison; the sign is that of the comparison with 0.
#[test]
fn selections_and_signs() {
    fn selects<T: Branch<Mask = bool>>(a: &T, b: &T) {
        assert!(a.less(b) && !b.less(a) && !a.less(a));
        for (first, second) in [(a, b), (b, a)] {
            let mask = first.less(second);
            let mut target = T::integer(77);
            target.assign_selected(mask, first, second);
            assert_eq!(target, T::select(mask, first, second));
            assert_eq!(target, *a, "the smaller of both");
            assert_eq!((first.minimum(second), first.maximum(second)), (a.clone(), b.clone()));
        }
        assert_eq!((a.absolute(), b.absolute()), (-a.clone(), b.clone()));
        assert_eq!(b.detach().minimum(a), a.clone());
    }
    let third = |n: i64| Rational::from((n, 3));
    selects(&third(-2), &third(1));
    selects(&-2.5_f64, &1.5);
    selects(&-2.5_f32, &1.5);
    selects(&Mp::<64>::ratio(-2, 3), &Mp::ratio(1, 3));
    selects(&Dual::new(third(-2), third(5)), &Dual::new(third(1), third(7)));
    let moving = |value, slope| HyperDual::constant(third(value)).moving(1, HyperDual::constant(third(slope)));
    selects(&moving(-2, 5), &moving(1, 7));
    // What is held constant has the value and no slope.
    assert_eq!(Dual::new(third(1), third(7)).detach(), Dual::constant(third(1)));
    assert_eq!(moving(1, 7).detach(), HyperDual::constant(third(1)));

    fn signs<T: Measured>(none: Option<T>) {
        let sign = |n: i64| T::ratio(n, 4).sign();
        assert_eq!((sign(-1), sign(0), sign(1)), (Some(Sign::Negative), Some(Sign::Zero), Some(Sign::Positive)));
        assert!(T::integer(3).obstacle().is_none());
        if let Some(none) = none {
            assert_eq!((none.sign(), none.obstacle()), (None, Some(Obstacle::NotFinite)));
        }
    }
    signs(Some(f64::NAN));
    signs(Some(f32::NAN));
    signs(Some(Mp::<64>::zero() / Mp::zero()));
    signs::<Rational>(None);
    // Only numbers that their debug format would write as fractions have decimals of their own.
    assert_eq!((Rational::from((1, 4)).decimal().as_deref(), 0.25_f64.decimal()), (Some("0.25"), None));
    assert!(Mp::<64>::one().decimal().is_none() && 0.25_f32.decimal().is_none());
}
