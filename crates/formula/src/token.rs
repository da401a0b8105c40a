//! From characters to tokens.

use crate::fault::Fault;
use crate::number::Number;
use std::ops::Range;
use winnow::ascii::digit1;
use winnow::combinator::{alt, opt};
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::Location;
use winnow::token::{one_of, take_while};

/// The longest formula, in bytes.
pub const LONGEST: usize = 1 << 16;
/// The most brackets inside each other.
pub const DEEPEST: usize = 48;
/// The most signs in a row, as in `a - -b`.
const MOST_SIGNS: usize = 2;

/// A token with its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Number(Number),
    Name(String),
    Symbol(&'static str),
    /// Behind the last one.
    End,
}

impl Location for Token {
    fn previous_token_end(&self) -> usize {
        self.span.end
    }
    fn current_token_start(&self) -> usize {
        self.span.start
    }
}

impl Token {
    pub fn is(&self, symbol: &str) -> bool {
        matches!(&self.kind, TokenKind::Symbol(known) if *known == symbol)
    }

    pub fn is_name(&self, name: &str) -> bool {
        matches!(&self.kind, TokenKind::Name(known) if known == name)
    }

    /// For messages.
    pub fn shown(&self) -> String {
        match &self.kind {
            TokenKind::Number(number) => format!("the number {number}"),
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
            TokenKind::End => "the end".to_owned(),
        }
    }
}

/// What may be written for what, the longer first.
const SYMBOLS: [(&str, &str); 30] = [
    ("**", "^"),
    ("<=", "<="),
    (">=", ">="),
    ("==", "="),
    ("..", ".."),
    ("≤", "<="),
    ("≥", ">="),
    ("−", "-"),
    ("·", "·"),
    ("⋅", "·"),
    ("×", "×"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("^", "^"),
    ("@", "@"),
    (".", "."),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
    (";", ";"),
    (":", ":"),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("~", "~"),
    ("|", "|"),
];

/// Greek letters that have names here.
const LETTERS: [(&str, &str); 6] =
    [("η", "eta"), ("γ", "gamma"), ("Λ", "Lambda"), ("θ", "theta"), ("∑", "sum"), ("∇", "grad")];

/// What stands raised behind an operand, and what it stands for.
const RAISED: [(&str, &str); 3] = [("²", "^2"), ("³", "^3"), ("ᵀ", ".T")];

/// The tokens of a text, and one for its end.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::new(0..1, format!("the formula is longer than {LONGEST} bytes")));
    }
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let start = text.len() - rest.len();
        let Some(character) = rest.chars().next() else {
            let end = text.trim_end().len();
            tokens.push(Token { kind: TokenKind::End, span: end..end });
            break;
        };
        if let Ok(meant) = listed(&mut rest, &RAISED) {
            let span = start..text.len() - rest.len();
            let of_meant = self::tokens(meant)?.into_iter().filter(|token| token.kind != TokenKind::End);
            tokens.extend(of_meant.map(|token| Token { span: span.clone(), ..token }));
            continue;
        }
        let Ok(raw) = raw(&mut rest) else {
            let shown = if character.is_control() { '\u{fffd}' } else { character };
            let span = start..start + character.len_utf8();
            let way = match character {
                '\\' => ": LaTeX is not read; write `gamma`, `a/b`, `a @ b`, `norm2(w)`",
                '‖' | '∥' => ": `norm2(a)` is the sum of squares |a|^2",
                '∂' => ": a gradient is `grad(F)`, of a sample `g.w`",
                _ => "",
            };
            return Err(Fault::new(span, format!("`{shown}` has no meaning in a formula{way}")));
        };
        let span = start..text.len() - rest.len();
        let kind = match raw {
            Raw::Number(digits) => TokenKind::Number(
                Number::parse(digits).ok_or_else(|| Fault::new(span.clone(), "a number has at most 18 digits"))?,
            ),
            Raw::Name(name) => TokenKind::Name(name.to_owned()),
            Raw::Symbol(symbol) => TokenKind::Symbol(symbol),
        };
        tokens.push(Token { kind, span });
    }
    bounded(&tokens)?;
    Ok(tokens)
}

enum Raw<'a> {
    Number(&'a str),
    Name(&'a str),
    Symbol(&'static str),
}

fn raw<'a>(rest: &mut &'a str) -> Result<Raw<'a>, EmptyError> {
    let number = (digit1, opt(('.', digit1)), opt((one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1))).take();
    let name = (
        one_of(|c: char| c.is_ascii_alphabetic() || c == '_'),
        take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_'),
    )
        .take();
    let letter = |rest: &mut &'a str| listed(rest, &LETTERS).map(Raw::Name);
    let symbol = |rest: &mut &'a str| listed(rest, &SYMBOLS).map(Raw::Symbol);
    alt((number.map(Raw::Number), name.map(Raw::Name), letter, symbol)).parse_next(rest)
}

/// The first of a list that the text begins with.
fn listed(rest: &mut &str, list: &[(&str, &'static str)]) -> Result<&'static str, EmptyError> {
    let (written, meant) = list.iter().find(|(written, _)| rest.starts_with(written)).ok_or(EmptyError)?;
    *rest = &rest[written.len()..];
    Ok(meant)
}

/// Brackets inside each other, and signs in a row, have bounds: what comes after recurses.
fn bounded(tokens: &[Token]) -> Result<(), Fault> {
    let (mut depth, mut signs) = (0_usize, 0);
    for token in tokens {
        match &token.kind {
            TokenKind::Symbol("(" | "[") => depth += 1,
            TokenKind::Symbol(")" | "]") => depth = depth.saturating_sub(1),
            _ => {}
        }
        signs = if token.is("-") || token.is("+") { signs + 1 } else { 0 };
        if depth > DEEPEST {
            return Err(Fault::new(token.span.clone(), format!("more than {DEEPEST} brackets inside each other")));
        }
        if signs > MOST_SIGNS {
            return Err(Fault::new(token.span.clone(), "too many signs in a row"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_after_a_number_is_an_exponent_only_before_digits() {
        let kinds = |text: &str| tokens(text).unwrap().iter().map(Token::shown).collect::<Vec<_>>();
        assert_eq!(kinds("2E[x]"), ["the number 2", "`E`", "`[`", "`x`", "`]`", "the end"]);
        assert_eq!(kinds("2e3 a1"), ["the number 2000", "`a1`", "the end"]);
        assert_eq!(kinds("η ≤ x**2"), ["`eta`", "`<=`", "`x`", "`^`", "the number 2", "the end"]);
        assert_eq!(kinds("∑(Wᵀ²)"), kinds("sum(W.T^2)"));
    }

    #[test]
    fn what_has_no_meaning_is_underlined() {
        let fault = tokens("a + é").unwrap_err();
        assert_eq!((fault.span, fault.message.as_str()), (4..6, "`é` has no meaning in a formula"));
        assert_eq!(tokens("\u{1b}").unwrap_err().message, "`\u{fffd}` has no meaning in a formula");
    }
}
