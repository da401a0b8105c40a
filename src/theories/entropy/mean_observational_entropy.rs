//! `entropy/mean-observational-entropy`: the mean entropy of a measurement on a random pure state, by harmonic numbers.
//!
//! ```text
//! E S_obs = sum (V_i/d)(H_d - H_{V_i} + log V_i),   E[log d - S_obs] = (N - 1)/(2 d) - (sum 1/x_i - 1)/(12 d^2) + O(d^-4)
//! ```
//!
//! `V_i = x_i d` are the ranks of the measurement's projectors, `H_n = 1 + 1/2 + ... + 1/n`. Sources: [`PAGE`], [`NAGASAWA`].

use super::haar_deficit::images;
use super::measurement::partition;
use super::{NAGASAWA, PAGE};
use crate::instances::operators::all_exactly;
use crate::scalar::{Field, Rational, Real, Ring};
use crate::verify::order::{Differences, Fine};
use crate::verify::{
    Asymptotic, Asymptotics, Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Order, Part, Relation,
    Term, Unjudged, control,
};
use num_traits::{One, Zero};
use rug::Integer;
use std::convert::Infallible;

/// The mean entropy at finite dimension.
#[derive(Clone, Copy)]
pub(super) struct MeanEntropy {
    states: States,
}

#[derive(Clone, Copy, PartialEq)]
enum States {
    Complex,
    /// Real unit vectors.
    Real,
    /// The 60 stabiliser states of two qubits.
    Stabiliser,
}

/// The deficit in a high dimension.
#[derive(Clone, Copy)]
struct Deficit {
    /// Whether `N - 1` stands in the formula, or else `N`.
    less_one: bool,
}

pub(super) const LAW: MeanEntropy = MeanEntropy { states: States::Complex };

/// `entropy/mean-observational-entropy`
pub static CLAIM: Claim = Claim {
    id: "entropy/mean-observational-entropy",
    title: "the mean entropy of a measurement on a random pure state",
    statement: "for Haar-random pure states E S_obs = sum (V_i/d)(H_d - H_{V_i} + log V_i); for V_i = x_i d, E[log d - S_obs] = (N - 1)/(2 d) - (sum 1/x_i - 1)/(12 d^2) + O(d^-4)",
    hypotheses: &[
        "P_1, ..., P_N orthogonal projectors of rank V_i with sum 1 on d dimensions, p_i = psi^+ P_i psi, S_obs = -sum p_i log(p_i/V_i); H_n = 1 + 1/2 + ... + 1/n; x_i fixed",
        "checked for d up to 12 by integrals over the law of p_i; the expansion for x_i that are powers of 1/2, d from 2^40 to 2^100",
    ],
    references: &[PAGE, NAGASAWA],
    builds_on: &[],
    law: &[
        Part { check: &Order(Deficit { less_one: true }), number: |index| (index % 4 == 3).then_some(index / 4) },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control("real-states", "real unit vectors", &Independent(Exact(MeanEntropy { states: States::Real }))),
        control(
            "stabiliser-states",
            "a 2-design that is not Haar: the 60 stabiliser states of two qubits, every outcome of rank 1",
            &Independent(Exact(MeanEntropy { states: States::Stabiliser })),
        ),
        control("all-outcomes", "N in place of N - 1 in the expansion", &Order(Deficit { less_one: false })),
    ],
};

/// The ranks of a measurement, or for the expansion powers of two in the ratio of the ranks to `d`.
pub(super) struct Ranks {
    pub(super) ranks: Vec<usize>,
    is_algebraic: bool,
}

impl Drawn for Ranks {
    fn class(&self) -> Class {
        if self.is_algebraic { Class::Awkward } else { Class::Smooth }
    }
    fn is_algebraic(&self) -> bool {
        self.is_algebraic
    }
    fn describe(&self) -> String {
        let what = if self.is_algebraic { "ranks" } else { "x_i, minus their logarithms to base 2," };
        format!("{what} {:?}", self.ranks)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("V", self.ranks.iter().map(|&rank| Rational::from(rank as u64)))]
    }
}

impl Draws for MeanEntropy {
    type Instance = Ranks;

    fn draw(&self, draw: &mut Draw) -> Result<Ranks, Unjudged> {
        let stream = &mut draw.own();
        let ranks = match self.states {
            States::Complex => {
                let size = 2 + stream.below(11);
                partition(stream, size)
            }
            States::Real => {
                let half = 2 + stream.below(5);
                partition(stream, half).into_iter().map(|rank| 2 * rank).collect()
            }
            States::Stabiliser => vec![1; 4],
        };
        Ok(Ranks { ranks, is_algebraic: true })
    }
}

/// `H_n`
fn harmonic(n: usize) -> Rational {
    (1..=n).map(|k| Rational::from((1, k as u64))).sum()
}

/// `E[-p log p]` for `p` of the law `Beta(a, b)`, `a, b >= 1` whole: its density is a polynomial, and `-int_0^1 p^n log p dp = 1/(n + 1)^2`.
fn beta_entropy(a: usize, b: usize) -> Rational {
    let mut sum = Rational::new();
    for m in 0..b {
        let binomial = Integer::from(Integer::binomial_u(b as u32 - 1, m as u32));
        let part = Rational::from((binomial, Integer::from((a + m + 1) * (a + m + 1))));
        if m.is_multiple_of(2) { sum += part } else { sum -= part }
    }
    // 1/B(a, b) = a binomial(a + b - 1, a)
    sum * Integer::from(Integer::binomial_u((a + b - 1) as u32, a as u32)) * a as u32
}

impl<T: Field> In<T> for MeanEntropy {
    fn relations(&self, Ranks { ranks, .. }: &Ranks) -> Result<Vec<Relation<T>>, Unjudged> {
        let d: usize = ranks.iter().sum();
        // Coordinates: the rational part, and the multiple of log 2 that outcomes bring which are powers of 1/2; sum (V_i/d) log V_i is on both sides.
        let mean = match self.states {
            States::Complex => [ranks.iter().map(|&v| beta_entropy(v, d - v)).sum(), Rational::new()],
            States::Real => [ranks.iter().map(|&v| beta_entropy(v / 2, (d - v) / 2)).sum(), Rational::new()],
            States::Stabiliser => [Rational::new(), stabiliser_entropy()?],
        };
        let part = |&v: &usize| (harmonic(d) - harmonic(v)) * Rational::from((v as u64, d as u64));
        let formula = [ranks.iter().map(part).sum(), Rational::new()];
        Ok(vec![Relation::equality(
            "mean entropy",
            vec![all_exactly("E S_obs - sum (V_i/d) log V_i", &mean)],
            vec![all_exactly("sum (V_i/d)(H_d - H_{V_i})", &formula)],
        )])
    }
}

/// The mean over the 60 states of the entropy of a measurement of the basis, in units of `log 2`: their outcomes are 0, 1/4, 1/2 or 1.
fn stabiliser_entropy() -> Result<Rational, Unjudged> {
    let states = images(2);
    let mut sum = Rational::new();
    for state in states {
        for b in 0..4 {
            let p = crate::exact::groups::Operator::basis_state(2, b).trace_with(state);
            if p.is_zero() {
                continue;
            }
            if *p.numer() != 1 || !p.denom().is_power_of_two() {
                return Err(Unjudged::Open("an outcome's probability is no power of 1/2"));
            }
            let bits = p.denom().significant_bits() - 1;
            sum += p * bits;
        }
    }
    Ok(sum / states.len() as u32)
}

impl Draws for Deficit {
    type Instance = Ranks;

    fn draw(&self, draw: &mut Draw) -> Result<Ranks, Unjudged> {
        // Halve 1, and then one of the parts, again and again.
        let stream = &mut draw.own();
        let mut ranks = vec![1, 1];
        for _ in 0..stream.below(4) {
            let part = stream.below(ranks.len());
            ranks[part] += 1;
            ranks.push(ranks[part]);
        }
        Ok(Ranks { ranks, is_algebraic: false })
    }
}

impl Asymptotic for Deficit {
    fn is_independent(&self) -> bool {
        true
    }

    fn measure(&self, Ranks { ranks, .. }: &Ranks) -> Result<Asymptotics, Unjudged> {
        let shares: Vec<Fine> = ranks.iter().map(|&bits| Fine::integer(2).powi(-(bits as i32))).collect();
        // H_n = psi(n + 1) + Euler's constant, which drops out.
        let psi = |n: &Fine| Fine::new(&(n.clone() + Fine::one()).as_float().clone().digamma());
        let leading = Fine::ratio(ranks.len() as i64 - i64::from(self.less_one), 2);
        let differences = Differences::measure(|h| {
            let d = Fine::one() / &h;
            let mut deficit = d.ln();
            for share in &shares {
                let rank = Fine::product(share, &d);
                deficit -= Fine::product(share, &(psi(&d) - psi(&rank) + rank.ln()));
            }
            Ok::<_, Infallible>(vec![deficit - Fine::product(&leading, &h)])
        })
        .unwrap_or_else(|never| match never {});
        let mut inverse = Fine::zero();
        for share in &shares {
            inverse += Fine::one() / share;
        }
        let limit = differences.coefficient(2).swap_remove(0);
        let limits = vec![Relation::equality(
            "second coefficient",
            vec![Term::scalar("lim d^2 (E[log d - S_obs] - (N - 1)/(2 d))", limit)],
            vec![
                Term::scalar("-sum 1/(12 x_i)", -inverse * Fine::ratio(1, 12)),
                Term::scalar("1/12", Fine::ratio(1, 12)),
            ],
        )];
        Ok(Asymptotics { exponents: vec![("E[log d - S_obs] - (N - 1)/(2 d)", 2, differences)], limits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Beta(1, 1)` is uniform, `-int p log p = 1/4`; and a half of `H_2 - H_1`.
    #[test]
    fn the_integral_is_the_difference_of_harmonic_numbers() {
        assert_eq!(beta_entropy(1, 1), Rational::from((1, 4)));
        for (a, b) in [(1, 1), (2, 3), (5, 1), (4, 8)] {
            let share = Rational::from((a as u64, (a + b) as u64));
            assert_eq!(beta_entropy(a, b), (harmonic(a + b) - harmonic(a)) * share);
        }
    }

    /// 4 states are of the basis, 24 have two outcomes, 32 have four: (24 + 64)/60 log 2 = 1.0166.
    #[test]
    fn stabiliser_states_have_another_mean_than_random_ones() {
        assert_eq!(stabiliser_entropy().ok(), Some(Rational::from((88, 60))));
    }
}
