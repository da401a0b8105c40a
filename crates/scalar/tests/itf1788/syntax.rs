//! The little of Rust's syntax in which the suite's assertions are written.

/// `assert_eq2!(left, right)`, or `assert!(left)`, which asserts that left is `true`.
pub struct Assertion {
    pub line: usize,
    pub left: Expression,
    pub right: Expression,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(f64),
    Text,
    /// A path such as `I::EMPTY` or `true`.
    Name(String),
    /// An operation and its operands; the receiver of a method comes first.
    Apply(String, Vec<Expression>),
    /// A function and its arguments.
    Call(String, Vec<Expression>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text,
    Word(String),
    Symbol(char),
}

/// Every assertion of a source file. Fails on the first one that does not parse: none is passed over in silence.
pub fn assertions(source: &str) -> Result<Vec<Assertion>, String> {
    let tokens = tokens(source)?;
    let mut found = Vec::new();
    let mut position = 0;
    while position < tokens.len() {
        let (line, token) = &tokens[position];
        position += 1;
        let pair = match token {
            Token::Word(word) if word == "assert_eq2" => true,
            Token::Word(word) if word == "assert" => false,
            _ => continue,
        };
        let mut parser = Parser { tokens: &tokens, position };
        let (left, right) = parser.assertion(pair).ok_or(format!("line {line}: an assertion that does not parse"))?;
        found.push(Assertion { line: *line, left, right });
        position = parser.position;
    }
    Ok(found)
}

fn tokens(source: &str) -> Result<Vec<(usize, Token)>, String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").ok_or(format!("line {line}: an open comment"))? + 2
        } else if first == '"' {
            let end = rest[1..].find('"').ok_or(format!("line {line}: an open string"))?;
            tokens.push((line, Token::Text));
            end + 2
        } else if first.is_ascii_digit() {
            let length = numeral(rest);
            let value = rest[..length].parse().map_err(|_| format!("line {line}: `{}`", &rest[..length]))?;
            tokens.push((line, Token::Number(value)));
            length
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            tokens.push((line, Token::Word(rest[..length].to_owned())));
            length
        } else {
            if !first.is_whitespace() {
                tokens.push((line, Token::Symbol(first)));
            }
            first.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The length of the numeral at the start: digits, a point that a digit follows, an exponent with its sign.
fn numeral(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end)
        || bytes.get(end) == Some(&b'.') && digit(end + 1)
        || bytes.get(end) == Some(&b'e')
        || matches!(bytes.get(end), Some(b'+' | b'-')) && bytes[end - 1] == b'e'
    {
        end += 1;
    }
    end
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    position: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position).map(|(_, token)| token)
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.peek() == Some(&Token::Symbol(symbol));
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: char) -> Option<()> {
        self.take(symbol).then_some(())
    }

    /// The two sides of what follows `assert_eq2` if `pair`, else the one side of what follows `assert`, and `true`.
    fn assertion(&mut self, pair: bool) -> Option<(Expression, Expression)> {
        self.expect('!')?;
        let mut operands = self.list('(', ')')?;
        self.expect(';')?;
        if !pair {
            operands.push(Expression::Name("true".to_owned()));
        }
        let [left, right] = operands.try_into().ok()?;
        Some((left, right))
    }

    /// Expressions between two brackets, separated by commas; one may trail.
    fn list(&mut self, open: char, close: char) -> Option<Vec<Expression>> {
        self.expect(open)?;
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.expression()?);
            if !self.take(',') {
                self.expect(close)?;
                break;
            }
        }
        Some(items)
    }

    /// A single binary operation at most: the suite does not chain them.
    fn expression(&mut self) -> Option<Expression> {
        let left = self.prefixed()?;
        for (symbol, name) in [('+', "add"), ('-', "sub"), ('*', "mul"), ('/', "div")] {
            if self.take(symbol) {
                return Some(Expression::Apply(name.to_owned(), vec![left, self.prefixed()?]));
            }
        }
        if self.take('=') {
            self.expect('=')?;
            return Some(Expression::Apply("eq".to_owned(), vec![left, self.prefixed()?]));
        }
        Some(left)
    }

    fn prefixed(&mut self) -> Option<Expression> {
        for (symbol, name) in [('-', "neg"), ('!', "not")] {
            if self.take(symbol) {
                return Some(match self.prefixed()? {
                    Expression::Number(value) if symbol == '-' => Expression::Number(-value),
                    operand => Expression::Apply(name.to_owned(), vec![operand]),
                });
            }
        }
        self.postfixed()
    }

    fn postfixed(&mut self) -> Option<Expression> {
        let mut expression = match self.peek()?.clone() {
            Token::Number(value) => {
                self.position += 1;
                Expression::Number(value)
            }
            Token::Text => {
                self.position += 1;
                Expression::Text
            }
            Token::Word(name) => {
                self.position += 1;
                match self.peek() {
                    Some(Token::Symbol('(')) => Expression::Call(name, self.list('(', ')')?),
                    _ => Expression::Name(name),
                }
            }
            Token::Symbol(_) => return None,
        };
        loop {
            if self.take('.') {
                let Token::Word(name) = self.peek()?.clone() else { return None };
                self.position += 1;
                let mut operands = vec![expression];
                operands.extend(self.list('(', ')')?);
                expression = Expression::Apply(name, operands);
            } else if self.peek() == Some(&Token::Symbol('[')) {
                let mut operands = vec![expression];
                operands.extend(self.list('[', ']')?);
                expression = Expression::Apply("index".to_owned(), operands);
            } else {
                return Some(expression);
            }
        }
    }
}
