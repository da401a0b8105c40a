//! LaTeX, with `amsmath` and `amssymb`.

use super::{Fence, Notation, Symbol};
use crate::syntax::Sense;

pub(super) struct Latex;

impl Notation for Latex {
    fn symbol(symbol: Symbol) -> &'static str {
        match symbol {
            Symbol::Plus => " + ",
            Symbol::Minus => " - ",
            Symbol::Negative => "-",
            Symbol::Dot => r" \cdot ",
            Symbol::Circled => r" \odot ",
            Symbol::Tensor => r" \otimes ",
            Symbol::Beside => r" \, ",
            Symbol::Space => " ",
            Symbol::Comma => ", ",
            Symbol::Sense(Sense::Equal) => " = ",
            Symbol::Sense(Sense::AtMost) => r" \le ",
            Symbol::Sense(Sense::AtLeast) => r" \ge ",
            Symbol::Sense(Sense::Order) => r" \sim ",
            Symbol::ForAll => r" \qquad \forall\, ",
            Symbol::Expectation => r"\mathbb{E}",
            Symbol::Sum => r"\textstyle\sum",
            Symbol::Nabla => r"\nabla",
            Symbol::Rate => r"\frac{d}{dt}",
            Symbol::RateAlong => r"\frac{d}{dt}\Big|",
            Symbol::Transposed => r"\top",
            Symbol::Next => "+",
        }
    }

    fn number(text: &str) -> String {
        text.to_owned()
    }

    fn letter(name: &str) -> String {
        match name {
            "eta" | "gamma" | "Lambda" | "theta" | "alpha" | "beta" | "delta" | "epsilon" | "lambda" | "mu" | "nu"
            | "rho" | "sigma" | "tau" | "phi" | "psi" | "omega" => format!("\\{name}"),
            "l" => r"\ell".to_owned(),
            _ if name.len() == 1 => name.to_owned(),
            _ => format!("\\mathit{{{}}}", name.replace('_', "\\_")),
        }
    }

    fn word(name: &str) -> String {
        match name {
            "exp" | "log" | "tanh" | "det" | "max" | "min" => format!("\\{name}"),
            _ => format!("\\operatorname{{{}}}", name.replace('_', "\\_")),
        }
    }

    fn fenced(fence: Fence, inside: &str) -> String {
        let (left, right) = match fence {
            Fence::Round => ("(", ")"),
            Fence::Square => ("[", "]"),
            Fence::Bars => ("|", "|"),
            Fence::DoubleBars => ("\\|", "\\|"),
        };
        format!("\\left{left}{inside}\\right{right}")
    }

    fn fraction(above: &str, below: &str) -> String {
        format!("\\frac{{{above}}}{{{below}}}")
    }

    fn root(inside: &str) -> String {
        format!("\\sqrt{{{inside}}}")
    }

    fn raised(base: &str, exponent: &str) -> String {
        format!("{base}^{{{exponent}}}")
    }

    fn lowered(base: &str, index: &str) -> String {
        format!("{base}_{{{index}}}")
    }
}
