//! MathML Core. Every part is one element, or a row of them: names and numbers of the language have no character that markup would need escaped, and so
//! nothing is.

use super::{Fence, Notation, Symbol};
use crate::syntax::Sense;

pub(super) struct MathMl;

impl Notation for MathMl {
    fn symbol(symbol: Symbol) -> &'static str {
        match symbol {
            Symbol::Plus => r#"<mo form="infix">+</mo>"#,
            Symbol::Minus => r#"<mo form="infix">−</mo>"#,
            Symbol::Negative => r#"<mo form="prefix">−</mo>"#,
            Symbol::Dot => "<mo>·</mo>",
            Symbol::Circled => "<mo>⊙</mo>",
            Symbol::Tensor => "<mo>⊗</mo>",
            Symbol::Beside => r#"<mspace width="0.17em"/>"#,
            Symbol::Space => "",
            Symbol::Comma => "<mo>,</mo>",
            Symbol::Sense(Sense::Equal) => r#"<mo form="infix">=</mo>"#,
            Symbol::Sense(Sense::AtMost) => r#"<mo form="infix">≤</mo>"#,
            Symbol::Sense(Sense::AtLeast) => r#"<mo form="infix">≥</mo>"#,
            Symbol::Sense(Sense::Order) => r#"<mo form="infix">∼</mo>"#,
            Symbol::ForAll => r#"<mspace width="2em"/><mo>∀</mo>"#,
            Symbol::Expectation => r#"<mi mathvariant="normal">E</mi>"#,
            Symbol::Sum => r#"<mo movablelimits="true">∑</mo>"#,
            Symbol::Nabla => r#"<mi mathvariant="normal">∇</mi>"#,
            Symbol::Rate => "<mfrac><mi>d</mi><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>",
            Symbol::RateAlong => {
                r#"<mfrac><mi>d</mi><mrow><mi>d</mi><mi>t</mi></mrow></mfrac><mo stretchy="false">|</mo>"#
            }
            Symbol::Transposed => r#"<mo lspace="0" rspace="0">⊤</mo>"#,
            Symbol::Next => r#"<mo lspace="0" rspace="0">+</mo>"#,
        }
    }

    fn number(text: &str) -> String {
        format!("<mn>{text}</mn>")
    }

    fn letter(name: &str) -> String {
        let letter = match name {
            "Lambda" => return r#"<mi mathvariant="normal">Λ</mi>"#.to_owned(),
            "eta" => "η",
            "gamma" => "γ",
            "theta" => "θ",
            "alpha" => "α",
            "beta" => "β",
            "delta" => "δ",
            "epsilon" => "ε",
            "lambda" => "λ",
            "mu" => "μ",
            "nu" => "ν",
            "rho" => "ρ",
            "sigma" => "σ",
            "tau" => "τ",
            "phi" => "φ",
            "psi" => "ψ",
            "omega" => "ω",
            "l" => "ℓ",
            other => other,
        };
        format!("<mi>{letter}</mi>")
    }

    fn word(name: &str) -> String {
        format!("<mi mathvariant=\"normal\">{name}</mi>")
    }

    fn fenced(fence: Fence, inside: &str) -> String {
        let (left, right) = match fence {
            Fence::Round => ("(", ")"),
            Fence::Square => ("[", "]"),
            Fence::Bars => ("|", "|"),
            Fence::DoubleBars => ("‖", "‖"),
        };
        format!("<mrow><mo form=\"prefix\">{left}</mo>{inside}<mo form=\"postfix\">{right}</mo></mrow>")
    }

    fn fraction(above: &str, below: &str) -> String {
        format!("<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>")
    }

    fn root(inside: &str) -> String {
        format!("<msqrt>{inside}</msqrt>")
    }

    fn raised(base: &str, exponent: &str) -> String {
        format!("<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>")
    }

    fn lowered(base: &str, index: &str) -> String {
        format!("<msub><mrow>{base}</mrow><mrow>{index}</mrow></msub>")
    }
}
