//! `markov/detailed-balance`: a chain is in detailed balance if and only if no cycle tells a direction (Kolmogorov's criterion).
//!
//! ```text
//! pi_i P_ij = pi_j P_ji for all i, j   <=>   P_ab P_bc ... P_za = P_az ... P_cb P_ba for every cycle a, b, c, ..., z
//! ```
//!
//! `P` are the transition probabilities of a finite irreducible chain, `pi` is its stationary law. Source: [`KELLY`].

use super::KELLY;
use super::chain::Chain;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Stream, Term, Unjudged, control};
use nalgebra::DMatrix;

/// One direction of the criterion.
#[derive(Clone, Copy)]
struct DetailedBalance {
    /// What holds by construction.
    given: Given,
    concluded: Concluded,
}

#[derive(Clone, Copy)]
enum Given {
    /// `w_i P_ij` is symmetric for some positive `w`.
    Reversible,
    /// Off the diagonal `P_ij` is `a_i b_j` times a symmetric matrix: then all cycles have equal products.
    EqualCycles,
    /// Neither: a cycle of three is faster one way round.
    Biased,
}

#[derive(Clone, Copy)]
enum Concluded {
    Balance,
    Cycles,
}

const ONLY_IF: DetailedBalance = DetailedBalance { given: Given::Reversible, concluded: Concluded::Cycles };
const IF: DetailedBalance = DetailedBalance { given: Given::EqualCycles, concluded: Concluded::Balance };

/// `markov/detailed-balance`
pub static CLAIM: Claim = Claim {
    id: "markov/detailed-balance",
    title: "Kolmogorov's criterion",
    statement: "pi_i P_ij = pi_j P_ji for all i, j if and only if P_ab P_bc ... P_za = P_az ... P_cb P_ba for every cycle a, b, c, ..., z",
    hypotheses: &[
        "P: transition probabilities of a finite irreducible chain; pi: its stationary law, pi P = pi",
        "checked on chains of three and four states: that reversible chains have equal cycles, and that chains with equal cycles are reversible",
    ],
    references: &[KELLY],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(ONLY_IF)), number: |index| (index / 2).is_multiple_of(2).then_some(index) },
        Part { check: &Independent(Exact(IF)), number: Some },
    ],
    controls: &[
        control(
            "biased-cycle",
            "a cycle that is faster one way round: its products",
            &Exact(DetailedBalance { given: Given::Biased, concluded: Concluded::Cycles }),
        ),
        control(
            "biased-balance",
            "the same chains: detailed balance",
            &Exact(DetailedBalance { given: Given::Biased, concluded: Concluded::Balance }),
        ),
    ],
};

/// A symmetric matrix of positive entries; one off the diagonal may be 0 if there are four states, so that not all cycles are there.
fn symmetric(stream: &mut Stream, states: usize) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_element(states, states, Rational::new());
    for row in 0..states {
        for column in 0..row {
            let entry = stream.positive();
            matrix[(row, column)].clone_from(&entry);
            matrix[(column, row)] = entry;
        }
    }
    if states > 3 && stream.coin() {
        matrix[(3, 0)] = Rational::new();
        matrix[(0, 3)] = Rational::new();
    }
    matrix
}

impl Draws for DetailedBalance {
    type Instance = Chain;

    fn draw(&self, draw: &mut Draw) -> Result<Chain, Unjudged> {
        let stream = &mut draw.own();
        let states = 3 + stream.below(2);
        let mut positive = || (0..states).map(|_| stream.positive()).collect::<Vec<Rational>>();
        let (a, b) = (positive(), positive());
        let mut rates = symmetric(stream, states);
        for row in 0..states {
            for column in 0..states {
                match self.given {
                    Given::Reversible => rates[(row, column)] /= &a[row],
                    Given::EqualCycles => rates[(row, column)] *= Rational::from(&a[row] * &b[column]),
                    Given::Biased => {}
                }
            }
        }
        if let Given::Biased = self.given {
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                rates[(from, to)] *= 2;
            }
        }
        Chain::of_rates(&rates)
    }
}

/// The simple cycles of three states and more, each once: its least state comes first, and its second is less than its last.
fn cycles(states: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut paths: Vec<Vec<usize>> = (0..states).map(|state| vec![state]).collect();
    while let Some(path) = paths.pop() {
        let (first, last) = (path[0], path[path.len() - 1]);
        if path.len() > 2 && path[1] < last {
            found.push(path.clone());
        }
        let next = (first + 1..states).filter(|state| !path.contains(state));
        paths.extend(next.map(|state| [&path[..], &[state]].concat()));
    }
    found
}

impl<T: Carrier> In<T> for DetailedBalance {
    fn relations(&self, chain: &Chain) -> Result<Vec<Relation<T>>, Unjudged> {
        let states = chain.states();
        let transition = |from, to| chain.transition::<T>(from, to);
        let law = chain.law::<T>();
        match self.concluded {
            Concluded::Balance => {
                let pairs = (0..states).flat_map(|i| (0..i).map(move |j| (i, j)));
                let balance = |(i, j): (usize, usize)| {
                    let there = Term::scalar("pi_i P_ij", T::product(&law[i], &transition(i, j)));
                    let back = Term::scalar("pi_j P_ji", T::product(&law[j], &transition(j, i)));
                    Relation::equality(("detailed balance", format!("states {i} and {j}")), vec![there], vec![back])
                };
                Ok(pairs.map(balance).collect())
            }
            Concluded::Cycles => {
                let product = |cycle: &[usize], forward: bool| {
                    let mut product = T::one();
                    for (place, &from) in cycle.iter().enumerate() {
                        let to = cycle[(place + 1) % cycle.len()];
                        product *= if forward { transition(from, to) } else { transition(to, from) };
                    }
                    product
                };
                let equal = |cycle: Vec<usize>| {
                    let there = Term::scalar("P_ab P_bc ... P_za", product(&cycle, true));
                    let back = Term::scalar("P_az ... P_cb P_ba", product(&cycle, false));
                    Relation::equality(("products along cycles", format!("{cycle:?}")), vec![there], vec![back])
                };
                Ok(cycles(states).into_iter().map(equal).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n (n-1) ... (n-k+1) / (2k)` cycles of length `k`.
    #[test]
    fn every_simple_cycle_is_there_once() {
        let lengths = |states| {
            let mut lengths: Vec<usize> = cycles(states).iter().map(Vec::len).collect();
            lengths.sort_unstable();
            lengths
        };
        assert_eq!(lengths(3), [3]);
        assert_eq!(lengths(4), [3, 3, 3, 3, 4, 4, 4]);
        assert_eq!(lengths(5).iter().filter(|length| **length == 5).count(), 12);
    }
}
