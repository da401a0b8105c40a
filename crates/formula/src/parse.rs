//! From tokens to the tree. The table of precedences is [`power`].

mod infix;

use crate::fault::Fault;
use crate::syntax::{Binder, Call, Expression, Kind, Selector, Sense, Sign, Statement};
use crate::token::{Token, TokenKind, tokens};
use crate::vocabulary;
use infix::infix;
use std::ops::Range;
use winnow::combinator::{Postfix, Prefix, expression};
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{Stream, TokenSlice};
use winnow::token::any;

type Input<'t> = TokenSlice<'t, Token>;
type Parsed<T> = Result<T, ErrMode<Fault>>;

/// The precedences, the higher the tighter.
mod power {
    /// `a + b`, `a - b`, `-a`
    pub const SUM: i64 = 10;
    /// `a * b`, `a / b`, `a b`, from left to right.
    pub const PRODUCT: i64 = 20;
    /// `a @ b`
    pub const CHAIN: i64 = 30;
    /// The sign of an operand, as in `a * -b`.
    pub const SIGN: i64 = 40;
    /// `a^k`
    pub const POWER: i64 = 50;
    /// `a.T`, `g.a`, `a[i]`
    pub const POSTFIX: i64 = 60;
}

impl<I: Stream> ParserError<I> for Fault {
    type Inner = Self;
    fn from_input(_: &I) -> Self {
        Fault::new(0..0, "this is no formula")
    }
    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Reads an expression.
///
/// # Errors
/// [`Fault`] at the first token that does not fit.
pub fn parse_expression(text: &str) -> Result<Expression, Fault> {
    parsed(text, sum)
}

/// Reads a law: `for i in n: left = right`.
///
/// # Errors
/// [`Fault`] at the first token that does not fit.
pub fn parse_statement(text: &str) -> Result<Statement, Fault> {
    parsed(text, statement)
}

/// What `read` makes of all tokens of a text.
pub(crate) fn parsed<T>(text: &str, read: impl FnOnce(&mut Input) -> Parsed<T>) -> Result<T, Fault> {
    let tokens = tokens(text)?;
    let mut input = Input::new(&tokens);
    let result = read(&mut input).and_then(|found| {
        let next = peek(&input);
        if next.kind == TokenKind::End { Ok(found) } else { Err(unexpected(&next, "an operator or the end")) }
    });
    result.map_err(|error| match error {
        ErrMode::Backtrack(fault) | ErrMode::Cut(fault) => fault,
        ErrMode::Incomplete(_) => Fault::new(0..0, "this is no formula"),
    })
}

/// The next token; there is always one, because the last one is never taken.
pub(crate) fn peek(input: &Input) -> Token {
    input.peek_token().cloned().unwrap_or(Token { kind: TokenKind::End, span: 0..0 })
}

/// Takes the next token.
pub(crate) fn take(input: &mut Input) -> Token {
    let token = peek(input);
    if token.kind != TokenKind::End {
        let _: Result<&Token, ErrMode<Fault>> = any.parse_next(input);
    }
    token
}

fn cut<T>(span: Range<usize>, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault::new(span, message)))
}

pub(crate) fn unexpected(token: &Token, expected: &str) -> ErrMode<Fault> {
    let way = if token.is("|") { ": |a|^2 is written `norm2(a)`, |x| `abs(x)`" } else { "" };
    ErrMode::Cut(Fault::new(token.span.clone(), format!("expected {expected}, found {}{way}", token.shown())))
}

/// Takes a symbol that has to be there.
pub(crate) fn symbol(input: &mut Input, wanted: &str) -> Parsed<Range<usize>> {
    let token = peek(input);
    if token.is(wanted) { Ok(take(input).span) } else { Err(unexpected(&token, &format!("`{wanted}`"))) }
}

/// Takes a name that has to be there.
pub(crate) fn name(input: &mut Input, what: &str) -> Parsed<(String, Range<usize>)> {
    let token = peek(input);
    match &token.kind {
        TokenKind::Name(name) => {
            take(input);
            Ok((name.clone(), token.span))
        }
        _ => Err(unexpected(&token, what)),
    }
}

/// An expression, up to whatever cannot continue it.
fn sum(input: &mut Input) -> Parsed<Expression> {
    expression(operand).prefix(prefix).postfix(postfix).infix(infix).parse_next(input)
}

fn starts_operand(token: &Token) -> bool {
    match &token.kind {
        TokenKind::Number(_) => true,
        TokenKind::Name(name) => !vocabulary::is_keyword(name),
        TokenKind::Symbol(symbol) => *symbol == "(",
        TokenKind::End => false,
    }
}

fn operand(input: &mut Input) -> Parsed<Expression> {
    let token = peek(input);
    if !starts_operand(&token) {
        return Err(ErrMode::Backtrack(Fault::new(token.span, "")));
    }
    take(input);
    let start = token.span.start;
    match token.kind {
        TokenKind::Number(number) => Ok(Expression::new(Kind::Number(number), token.span)),
        TokenKind::Symbol(_) => {
            let inside = sum(input)?;
            let end = closed(input, ")", &token.span)?.end;
            Ok(Expression::new(Kind::Group(Box::new(inside)), start..end))
        }
        TokenKind::Name(name) => named(input, name, token.span),
        TokenKind::End => unreachable!("the end starts no operand"),
    }
}

fn closed(input: &mut Input, bracket: &str, opened: &Range<usize>) -> Parsed<Range<usize>> {
    let token = peek(input);
    match token.kind {
        TokenKind::End | TokenKind::Symbol("=" | "<=" | ">=" | "~") => {
            cut(opened.clone(), format!("this bracket is not closed: expected `{bracket}`"))
        }
        _ => symbol(input, bracket),
    }
}

/// A name, `E[...]`, or a call: with the bracket right behind the name, or of a known function.
fn named(input: &mut Input, name: String, span: Range<usize>) -> Parsed<Expression> {
    let next = peek(input);
    if name == "E" && next.is("[") {
        take(input);
        let inside = sum(input)?;
        let end = closed(input, "]", &next.span)?.end;
        return Ok(Expression::new(Kind::Mean(Box::new(inside)), span.start..end));
    }
    let is_call = next.is("(") && (next.span.start == span.end || vocabulary::is_function(&name));
    if !is_call {
        return Ok(Expression::new(Kind::Name(name), span));
    }
    take(input);
    let mut groups = vec![Vec::new()];
    if !peek(input).is(")") {
        loop {
            groups.last_mut().expect("there is a group").push(sum(input)?);
            let token = peek(input);
            if token.is(";") {
                groups.push(Vec::new());
            } else if !token.is(",") {
                break;
            }
            take(input);
        }
    }
    let end = closed(input, ")", &next.span)?.end;
    Ok(Expression::new(Kind::Call(Call { function: name, span: span.clone(), groups }), span.start..end))
}

fn prefix<'t>(input: &mut Input<'t>) -> Parsed<Prefix<Input<'t>, Expression, ErrMode<Fault>>> {
    let token = peek(input);
    // Behind an operator a sign binds its operand only.
    let operators = ["*", "·", "×", "/", "@", "^"];
    let behind = input.previous_tokens().next().is_some_and(|token| operators.iter().any(|symbol| token.is(symbol)));
    let power = if behind { power::SIGN } else { power::SUM + 1 };
    let fold: fn(&mut Input<'t>, Expression) -> Parsed<Expression> = match &token.kind {
        TokenKind::Symbol("-") => |_, operand| Ok(signed(Sign::Minus, operand)),
        TokenKind::Symbol("+") => |_, operand| Ok(signed(Sign::Plus, operand)),
        _ => return Err(unexpected(&token, "a number, a name or a bracket")),
    };
    take(input);
    Ok(Prefix(power, fold))
}

fn signed(sign: Sign, operand: Expression) -> Expression {
    // The sign itself is one byte before, or more where spaces are between: the operand is what messages underline.
    let span = operand.span.clone();
    Expression::new(Kind::Sum(vec![(sign, operand)]), span)
}

fn postfix<'t>(input: &mut Input<'t>) -> Parsed<Postfix<Input<'t>, Expression, ErrMode<Fault>>> {
    let token = peek(input);
    let fold: fn(&mut Input<'t>, Expression) -> Parsed<Expression> = match token.kind {
        TokenKind::Symbol(".") => |input, operand| member(input, operand),
        TokenKind::Symbol("[") => |input, operand| index(input, operand),
        _ => return Err(ErrMode::Backtrack(Fault::new(token.span, ""))),
    };
    Ok(Postfix(power::POSTFIX, fold))
}

fn member(input: &mut Input, operand: Expression) -> Parsed<Expression> {
    take(input);
    let (name, span) = name(input, "`T` or the name of a parameter")?;
    let whole = operand.span.start..span.end;
    if name != "T" {
        if matches!(operand.kind, Kind::Member(..)) {
            return cut(span, "`.` joins a parameter to its gradient, as in `g.w`, and nothing else");
        }
        return Ok(Expression::new(Kind::Member(Box::new(operand), name, span), whole));
    }
    if matches!(operand.kind, Kind::Transpose(_)) {
        return cut(span, "the transpose of a transpose is the matrix itself");
    }
    Ok(Expression::new(Kind::Transpose(Box::new(operand)), whole))
}

fn index(input: &mut Input, operand: Expression) -> Parsed<Expression> {
    let opened = take(input).span;
    if matches!(operand.kind, Kind::Index(..)) {
        return cut(opened, "one pair of brackets holds all indices, as in `W[i, j]`");
    }
    let mut selectors = vec![selector(input)?];
    while peek(input).is(",") {
        take(input);
        selectors.push(selector(input)?);
    }
    let end = closed(input, "]", &opened)?.end;
    let whole = operand.span.start..end;
    Ok(Expression::new(Kind::Index(Box::new(operand), selectors), whole))
}

fn selector(input: &mut Input) -> Parsed<Selector> {
    let token = peek(input);
    match &token.kind {
        TokenKind::Symbol(":") => {
            take(input);
            Ok(Selector::All(token.span))
        }
        TokenKind::Name(name) => {
            take(input);
            Ok(Selector::Running(name.clone(), token.span))
        }
        TokenKind::Number(_) => {
            let first = place(input)?;
            if !peek(input).is(":") {
                return Ok(Selector::Place(first, token.span));
            }
            take(input);
            let end = peek(input).span.end;
            let last = place(input)?;
            let span = token.span.start..end;
            if first >= last {
                return cut(span, format!("the slice {first}:{last} is empty"));
            }
            Ok(Selector::Between(first, last, span))
        }
        _ => Err(unexpected(&token, "an index: a number, a name that runs, or `:`")),
    }
}

fn place(input: &mut Input) -> Parsed<usize> {
    let token = take(input);
    let place = match token.kind {
        TokenKind::Number(number) => number.as_integer().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    };
    place.ok_or_else(|| unexpected(&token, "a place, counted from 0"))
}

fn statement(input: &mut Input) -> Parsed<Statement> {
    let binders = binders(input)?;
    let left = sum(input)?;
    let token = peek(input);
    let sense = match token.kind {
        TokenKind::Symbol("=") => Sense::Equal,
        TokenKind::Symbol("<=") => Sense::AtMost,
        TokenKind::Symbol(">=") => Sense::AtLeast,
        TokenKind::Symbol("~") => Sense::Order,
        TokenKind::Symbol("<" | ">") => {
            return cut(
                token.span,
                "a strict inequality cannot be told from `<=` at finitely many points: write `<=` or `>=`",
            );
        }
        TokenKind::End => return cut(token.span, "a law relates two sides with `=`, `<=`, `>=` or `~`"),
        _ => return Err(unexpected(&token, "an operator, `=`, `<=`, `>=` or `~`")),
    };
    take(input);
    let right = sum(input)?;
    let next = peek(input);
    if ["=", "<=", ">=", "~"].iter().any(|symbol| next.is(symbol)) {
        return cut(next.span, "a law has one relation: write the second one as a law of its own");
    }
    Ok(Statement { binders, left, sense, sign: token.span, right })
}

fn binders(input: &mut Input) -> Parsed<Vec<Binder>> {
    if !peek(input).is_name("for") {
        return Ok(Vec::new());
    }
    let mut binders: Vec<Binder> = Vec::new();
    loop {
        take(input);
        let (bound, span) = name(input, "a name that runs")?;
        if binders.iter().any(|known| known.name == bound) {
            return cut(span, format!("`{bound}` runs twice"));
        }
        let size = if peek(input).is_name("in") {
            take(input);
            Some(name(input, "the name of a size")?)
        } else {
            None
        };
        binders.push(Binder { name: bound, span, size });
        let next = peek(input);
        if next.is(":") {
            take(input);
            return Ok(binders);
        }
        if !next.is(",") {
            return Err(unexpected(&next, "`in`, `,` or `:`"));
        }
    }
}
