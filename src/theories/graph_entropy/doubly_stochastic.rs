//! `graph-entropy/doubly-stochastic`: a master equation raises the entropy from every start if and only if its rows sum to 0.
//!
//! ```text
//! p' = Q p, columns sum to 0:  H never falls  <=>  Q 1 = 0
//! then dH/dt = sum_{i != j} Q_ij p_j (ln(p_j/p_i) - 1 + p_i/p_j), every term >= 0
//! from p = 1/n:  H = ln n - (t^2 n / 2) |Q 1 / n|^2 + O(t^3)
//! ```
//!
//! `Q_ij >= 0` off the diagonal. A step `p + h Q p` does not lower `H` either if `h max |Q_ii| <= 1`. Source: [`MARSHALL_OLKIN`].

use super::MARSHALL_OLKIN;
use super::master_equation::{Instance, apply, balanced};
use crate::exact::Series;
use crate::exact::logarithms::{self, Logarithms};
use crate::scalar::{Field, Rational, Real};
use crate::verify::{
    Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Transcendental, Unjudged, control,
};
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// The rate of the entropy, where rows sum to 0.
#[derive(Clone, Copy)]
pub(super) struct Rate;

/// The entropy as it leaves the uniform law, where they do not.
#[derive(Clone, Copy)]
pub(super) struct Leaving;

/// Each term of the rate, and one explicit step.
#[derive(Clone, Copy)]
pub(super) struct Step {
    of: Of,
}

/// Whose step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Balanced,
    /// The random walk on the path of three nodes, from the uniform law.
    RandomWalk,
    /// Two nodes, with a step longer than 1.
    LongStep,
}

/// `graph-entropy/doubly-stochastic`
pub static CLAIM: Claim = Claim {
    id: "graph-entropy/doubly-stochastic",
    title: "a master equation raises the entropy from every start if and only if its rows sum to 0",
    statement: "H never falls from any p if and only if Q 1 = 0; then dH/dt = sum_{i != j} Q_ij p_j (ln(p_j/p_i) - 1 + p_i/p_j) for p > 0, every term at least 0, and H(p + h Q p) >= H(p) if h max |Q_ii| <= 1; from p = 1/n, H = ln n - (t^2 n / 2) |Q 1 / n|^2 + O(t^3)",
    hypotheses: &[
        "p' = Q p, p a law on n states; Q_ij >= 0 off the diagonal, columns sum to 0; H(p) = -sum_i p_i ln p_i",
        "checked for two to four states: the rate exactly, its terms and one step by enclosures, the departure from the uniform law as a power series",
    ],
    references: &[MARSHALL_OLKIN],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(Rate)), number: |index| index.is_multiple_of(3).then_some(index / 3) },
        Part { check: &Independent(Exact(Leaving)), number: |index| (index % 3 == 1).then_some(index / 3) },
        Part { check: &Independent(Transcendental(Step { of: Of::Balanced })), number: |index| Some(index / 3) },
    ],
    controls: &[
        control(
            "random-walk",
            "a step of the random walk on the path of three nodes, from the uniform law",
            &Independent(Transcendental(Step { of: Of::RandomWalk })),
        ),
        control("long-step", "two nodes, h > 1", &Independent(Transcendental(Step { of: Of::LongStep }))),
    ],
};

impl Draws for Rate {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(balanced(&mut draw.own(), true))
    }
}

impl<T: Field> In<T> for Rate {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { rates, law, .. } = instance;
        // d(-x ln x) = -(ln x + 1) dx
        let slope = |(mass, speed): (&Rational, Rational)| {
            (Logarithms::of(mass) + Logarithms::rational(&Rational::one())).scaled(&-speed)
        };
        let rate: Logarithms = law.iter().zip(instance.velocity()).map(slope).sum();
        let sum = |of: &dyn Fn(usize, usize) -> Logarithms| {
            instance.pairs().map(|(i, j)| of(i, j).scaled(&rates[(i, j)])).sum()
        };
        let logarithm = |i: usize, j: usize| Logarithms::multiple(&law[j], &Rational::from(&law[j] / &law[i]));
        Ok(vec![logarithms::equality(
            "the rate of the entropy",
            vec![("dH/dt", rate)],
            vec![
                ("sum Q_ij p_j ln(p_j/p_i)", sum(&logarithm)),
                ("-sum Q_ij p_j", sum(&|_, j| Logarithms::rational(&Rational::from(-&law[j])))),
                ("sum Q_ij p_i", sum(&|i, _| Logarithms::rational(&law[i]))),
            ],
        )])
    }
}

impl Draws for Leaving {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let states = 2 + stream.below(3);
            let mut rates = DMatrix::from_fn(states, states, |_, _| Rational::from((stream.integer(0, 8), 4)));
            for j in 0..states {
                rates[(j, j)] = Rational::new();
                rates[(j, j)] = -rates.column(j).iter().sum::<Rational>();
            }
            let law = vec![Rational::from((1, states as i64)); states];
            if apply(&rates, &law).iter().any(|speed| *speed != 0) {
                return Ok(Instance { rates, law, step: Rational::from(1), algebraic: true });
            }
        }
    }
}

/// `H - ln n` of a law that is given as a power series at the uniform one.
pub(super) fn fall(law: &[Series<Rational, 3>]) -> Series<Rational, 3> {
    let states = Series::constant(Rational::from(law.len() as i64));
    let part = |mass: &Series<Rational, 3>| mass.clone() * (mass.clone() * &states).ln();
    -law.iter().map(part).fold(Series::zero(), |sum, part| sum + part)
}

impl<T: Field> In<T> for Leaving {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        // p + t Q p + t^2 Q^2 p / 2
        let velocity = instance.velocity();
        let bent = apply(&instance.rates, &velocity);
        let path: Vec<Series<Rational, 3>> = (0..instance.states())
            .map(|i| Series {
                coefficients: [instance.law[i].clone(), velocity[i].clone(), Rational::from(&bent[i] / 2)],
            })
            .collect();
        let square: Rational = velocity.iter().map(|speed| speed.clone().square()).sum();
        let claimed = [Rational::new(), Rational::new(), -square * instance.states() as i64 / 2];
        let vector = |name, list: &[Rational]| Term::vector(name, list.iter().map(T::from_rational).collect());
        Ok(vec![Relation::equality(
            "the entropy as it leaves the uniform law",
            vec![vector("H - ln n", &fall(&path).coefficients)],
            vec![vector("-(t^2 n / 2) |Q 1 / n|^2", &claimed)],
        )])
    }
}

impl Draws for Step {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let quotient = |numerator: i64, denominator: i64| Rational::from((numerator, denominator));
        Ok(match self.of {
            Of::Balanced => balanced(stream, false),
            Of::RandomWalk => {
                let half = quotient(1, 2);
                let entries = [[-1, 0, 0], [1, -1, 1], [0, 0, -1]];
                let rates = DMatrix::from_fn(3, 3, |i, j| match (i, j) {
                    (0 | 2, 1) => half.clone(),
                    _ => Rational::from(entries[i][j]),
                });
                let step = quotient(stream.integer(1, 15), 16);
                Instance { rates, law: vec![quotient(1, 3); 3], step, algebraic: false }
            }
            Of::LongStep => {
                let rates = DMatrix::from_fn(2, 2, |i, j| Rational::from(if i == j { -1 } else { 1 }));
                let gap = stream.integer(1, 4);
                let law = vec![quotient(16 + gap, 32), quotient(16 - gap, 32)];
                Instance { rates, law, step: quotient(16 + stream.integer(1, 8), 16), algebraic: false }
            }
        })
    }
}

/// `H(p)`
fn entropy<T: Real>(law: &[Rational]) -> T {
    law.iter().filter(|mass| **mass != 0).fold(T::zero(), |sum, mass| {
        let mass = T::from_rational(mass);
        sum - T::product(&mass, &mass.ln())
    })
}

impl<T: Real> In<T> for Step {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { rates, law, step, .. } = instance;
        let after: Vec<Rational> = law
            .iter()
            .zip(instance.velocity())
            .map(|(mass, speed)| Rational::from(mass + &Rational::from(step * &speed)))
            .collect();
        let mut relations = vec![Relation::at_most(
            "one step does not lower the entropy",
            Term::scalar("H(p)", entropy::<T>(law)),
            Term::scalar("H(p + h Q p)", entropy(&after)),
        )];
        if self.of == Of::Balanced {
            for (i, j) in instance.pairs().filter(|&(i, j)| law[i] != law[j] && rates[(i, j)] != 0) {
                let flow = Rational::from(&rates[(i, j)] * &law[j]);
                let ratio = Rational::from(&law[j] / &law[i]);
                let bound = Rational::from(&flow * &(Rational::from(1) - Rational::from(ratio.recip_ref())));
                relations.push(Relation::at_most(
                    ("every term of the rate is at least 0", format!("from {j} to {i}")),
                    Term::scalar("Q_ij (p_j - p_i)", T::from_rational(&bound)),
                    Term::scalar("Q_ij p_j ln(p_j/p_i)", T::from_rational(&ratio).ln() * T::from_rational(&flow)),
                ));
            }
        }
        Ok(relations)
    }
}
