//! From tokens to MathML.

use super::super::svg::escape;
use super::base::Base;
use super::fractions::{THIN, fenced, fractions, operator};
use super::items::{Item, Operand, Role};
use super::tokens::{AFTER_A_VARIABLE, Kind, NAMES, Style, Token, first};

/// A formula of so many characters of plain text keeps to one line.
pub(super) const LONGEST_UNBROKEN: usize = 24;

/// Brackets inside brackets: deeper ones stay unpaired.
pub(super) const DEEPEST: usize = 24;

/// Where a formula stands, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Line,
    Below,
    Above,
}

pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
    /// For both brackets of a pair the other one.
    pub(super) partner: Vec<Option<usize>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
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

    pub(super) fn token(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.token(at).map_or(Kind::Space, |token| token.kind)
    }

    pub(super) fn kind_before(&self, at: usize) -> Kind {
        at.checked_sub(1).map_or(Kind::Space, |before| self.kind(before))
    }

    /// Turns what only looks like mathematics into words, from right to left: articles, nouns, hyphens.
    pub(super) fn tell_prose(&mut self) {
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
    pub(super) fn pair_brackets(&mut self) {
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
    pub(super) fn closes_bar(&self, at: usize) -> bool {
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
    pub(super) fn closing(&self, at: usize) -> Option<usize> {
        self.partner.get(at).copied().flatten().filter(|partner| *partner > at)
    }

    /// The end of the formula that begins here; the beginning if none does.
    pub(super) fn end_of_formula(&self, from: usize) -> usize {
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
    pub(super) fn is_formula(&self, from: usize, end: usize) -> bool {
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
    pub(super) fn formula(&self, from: usize, end: usize) -> String {
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
    pub(super) fn row(&self, from: usize, end: usize, place: Place) -> Vec<Item> {
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
    pub(super) fn operand(&self, from: usize, end: usize, place: Place) -> Option<(Operand, usize)> {
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
    pub(super) fn part(&self, from: usize, end: usize, place: Place) -> Option<(Operand, usize)> {
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
    pub(super) fn script(&self, from: usize, end: usize, place: Place) -> Option<(String, usize)> {
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

    pub(super) fn base(&self, from: usize, end: usize, place: Place) -> Option<(Base, usize)> {
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

    pub(super) fn named(&self, from: usize, end: usize, name: usize) -> Option<(Base, usize)> {
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

    pub(super) fn bracket(&self, from: usize, end: usize, place: Place) -> Option<(Base, usize)> {
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

    pub(super) fn write(&self, items: &[Item]) -> String {
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
