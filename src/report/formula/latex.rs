//! Texts in the letters of mathematics as LaTeX.

use super::{Piece, pieces, unicode};

/// Letters and signs, and how LaTeX writes them in a formula.
const SIGNS: [(char, &str); 97] = [
    ('α', r"\alpha"),
    ('β', r"\beta"),
    ('γ', r"\gamma"),
    ('δ', r"\delta"),
    ('ε', r"\varepsilon"),
    ('ζ', r"\zeta"),
    ('η', r"\eta"),
    ('θ', r"\theta"),
    ('κ', r"\kappa"),
    ('λ', r"\lambda"),
    ('μ', r"\mu"),
    ('ν', r"\nu"),
    ('ξ', r"\xi"),
    ('π', r"\pi"),
    ('ρ', r"\rho"),
    ('σ', r"\sigma"),
    ('τ', r"\tau"),
    ('φ', r"\varphi"),
    ('χ', r"\chi"),
    ('ψ', r"\psi"),
    ('ω', r"\omega"),
    ('Γ', r"\Gamma"),
    ('Δ', r"\Delta"),
    ('Θ', r"\Theta"),
    ('Λ', r"\Lambda"),
    ('Ξ', r"\Xi"),
    ('Π', r"\Pi"),
    ('Σ', r"\Sigma"),
    ('Φ', r"\Phi"),
    ('Ψ', r"\Psi"),
    ('Ω', r"\Omega"),
    ('∑', r"\sum"),
    ('∏', r"\prod"),
    ('∫', r"\int"),
    ('∇', r"\nabla"),
    ('∂', r"\partial"),
    ('√', r"\surd"),
    ('∞', r"\infty"),
    ('ℓ', r"\ell"),
    ('ℝ', r"\mathbb{R}"),
    ('𝔭', r"\mathfrak{p}"),
    ('𝔨', r"\mathfrak{k}"),
    ('−', "-"),
    ('±', r"\pm"),
    ('∓', r"\mp"),
    ('×', r"\times"),
    ('·', r"\cdot"),
    ('∘', r"\circ"),
    ('°', r"^{\circ}"),
    ('∗', "*"),
    ('⊕', r"\oplus"),
    ('≤', r"\le"),
    ('≥', r"\ge"),
    ('≠', r"\ne"),
    ('≈', r"\approx"),
    ('≡', r"\equiv"),
    ('∼', r"\sim"),
    ('∝', r"\propto"),
    ('⪯', r"\preceq"),
    ('⪰', r"\succeq"),
    ('≻', r"\succ"),
    ('≺', r"\prec"),
    ('⊂', r"\subset"),
    ('∈', r"\in"),
    ('∧', r"\wedge"),
    ('→', r"\to"),
    ('↦', r"\mapsto"),
    ('⟨', r"\langle"),
    ('⟩', r"\rangle"),
    ('‖', r"\Vert"),
    ('…', r"\dots"),
    ('⋯', r"\cdots"),
    ('′', "'"),
    ('∎', r"\blacksquare"),
    ('½', r"\tfrac12"),
    ('¼', r"\tfrac14"),
    ('¾', r"\tfrac34"),
    ('ȳ', r"\bar{y}"),
    ('Ã', r"\tilde{A}"),
    ('ḃ', r"\dot{b}"),
    ('Ż', r"\dot{Z}"),
    ('ż', r"\dot{z}"),
    ('Ẇ', r"\dot{W}"),
    ('⇒', r"\Rightarrow"),
    ('⇔', r"\Leftrightarrow"),
    ('∪', r"\cup"),
    ('∩', r"\cap"),
    ('⊥', r"\perp"),
    ('∣', r"\mid"),
    ('∅', r"\emptyset"),
    ('≪', r"\ll"),
    ('⊗', r"\otimes"),
    ('⊙', r"\odot"),
    ('⌊', r"\lfloor"),
    ('⌋', r"\rfloor"),
    ('Ō', r"\bar{O}"),
    ('ū', r"\bar{u}"),
];

/// Marks over the letter before them.
const ACCENTS: [(char, &str); 4] =
    [('\u{303}', r"\tilde"), ('\u{302}', r"\hat"), ('\u{304}', r"\bar"), ('\u{307}', r"\dot")];

/// The plain form of a raised or lowered character, and its command.
fn script(character: char) -> Option<(char, char)> {
    let find = |forms: &[(char, char)]| forms.iter().find(|(_, form)| *form == character).map(|(plain, _)| *plain);
    find(&unicode::RAISED).map(|plain| ('^', plain)).or_else(|| find(&unicode::LOWERED).map(|plain| ('_', plain)))
}

fn sign(character: char) -> Option<&'static str> {
    SIGNS.iter().find(|(known, _)| *known == character).map(|(_, command)| *command)
}

fn accent(character: Option<char>) -> Option<&'static str> {
    ACCENTS.iter().find(|(known, _)| Some(*known) == character).map(|(_, command)| *command)
}

/// A formula in the letters of mathematics, without what begins and ends it.
pub fn formula(text: &str) -> String {
    let mut writer = Writer { characters: text.chars().collect(), ..Writer::default() };
    let mut at = 0;
    while at < writer.characters.len() {
        at = writer.write(at);
    }
    writer.written
}

/// What was written of a formula.
#[derive(Default)]
struct Writer {
    characters: Vec<char>,
    written: String,
    /// The scripts of the last letter: it can bear one of each kind.
    borne: Vec<char>,
    /// Where the brackets close that only group.
    groups: Vec<usize>,
}

impl Writer {
    /// Writes a letter, number or sign.
    fn plain(&mut self, command: &str) {
        // A command ends before a letter.
        let last = self.written.rfind('\\').map(|from| &self.written[from + 1..]);
        let ends_in_command = last.is_some_and(|name| !name.is_empty() && name.chars().all(char::is_alphabetic));
        if ends_in_command && command.starts_with(char::is_alphanumeric) {
            self.written.push(' ');
        }
        self.written.push_str(command);
        self.borne.clear();
    }

    /// Begins a script.
    fn script(&mut self, place: char) {
        if self.borne.contains(&place) {
            self.written.push_str("{}");
            self.borne.clear();
        }
        self.borne.push(place);
        self.written.push(place);
    }

    /// Writes what begins at a character; where the next thing begins.
    fn write(&mut self, at: usize) -> usize {
        let character = self.characters[at];
        let next = self.characters.get(at + 1).copied();
        if let Some(mark) = accent(next) {
            let base = sign(character).map_or_else(|| character.to_string(), str::to_owned);
            self.plain(&format!("{mark}{{{base}}}"));
            return at + 2;
        }
        if let Some((place, _)) = script(character) {
            let of_place = |c: &char| script(*c).filter(|(other, _)| *other == place).map(|(_, plain)| plain);
            let inside: String = self.characters[at..].iter().map_while(of_place).collect();
            self.script(place);
            let shown = if inside == "T" { r"\mathsf{T}" } else { &inside };
            self.written.push_str(&format!("{{{shown}}}"));
            return at + inside.chars().count();
        }
        match character {
            '_' | '^' => {
                if let Some(closing) =
                    Some(at + 1).filter(|_| next == Some('{')).and_then(|at| closes(&self.characters, at))
                {
                    self.script(character);
                    self.written.push('{');
                    self.borne.clear();
                    self.groups.push(closing);
                    return at + 2;
                }
                let is_word = |c: &&char| c.is_alphanumeric() && script(**c).is_none();
                let word: String = self.characters[at + 1..].iter().take_while(is_word).collect();
                if word.is_empty() {
                    self.plain(if character == '_' { r"\_" } else { r"\hat{}" });
                } else {
                    self.script(character);
                    self.written.push_str(&format!("{{{}}}", run(&word)));
                }
                return at + 1 + word.chars().count();
            }
            '′' => {
                self.script('^');
                self.written.pop();
                self.written.push('\'');
            }
            '}' if self.groups.last() == Some(&at) => {
                self.groups.pop();
                self.written.push('}');
            }
            '{' | '}' | '#' | '$' | '%' | '&' => self.plain(&format!("\\{character}")),
            '\\' => self.plain(r"\backslash "),
            '~' => self.plain(r"\sim "),
            _ if character.is_ascii_alphabetic() => {
                let word: String = self.characters[at..].iter().take_while(|c| c.is_ascii_alphabetic()).collect();
                let marked = word.len() > 1 && accent(self.characters.get(at + word.len()).copied()).is_some();
                // The accent is over its last letter alone.
                let length = if marked { word.len() - 1 } else { word.len() };
                self.plain(&run(&word[..length]));
                return at + length;
            }
            _ => match sign(character) {
                Some(command) => self.plain(command),
                None => self.plain(&character.to_string()),
            },
        }
        at + 1
    }
}

/// Letters side by side: a word from three on, factors below.
fn run(word: &str) -> String {
    match word {
        "exp" | "log" | "ln" | "lim" | "min" | "max" | "det" | "dim" | "sin" | "cos" | "tanh" => format!("\\{word}"),
        _ if word.len() > 2 && word.chars().all(|c| c.is_ascii_alphabetic()) => format!("\\mathrm{{{word}}}"),
        _ => {
            let letter = |c| sign(c).map_or_else(|| String::from(c), |command| format!("{command} "));
            word.chars().map(letter).collect::<String>().trim_end().to_owned()
        }
    }
}

/// Where the bracket that opens at `at` closes.
fn closes(characters: &[char], at: usize) -> Option<usize> {
    let mut depth = 0;
    for (place, character) in characters.iter().enumerate().skip(at) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(place);
        }
    }
    None
}

/// Prose, with what LaTeX would take for commands spelt out; what is no letter or sign is a blank.
pub fn prose(text: &str) -> String {
    text.chars().fold(String::new(), |mut written, character| {
        match character {
            '{' | '}' | '#' | '$' | '%' | '&' | '_' => {
                written.push('\\');
                written.push(character);
            }
            '\\' => written.push_str(r"\textbackslash{}"),
            '^' => written.push_str(r"\textasciicircum{}"),
            '~' => written.push_str(r"\textasciitilde{}"),
            '<' | '>' | '|' => written.push_str(&format!("\\({character}\\)")),
            '≤' => written.push_str(r"\(\le\)"),
            '≥' => written.push_str(r"\(\ge\)"),
            '`' => written.push_str(r"\textasciigrave{}"),
            '—' => written.push_str("---"),
            '–' => written.push_str("--"),
            control if control.is_control() => written.push(' '),
            _ => written.push(character),
        }
        written
    })
}

/// A statement in plain text, its formulas as formulas.
pub fn statement(text: &str) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => prose(text),
        Piece::Formula { source, .. } => format!("\\({}\\)", formula(&unicode::unicode(source))),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// A text in which formulas are told by their letters only: every word with a sign of mathematics is one.
pub fn text(text: &str) -> String {
    let word = |word: &str| {
        let is_formula = |c: char| {
            sign(c).is_some()
                || script(c).is_some()
                || matches!(c, '_' | '^' | '=' | '|' | '<' | '>' | '\u{302}' | '\u{303}' | '\u{304}' | '\u{307}')
        };
        if !word.contains(is_formula) {
            return prose(word);
        }
        let end = word.trim_end_matches(['.', ',', ';', ':']).len();
        format!("\\({}\\){}", formula(&word[..end]), &word[end..])
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_latex() {
        assert_eq!(
            statement("where grad F = 0, E|g_w|^2 = (4 gamma / eta) |theta|^2"),
            r"where \(\nabla F = 0\), \(E|g_{w}|^{2} = (4 \gamma / \eta) |\theta|^{2}\)"
        );
        assert_eq!(statement("100 % of a_b"), r"100 \% of \(a_{b}\)");
        assert_eq!(
            text("Let (Aθ)ᵀg = 0, and λ_min(x̃) ≥ 2⁻¹⁰."),
            r"Let \((A\theta)^{\mathsf{T}}g\) \(=\) 0, and \(\lambda_{\min}(\tilde{x})\) \(\ge\) \(2^{-10}\)."
        );
    }

    /// Nothing is left that LaTeX does not know, and every group that opens closes.
    #[test]
    fn every_claim_and_every_proof_can_be_written() {
        let theories = crate::verify::Theories(crate::theories::ALL);
        for claim in theories.claims() {
            let mut texts: Vec<String> =
                claim.hypotheses.iter().copied().chain([claim.statement]).map(statement).collect();
            texts.extend(theories.proof(claim.id).iter().flat_map(|proof| proof.lines()).map(text));
            for text in texts {
                let strange = text.chars().find(|c| !c.is_ascii() && !matches!(c, 'é' | 'ô' | 'ö'));
                assert_eq!(strange, None, "{}: {text}", claim.id);
                let plain = text.replace(r"\{", "").replace(r"\}", "");
                let mut depth = 0;
                for character in plain.chars() {
                    depth += i32::from(character == '{') - i32::from(character == '}');
                    assert!(depth >= 0, "{}: {text}", claim.id);
                }
                assert_eq!(depth, 0, "{}: {text}", claim.id);
            }
        }
    }
}
