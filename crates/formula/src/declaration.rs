//! What a formula is about: parameters, data, and the sizes of both.

use crate::fault::{Fault, list, nearest};
use crate::parse::{name, parsed, peek, symbol, take, unexpected};
use crate::shape::{Extent, Shape};
use crate::token::{Token, TokenKind};
use crate::vocabulary::why_reserved;
use std::ops::{Range, RangeInclusive};
use winnow::error::ErrMode;
use winnow::stream::TokenSlice;

/// The largest size.
pub const LARGEST: usize = 64;

/// Which numbers a quantity takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Any.
    Real,
    /// Above 0.
    Positive,
    /// Not negative, with sum 1; of a matrix row by row.
    Probabilities,
    /// A unit vector; of a matrix row by row.
    OneHot,
}

impl Domain {
    /// Every domain with its name, but the reals, which need none.
    pub const NAMED: [(&'static str, Domain); 3] =
        [("positive", Domain::Positive), ("probabilities", Domain::Probabilities), ("onehot", Domain::OneHot)];
}

/// A named quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The name.
    pub name: String,
    /// The shape.
    pub shape: Shape,
    /// Which numbers it takes.
    pub domain: Domain,
}

/// The size of an axis, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// The name.
    pub name: String,
    /// The numbers that it takes.
    pub range: RangeInclusive<usize>,
}

/// Everything that is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// What is differentiated.
    pub parameters: Vec<Declaration>,
    /// What a sample consists of.
    pub data: Vec<Declaration>,
    /// The sizes.
    pub sizes: Vec<Size>,
}

/// The bytes of each name.
type Spans = Vec<(String, Range<usize>)>;
type Input<'t> = TokenSlice<'t, Token>;
type Parsed<T> = Result<T, ErrMode<Fault>>;

impl Signature {
    /// Reads `u, w[n]; data x[n], y; n in 1..3`.
    ///
    /// Without the word `data` the quantities whose names begin with x or y are the data, if nothing or a digit or an underscore follows.
    ///
    /// # Errors
    /// [`Fault`] where it does not fit.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (signature, spans) = parsed(text, declarations)?;
        signature.complete(&spans)
    }

    /// Declares a parameter, or one of the data, as `w[n, m]` or with its domain `p[n] in positive`.
    ///
    /// # Errors
    /// [`Fault`] where it does not fit.
    pub fn declaration(text: &str) -> Result<Declaration, Fault> {
        parsed(text, |input| match item(input)? {
            (Item::Quantity(declaration), _) => Ok(declaration),
            (Item::Size(_), span) => {
                Err(ErrMode::Cut(Fault::new(span, "this is the size of an axis, and no quantity")))
            }
        })
    }

    /// Checks that nothing is there twice and that every size is known.
    ///
    /// # Errors
    /// [`Fault`] with the bytes of the quantity.
    pub fn checked(self) -> Result<Self, Fault> {
        self.complete(&[])
    }

    fn complete(self, spans: &[(String, Range<usize>)]) -> Result<Self, Fault> {
        let span = |name: &str| {
            let found = spans.iter().rev().find(|(known, _)| known == name);
            found.map_or(0..0, |(_, span)| span.clone())
        };
        let quantities: Vec<&Declaration> = self.quantities().collect();
        for (place, declaration) in quantities.iter().enumerate() {
            let name = &declaration.name;
            let fault = |message: String| Err(Fault::new(span(name), message));
            if quantities[..place].iter().any(|known| known.name == *name) {
                return fault(format!("`{name}` is declared twice"));
            }
            if let Some(why) = why_reserved(name) {
                return fault(why);
            }
            for extent in declaration.shape.extents() {
                let Extent::Size(size) = extent else { continue };
                if !self.sizes.iter().any(|known| known.name == size) {
                    let names: Vec<&str> = self.sizes.iter().map(|size| size.name.as_str()).collect();
                    let hint = match nearest(&size, names.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if names.is_empty() => format!("give it as `{size} in 1..3`"),
                        None => format!("there is {}; give it as `{size} in 1..3`", list(&names)),
                    };
                    return fault(format!("the size `{size}` of `{name}` is not declared: {hint}"));
                }
            }
        }
        for (place, size) in self.sizes.iter().enumerate() {
            let taken = quantities.iter().any(|quantity| quantity.name == size.name);
            if taken || self.sizes[..place].iter().any(|known| known.name == size.name) {
                return Err(Fault::new(span(&size.name), format!("`{}` is declared twice", size.name)));
            }
        }
        if self.parameters.is_empty() {
            return Err(Fault::new(0..0, "no parameter is declared: a law is about at least one"));
        }
        Ok(self)
    }

    /// The parameters, then the data.
    pub fn quantities(&self) -> impl Iterator<Item = &Declaration> {
        self.parameters.iter().chain(&self.data)
    }

    /// `u, w[n]; data x[n], y; n in 1..3`
    pub fn to_text(&self) -> String {
        let texts = |quantities: &[Declaration]| {
            let texts: Vec<String> = quantities.iter().map(Declaration::to_text).collect();
            texts.join(", ")
        };
        let mut parts = vec![texts(&self.parameters)];
        if !self.data.is_empty() {
            parts.push(format!("data {}", texts(&self.data)));
        }
        parts.extend(
            self.sizes.iter().map(|size| format!("{} in {}..{}", size.name, size.range.start(), size.range.end())),
        );
        parts.join("; ")
    }
}

impl Declaration {
    /// `w[n, m]`, with its domain if it is not the reals.
    pub fn to_text(&self) -> String {
        let axes: Vec<String> = self.shape.extents().map(|extent| extent.to_string()).collect();
        let axes = if axes.is_empty() { String::new() } else { format!("[{}]", axes.join(", ")) };
        let domain = Domain::NAMED.iter().find(|(_, domain)| *domain == self.domain);
        let domain = domain.map_or_else(String::new, |(name, _)| format!(" in {name}"));
        format!("{}{axes}{domain}", self.name)
    }
}

enum Item {
    Quantity(Declaration),
    Size(Size),
}

/// By convention data, where no word says so.
fn looks_like_data(name: &str) -> bool {
    let mut rest = name.chars();
    matches!(rest.next(), Some('x' | 'y')) && rest.next().is_none_or(|next| next.is_ascii_digit() || next == '_')
}

fn declarations(input: &mut Input) -> Parsed<(Signature, Spans)> {
    let mut signature = Signature::default();
    let mut spans = Vec::new();
    let mut says_data = false;
    let mut quantities = Vec::new();
    let mut is_data = false;
    loop {
        if peek(input).is_name("data") {
            take(input);
            (says_data, is_data) = (true, true);
        }
        let (item, span) = item(input)?;
        match item {
            Item::Quantity(declaration) => {
                spans.push((declaration.name.clone(), span));
                quantities.push((is_data, declaration));
            }
            Item::Size(size) => {
                spans.push((size.name.clone(), span));
                signature.sizes.push(size);
            }
        }
        let next = peek(input);
        match next.kind {
            TokenKind::Symbol(",") => {}
            TokenKind::Symbol(";") => is_data = false,
            TokenKind::End => break,
            _ => return Err(unexpected(&next, "`,` or `;`")),
        }
        take(input);
        if peek(input).kind == TokenKind::End {
            break;
        }
    }
    for (is_data, declaration) in quantities {
        let is_data = if says_data { is_data } else { looks_like_data(&declaration.name) };
        if is_data { signature.data.push(declaration) } else { signature.parameters.push(declaration) }
    }
    Ok((signature, spans))
}

fn item(input: &mut Input) -> Parsed<(Item, Range<usize>)> {
    let (name, span) = name(input, "the name of a parameter, of data or of a size")?;
    let mut extents = Vec::new();
    if peek(input).is("[") {
        take(input);
        loop {
            extents.push(extent(input)?);
            if !peek(input).is(",") {
                break;
            }
            take(input);
        }
        symbol(input, "]")?;
    }
    let shape = match extents.len() {
        0 => Shape::Scalar,
        1 => Shape::Vector(extents.remove(0)),
        2 => {
            let columns = extents.remove(1);
            Shape::Matrix(extents.remove(0), columns)
        }
        _ => return Err(ErrMode::Cut(Fault::new(span, "there are numbers, vectors and matrices: at most two axes"))),
    };
    if !peek(input).is_name("in") && !peek(input).is("=") {
        return Ok((Item::Quantity(Declaration { name, shape, domain: Domain::Real }), span));
    }
    take(input);
    let token = peek(input);
    match &token.kind {
        TokenKind::Name(word) => {
            take(input);
            let found = Domain::NAMED.iter().find(|(known, _)| known == word);
            let Some((_, domain)) = found else {
                let names: Vec<&str> = Domain::NAMED.iter().map(|(name, _)| *name).collect();
                let message = format!("expected a range such as 1..3, or one of {}, found `{word}`", list(&names));
                return Err(ErrMode::Cut(Fault::new(token.span, message)));
            };
            let has_rows = matches!(domain, Domain::Probabilities | Domain::OneHot);
            if has_rows && shape == Shape::Scalar {
                return Err(ErrMode::Cut(Fault::new(
                    token.span,
                    format!("`{name}` is one number, and {word} are several"),
                )));
            }
            Ok((Item::Quantity(Declaration { name, shape, domain: *domain }), span))
        }
        TokenKind::Number(_) if shape == Shape::Scalar => {
            let range = range(input)?;
            Ok((Item::Size(Size { name, range }), span))
        }
        _ => Err(unexpected(&token, "a range such as 1..3")),
    }
}

fn extent(input: &mut Input) -> Parsed<Extent> {
    let token = peek(input);
    match &token.kind {
        TokenKind::Name(name) => {
            take(input);
            Ok(Extent::Size(name.clone()))
        }
        TokenKind::Number(_) => Ok(Extent::Fixed(size(input)?)),
        _ => Err(unexpected(&token, "the name of a size, or a number")),
    }
}

fn size(input: &mut Input) -> Parsed<usize> {
    let token = take(input);
    let number = match token.kind {
        TokenKind::Number(number) => number.as_integer().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    };
    let size = number.ok_or_else(|| unexpected(&token, "a size: a whole number"))?;
    if (1..=LARGEST).contains(&size) {
        return Ok(size);
    }
    Err(ErrMode::Cut(Fault::new(token.span, format!("a size is a number from 1 to {LARGEST}"))))
}

fn range(input: &mut Input) -> Parsed<RangeInclusive<usize>> {
    let start = peek(input).span;
    let first = size(input)?;
    if !peek(input).is("..") {
        return Ok(first..=first);
    }
    take(input);
    if peek(input).is("=") {
        take(input);
    }
    let end = peek(input).span.end;
    let last = size(input)?;
    if first <= last {
        return Ok(first..=last);
    }
    Err(ErrMode::Cut(Fault::new(start.start..end, format!("the range {first}..{last} is empty"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_and_y_are_data_unless_a_word_says_what_is() {
        let signature = Signature::parse("u, w[n], x[n], y; n in 1..3").unwrap();
        assert_eq!(signature.to_text(), "u, w[n]; data x[n], y; n in 1..3");
        let signature = Signature::parse("x[n]; data a[n] in positive; n = 2").unwrap();
        assert_eq!(signature.to_text(), "x[n]; data a[n] in positive; n in 2..2");
    }

    #[test]
    fn what_does_not_fit_is_underlined() {
        let of = |text: &str| {
            let fault = Signature::parse(text).unwrap_err();
            (text[fault.span].to_owned(), fault.message)
        };
        for (text, marked, message) in [
            ("w[n]", "w", "the size `n` of `w` is not declared: give it as `n in 1..3`"),
            ("w[m]; mm in 1..3", "w", "the size `m` of `w` is not declared: did you mean `mm`?"),
            ("w, w", "w", "`w` is declared twice"),
            ("eta", "eta", "`eta` is reserved: the learning rate"),
            ("w; n in 3..1", "3..1", "the range 3..1 is empty"),
            ("w; n in 0..1", "0", "a size is a number from 1 to 64"),
            ("w[n, n, n]; n in 1..2", "w", "there are numbers, vectors and matrices: at most two axes"),
            ("x[2]", "", "no parameter is declared: a law is about at least one"),
            (
                "w in big",
                "big",
                "expected a range such as 1..3, or one of `positive`, `probabilities` and `onehot`, found `big`",
            ),
        ] {
            assert_eq!(of(text), (marked.to_owned(), message.to_owned()), "{text}");
        }
    }
}
