//! `starvation/spectral-decoupling`: with the penalty `(lambda/2) |u|^2` all samples have one margin at the optimum, whatever the features' strengths.
//!
//! ```text
//! 1 in the image of Phi   <=>   u_i = u* for all i, sigma(-u*) = lambda u*;   the linearised flow is -(lambda + p (1 - p)) K, p = sigma(-u*)
//! ```
//!
//! Source: the penalty is that of [`STARVATION`].

use super::STARVATION;
use super::features::Optimum;
use super::linearisation::{alike, apply, commuting, linearised, stationary};
use crate::exact::draws::columns;
use crate::linalg::exact;
use crate::linalg::products::{dot, product};
use crate::scalar::{Rational, Real};
use crate::verify::{
    Claim, Draw, Drawn, Draws, In, Independent, Numbers, Relation, Term, Transcendental, Unjudged, all, control,
};
use nalgebra::{DMatrix, DVector};

/// What is said of an optimum.
#[derive(Clone, Copy)]
pub(super) struct Decoupling {
    setting: Setting,
}

/// Which penalty, and which features.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Setting {
    /// `(lambda/2) |u|^2`, with 1 in the image of `Phi`.
    Decoupled,
    /// The same, with 1 outside the image of `Phi`.
    Deficient,
    /// `(lambda/2) |theta|^2`
    WeightDecay,
}

pub(super) const LAW: Decoupling = Decoupling { setting: Setting::Decoupled };

/// `starvation/spectral-decoupling`
pub static CLAIM: Claim = Claim {
    id: "starvation/spectral-decoupling",
    title: "spectral decoupling gives all samples one margin",
    statement: "the minimum of sum_i ln(1 + e^{-u_i}) + (lambda/2)|u|^2 over u = Phi theta is u_i = u* for all i, sigma(-u*) = lambda u*, if and only if the vector 1 is in the image of Phi; \
        then it depends on no strength of a feature, and the gradient flow u' = K (alpha - lambda u), linearised there, is -(lambda + p (1 - p)) K with p = sigma(-u*), which commutes with K",
    hypotheses: &[
        "lambda > 0; K = Phi Phi^T",
        "checked for Phi of full row rank, and of lower rank with a column of ones",
        "in the terms J is the linearised flow and v a direction of u",
    ],
    references: &[STARVATION],
    builds_on: &[],
    law: &[all(&Independent(Transcendental(LAW)))],
    controls: &[
        control(
            "deficient-rank",
            "1 not in the image of Phi",
            &Independent(Transcendental(Decoupling { setting: Setting::Deficient })),
        ),
        control(
            "weight-decay",
            "the penalty (lambda/2) |theta|^2",
            &Independent(Transcendental(Decoupling { setting: Setting::WeightDecay })),
        ),
    ],
};

/// Features with an optimum.
pub(super) enum Features {
    /// `Phi`, `theta` with `Phi theta = 1`, `p`, and a direction.
    Decoupled { phi: DMatrix<Rational>, unit: Vec<Rational>, pull: Rational, direction: Vec<Rational> },
    /// An optimum with weight decay, or margins that are to be one without 1 in the image.
    Other(Optimum, Setting),
}

#[cfg(test)]
impl Features {
    /// Multiplies `Phi`, and with it what belongs to it.
    pub(super) fn stretch(&mut self, factor: &Rational) {
        if let Features::Decoupled { phi, unit, direction, .. } = self {
            phi.iter_mut().for_each(|entry| *entry *= factor);
            unit.iter_mut().chain(direction).for_each(|entry| *entry /= factor);
        }
    }
}

impl Draws for Decoupling {
    type Instance = Features;
    fn draw(&self, draw: &mut Draw) -> Result<Features, Unjudged> {
        let stream = &mut draw.own();
        if self.setting == Setting::Decoupled {
            let rows = 1 + stream.below(4);
            loop {
                let is_full = stream.coin();
                let width = if is_full { rows + stream.below(2) } else { 1 + stream.below(rows) };
                let phi = DMatrix::from_fn(rows, width, |_, column| {
                    if column == 0 && !is_full { Rational::from(1) } else { stream.small() }
                });
                let ones = DVector::from_element(rows, Rational::from(1));
                let Ok(unit) = exact::solve(&phi, &ones) else { continue };
                let pull = Rational::from((stream.integer(1, 127), 256));
                let direction: Vec<Rational> = (0..width).map(|_| stream.small()).collect();
                // Along it both sides of the stationary condition are multiples of the sum of the margins' changes.
                if phi.row_iter().map(|row| dot(&row.iter().cloned().collect::<Vec<_>>(), &direction)).sum::<Rational>()
                    == 0
                {
                    continue;
                }
                return Ok(Features::Decoupled { phi, unit: unit.as_slice().to_vec(), pull, direction });
            }
        }
        loop {
            let mut optimum = match self.setting {
                Setting::WeightDecay => Optimum::of_features(stream),
                _ => {
                    let axes = columns(stream, 4);
                    Optimum::draw(stream, axes)
                }
            };
            if self.setting == Setting::Deficient {
                // Positive margins, so that lambda is.
                optimum.alpha.iter_mut().for_each(|alpha| *alpha /= 2);
            }
            let slope = |i: usize| (1.0 - optimum.alpha[i].to_f64()) * optimum.alpha[i].to_f64();
            let mixed = |i: usize, j: usize| optimum.axes[(i, j)].to_f64().abs() > 0.1;
            let at = optimum.at::<f64>();
            let ratio = at.strengths[0] / at.strengths[1];
            let is_mixed = (0..2).all(|i| (0..2).all(|j| mixed(i, j))) && !(0.5..2.0).contains(&ratio);
            let is_two = self.setting == Setting::Deficient || (optimum.alpha.len() == 2 && is_mixed);
            if (slope(0) - slope(1)).abs() > 1.0 / 32.0 && is_two {
                return Ok(Features::Other(optimum, self.setting));
            }
        }
    }
}

impl<T: Real> In<T> for Decoupling {
    fn relations(&self, features: &Features) -> Result<Vec<Relation<T>>, Unjudged> {
        match features {
            Features::Decoupled { phi, unit, pull, direction } => {
                let (phi, p) = (phi.map(|entry| T::from_rational(&entry)), T::from_rational(pull));
                let carried = |list: &[Rational]| list.iter().map(T::from_rational).collect::<Vec<T>>();
                let margin = T::from_rational(&(Rational::from(1 - pull) / pull)).ln();
                let lambda = p.clone() / &margin;
                let theta: Vec<T> = carried(unit).iter().map(|entry| T::product(entry, &margin)).collect();
                let margins = apply(&phi, &theta);
                let alpha: Vec<T> = margins.iter().map(|u| (-u.clone()).sigmoid()).collect();
                let along = apply(&phi, &carried(direction));
                let k = product(&phi, &phi.transpose());
                let objective = |margins: &[T]| {
                    let mut sum = T::zero();
                    for u in margins {
                        sum += (-u.clone()).softplus() + u.squared() * &lambda / T::integer(2);
                    }
                    sum
                };
                let elsewhere: Vec<T> = margins.iter().zip(&along).map(|(u, v)| u.clone() + v).collect();
                let moved = apply(&k, &along);
                let times = |factor: T| moved.iter().map(|entry| T::product(entry, &factor)).collect::<Vec<T>>();
                Ok(vec![
                    stationary(&margins, &along, &lambda),
                    alike(&alpha, &margins, &lambda),
                    Relation::less(
                        "minimum",
                        Term::scalar("at u = u* 1", objective(&margins)),
                        Term::scalar("elsewhere", objective(&elsewhere)),
                    ),
                    Relation::equality(
                        "linearised flow",
                        vec![Term::vector("J v", linearised(&k, &margins, &lambda, &along, true))],
                        vec![
                            Term::vector("-lambda K v", times(-lambda.clone())),
                            Term::vector("-p (1 - p) K v", times(-(T::one() - &p) * &p)),
                        ],
                    ),
                    commuting(&k, &margins, &lambda, &along, true),
                ])
            }
            Features::Other(optimum, setting) => {
                let at = optimum.at::<T>();
                let alpha: Vec<T> = optimum.alpha.iter().map(T::from_rational).collect();
                let margins = apply(&at.axes, &at.responses);
                let ones: Vec<T> = (0..alpha.len()).map(|i| T::integer(1 + i as i64)).collect();
                if *setting == Setting::WeightDecay {
                    let scaled = DMatrix::from_fn(alpha.len(), alpha.len(), |i, j| {
                        T::product(&at.axes[(i, j)], &at.strengths[j])
                    });
                    let k = product(&scaled, &at.axes.transpose());
                    return Ok(vec![commuting(&k, &margins, &at.lambda, &ones, false)]);
                }
                // lambda with r = alpha - lambda u orthogonal to u, and Phi the complement of r: the optimum is u.
                let lambda = dot(&alpha, &margins) / dot(&margins, &margins);
                let r: Vec<T> = alpha.iter().zip(&margins).map(|(a, u)| a.clone() - T::product(&lambda, u)).collect();
                let part = dot(&r, &ones) / dot(&r, &r);
                let along: Vec<T> = ones.iter().zip(&r).map(|(v, r)| v.clone() - T::product(&part, r)).collect();
                Ok(vec![stationary(&margins, &along, &lambda), alike(&alpha, &margins, &lambda)])
            }
        }
    }
}

impl Drawn for Features {
    fn base(&self) -> Option<&dyn Drawn> {
        match self {
            Features::Decoupled { .. } => None,
            Features::Other(optimum, _) => Some(optimum),
        }
    }
    fn describe(&self) -> String {
        match self {
            Features::Decoupled { phi, pull, .. } => {
                format!("Phi of {} rows and {} columns, p = {pull}", phi.nrows(), phi.ncols())
            }
            Features::Other(optimum, _) => optimum.describe(),
        }
    }
    fn numbers(&self) -> Vec<Numbers> {
        match self {
            Features::Decoupled { phi, direction, .. } => vec![
                Numbers::new("Phi, column by column", phi.iter().cloned()),
                Numbers::new("direction", direction.clone()),
            ],
            Features::Other(optimum, _) => optimum.numbers(),
        }
    }
}
