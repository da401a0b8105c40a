//! The terms of a law, each taken apart into a coefficient and what it stands before.

use crate::coefficient::Coefficient;
use crate::law::Law;
use crate::syntax::{Call, Expression, Join, Kind, Sign};
use crate::terms::{distributed, is_linear, top_level};

/// One term of a law.
#[derive(Clone, Debug, PartialEq)]
pub struct Summand {
    /// Whether it stands on the right side.
    pub is_right: bool,
    /// What stands before it, with its sign.
    pub coefficient: Coefficient,
    /// The term without the coefficient, as text.
    pub term: String,
}

impl Summand {
    /// The term with its coefficient: whether it is subtracted, and the rest.
    pub fn written(coefficient: &Coefficient, term: &str) -> (bool, String) {
        let negated = coefficient.is_negative().then(|| coefficient.negated()).flatten();
        let (is_negative, size) = (negated.is_some(), negated.as_ref().unwrap_or(coefficient));
        let text = if term == "1" { size.to_string() } else { format!("{}{term}", size.before()) };
        (is_negative, text)
    }
}

/// The terms as they are written, or with brackets multiplied out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// As they are written.
    Written,
    /// With brackets multiplied out, definitions that stand by themselves written out, and what is linear taken term by term.
    Distributed,
}

impl Law {
    /// The terms of both sides. Equal ones of a side are taken together.
    pub fn summands(&self, grain: Grain) -> Vec<Summand> {
        let statement = self.statement();
        let mut summands: Vec<Summand> = Vec::new();
        for (is_right, side) in [(false, &statement.left), (true, &statement.right)] {
            if side.is_zero() {
                continue;
            }
            let terms = match grain {
                Grain::Written => top_level(side),
                Grain::Distributed => distributed(side, &self.definitions),
            };
            for (sign, term) in terms {
                let (mut coefficient, core) = taken_apart(&term);
                if sign == Sign::Minus {
                    coefficient = coefficient.negated().unwrap_or(coefficient);
                }
                let term = core.map_or_else(|| "1".to_owned(), |core| bracketed(&core));
                let known = summands.iter_mut().find(|known| known.is_right == is_right && known.term == term);
                let sum = known.as_ref().and_then(|known| known.coefficient.plus(&coefficient));
                match (known, sum) {
                    (Some(known), Some(sum)) => known.coefficient = sum,
                    _ => summands.push(Summand { is_right, coefficient, term }),
                }
            }
        }
        summands
    }
}

/// As it stands behind a coefficient.
fn bracketed(core: &Expression) -> String {
    let needs_brackets = match &core.kind {
        Kind::Sum(_) => true,
        Kind::Product(factors) => factors.iter().skip(1).any(|(join, _)| *join != Join::Beside),
        _ => false,
    };
    if needs_brackets { format!("({core})") } else { core.to_string() }
}

/// The coefficient, and the rest; none if nothing is left.
fn taken_apart(term: &Expression) -> (Coefficient, Option<Expression>) {
    if let Some(coefficient) = Coefficient::of(term) {
        return (coefficient, None);
    }
    let whole = || (Coefficient::one(), Some(term.clone()));
    let wrapped = |inside: &Expression, wrap: &dyn Fn(Expression) -> Kind| match taken_apart(inside) {
        (coefficient, Some(core)) if coefficient != Coefficient::one() => {
            (coefficient, Some(Expression::new(wrap(core), term.span.clone())))
        }
        _ => whole(),
    };
    match &term.kind {
        Kind::Group(inside) => match taken_apart(inside) {
            (coefficient, Some(core)) => (coefficient, Some(core)),
            _ => whole(),
        },
        Kind::Sum(terms) => match &terms[..] {
            [(sign, only)] => {
                let (coefficient, core) = taken_apart(only);
                match if *sign == Sign::Minus { coefficient.negated() } else { Some(coefficient) } {
                    Some(coefficient) => (coefficient, core),
                    None => whole(),
                }
            }
            _ => whole(),
        },
        Kind::Mean(inside) => wrapped(inside, &|core| Kind::Mean(Box::new(core))),
        Kind::Call(call) if is_linear(call) => match call.groups.last().map(Vec::as_slice) {
            Some([of]) => wrapped(of, &|core| {
                let mut groups = call.groups.clone();
                *groups.last_mut().expect("it was there") = vec![core];
                Kind::Call(Call { groups, ..call.clone() })
            }),
            _ => whole(),
        },
        Kind::Product(factors) => product(term, factors).unwrap_or_else(whole),
        Kind::Chain(links) => {
            let mut total = Coefficient::one();
            let mut cores = Vec::with_capacity(links.len());
            for link in links {
                let (coefficient, core) = taken_apart(link);
                let (Some(core), Some(product)) = (core, total.times(&coefficient)) else { return whole() };
                let is_simple = !matches!(core.kind, Kind::Sum(_) | Kind::Product(_) | Kind::Chain(_));
                let span = core.span.clone();
                cores.push(if is_simple { core } else { Expression::new(Kind::Group(Box::new(core)), span) });
                total = product;
            }
            (total, Some(Expression::new(Kind::Chain(cores), term.span.clone())))
        }
        _ => whole(),
    }
}

/// Factors of numbers and rates are taken out of a product, and what is before others too.
fn product(term: &Expression, factors: &[(Join, Expression)]) -> Option<(Coefficient, Option<Expression>)> {
    let mut total = Coefficient::one();
    let mut rest: Vec<(Join, Expression)> = Vec::new();
    for (join, factor) in factors {
        let pure = Coefficient::of(factor);
        let is_below = *join == Join::Over;
        let taken = pure.and_then(|pure| if is_below { total.over(&pure) } else { total.times(&pure) });
        match taken {
            Some(product) => total = product,
            None if is_below => rest.push((*join, factor.clone())),
            None => {
                let (coefficient, core) = taken_apart(factor);
                let core = core?;
                total = total.times(&coefficient)?;
                let is_simple = !matches!(core.kind, Kind::Sum(_))
                    && (*join == Join::Beside || !matches!(core.kind, Kind::Product(_)));
                let span = core.span.clone();
                let core = if is_simple { core } else { Expression::new(Kind::Group(Box::new(core)), span) };
                rest.push((*join, core));
            }
        }
    }
    let (first, _) = rest.first_mut()?;
    if *first == Join::Over {
        // Something has to stand above the bar.
        return None;
    }
    *first = Join::Times;
    let rest = match <[_; 1]>::try_from(rest) {
        Ok([(_, only)]) => only.inside().clone(),
        Err(rest) => Expression::new(Kind::Product(rest), term.span.clone()),
    };
    Some((total, Some(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Definitions;
    use crate::declaration::Signature;

    fn terms(law: &str, grain: Grain) -> Vec<String> {
        let signature = Signature::parse("u, w[n], x[n], y, a; n in 1..3").unwrap();
        let mut definitions = Definitions::default();
        definitions.add(&signature, "C", "sum(w^2) - 2 u^2").unwrap();
        definitions.add(&signature, "D", "C - 1").unwrap();
        let law = Law::new(&signature, &definitions, law).unwrap();
        let written = |summand: Summand| format!("{}: {}", summand.coefficient, summand.term);
        law.summands(grain).into_iter().map(written).collect()
    }

    #[test]
    fn terms_are_taken_apart() {
        let law = "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta C";
        assert_eq!(terms(law, Grain::Written), ["1: E[sum(g.w^2)]", "-2: E[g.u^2]", "4 gamma/eta: C"]);
        // As written a definition is a name; distributed it is its terms, wherever it stands.
        let spelled = ["1: E[sum(g.w^2)]", "-2: E[g.u^2]", "4 gamma/eta: sum(w^2)", "-8 gamma/eta: u^2"];
        assert_eq!(terms(law, Grain::Distributed), spelled);
        assert_eq!(
            terms("a^2 = 2 (a D + u) a", Grain::Distributed),
            ["1: a^2", "2: a sum(w^2) a", "-4: a u^2 a", "-2: a a", "2: u a"]
        );
        assert_eq!(
            terms("a^2 = (a - 1) (u + 2)/3", Grain::Distributed),
            ["1: a^2", "1/3: a u", "2/3: a", "-1/3: u", "-2/3: 1"]
        );
        assert_eq!(terms("0 = rate(2 C) u", Grain::Distributed), ["2: rate(sum(w^2)) u", "-4: rate(u^2) u"]);
        assert_eq!(terms("u^2 = C", Grain::Distributed), ["1: u^2", "1: sum(w^2)", "-2: u^2"]);
        assert_eq!(terms("rate(sum(w^2) - 2 u^2) = 0", Grain::Distributed), ["1: rate(sum(w^2))", "-2: rate(u^2)"]);
        let law = "w @ (2 gamma w + grad(L).w) = -(1 - gamma eta)^2 (u grad(L).u - 3)";
        let all = [
            "2 gamma: w @ w",
            "1: w @ grad(L).w",
            "-(1 - gamma eta)^2: u grad(L).u",
            "3 - 6 gamma eta + 3 gamma^2 eta^2: 1",
        ];
        assert_eq!(terms(law, Grain::Distributed), all);
    }
}
