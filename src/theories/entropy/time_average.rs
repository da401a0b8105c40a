//! `entropy/time-average`: the variance over time of an expectation, exactly, by the gaps of the energies.
//!
//! ```text
//! Var_t tr O rho(t) = sum_{w != 0} |sum_{E_a - E_b = w} x_ab|^2 <= D_G tr(omega O omega O^+),   x_ab = rho_ab O_ba
//! ```
//!
//! It is `sum_{a != b} |x_ab|^2` if the gaps are distinct; `omega = diag(rho)`, `D_G` the largest number of pairs with one gap.
//! Source: what [`NAGASAWA`] averages over unitaries, over time instead.

use super::NAGASAWA;
use super::evolving::Evolving;
use super::measurement::{Matrix, state};
use crate::exact::Gaussian;
use crate::exact::draws::columns;
use crate::instances::operators::exactly;
use crate::scalar::{Field, Rational, Ring};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Stream, Unjudged, all, control};
use nalgebra::DMatrix;
use num_traits::Zero;

/// The variance over time.
#[derive(Clone, Copy)]
pub(super) struct TimeAverage {
    energies: Energies,
}

#[derive(Clone, Copy, PartialEq)]
enum Energies {
    /// Simple, some with distinct gaps and some without, for which the law says what it says.
    Law,
    /// Equally spaced, said to have distinct gaps.
    Ladder,
    /// With equal energies, said to have distinct gaps.
    Degenerate,
}

pub(super) const LAW: TimeAverage = TimeAverage { energies: Energies::Law };

/// `entropy/time-average`
pub static CLAIM: Claim = Claim {
    id: "entropy/time-average",
    title: "the variance over time, by the gaps of the energies",
    statement: "rho(t) = e^{-iHt} rho e^{iHt}: the variance of tr O rho(t) over all times is sum_{w != 0} |sum_{E_a - E_b = w} x_ab|^2, x_ab = rho_ab O_ba; \
        it is sum_{a != b} |x_ab|^2 for all rho and O if and only if the gaps are distinct, and it is at most D_G tr(omega O omega O^+) <= D_G |O|^2 tr omega^2, omega = diag(rho)",
    hypotheses: &[
        "H with simple energies E_a, rho a state and O Hermitian in its eigenbasis; w the gaps E_a - E_b of ordered pairs, D_G the largest number of pairs with one gap w != 0; |O| the operator norm",
        "checked for integer energies in 2 to 5 dimensions, where tr O rho(t) is a Laurent polynomial of e^{-it}; the last inequality for O with rational eigenvalues and eigenvectors",
        "in the terms f(t) = tr O rho(t)",
    ],
    references: &[NAGASAWA],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "ladder",
            "equally spaced energies, whose gaps are not distinct",
            &Independent(Exact(TimeAverage { energies: Energies::Ladder })),
        ),
        control(
            "degenerate",
            "equal energies: what does not move is counted",
            &Independent(Exact(TimeAverage { energies: Energies::Degenerate })),
        ),
    ],
};

/// A real symmetric matrix of these eigenvalues in a random basis, and its operator norm.
fn spectral(stream: &mut Stream, eigenvalues: &[Rational]) -> (Matrix, Rational) {
    let axes = columns(stream, eigenvalues.len());
    let entry = |i: usize, j: usize| -> Rational {
        eigenvalues.iter().enumerate().map(|(k, value)| Rational::from(&axes[(i, k)] * &axes[(j, k)]) * value).sum()
    };
    let matrix = DMatrix::from_fn(eigenvalues.len(), eigenvalues.len(), |i, j| Gaussian::real(entry(i, j)));
    (matrix, eigenvalues.iter().map(|value| value.clone().abs()).max().unwrap_or_default())
}

impl Draws for TimeAverage {
    type Instance = Evolving;

    fn draw(&self, draw: &mut Draw) -> Result<Evolving, Unjudged> {
        let stream = &mut draw.own();
        let constant = |size: usize| DMatrix::repeat(size, size, Gaussian::ratio(1, size as i64));
        match self.energies {
            Energies::Ladder => {
                let (size, scale) = (3 + stream.below(3), Gaussian::real(stream.small()));
                let path =
                    DMatrix::from_fn(
                        size,
                        size,
                        |i, j| {
                            if i.abs_diff(j) == 1 { scale.clone() } else { Gaussian::zero() }
                        },
                    );
                return Ok(Evolving {
                    energies: (0..size as i64).collect(),
                    rho: constant(size),
                    observable: path,
                    norm: None,
                });
            }
            Energies::Degenerate => {
                let scale = Gaussian::real(stream.small());
                let observable = DMatrix::repeat(5, 5, scale);
                return Ok(Evolving { energies: vec![0, 0, 1, 1, 3], rho: constant(5), observable, norm: None });
            }
            Energies::Law => {}
        }
        loop {
            let size = 2 + stream.below(4);
            // A Golomb ruler has distinct gaps; equally spaced energies and random ones need not.
            let mut energies: Vec<i64> = match stream.below(4) {
                0 | 1 => [0, 1, 4, 9, 11][..size].to_vec(),
                2 => (0..size as i64).collect(),
                _ => {
                    let places = stream.permutation(8);
                    places[..size].iter().map(|&place| place as i64).collect()
                }
            };
            let shift = stream.integer(-3, 3);
            energies.iter_mut().for_each(|energy| *energy += shift);
            let instance = match draw.index % 4 {
                // Of a reflection and a state whose diagonal entries are equal the last bound is met.
                1 if draw.index % 8 == 1 => {
                    let scale = stream.positive();
                    let sign = |j: usize| Rational::from(if j == 0 { -1 } else { 1 }) * &scale;
                    let (observable, norm) = spectral(stream, &(0..size).map(sign).collect::<Vec<_>>());
                    Evolving { energies, rho: constant(size), observable, norm: Some(norm) }
                }
                1 => {
                    let eigenvalues: Vec<Rational> = (0..size).map(|_| stream.small()).collect();
                    let (observable, norm) = spectral(stream, &eigenvalues);
                    Evolving { energies, rho: state(stream, size), observable, norm: Some(norm) }
                }
                _ => {
                    let part = |stream: &mut Stream| Rational::from(stream.integer(-3, 3));
                    let g = DMatrix::from_fn(size, size, |_, _| Gaussian::new(part(stream), part(stream)));
                    let observable = DMatrix::from_fn(size, size, |i, j| g[(i, j)].clone() + g[(j, i)].conjugate());
                    Evolving { energies, rho: state(stream, size), observable, norm: None }
                }
            };
            let moves = |(a, b): (usize, usize)| {
                a != b && !instance.rho[(a, b)].is_zero() && !instance.observable[(b, a)].is_zero()
            };
            if (0..size).any(|a| (0..size).any(|b| moves((a, b)))) {
                return Ok(instance);
            }
        }
    }
}

impl<T: Field> In<T> for TimeAverage {
    fn relations(&self, instance: &Evolving) -> Result<Vec<Relation<T>>, Unjudged> {
        let Evolving { energies, rho, observable, norm } = instance;
        let size = energies.len();
        let x = |(a, b): (usize, usize)| Gaussian::product(&rho[(a, b)], &observable[(b, a)]);
        // The constant terms of f(t)^2 and of f(t) = sum x_ab e^{-i (E_a - E_b) t}, term by term.
        let pairs: Vec<(usize, usize)> = (0..size).flat_map(|a| (0..size).map(move |b| (a, b))).collect();
        let gap = |(a, b): (usize, usize)| energies[a] - energies[b];
        let (mut of_square, mut mean) = (Gaussian::zero(), Gaussian::zero());
        for &first in &pairs {
            if gap(first) == 0 {
                mean += x(first);
            }
            for &second in pairs.iter().filter(|second| gap(first) + gap(**second) == 0) {
                of_square += x(first) * x(second);
            }
        }
        let square = mean.squared().re;
        let gaps = instance.gaps();
        let by_gap: Rational = gaps
            .iter()
            .filter(|(gap, _)| **gap != 0)
            .map(|(_, pairs)| pairs.iter().fold(Gaussian::zero(), |sum, &pair| sum + x(pair)).squared_modulus())
            .sum();
        let apart: Rational = pairs.iter().filter(|(a, b)| a != b).map(|&pair| x(pair).squared_modulus()).sum();
        let time = || {
            vec![exactly("mean over time of f^2", &of_square.re), exactly("-(mean over time of f)^2", &-square.clone())]
        };
        let mut relations = vec![Relation::equality(
            "variance by gaps",
            time(),
            vec![exactly("sum_{w != 0} |sum_{E_a - E_b = w} x_ab|^2", &by_gap)],
        )];
        if instance.has_distinct_gaps() || self.energies != Energies::Law {
            relations.push(Relation::equality(
                "variance for distinct gaps",
                time(),
                vec![exactly("sum_{a != b} |x_ab|^2", &apart)],
            ));
        }
        // tr(omega O omega O^+) = sum rho_aa rho_bb |O_ab|^2
        let weight = |&(a, b): &(usize, usize)| {
            Rational::from(&rho[(a, a)].re * &rho[(b, b)].re) * observable[(a, b)].squared_modulus()
        };
        let bound: Rational = pairs.iter().map(weight).sum();
        let most = gaps.iter().filter(|(gap, _)| **gap != 0).map(|(_, pairs)| pairs.len()).max().unwrap_or(0);
        relations.push(Relation::at_most(
            "variance is bounded",
            exactly("variance over time", &(of_square.re.clone() - &square)),
            exactly("D_G tr(omega O omega O^+)", &(bound.clone() * most as u32)),
        ));
        if let Some(norm) = norm {
            let purity: Rational = (0..size).map(|a| rho[(a, a)].re.clone().square()).sum();
            relations.push(Relation::at_most(
                "by the operator norm",
                exactly("tr(omega O omega O^+)", &bound),
                exactly("|O|^2 tr omega^2", &(purity * norm.clone().square())),
            ));
        }
        Ok(relations)
    }
}
