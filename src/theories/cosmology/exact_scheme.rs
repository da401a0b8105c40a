//! `cosmology/exact-scheme`: a step with momentum is a central difference of the field's equation.
//!
//! ```text
//! h^2 = 2 eta/(1 + beta), G h = 2 (1 - beta)/(1 + beta):   (th+ - 2 th + th-)/h^2 + G (th+ - th-)/(2 h) = -g
//! ```
//!
//! So the Hubble rate `H = G/3` has `H^2 = 2 (1 - beta)^2/(9 eta (1 + beta))`, and without momentum the cosmological constant is `3 H^2 = 2/(3 eta)`. Any other
//! stencil `s (th+ - th) + (1 - s)(th - th-)` of `h phi'` gives another friction, and is consistent to first order only. Source: the analogy is that of [`DUALITY`].

use super::DUALITY;
use super::rates::{Rates, half};
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};

/// The difference equation.
#[derive(Clone, Copy)]
pub(super) struct Scheme {
    /// Whether `h^2` and `G h` are those of the central difference, and not those of `s = 0`.
    central: bool,
    /// The friction in multiples of `H`.
    dimension: i64,
    /// Whether the stencil whose order is asked for is the central one.
    second_order: bool,
}

pub(super) const LAW: Scheme = Scheme { central: true, dimension: 3, second_order: true };

/// `cosmology/exact-scheme`
pub static CLAIM: Claim = Claim {
    id: "cosmology/exact-scheme",
    title: "a step with momentum is a central difference of a field with friction",
    statement: "th+ = th + beta (th - th-) - eta g, h^2 = 2 eta/(1 + beta), G h = 2 (1 - beta)/(1 + beta): (th+ - 2 th + th-)/h^2 + G (th+ - th-)/(2 h) = -g; \
        H = G/3: H^2 = 2 (1 - beta)^2/(9 eta (1 + beta)); with s (th+ - th) + (1 - s)(th - th-) for h phi' the same holds for h^2 = eta/(1 - s (1 - beta)), G h = (1 - beta)/(1 - s (1 - beta)); \
        the defect of that stencil is h^2 (s - 1/2) phi'' + O(h^3), of order 3 only for s = 1/2",
    hypotheses: &[
        "|beta| < 1, eta > 0; g any vector; 1 - s (1 - beta) > 0; of the stencils' order: phi three times continuously differentiable",
        "checked for g the gradient of a random polynomial of degree four, s in [0, 1/2], and cubic phi",
    ],
    references: &[DUALITY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "one-sided-rates",
            "h^2 = eta and G h = 1 - beta with the central difference",
            &Independent(Exact(Scheme { central: false, ..LAW })),
        ),
        control(
            "friction-of-one",
            "the friction H in place of 3 H",
            &Independent(Exact(Scheme { dimension: 1, ..LAW })),
        ),
        control(
            "one-sided-stencil",
            "s = 0 said to be of the order of s = 1/2",
            &Independent(Exact(Scheme { second_order: false, ..LAW })),
        ),
    ],
};

/// Two points of a path with a potential `sum_i (b_i th_i + c_i th_i^2/2 + d_i th_i^4/4) + (sum_i th_i)^2/2`.
pub(super) struct Path {
    pub(super) rates: Rates,
    pub(super) before: Vec<Rational>,
    pub(super) now: Vec<Rational>,
    pub(super) potential: Vec<[Rational; 3]>,
    pub(super) stencil: Rational,
    /// `phi', phi'', phi'''` at 0
    pub(super) field: [Rational; 3],
}

impl Path {
    /// `g`
    fn gradient(&self) -> Vec<Rational> {
        let sum: Rational = self.now.iter().sum();
        let entry = |(x, [b, c, d]): (&Rational, &[Rational; 3])| {
            Rational::from(d * x) * x * x + Rational::from(c * x) + b + &sum
        };
        self.now.iter().zip(&self.potential).map(entry).collect()
    }

    /// `th+ - th` and `th - th-`
    fn steps(&self) -> [Vec<Rational>; 2] {
        let before: Vec<Rational> = self.now.iter().zip(&self.before).map(|(x, y)| Rational::from(x - y)).collect();
        let after = before.iter().zip(self.gradient());
        let after = after.map(|(d, g)| Rational::from(&self.rates.beta * d) - g * &self.rates.eta).collect();
        [after, before]
    }
}

impl Draws for Scheme {
    type Instance = Path;
    fn draw(&self, draw: &mut Draw) -> Result<Path, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let size = 1 + stream.below(3);
            let path = Path {
                rates: Rates::draw(stream),
                before: (0..size).map(|_| stream.small()).collect(),
                now: (0..size).map(|_| stream.small()).collect(),
                potential: (0..size).map(|_| [stream.small(), stream.small(), stream.small()]).collect(),
                stencil: Rational::from((stream.integer(0, 8), 16)),
                field: [stream.small(), stream.small(), stream.small()],
            };
            // Controls: neither th+ - 2 th + th- nor th+ - th- is small beside the gradient.
            let [after, before] = path.steps();
            let largest = |list: Vec<Rational>| list.into_iter().map(Rational::abs).max().unwrap_or_default();
            let told = largest(path.gradient()) * &path.rates.eta / 64;
            let pairs = || after.iter().zip(&before);
            let is_told = largest(pairs().map(|(a, b)| Rational::from(a - b)).collect()) > told
                && largest(pairs().map(|(a, b)| Rational::from(a + b)).collect()) > told;
            if draw.is_law() || is_told {
                return Ok(path);
            }
        }
    }
}

impl<T: Field> In<T> for Scheme {
    fn relations(&self, path: &Path) -> Result<Vec<Relation<T>>, Unjudged> {
        let (rates, [after, before]) = (&path.rates, path.steps());
        let vector = |entry: &dyn Fn(&Rational, &Rational) -> Rational| -> Vec<T> {
            after.iter().zip(&before).map(|(a, b)| T::from_rational(&entry(a, b))).collect()
        };
        let pull: Vec<T> = path.gradient().iter().map(|g| T::from_rational(&Rational::from(-g))).collect();
        let scheme = |kind: &'static str, s: &Rational, of: &Rational, dimension: i64| {
            let square = rates.squared_step(of);
            let friction = rates.friction(of) / &square * Rational::from((dimension, 3));
            let rest = Rational::from(1) - s;
            let curved = vector(&|a, b| Rational::from(a - b) / &square);
            let slowed = vector(&|a, b| (Rational::from(a * s) + Rational::from(b * &rest)) * &friction);
            Relation::equality(
                kind,
                vec![Term::vector("(th+ - 2 th + th-)/h^2", curved), Term::vector("G phi'", slowed)],
                vec![Term::vector("-g", pull.clone())],
            )
        };
        let of = if self.central { half() } else { Rational::new() };
        let [first, second, third] = &path.field;
        // Coefficients of h, h^2, h^3 in the stencil of h phi' for phi = phi' t + phi'' t^2/2 + phi''' t^3/6.
        let stencil = |s: &Rational| {
            let taylor = |sign: i64| [first.clone() * sign, second.clone() / 2, third.clone() / 6 * sign];
            let [ahead, behind] = [taylor(1), taylor(-1)];
            let weighed = ahead.into_iter().zip(behind).map(|(a, b)| (a * s, -b * (Rational::from(1) - s)));
            let (left, right): (Vec<Rational>, Vec<Rational>) = weighed.unzip();
            [left, right].map(|list| list.iter().map(T::from_rational).collect::<Vec<T>>())
        };
        let powers = |list: [Rational; 3]| list.iter().map(T::from_rational).collect::<Vec<T>>();
        let zero = Rational::new;
        let order = |kind: &'static str, s: &Rational, known: bool| {
            let [ahead, behind] = stencil(s);
            let mut right = vec![
                Term::vector("h phi'", powers([first.clone(), zero(), zero()])),
                Term::vector("h^3 phi'''/6", powers([zero(), zero(), third.clone() / 6])),
            ];
            if known {
                let defect = (s.clone() - half()) * second;
                right.push(Term::vector("(s - 1/2) h^2 phi''", powers([zero(), defect, zero()])));
            }
            let left =
                vec![Term::vector("s (phi(h) - phi(0))", ahead), Term::vector("(1 - s) (phi(0) - phi(-h))", behind)];
            Relation::equality(kind, left, right)
        };
        let hubble = rates.friction(&half()).square() / rates.squared_step(&half()) / 9;
        let formula = rates.kept().square() * 2 / (rates.eta.clone() * 9 * (Rational::from(1) + &rates.beta));
        let plain = if self.second_order { half() } else { zero() };
        let mut relations = vec![
            scheme("central difference", &half(), &of, self.dimension),
            scheme("any stencil", &path.stencil, &path.stencil, 3),
            Relation::equality(
                "Hubble rate",
                vec![Term::scalar("H^2", T::from_rational(&hubble))],
                vec![Term::scalar("2 (1 - beta)^2/(9 eta (1 + beta))", T::from_rational(&formula))],
            ),
            order("defect of a stencil", &path.stencil, true),
            order("order of the central stencil", &plain, false),
        ];
        if rates.beta.is_zero() {
            let constant = Rational::from((2, 3)) / &rates.eta;
            relations.push(Relation::equality(
                "cosmological constant",
                vec![Term::scalar("3 H^2", T::from_rational(&(hubble * 3)))],
                vec![Term::scalar("2/(3 eta)", T::from_rational(&constant))],
            ));
        }
        Ok(relations)
    }
}

impl Drawn for Path {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("two points in {} dimensions, beta = {}, eta = {}", self.now.len(), self.rates.beta, self.rates.eta)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            self.rates.numbers(),
            Numbers::new("th-", self.before.clone()),
            Numbers::new("th", self.now.clone()),
            Numbers::new("b, c, d of each coordinate", self.potential.iter().flatten().cloned()),
            Numbers::new("s", [self.stencil.clone()]),
            Numbers::new("phi', phi'', phi'''", self.field.clone()),
        ]
    }
}
