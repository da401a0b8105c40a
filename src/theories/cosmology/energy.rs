//! `cosmology/energy`: the energy that descent with momentum loses to friction, exactly, and the stability limit that it knows.
//!
//! ```text
//! E = |th+ - th|^2/(2 h^2) + th^T A th+/2:   E - E_before = -(G h) |th+ - th-|^2/(4 h^2)
//! ```
//!
//! for `V = th^T A th/2`. With the difference `d` and the mean `u` of the two points `E = d^T (1/h^2 - A/4) d/2 + u^T A u/2`, positive definite if and only if
//! `eta lambda_max < 2 (1 + beta)`, the limit of stability. Source: the analogy is that of [`DUALITY`].

use super::DUALITY;
use super::rates::{Rates, half};
use crate::exact::draws::{columns, spectral};
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all,
    control,
};
use nalgebra::DMatrix;

/// The energy of a pair of points.
#[derive(Clone, Copy)]
pub(super) struct Energy {
    /// Whether the potential part is that of both points, and not of the later one alone.
    both: bool,
    /// The coefficient of `sum_i th_i^3` in `V`.
    cubic: i64,
    /// Whether `eta lambda_max` is `1.001` of the limit although the energy is said to be positive.
    beyond: bool,
}

pub(super) const LAW: Energy = Energy { both: true, cubic: 0, beyond: false };

/// `cosmology/energy`
pub static CLAIM: Claim = Claim {
    id: "cosmology/energy",
    title: "friction takes a known energy at every step",
    statement: "V = th^T A th/2, E = |th+ - th|^2/(2 h^2) + th^T A th+/2: E - E_before = -(G h) |th+ - th-|^2/(4 h^2); \
        A > 0: E is positive definite if and only if eta lambda_max < 2 (1 + beta), and at eta lambda_max > 2 (1 + beta) some path grows without bound",
    hypotheses: &[
        "A symmetric, |beta| < 1, eta > 0; h^2 = 2 eta/(1 + beta), G h = 2 (1 - beta)/(1 + beta)",
        "in the terms d = th+ - th is the difference and u the mean of the two points, q an eigenvector, and E(x, y) the energy of th = x, th+ = y",
    ],
    references: &[DUALITY],
    builds_on: &["cosmology/exact-scheme"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "energy-of-one-point",
            "th+^T A th+ in place of th^T A th+",
            &Independent(Exact(Energy { both: false, ..LAW })),
        ),
        control(
            "cubic",
            "V + sum_i th_i^3, with the mean of sum_i th_i^3 added to E",
            &Independent(Exact(Energy { cubic: 1, ..LAW })),
        ),
        control(
            "beyond-the-limit",
            "eta lambda_max = 1.001 times 2 (1 + beta)",
            &Independent(Exact(Energy { beyond: true, ..LAW })),
        ),
    ],
};

/// Two points in a bowl `A = sum_j a_j q_j q_j^T`.
pub(super) struct Bowl {
    pub(super) rates: Rates,
    pub(super) axes: DMatrix<Rational>,
    pub(super) curvatures: Vec<Rational>,
    pub(super) before: Vec<Rational>,
    pub(super) now: Vec<Rational>,
}

impl Bowl {
    /// `A v`
    fn apply(&self, v: &[Rational]) -> Vec<Rational> {
        spectral(&self.axes, &self.curvatures, v)
    }

    /// `eta lambda_max/(2 (1 + beta))`
    fn share(&self) -> Rational {
        let most = self.curvatures.iter().max().cloned().unwrap_or_default();
        most * &self.rates.eta / (self.rates.beta.clone() + 1) / 2
    }

    /// `th+`
    fn after(&self, cubic: i64) -> Vec<Rational> {
        let pull = self.apply(&self.now);
        let entry = |i: usize| {
            let (x, y) = (&self.now[i], &self.before[i]);
            let g = x.clone().square() * (3 * cubic) + &pull[i];
            Rational::from(x - y) * &self.rates.beta + x - g * &self.rates.eta
        };
        (0..self.now.len()).map(entry).collect()
    }
}

fn minus(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    a.iter().zip(b).map(|(a, b)| Rational::from(a - b)).collect()
}

impl Energy {
    /// Kinetic and potential energy of two points, the earlier first.
    fn parts(self, bowl: &Bowl, first: &[Rational], second: &[Rational]) -> [Rational; 2] {
        let step = minus(second, first);
        let cubes = |v: &[Rational]| v.iter().map(|x| x.clone().square() * x).sum::<Rational>();
        let partner = if self.both { first } else { second };
        let potential = (dot(partner, &bowl.apply(second)) + (cubes(first) + cubes(second)) * self.cubic) / 2;
        [dot(&step, &step) / bowl.rates.squared_step(&half()) / 2, potential]
    }

    /// The terms of the balance: kinetic and potential energy after and before, and the loss.
    fn balance(self, bowl: &Bowl) -> [Rational; 5] {
        let after = bowl.after(self.cubic);
        let [kinetic, potential] = self.parts(bowl, &bowl.now, &after);
        let [kinetic_before, potential_before] = self.parts(bowl, &bowl.before, &bowl.now);
        let jump = minus(&after, &bowl.before);
        let rates = &bowl.rates;
        let lost: Rational = rates.friction(&half()) * dot(&jump, &jump) / rates.squared_step(&half()) / 4;
        [kinetic, potential, -kinetic_before, -potential_before, -lost]
    }
}

impl Draws for Energy {
    type Instance = Bowl;
    fn draw(&self, draw: &mut Draw) -> Result<Bowl, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let size = 1 + stream.below(3);
            let mut bowl = Bowl {
                rates: Rates::draw(stream),
                axes: columns(stream, size),
                curvatures: (0..size).map(|_| stream.positive()).collect(),
                before: (0..size).map(|_| stream.small()).collect(),
                now: (0..size).map(|_| stream.small()).collect(),
            };
            // Half of the bowls within the limit, and half beyond it.
            let share =
                if self.beyond { Rational::from((1001, 1000)) } else { Rational::from((stream.integer(1, 31), 16)) };
            if share == 1 {
                continue;
            }
            bowl.rates.eta *= share / bowl.share();
            let terms = self.balance(&bowl);
            let miss: Rational = terms[..4].iter().sum::<Rational>() - &terms[4];
            let largest = terms.iter().map(|term| term.clone().abs()).max().unwrap_or_default();
            if draw.is_law() || self.beyond || miss.abs() * 1024 > largest {
                return Ok(bowl);
            }
        }
    }
}

impl<T: Field> In<T> for Energy {
    fn relations(&self, bowl: &Bowl) -> Result<Vec<Relation<T>>, Unjudged> {
        if bowl.share() == 1 {
            return Err(Unjudged::outside("at the limit itself"));
        }
        let scalar = |label: &'static str, value: Rational| Term::scalar(label, T::from_rational(&value));
        let [kinetic, potential, kinetic_before, potential_before, lost] = self.balance(bowl);
        let mut relations = vec![Relation::equality(
            "energy lost",
            vec![
                scalar("|th+ - th|^2/(2 h^2)", kinetic),
                scalar("th^T A th+/2", potential),
                scalar("-|th - th-|^2/(2 h^2)", kinetic_before),
                scalar("-th-^T A th/2", potential_before),
            ],
            vec![scalar("-(G h) |th+ - th-|^2/(4 h^2)", lost)],
        )];
        let law = Energy { beyond: self.beyond, ..LAW };
        let energy = |first: &[Rational], second: &[Rational]| law.parts(bowl, first, second).iter().sum::<Rational>();
        // The same energy of the difference and of the mean.
        let square = bowl.rates.squared_step(&half());
        let difference = minus(&bowl.now, &bowl.before);
        let mean: Vec<Rational> = bowl.now.iter().zip(&bowl.before).map(|(a, b)| Rational::from(a + b) / 2).collect();
        let [slow, fast] = [&mean, &difference].map(|v| dot(v, &bowl.apply(v)));
        relations.push(Relation::equality(
            "energy of difference and mean",
            vec![scalar("E", energy(&bowl.before, &bowl.now))],
            vec![
                scalar("d^T d/(2 h^2)", dot(&difference, &difference) / square / 2),
                scalar("-d^T A d/8", -fast / 8),
                scalar("u^T A u/2", slow / 2),
            ],
        ));
        // Along the steepest axis: to its two sides the energy is the difference's alone.
        let steepest = (0..bowl.curvatures.len()).max_by_key(|&j| &bowl.curvatures[j]).unwrap_or(0);
        let axis: Vec<Rational> = bowl.axes.column(steepest).iter().cloned().collect();
        let opposite: Vec<Rational> = axis.iter().map(|x| Rational::from(-x)).collect();
        let is_stable = bowl.share() < 1;
        let sign = Rational::from(if is_stable || self.beyond { 1 } else { -1 });
        let positive = |kind: &'static str, term: Term<T>| Relation::positive(kind, term).resolved_to(EVERY_GAP);
        relations.push(positive(
            "sign of the energy across the steepest axis",
            scalar("E(-q, q)", energy(&opposite, &axis) * &sign),
        ));
        // The mode's polynomial r^2 - (1 + beta - eta mu) r + beta at r = -1: below 0 a root lies beyond -1.
        let at_minus_one = (bowl.rates.beta.clone() + 1) * (Rational::from(1) - bowl.share()) * 2;
        relations.push(positive("limit of stability", scalar("2 (1 + beta) - eta lambda_max", at_minus_one * sign)));
        if is_stable {
            relations.push(positive("energy below the limit", scalar("E", energy(&bowl.before, &bowl.now))));
        }
        Ok(relations)
    }
}

impl Drawn for Bowl {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("two points in a bowl of {} dimensions, {} of the limit", self.now.len(), self.share())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            self.rates.numbers(),
            Numbers::new("curvatures", self.curvatures.clone()),
            Numbers::new("axes", self.axes.iter().cloned()),
            Numbers::new("th-", self.before.clone()),
            Numbers::new("th", self.now.clone()),
        ]
    }
}
