//! From characters to tokens: names, numbers, signs, words.

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A slanted letter.
    Letter,
    /// An upright one.
    Upright,
    /// An upright word, with a space before its argument. It is prose unless an argument follows.
    Function,
    /// The same, and a number is no argument: `of mean 0`, `rank 2 or more`.
    Noun,
    /// Of everything that is to its right: a fraction does not begin before it. It is prose unless something follows.
    Big,
    /// A root of the bracket that follows.
    Root,
    /// A letter with an index.
    Indexed(&'static str),
}

pub(super) const NAMES: [(&str, &str, Style); 51] = [
    ("alpha", "α", Style::Letter),
    ("beta", "β", Style::Letter),
    ("gamma", "γ", Style::Letter),
    ("delta", "δ", Style::Letter),
    ("epsilon", "ε", Style::Letter),
    ("zeta", "ζ", Style::Letter),
    ("eta", "η", Style::Letter),
    ("theta", "θ", Style::Letter),
    ("kappa", "κ", Style::Letter),
    ("lambda", "λ", Style::Letter),
    ("mu", "μ", Style::Letter),
    ("nu", "ν", Style::Letter),
    ("xi", "ξ", Style::Letter),
    ("pi", "π", Style::Letter),
    ("rho", "ρ", Style::Letter),
    ("sigma", "σ", Style::Letter),
    ("tau", "τ", Style::Letter),
    ("phi", "φ", Style::Letter),
    ("chi", "χ", Style::Letter),
    ("psi", "ψ", Style::Letter),
    ("omega", "ω", Style::Letter),
    ("Gamma", "Γ", Style::Upright),
    ("Delta", "Δ", Style::Upright),
    ("Theta", "Θ", Style::Upright),
    ("Lambda", "Λ", Style::Upright),
    ("Sigma", "Σ", Style::Upright),
    ("Phi", "Φ", Style::Upright),
    ("Psi", "Ψ", Style::Upright),
    ("Omega", "Ω", Style::Upright),
    ("E", "E", Style::Upright),
    ("grad", "∇", Style::Upright),
    ("Sx", "S", Style::Indexed("x")),
    ("Se", "S", Style::Indexed("e")),
    ("sqrt", "sqrt", Style::Root),
    ("sum", "∑", Style::Big),
    ("lim", "lim", Style::Big),
    ("mean", "mean", Style::Noun),
    ("rank", "rank", Style::Noun),
    ("span", "span", Style::Noun),
    ("sign", "sign", Style::Noun),
    ("tr", "tr", Style::Function),
    ("det", "det", Style::Function),
    ("dim", "dim", Style::Function),
    ("diag", "diag", Style::Function),
    ("Cov", "Cov", Style::Function),
    ("Hess", "Hess", Style::Function),
    ("Lie", "Lie", Style::Function),
    ("exp", "exp", Style::Function),
    ("log", "log", Style::Function),
    ("min", "min", Style::Function),
    ("max", "max", Style::Function),
];

/// Words that may follow a variable called `a`, and do not follow the article.
pub(super) const AFTER_A_VARIABLE: [&str; 17] = [
    "and", "at", "by", "for", "from", "goes", "if", "in", "is", "of", "on", "or", "over", "times", "to", "where",
    "with",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    /// Prose.
    Word,
    /// One letter, or the name of a variable.
    Letter,
    /// An entry of [`NAMES`].
    Name(usize),
    /// `dt`
    Differential,
    Number,
    Operator,
    Slash,
    /// `^` and `_`
    Script,
    Prime,
    Open,
    Close,
    Bar,
    /// `...`
    Ellipsis,
    /// `,`, `;`, `:`, `.`
    Separator,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) start: usize,
    pub(super) text: &'a str,
    pub(super) kind: Kind,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether an operand can begin here, if brackets find their partners.
    pub(super) fn begins_operand(&self) -> bool {
        matches!(self.kind, Kind::Letter | Kind::Name(_) | Kind::Differential | Kind::Number | Kind::Open | Kind::Bar)
    }
}

/// The kind and the length of what `rest` begins with.
pub(super) fn first(rest: &str) -> (Kind, usize) {
    let run = |inside: fn(char) -> bool| rest.find(|c| !inside(c)).unwrap_or(rest.len());
    let Some(c) = rest.chars().next() else { return (Kind::Space, 0) };
    if c.is_whitespace() {
        return (Kind::Space, run(char::is_whitespace));
    }
    if c.is_ascii_digit() {
        let whole = run(|c| c.is_ascii_digit());
        let fraction = rest[whole..]
            .strip_prefix('.')
            .map_or(0, |digits| digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
        return (Kind::Number, if fraction > 0 { whole + 1 + fraction } else { whole });
    }
    if c.is_alphabetic() {
        return letters(rest, run(char::is_alphabetic));
    }
    for symbol in ["...", "->", "<=", ">=", "!="] {
        if rest.starts_with(symbol) {
            return (if symbol == "..." { Kind::Ellipsis } else { Kind::Operator }, symbol.len());
        }
    }
    let kind = match c {
        '^' | '_' => Kind::Script,
        '\'' => Kind::Prime,
        '/' => Kind::Slash,
        '|' => Kind::Bar,
        '(' | '[' | '{' => Kind::Open,
        ')' | ']' | '}' => Kind::Close,
        ',' | ';' | ':' | '.' => Kind::Separator,
        '+' | '-' | '*' | '=' | '<' | '>' | '~' | '!' => Kind::Operator,
        _ => Kind::Word,
    };
    (kind, c.len_utf8())
}

/// The kind of a run of letters, and how much of it that is.
pub(super) fn letters(rest: &str, length: usize) -> (Kind, usize) {
    let word = &rest[..length];
    if let Some(name) = NAMES.iter().position(|(name, ..)| *name == word) {
        return (Kind::Name(name), length);
    }
    let letters: Vec<char> = word.chars().take(3).collect();
    match letters[..] {
        [_] => (Kind::Letter, length),
        ['d', second] if second != 'o' => (Kind::Differential, length),
        // The product `tA` is no word.
        [first, second] if first.is_lowercase() && second.is_uppercase() => (Kind::Letter, first.len_utf8()),
        // The apostrophe of `sample's` is no prime.
        _ => match rest[length..].strip_prefix('\'') {
            Some(more) if more.starts_with(char::is_alphabetic) => {
                (Kind::Word, length + 1 + more.find(|c: char| !c.is_alphabetic()).unwrap_or(more.len()))
            }
            _ => (Kind::Word, length),
        },
    }
}
