//! The terms of a side.

use crate::check::Definitions;
use crate::syntax::{Call, Expression, Join, Kind, Sign};

/// The terms as they are written.
pub(crate) fn top_level(side: &Expression) -> Vec<(Sign, Expression)> {
    match &side.inside().kind {
        Kind::Sum(terms) => terms.clone(),
        _ => vec![(Sign::Plus, side.inside().clone())],
    }
}

/// The terms that there are once brackets are multiplied out and what is linear is taken term by term: means, rates, sums, traces.
pub(crate) fn distributed(side: &Expression, definitions: &Definitions) -> Vec<(Sign, Expression)> {
    let again = |inner: &Expression| distributed(inner, definitions);
    let wrap = |inner: &Expression, wrapped: &dyn Fn(Expression) -> Kind| -> Vec<(Sign, Expression)> {
        let terms = again(inner);
        terms.into_iter().map(|(sign, term)| (sign, Expression::new(wrapped(term), side.span.clone()))).collect()
    };
    match &side.kind {
        Kind::Group(inside) => again(inside),
        Kind::Sum(terms) => {
            let signed = |(sign, term): &(Sign, Expression)| {
                let flip = *sign == Sign::Minus;
                again(term).into_iter().map(move |(sign, term)| (if flip { opposite(sign) } else { sign }, term))
            };
            terms.iter().flat_map(signed).collect()
        }
        Kind::Mean(inside) => wrap(inside, &|term| Kind::Mean(Box::new(term))),
        Kind::Call(call) if is_linear(call) => {
            let Some([of]) = call.groups.last().map(Vec::as_slice) else { return vec![(Sign::Plus, side.clone())] };
            wrap(of, &|term| {
                let mut groups = call.groups.clone();
                *groups.last_mut().expect("it was there") = vec![term];
                Kind::Call(Call { groups, ..call.clone() })
            })
        }
        Kind::Product(factors) => {
            let sum = factors.iter().position(|(join, factor)| *join != Join::Over && is_sum(factor));
            let Some(place) = sum else { return vec![(Sign::Plus, side.clone())] };
            wrap(&factors[place].1, &|term| {
                let mut factors = factors.clone();
                factors[place].1 = term;
                Kind::Product(factors)
            })
        }
        Kind::Chain(links) => {
            let Some(place) = links.iter().position(is_sum) else { return vec![(Sign::Plus, side.clone())] };
            wrap(&links[place], &|term| {
                let span = term.span.clone();
                let mut links = links.clone();
                links[place] = Expression::new(Kind::Group(Box::new(term)), span);
                Kind::Chain(links)
            })
        }
        Kind::Name(name) => match definitions.find(name) {
            Some(definition) if is_sum(definition) => {
                // The places are those of the name, since the definition is another text.
                let placed = |(sign, term): (Sign, Expression)| (sign, Expression::new(term.kind, side.span.clone()));
                again(definition).into_iter().map(placed).collect()
            }
            _ => vec![(Sign::Plus, side.clone())],
        },
        _ => vec![(Sign::Plus, side.clone())],
    }
}

/// Whether the call of a sum is the sum of the calls: of its last argument, if that is one.
pub(crate) fn is_linear(call: &Call) -> bool {
    matches!(call.function.as_str(), "rate" | "next" | "sum" | "tr" | "mean")
}

fn is_sum(expression: &Expression) -> bool {
    matches!(&expression.inside().kind, Kind::Sum(terms) if terms.len() > 1)
}

fn opposite(sign: Sign) -> Sign {
    match sign {
        Sign::Plus => Sign::Minus,
        Sign::Minus => Sign::Plus,
    }
}
