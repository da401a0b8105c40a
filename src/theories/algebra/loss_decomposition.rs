//! `algebra/loss-decomposition`: the loss of quadratic units that learn to add in a group is a sum of squares of potentials.
//!
//! ```text
//! L = d sum_(k != 0) [ sum_(k1, k2 != 0) |2 r(k1, k2, k) - [k1 = k2 = k]/d|^2 + |sum_p sum_q r_p(q, -q, k)|^2 + sum_(m != 0) sum_p |sum_q r_p(q, m - q, k)|^2 ]
//! ```
//!
//! `o(c) = sum_j w_j(c) (a_j(g1) + b_j(g2))^2`, `L = E |P (o - e_(g1+g2))|^2`, frequencies inside the sums are not 0. Source: [`COMPOSING`], [`SYMBOLIC`].

use super::network::{Factors, Group, Outputs, Spectrum, Unit, coordinates, loss, potential};
use super::{COMPOSING, SYMBOLIC};
use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};

/// The loss as a sum of squares.
#[derive(Clone, Copy)]
pub(super) struct LossDecomposition {
    /// Whether the values of each unit have the mean 0.
    is_centred: bool,
    /// Whether the constant part of the squares is taken apart by the two inputs.
    is_split: bool,
    /// Whether differences are learned in place of sums.
    is_difference: bool,
}

/// The law.
pub(super) const LAW: LossDecomposition = LossDecomposition { is_centred: true, is_split: false, is_difference: false };

/// `algebra/loss-decomposition`
pub static CLAIM: Claim = Claim {
    id: "algebra/loss-decomposition",
    title: "the loss of quadratic units that learn to add is a sum of squares",
    statement: "o(c) = sum_j w_j(c) (a_j(g1) + b_j(g2))^2, L = E |P (o - e_(g1+g2))|^2 over all pairs of a finite Abelian group of d elements: \
        L = d sum_(k != 0) [ sum_(k1, k2 != 0) |2 r(k1, k2, k) - [k1 = k2 = k]/d|^2 + |sum_p sum_q r_p(q, -q, k)|^2 + sum_(m != 0) sum_p |sum_q r_p(q, m - q, k)|^2 ], q and m - q not 0",
    hypotheses: &[
        "P removes the mean over c; r(k1, k2, k) = sum_j z_a,k1 z_b,k2 z_c,k, r_p(k1, k2, k) = sum_j z_p,k1 z_p,k2 z_c,k, p = a, b; z_a,k = (1/d) sum_g conj(chi_k(g)) a(g), the same of b, and z_c,k = (1/d) sum_c chi_k(c) w(c)",
        "mean a_j + mean b_j = 0 for each unit; the values are real",
        "checked on the cyclic groups of 3, 4 and 5 elements and on (Z/2)^2, with both means 0 and with opposite ones; the left side in rational values, the right one in the cyclotomic field",
    ],
    references: &[COMPOSING, SYMBOLIC],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "means",
            "units whose means do not cancel",
            &Independent(Exact(LossDecomposition { is_centred: false, ..LAW })),
        ),
        control(
            "split-constant",
            "sum_p |sum_q r_p(q, -q, k)|^2 for the constant part",
            &Independent(Exact(LossDecomposition { is_split: true, ..LAW })),
        ),
        control(
            "difference",
            "networks that learn g1 - g2",
            &Independent(Exact(LossDecomposition { is_difference: true, ..LAW })),
        ),
    ],
};

/// Units on a group, by rational values.
pub(super) struct Weights {
    pub(super) group: Group,
    pub(super) units: Vec<Unit<Rational>>,
}

impl Drawn for Weights {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} units on the product of cyclic groups {:?}", self.units.len(), self.group.0)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let of = |unit: &Unit<Rational>| {
            [("a", &unit.a), ("b", &unit.b), ("w", &unit.w)].map(|(name, values)| Numbers::new(name, values.clone()))
        };
        self.units.iter().flat_map(of).collect()
    }
}

impl Weights {
    /// Values of the order of 1/4, those of w not constant. If they are centred, the means of a and b are 0, or opposite.
    pub(super) fn draw(stream: &mut Stream, group: Group, count: usize, is_centred: bool) -> Self {
        let size = group.size();
        let mut unit = || {
            let mut values = || (0..size).map(|_| stream.small() / 4).collect::<Vec<Rational>>();
            let (mut a, mut b, mut w) = (values(), values(), values());
            // A unit whose output does not depend on c has no potentials.
            while w.iter().all(|value| *value == w[0]) {
                w = values();
            }
            if is_centred {
                let shift: Rational = stream.small() * stream.integer(0, 1) / 4;
                for (values, mean) in [(&mut a, shift.clone()), (&mut b, -shift)] {
                    let old = values.iter().sum::<Rational>() / size as u64;
                    values.iter_mut().for_each(|value| *value += Rational::from(&mean - &old));
                }
            }
            Unit { a, b, w }
        };
        Weights { group, units: (0..count).map(|_| unit()).collect() }
    }
}

impl Draws for LossDecomposition {
    type Instance = Weights;

    fn draw(&self, draw: &mut Draw) -> Result<Weights, Unjudged> {
        let stream = &mut draw.own();
        let groups: [Group; 4] = [Group(&[3]), Group(&[4]), Group(&[5]), Group(&[2, 2])];
        let is_law = draw.is_law();
        loop {
            // Sums and differences are the same in (Z/2)^2.
            let group = groups[if is_law { draw.index as usize % 4 } else { stream.below(3) }];
            let count = 1 + stream.below(3);
            let weights = Weights::draw(stream, group, count, self.is_centred);
            // Constant outputs have no frequency. A control may miss by little: it is drawn again.
            let Sides { left, right } = self.sides(&weights);
            let miss = (Rational::from(&left[0] - &right.iter().map(|term| &term.1[0]).sum::<Rational>())).abs();
            if is_law || miss * 1024 > left[0] {
                return Ok(weights);
            }
        }
    }
}

/// Both sides, in coordinates.
struct Sides {
    left: Vec<Rational>,
    right: [(&'static str, Vec<Rational>); 3],
}

impl LossDecomposition {
    fn sides(self, weights: &Weights) -> Sides {
        match weights.group.0 {
            [3] => self.sides_in::<3>(weights),
            [5] => self.sides_in::<5>(weights),
            _ => self.sides_in::<4>(weights),
        }
    }

    fn sides_in<const N: usize>(self, weights: &Weights) -> Sides {
        let Weights { group, units } = weights;
        let (group, size) = (*group, group.size());
        let target = |g, h| if self.is_difference { group.sum(g, group.minus(h)) } else { group.sum(g, h) };
        let direct = loss(group, &Outputs::of(group, units).errors(target));
        let spectra: Vec<Spectrum<N>> = units.iter().map(|unit| Spectrum::of(group, unit)).collect();
        let zero = || Cyclotomic::<N>::from(Rational::new());
        let [mut mixed, mut constant, mut single] = [zero(), zero(), zero()];
        for k in 1..size {
            for first in 1..size {
                for second in 1..size {
                    let mut value = potential(&spectra, Factors::Mixed, [first, second, k]).scaled(&Rational::from(2));
                    if first == k && second == k {
                        value -= Cyclotomic::from(Rational::from((1, size as u64)));
                    }
                    mixed += value.norm_squared();
                }
            }
            for m in 0..size {
                let sums = [Factors::A, Factors::B].map(|factors| {
                    let mut sum = zero();
                    for q in (1..size).filter(|&q| q != m) {
                        sum += potential(&spectra, factors, [q, group.sum(m, group.minus(q)), k]);
                    }
                    sum
                });
                let [a, b] = &sums;
                match m {
                    0 if self.is_split => constant += a.norm_squared() + b.norm_squared(),
                    0 => constant += (a.clone() + b).norm_squared(),
                    _ => single += a.norm_squared() + b.norm_squared(),
                }
            }
        }
        let scaled = |sum: Cyclotomic<N>| coordinates(&[sum.scaled(&Rational::from(size as u64))]);
        Sides {
            left: coordinates(&[Cyclotomic::<N>::from(direct)]),
            right: [
                ("d sum |2 r - [k1 = k2 = k]/d|^2", scaled(mixed)),
                ("d sum |sum_p sum_q r_p(q, -q, k)|^2", scaled(constant)),
                ("d sum sum_p |sum_q r_p(q, m - q, k)|^2", scaled(single)),
            ],
        }
    }
}

impl<T: Field> In<T> for LossDecomposition {
    fn relations(&self, weights: &Weights) -> Result<Vec<Relation<T>>, Unjudged> {
        let Sides { left, right } = self.sides(weights);
        // Outputs that do not depend on c have the loss of none, and no potentials.
        let is_constant =
            weights.units.iter().all(|unit| unit.w.iter().all(|value| (value.clone() - &unit.w[0]).is_zero()));
        if is_constant {
            return Err(Unjudged::outside("all outputs are constant"));
        }
        let right = right.into_iter().map(|(name, value)| Term::vector(name, value)).collect();
        Ok(carried(vec![Relation::equality("the loss", vec![Term::vector("L", left)], right)]))
    }
}
