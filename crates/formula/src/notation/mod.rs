//! A formula as it is set, from its tree: in LaTeX, or in MathML.
//!
//! A tree does not know shapes, so that a product of matrices and an inner product are written alike: a dot sums over the axes that meet at it, `w · W · x`.
//! A circled dot goes entry by entry.

mod latex;
mod mathml;

use crate::syntax::{Call, Expression, Join, Kind, Selector, Sense, Sign, Statement};
use latex::Latex;
use mathml::MathMl;

/// A language of typesetting: how it writes what formulas consist of.
trait Notation {
    fn symbol(symbol: Symbol) -> &'static str;
    fn number(text: &str) -> String;
    /// The name of a quantity, without its index.
    fn letter(name: &str) -> String;
    /// The name of a function.
    fn word(name: &str) -> String;
    fn fenced(fence: Fence, inside: &str) -> String;
    fn fraction(above: &str, below: &str) -> String;
    fn root(inside: &str) -> String;
    fn raised(base: &str, exponent: &str) -> String;
    fn lowered(base: &str, index: &str) -> String;
}

/// A sign, with the room around it.
#[derive(Clone, Copy)]
enum Symbol {
    Plus,
    Minus,
    /// A minus with nothing before it.
    Negative,
    /// A product with a number, or a sum over the axes that meet.
    Dot,
    /// A product entry by entry.
    Circled,
    Tensor,
    /// Between factors side by side.
    Beside,
    /// Between an operator and what it is applied to.
    Space,
    Comma,
    Sense(Sense),
    ForAll,
    Expectation,
    Sum,
    Nabla,
    /// The derivative along the flow.
    Rate,
    /// The same, before the loss that the flow descends.
    RateAlong,
    Transposed,
    /// What marks a quantity after a step.
    Next,
}

#[derive(Clone, Copy)]
enum Fence {
    Round,
    Square,
    Bars,
    DoubleBars,
}

impl Expression {
    /// In LaTeX.
    pub fn to_latex(&self) -> String {
        written::<Latex>(self)
    }

    /// In MathML Core, as the contents of a `math` element.
    pub fn to_mathml(&self) -> String {
        written::<MathMl>(self)
    }
}

impl Statement {
    /// In LaTeX.
    pub fn to_latex(&self) -> String {
        lines::<Latex>(self).concat()
    }

    /// In MathML Core, as the contents of `math` elements between which a line may be broken.
    pub fn to_mathml(&self) -> Vec<String> {
        lines::<MathMl>(self)
    }
}

/// A law in parts: a line may be broken before each sign between terms of a side, and before the relation.
fn lines<N: Notation>(law: &Statement) -> Vec<String> {
    let mut parts = terms::<N>(&law.left);
    let mut right = terms::<N>(&law.right);
    right[0].insert_str(0, N::symbol(Symbol::Sense(law.sense)));
    parts.append(&mut right);
    if !law.binders.is_empty() {
        let names: Vec<String> = law.binders.iter().map(|binder| name::<N>(&binder.name)).collect();
        parts.push(format!("{}{}", N::symbol(Symbol::ForAll), names.join(N::symbol(Symbol::Comma))));
    }
    parts
}

/// The terms of a sum with their signs, at least one.
fn terms<N: Notation>(expression: &Expression) -> Vec<String> {
    let Kind::Sum(terms) = &expression.kind else { return vec![written::<N>(expression)] };
    let term = |(place, (sign, term)): (usize, &(Sign, Expression))| {
        let sign = match (place, sign) {
            (0, Sign::Plus) => "",
            (0, Sign::Minus) => N::symbol(Symbol::Negative),
            (_, Sign::Plus) => N::symbol(Symbol::Plus),
            (_, Sign::Minus) => N::symbol(Symbol::Minus),
        };
        format!("{sign}{}", written::<N>(term))
    };
    terms.iter().enumerate().map(term).collect()
}

fn written<N: Notation>(expression: &Expression) -> String {
    match &expression.kind {
        Kind::Number(number) => N::number(&number.to_string()),
        Kind::Name(known) => name::<N>(known),
        Kind::Group(inside) => N::fenced(Fence::Round, &written::<N>(inside)),
        Kind::Mean(inside) => {
            format!("{}{}", N::symbol(Symbol::Expectation), N::fenced(Fence::Square, &written::<N>(inside)))
        }
        Kind::Call(call) => applied::<N>(call),
        Kind::Member(of, known, _) => member::<N>(of, known),
        Kind::Transpose(of) => N::raised(&tight::<N>(of), N::symbol(Symbol::Transposed)),
        Kind::Index(of, selectors) => {
            let places: Vec<String> = selectors.iter().map(selector::<N>).collect();
            let base = written::<N>(of);
            let base = if has_index(of) { N::fenced(Fence::Round, &base) } else { base };
            N::lowered(&base, &places.join(N::symbol(Symbol::Comma)))
        }
        Kind::Sum(_) => terms::<N>(expression).concat(),
        Kind::Product(factors) => product::<N>(factors),
        Kind::Chain(links) => links.iter().map(tight::<N>).collect::<Vec<_>>().join(N::symbol(Symbol::Dot)),
        Kind::Power(base, exponent) => {
            let written = written::<N>(base);
            let is_single = matches!(base.kind, Kind::Name(_) | Kind::Number(_) | Kind::Group(_) | Kind::Index(..));
            let base = if is_single { written } else { N::fenced(Fence::Round, &written) };
            N::raised(&base, &power::<N>(*exponent))
        }
    }
}

fn power<N: Notation>(exponent: i32) -> String {
    let sign = if exponent < 0 { N::symbol(Symbol::Negative) } else { "" };
    format!("{sign}{}", N::number(&exponent.unsigned_abs().to_string()))
}

/// Digits at the end of a name are its index.
fn split(name: &str) -> (&str, &str) {
    let (stem, number) = name.split_at(name.trim_end_matches(|character: char| character.is_ascii_digit()).len());
    (stem.trim_end_matches('_'), number)
}

fn name<N: Notation>(name: &str) -> String {
    let (stem, number) = split(name);
    if number.is_empty() { N::letter(stem) } else { N::lowered(&N::letter(stem), &N::number(number)) }
}

/// Whether it ends in an index, or in what is no single sign: an index of it needs a bracket.
fn has_index(expression: &Expression) -> bool {
    match &expression.kind {
        Kind::Name(name) => !split(name).1.is_empty(),
        Kind::Group(_) | Kind::Number(_) => false,
        Kind::Transpose(of) => has_index(of),
        Kind::Member(of, name, _) if is_theta(of) => !split(name).1.is_empty(),
        _ => true,
    }
}

fn is_theta(expression: &Expression) -> bool {
    matches!(&expression.kind, Kind::Name(name) if name == "theta")
}

/// `g.w` as g with the index w, `grad(L).w` as the gradient in w, `theta.w` as w.
fn member<N: Notation>(of: &Expression, known: &str) -> String {
    let known = name::<N>(known);
    match &of.kind {
        Kind::Call(call) if call.function == "grad" => {
            let nabla = N::lowered(N::symbol(Symbol::Nabla), &known);
            match call.groups.first().and_then(|group| group.first()) {
                Some(objective) => format!("{nabla}{}{}", N::symbol(Symbol::Space), written::<N>(objective)),
                None => nabla,
            }
        }
        _ if is_theta(of) => known,
        _ => N::lowered(&written::<N>(of), &known),
    }
}

fn selector<N: Notation>(selector: &Selector) -> String {
    match selector {
        Selector::Running(known, _) => name::<N>(known),
        other => N::number(&other.to_string()),
    }
}

fn applied<N: Notation>(call: &Call) -> String {
    let listed =
        |group: &Vec<Expression>| group.iter().map(written::<N>).collect::<Vec<_>>().join(N::symbol(Symbol::Comma));
    let last = call.groups.last().map(listed).unwrap_or_default();
    let objective = (call.groups.len() > 1).then(|| listed(&call.groups[0]));
    let round = || N::fenced(Fence::Round, &last);
    match call.function.as_str() {
        "sum" => format!("{}{}", N::symbol(Symbol::Sum), round()),
        "norm2" => N::raised(&N::fenced(Fence::DoubleBars, &last), &N::number("2")),
        "sqrt" => N::root(&last),
        "abs" => N::fenced(Fence::Bars, &last),
        "outer" => {
            let factors = call.groups.last().map_or(&[][..], Vec::as_slice);
            factors.iter().map(tight::<N>).collect::<Vec<_>>().join(N::symbol(Symbol::Tensor))
        }
        "grad" => format!("{}{}{last}", N::symbol(Symbol::Nabla), N::symbol(Symbol::Space)),
        "rate" => match objective {
            None => format!("{}{}", N::symbol(Symbol::Rate), round()),
            Some(objective) => format!("{}{}", N::lowered(N::symbol(Symbol::RateAlong), &objective), round()),
        },
        "hess" => {
            let nabla = N::raised(N::symbol(Symbol::Nabla), &N::number("2"));
            let objective = objective.unwrap_or_else(|| N::letter("l"));
            format!("{nabla}{}{objective}{}", N::symbol(Symbol::Space), N::fenced(Fence::Square, &last))
        }
        "next" => N::raised(&round(), N::symbol(Symbol::Next)),
        other => format!("{}{}", N::word(other), round()),
    }
}

/// As it stands beside a sign that binds: a sum, a product or what is written as one is in brackets.
fn tight<N: Notation>(expression: &Expression) -> String {
    let written = written::<N>(expression);
    let is_tight = match &expression.kind {
        Kind::Sum(_) | Kind::Product(_) | Kind::Chain(_) => false,
        Kind::Call(call) => call.function != "outer",
        _ => true,
    };
    if is_tight { written } else { N::fenced(Fence::Round, &written) }
}

/// Whether it is a number whatever is declared.
fn is_number(expression: &Expression) -> bool {
    match &expression.kind {
        Kind::Number(_) => true,
        Kind::Name(name) => matches!(name.as_str(), "eta" | "gamma" | "h" | "l" | "L" | "S" | "F"),
        Kind::Power(inside, _) | Kind::Group(inside) => is_number(inside),
        Kind::Call(call) => matches!(call.function.as_str(), "sum" | "mean" | "norm2" | "tr" | "det"),
        _ => false,
    }
}

/// What is below a bar is the denominator of all that comes before it.
fn product<N: Notation>(factors: &[(Join, Expression)]) -> String {
    let mut text = String::new();
    // Between numbers every product is the same.
    let mut are_numbers = true;
    for (place, (join, factor)) in factors.iter().enumerate() {
        let scales = are_numbers || is_number(factor);
        are_numbers &= is_number(factor);
        let factor = match (&factor.kind, join) {
            // A sign behind a sign.
            (Kind::Sum(_), Join::Times | Join::Dot | Join::Cross | Join::Beside) if place > 0 => tight::<N>(factor),
            _ => written::<N>(factor),
        };
        let symbol = match join {
            Join::Over => {
                text = N::fraction(&text, &factor);
                continue;
            }
            _ if place == 0 => "",
            Join::Beside => N::symbol(Symbol::Beside),
            Join::Times if !scales => N::symbol(Symbol::Circled),
            _ => N::symbol(Symbol::Dot),
        };
        text = format!("{text}{symbol}{factor}");
    }
    text
}
