//! The terms of a side.

use crate::check::Definitions;
use crate::coefficient::Coefficient;
use crate::syntax::{Call, Expression, Join, Kind, Sign};

/// Into more terms than these no product is multiplied out.
const MOST_TERMS: usize = 64;

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
            let above = factors.iter().map(|(join, factor)| (*join != Join::Over).then_some(factor));
            crossed(side, above, definitions, &|terms| {
                let written = factors.iter().zip(terms).map(|((join, _), term)| (*join, term));
                Kind::Product(written.collect())
            })
        }
        Kind::Chain(links) => crossed(side, links.iter().map(Some), definitions, &|terms| {
            let grouped = terms.into_iter().map(|term| {
                let is_tight = !matches!(term.kind, Kind::Sum(_) | Kind::Product(_) | Kind::Chain(_));
                let span = term.span.clone();
                if is_tight { term } else { Expression::new(Kind::Group(Box::new(term)), span) }
            });
            Kind::Chain(grouped.collect())
        }),
        Kind::Name(name) => match definitions.find(name) {
            Some(definition) => {
                let terms = again(definition);
                if terms.len() == 1 {
                    return vec![(Sign::Plus, side.clone())];
                }
                // The places are those of the name, since the definition is another text.
                let placed = |(sign, term): (Sign, Expression)| (sign, Expression::new(term.kind, side.span.clone()));
                terms.into_iter().map(placed).collect()
            }
            None => vec![(Sign::Plus, side.clone())],
        },
        _ => vec![(Sign::Plus, side.clone())],
    }
}

/// A product by its factors, each a sum of terms; what is none of `factors` stays as it is, and so does a factor of one term.
fn crossed<'a>(
    side: &'a Expression,
    factors: impl Iterator<Item = Option<&'a Expression>>,
    definitions: &Definitions,
    product: &dyn Fn(Vec<Expression>) -> Kind,
) -> Vec<(Sign, Expression)> {
    let whole = || vec![(Sign::Plus, side.clone())];
    let own = match &side.kind {
        Kind::Product(factors) => factors.iter().map(|(_, factor)| factor).collect::<Vec<_>>(),
        Kind::Chain(links) => links.iter().collect(),
        _ => return whole(),
    };
    let mut products: Vec<(Sign, Vec<Expression>)> = vec![(Sign::Plus, Vec::new())];
    for (factor, own) in factors.zip(own) {
        // Sums of numbers and rates are one coefficient.
        let factor = factor.filter(|factor| Coefficient::of(factor).is_none());
        let mut terms = factor.map_or_else(Vec::new, |factor| distributed(factor, definitions));
        if terms.len() < 2 {
            terms = vec![(Sign::Plus, own.clone())];
        }
        if products.len() * terms.len() > MOST_TERMS {
            return whole();
        }
        let with = |(sign, before): &(Sign, Vec<Expression>), (own, term): &(Sign, Expression)| {
            let sign = if *own == Sign::Minus { opposite(*sign) } else { *sign };
            (sign, before.iter().chain([term]).cloned().collect())
        };
        products = products.iter().flat_map(|before| terms.iter().map(move |term| with(before, term))).collect();
    }
    if products.len() == 1 {
        return whole();
    }
    let written = |(sign, terms)| (sign, Expression::new(product(terms), side.span.clone()));
    products.into_iter().map(written).collect()
}

/// Whether the call of a sum is the sum of the calls: of its last argument, if that is one.
pub(crate) fn is_linear(call: &Call) -> bool {
    matches!(call.function.as_str(), "rate" | "next" | "sum" | "tr" | "mean")
}

fn opposite(sign: Sign) -> Sign {
    match sign {
        Sign::Plus => Sign::Minus,
        Sign::Minus => Sign::Plus,
    }
}
