//! `starvation/response`: how the responses at the optimum follow the strength of one feature.
//!
//! ```text
//! dz/d(s_1^2) = (1/lambda) (w_1^T alpha) (I + S^2 M/lambda)^{-1} e_1
//! ```
//!
//! It is put into the derivative of the optimum's own equation, `z_j = s_j^2 (U^T sigma(-U z))_j/lambda`, which is taken with dual numbers. Source: [`STARVATION`].

use super::STARVATION;
use super::features::Optimum;
use crate::scalar::{Dual, Real};
use crate::verify::{Claim, Draw, Draws, In, Independent, Relation, Term, Transcendental, Unjudged, all, control};

/// The derivative of the responses.
#[derive(Clone, Copy)]
pub(super) struct Response {
    /// Whether `M` has its entries off the diagonal.
    coupled: bool,
    /// Whether `D` is that of the optimum, and not `I/4`.
    curved: bool,
}

pub(super) const LAW: Response = Response { coupled: true, curved: true };

/// `starvation/response`
pub static CLAIM: Claim = Claim {
    id: "starvation/response",
    title: "how all features respond to the strength of one",
    statement: "u = K alpha/lambda: dz/d(s_1^2) = (1/lambda)(w_1^T alpha)(I + S^2 M/lambda)^{-1} e_1",
    hypotheses: &[
        "lambda > 0, the features w_j held fixed; any number of samples, any s_j >= 0",
        "checked for two to four samples, s_j > 0",
        "in the terms U has the features w_j as columns and sigma(-u) = alpha is the logistic function",
    ],
    references: &[STARVATION],
    builds_on: &[],
    law: &[all(&Independent(Transcendental(LAW)))],
    controls: &[
        control(
            "uncoupled",
            "M without its entries off the diagonal",
            &Independent(Transcendental(Response { coupled: false, ..LAW })),
        ),
        control("equal-slopes", "D = I/4", &Independent(Transcendental(Response { curved: false, ..LAW }))),
    ],
};

impl Draws for Response {
    type Instance = Optimum;
    fn draw(&self, draw: &mut Draw) -> Result<Optimum, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let optimum = Optimum::of_features(stream);
            // Controls: slopes far apart, and features that mix the samples.
            let slope = |i: usize| (1.0 - optimum.alpha[i].to_f64()) * optimum.alpha[i].to_f64();
            let mixed = |i: usize, j: usize| optimum.axes[(i, j)].to_f64().abs() > 0.1;
            let is_told = (slope(0) - slope(1)).abs() > 1.0 / 32.0
                && slope(0).max(slope(1)) > 1.0 / 16.0
                && (0..2).all(|i| (0..2).all(|j| mixed(i, j)));
            if draw.is_law() || (is_told && optimum.alpha.len() == 2) {
                return Ok(optimum);
            }
        }
    }
}

impl<T: Real> In<T> for Response {
    fn relations(&self, optimum: &Optimum) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = optimum.at::<T>();
        let size = at.pulls.len();
        let slopes = if self.curved { at.slopes.clone() } else { vec![T::ratio(1, 4); size] };
        let moved = at.response(&at.system(&slopes, self.coupled), 0);
        // u, with its derivative U dz
        let alpha: Vec<Dual<T>> = (0..size)
            .map(|i| {
                let mut margin = Dual::constant(T::zero());
                for (j, (response, moved)) in at.responses.iter().zip(&moved).enumerate() {
                    let response = Dual::new(response.clone(), moved.clone());
                    margin += response * Dual::constant(at.axes[(i, j)].clone());
                }
                (-margin).sigmoid()
            })
            .collect();
        let followed = |j: usize| {
            let mut pull = Dual::constant(T::zero());
            for (i, alpha) in alpha.iter().enumerate() {
                pull += alpha.clone() * Dual::constant(at.axes[(i, j)].clone());
            }
            let rate = if j == 0 { T::one() } else { T::zero() };
            (Dual::new(at.strengths[j].clone(), rate) * pull / Dual::constant(at.lambda.clone())).tangent
        };
        let followed = (0..size).map(followed).collect();
        Ok(vec![Relation::equality(
            "the optimum's equation, differentiated",
            vec![Term::vector("dz/d(s_1^2)", moved)],
            vec![Term::vector("d(S^2 U^T sigma(-U z)/lambda)/d(s_1^2)", followed)],
        )])
    }
}
