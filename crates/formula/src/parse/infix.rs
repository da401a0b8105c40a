//! Operators between operands: what becomes of the two.

use super::{Input, Parsed, cut, peek, power, starts_operand, take};
use crate::fault::Fault;
use crate::number::Number;
use crate::syntax::{Expression, Join, Kind, Sign};
use crate::token::TokenKind;
use winnow::combinator::Infix;
use winnow::error::ErrMode;

/// The operator that stands next, with its precedence.
pub(super) fn infix<'t>(input: &mut Input<'t>) -> Parsed<Infix<Input<'t>, Expression, ErrMode<Fault>>> {
    let token = peek(input);
    let operator = match &token.kind {
        TokenKind::Symbol("+") => Infix::Left(power::SUM, add),
        TokenKind::Symbol("-") => Infix::Left(power::SUM, subtract),
        TokenKind::Symbol("*") => Infix::Left(power::PRODUCT, multiply),
        TokenKind::Symbol("·") => Infix::Left(power::PRODUCT, dot),
        TokenKind::Symbol("×") => Infix::Left(power::PRODUCT, cross),
        TokenKind::Symbol("/") => Infix::Left(power::PRODUCT, divide),
        TokenKind::Symbol("@") => Infix::Left(power::CHAIN, chain),
        TokenKind::Symbol("^") => Infix::Left(power::POWER, raise),
        _ if starts_operand(&token) => return Ok(Infix::Left(power::PRODUCT, juxtapose)),
        _ => return Err(ErrMode::Backtrack(Fault::new(token.span, ""))),
    };
    take(input);
    Ok(operator)
}

fn add<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_sum(left, Sign::Plus, right))
}

fn subtract<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_sum(left, Sign::Minus, right))
}

fn extended_sum(left: Expression, sign: Sign, right: Expression) -> Expression {
    let span = left.span.start..right.span.end;
    let mut terms = match left.kind {
        Kind::Sum(terms) => terms,
        kind => vec![(Sign::Plus, Expression::new(kind, left.span))],
    };
    terms.push((sign, right));
    Expression::new(Kind::Sum(terms), span)
}

fn multiply<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_product(left, Join::Times, right))
}

fn dot<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_product(left, Join::Dot, right))
}

fn cross<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_product(left, Join::Cross, right))
}

fn divide<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    Ok(extended_product(left, Join::Over, right))
}

/// Side by side: with a space, or a number right before a name or a bracket. What stands right behind a denominator can be read in two ways.
fn juxtapose<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    let touching = left.span.end == right.span.start;
    if let (true, Kind::Product(factors)) = (touching, &left.kind)
        && let Some((Join::Over, _)) = factors.last()
    {
        let span = left.span.start..right.span.end;
        return cut(span, "this can be read as `(a/b) c` or as `a/(b c)`: put brackets, or a space for the first");
    }
    Ok(extended_product(left, Join::Beside, right))
}

fn extended_product(left: Expression, join: Join, right: Expression) -> Expression {
    let span = left.span.start..right.span.end;
    let mut factors = match left.kind {
        Kind::Product(factors) => factors,
        kind => vec![(Join::Times, Expression::new(kind, left.span))],
    };
    factors.push((join, right));
    Expression::new(Kind::Product(factors), span)
}

fn chain<'t>(_: &mut Input<'t>, left: Expression, right: Expression) -> Parsed<Expression> {
    let span = left.span.start..right.span.end;
    let mut links = match left.kind {
        Kind::Chain(links) => links,
        kind => vec![Expression::new(kind, left.span)],
    };
    links.push(right);
    Ok(Expression::new(Kind::Chain(links), span))
}

/// The largest exponent.
const HIGHEST: i64 = 64;

fn raise<'t>(_: &mut Input<'t>, base: Expression, exponent: Expression) -> Parsed<Expression> {
    let span = base.span.start..exponent.span.end;
    if matches!(base.kind, Kind::Power(..)) {
        return cut(span, "this can be read as `(a^b)^c` or as `a^(b^c)`: put brackets");
    }
    if let Kind::Name(name) = &exponent.kind
        && name == "T"
    {
        return cut(span, "the transpose is written `.T`");
    }
    let Some(number) = constant(&exponent) else {
        return cut(
            exponent.span,
            "an exponent is an integer; roots are `sqrt`, powers with other exponents `exp(b log(a))`",
        );
    };
    match number.as_integer() {
        Some(integer) if integer.abs() <= HIGHEST => {
            Ok(Expression::new(Kind::Power(Box::new(base), integer as i32), span))
        }
        Some(_) => cut(exponent.span, format!("an exponent is at most {HIGHEST}")),
        None => cut(exponent.span, "an exponent is an integer: a root is `sqrt`"),
    }
}

/// A constant with its sign, or a quotient of constants.
fn constant(expression: &Expression) -> Option<Number> {
    match &expression.inside().kind {
        Kind::Number(number) => Some(*number),
        Kind::Sum(terms) => match &terms[..] {
            [(Sign::Minus, operand)] => constant(operand)?.negated(),
            [(Sign::Plus, operand)] => constant(operand),
            _ => None,
        },
        Kind::Product(factors) => match &factors[..] {
            [(_, above), (Join::Over, below)] => constant(above)?.over(constant(below)?),
            _ => None,
        },
        _ => None,
    }
}
