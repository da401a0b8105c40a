//! What the attack by hand does to a drawn problem: scales, zeros and equalities that draws reach seldom or never.

use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::model::mlp::Layout;
use crate::scalar::{Mp, Rational};
use crate::verify::{Case, Claim, Draw, Drawn, Draws, Finding, In, Scalar, Status};

/// `2^16` and its inverse.
fn scales() -> [(&'static str, Rational); 2] {
    [("2^16", Rational::from(1 << 16)), ("2^-16", Rational::from((1, 1 << 16)))]
}

/// The problem with other parameters, samples and decay. Activation patterns, if they are forced, and learning rates stay.
pub fn of(problem: &Problem) -> Vec<(String, Problem)> {
    let mut extremes = Vec::new();
    let with_theta = |theta: Vec<Rational>| Problem { theta, ..problem.clone() };
    let first = problem.network.layout().map_or(0, |layout: &Layout| layout.biases(0).end);
    for (name, scale) in scales() {
        let scaled = |range: std::ops::Range<usize>, power: &Rational| {
            let mut theta = problem.theta.clone();
            for entry in &mut theta[range] {
                *entry *= power;
            }
            theta
        };
        let all = 0..problem.theta.len();
        extremes.push((format!("weights times {name}"), with_theta(scaled(all, &scale))));
        extremes.push((format!("first layer times {name}"), with_theta(scaled(0..first, &scale))));
        let samples = |change: &dyn Fn(&mut Sample<Rational>)| {
            let change = |sample: &Sample<Rational>| {
                let mut sample = sample.clone();
                change(&mut sample);
                sample
            };
            let samples = problem.data.samples().iter().map(change).collect();
            let data = DataSet::weighted(samples, problem.data.weights().to_vec());
            Problem { data, ..problem.clone() }
        };
        let times = |list: &mut Vec<Rational>| list.iter_mut().for_each(|entry| *entry *= &scale);
        let input = |sample: &mut Sample<Rational>| {
            if !sample.fixed.input {
                times(&mut sample.input)
            }
        };
        let target = |sample: &mut Sample<Rational>| {
            if !sample.fixed.target {
                times(&mut sample.target)
            }
        };
        extremes.push((format!("inputs times {name}"), samples(&input)));
        extremes.push((format!("targets times {name}"), samples(&target)));
        extremes.push((format!("gamma = {name}"), Problem { weight_decay: scale.clone(), ..problem.clone() }));
    }
    extremes.push(("gamma = 0".to_owned(), Problem { weight_decay: Rational::new(), ..problem.clone() }));
    // Every matrix has rank one, all neurons are equal.
    let ones = vec![Rational::from(1); problem.theta.len()];
    extremes.push(("all weights 1".to_owned(), with_theta(ones)));
    extremes.push(("all weights 0".to_owned(), with_theta(vec![Rational::new(); problem.theta.len()])));
    let mut dead = problem.theta.clone();
    dead[..first].fill(Rational::new());
    extremes.push(("first layer 0".to_owned(), with_theta(dead)));
    let mut blind = problem.theta.clone();
    blind[first..].fill(Rational::new());
    extremes.push(("other layers 0".to_owned(), with_theta(blind)));
    let one = DataSet::new(vec![problem.data.samples()[0].clone()]);
    extremes.push(("one sample".to_owned(), Problem { data: one, ..problem.clone() }));
    let same = vec![problem.data.samples()[0].clone(); problem.data.len()];
    let same = DataSet::weighted(same, problem.data.weights().to_vec());
    extremes.push(("equal samples: no noise".to_owned(), Problem { data: same, ..problem.clone() }));
    extremes
}

/// The problem with other learning rates, if it has one only; `eta gamma` of 1/2, where a step forgets its start, and of 1, where it reverses it.
pub fn of_rates(problem: &Problem) -> Vec<(String, Problem)> {
    let Preconditioner::Scalar(rate) = &problem.preconditioner else { return Vec::new() };
    let with = |rate: Rational, weight_decay: Rational| Problem {
        preconditioner: Preconditioner::Scalar(rate),
        weight_decay,
        ..problem.clone()
    };
    let scaled = |(name, scale): (&str, Rational)| (format!("eta = {name}"), with(scale, problem.weight_decay.clone()));
    let mut extremes: Vec<_> = scales().into_iter().map(scaled).collect();
    for (name, product) in [("1/2", Rational::from((1, 2))), ("1", Rational::from(1))] {
        extremes.push((format!("eta gamma = {name}"), with(rate.clone(), product / rate)));
    }
    extremes
}

/// An instance of a law of a claim.
///
/// # Panics
/// If what was drawn is no instance.
pub fn drawn<L: Draws>(claim: &Claim, law: &L, index: u64) -> L::Instance {
    law.draw(&mut Draw::keyed(claim.id, "law", 12, Case::Law, index)).expect("every draw is an instance")
}

/// What became of the laws of a claim at extreme points.
#[derive(Default, Debug)]
pub struct Tally {
    pub exact: usize,
    pub converged: usize,
    pub vacuous: usize,
    pub outside: usize,
    /// Where rounding leaves too little at 256 bits.
    pub undecided: Vec<String>,
}

impl Tally {
    /// Examines a law on an instance.
    ///
    /// # Panics
    /// If it is violated.
    pub fn see_law<L: In<Rational> + In<Mp<256>>>(&mut self, id: &str, law: &L, instance: &L::Instance, what: &str) {
        let judged = if instance.is_algebraic() {
            In::<Rational>::relations(law, instance).map(|all| Finding::judge(Scalar::Rational, &all, false))
        } else {
            In::<Mp<256>>::relations(law, instance).map(|all| Finding::judge(Scalar::Mp(256), &all, false))
        };
        let Ok(finding) = judged else {
            self.outside += 1;
            return;
        };
        let said = || format!("{id}: {}, {what}: {}", instance.describe(), finding.worst);
        match finding.status {
            Status::Satisfied if instance.is_algebraic() => self.exact += 1,
            Status::Satisfied => self.converged += 1,
            Status::Vacuous => self.vacuous += 1,
            Status::Violated if instance.is_algebraic() => panic!("{}", said()),
            status => self.undecided.push(format!("{status:?} {}", said())),
        }
    }
}

/// What is done to an instance.
pub type Change<I> = (&'static str, fn(&mut I));

/// `2^16`
pub fn large() -> Rational {
    Rational::from(1 << 16)
}

/// Times `2^16`.
pub fn scale(numbers: &mut [Rational]) {
    numbers.iter_mut().for_each(|number| *number *= large());
}

/// Times `2^-16`.
pub fn shrink(numbers: &mut [Rational]) {
    numbers.iter_mut().for_each(|number| *number /= large());
}

/// Examines the law of a claim on instances of sixteen families, with every pair of changes.
///
/// # Panics
/// If it is violated, if it is undecided somewhere, or says nothing more often than something.
pub fn attack<L>(claim: &Claim, law: &L, changes: &[Change<L::Instance>]) -> Tally
where
    L: In<Rational> + In<Mp<256>>,
{
    let mut tally = Tally::default();
    for index in (0..32).step_by(2) {
        for (number, (first_name, first)) in changes.iter().enumerate() {
            for (second_name, second) in &changes[number..] {
                let mut instance = drawn(claim, law, index);
                first(&mut instance);
                second(&mut instance);
                tally.see_law(claim.id, law, &instance, &format!("{first_name}, {second_name}"));
            }
        }
    }
    assert!(tally.exact > tally.vacuous && tally.undecided.is_empty(), "{}: {tally:?}", claim.id);
    tally
}
