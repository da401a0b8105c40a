//! `entropic-loss/epoch-mean`: stochastic descent follows the flow of the entropic loss on average.
//!
//! ```text
//! E_orders theta_N = flow of -grad(L + eta/4 E|g|^2) for time N eta + O(eta^3)
//!                  = flow of -grad L for time N eta - (N eta^2/2) E[H g] + O(eta^3)
//! ```
//!
//! `theta_N` is the point after an epoch of single-sample steps over `N` samples, `g` and `H` are gradient and Hessian of a sample's loss, `eta` is
//! the learning rate. Sources: [`PAPER`], [`ORIGIN`].

use super::epoch::Epoch;
use super::step::{ENTROPIC, Fractions, PLAIN, attained, draw_problem, numbers, scaled, wrongly};
use super::{ORIGIN, PAPER};
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::instances::problem::{Decay, Rates};
use crate::instances::subject;
use crate::scalar::Rational;
use crate::verify::order::Fine;
use crate::verify::{
    Asymptotic, Asymptotics, Claim, Draw, Draws, Inapplicable, Order, Relation, Subject, Term, Unjudged, all, control,
};

/// With which flow the mean over all orders is said to agree to third order.
#[derive(Clone, Copy)]
pub(super) enum EpochMean {
    /// That of the entropic loss; from that of the plain loss it differs by a known term of second order.
    Entropic,
    /// That of a field with other coefficients.
    Wrong(Fractions),
    /// That of the entropic loss, and not the mean but the path of one order.
    OneOrder,
    /// That of `L + eta/4 |grad L|^2`.
    FullBatch,
    /// That of a field whose entropy term has the plain gradient, under weight decay.
    DecayOutside,
}

/// `entropic-loss/epoch-mean`
pub static CLAIM: Claim = Claim {
    id: "entropic-loss/epoch-mean",
    title: "stochastic descent follows the entropic loss on average",
    statement: "the mean, over all N! orders of the samples, of the point after an epoch of N single-sample steps = flow of \
        -grad(L + eta/4 E|g|^2) for time N eta + O(eta^3); of -grad L + O(eta^2), with the difference -(N eta^2/2) E[H g] + O(eta^3)",
    hypotheses: &[
        "every sample once in an epoch, all orders equally likely, E the mean with equal weights",
        "l is four times differentiable near theta (no kink there: a kinked network is taken within one activation pattern, the same for all samples)",
        "with weight decay g stands for g + 2 gamma theta everywhere, inside the entropy term too",
        "N = 2 to 4; for N = 1 it is entropic-loss/modified-step",
    ],
    references: &[PAPER, ORIGIN],
    builds_on: &[],
    law: &[all(&Order(EpochMean::Entropic))],
    controls: &[
        control("plain-flow", "the flow of the plain loss, to order 3", &Order(EpochMean::Wrong(PLAIN))),
        control("one-order", "the samples in one order in place of the mean over all", &Order(EpochMean::OneOrder)),
        control("full-batch", "eta/4 |grad L|^2 in place of eta/4 E|g|^2", &Order(EpochMean::FullBatch)),
        control(
            "half",
            "eta/2 E|g|^2 in place of eta/4",
            &Order(EpochMean::Wrong(Fractions { entropic: (1, 1), ..PLAIN })),
        ),
        control(
            "decay-outside",
            "the plain gradient in the entropy term, with weight decay",
            &Order(EpochMean::DecayOutside),
        ),
    ],
};

impl Draws for EpochMean {
    type Instance = Problem;

    /// A problem with two to four samples of equal weight.
    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let samples = 2 + draw.family.below(3);
        let mut problem = draw_problem(draw);
        // draw_problem gives one sample; the others are drawn from the same stream, with the same pattern.
        let first = problem.data.samples()[0].clone();
        let point = &mut draw.point;
        let others = (1..samples).map(|_| {
            let input = first.input.iter().map(|_| point.small()).collect();
            let mut coordinate = |like: &Rational| {
                // Targets of the logistic loss stay in [0, 1]; anything in that interval is a small number too.
                let drawn = point.small();
                if *like >= 0 && *like <= 1 { drawn.abs() / 2 } else { drawn }
            };
            let target = first.target.iter().map(&mut coordinate).collect();
            Sample { input, target, ..first.clone() }
        });
        let others: Vec<_> = others.collect();
        problem.data = DataSet::new([vec![first], others].concat());
        problem.preconditioner = Preconditioner::Scalar(Rational::from(1));
        if matches!(self, EpochMean::DecayOutside) {
            problem.weight_decay = Rational::from(1);
        }
        Ok(problem)
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Problem, Inapplicable> {
        let network = subject::network(subject)?;
        let samples = 2 + draw.family.below(2);
        let mut problem = Problem::draw_on(draw, network, Rates::Scalar, Decay::Positive, samples);
        problem.data = DataSet::new(problem.data.samples().to_vec());
        problem.preconditioner = Preconditioner::Scalar(Rational::from(1));
        Ok(problem)
    }
}

impl Asymptotic for EpochMean {
    fn measure(&self, problem: &Problem) -> Result<Asymptotics, Unjudged> {
        let epoch = &Epoch::new(problem);
        let mean = |eta: &Fine| epoch.mean(eta);
        let along = |coefficients: Fractions| {
            let coefficients = numbers(coefficients);
            move |rate: &Preconditioner<Fine>, theta: &[Fine]| epoch.field(&coefficients, rate, theta)
        };
        let wrong = match *self {
            EpochMean::Entropic => None,
            EpochMean::Wrong(coefficients) => Some(epoch.differences(2, mean, along(coefficients))?),
            EpochMean::OneOrder => {
                let order: Vec<usize> = (0..problem.data.len()).collect();
                Some(epoch.differences(2, |eta| epoch.descend(&order, eta), along(ENTROPIC))?)
            }
            EpochMean::FullBatch => Some(epoch.differences(2, mean, |rate, theta| epoch.full_batch(rate, theta))?),
            EpochMean::DecayOutside => {
                Some(epoch.differences(2, mean, |rate, theta| epoch.decay_outside(rate, theta))?)
            }
        };
        if let Some(differences) = wrong {
            return Ok(wrongly("|mean - wrong flow|", 3, differences));
        }
        let plain = epoch.differences(2, mean, along(PLAIN))?;
        let entropic = epoch.differences(3, mean, along(ENTROPIC))?;
        let limit = Relation::equality(
            "what the plain flow misses",
            vec![Term::vector("lim (mean - plain flow) / eta^2", plain.coefficient(2))],
            vec![Term::vector("-(N/2) E[H g]", scaled(-epoch.samples(), 2, epoch.mean_force()))],
        );
        let exponents = vec![("|mean - plain flow|", 2, plain), ("|mean - entropic flow|", 3, entropic)];
        Ok(attained(exponents, vec![limit]))
    }
}
