//! Statements in plain text as MathML.
//!
//! Claims are stated in the plain text of a terminal, prose and formulas mixed: `where grad F = 0, E|g|^2 = (4 gamma / eta) |theta|^2`.
//! [`pieces`] takes such a text apart into prose and formulas, and writes the formulas in MathML Core. What is not understood stays as it
//! is; nothing is lost and nothing is guessed:
//!
//! - A slash becomes a fraction only where all readings of the plain text agree: `h/2 H g` and `(a + b) / (c d) e` do,
//!   `a / b c` and `a/b/c` keep their slashes.
//! - `|` is paired by what stands beside it; what finds no partner stays alone.
//! - Letters are variables, English words are prose: `a` is the article where a word follows.

use super::svg::escape;

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

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
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

const NAMES: [(&str, &str, Style); 51] = [
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
const AFTER_A_VARIABLE: [&str; 17] = [
    "and", "at", "by", "for", "from", "goes", "if", "in", "is", "of", "on", "or", "over", "times", "to", "where",
    "with",
];

/// A formula of so many characters of plain text keeps to one line.
const LONGEST_UNBROKEN: usize = 24;

/// Brackets inside brackets: deeper ones stay unpaired.
const DEEPEST: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
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
struct Token<'a> {
    start: usize,
    text: &'a str,
    kind: Kind,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether an operand can begin here, if brackets find their partners.
    fn begins_operand(&self) -> bool {
        matches!(self.kind, Kind::Letter | Kind::Name(_) | Kind::Differential | Kind::Number | Kind::Open | Kind::Bar)
    }
}

/// The kind and the length of what `rest` begins with.
fn first(rest: &str) -> (Kind, usize) {
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
fn letters(rest: &str, length: usize) -> (Kind, usize) {
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

/// Where a formula stands, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Line,
    Below,
    Above,
}

/// What an operand is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Plain,
    /// A function's name without its argument.
    Function,
    /// A sum or a limit: a fraction does not begin before it.
    Big,
    /// `d` or `d^2`
    Derivative,
    /// `dt`, `dt^2`
    Differential,
    Fraction,
}

/// An operand: what is written without a space.
#[derive(Clone, Debug)]
struct Operand {
    markup: String,
    /// The inside of a single bracket without scripts.
    bare: Option<String>,
    /// Whether it has one part only.
    single: bool,
    /// Whether it begins with a function's name.
    named: bool,
    role: Role,
}

#[derive(Clone, Debug)]
enum Item {
    Operand(Operand),
    /// At this token, with nothing to its left if it is a prefix.
    Operator {
        at: usize,
        prefix: bool,
    },
    Slash {
        tight: bool,
    },
}

impl Item {
    fn operand(&self) -> Option<&Operand> {
        match self {
            Item::Operand(operand) => Some(operand),
            _ => None,
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    tokens: Vec<Token<'a>>,
    /// For both brackets of a pair the other one.
    partner: Vec<Option<usize>>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        let (mut tokens, mut start) = (Vec::new(), 0);
        while start < source.len() {
            let (kind, length) = first(&source[start..]);
            tokens.push(Token { start, text: &source[start..start + length], kind });
            start += length;
        }
        let mut reader = Reader { source, partner: vec![None; tokens.len()], tokens };
        reader.tell_prose();
        reader.pair_brackets();
        reader
    }

    fn token(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    fn kind(&self, at: usize) -> Kind {
        self.token(at).map_or(Kind::Space, |token| token.kind)
    }

    fn kind_before(&self, at: usize) -> Kind {
        at.checked_sub(1).map_or(Kind::Space, |before| self.kind(before))
    }

    /// Turns what only looks like mathematics into words, from right to left: articles, nouns, hyphens.
    fn tell_prose(&mut self) {
        for at in (0..self.tokens.len()).rev() {
            let adjacent = (self.kind_before(at), self.kind(at + 1));
            let beyond = if adjacent.1 == Kind::Space { at + 2 } else { at + 1 };
            // `gain_i`, `|gain|`
            let barred = adjacent == (Kind::Bar, Kind::Bar);
            if self.tokens[at].kind == Kind::Word
                && self.tokens[at].text.chars().all(char::is_alphabetic)
                && adjacent.0 != Kind::Script
                && (adjacent.1 == Kind::Script || barred)
            {
                self.tokens[at].kind = Kind::Letter;
            }
            let prose = match self.tokens[at].kind {
                Kind::Letter if self.tokens[at].is("a") && adjacent.0 != Kind::Script => {
                    adjacent.1 == Kind::Space
                        && self
                            .token(beyond)
                            .is_some_and(|next| next.kind == Kind::Word && !AFTER_A_VARIABLE.contains(&next.text))
                }
                Kind::Name(name) if adjacent.1 != Kind::Script => {
                    let argument = self.token(beyond).is_some_and(Token::begins_operand);
                    let number = self.kind(beyond) == Kind::Number;
                    match NAMES[name].2 {
                        Style::Function | Style::Big => !argument,
                        Style::Noun => !argument || number,
                        _ => false,
                    }
                }
                // `time-1 flow`, `balance/neuron`
                Kind::Operator if self.tokens[at].is("-") => {
                    matches!(adjacent, (Kind::Word, after) if after != Kind::Space)
                        || matches!(adjacent, (before, Kind::Word) if before != Kind::Space)
                }
                Kind::Slash => adjacent.0 == Kind::Word || adjacent.1 == Kind::Word,
                _ => false,
            };
            if prose {
                self.tokens[at].kind = Kind::Word;
            }
        }
    }

    /// Finds the partners of brackets. A bracket with prose in it belongs to the prose and has none.
    fn pair_brackets(&mut self) {
        struct Opened {
            at: usize,
            closes: &'static str,
            prose: bool,
        }
        let mut open: Vec<Opened> = Vec::new();
        for at in 0..self.tokens.len() {
            let token = self.tokens[at];
            let (before, after) = (self.kind_before(at), self.kind(at + 1));
            let opening = match token.text {
                "(" => Some(")"),
                "[" => Some("]"),
                "{" => Some("}"),
                "<" if before == Kind::Space && after != Kind::Space => Some(">"),
                "|" if !self.closes_bar(at) || open.last().is_none_or(|last| last.closes != "|") => Some("|"),
                _ => None,
            };
            if let Some(closes) = opening.filter(|_| token.kind != Kind::Word && open.len() < DEEPEST) {
                open.push(Opened { at, closes, prose: false });
                continue;
            }
            let closing = match token.text {
                ")" | "]" | "}" | "|" => true,
                ">" => before != Kind::Space,
                _ => false,
            };
            let partner = open.iter().rposition(|opened| closing && opened.closes == token.text);
            // `(`, `[` and `{` are not given up for `|` and `>`.
            let weak = |opened: &Opened| matches!(opened.closes, "|" | ">");
            if let Some(partner) = partner.filter(|&partner| open[partner + 1..].iter().all(weak)) {
                let prose = open[partner..].iter().any(|opened| opened.prose);
                let opener = open[partner].at;
                open.truncate(partner);
                let is_script = self.kind_before(opener) == Kind::Script;
                if prose && !is_script {
                    open.iter_mut().for_each(|outer| outer.prose = true);
                } else {
                    self.partner[at] = Some(opener);
                    self.partner[opener] = Some(at);
                }
            } else if token.kind == Kind::Word && before != Kind::Script {
                // Not only the innermost: it may turn out to have no partner.
                if let Some(innermost) = open.last_mut() {
                    innermost.prose = true;
                }
            }
        }
    }

    /// Whether a bar can end something.
    fn closes_bar(&self, at: usize) -> bool {
        let spaces = (self.kind_before(at) == Kind::Space, self.kind(at + 1) == Kind::Space);
        let last = self.tokens[..at].iter().rev().find(|token| token.kind != Kind::Space);
        let after_operand = last.is_some_and(|last| match last.kind {
            Kind::Operator => matches!(last.text, "!" | "*") && !spaces.0,
            Kind::Slash | Kind::Script | Kind::Open | Kind::Separator => false,
            _ => true,
        });
        let at_its_beginning =
            at.checked_sub(1).is_some_and(|before| self.kind(before) == Kind::Bar && self.partner[before].is_none());
        after_operand && !at_its_beginning && spaces != (true, false)
    }

    /// The bracket that this one opens.
    fn closing(&self, at: usize) -> Option<usize> {
        self.partner.get(at).copied().flatten().filter(|partner| *partner > at)
    }

    /// The end of the formula that begins here; the beginning if none does.
    fn end_of_formula(&self, from: usize) -> usize {
        let (mut at, mut end) = (from, from);
        while let Some(token) = self.token(at) {
            at = match token.kind {
                Kind::Space if at == from => break,
                Kind::Space => {
                    at += 1;
                    continue;
                }
                Kind::Open | Kind::Bar => match self.closing(at) {
                    Some(closing) => closing + 1,
                    None => break,
                },
                Kind::Word if at > from && self.kind_before(at) == Kind::Script => at + 1,
                Kind::Word | Kind::Close | Kind::Separator => break,
                _ => match self.closing(at) {
                    Some(closing) => closing + 1,
                    None => at + 1,
                },
            };
            end = at;
        }
        end
    }

    /// Whether these tokens are more than a number or a sign in prose.
    fn is_formula(&self, from: usize, end: usize) -> bool {
        let tokens = &self.tokens[from..end];
        let letters = |token: &Token<'_>| matches!(token.kind, Kind::Letter | Kind::Name(_) | Kind::Differential);
        let numbers = tokens.iter().filter(|token| token.kind == Kind::Number).count();
        let joined = tokens.iter().any(|token| match token.kind {
            Kind::Slash | Kind::Script => true,
            Kind::Operator => !token.is("-"),
            _ => false,
        });
        tokens.iter().any(letters) || (numbers > 1 && joined)
    }

    /// A formula, which can be broken before every relation and every sign if it is long.
    fn formula(&self, from: usize, end: usize) -> String {
        let items = self.row(from, end, Place::Line);
        let source = &self.source[self.tokens[from].start..self.tokens[end - 1].end()];
        let mut starts = vec![0];
        for (index, item) in items.iter().enumerate().skip(1) {
            let Item::Operator { at, prefix: false } = item else { continue };
            let breaks = self.tokens[*at].kind == Kind::Operator && !matches!(self.tokens[*at].text, "!" | "*");
            if breaks && source.len() > LONGEST_UNBROKEN {
                starts.push(index);
            }
        }
        starts.push(items.len());
        let lines = starts.windows(2).map(|pair| format!("<math>{}</math>", self.write(&items[pair[0]..pair[1]])));
        let source = escape(source);
        let lines: Vec<String> = lines.collect();
        match &lines[..] {
            [line] => line.replacen("<math>", &format!("<math alttext=\"{source}\">"), 1),
            _ => format!("<span class=\"formula\" title=\"{source}\">{}</span>", lines.join("<wbr/>")),
        }
    }

    /// The operands and operators of a formula, with its fractions.
    fn row(&self, from: usize, end: usize, place: Place) -> Vec<Item> {
        let (mut items, mut at) = (Vec::new(), from);
        while at < end {
            let kind = self.kind(at);
            if kind == Kind::Space {
                at += 1;
                continue;
            }
            if let Some((operand, next)) = self.operand(at, end, place) {
                items.push(Item::Operand(operand));
                at = next;
                continue;
            }
            items.push(if kind == Kind::Slash {
                Item::Slash { tight: self.kind_before(at) != Kind::Space && self.kind(at + 1) != Kind::Space }
            } else {
                Item::Operator { at, prefix: items.last().and_then(Item::operand).is_none() }
            });
            at += 1;
        }
        if place == Place::Line { fractions(items) } else { items }
    }

    /// What is written here without a space.
    fn operand(&self, from: usize, end: usize, place: Place) -> Option<(Operand, usize)> {
        let (mut operand, mut at) = self.part(from, end, place)?;
        while at < end && self.kind(from) != Kind::Word {
            let Some((part, next)) = self.part(at, end, place) else { break };
            if operand.role == Role::Function && self.kind(at) != Kind::Open {
                operand.markup.push_str(THIN);
            }
            // `f(a/b)` keeps its bracket.
            match (part.role, part.bare) {
                (Role::Fraction, Some(bare)) => operand.markup.push_str(&fenced("(", &bare, ")")),
                _ => operand.markup.push_str(&part.markup),
            }
            operand = Operand { bare: None, single: false, role: Role::Plain, ..operand };
            at = next;
        }
        Some((operand, at))
    }

    /// One letter, number, name or bracket with its scripts.
    fn part(&self, from: usize, end: usize, place: Place) -> Option<(Operand, usize)> {
        let (base, mut at) = self.base(from, end, place)?;
        let Base { before, markup, mut bare, index, mut role } = base;
        let mut below = index;
        let (mut primes, mut above, mut after) = (String::new(), None, "");
        while at < end {
            let token = self.tokens[at];
            let free = |at: usize| at >= end || !self.tokens[at].begins_operand();
            match token.kind {
                Kind::Prime if above.is_none() => primes.push('′'),
                Kind::Operator if token.is("*") && above.is_none() && free(at + 1) => primes.push('∗'),
                Kind::Operator if token.is("!") && after.is_empty() => after = "<mo>!</mo>",
                Kind::Script => {
                    let slot = if token.is("^") { &mut above } else { &mut below };
                    let place = if token.is("^") { Place::Above } else { Place::Below };
                    let Some((script, next)) = self.script(at + 1, end, place).filter(|_| slot.is_none()) else {
                        break;
                    };
                    *slot = Some(script);
                    at = next;
                    continue;
                }
                _ => break,
            }
            at += 1;
        }
        let primes = if primes.is_empty() { None } else { Some(format!("<mo>{primes}</mo>")) };
        let above = match (primes, above) {
            (Some(primes), above) => Some(format!("<mrow>{primes}{}</mrow>", above.unwrap_or_default())),
            (None, above) => above,
        };
        if below.is_some() || above.is_some() {
            bare = None;
            role = if role == Role::Fraction { Role::Plain } else { role };
        }
        // A bracket around nothing but a fraction is needed for its scripts only.
        let markup = match (&bare, role) {
            (Some(bare), Role::Fraction) => bare.clone(),
            _ => markup,
        };
        let markup = match (below, above) {
            (None, None) => markup,
            (Some(below), None) => format!("<msub>{markup}{below}</msub>"),
            (None, Some(above)) => format!("<msup>{markup}{above}</msup>"),
            (Some(below), Some(above)) => format!("<msubsup>{markup}{below}{above}</msubsup>"),
        };
        let named = matches!(self.tokens[from].kind, Kind::Name(name) if matches!(NAMES[name].2, Style::Function | Style::Noun));
        Some((Operand { markup: format!("{before}{markup}{after}"), bare, single: true, named, role }, at))
    }

    /// A script after `^` or `_`.
    fn script(&self, from: usize, end: usize, place: Place) -> Option<(String, usize)> {
        let token = self.token(from).filter(|_| from < end)?;
        if let (Kind::Operator, "+" | "-" | "*") = (token.kind, token.text) {
            let next = from + 1;
            let sign = operator(if token.is("*") { "∗" } else { token.text }, true);
            let is_number = matches!(self.kind(next), Kind::Number | Kind::Letter | Kind::Name(_))
                || (self.kind(next) == Kind::Open && place == Place::Above);
            let number = if is_number && !token.is("*") { self.base(next, end, place) } else { None };
            return match number {
                Some((base, next)) => Some((format!("<mrow>{sign}{}</mrow>", base.unfenced()), next)),
                None => Some((sign, next)),
            };
        }
        let (base, next) = self.base(from, end, place)?;
        Some((format!("<mrow>{}</mrow>", base.unfenced()), next))
    }

    fn base(&self, from: usize, end: usize, place: Place) -> Option<(Base, usize)> {
        let token = self.token(from).filter(|_| from < end)?;
        let text = escape(token.text);
        let plain = |markup: String| Base { before: "", markup, bare: None, index: None, role: Role::Plain };
        let base = match token.kind {
            Kind::Letter => {
                let role = if token.is("d") { Role::Derivative } else { Role::Plain };
                // A transpose.
                let upright = place == Place::Above && token.is("T");
                let variant = if upright { " mathvariant=\"normal\"" } else { "" };
                Base { role, ..plain(format!("<mi{variant}>{text}</mi>")) }
            }
            Kind::Name(name) => return self.named(from, end, name),
            Kind::Differential => {
                let (_, variable) = token.text.split_at(1);
                Base {
                    before: "<mi>d</mi>",
                    role: Role::Differential,
                    ..plain(format!("<mi>{}</mi>", escape(variable)))
                }
            }
            Kind::Number => plain(format!("<mn>{text}</mn>")),
            Kind::Ellipsis => plain("<mo lspace=\"0.17em\" rspace=\"0.17em\">…</mo>".to_owned()),
            Kind::Word => plain(format!("<mtext>{text}</mtext>")),
            Kind::Open | Kind::Bar | Kind::Operator => return self.bracket(from, end, place),
            _ => return None,
        };
        Some((base, from + 1))
    }

    fn named(&self, from: usize, end: usize, name: usize) -> Option<(Base, usize)> {
        let (_, shown, style) = NAMES[name];
        let base = |markup: String, role| Base { before: "", markup, bare: None, index: None, role };
        let base = match style {
            Style::Letter => base(format!("<mi>{shown}</mi>"), Role::Plain),
            Style::Upright => base(format!("<mi mathvariant=\"normal\">{shown}</mi>"), Role::Plain),
            Style::Function | Style::Noun => base(format!("<mi>{shown}</mi>"), Role::Function),
            Style::Big => base(format!("<mo movablelimits=\"true\">{shown}</mo>"), Role::Big),
            Style::Indexed(index) => {
                Base { index: Some(format!("<mi>{index}</mi>")), ..base(format!("<mi>{shown}</mi>"), Role::Plain) }
            }
            Style::Root => match self.closing(from + 1).filter(|closing| *closing < end) {
                Some(closing) => {
                    let inside = self.write(&self.row(from + 2, closing, Place::Line));
                    return Some((base(format!("<msqrt>{inside}</msqrt>"), Role::Plain), closing + 1));
                }
                None => base(format!("<mi>{shown}</mi>"), Role::Function),
            },
        };
        Some((base, from + 1))
    }

    fn bracket(&self, from: usize, end: usize, place: Place) -> Option<(Base, usize)> {
        let closing = self.closing(from).filter(|closing| *closing < end)?;
        let items = self.row(from + 1, closing, place);
        let inside = self.write(&items);
        let (left, right) = match self.tokens[from].text {
            "<" => ("⟨", "⟩"),
            left => (left, self.tokens[closing].text),
        };
        let markup = fenced(left, &inside, right);
        let is_fraction = matches!(&items[..], [Item::Operand(Operand { role: Role::Fraction, .. })]);
        let role = if is_fraction && left == "(" { Role::Fraction } else { Role::Plain };
        let bare = matches!(left, "(" | "{").then_some(inside);
        Some((Base { before: "", markup, bare, index: None, role }, closing + 1))
    }

    fn write(&self, items: &[Item]) -> String {
        let mut markup = String::new();
        let mut last: Option<&Operand> = None;
        for item in items {
            match item {
                Item::Operand(operand) => {
                    let is_function = |operand: &Operand| operand.role == Role::Function;
                    if last.is_some_and(|last| is_function(last) || operand.named) {
                        markup.push_str(THIN);
                    }
                    markup.push_str(&operand.markup);
                }
                Item::Operator { at, prefix } => markup.push_str(&operator(self.tokens[*at].text, *prefix)),
                Item::Slash { .. } => markup.push_str("<mo lspace=\"0\" rspace=\"0\">/</mo>"),
            }
            last = item.operand();
        }
        markup
    }
}

/// What scripts are written at.
struct Base {
    /// The `d` of `dt`, which bears no scripts.
    before: &'static str,
    markup: String,
    /// A bracket's inside.
    bare: Option<String>,
    /// An index that it has by name.
    index: Option<String>,
    role: Role,
}

impl Base {
    /// As a script, which needs no bracket around it.
    fn unfenced(self) -> String {
        match (self.bare, self.index) {
            (Some(bare), _) => bare,
            (None, Some(index)) => format!("<msub>{}{index}</msub>", self.markup),
            (None, None) => format!("{}{}", self.before, self.markup),
        }
    }
}

const THIN: &str = "<mspace width=\"0.17em\"/>";

/// A bracket, as high as the fractions in it; scripts alone do not stretch it.
fn fenced(left: &str, inside: &str, right: &str) -> String {
    let stretchy = inside.contains("<mfrac>") || inside.contains("<msqrt>");
    let fence = |form: &str, bracket: &str| format!("<mo form=\"{form}\" stretchy=\"{stretchy}\">{bracket}</mo>");
    format!("<mrow>{}{inside}{}</mrow>", fence("prefix", left), fence("postfix", right))
}

fn operator(text: &str, prefix: bool) -> String {
    let shown = match text {
        "-" => "−",
        "->" => "→",
        "<=" => "≤",
        ">=" => "≥",
        "!=" => "≠",
        "~" => "∼",
        "*" => "∗",
        "..." => "…",
        _ => text,
    };
    let form = match text {
        "(" | ")" | "[" | "]" | "{" | "}" | "|" => " stretchy=\"false\" form=\"prefix\"",
        "+" | "-" if prefix => " form=\"prefix\"",
        _ => " form=\"infix\"",
    };
    format!("<mo{form}>{}</mo>", escape(shown))
}

/// Writes quotients as fractions where every reading of the plain text agrees that they are, whichever way products and quotients associate.
fn fractions(items: Vec<Item>) -> Vec<Item> {
    let is_slash = |index: Option<usize>| {
        index.and_then(|index| items.get(index)).is_some_and(|item| matches!(item, Item::Slash { .. }))
    };
    let is_factor = |item: &Item| item.operand().is_some_and(|operand| operand.role != Role::Big);
    let mut written: Vec<Item> = Vec::new();
    let mut index = 0;
    while index < items.len() {
        let item = &items[index];
        index += 1;
        let Item::Slash { tight } = item else {
            written.push(item.clone());
            continue;
        };
        let chained = is_slash((index - 1).checked_sub(2)) || is_slash(Some(index + 1));
        let followed = items.get(index + 1).is_some_and(|item| item.operand().is_some());
        let denominator = items
            .get(index)
            .and_then(Item::operand)
            .filter(|operand| operand.single && !chained && (*tight || !followed || operand.bare.is_some()));
        let in_numerator = match denominator {
            None => 0,
            Some(denominator) if *tight => {
                // The `d^2` of `d^2 S/dt^2`.
                let before = written.len().checked_sub(2).and_then(|at| written[at].operand());
                let derivative = before.is_some_and(|before| before.role == Role::Derivative);
                let above = written.last().and_then(Item::operand);
                let is_bracket = above.is_some_and(|above| above.bare.is_some());
                // Where nothing but a product over a denominator stands in a bracket, it is one fraction.
                let alone = items.len() == index + 1 && written.iter().all(is_factor);
                match above {
                    None => 0,
                    Some(_) if derivative && denominator.role == Role::Differential => 2,
                    Some(_) if alone && !is_bracket => written.len(),
                    Some(_) => 1,
                }
            }
            Some(_) => written.iter().rev().take_while(|item| is_factor(item)).count(),
        };
        match denominator.filter(|_| in_numerator > 0) {
            Some(denominator) => {
                let numerator = written.split_off(written.len() - in_numerator);
                written.push(Item::Operand(fraction(&numerator, denominator)));
                index += 1;
            }
            None => written.push(item.clone()),
        }
    }
    written
}

fn fraction(numerator: &[Item], denominator: &Operand) -> Operand {
    let above = match numerator {
        [Item::Operand(Operand { bare: Some(bare), .. })] => bare.clone(),
        _ => {
            let mut above = String::new();
            let mut last: Option<&Operand> = None;
            for operand in numerator.iter().filter_map(Item::operand) {
                if last.is_some_and(|last| last.role == Role::Function || operand.named) {
                    above.push_str(THIN);
                }
                above.push_str(&operand.markup);
                last = Some(operand);
            }
            above
        }
    };
    let below = denominator.bare.as_ref().unwrap_or(&denominator.markup);
    let markup = format!("<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>");
    Operand { markup, bare: None, single: true, named: false, role: Role::Fraction }
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
