//! `entropic-loss/second-order-field`

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
use crate::scalar::Field;

/// The next term of the modified field.
pub struct SecondOrderField;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Order],
    controls: &[
        Control { name: "entropic-flow", breaks: "without the terms of second order" },
        Control { name: "without-curvature", breaks: "1/12 T[g, g] alone" },
        Control { name: "without-third-derivative", breaks: "1/3 H^2 g alone" },
        Control { name: "opposite-sign", breaks: "minus the terms of second order" },
        Control { name: "exchanged", breaks: "1/12 H^2 g + 1/3 T[g, g]" },
    ],
    references: &[GEOMETRIC, IMPLICIT_REGULARISATION, PAPER],
};

impl Claim for SecondOrderField {
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
        let problem = draw_problem(&mut draw, awkward, Decay::Positive);
        examine(&problem, settings, case)
    }
}

pub(super) fn examine(problem: &Problem, settings: &Settings, case: Case) -> Examination {
    examination(problem, judge(&Step::new(problem), settings, case))
}

fn judge(step: &Step, settings: &Settings, case: Case) -> Result<Finding, FlowError> {
    let with = |curvature: (i64, i64), third: (i64, i64)| Coefficients {
        curvature: order::Fine::ratio(curvature.0, curvature.1),
        third: order::Fine::ratio(third.0, third.1),
        ..Coefficients::entropic()
    };
    if case != Case::Law {
        let coefficients = match case.name(&ENTRY) {
            "entropic-flow" => Coefficients::entropic(),
            "without-curvature" => with((0, 1), (1, 12)),
            "without-third-derivative" => with((1, 3), (0, 1)),
            "opposite-sign" => with((-1, 3), (-1, 12)),
            _ => with((1, 12), (1, 3)),
        };
        let differences = step.differences(&coefficients, 3)?;
        return Ok(order::judge(settings, case, &[("|step - wrong flow|", 4, &differences)], Vec::new()));
    }
    let entropic = step.differences(&Coefficients::entropic(), 3)?;
    let second = step.differences(&Coefficients::second_order(), 4)?;
    let terms = step.terms();
    let limit = Relation::equality(
        "what the entropic flow misses",
        vec![Term::vector("lim (step - entropic flow) / h^3", entropic.coefficient(3))],
        vec![
            Term::vector("-1/3 Lambda H Lambda H Lambda g", scaled(-1, 3, terms.curvature)),
            Term::vector("-1/12 Lambda T[Lambda g, Lambda g]", scaled(-1, 12, terms.third)),
        ],
    );
    let exponents = [("|step - second-order flow|", 4, &second)];
    Ok(order::judge(settings, case, &attained(&exponents), vec![limit]))
}
