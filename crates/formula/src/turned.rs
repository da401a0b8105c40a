//! Products of two matrices, of which one is transposed, taken on the other side.

use crate::syntax::{Expression, Kind};

/// How a product `A @ B.T` is turned. Of `A @ A.T` both ways give `A.T @ A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The factors exchanged: `B.T @ A`.
    Around,
    /// Each factor transposed: `A.T @ B`.
    Over,
}

impl Expression {
    /// The expression with all products `A @ B.T` and `A.T @ B` turned; none if it has no such product. Shapes are not looked at.
    pub fn turned(&self, turn: Turn) -> Option<Expression> {
        let mut turned = self.clone();
        turned.turn(turn).then_some(turned)
    }

    /// Whether there was anything to turn.
    fn turn(&mut self, turn: Turn) -> bool {
        // All of them, not only up to the first that has something to turn.
        let each = |parts: &mut dyn Iterator<Item = &mut Expression>| {
            parts.filter_map(|part| part.turn(turn).then_some(())).count() > 0
        };
        match &mut self.kind {
            Kind::Chain(links) => match &mut links[..] {
                [first, second] if is_transpose(first) || is_transpose(second) => {
                    match turn {
                        Turn::Around => std::mem::swap(first, second),
                        Turn::Over => [first, second].into_iter().for_each(transpose),
                    }
                    true
                }
                links => each(&mut links.iter_mut()),
            },
            Kind::Group(of)
            | Kind::Mean(of)
            | Kind::Member(of, ..)
            | Kind::Transpose(of)
            | Kind::Index(of, _)
            | Kind::Power(of, _) => of.turn(turn),
            Kind::Call(call) => each(&mut call.groups.iter_mut().flatten()),
            Kind::Sum(terms) => each(&mut terms.iter_mut().map(|(_, term)| term)),
            Kind::Product(factors) => each(&mut factors.iter_mut().map(|(_, factor)| factor)),
            Kind::Number(_) | Kind::Name(_) => false,
        }
    }
}

fn is_transpose(expression: &Expression) -> bool {
    matches!(expression.inside().kind, Kind::Transpose(_))
}

fn transpose(expression: &mut Expression) {
    let span = expression.span.clone();
    *expression = match expression.inside().kind.clone() {
        Kind::Transpose(of) => *of,
        kind => {
            let needs_brackets = matches!(kind, Kind::Sum(_) | Kind::Product(_) | Kind::Chain(_) | Kind::Power(..));
            let of = Expression::new(kind, span.clone());
            let of = if needs_brackets { Expression::new(Kind::Group(Box::new(of)), span.clone()) } else { of };
            Expression::new(Kind::Transpose(Box::new(of)), span)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_expression;

    #[test]
    fn a_product_with_a_transpose_is_turned_wherever_it_stands() {
        for (formula, around, over) in [
            ("A @ A.T", "A.T @ A", "A.T @ A"),
            ("2 rate(A.T @ A)", "2 rate(A @ A.T)", "2 rate(A @ A.T)"),
            ("A @ B.T", "B.T @ A", "A.T @ B"),
            ("E[g.A @ (A + B).T]", "E[(A + B).T @ g.A]", "E[g.A.T @ (A + B)]"),
            ("tr((A - B).T @ A)^2", "tr(A @ (A - B).T)^2", "tr((A - B) @ A.T)^2"),
            ("A @ (B @ C).T", "(B @ C).T @ A", "A.T @ (B @ C)"),
        ] {
            let parsed = parse_expression(formula).unwrap();
            let turned = |turn| parsed.turned(turn).map(|turned| turned.to_string());
            assert_eq!(turned(Turn::Around).as_deref(), Some(around));
            assert_eq!(turned(Turn::Over).as_deref(), Some(over));
        }
        for formula in ["A @ B", "w @ g.w", "A @ B.T @ C", "A.T * B"] {
            assert_eq!(parse_expression(formula).unwrap().turned(Turn::Around), None, "{formula}");
        }
    }
}
