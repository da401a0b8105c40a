//! `entropic-loss/second-order-field`: the terms of second order of the field that a step of descent follows.
//!
//! ```text
//! theta - h g = time-h flow of -(g + h/2 H g + h^2 (1/3 H^2 g + 1/12 T[g, g])) + O(h^4)
//! ```
//!
//! `g`, `H` and `T` are the first three derivatives of the loss of one sample, `h` the learning rate. Sources: [`GEOMETRIC`],
//! [`IMPLICIT_REGULARISATION`], [`PAPER`].

use super::step::{ENTROPIC, Fractions, SECOND_ORDER, Step, attained, draw_problem, draw_problem_on, scaled, wrongly};
use super::{GEOMETRIC, IMPLICIT_REGULARISATION, PAPER};
use crate::instances::Problem;
use crate::verify::routes::{Asymptotic, Asymptotics, Order};
use crate::verify::{Claim, Draw, Draws, Inapplicable, Relation, Subject, Term, Unjudged, all, control};

/// With which flow a step is said to agree to fourth order.
#[derive(Clone, Copy)]
pub(super) enum SecondOrderField {
    /// That of the field with its terms of second order.
    SecondOrder,
    /// That of a field with other coefficients.
    Wrong(Fractions),
}

/// The field with other terms of second order.
const fn with(curvature: (i64, i64), third: (i64, i64)) -> Order<SecondOrderField> {
    Order(SecondOrderField::Wrong(Fractions { curvature, third, ..ENTROPIC }))
}

/// `entropic-loss/second-order-field`
pub static CLAIM: Claim = Claim {
    id: "entropic-loss/second-order-field",
    title: "the field of second order",
    statement: "theta - h g = time-h flow of -(g + h/2 H g + h^2 (1/3 H^2 g + 1/12 T[g, g])) + O(h^4); without the last bracket \
        the difference is -h^3 (1/3 H^2 g + 1/12 T[g, g]) + O(h^4). For general learning rates h Lambda: 1/3 H Lambda H Lambda g \
        and 1/12 T[Lambda g, Lambda g]",
    hypotheses: &[
        "l is five times differentiable near theta (no kink there: a kinked network is taken within one activation pattern)",
        "Lambda is symmetric positive definite",
        "with weight decay g stands for g + 2 gamma theta and H for H + 2 gamma I",
    ],
    references: &[GEOMETRIC, IMPLICIT_REGULARISATION, PAPER],
    builds_on: &[],
    law: &[all(&Order(SecondOrderField::SecondOrder))],
    controls: &[
        control("entropic-flow", "without the terms of second order", &Order(SecondOrderField::Wrong(ENTROPIC))),
        control("without-curvature", "1/12 T[g, g] alone", &const { with((0, 1), (1, 12)) }),
        control("without-third-derivative", "1/3 H^2 g alone", &const { with((1, 3), (0, 1)) }),
        control("opposite-sign", "minus the terms of second order", &const { with((-1, 3), (-1, 12)) }),
        control("exchanged", "1/12 H^2 g + 1/3 T[g, g]", &const { with((1, 12), (1, 3)) }),
    ],
};

impl Draws for SecondOrderField {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        Ok(draw_problem(draw))
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Problem, Inapplicable> {
        draw_problem_on(draw, subject)
    }
}

impl Asymptotic for SecondOrderField {
    fn measure(&self, problem: &Problem) -> Result<Asymptotics, Unjudged> {
        let step = Step::new(problem);
        if let SecondOrderField::Wrong(coefficients) = *self {
            return Ok(wrongly("|step - wrong flow|", 4, step.differences(coefficients, 3)?));
        }
        let entropic = step.differences(ENTROPIC, 3)?;
        let second = step.differences(SECOND_ORDER, 4)?;
        let terms = step.terms();
        let limit = Relation::equality(
            "what the entropic flow misses",
            vec![Term::vector("lim (step - entropic flow) / h^3", entropic.coefficient(3))],
            vec![
                Term::vector("-1/3 Lambda H Lambda H Lambda g", scaled(-1, 3, terms.curvature)),
                Term::vector("-1/12 Lambda T[Lambda g, Lambda g]", scaled(-1, 12, terms.third)),
            ],
        );
        Ok(attained(vec![("|step - second-order flow|", 4, second)], vec![limit]))
    }
}
