//! Products: of numbers, entry by entry, and of matrices.

use super::{Checker, fault};
use crate::fault::Fault;
use crate::shape::Shape;
use crate::syntax::{Expression, Join, Kind};
use crate::typed::{Typed, TypedKind};
use std::ops::Range;

impl Checker<'_> {
    /// Numbers scale; of the others two of one shape are multiplied entry by entry, if `*` says so.
    pub(super) fn product(&mut self, factors: &[(Join, Expression)], span: &Range<usize>) -> Result<Typed, Fault> {
        let mut checked: Vec<(bool, Typed)> = Vec::with_capacity(factors.len());
        let mut shaped: Option<(&Expression, Shape)> = None;
        for (join, factor) in factors {
            let typed = self.check(factor)?;
            let below = *join == Join::Over;
            if below && matches!(factor.kind, Kind::Chain(_)) {
                let message = format!(
                    "a product below the bar can be read in two ways: write `/({factor})`, or brackets around what comes before"
                );
                return fault(&factor.span, message);
            }
            if typed.shape != Shape::Scalar {
                if let Some((before, shape)) = &shaped {
                    together(before, shape, *join, factor, &typed.shape)?;
                } else {
                    shaped = Some((factor, typed.shape.clone()));
                }
            }
            checked.push((below, typed));
        }
        let shape = shaped.map_or(Shape::Scalar, |(_, shape)| shape);
        Ok(Typed { kind: TypedKind::Product(checked), shape, span: span.clone() })
    }

    /// From left to right.
    pub(super) fn chain(&mut self, links: &[Expression], span: &Range<usize>) -> Result<Typed, Fault> {
        let mut links = links.iter();
        let first = links.next().expect("a chain has links");
        let mut product = self.check(first)?;
        let mut before = first;
        for link in links {
            let typed = self.check(link)?;
            for (expression, shape) in [(before, &product.shape), (link, &typed.shape)] {
                if *shape == Shape::Scalar {
                    let message =
                        format!("`@` is between vectors and matrices, and `{expression}` is a number here: write `*`");
                    return fault(&expression.span, message);
                }
            }
            let (inner_left, inner_right) = (inner(&product.shape, true), inner(&typed.shape, false));
            if inner_left != inner_right {
                let message = format!(
                    "`{before} @ {link}`: {} and {} do not fit, {inner_left} is not {inner_right}",
                    product.shape, typed.shape
                );
                let turned = match (&product.shape, &typed.shape) {
                    (Shape::Matrix(rows, _), _) if *rows == inner_right => {
                        format!("; `{} @ {link}` would", turned(before))
                    }
                    (_, Shape::Matrix(_, columns)) if *columns == inner_left => {
                        format!("; `{before} @ {}` would", turned(link))
                    }
                    _ => String::new(),
                };
                return fault(&(before.span.start..link.span.end), message + &turned);
            }
            let shape = contracted(&product.shape, &typed.shape);
            let span = product.span.start..typed.span.end;
            product = Typed { kind: TypedKind::Contract(Box::new(product), Box::new(typed)), shape, span };
            before = link;
        }
        Ok(Typed { span: span.clone(), ..product })
    }
}

/// The transpose, as it is written.
fn turned(expression: &Expression) -> String {
    match &expression.kind {
        Kind::Transpose(of) => of.to_string(),
        _ => format!("{expression}.T"),
    }
}

/// Whether two factors that are not numbers can stand together.
fn together(before: &Expression, first: &Shape, join: Join, factor: &Expression, second: &Shape) -> Result<(), Fault> {
    let span = before.span.start..factor.span.end;
    if let Join::Dot | Join::Cross = join {
        return fault(&span, on_paper(before, first, join, factor, second));
    }
    if matches!(before.kind, Kind::Chain(_)) || matches!(factor.kind, Kind::Chain(_)) {
        return fault(
            &span,
            "`*` beside `@` can be read in two ways here: put brackets around what is multiplied first",
        );
    }
    let inner = inner(first, true) == inner(second, false);
    match join {
        Join::Times | Join::Over if first == second => Ok(()),
        Join::Beside if first == second && inner => {
            fault(&span, format!("this can be read in two ways: write `{before} @ {factor}` or `{before} * {factor}`"))
        }
        Join::Beside if inner => fault(&span, format!("a product of matrices is written `{before} @ {factor}`")),
        Join::Times if inner => {
            let message =
                format!("`*` goes entry by entry, and {first} is not {second}: did you mean `{before} @ {factor}`?");
            fault(&span, message)
        }
        Join::Beside if first == second => {
            fault(&span, format!("entry by entry this is written `{before} * {factor}`"))
        }
        _ => fault(&span, format!("{first} and {second} cannot be multiplied")),
    }
}

/// As it stands beside `*`: with brackets where `@` could be read in two ways.
pub(super) fn beside_times(factor: &Expression) -> String {
    match factor.kind {
        Kind::Chain(_) => format!("({factor})"),
        _ => factor.to_string(),
    }
}

/// Signs that are products of numbers here: what they are on paper between vectors or matrices has another spelling, or none.
fn on_paper(before: &Expression, first: &Shape, join: Join, factor: &Expression, second: &Shape) -> String {
    let (sign, meaning) = match join {
        Join::Cross => ("×", "a cross product"),
        _ => ("·", "an inner product"),
    };
    let fits = inner(first, true) == inner(second, false);
    let mut spellings = Vec::new();
    if fits {
        spellings.push(match (first, second) {
            (Shape::Vector(_), Shape::Vector(_)) => format!("`{before} @ {factor}` for the inner product"),
            _ => format!("`{before} @ {factor}` for the product of matrices"),
        });
    }
    if first == second {
        spellings.push(format!("`{} * {}` entry by entry", beside_times(before), beside_times(factor)));
    }
    let ways = if spellings.is_empty() { String::new() } else { format!(": write {}", spellings.join(", or ")) };
    match (first, second) {
        (Shape::Vector(_), Shape::Vector(_)) => {
            format!("`{sign}` is a product of numbers here, and {meaning} on paper{ways}")
        }
        _ => format!("`{sign}` is a product of numbers here, not of {first} and {second}{ways}"),
    }
}

/// The axis that is summed over where a shape stands left, or right, of `@`.
fn inner(shape: &Shape, is_left: bool) -> crate::shape::Extent {
    match shape {
        Shape::Scalar => crate::shape::Extent::Fixed(0),
        Shape::Vector(size) => size.clone(),
        Shape::Matrix(rows, columns) => if is_left { columns } else { rows }.clone(),
    }
}

fn contracted(left: &Shape, right: &Shape) -> Shape {
    match (left, right) {
        (Shape::Matrix(rows, _), Shape::Matrix(_, columns)) => Shape::Matrix(rows.clone(), columns.clone()),
        (Shape::Matrix(rows, _), _) => Shape::Vector(rows.clone()),
        (_, Shape::Matrix(_, columns)) => Shape::Vector(columns.clone()),
        _ => Shape::Scalar,
    }
}
