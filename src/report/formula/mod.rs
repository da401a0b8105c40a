//! Statements in plain text as MathML, in the letters of mathematics ([`unicode()`]), and as LaTeX ([`latex`]). What is typed in the language of laws needs no reading of prose: [`law`].
//!
//! Claims are stated in the plain text of a terminal, prose and formulas mixed: `where grad F = 0, E|g|^2 = (4 gamma / eta) |theta|^2`.
//! [`pieces`] takes such a text apart into prose and formulas, and writes the formulas in MathML Core. What is not understood stays as it
//! is; nothing is lost and nothing is guessed:
//!
//! - A slash becomes a fraction only where all readings of the plain text agree: `h/2 H g` and `(a + b) / (c d) e` do,
//!   `a / b c` and `a/b/c` keep their slashes.
//! - `|` is paired by what stands beside it; what finds no partner stays alone.
//! - Letters are variables, English words are prose: `a` is the article where a word follows.

mod base;
mod fractions;
mod items;
pub mod latex;
pub mod law;
mod reader;
mod tokens;
mod unicode;

use super::svg::escape;
use reader::Reader;
pub use unicode::unicode;

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Prose, as it is in the source, not escaped.
    Text(&'a str),
    /// A formula.
    Formula {
        /// The plain text.
        source: &'a str,
        /// `math` elements with places to break the line between them.
        markup: String,
    },
}

/// A text with its formulas in MathML, as a fragment of XHTML.
pub fn to_mathml(text: &str) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => escape(text),
        Piece::Formula { markup, .. } => markup,
    };
    pieces(text).into_iter().map(piece).collect()
}

/// Takes a text apart.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let reader = Reader::new(text);
    let (mut pieces, mut said, mut at) = (Vec::new(), 0, 0);
    while at < reader.tokens.len() {
        let end = reader.end_of_formula(at);
        if reader.is_formula(at, end) {
            let (from, to) = (reader.tokens[at].start, reader.tokens[end - 1].end());
            if said < from {
                pieces.push(Piece::Text(&text[said..from]));
            }
            pieces.push(Piece::Formula { source: &text[from..to], markup: reader.formula(at, end) });
            said = to;
        }
        at = end.max(at + 1);
    }
    if said < text.len() {
        pieces.push(Piece::Text(&text[said..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The markup without what is the same everywhere.
    fn brief(text: &str) -> String {
        let mut markup = to_mathml(text);
        for (long, short) in [
            (" form=\"infix\"", ""),
            (" form=\"prefix\"", ""),
            (" form=\"postfix\"", ""),
            (" stretchy=\"false\"", ""),
            (" stretchy=\"true\"", ""),
            (" mathvariant=\"normal\"", ""),
            (" movablelimits=\"true\"", ""),
            (" lspace=\"0\" rspace=\"0\"", ""),
        ] {
            markup = markup.replace(long, short);
        }
        let attribute = markup.find(" alttext").map(|from| (from, from + 10 + markup[from + 10..].find('"').unwrap()));
        attribute.map_or(markup.clone(), |(from, to)| format!("{}{}", &markup[..from], &markup[to + 1..]))
    }

    /// The plain text of every formula.
    fn formulas(text: &str) -> Vec<&str> {
        let source = |piece| match piece {
            Piece::Formula { source, .. } => Some(source),
            Piece::Text(_) => None,
        };
        pieces(text).into_iter().filter_map(source).collect()
    }

    #[test]
    fn names_are_letters_and_scripts_are_raised_and_lowered() {
        assert_eq!(brief("gamma"), "<math><mi>γ</mi></math>");
        assert_eq!(
            brief("g_W^T"),
            "<math><msubsup><mi>g</mi><mrow><mi>W</mi></mrow><mrow><mi>T</mi></mrow></msubsup></math>"
        );
        assert_eq!(brief("C_T"), "<math><msub><mi>C</mi><mrow><mi>T</mi></mrow></msub></math>");
        assert_eq!(brief("r'^2"), "<math><msup><mi>r</mi><mrow><mo>′</mo><mrow><mn>2</mn></mrow></mrow></msup></math>");
        assert_eq!(brief("x^(1/2)"), "<math><msup><mi>x</mi><mrow><mn>1</mn><mo>/</mo><mn>2</mn></mrow></msup></math>");
        assert!(to_mathml("K^{-T}").contains("<mo form=\"prefix\">−</mo><mi mathvariant=\"normal\">T</mi>"));
        assert!(to_mathml("C_T").contains("<mi>T</mi>"), "only a transpose is upright");
    }

    #[test]
    fn a_quotient_is_a_fraction_where_all_readings_agree() {
        let half = "<mfrac><mrow><mi>h</mi></mrow><mrow><mn>2</mn></mrow></mfrac>";
        assert_eq!(brief("h/2 H g"), format!("<math>{half}<mi>H</mi><mi>g</mi></math>"));
        assert_eq!(brief("(h / 2) H"), format!("<math>{half}<mi>H</mi></math>"));
        for text in ["(a + b) / (c d)", "(a + b) / (c d) e", "d^2 S/dt^2", "dV_u/dw", "4 gamma / eta", "r(r+1)/2"] {
            assert_eq!(brief(text).matches("<mfrac>").count(), 1, "{text}");
            assert!(!brief(text).contains("<mo>/</mo>"), "{text}");
        }
        for text in ["a / b c", "a/b/c", "1/2(a + b)", "x / y / z", "K^(1/2)", "/ 2 a"] {
            assert!(!brief(text).contains("<mfrac>"), "{text}");
        }
        assert!(brief("lim x / y").starts_with("<math><mo>lim</mo><mfrac>"), "the limit is not in the numerator");
        assert!(brief("(a/b)^2").contains("<msup><mrow><mo>(</mo><mfrac>"), "a power needs the bracket");
    }

    #[test]
    fn a_long_formula_can_be_broken_before_relations_and_signs() {
        let formula = "C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g";
        let lines = to_mathml(formula);
        assert_eq!(lines.matches("<math>").count(), 3, "{lines}");
        assert!(lines.starts_with("<span class=\"formula\" title=\"C&#39; = (1 - 2 eta"), "{lines}");
        assert!(lines.contains("<wbr/><math><mo form=\"infix\">=</mo>"), "{lines}");
        assert!(to_mathml("a = b + c").starts_with("<math alttext=\"a = b + c\">"));
    }

    #[test]
    fn bars_are_paired_by_what_stands_beside_them() {
        let bars = |text: &str| {
            let markup = to_mathml(text);
            let count = |form: &str| {
                let bar = |stretchy| format!("<mo form=\"{form}\" stretchy=\"{stretchy}\">|</mo>");
                markup.matches(&bar(true)).count() + markup.matches(&bar(false)).count()
            };
            (count("prefix"), count("postfix"))
        };
        assert_eq!(bars("|K/|K| - K'/|K'||^2"), (3, 3));
        assert_eq!(bars("|A theta| |grad F|"), (2, 2));
        assert_eq!(bars("E|g|^2 = E|h|^2"), (2, 2));
        assert_eq!(bars("E[|x|^2 g] + |K/|K| - K*/|K*||^2"), (4, 4));
        assert_eq!(bars("a | b"), (0, 0));
    }

    #[test]
    fn prose_stays_prose() {
        assert_eq!(formulas("u -> a u for a step of length a, a > 0"), ["u -> a u", "a", "a > 0"]);
        assert_eq!(formulas("(homogeneous of degree k) of rank 2, 12 or 3-4-5"), ["k"]);
        assert_eq!(formulas("time-1 flow, as in balance/neuron; the sum over a sample's mean 0"), [""; 0]);
        assert_eq!(
            formulas("theta = (w, -k u) and n = sum s; gain_i of |gain|"),
            ["theta = (w, -k u)", "n = sum s", "gain_i", "|gain|"]
        );
    }

    #[test]
    fn what_has_no_meaning_keeps_its_text() {
        for text in ["", "((", "a_", "^", "|", "x^^2", "_a", "<>", "<a", "a' 'b", "...", "{x", "x)", "\u{1d465}²½"] {
            let shown: String = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.to_owned(),
                    Piece::Formula { source, .. } => source.to_owned(),
                })
                .collect();
            assert_eq!(shown, text);
            to_mathml(text);
        }
        to_mathml(&"(".repeat(100_000));
        to_mathml(&"(x".repeat(10_000));
        to_mathml(&"a^".repeat(10_000));
        to_mathml(&format!("{}{}", "a_-(".repeat(24), ")".repeat(24)));
    }
}
