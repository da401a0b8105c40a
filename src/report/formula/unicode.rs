//! Statements in the letters of mathematics: `gamma |theta|^2 >= 0` as `γ |θ|² ≥ 0`.

use super::reader::Reader;
use super::tokens::{Kind, NAMES, Style};

/// Small letters and signs that have a raised form.
pub(super) const RAISED: [(char, char); 38] = [
    ('0', '⁰'),
    ('1', '¹'),
    ('2', '²'),
    ('3', '³'),
    ('4', '⁴'),
    ('5', '⁵'),
    ('6', '⁶'),
    ('7', '⁷'),
    ('8', '⁸'),
    ('9', '⁹'),
    ('+', '⁺'),
    ('-', '⁻'),
    ('T', 'ᵀ'),
    ('a', 'ᵃ'),
    ('b', 'ᵇ'),
    ('c', 'ᶜ'),
    ('d', 'ᵈ'),
    ('e', 'ᵉ'),
    ('f', 'ᶠ'),
    ('g', 'ᵍ'),
    ('h', 'ʰ'),
    ('i', 'ⁱ'),
    ('j', 'ʲ'),
    ('k', 'ᵏ'),
    ('l', 'ˡ'),
    ('m', 'ᵐ'),
    ('n', 'ⁿ'),
    ('o', 'ᵒ'),
    ('p', 'ᵖ'),
    ('r', 'ʳ'),
    ('s', 'ˢ'),
    ('t', 'ᵗ'),
    ('u', 'ᵘ'),
    ('v', 'ᵛ'),
    ('w', 'ʷ'),
    ('x', 'ˣ'),
    ('y', 'ʸ'),
    ('z', 'ᶻ'),
];

/// The same, lowered.
pub(super) const LOWERED: [(char, char); 29] = [
    ('0', '₀'),
    ('1', '₁'),
    ('2', '₂'),
    ('3', '₃'),
    ('4', '₄'),
    ('5', '₅'),
    ('6', '₆'),
    ('7', '₇'),
    ('8', '₈'),
    ('9', '₉'),
    ('+', '₊'),
    ('-', '₋'),
    ('a', 'ₐ'),
    ('e', 'ₑ'),
    ('h', 'ₕ'),
    ('i', 'ᵢ'),
    ('j', 'ⱼ'),
    ('k', 'ₖ'),
    ('l', 'ₗ'),
    ('m', 'ₘ'),
    ('n', 'ₙ'),
    ('o', 'ₒ'),
    ('p', 'ₚ'),
    ('r', 'ᵣ'),
    ('s', 'ₛ'),
    ('t', 'ₜ'),
    ('u', 'ᵤ'),
    ('v', 'ᵥ'),
    ('x', 'ₓ'),
];

/// A script, if every one of its characters has that form.
fn scripted(text: &str, forms: &[(char, char)]) -> Option<String> {
    let form = |c: char| forms.iter().find(|(plain, _)| *plain == c).map(|(_, script)| *script);
    text.chars().map(form).collect()
}

/// A text with its formulas in the letters of mathematics; prose stays as it is.
pub fn unicode(text: &str) -> String {
    let reader = Reader::new(text);
    let (mut written, mut at) = (String::new(), 0);
    while at < reader.tokens.len() {
        let end = reader.end_of_formula(at);
        if reader.is_formula(at, end) {
            while at < end {
                at = token(&reader, at, end, &mut written);
            }
        } else {
            let end = end.max(at + 1);
            reader.tokens[at..end].iter().for_each(|token| written.push_str(token.text));
            at = end;
        }
    }
    written
}

/// Writes the token at `at` of a formula; where the next one begins.
fn token(reader: &Reader, at: usize, end: usize, written: &mut String) -> usize {
    let token = reader.tokens[at];
    match token.kind {
        Kind::Name(name) => {
            let (_, shown, style) = NAMES[name];
            match style {
                Style::Root => written.push('√'),
                Style::Indexed(index) => {
                    written.push_str(shown);
                    written.push_str(&scripted(index, &LOWERED).unwrap_or_else(|| format!("_{index}")));
                }
                _ => written.push_str(shown),
            }
            // `∇F` is one thing.
            if token.is("grad") && reader.kind(at + 1) == Kind::Space && at + 2 < end {
                return at + 2;
            }
        }
        Kind::Operator => written.push_str(match token.text {
            "-" => "−",
            "->" => "→",
            "<=" => "≤",
            ">=" => "≥",
            "!=" => "≠",
            other => other,
        }),
        Kind::Open if token.is("<") && reader.partner[at].is_some() => written.push('⟨'),
        Kind::Close if token.is(">") && reader.partner[at].is_some() => written.push('⟩'),
        Kind::Ellipsis => written.push('…'),
        Kind::Prime => written.push('′'),
        Kind::Script => {
            let forms: &[(char, char)] = if token.is("^") { &RAISED } else { &LOWERED };
            if let Some((script, next)) = script(reader, at + 1, end, forms) {
                written.push_str(&script);
                return next;
            }
            written.push_str(token.text);
        }
        _ => written.push_str(token.text),
    }
    at + 1
}

/// What stands after `^` or `_`, raised or lowered, if that can be written; where the next token begins.
fn script(reader: &Reader, from: usize, end: usize, forms: &[(char, char)]) -> Option<(String, usize)> {
    let sign = reader.kind(from) == Kind::Operator && matches!(reader.tokens[from].text, "+" | "-");
    let base = if sign { from + 1 } else { from };
    let (text, next) = match reader.closing(base).filter(|closing| *closing < end) {
        Some(closing) => {
            let inside: String = reader.tokens[base + 1..closing].iter().map(|token| token.text).collect();
            (inside, closing + 1)
        }
        None if base < end && matches!(reader.kind(base), Kind::Letter | Kind::Number) => {
            (reader.tokens[base].text.to_owned(), base + 1)
        }
        None => return None,
    };
    let sign = if sign { reader.tokens[from].text } else { "" };
    Some((scripted(&format!("{sign}{text}"), forms)?, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_in_the_letters_of_mathematics() {
        for (plain, shown) in [
            ("where grad F = 0, E|g|^2 = (4 gamma / eta) |theta|^2", "where ∇F = 0, E|g|² = (4 γ / η) |θ|²"),
            ("x_i^T A^-1 x_j >= -1", "xᵢᵀ A⁻¹ xⱼ ≥ −1"),
            ("theta_A^(1/2) != K^{-T}", "θ_A^(1/2) ≠ K⁻ᵀ"),
            ("C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g", "C′ = (1 − 2 η γ)² C + η² gᵀ A g"),
            ("sum_i x_i -> sqrt(2)", "∑ᵢ xᵢ → √(2)"),
        ] {
            assert_eq!(unicode(plain), shown);
        }
    }

    #[test]
    fn prose_and_what_has_no_meaning_stay() {
        for text in ["a step of length 2, as in balance/neuron", "", "((", "^", "a sample's mean", "time-1 flow"] {
            assert_eq!(unicode(text), text);
        }
        assert_eq!(unicode("a_"), "a_");
        assert_eq!(unicode("x^^2"), "x^²");
    }
}
