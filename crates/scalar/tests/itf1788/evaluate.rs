//! The value of both sides of an assertion, with our intervals at 53 bits.
//!
//! Ours have an unbounded exponent where the suite's are binary64. Results are rounded outward into binary64 before
//! they are compared: directed rounding onto the 53-bit numbers and then onto the doubles among them is directed
//! rounding onto the doubles, so no case at overflow or underflow has to be left out.

use super::syntax::Expression;
use equipartition_scalar::rounding::Rounding;
use equipartition_scalar::{Branch, Enclosure, Field, Magnitude, Measured, Rational, Real, Ring, Truth};
use num_traits::One;
use rug::Float;
use rug::float::Round;
use std::fmt;

type Set<R> = Enclosure<53, R>;

/// What an expression of the suite can be.
enum Value<R: Rounding> {
    Set(Set<R>, Option<Decoration>),
    Number(f64),
    Boolean(bool),
    Size(Magnitude),
}

/// IEEE 1788's remark on how a function acted on its argument; "ill-formed" is not evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decoration {
    /// Not defined on all of the argument.
    Trivial,
    /// Defined on all of it: `def`, `dac` and `com` are not told apart here.
    Defined,
}

/// Why an assertion is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    Operation(String),
    NotAnInterval,
    TextLiteral,
    DecorationItself,
    EmptyCompared,
    EmptyMignitude,
    InfiniteMember,
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exclusion::Operation(name) => write!(f, "`{name}` is not an operation here"),
            Exclusion::NotAnInterval => f.write_str("a decorated interval may be ill-formed (NaI), ours cannot"),
            Exclusion::TextLiteral => f.write_str("intervals are not read from text here"),
            Exclusion::DecorationItself => f.write_str("decorations are not values here"),
            Exclusion::EmptyCompared => f.write_str("comparing the empty set decides nothing here, and is true there"),
            Exclusion::EmptyMignitude => f.write_str("the mignitude of the empty set is 0 here, and NaN there"),
            Exclusion::InfiniteMember => f.write_str("membership is asked of rational numbers here, not of infinities"),
        }
    }
}

/// The operation an assertion is about.
pub fn operation(left: &Expression) -> &str {
    match left {
        Expression::Apply(name, _) => name,
        _ => "constructor",
    }
}

/// How an assertion compares with what our intervals give.
pub struct Comparison {
    /// What was found instead of the expected value, if anything was.
    pub mismatch: Option<String>,
    /// Where the suite says whether the function left its domain: whether it did.
    pub domain_left: Option<bool>,
}

/// Evaluates both sides of an assertion with intervals rounded by `R`.
pub fn compare<R: Rounding>(left: &Expression, right: &Expression) -> Result<Comparison, Exclusion> {
    let expected: Value<R> = literal(right)?;
    let (found, operands) = match left {
        Expression::Apply(name, operands) => {
            let operands = operands.iter().map(literal).collect::<Result<Vec<Value<R>>, _>>()?;
            (apply(name, &operands)?, operands)
        }
        _ => (literal(left)?, Vec::new()),
    };
    let same = match (&found, &expected) {
        (Value::Set(found, _), Value::Set(expected, _)) => doubles(found) == doubles(expected),
        (Value::Number(found), Value::Number(expected)) => found == expected || found.is_nan() && expected.is_nan(),
        (Value::Size(found), Value::Number(expected)) => *found == Magnitude::above(&Float::with_val(53, expected)),
        (Value::Boolean(found), Value::Boolean(expected)) => found == expected,
        _ => return Err(Exclusion::Operation(operation(left).to_owned())),
    };
    // Set operations are always decorated as trivial: they enclose no function. So is what starts from there.
    let encloses_a_function = !matches!(operation(left), "constructor" | "intersection" | "convex_hull");
    let started_trivial = operands.iter().any(|operand| matches!(operand, Value::Set(_, Some(Decoration::Trivial))));
    let mut comparison = Comparison { mismatch: None, domain_left: None };
    if let (Value::Set(found, _), Value::Set(_, Some(expected))) = (&found, &expected)
        && encloses_a_function
        && !started_trivial
    {
        let domain_left = *expected == Decoration::Trivial;
        comparison.domain_left = Some(domain_left);
        if found.left_domain() != domain_left {
            comparison.mismatch = Some(format!("{left:?} has left its domain: {}", found.left_domain()));
        }
    }
    if !same {
        comparison.mismatch = Some(format!("{left:?} is {found}, expected {expected}"));
    }
    Ok(comparison)
}

/// The bounds rounded outward into binary64; both NaN for the empty set would not compare, so that is `None`.
fn doubles<R: Rounding>(set: &Set<R>) -> Option<(f64, f64)> {
    (!set.is_empty()).then(|| (set.lower().to_f64_round(Round::Down), set.upper().to_f64_round(Round::Up)))
}

fn literal<R: Rounding>(expression: &Expression) -> Result<Value<R>, Exclusion> {
    let float = |number: &Expression| match literal::<R>(number) {
        Ok(Value::Number(value)) => Ok(Float::with_val(53, value)),
        _ => Err(Exclusion::Operation(format!("a bound {number:?}"))),
    };
    Ok(match expression {
        Expression::Number(value) => Value::Number(*value),
        Expression::Text => return Err(Exclusion::TextLiteral),
        Expression::Name(name) => match name.as_str() {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            "f64::INFINITY" => Value::Number(f64::INFINITY),
            "f64::NEG_INFINITY" => Value::Number(f64::NEG_INFINITY),
            "f64::NAN" => Value::Number(f64::NAN),
            "I::EMPTY" => Value::Set(Set::empty(), None),
            "I::ENTIRE" => Value::Set(Set::entire(), None),
            "DI::EMPTY" => Value::Set(Set::empty(), Some(Decoration::Trivial)),
            "DI::NAI" => return Err(Exclusion::NotAnInterval),
            _ => return Err(Exclusion::DecorationItself),
        },
        Expression::Apply(name, operands) => match (name.as_str(), operands.as_slice()) {
            ("neg", [operand]) => match literal::<R>(operand)? {
                Value::Number(value) => Value::Number(-value),
                _ => return Err(Exclusion::Operation("neg inside an operand".to_owned())),
            },
            _ => return Err(Exclusion::Operation(format!("{name} inside an operand"))),
        },
        Expression::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("n2i", [lower, upper]) => {
                Value::Set(Set::new(&float(lower)?, &float(upper)?).unwrap_or_else(|_| Set::empty()), None)
            }
            ("nd2di", [lower, upper, Expression::Name(decoration)]) => {
                let decoration = match decoration.as_str() {
                    "D::Com" | "D::Dac" | "D::Def" => Decoration::Defined,
                    "D::Trv" => Decoration::Trivial,
                    _ => return Err(Exclusion::NotAnInterval),
                };
                let set = Set::new(&float(lower)?, &float(upper)?).map_err(|_| Exclusion::NotAnInterval)?;
                Value::Set(set, Some(decoration))
            }
            ("t2i" | "t2di", _) => return Err(Exclusion::TextLiteral),
            _ => return Err(Exclusion::DecorationItself),
        },
    })
}

fn apply<R: Rounding>(name: &str, operands: &[Value<R>]) -> Result<Value<R>, Exclusion> {
    use Value::{Boolean, Number, Set, Size};
    let set = |interval| Ok(Set(interval, None));
    match (name, operands) {
        ("add", [Set(x, _), Set(y, _)]) => set(x.clone() + y),
        ("sub", [Set(x, _), Set(y, _)]) => set(x.clone() - y),
        ("mul", [Set(x, _), Set(y, _)]) => set(x.clone() * y),
        ("div", [Set(x, _), Set(y, _)]) => set(x.clone() / y),
        ("neg", [Set(x, _)]) => set(-x.clone()),
        ("recip", [Set(x, _)]) => set(Enclosure::one() / x),
        ("sqr", [Set(x, _)]) => set(x.squared()),
        ("powi", [Set(x, _), Number(exponent)]) => set(x.powi(*exponent as i32)),
        ("sqrt", [Set(x, _)]) => set(x.sqrt()),
        ("exp", [Set(x, _)]) => set(x.exp()),
        ("ln", [Set(x, _)]) => set(x.ln()),
        ("sinh", [Set(x, _)]) => set(x.sinh()),
        ("cosh", [Set(x, _)]) => set(x.cosh()),
        ("tanh", [Set(x, _)]) => set(x.tanh()),
        ("atan", [Set(x, _)]) => set(x.atan()),
        ("abs", [Set(x, _)]) => set(x.absolute()),
        ("min", [Set(x, _), Set(y, _)]) => set(x.minimum(y)),
        ("max", [Set(x, _), Set(y, _)]) => set(x.maximum(y)),
        ("intersection", [Set(x, _), Set(y, _)]) => set(x.intersection(y)),
        ("convex_hull", [Set(x, _), Set(y, _)]) => set(x.hull(y)),
        ("inf", [Set(x, _)]) => Ok(Number(x.lower().to_f64_round(Round::Down))),
        ("sup", [Set(x, _)]) => Ok(Number(x.upper().to_f64_round(Round::Up))),
        ("wid", [Set(x, _)]) => Ok(Number(x.width().to_f64_round(Round::Up))),
        ("mag", [Set(x, _)]) => Ok(Size(x.magnitude())),
        ("mig", [Set(x, _)]) if x.is_empty() => Err(Exclusion::EmptyMignitude),
        ("mig", [Set(x, _)]) => Ok(Size(x.mignitude())),
        ("is_empty", [Set(x, _)]) => Ok(Boolean(x.is_empty())),
        ("is_entire", [Set(x, _)]) => Ok(Boolean(x.is_entire())),
        ("is_singleton", [Set(x, _)]) => Ok(Boolean(x.is_point())),
        ("is_common_interval", [Set(x, _)]) => Ok(Boolean(x.is_bounded())),
        ("eq", [Set(x, _), Set(y, _)]) => Ok(Boolean(x == y)),
        ("subset", [Set(x, _), Set(y, _)]) => Ok(Boolean(x.subset_of(y))),
        ("disjoint", [Set(x, _), Set(y, _)]) => Ok(Boolean(x.intersection(y).is_empty())),
        ("contains", [Set(x, _), Number(value)]) => match Rational::from_f64(*value) {
            Some(value) => Ok(Boolean(x.contains(&value))),
            None => Err(Exclusion::InfiniteMember),
        },
        ("precedes" | "strict_precedes", [Set(x, _), Set(y, _)]) if x.is_empty() || y.is_empty() => {
            Err(Exclusion::EmptyCompared)
        }
        ("strict_precedes", [Set(x, _), Set(y, _)]) => Ok(Boolean(x.less(y) == Truth::True)),
        ("precedes", [Set(x, _), Set(y, _)]) => Ok(Boolean(y.less(x) == Truth::False)),
        _ => Err(Exclusion::Operation(name.to_owned())),
    }
}

impl<R: Rounding> fmt::Display for Value<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Set(set, _) => match doubles(set) {
                Some((lower, upper)) => write!(f, "[{lower:e}, {upper:e}]"),
                None => f.write_str("empty"),
            },
            Value::Number(value) => write!(f, "{value:e}"),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Size(value) => write!(f, "{value}"),
        }
    }
}
