//! What was typed in the language of laws, written from its tree. It has names of any length, which are not to be guessed at: what is no law of the
//! language, such as a declaration, stays as it is.

use super::latex::prose;
use crate::report::svg::escape;
use equipartition_formula::{parse_expression, parse_statement};

/// As a fragment of XHTML.
pub fn to_mathml(typed: &str) -> String {
    let Ok(law) = parse_statement(typed) else { return escape(typed) };
    let parts = law.to_mathml().join("</math><wbr/><math>");
    format!("<span class=\"formula\" title=\"{}\"><math>{parts}</math></span>", escape(typed))
}

/// A term of a law, as a fragment of XHTML.
pub fn term_to_mathml(typed: &str) -> String {
    parse_expression(typed).map_or_else(|_| escape(typed), |term| format!("<math>{}</math>", term.to_mathml()))
}

/// As LaTeX in a paragraph.
pub fn to_latex(typed: &str) -> String {
    parse_statement(typed).map_or_else(|_| prose(typed), |law| format!("\\({}\\)", law.to_latex()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of many letters is one name, and a product with `@` has a sign.
    #[test]
    fn names_are_not_taken_apart() {
        let markup = to_mathml("cross_entropy = -(y @ log(W1 @ x))");
        for part in
            ["<mi>cross_entropy</mi>", "<mo>·</mo>", "<msub><mrow><mi>W</mi></mrow><mrow><mn>1</mn></mrow></msub>"]
        {
            assert!(markup.contains(part), "{part}: {markup}");
        }
        assert_eq!(to_latex("long_name = 0"), r"\(\mathit{long\_name} = 0\)");
    }

    #[test]
    fn declarations_are_words() {
        assert_eq!(to_mathml("u, w[n]; data x[n], y < 1"), "u, w[n]; data x[n], y &lt; 1");
        assert_eq!(to_latex("n in 1..3; data x_1"), r"n in 1..3; data x\_1");
    }
}
