//! `starvation/two-features`: of two features the stronger starves the weaker, whatever the decay.
//!
//! ```text
//! w_1 = (c, s), w_2 = (-s, c), 0 < s < c:   dz_2/d(s_1^2) has the sign of s_2 - s_1, and so has dz_1/d(s_2^2) for s_1 > 0
//! dz_2/d(s_1^2) = -(c alpha_1 + s alpha_2) s_2^2 c s (D_2 - D_1)/(lambda^2 det(I + S^2 M/lambda))
//! ```
//!
//! Source: the question is that of [`STARVATION`].

use super::STARVATION;
use super::features::Optimum;
use crate::closed_form::features;
use crate::scalar::{Rational, Real};
use crate::verify::{Claim, Draw, Draws, In, Independent, Relation, Term, Transcendental, Unjudged, all, control};
use nalgebra::DMatrix;

/// The sign of the response to the other feature.
#[derive(Clone, Copy)]
pub(super) struct TwoFeatures {
    /// Whether the first feature is always called the stronger one, although it is the weaker.
    always_starved: bool,
    angles: Angles,
}

/// Which entry of `w_1 = (c, s)` is the larger, and their signs.
#[derive(Clone, Copy)]
enum Angles {
    /// `0 < s < c`
    Shared,
    /// `-c < s < 0`
    Opposed,
    /// `|s| > c`
    Beyond,
}

pub(super) const LAW: TwoFeatures = TwoFeatures { always_starved: false, angles: Angles::Shared };

/// `starvation/two-features`
pub static CLAIM: Claim = Claim {
    id: "starvation/two-features",
    title: "the stronger of two features starves the weaker at every decay",
    statement: "u = K alpha/lambda, w_1 = (c, s), w_2 = (-s, c): dz_2/d(s_1^2) has the sign of s_2 - s_1, and for s_1 > 0 so has dz_1/d(s_2^2); \
        dz_2/d(s_1^2) = -(c alpha_1 + s alpha_2) s_2^2 c s (D_2 - D_1)/(lambda^2 det(I + S^2 M/lambda))",
    hypotheses: &["two samples, 0 < s < c, c^2 + s^2 = 1; lambda > 0, s_2 > 0, s_1 >= 0", "checked for s_1 > 0"],
    references: &[STARVATION],
    builds_on: &["starvation/response"],
    law: &[all(&Independent(Transcendental(LAW)))],
    controls: &[
        control(
            "weaker-starves",
            "starvation claimed for s_1 < s_2",
            &Independent(Transcendental(TwoFeatures { always_starved: true, ..LAW })),
        ),
        control(
            "opposed-samples",
            "-c < s < 0",
            &Independent(Transcendental(TwoFeatures { angles: Angles::Opposed, ..LAW })),
        ),
        control(
            "samples-exchanged",
            "s > c or s < -c",
            &Independent(Transcendental(TwoFeatures { angles: Angles::Beyond, ..LAW })),
        ),
    ],
};

impl Draws for TwoFeatures {
    type Instance = Optimum;
    fn draw(&self, draw: &mut Draw) -> Result<Optimum, Unjudged> {
        let stream = &mut draw.own();
        loop {
            // (c, s) = (1 - t^2, 2 t)/(1 + t^2) is within (0, pi/4) for 0 < t < tan(pi/8) = 0.414...
            let t = Rational::from((stream.integer(1, 26), 64));
            let whole = t.clone().square() + Rational::ONE;
            let (mut c, mut s) = ((Rational::from(1) - t.clone().square()) / &whole, t * Rational::from(2) / &whole);
            match self.angles {
                Angles::Shared => {}
                Angles::Opposed => s = -s,
                Angles::Beyond => {
                    std::mem::swap(&mut c, &mut s);
                    if stream.coin() {
                        s = -s;
                    }
                }
            }
            let axes = DMatrix::from_row_slice(2, 2, &[c.clone(), -s.clone(), s, c]);
            let mut optimum = Optimum::draw(stream, axes);
            // Strong features leave little to pull: some alphas are small.
            let small = Rational::from((1, 1_i64 << stream.below(24)));
            optimum.alpha.iter_mut().for_each(|alpha| *alpha *= &small);
            if !optimum.is_one() {
                continue;
            }
            let at = optimum.at::<f64>();
            let ratio = at.strengths[0] / at.strengths[1];
            let is_wanted = if self.always_starved { ratio < 0.99 } else { (ratio - 1.0).abs() > 1e-4 };
            if is_wanted {
                return Ok(optimum);
            }
        }
    }
}

impl<T: Real> In<T> for TwoFeatures {
    fn relations(&self, optimum: &Optimum) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = optimum.at::<T>();
        let system = at.system(&at.slopes, true);
        let [first, second] = [0, 1].map(|k| at.response(&system, k).swap_remove(1 - k));
        let gap = if self.always_starved { -T::one() } else { at.strengths[1].clone() - &at.strengths[0] };
        let sign = |kind: &'static str, label: &'static str, moved: &T| {
            Relation::positive(kind, Term::scalar(label, T::product(&gap, moved)))
        };
        let alpha = [0, 1].map(|i: usize| T::from_rational(&optimum.alpha[i]));
        let axis = [0, 1].map(|i| at.axes[(i, 0)].clone());
        let squares = [0, 1].map(|j: usize| at.strengths[j].clone());
        let formula = features::starved(&axis, &squares, &alpha, &at.lambda);
        Ok(vec![
            sign("response of the second", "(s_2^2 - s_1^2) dz_2/d(s_1^2)", &first),
            sign("response of the first", "(s_2^2 - s_1^2) dz_1/d(s_2^2)", &second),
            Relation::equality(
                "product formula",
                vec![Term::scalar("dz_2/d(s_1^2)", first)],
                vec![Term::scalar("-(w_1^T alpha) s_2^2 c s (D_2 - D_1)/(lambda^2 det)", formula)],
            ),
        ])
    }
}
