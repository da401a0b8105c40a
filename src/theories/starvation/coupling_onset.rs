//! `starvation/coupling-onset`: from `u = 0` features couple at the fourth power of time only, with either penalty.
//!
//! ```text
//! u(t) = decoupled linear modes + K (K 1/2)^{o3} t^4/192 + O(t^5)
//! ```
//!
//! `o3` is the cube of every entry. The path is found as a power series from `u' = ...` and `alpha' = -alpha (1 - alpha) u'`, without the series of the logistic function. Source: [`STARVATION`].

use super::STARVATION;
use crate::closed_form::features;
use crate::exact::Series;
use crate::exact::draws::{columns, spectral};
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// The first deviation from decoupled modes.
#[derive(Clone, Copy)]
pub(super) struct Onset {
    /// Its power of time.
    power: usize,
    /// The inverse of the logistic function's cubic coefficient.
    cubic: i64,
}

pub(super) const LAW: Onset = Onset { power: 4, cubic: 48 };

/// `starvation/coupling-onset`
pub static CLAIM: Claim = Claim {
    id: "starvation/coupling-onset",
    title: "features couple at the fourth power of time only",
    statement: "u(0) = 0, u' = K alpha - lambda u or u' = K (alpha - lambda u): u is the solution of the linear system in which alpha = 1/2 - u/4, whose feature modes are uncoupled, plus K (K 1/2)^{o3} t^4/192 + O(t^5), with either penalty",
    hypotheses: &["K = U S^2 U^T; lambda any number; o3 the cube of every entry"],
    references: &[STARVATION],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("third-power", "the deviation at t^3", &Independent(Exact(Onset { power: 3, ..LAW }))),
        control("cubic-coefficient", "sigma(-u) = 1/2 - u/4 + u^3/24", &Independent(Exact(Onset { cubic: 24, ..LAW }))),
    ],
};

type Path = Series<Rational, 5>;

/// Features with their strengths, and a penalty.
pub(super) struct Start {
    pub(super) axes: DMatrix<Rational>,
    /// `s_j^2`
    pub(super) strengths: Vec<Rational>,
    pub(super) lambda: Rational,
    pub(super) on_margins: bool,
}

impl Start {
    fn size(&self) -> usize {
        self.strengths.len()
    }

    fn k(&self, v: &[Rational]) -> Vec<Rational> {
        spectral(&self.axes, &self.strengths, v)
    }

    /// `u(t)` by Picard's iteration, together with `alpha(t)`.
    fn path(&self) -> Vec<Path> {
        let half = || Path::from_rational(&Rational::from((1, 2)));
        let (mut u, mut alpha) = (vec![Path::zero(); self.size()], vec![half(); self.size()]);
        for _ in 0..5 {
            let lambda = Path::from_rational(&self.lambda);
            let held: Vec<Path> = u.iter().map(|u| u.clone() * &lambda).collect();
            let pulls: Vec<Path> = match self.on_margins {
                true => alpha.iter().zip(&held).map(|(a, h)| a.clone() - h).collect(),
                false => alpha.clone(),
            };
            // K, power by power
            let mut rate = vec![Path::zero(); self.size()];
            for power in 0..5 {
                let entries: Vec<Rational> = pulls.iter().map(|pull| pull.coefficients[power].clone()).collect();
                rate.iter_mut().zip(self.k(&entries)).for_each(|(r, entry)| r.coefficients[power] = entry);
            }
            if !self.on_margins {
                rate.iter_mut().zip(&held).for_each(|(r, h)| *r -= h);
            }
            let fallen = alpha.iter().zip(&rate).map(|(a, r)| half() - (a.clone() * (Path::one() - a) * r).integral());
            alpha = fallen.collect();
            u = rate.iter().map(Path::integral).collect();
        }
        u
    }

    /// The linear system's solution, mode by mode: `z' = s^2/2 (w^T 1) - (s^2/4 + lambda) z`, or `lambda s^2` for `lambda`.
    fn modes(&self) -> Vec<Path> {
        let mut u = vec![Path::zero(); self.size()];
        for (axis, strength) in self.axes.column_iter().zip(&self.strengths) {
            let pull: Rational = axis.iter().sum::<Rational>() * strength / 2;
            let held = if self.on_margins { Rational::from(&self.lambda * strength) } else { self.lambda.clone() };
            let decay = strength.clone() / 4 + held;
            let mut z = Path::zero();
            for power in 0..4 {
                let rate = if power == 0 { pull.clone() } else { Rational::new() };
                z.coefficients[power + 1] =
                    (rate - Rational::from(&decay * &z.coefficients[power])) / (power as i64 + 1);
            }
            u.iter_mut().zip(axis.iter()).for_each(|(u, w)| *u += z.clone() * Path::from_rational(w));
        }
        u
    }

    /// `K (K 1/2)^{o3}/(4 cubic)`
    fn deviation(&self, cubic: i64) -> Vec<Rational> {
        features::onset(self.size(), cubic, |v| self.k(v))
    }
}

impl Draws for Onset {
    type Instance = Start;
    fn draw(&self, draw: &mut Draw) -> Result<Start, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let size = 1 + stream.below(4);
            let strength = |stream: &mut crate::verify::Stream| {
                if draw.is_law() && stream.below(8) == 0 { Rational::new() } else { stream.positive() }
            };
            let start = Start {
                axes: columns(stream, size),
                strengths: (0..size).map(|_| strength(stream)).collect(),
                lambda: stream.positive(),
                on_margins: stream.coin(),
            };
            // Controls: a deviation that is seen beside the path.
            let path = start.path();
            let largest = path.iter().flat_map(|u| &u.coefficients).map(|x| x.clone().abs()).max().unwrap_or_default();
            let deviation = start.deviation(48).into_iter().map(Rational::abs).max().unwrap_or_default();
            if draw.is_law() || deviation * 1024 > largest {
                return Ok(start);
            }
        }
    }
}

impl<T: Field> In<T> for Onset {
    fn relations(&self, start: &Start) -> Result<Vec<Relation<T>>, Unjudged> {
        let term = |label: &'static str, series: &[Path]| {
            let entries = series.iter().flat_map(|u| &u.coefficients[1..]);
            Term::vector(label, entries.map(T::from_rational).collect())
        };
        let deviation = start.deviation(self.cubic).into_iter().map(|entry| {
            let mut series = Path::zero();
            series.coefficients[self.power] = entry;
            series
        });
        Ok(vec![Relation::equality(
            "path from 0",
            vec![term("u", &start.path())],
            vec![
                term("decoupled modes", &start.modes()),
                term("K (K 1/2)^{o3} t^4/192", &deviation.collect::<Vec<_>>()),
            ],
        )])
    }
}

impl Drawn for Start {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let penalty = if self.on_margins { "spectral decoupling" } else { "weight decay" };
        format!("{} features, {penalty}, lambda = {}", self.size(), self.lambda)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("s_j^2", self.strengths.clone()),
            Numbers::new("U, column by column", self.axes.iter().cloned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For `w_1 = (4, 3)/5`, `s_j^2 = 4, 1` the features' deviations are 1806133/7500000 and -1159199/120000000, with either penalty. Computed once by another program.
    #[test]
    fn an_example_has_its_deviation() {
        let entry = |n: i64| Rational::from((n, 5));
        for on_margins in [false, true] {
            let start = Start {
                axes: DMatrix::from_row_slice(2, 2, &[entry(4), entry(-3), entry(3), entry(4)]),
                strengths: vec![Rational::from(4), Rational::from(1)],
                lambda: Rational::from((1, 3)),
                on_margins,
            };
            let gap: Vec<Rational> = start
                .path()
                .iter()
                .zip(start.modes())
                .map(|(u, v)| u.coefficients[4].clone() - &v.coefficients[4])
                .collect();
            assert_eq!(gap, start.deviation(48));
            let feature = |a: i64, b: i64| gap[0].clone() * entry(a) + gap[1].clone() * entry(b);
            assert_eq!(feature(4, 3), Rational::from((1_806_133, 7_500_000)));
            assert_eq!(feature(-3, 4), Rational::from((-1_159_199, 120_000_000)));
        }
    }
}
