//! `algebra/decoupled-flow`: phases of a subgroup that seven characters see make the frequencies learn independently.
//!
//! ```text
//! (a e^(i theta), b e^(i phi), c e^(-i (theta + phi))), (theta, phi) in H:  L = 2 d sum_k |2 r_k - 1/d|^2,
//! da/dt = -4 (2 r_k - 1/d) conj(b c),  dr_k/dt = -4 (2 r_k - 1/d) K_k,  K_k = sum_j |a b|^2 + |b c|^2 + |c a|^2
//! ```
//!
//! `H` is a finite group of phases on which the characters (2,0), (0,2), (2,2), (1,1), (1,-1), (3,1), (1,3) are not trivial. Source: [`SYMBOLIC`].

use super::network::{Group, Outputs, Unit, coordinates, loss};
use super::orbits::{Coefficients, Orbit, Orbits, Phases, values};
use super::{COMPOSING, SYMBOLIC};
use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::{Field, Rational, Ring};
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// Orbits of units under phases.
#[derive(Clone, Copy)]
pub(super) struct DecoupledFlow {
    /// The order of the group of phases, if it is not one of the law's.
    phases: Option<usize>,
}

/// The law.
pub(super) const LAW: DecoupledFlow = DecoupledFlow { phases: None };

/// `algebra/decoupled-flow`
pub static CLAIM: Claim = Claim {
    id: "algebra/decoupled-flow",
    title: "frequencies that learn independently",
    statement: "units of one frequency each, in orbits (a e^(i theta), b e^(i phi), c e^(-i (theta + phi))), (theta, phi) in a finite group H of phases on which m theta + n phi, (m, n) = (2,0), (0,2), (2,2), (1,1), (1,-1), (3,1), (1,3), are not trivial: \
        L = 2 d sum_(k <= (d-1)/2) |2 r_k - 1/d|^2, gradient flow in the values keeps the orbits, da/dt = -4 (2 r_k - 1/d) conj(b c) and cyclically, so dr_k/dt = -4 (2 r_k - 1/d) K_k with K_k = sum_j |a b|^2 + |b c|^2 + |c a|^2: \
        each frequency learns for itself, |2 r_k - 1/d| only falls, and |a|^2 - |b|^2 and |b|^2 - |c|^2 are conserved",
    hypotheses: &[
        "d odd; loss as in algebra/loss-decomposition; a, b, c the coefficients z_a,k, z_b,k, z_c,k of a unit, and r_k = r(k, k, k)",
        "checked for d = 3 and 5 and H = {2 pi s (1,4)/6}, {2 pi s (4,1)/6} and {2 pi s (1,2)/8}, up to three orbits; losses and gradients are those of the values",
        "in the terms w are the values of the units on the answers, a and b those on the inputs",
    ],
    references: &[SYMBOLIC, COMPOSING],
    builds_on: &["algebra/loss-decomposition"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "order-three",
            "phases 2 pi s (1,1)/3: the character (1,-1) is trivial",
            &Independent(Exact(DecoupledFlow { phases: Some(3) })),
        ),
        control(
            "order-four",
            "phases 2 pi s (1,2)/4: the character (0,2) is trivial",
            &Independent(Exact(DecoupledFlow { phases: Some(4) })),
        ),
        control(
            "order-five",
            "phases 2 pi s (1,2)/5: the character (3,1) is trivial",
            &Independent(Exact(DecoupledFlow { phases: Some(5) })),
        ),
        control(
            "order-six",
            "phases 2 pi s (1,2)/6: the character (2,2) is trivial",
            &Independent(Exact(DecoupledFlow { phases: Some(6) })),
        ),
    ],
};

impl Draws for DecoupledFlow {
    type Instance = Orbits;

    fn draw(&self, draw: &mut Draw) -> Result<Orbits, Unjudged> {
        let stream = &mut draw.own();
        let (order, step) = match self.phases {
            Some(3) => (3, (1, 1)),
            Some(order) => (order, (1, 2)),
            None if draw.index % 8 == 7 => (8, (1, 2)),
            None => *stream.pick(&[(6, (1, 4)), (6, (4, 1))]),
        };
        // The group of five elements is the larger computation. In a control every frequency has one orbit: others could cancel what it shows.
        let group = if draw.index % 16 == 1 { Group(&[5]) } else { Group(&[3]) };
        let frequencies: &[usize] = match (group.size(), self.phases, draw.index % 32) {
            (5, None, 1) => &[1, 1, 2],
            (5, ..) => &[1, 2],
            (_, None, place) if place % 2 == 0 => &[1, 1],
            _ => &[1],
        };
        let mut coefficient = || (stream.small(), stream.small());
        let orbits = frequencies
            .iter()
            .map(|&frequency| Orbit { frequency, coefficients: [(); 3].map(|()| coefficient()) })
            .collect();
        Ok(Orbits { group, phases: Phases { order, step }, orbits })
    }
}

impl Orbits {
    fn relations<const N: usize>(&self, is_law: bool) -> Vec<Relation<Rational>> {
        let (group, size) = (self.group, self.group.size());
        let all: Vec<(usize, Vec<Coefficients<N>>)> =
            self.orbits.iter().map(|orbit| (orbit.frequency, self.units(orbit))).collect();
        let unit = |k: usize, [a, b, c]: &Coefficients<N>| Unit {
            a: values(group, k, a, false),
            b: values(group, k, b, false),
            w: values(group, k, c, true),
        };
        let units: Vec<Unit<Cyclotomic<N>>> =
            all.iter().flat_map(|(k, orbit)| orbit.iter().map(move |coefficients| unit(*k, coefficients))).collect();
        let errors = Outputs::of(group, &units).errors(|g, h| group.sum(g, h));
        // 2 r_k and K_k
        let zero = || Cyclotomic::<N>::from(Rational::new());
        let twice = Rational::from(2);
        let (mut r, mut speeds) = (vec![zero(); size / 2 + 1], vec![zero(); size / 2 + 1]);
        for (k, [a, b, c]) in all.iter().flat_map(|(k, orbit)| orbit.iter().map(move |unit| (*k, unit))) {
            r[k] += (a.clone() * b * c).scaled(&twice);
            let [a, b, c] = [a, b, c].map(Cyclotomic::norm_squared);
            speeds[k] += a.clone() * &b + b * &c + c * &a;
        }
        let share = Cyclotomic::<N>::from(Rational::from((1, size as u64)));
        let mut sum = zero();
        r[1..].iter().for_each(|r| sum += (r.clone() - &share).norm_squared());
        let lost = loss(group, &errors);
        let mut relations = vec![Relation::equality(
            "the loss",
            vec![Term::vector("L", coordinates(&[lost]))],
            vec![Term::vector(
                "2 d sum_k |2 r_k - 1/d|^2",
                coordinates(&[sum.scaled(&Rational::from(2 * size as u64))]),
            )],
        )];
        if !is_law {
            return relations;
        }
        let mut velocities: Vec<Cyclotomic<N>> = vec![zero(); size / 2 + 1];
        for (place, (k, orbit)) in all.iter().enumerate() {
            let k = *k;
            let [a, b, c] = &orbit[0];
            let descent = descent(group, &unit(k, &orbit[0]), &errors);
            let others = [b.clone() * c, c.clone() * a, a.clone() * b].map(|other| other.conjugate());
            let predicted = |factor: &Cyclotomic<N>, weight: i64| -> Vec<Rational> {
                let of = |(place, other): (usize, &Cyclotomic<N>)| {
                    values(group, k, &(factor.clone() * other).scaled(&Rational::from(weight)), place == 2)
                };
                others.iter().enumerate().flat_map(of).flat_map(|value| coordinates(&[value])).collect()
            };
            relations.push(Relation::equality(
                ("a unit's descent", format!("orbit {place}, frequency {k}")),
                vec![Term::vector("-dL/d(a, b, w)", descent.iter().flat_map(|part| coordinates(part)).collect())],
                vec![
                    Term::vector("of -8 r_k conj(b c), ...", predicted(&r[k], -4)),
                    Term::vector("of (4/d) conj(b c), ...", predicted(&share, 4)),
                ],
            ));
            // Their coefficients, from the values.
            let coefficient = |values: &[Cyclotomic<N>], is_output: bool| {
                let mut sum = zero();
                for (g, value) in values.iter().enumerate() {
                    let at = if is_output { g } else { group.minus(g) };
                    sum += group.character::<N>(k, at) * value;
                }
                sum.scaled(&Rational::from((1, size as u64)))
            };
            let moved =
                [coefficient(&descent[0], false), coefficient(&descent[1], false), coefficient(&descent[2], true)];
            let order = Rational::from(orbit.len() as u64);
            let turning = moved[0].clone() * b * c + moved[1].clone() * c * a + moved[2].clone() * a * b;
            velocities[k] += turning.scaled(&order);
            // d|z|^2/dt = 2 Re(conj(z) dz/dt)
            let growth = [0, 1, 2].map(|part| {
                let product = orbit[0][part].conjugate() * &moved[part];
                product.conjugate() + product
            });
            let [first, second, third] = growth.map(|growth| coordinates(&[growth]));
            relations.push(Relation::equality(
                ("conserved differences", format!("orbit {place}, frequency {k}")),
                vec![Term::vector("d(|a|^2, |b|^2)/dt", [&first[..], &second].concat())],
                vec![Term::vector("d(|b|^2, |c|^2)/dt", [&second[..], &third].concat())],
            ));
        }
        for k in (1..velocities.len()).filter(|&k| all.iter().any(|(known, _)| *known == k)) {
            relations.push(Relation::equality(
                ("each frequency learns for itself", format!("frequency {k}")),
                vec![Term::vector("dr_k/dt", coordinates(&[velocities[k].clone()]))],
                vec![
                    Term::vector("-8 r_k K_k", coordinates(&[(r[k].clone() * &speeds[k]).scaled(&Rational::from(-4))])),
                    Term::vector("(4/d) K_k", coordinates(&[(share.clone() * &speeds[k]).scaled(&Rational::from(4))])),
                ],
            ));
        }
        relations
    }
}

/// Minus the gradient of the loss in the values of one unit: `-(2/d^2) sum E w 2 (a + b)` for a and b, `-(2/d^2) sum E (a + b)^2` for w.
fn descent<const N: usize>(
    group: Group,
    unit: &Unit<Cyclotomic<N>>,
    errors: &[Cyclotomic<N>],
) -> [Vec<Cyclotomic<N>>; 3] {
    let size = group.size();
    let zeros = || vec![Cyclotomic::<N>::from(Rational::new()); size];
    let [mut a, mut b, mut w] = [zeros(), zeros(), zeros()];
    let mut scratch = Cyclotomic::from(Rational::new());
    for (pair, errors) in errors.chunks(size).enumerate() {
        let (g, h) = (pair / size, pair % size);
        let sum = unit.a[g].clone() + &unit.b[h];
        let square = sum.squared();
        let mut along = Cyclotomic::from(Rational::new());
        for (c, error) in errors.iter().enumerate() {
            along.add_product(error, &unit.w[c], &mut scratch);
            w[c].add_product(error, &square, &mut scratch);
        }
        let slope = (along * sum).scaled(&Rational::from(2));
        a[g] += &slope;
        b[h] += &slope;
    }
    let factor = Rational::from((-2, (size * size) as i64));
    [a, b, w].map(|part| part.into_iter().map(|value| value.scaled(&factor)).collect())
}

impl<T: Field> In<T> for DecoupledFlow {
    fn relations(&self, orbits: &Orbits) -> Result<Vec<Relation<T>>, Unjudged> {
        let is_law = self.phases.is_none();
        let relations = match (orbits.group.size(), orbits.phases.order) {
            (3, 3) => orbits.relations::<3>(is_law),
            (3, 4) => orbits.relations::<12>(is_law),
            (3, 6) => orbits.relations::<6>(is_law),
            (3, 8) => orbits.relations::<24>(is_law),
            (3, _) | (_, 3) => orbits.relations::<15>(is_law),
            (_, 4) => orbits.relations::<20>(is_law),
            (_, 5) => orbits.relations::<5>(is_law),
            (_, 6) => orbits.relations::<30>(is_law),
            _ => orbits.relations::<40>(is_law),
        };
        Ok(carried(relations))
    }
}
