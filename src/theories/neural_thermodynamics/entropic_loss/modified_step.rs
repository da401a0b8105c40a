//! `entropic-loss/modified-step`: a step of descent follows the flow of the entropic loss.
//!
//! ```text
//! theta - h Lambda g = time-1 flow of -h Lambda grad(l + h/4 g^T Lambda g) + O(h^3)
//!                    = time-1 flow of -h Lambda grad l - (h^2/2) Lambda H Lambda g + O(h^3)
//! ```
//!
//! `g` and `H` are gradient and Hessian of the loss `l` of one sample, `h Lambda` the learning rates. Sources: [`PAPER`],
//! [`IMPLICIT_REGULARISATION`], [`GEOMETRIC`].

use super::step::{ENTROPIC, Fractions, PLAIN, Step, attained, draw_problem, draw_problem_on, scaled, wrongly};
use super::{GEOMETRIC, IMPLICIT_REGULARISATION, PAPER};
use crate::instances::Problem;
use crate::scalar::Rational;
use crate::verify::routes::{Asymptotic, Asymptotics, Order};
use crate::verify::{Claim, Draw, Draws, Inapplicable, Relation, Subject, Term, Unjudged, all, control};

/// With which flow a step is said to agree to third order.
#[derive(Clone, Copy)]
pub(super) enum ModifiedStep {
    /// That of the entropic loss; from that of the plain loss it differs by a known term of second order.
    Entropic,
    /// That of a field with other coefficients.
    Wrong(Fractions),
    /// That of a field whose entropy term has the plain gradient, under weight decay.
    DecayOutside,
}

/// `entropic-loss/modified-step`
pub static CLAIM: Claim = Claim {
    id: "entropic-loss/modified-step",
    title: "a step follows the entropic loss",
    statement: "theta - h Lambda g = time-1 flow of -h Lambda grad(l + h/4 g^T Lambda g) + O(h^3); of -h Lambda grad l + O(h^2), with \
        the difference -(h^2/2) Lambda H Lambda g + O(h^3)",
    hypotheses: &[
        "l is four times differentiable near theta (no kink there: a kinked network is taken within one activation pattern)",
        "Lambda is symmetric positive definite",
        "with weight decay g stands for g + 2 gamma theta everywhere, inside the entropy term too",
    ],
    references: &[PAPER, IMPLICIT_REGULARISATION, GEOMETRIC],
    builds_on: &[],
    law: &[all(&Order(ModifiedStep::Entropic))],
    controls: &[
        control("plain-flow", "the flow of the plain loss, to order 3", &Order(ModifiedStep::Wrong(PLAIN))),
        control(
            "opposite-sign",
            "minus h/4 g^T Lambda g",
            &Order(ModifiedStep::Wrong(Fractions { entropic: (-1, 2), ..PLAIN })),
        ),
        control(
            "half",
            "h/2 g^T Lambda g in place of h/4",
            &Order(ModifiedStep::Wrong(Fractions { entropic: (1, 1), ..PLAIN })),
        ),
        control(
            "decay-outside",
            "the plain gradient in the entropy term, with weight decay",
            &Order(ModifiedStep::DecayOutside),
        ),
    ],
};

impl Draws for ModifiedStep {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let mut problem = draw_problem(draw);
        if matches!(self, ModifiedStep::DecayOutside) {
            problem.weight_decay = Rational::from(1);
        }
        Ok(problem)
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Problem, Inapplicable> {
        draw_problem_on(draw, subject)
    }
}

impl Asymptotic for ModifiedStep {
    fn measure(&self, problem: &Problem) -> Result<Asymptotics, Unjudged> {
        let step = Step::new(problem);
        let wrong = "|step - wrong flow|";
        match *self {
            ModifiedStep::Wrong(coefficients) => return Ok(wrongly(wrong, 3, step.differences(coefficients, 2)?)),
            ModifiedStep::DecayOutside => return Ok(wrongly(wrong, 3, step.differences_with_decay_outside(2)?)),
            ModifiedStep::Entropic => {}
        }
        let plain = step.differences(PLAIN, 2)?;
        let entropic = step.differences(ENTROPIC, 3)?;
        let limit = Relation::equality(
            "what the plain flow misses",
            vec![Term::vector("lim (step - plain flow) / h^2", plain.coefficient(2))],
            vec![Term::vector("-1/2 Lambda H Lambda g", scaled(-1, 2, step.terms().entropic))],
        );
        let exponents = vec![("|step - plain flow|", 2, plain), ("|step - entropic flow|", 3, entropic)];
        Ok(attained(exponents, vec![limit]))
    }
}
