//! A formula as text again, with the spaces of one hand.

use crate::syntax::{Call, Expression, Join, Kind, Selector, Sense, Sign, Statement};
use std::fmt;

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Number(number) => write!(f, "{number}"),
            Kind::Name(name) => f.write_str(name),
            Kind::Group(inside) => write!(f, "({inside})"),
            Kind::Mean(inside) => write!(f, "E[{inside}]"),
            Kind::Call(call) => call.fmt(f),
            Kind::Member(of, name, _) => write!(f, "{of}.{name}"),
            Kind::Transpose(of) => write!(f, "{of}.T"),
            Kind::Index(of, selectors) => {
                let selectors: Vec<String> = selectors.iter().map(ToString::to_string).collect();
                write!(f, "{of}[{}]", selectors.join(", "))
            }
            Kind::Sum(terms) => {
                for (place, (sign, term)) in terms.iter().enumerate() {
                    f.write_str(match (place, sign) {
                        (0, Sign::Plus) => "",
                        (0, Sign::Minus) => "-",
                        (_, Sign::Plus) => " + ",
                        (_, Sign::Minus) => " - ",
                    })?;
                    write!(f, "{term}")?;
                }
                Ok(())
            }
            Kind::Product(factors) => {
                for (place, (join, factor)) in factors.iter().enumerate() {
                    f.write_str(match (place, join) {
                        (0, _) => "",
                        (_, Join::Times | Join::Dot | Join::Cross) => " * ",
                        (_, Join::Beside) => " ",
                        (_, Join::Over) => "/",
                    })?;
                    write!(f, "{factor}")?;
                }
                Ok(())
            }
            Kind::Chain(links) => {
                let links: Vec<String> = links.iter().map(ToString::to_string).collect();
                f.write_str(&links.join(" @ "))
            }
            Kind::Power(base, exponent) => write!(f, "{base}^{exponent}"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = |group: &Vec<Expression>| group.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let groups: Vec<String> = self.groups.iter().map(group).collect();
        write!(f, "{}({})", self.function, groups.join("; "))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::All(_) => f.write_str(":"),
            Selector::Place(place, _) => write!(f, "{place}"),
            Selector::Between(first, end, _) => write!(f, "{first}:{end}"),
            Selector::Running(name, _) => f.write_str(name),
        }
    }
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sense::Equal => "=",
            Sense::AtMost => "<=",
            Sense::AtLeast => ">=",
            Sense::Order => "~",
        })
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, binder) in self.binders.iter().enumerate() {
            f.write_str(if place == 0 { "for " } else { ", " })?;
            match &binder.size {
                Some((size, _)) => write!(f, "{} in {size}", binder.name)?,
                None => f.write_str(&binder.name)?,
            }
        }
        if !self.binders.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "{} {} {}", self.left, self.sense, self.right)
    }
}
