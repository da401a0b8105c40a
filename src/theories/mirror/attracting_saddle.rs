//! `mirror/attracting-saddle`: noise makes a strict saddle attract, in an open window of step sizes.
//!
//! ```text
//! l = (u w - y)^2, y = y1 or y2; from epoch to epoch u = w = 0 attracts if
//! y1 y2 < 0,  |ybar| < eta |y1 y2|,  2 eta^2 |y1 y2| + 2 eta |ybar| < 1,   and repels if one of these is reversed
//! ```
//!
//! `ybar` is the mean label, other than 0; both labels are met once per epoch in any order. Source: the question is that of [`HIERARCHY`].

use super::derivative::moving;
use super::drawing::carried;
use super::two_labels::{Labels, Window, step, turned};
use super::{HIERARCHY, MIRROR};
use crate::closed_form::saddle::multipliers;
use crate::scalar::{Branch, Dual, Field, Rational, Real};
use crate::verify::{
    Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Part, Relation, Stream, Term, Transcendental, Unjudged,
    control,
};

/// When the saddle is said to attract.
#[derive(Clone, Copy)]
pub(super) struct Saddle {
    window: Window,
    /// Whether all labels are met in every step.
    full_batch: bool,
}

/// The law.
pub(super) const LAW: Saddle = Saddle { window: Window::Exact, full_batch: false };

/// The exponents of independent draws of the labels.
#[derive(Clone, Copy)]
struct Exponents;

/// `mirror/attracting-saddle`
pub static CLAIM: Claim = Claim {
    id: "mirror/attracting-saddle",
    title: "noise makes a strict saddle attract in a window of step sizes",
    statement: "l = (u w - y)^2, labels y1 and y2 once per epoch in any order: u = w = 0 attracts if y1 y2 < 0, |ybar| < eta |y1 y2| and 2 eta^2 |y1 y2| + 2 eta |ybar| < 1, and repels if one of these is reversed; \
        for independent draws of the labels both E ln|1 +- 2 eta y| < 0 in the same window, while E (1 + 2 eta y sgn ybar)^2 = 1 + 4 eta |ybar| + 4 eta^2 E y^2 > 1 at every step size",
    hypotheses: &[
        "theta' = theta - eta grad l, eta > 0, without decay; ybar = (y1 + y2)/2 is not 0, so that u = w = 0 is a strict saddle of the mean loss",
        "attracts: both orders of an epoch bring u + w and u - w nearer to 0 from every start near it; repels: they drive one of them away",
        "with decay gamma s = u + w and t = u - w obey s' = (c - eta G) s, t' = (c + eta G) t, c = 1 - 2 eta gamma, G = 2 (u w - y), at every size",
        "checked from starts at 2^-100, small against every gap of the window that is drawn; on the ends themselves nothing is said, and |2 eta y| = 1, where an exponent is -infinity, is not drawn",
    ],
    references: &[HIERARCHY, MIRROR],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Transcendental(Exponents)), number: |index| (index / 2 % 4 == 3).then_some(index) },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "labels-of-one-sign",
            "two labels of one sign: no step size makes the saddle attract",
            &Independent(Exact(Saddle { window: Window::OneSign, ..LAW })),
        ),
        control(
            "full-batch",
            "both labels in every step, at a step size of the window: the saddle repels",
            &Independent(Exact(Saddle { window: Window::Inside, full_batch: true })),
        ),
        control(
            "diffusion",
            "the lower end |ybar|/Var y of a stochastic differential equation, at a step size between it and the true one",
            &Independent(Exact(Saddle { window: Window::Diffusion, ..LAW })),
        ),
        control(
            "no-upper-end",
            "the window without its upper end, above it",
            &Independent(Exact(Saddle { window: Window::Unbounded, ..LAW })),
        ),
    ],
};

impl Saddle {
    fn instance(self, stream: &mut Stream) -> Labels {
        let (labels, learning_rate) = self.window.draw(stream);
        let attracts = self.window.contains(&labels, &learning_rate);
        let theta = [stream.small(), stream.small()];
        Labels { labels, learning_rate, weight_decay: stream.positive() / 4, theta, attracts }
    }
}

impl Draws for Saddle {
    type Instance = Labels;

    fn draw(&self, draw: &mut Draw) -> Result<Labels, Unjudged> {
        Ok(self.instance(&mut draw.own()))
    }
}

impl Draws for Exponents {
    type Instance = Labels;

    fn draw(&self, draw: &mut Draw) -> Result<Labels, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let instance = LAW.instance(stream);
            // A factor 0 leads to the saddle in one step: its logarithm is no number.
            let half = Rational::from((1, 2));
            if instance.labels.iter().all(|label| Rational::from(label * &instance.learning_rate).abs() != half) {
                return Ok(instance);
            }
        }
    }
}

impl Saddle {
    /// An epoch without decay.
    fn epoch<T: Field>(self, theta: &[T], labels: &[T; 2], rate: &T, reversed: bool) -> Vec<T> {
        let mut order: Vec<&[T]> = if self.full_batch { vec![labels, labels] } else { labels.chunks(1).collect() };
        if reversed {
            order.reverse();
        }
        order.into_iter().fold(theta.to_vec(), |theta, batch| step(&theta, batch, rate, &T::one()))
    }
}

/// `2^-100`
fn near<T: Field>() -> T {
    T::integer(2).powi(-100)
}

impl<T: Branch> In<T> for Saddle {
    fn relations(&self, instance: &Labels) -> Result<Vec<Relation<T>>, Unjudged> {
        let [first, second] = &instance.labels;
        let labels = [T::from_rational(first), T::from_rational(second)];
        let (rate, decay) = (T::from_rational(&instance.learning_rate), T::from_rational(&instance.weight_decay));
        let theta: Vec<T> = carried(&instance.theta);
        let mut relations = Vec::new();
        // The recursion at any size.
        let kept = T::one() - T::integer(2) * &rate * &decay;
        let end = turned(&step(&theta, &labels[..1], &rate, &kept));
        let slope = T::integer(2) * (theta[0].clone() * &theta[1] - &labels[0]);
        let start = turned(&theta);
        let names = [("a step of s = u + w", -1), ("a step of t = u - w", 1)];
        for (((name, sign), start), end) in names.into_iter().zip(&start).zip(end) {
            relations.push(Relation::equality(
                name,
                vec![Term::scalar("after", end)],
                vec![
                    Term::scalar("c times before", T::product(&kept, start)),
                    Term::scalar("eta G times before", T::integer(sign) * &rate * &slope * start),
                ],
            ));
        }
        // The derivative of an epoch at the saddle.
        let factors = multipliers(&labels, &rate);
        for reversed in [false, true] {
            let detail = if reversed { "second label first" } else { "first label first" };
            let dual = |numbers: &[T]| -> Vec<_> { moving(numbers, &vec![T::zero(); numbers.len()]) };
            let at = moving(&[T::zero(), T::zero()], &theta);
            let constant = dual(&labels);
            let pair = [constant[0].clone(), constant[1].clone()];
            let end = self.epoch(&at, &pair, &dual(std::slice::from_ref(&rate))[0], reversed);
            let slopes = turned(&[end[0].tangent.clone(), end[1].tangent.clone()]);
            let starts = turned(&theta);
            let predicted = vec![T::product(&factors[0], &starts[0]), T::product(&factors[1], &starts[1])];
            if !self.full_batch {
                relations.push(Relation::equality(
                    ("derivative of an epoch at the saddle", detail),
                    vec![Term::vector("that of (s, t)", slopes.to_vec())],
                    vec![Term::vector("(prod (1 + 2 eta y) s, prod (1 - 2 eta y) t)", predicted)],
                ));
            }
            // Along s alone and along t alone, and both together.
            let run = |u: T, w: T| {
                let start = [u * near::<T>(), w * near::<T>()];
                let end = turned(&self.epoch(&start, &labels, &rate, reversed));
                (turned(&start).map(|entry| entry.absolute()), end.map(|entry| entry.absolute()))
            };
            if instance.attracts {
                let (before, after) = run(T::integer(3), T::one());
                relations.push(
                    Relation::less(
                        ("the saddle attracts", detail),
                        Term::vector("(|s|, |t|) after an epoch", after.to_vec()),
                        Term::vector("(|s|, |t|) before", before.to_vec()),
                    )
                    .resolved_to(EVERY_GAP),
                );
            } else {
                let (s_before, s_after) = run(T::one(), T::one());
                let (t_before, t_after) = run(T::one(), -T::one());
                let before = s_before[0].clone();
                relations.push(
                    Relation::less(
                        ("the saddle repels", detail),
                        Term::scalar("|s| or |t| before", before),
                        Term::scalar("the larger of both after an epoch", s_after[0].maximum(&t_after[1])),
                    )
                    .resolved_to(EVERY_GAP),
                );
                debug_assert!(s_before[0] == t_before[1], "both start equally near");
            }
        }
        // Independent draws: the mean square along the sign of the mean label.
        let mean = (labels[0].clone() + &labels[1]) * T::ratio(1, 2);
        let sign = if Rational::from(first + second) > 0 { T::one() } else { -T::one() };
        let along = [T::one(), sign.clone()];
        let mut square = T::zero();
        for label in &labels {
            let at = moving(&[T::zero(), T::zero()], &along);
            let [label, rate, one] = [label.clone(), rate.clone(), T::one()].map(Dual::constant);
            let end = step(&at, std::slice::from_ref(&label), &rate, &one);
            square += end[0].tangent.squared() * T::ratio(1, 2);
        }
        let squares = (labels[0].squared() + labels[1].squared()) * T::ratio(1, 2);
        relations.push(Relation::equality(
            "mean square of a step's multiplier",
            vec![Term::scalar("E (1 + 2 eta y sgn ybar)^2", square)],
            vec![
                Term::scalar("1", T::one()),
                Term::scalar("4 eta |ybar|", T::integer(4) * &rate * &sign * &mean),
                Term::scalar("4 eta^2 E y^2", T::integer(4) * rate.squared() * squares),
            ],
        ));
        Ok(relations)
    }
}

impl<T: Real> In<T> for Exponents {
    fn relations(&self, instance: &Labels) -> Result<Vec<Relation<T>>, Unjudged> {
        let [first, second] = &instance.labels;
        let labels = [T::from_rational(first), T::from_rational(second)];
        let rate = T::from_rational(&instance.learning_rate);
        let exponent = |sign: i64| {
            let mut sum = T::zero();
            for label in &labels {
                sum += (T::one() + T::integer(2 * sign) * &rate * label).absolute().ln();
            }
            sum * T::ratio(1, 2)
        };
        let (plus, minus) = (exponent(1), exponent(-1));
        let size = plus.absolute() + minus.absolute();
        Ok(vec![if instance.attracts {
            let larger = Term::vector("-E ln|1 +- 2 eta y|", vec![-plus, -minus]);
            Relation::positive("both exponents are negative in the window", larger).against(size)
        } else {
            let larger = Term::scalar("the larger E ln|1 +- 2 eta y|", plus.maximum(&minus));
            Relation::positive("an exponent is positive outside of it", larger).against(size)
        }])
    }
}
