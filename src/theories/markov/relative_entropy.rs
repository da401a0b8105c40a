//! `markov/relative-entropy`: the entropy relative to the stationary law never rises.
//!
//! ```text
//! D(p P || pi) <= D(p || pi),   D(p || q) = sum_i p_i log(p_i / q_i)
//! ```
//!
//! `P` are the transition probabilities of a finite chain, `pi` is a stationary law, `p` any law. Source: [`LEVIN_PERES`].

use super::LEVIN_PERES;
use super::chain::{Chain, law};
use crate::scalar::{Rational, Real};
use crate::verify::{
    Claim, Draw, Drawn, Draws, In, Independent, Numbers, Relation, Term, Transcendental, Unjudged, all, control,
};

/// The fall of the relative entropy.
#[derive(Clone, Copy)]
struct RelativeEntropy {
    against: Against,
}

/// What the entropy is relative to.
#[derive(Clone, Copy)]
enum Against {
    Stationary,
    /// The law from which the step is taken, which is not stationary.
    Start,
}

/// `markov/relative-entropy`
pub static CLAIM: Claim = Claim {
    id: "markov/relative-entropy",
    title: "relative entropy never rises",
    statement: "D(p P || pi) <= D(p || pi) with D(p || q) = sum_i p_i log(p_i / q_i)",
    hypotheses: &[
        "P: transition probabilities of a finite chain, pi > 0 with pi P = pi, p any law",
        "checked for P > 0, reversible or not, and p > 0 other than pi",
    ],
    references: &[LEVIN_PERES],
    builds_on: &[],
    law: &[all(&Independent(Transcendental(RelativeEntropy { against: Against::Stationary })))],
    controls: &[control(
        "not-stationary",
        "p in place of pi, where p is not stationary: 0 on the right",
        &Independent(Transcendental(RelativeEntropy { against: Against::Start })),
    )],
};

struct Instance {
    chain: Chain,
    start: Vec<Rational>,
}

impl Drawn for Instance {
    fn is_algebraic(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        self.chain.describe()
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.chain.numbers();
        numbers.push(Numbers::new("p", self.start.clone()));
        numbers
    }
}

impl Draws for RelativeEntropy {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let chain = Chain::draw(stream)?;
        let start = loop {
            let start = law(stream, chain.states());
            if start != chain.stationary {
                break start;
            }
        };
        Ok(Instance { chain, start })
    }
}

/// `D(p || q)`
fn divergence<T: Real>(p: &[T], q: &[T]) -> T {
    let mut sum = T::zero();
    for (p, q) in p.iter().zip(q) {
        sum += T::product(p, &(p.clone() / q).ln());
    }
    sum
}

impl<T: Real> In<T> for RelativeEntropy {
    fn relations(&self, Instance { chain, start }: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let start: Vec<T> = start.iter().map(T::from_rational).collect();
        let against = match self.against {
            Against::Stationary => chain.law(),
            Against::Start => start.clone(),
        };
        let after = Term::scalar("D(p P || pi)", divergence(&chain.after(&start), &against));
        let before = Term::scalar("D(p || pi)", divergence(&start, &against));
        Ok(vec![Relation::at_most("relative entropy", after, before)])
    }
}
