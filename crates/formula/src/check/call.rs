//! Functions and their arguments.

use super::{Checker, Purpose, fault};
use crate::fault::{Fault, unknown};
use crate::shape::{Extent, Shape};
use crate::syntax::{Call, Expression, Kind};
use crate::typed::{Descent, Objective, Reduction, Typed, TypedKind};
use crate::vocabulary::{FUNCTIONS, Role, function};
use std::ops::Range;

/// The most rows of a determinant.
const MOST_ROWS: usize = 4;

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, span: &Range<usize>) -> Result<Typed, Fault> {
        let Some(known) = function(&call.function) else {
            return fault(&call.span, self.no_function(&call.function));
        };
        let usage = || format!("`{}` is written `{}`", known.name, known.usage);
        let typed = |kind, shape| Ok(Typed { kind, shape, span: span.clone() });
        match known.name {
            "grad" => {
                self.law_only(&call.span, "`grad`")?;
                let [of] = arguments(call, span, usage)?;
                let objective = self.objective(of)?;
                self.is_free = true;
                return typed(TypedKind::Gradient(Descent::Of(objective)), Shape::Vector(Extent::Parameters));
            }
            "next" | "rate" | "hess" => return self.along(call, span, usage),
            "ones" | "eye" => {
                let [of] = arguments(call, span, usage)?;
                let extent = self.extent(of)?;
                return match known.name {
                    "ones" => typed(TypedKind::Ones(extent.clone()), Shape::Vector(extent)),
                    _ => typed(TypedKind::Identity(extent.clone()), Shape::Matrix(extent.clone(), extent)),
                };
            }
            _ => {}
        }
        if let Role::Extremum(_) | Role::Elementwise(_) = known.role {
            return self.entry_by_entry(known.role, call, span, usage);
        }
        match known.name {
            "outer" => {
                let [first, second] = arguments(call, span, usage)?;
                let (first, second) = (self.check(first)?, self.check(second)?);
                let (Shape::Vector(rows), Shape::Vector(columns)) = (first.shape.clone(), second.shape.clone()) else {
                    return fault(
                        span,
                        format!("`outer` takes two vectors, found {} and {}", first.shape, second.shape),
                    );
                };
                typed(TypedKind::Outer(Box::new(first), Box::new(second)), Shape::Matrix(rows, columns))
            }
            "cross_entropy" => {
                let [logits, target] = arguments(call, span, usage)?;
                let (logits, target) = (self.check(logits)?, self.check(target)?);
                if logits.shape != target.shape || logits.shape == Shape::Scalar {
                    let message = "takes logits and probabilities of one shape";
                    return fault(
                        span,
                        format!("`cross_entropy` {message}, found {} and {}", logits.shape, target.shape),
                    );
                }
                typed(TypedKind::CrossEntropy(Box::new(logits), Box::new(target)), Shape::Scalar)
            }
            name => {
                let [of] = arguments(call, span, usage)?;
                let of = self.check(of)?;
                self.of_one(name, of, span)
            }
        }
    }

    fn entry_by_entry(
        &mut self,
        role: Role,
        call: &Call,
        span: &Range<usize>,
        usage: impl Fn() -> String,
    ) -> Result<Typed, Fault> {
        match role {
            Role::Elementwise(function) => {
                let [of] = arguments(call, span, usage)?;
                let of = self.check(of)?;
                let shape = of.shape.clone();
                Ok(Typed { kind: TypedKind::Elementwise(function, Box::new(of)), shape, span: span.clone() })
            }
            Role::Extremum(which) => {
                let [first, second] = arguments(call, span, usage)?;
                let (first, second) = (self.check(first)?, self.check(second)?);
                if first.shape != second.shape {
                    return fault(span, format!("{} and {} cannot be compared", first.shape, second.shape));
                }
                let shape = first.shape.clone();
                let kind = TypedKind::Extremum(which, Box::new(first), Box::new(second));
                Ok(Typed { kind, shape, span: span.clone() })
            }
            Role::Other => unreachable!("only functions that go entry by entry"),
        }
    }

    /// A function of one tensor.
    fn of_one(&mut self, name: &str, of: Typed, span: &Range<usize>) -> Result<Typed, Fault> {
        let shape = of.shape.clone();
        let reduce = |reduction, of| {
            Ok(Typed { kind: TypedKind::Reduce(reduction, Box::new(of)), shape: Shape::Scalar, span: span.clone() })
        };
        match (name, shape) {
            ("sum", _) => reduce(Reduction::Sum, of),
            ("mean", _) => reduce(Reduction::Mean, of),
            ("norm2", _) => reduce(Reduction::SumOfSquares, of),
            ("tr", Shape::Matrix(rows, columns)) if rows == columns => reduce(Reduction::Trace, of),
            ("det", Shape::Matrix(rows, columns)) if rows == columns => {
                self.bound(&rows, (1, MOST_ROWS), span)?;
                reduce(Reduction::Determinant, of)
            }
            ("tr" | "det", shape) => fault(span, format!("`{name}` is of a square matrix, and this is {shape}")),
            ("diag", Shape::Vector(size)) => {
                let shape = Shape::Matrix(size.clone(), size);
                Ok(Typed { kind: TypedKind::Diagonal(Box::new(of)), shape, span: span.clone() })
            }
            ("diag", Shape::Matrix(rows, columns)) if rows == columns => {
                Ok(Typed { kind: TypedKind::Diagonal(Box::new(of)), shape: Shape::Vector(rows), span: span.clone() })
            }
            ("softmax", shape @ (Shape::Vector(_) | Shape::Matrix(..))) => {
                Ok(Typed { kind: TypedKind::Softmax(Box::new(of)), shape, span: span.clone() })
            }
            (name, shape) => fault(span, format!("`{name}` cannot be applied to {shape}")),
        }
    }

    /// `next(e)`, `next(L; e)`, `rate(e)`, `rate(F; e)`, `hess(v)`, `hess(L; v)`.
    fn along(&mut self, call: &Call, span: &Range<usize>, usage: impl Fn() -> String) -> Result<Typed, Fault> {
        self.law_only(&call.span, &format!("`{}`", call.function))?;
        let (objective, of) = match &call.groups[..] {
            [group] => match &group[..] {
                [of] => (None, of),
                _ => return fault(span, usage()),
            },
            [first, second] => match (&first[..], &second[..]) {
                ([of], [last]) if self.objective(of).is_err() && self.objective(last).is_ok() => {
                    let message = format!("what is descended stands first: write `{}({last}; {of})`", call.function);
                    return fault(span, message);
                }
                ([objective], [of]) => (Some(self.objective(objective)?), of),
                _ => return fault(span, usage()),
            },
            _ => return fault(span, usage()),
        };
        self.is_free = true;
        if objective.is_none() && call.function != "rate" {
            self.sample_needed(span, &format!("`{}(e)`", call.function))?;
        }
        let typed_of = self.check(of)?;
        let descent = objective.map_or(Descent::Sample, Descent::Of);
        let shape = typed_of.shape.clone();
        let of = Box::new(typed_of);
        let kind = match call.function.as_str() {
            "next" => TypedKind::Next(descent, of),
            "rate" => TypedKind::Rate(objective.unwrap_or(Objective::Loss), of),
            _ if shape != Shape::Vector(Extent::Parameters) => {
                return fault(
                    &of.span,
                    format!("`hess` is applied to a vector of all parameters, such as `g`: this is {shape}"),
                );
            }
            _ => TypedKind::Hessian(descent, of),
        };
        Ok(Typed { kind, shape, span: span.clone() })
    }

    fn objective(&self, of: &Expression) -> Result<Objective, Fault> {
        if let Kind::Name(name) = &of.inside().kind {
            match name.as_str() {
                "L" => return Ok(Objective::Loss),
                "S" => return Ok(Objective::Entropy),
                "F" => return Ok(Objective::FreeEnergy),
                "l" => return fault(&of.span, "the gradient of a sample's loss is `g`, its Hessian `hess(v)`"),
                _ => {}
            }
        }
        fault(&of.span, format!("expected `L`, `S` or `F`, found `{of}`"))
    }

    fn extent(&self, of: &Expression) -> Result<Extent, Fault> {
        match &of.kind {
            Kind::Name(name) if self.signature.sizes.iter().any(|size| size.name == *name) => {
                Ok(Extent::Size(name.clone()))
            }
            Kind::Number(number) => match number.as_integer() {
                Some(size @ 1..=64) => Ok(Extent::Fixed(size as usize)),
                _ => fault(&of.span, "a size is a number from 1 to 64"),
            },
            _ => fault(&of.span, "expected the name of a size, or a number"),
        }
    }

    /// Why a name with a bracket behind it is no call.
    fn no_function(&self, name: &str) -> String {
        let is_quantity = self.signature.quantities().any(|known| known.name == name)
            || self.definitions.find(name).is_some()
            || (self.purpose == Purpose::Law && crate::vocabulary::why_reserved(name).is_some());
        if is_quantity {
            return format!(
                "`{name}` is no function: a product is written with a space, `{name} (...)`, or `{name} * (...)`"
            );
        }
        let functions = FUNCTIONS.iter().map(|function| function.name);
        match crate::vocabulary::elsewhere(name) {
            Some(way) => format!("unknown function `{name}`: {way}"),
            None => unknown("function", name, functions),
        }
    }
}

/// The arguments, if they are as many as the function takes, in one group.
fn arguments<'a, const COUNT: usize>(
    call: &'a Call,
    span: &Range<usize>,
    usage: impl Fn() -> String,
) -> Result<[&'a Expression; COUNT], Fault> {
    let group: Vec<&Expression> = match &call.groups[..] {
        [group] => group.iter().collect(),
        _ => return fault(span, usage()),
    };
    group.try_into().or_else(|_| fault(span, usage()))
}
