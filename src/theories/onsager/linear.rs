//! `onsager/linear`: potential, rotation and entropy production of a linear system.
//!
//! ```text
//! b = -B x,  Sigma = eps S^(-1) from B Sigma + Sigma B^T = 2 eps M,  W = B S^(-1) - M antisymmetric
//! E[l^T M^(-1) l] / eps = tr(W^T M^(-1) W S) = tr(B^T M^(-1) B Sigma) / eps - tr B,   0 if and only if B M is symmetric
//! B = diag(h), M = T + s C:  = (s/T)^2 sum_{i<j} (h_i - h_j)^2 / (h_i + h_j) C_ij^2 + O(s^3)
//! ```
//!
//! `M > 0` constant, `-B` stable, `l = -W S x` the irreversible drift. Source: [`PAVLIOTIS`].

use super::PAVLIOTIS;
use super::identifiability::System;
use super::linear_system::{Matrix, covariance, entries, scaled, trace_of_product};
use super::series_matrices::{Powers, inverse, product};
use crate::exact::roots::multiply;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// What is said of a linear system.
#[derive(Clone, Copy)]
pub(super) struct Linear {
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Law,
    /// `b` in place of `l`.
    WholeDrift,
    /// `Sigma = eps M^(-1)`.
    CovarianceOfMetric,
}

/// The law.
pub(super) const LAW: Linear = Linear { said: Said::Law };

/// `onsager/linear`
pub static CLAIM: Claim = Claim {
    id: "onsager/linear",
    title: "the entropy production of a linear system, and of descent with noise of another shape than the curvature",
    statement: "B Sigma + Sigma B^T = 2 eps M has the solution Sigma = eps S^(-1), W = B S^(-1) - M is antisymmetric, and E[l^T M^(-1) l] / eps = tr(W^T M^(-1) W S) = tr(B^T M^(-1) B Sigma) / eps - tr B, which does not depend on eps and is 0 if and only if B M is symmetric; for B = diag(h), M = T + s C it is (s/T)^2 sum_{i<j} (h_i - h_j)^2 / (h_i + h_j) C_ij^2 + O(s^3)",
    hypotheses: &[
        "b = -B x, -B stable; M > 0 constant and symmetric; S = hess V, l = b + M S x; the law of x is the stationary one; h > 0, T > 0, C symmetric",
        "checked for two and three variables, reversible or not",
    ],
    references: &[PAVLIOTIS],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("whole-drift", "b in place of l", &Independent(Exact(Linear { said: Said::WholeDrift }))),
        control(
            "covariance-of-metric",
            "Sigma = eps M^(-1)",
            &Independent(Exact(Linear { said: Said::CovarianceOfMetric })),
        ),
    ],
};

/// A system, and descent with noise.
pub(super) struct Instance {
    pub(super) system: System,
    /// `h`
    pub(super) curvatures: Vec<Rational>,
    /// `T`
    pub(super) isotropic: Rational,
    /// `C`, symmetric.
    pub(super) shape: Matrix,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.system)
    }
    fn besides(&self) -> String {
        let reversible = self.system.rotation.iter().all(|entry| *entry == 0);
        if reversible { ", reversible".to_owned() } else { String::new() }
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.system.numbers();
        numbers.push(Numbers::new("h", self.curvatures.iter().cloned()));
        numbers.push(Numbers::new("T", [self.isotropic.clone()]));
        numbers.push(Numbers::new("C", self.shape.iter().cloned()));
        numbers
    }
}

impl Draws for Linear {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let mut system = System::draw(stream, 2);
            let order = system.metric.nrows();
            if draw.is_law() && draw.index % 4 == 3 {
                system.rotation.fill(Rational::new());
            }
            let entries = DMatrix::from_fn(order, order, |_, _| stream.small());
            let instance = Instance {
                curvatures: (0..order).map(|_| stream.positive()).collect(),
                isotropic: stream.positive(),
                shape: &entries + entries.transpose(),
                system,
            };
            // M^(-1) is the covariance of S = M alone; and W may be 0 by accident.
            let turns = instance.system.rotation.iter().any(|entry| *entry != 0);
            if draw.is_law() || (turns && instance.system.curvature != instance.system.metric) {
                return Ok(instance);
            }
        }
    }
}

/// `tr(A^T N A P)`
fn sandwiched(a: &Matrix, n: &Matrix, p: &Matrix) -> Rational {
    trace_of_product(&multiply(&a.transpose(), n), &multiply(a, p))
}

impl<T: Field> In<T> for Linear {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let System { curvature, metric, temperature, .. } = &instance.system;
        let drift = instance.system.drift();
        let covariance = covariance(&drift, metric, temperature)?;
        let (inverse_metric, inverse_curvature) = (exact::inverse(metric)?, exact::inverse(curvature)?);
        let vector = |name, matrix: &Matrix| Term::vector(name, entries::<T>(matrix));
        let number = |name, value: &Rational| Term::scalar(name, T::from_rational(value));
        let solution = |name, matrix: &Matrix| {
            let claimed = scaled(matrix, temperature);
            Relation::equality("the covariance", vec![vector("Sigma", &covariance)], vec![vector(name, &claimed)])
        };
        if self.said == Said::CovarianceOfMetric {
            return Ok(vec![solution("eps M^(-1)", &inverse_metric)]);
        }
        // From the drift and the noise alone; S and W as drawn are not looked at.
        let found = scaled(&exact::inverse(&covariance)?, temperature);
        let rotation = multiply(&drift, &scaled(&covariance, &Rational::from(temperature.recip_ref()))) - metric;
        let irreversible = if self.said == Said::WholeDrift { drift.clone() } else { multiply(&rotation, &found) };
        // E[l^T M^(-1) l] with l = -A x is tr(A^T M^(-1) A Sigma).
        let mean = sandwiched(&irreversible, &inverse_metric, &covariance) / temperature;
        let production = sandwiched(&rotation, &inverse_metric, &found);
        let mut relations = vec![Relation::equality(
            "entropy production",
            vec![number("E[l^T M^(-1) l] / eps", &mean)],
            vec![number("tr(W^T M^(-1) W S)", &production)],
        )];
        if self.said == Said::WholeDrift {
            return Ok(relations);
        }
        let whole = sandwiched(&drift, &inverse_metric, &covariance) / temperature;
        let minus_trace = -(0..drift.nrows()).map(|i| &drift[(i, i)]).sum::<Rational>();
        relations.push(Relation::equality(
            "entropy production from the drift",
            vec![number("tr(W^T M^(-1) W S)", &production)],
            vec![number("tr(B^T M^(-1) B Sigma) / eps", &whole), number("-tr B", &minus_trace)],
        ));
        relations.push(solution("eps S^(-1)", &inverse_curvature));
        let transposed = scaled(&rotation.transpose(), &Rational::from(-1));
        relations.push(Relation::equality(
            "W is antisymmetric",
            vec![vector("W", &rotation)],
            vec![vector("-W^T", &transposed)],
        ));
        let product = multiply(&drift, metric);
        if instance.system.rotation.iter().all(|entry| *entry == 0) {
            relations.push(Relation::equality(
                "B M is symmetric if W = 0",
                vec![vector("B M", &product)],
                vec![vector("(B M)^T", &product.transpose())],
            ));
        } else {
            let asymmetry: Rational = (&product - product.transpose()).iter().map(|entry| entry.clone().square()).sum();
            relations.push(Relation::positive(
                "there is entropy production if W is not 0",
                number("tr(W^T M^(-1) W S)", &production),
            ));
            relations.push(Relation::positive(
                "B M is not symmetric if W is not 0",
                number("|B M - (B M)^T|^2", &asymmetry),
            ));
        }
        relations.push(instance.descent());
        Ok(relations)
    }
}

impl Instance {
    /// Langevin descent with drift `-diag(h) x` and noise `T + s C`.
    fn descent<T: Field>(&self) -> Relation<T> {
        let (h, order) = (&self.curvatures, self.curvatures.len());
        let metric = DMatrix::from_fn(order, order, |i, j| {
            let constant = if i == j { self.isotropic.clone() } else { Rational::new() };
            Powers::constant(constant) + Powers::variable() * Powers::constant(self.shape[(i, j)].clone())
        });
        // Sigma / eps = S^(-1) entry by entry, since B is diagonal.
        let inverse_curvature = DMatrix::from_fn(order, order, |i, j| {
            let sum = Rational::from(&h[i] + &h[j]);
            metric[(i, j)].clone() * Powers::constant(Rational::from(2) / sum)
        });
        let drift = DMatrix::from_fn(order, order, |i, j| {
            if i == j { Powers::one() * Powers::constant(h[i].clone()) } else { Powers::zero() }
        });
        let rotation = product(&drift, &inverse_curvature) - &metric;
        let curvature = inverse(&inverse_curvature);
        let left = product(&rotation.transpose(), &inverse(&metric));
        let production = trace_of_product(&left, &product(&rotation, &curvature));
        let mut second = Rational::new();
        for j in 0..order {
            for i in 0..j {
                let gap = Rational::from(&h[i] - &h[j]).square() / Rational::from(&h[i] + &h[j]);
                second += gap * self.shape[(i, j)].clone().square();
            }
        }
        second /= self.isotropic.clone().square();
        let claimed = [Rational::new(), Rational::new(), second];
        Relation::equality(
            "entropy production of descent",
            vec![Term::vector("tr(W^T M^(-1) W S)", production.coefficients.iter().map(T::from_rational).collect())],
            vec![Term::vector(
                "(s/T)^2 sum_{i<j} (h_i - h_j)^2 / (h_i + h_j) C_ij^2",
                claimed.iter().map(T::from_rational).collect(),
            )],
        )
    }
}
