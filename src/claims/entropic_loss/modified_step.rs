//! `entropic-loss/modified-step`

use super::step::{Step, draw_problem, scaled};
use super::{GEOMETRIC, IMPLICIT_REGULARISATION, PAPER, attained, examination};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Claim, Control, Draw, Entry, Evidence, Examination, Finding, Inapplicable, Problem, Relation, Settings, Term,
    order,
};
use crate::dynamics::flow::FlowError;
use crate::entropic::modified::Coefficients;
use crate::model::Network;
use crate::scalar::{Field, Rational};

/// A step of descent and the flow of the entropic loss.
pub struct ModifiedStep;

static ENTRY: Entry = Entry {
    id: "entropic-loss/modified-step",
    title: "a step follows the entropic loss",
    statement: "theta - h Lambda g = time-1 flow of -h Lambda grad(l + h/4 g^T Lambda g) + O(h^3); of -h Lambda grad l + O(h^2), with \
        the difference -(h^2/2) Lambda H Lambda g + O(h^3)",
    hypotheses: &[
        "l is four times differentiable near theta (no kink there: a kinked network is taken within one activation pattern)",
        "Lambda is symmetric positive definite",
        "with weight decay g stands for g + 2 gamma theta everywhere, inside the entropy term too",
    ],
    evidence: &[Evidence::Order],
    controls: &[
        Control { name: "plain-flow", breaks: "the flow of the plain loss, to order 3" },
        Control { name: "opposite-sign", breaks: "minus h/4 g^T Lambda g" },
        Control { name: "half", breaks: "h/2 g^T Lambda g in place of h/4" },
        Control { name: "decay-outside", breaks: "the plain gradient in the entropy term, with weight decay" },
    ],
    references: &[PAPER, IMPLICIT_REGULARISATION, GEOMETRIC],
};

impl Claim for ModifiedStep {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }

    fn speaks_of(&self, _network: &Network) -> Result<(), Inapplicable> {
        Ok(())
    }

    fn examine_on(&self, network: &Network, settings: &Settings, index: u64) -> Result<Examination, Inapplicable> {
        let mut draw = Draw::new(&ENTRY, settings.seed, Case::Law, index);
        let problem = Problem::draw_on(&mut draw, network, Rates::Any, Decay::Positive, 1);
        Ok(examine(&problem, settings, Case::Law))
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut draw = Draw::new(&ENTRY, settings.seed, case, index);
        let awkward = case == Case::Law && index % 4 == 1;
        let mut problem = draw_problem(&mut draw, awkward, Decay::Positive);
        if case.is_control(&ENTRY, "decay-outside") {
            problem.weight_decay = Rational::from(1);
        }
        examine(&problem, settings, case)
    }
}

pub(super) fn examine(problem: &Problem, settings: &Settings, case: Case) -> Examination {
    examination(problem, judge(&Step::new(problem), settings, case))
}

fn judge(step: &Step, settings: &Settings, case: Case) -> Result<Finding, FlowError> {
    let wrong = |numerator, denominator| Coefficients {
        entropic: order::Fine::ratio(numerator, denominator),
        ..Coefficients::plain()
    };
    if case != Case::Law {
        let differences = match case.name(&ENTRY) {
            "plain-flow" => step.differences(&Coefficients::plain(), 2)?,
            "opposite-sign" => step.differences(&wrong(-1, 2), 2)?,
            "half" => step.differences(&wrong(1, 1), 2)?,
            _ => step.differences_with_decay_outside(2)?,
        };
        return Ok(order::judge(settings, case, &[("|step - wrong flow|", 3, &differences)], Vec::new()));
    }
    let plain = step.differences(&Coefficients::plain(), 2)?;
    let entropic = step.differences(&Coefficients::entropic(), 3)?;
    let limit = Relation::equality(
        "what the plain flow misses",
        vec![Term::vector("lim (step - plain flow) / h^2", plain.coefficient(2))],
        vec![Term::vector("-1/2 Lambda H Lambda g", scaled(-1, 2, step.terms().entropic))],
    );
    let exponents = [("|step - plain flow|", 2, &plain), ("|step - entropic flow|", 3, &entropic)];
    Ok(order::judge(settings, case, &attained(&exponents), vec![limit]))
}
