//! `entropic-loss/epoch-mean`

use super::step::{draw_problem, scaled};
use super::{ORIGIN, PAPER, attained, examination};
use crate::claim::order::{ACCURACY, Differences, Fine};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Claim, Control, Draw, Entry, Evidence, Examination, Finding, Inapplicable, Point, Problem, Relation,
    Settings, Term, order,
};
use crate::data::{DataSet, Sample};
use crate::dynamics::flow::{FlowError, integrate};
use crate::entropic::Preconditioner;
use crate::entropic::modified::{Coefficients, Terms, modified_field};
use crate::linalg::products::add_multiple;
use crate::model::Differentiable;
use crate::model::regularised::Regularised;
use crate::model::{Model, Network};
use crate::scalar::{Field, Rational, Ring};
use num_traits::{One, Zero};

/// The mean of an epoch over all orders of its samples.
pub struct EpochMean;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Order],
    controls: &[
        Control { name: "plain-flow", breaks: "the flow of the plain loss, to order 3" },
        Control { name: "one-order", breaks: "the samples in one order in place of the mean over all" },
        Control { name: "full-batch", breaks: "eta/4 |grad L|^2 in place of eta/4 E|g|^2" },
        Control { name: "half", breaks: "eta/2 E|g|^2 in place of eta/4" },
        Control { name: "decay-outside", breaks: "the plain gradient in the entropy term, with weight decay" },
    ],
    references: &[PAPER, ORIGIN],
};

impl Claim for EpochMean {
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
        let samples = 2 + draw.family.below(2);
        let mut problem = Problem::draw_on(&mut draw, network, Rates::Scalar, Decay::Positive, samples);
        problem.data = DataSet::new(problem.data.samples().to_vec());
        problem.preconditioner = Preconditioner::Scalar(Rational::from(1));
        Ok(examine(&problem, settings, Case::Law))
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut draw = Draw::new(&ENTRY, settings.seed, case, index);
        let problem = draw_epoch(&mut draw, case, index);
        examine(&problem, settings, case)
    }
}

pub(super) fn examine(problem: &Problem, settings: &Settings, case: Case) -> Examination {
    examination(problem, judge(&Epoch::new(problem), settings, case))
}

/// A problem with two to four samples of equal weight.
pub(super) fn draw_epoch(draw: &mut Draw, case: Case, index: u64) -> Problem {
    let awkward = case == Case::Law && index % 4 == 1;
    let samples = 2 + draw.family.below(3);
    let mut problem = draw_problem(draw, awkward, Decay::Positive);
    // draw_problem gives one sample; the others are drawn from the same stream, with the same pattern.
    let first = problem.data.samples()[0].clone();
    let mut others = vec![first];
    for _ in 1..samples {
        let coordinate = |stream: &mut crate::claim::Stream, like: &Rational| {
            // Targets of the logistic loss stay in [0, 1]; anything in that interval is a small number too.
            let drawn = stream.small();
            if *like >= 0 && *like <= 1 { drawn.abs() / 2 } else { drawn }
        };
        let input = others[0].input.iter().map(|_| draw.point.small()).collect();
        let target = others[0].target.iter().map(|like| coordinate(&mut draw.point, like)).collect();
        others.push(Sample { input, target, ..others[0].clone() });
    }
    problem.data = DataSet::new(others);
    problem.preconditioner = Preconditioner::Scalar(Rational::from(1));
    if case.is_control(&ENTRY, "decay-outside") {
        problem.weight_decay = Rational::from(1);
    }
    problem
}

/// An epoch from a point.
struct Epoch {
    point: Point<Fine>,
}

impl Epoch {
    fn new(problem: &Problem) -> Self {
        Epoch { point: problem.at() }
    }

    fn model(&self) -> Regularised<'_, Fine, dyn Differentiable<Fine>> {
        Regularised { model: &*self.point.model, weight_decay: self.point.weight_decay.clone() }
    }

    /// The point after single-sample steps in the given order.
    fn descend(&self, order: &[usize], eta: &Fine) -> Vec<Fine> {
        let model = self.model();
        let mut theta = self.point.theta.clone();
        for &sample in order {
            let gradient = Model::<Fine>::gradient(&model, &theta, &self.point.data.samples()[sample]);
            add_multiple(&mut theta, &-eta.clone(), &gradient);
        }
        theta
    }

    /// The mean over all orders.
    fn mean(&self, eta: &Fine) -> Vec<Fine> {
        let orders = permutations(self.point.data.len());
        let weight = Fine::ratio(1, orders.len() as i64);
        let mut mean = vec![Fine::zero(); self.point.theta.len()];
        for order in orders {
            add_multiple(&mut mean, &weight, &self.descend(&order, eta));
        }
        mean
    }

    /// `E` of a vector over the samples.
    fn average(&self, vector: impl Fn(&Sample<Fine>) -> Vec<Fine>) -> Vec<Fine> {
        let mut mean = vec![Fine::zero(); self.point.theta.len()];
        for (sample, weight) in self.point.data.samples().iter().zip(self.point.data.weights()) {
            add_multiple(&mut mean, weight, &vector(sample));
        }
        mean
    }

    /// The end of `path` less the flow, for time `N`, of `eta` times a field, for every learning rate `eta`.
    fn differences(
        &self,
        order: i32,
        path: impl Fn(&Fine) -> Vec<Fine>,
        field: impl Fn(&Preconditioner<Fine>, &[Fine]) -> Vec<Fine>,
    ) -> Result<Differences, FlowError> {
        let time = Fine::integer(self.point.data.len() as i64);
        Differences::measure(|eta| {
            let tolerance = Fine::integer(2).powi(-ACCURACY) * eta.powi(order);
            let rate = Preconditioner::Scalar(eta.clone());
            let flow = integrate(&|theta| field(&rate, theta), &self.point.theta, &time, &tolerance)?;
            let mut difference = path(&eta);
            add_multiple(&mut difference, &-Fine::one(), &flow.theta);
            Ok(difference)
        })
    }

    /// The mean over the samples of their modified fields.
    fn field(&self, coefficients: &Coefficients<Fine>, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
        self.average(|sample| modified_field(&self.model(), rate, coefficients, theta, sample))
    }
}

fn judge(epoch: &Epoch, settings: &Settings, case: Case) -> Result<Finding, FlowError> {
    let mean = |eta: &Fine| epoch.mean(eta);
    let along = |coefficients: Coefficients<Fine>| {
        move |rate: &Preconditioner<Fine>, theta: &[Fine]| epoch.field(&coefficients, rate, theta)
    };
    if case != Case::Law {
        let doubled = Coefficients { entropic: Fine::one(), ..Coefficients::plain() };
        let differences = match case.name(&ENTRY) {
            "plain-flow" => epoch.differences(2, mean, along(Coefficients::plain()))?,
            "one-order" => {
                let order: Vec<usize> = (0..epoch.point.data.len()).collect();
                epoch.differences(2, |eta| epoch.descend(&order, eta), along(Coefficients::entropic()))?
            }
            "full-batch" => epoch.differences(2, mean, |rate, theta| full_batch(epoch, rate, theta))?,
            "half" => epoch.differences(2, mean, along(doubled))?,
            _ => epoch.differences(2, mean, |rate, theta| decay_outside(epoch, rate, theta))?,
        };
        return Ok(order::judge(settings, case, &[("|mean - wrong flow|", 3, &differences)], Vec::new()));
    }
    let plain = epoch.differences(2, mean, along(Coefficients::plain()))?;
    let entropic = epoch.differences(3, mean, along(Coefficients::entropic()))?;
    let unit = Preconditioner::Scalar(Fine::one());
    let force = epoch.average(|sample| Terms::new(&epoch.model(), &unit, &epoch.point.theta, sample).entropic);
    let limit = Relation::equality(
        "what the plain flow misses",
        vec![Term::vector("lim (mean - plain flow) / eta^2", plain.coefficient(2))],
        vec![Term::vector("-(N/2) E[H g]", scaled(-(epoch.point.data.len() as i64), 2, force))],
    );
    let exponents = [("|mean - plain flow|", 2, &plain), ("|mean - entropic flow|", 3, &entropic)];
    Ok(order::judge(settings, case, &attained(&exponents), vec![limit]))
}

/// The field of `L + eta/4 |grad L|^2`, as if the epoch were steps of the full batch.
fn full_batch(epoch: &Epoch, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
    let model = epoch.model();
    let mut force = epoch.average(|sample| Model::<Fine>::gradient(&model, theta, sample));
    let direction = rate.apply(&force);
    let curved = epoch.average(|sample| crate::entropic::hessian_vector(&model, theta, &direction, &sample.lift()));
    add_multiple(&mut force, &Fine::ratio(1, 2), &curved);
    rate.apply(&force).into_iter().map(|entry| -entry).collect()
}

/// The field of `L + gamma |theta|^2 + eta/4 E|g|^2` with the plain gradient `g`.
fn decay_outside(epoch: &Epoch, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
    let mut velocity = epoch.field(&Coefficients::plain(), rate, theta);
    let force = epoch.average(|sample| Terms::new(&*epoch.point.model, rate, theta, sample).entropic);
    add_multiple(&mut velocity, &Fine::ratio(-1, 2), &rate.apply(&force));
    velocity
}

/// All orders of `0..len`.
fn permutations(len: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for item in 0..len {
        let insert = |order: &Vec<usize>| {
            (0..=order.len()).map(|place| [&order[..place], &[item], &order[place..]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(insert).collect();
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::permutations;

    #[test]
    fn there_are_n_factorial_orders_and_each_is_a_permutation() {
        for (len, count) in [(0, 1), (1, 1), (2, 2), (3, 6), (4, 24), (5, 120)] {
            let mut orders = permutations(len);
            assert_eq!(orders.len(), count);
            orders.sort();
            orders.dedup();
            assert_eq!(orders.len(), count);
            assert!(orders.iter().all(|order| {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                sorted == (0..len).collect::<Vec<_>>()
            }));
        }
    }
}
