//! `mirror/learning-order`: how long a mode of a diagonal linear network takes to leave its saddle.
//!
//! ```text
//! w' = w (1 + eta (s_z - w^D) w^(D-2)), w = eps at the start, T the first step with w^D >= kappa; as eps -> 0
//! D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s);   D >= 3: T eps^(D-2) -> 1 / ((D-2) eta E s)
//! ```
//!
//! This is descent on `(w_1 ... w_D - s_z)^2 / 2` from balanced weights with fresh samples `s_z`. Source: the question is that of [`HIERARCHY`].

use super::HIERARCHY;
use crate::instances::long_run;
use crate::scalar::{Field, Mp, Rational, Real};
use crate::verify::simulation::{self, BATCHES};
use crate::verify::{
    Case, Check, Claim, Class, Draw, Drawn, Draws, Evidence, Examination, In, Independent, Numbers, Part, Relation,
    Settings, Stream, Term, Transcendental, Unjudged, control,
};

/// What the time of escape is said to depend on.
#[derive(Clone, Copy, PartialEq)]
enum Rate {
    /// `E ln(1 + eta s)` at depth two, `eta E s` beyond.
    ByDepth,
    /// `eta E s`
    Slope,
    /// `E ln(1 + eta s)`
    Logarithm,
    /// `ln(1 + eta E s)`
    OfMean,
}

/// Escape without noise, bounded from both sides.
#[derive(Clone, Copy)]
pub(super) struct Escape {
    rate: Rate,
    /// The depth; any if 0.
    depth: usize,
}

/// Escape with two-point noise, in the mean.
#[derive(Clone, Copy)]
struct NoisyEscape {
    rate: Rate,
    depth: usize,
}

/// The law without noise.
pub(super) const LAW: Escape = Escape { rate: Rate::ByDepth, depth: 0 };

/// `mirror/learning-order`
pub static CLAIM: Claim = Claim {
    id: "mirror/learning-order",
    title: "how long a mode takes to leave its saddle",
    statement: "w' = w (1 + eta (s_z - w^D) w^(D-2)) from w = eps, T the first step with w^D >= kappa: as eps -> 0, D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s); D >= 3: T eps^(D-2) -> 1 / ((D-2) eta E s); in probability and in the mean; \
        without noise D = 2: ln(kappa^(1/2)/eps) <= T ln(1 + eta s) and (N - 1) ln(1 + eta (s - k)) <= ln(k^(1/2)/eps) for the first step N with w^2 >= k; \
        D >= 3, n = D - 2: eps^(-n) - kappa^(-n/D) <= T n eta s and (N - 1) n eta (s - k^D - (n+1) eta s^2 k^n / 2) <= eps^(-n) - k^(-n) for the first step N with w >= k",
    hypotheses: &[
        "independent bounded samples s_z; E ln(1 + eta s) > 0 (D = 2) or E s > 0 (D >= 3); 0 < kappa; 1 + eta (s_z - k) k^(1-2/D) > 0 for all z and 0 <= k <= kappa, and s_z > kappa with positive probability",
        "checked without noise for D = 2, 3, 4 at eps = 2^-200, 2^-9, 2^-5, every step enclosed; with noise s = m +- b for D = 2, 3, 4 on paths of about 2^17 steps, whose mean differs from the limit by a relative O(2^-17 ln 2^17)",
    ],
    references: &[HIERARCHY],
    law: &[
        Part { check: &NoisyEscape { rate: Rate::ByDepth, depth: 0 }, number: long_run::run_number },
        Part { check: &Independent(Transcendental(LAW)), number: Some },
    ],
    controls: &[
        control(
            "slope-at-depth-two",
            "eta s for ln(1 + eta s) at depth two, as gradient flow has it",
            &Independent(Transcendental(Escape { rate: Rate::Slope, depth: 2 })),
        ),
        control(
            "logarithm-at-depth-three",
            "ln(1 + eta s) for eta s at depth three",
            &Independent(Transcendental(Escape { rate: Rate::Logarithm, depth: 3 })),
        ),
        control(
            "logarithm-of-the-mean",
            "ln(1 + eta E s) for E ln(1 + eta s), with noise",
            &NoisyEscape { rate: Rate::OfMean, depth: 2 },
        ),
    ],
};

/// A mode without noise.
pub(super) struct Mode {
    depth: usize,
    s: Rational,
    learning_rate: Rational,
    /// `-log2` of the start and of the point between small and large
    start: i32,
    between: i32,
    /// `N` and `T`
    steps: [usize; 2],
}

impl Drawn for Mode {
    fn class(&self) -> Class {
        Class::Smooth
    }
    fn describe(&self) -> String {
        format!(
            "depth {}, s = {}, eta = {}, eps = 2^-{}: {} steps",
            self.depth, self.s, self.learning_rate, self.start, self.steps[1]
        )
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("s, eta", [self.s.clone(), self.learning_rate.clone()])]
    }
}

/// A step.
fn step<T: Real>(w: &T, s: &T, rate: &T, depth: usize) -> T {
    let power = w.powi(depth as i32 - 2);
    let gap = s.clone() - T::product(&power, &w.squared());
    T::product(w, &(T::one() + T::product(rate, &(gap * power))))
}

impl Draws for Escape {
    type Instance = Mode;

    fn draw(&self, draw: &mut Draw) -> Result<Mode, Unjudged> {
        let stream = &mut draw.own();
        let depth = if self.depth == 0 { 2 + stream.below(3) } else { self.depth };
        let s = Rational::from((stream.integer(32, 128), 64));
        // eta s from 1/4 to 1
        let learning_rate = Rational::from((stream.integer(32, 128), 128)) / &s;
        let (start, between) = match depth {
            2 => (200, 10),
            3 => (9, 4),
            _ => (5, 2),
        };
        let mut mode = Mode { depth, s, learning_rate, start, between, steps: [0; 2] };
        let (level, between) = (mode.level::<Mp<256>>(), mode.between::<Mp<256>>());
        let mut reached = [None; 2];
        mode.follow::<Mp<256>>(1 << 16, |number, w| {
            let powered = w.powi(depth as i32);
            for (place, is_there) in [*w >= between, powered >= level].into_iter().enumerate() {
                if is_there && reached[place].is_none() {
                    reached[place] = Some(number);
                }
            }
            reached[1].is_none()
        });
        let [Some(first), Some(last)] = reached else {
            return Err(Unjudged::Open("a mode was not learned in 2^16 steps"));
        };
        mode.steps = [first, last];
        Ok(mode)
    }
}

impl Mode {
    /// `kappa`, half of `s`
    fn level<T: Real>(&self) -> T {
        T::from_rational(&self.s) * T::ratio(1, 2)
    }

    /// Where `w` counts as small no more.
    fn between<T: Real>(&self) -> T {
        T::integer(2).powi(-self.between)
    }

    /// The path with the number of steps, until it is told to stop or has made so many.
    fn follow<T: Real>(&self, most: usize, mut see: impl FnMut(usize, &T) -> bool) {
        let (s, rate) = (T::from_rational(&self.s), T::from_rational(&self.learning_rate));
        let mut w = T::integer(2).powi(-self.start);
        for number in 0..=most {
            if !see(number, &w) {
                return;
            }
            w = step(&w, &s, &rate, self.depth);
        }
    }
}

impl<T: Real> In<T> for Escape {
    fn relations(&self, mode: &Mode) -> Result<Vec<Relation<T>>, Unjudged> {
        let [first, last] = mode.steps;
        let (depth, n) = (mode.depth as i32, mode.depth as i32 - 2);
        let (s, rate) = (T::from_rational(&mode.s), T::from_rational(&mode.learning_rate));
        let (level, between) = (mode.level::<T>(), mode.between::<T>());
        let mut seen = Vec::new();
        mode.follow::<T>(last, |number, w| {
            if [first - 1, first, last - 1, last].contains(&number) {
                seen.push((number, w.clone()));
            }
            true
        });
        let at = |number: usize| {
            seen.iter().find(|(known, _)| *known == number).map(|(_, w)| w.clone()).unwrap_or_else(T::one)
        };
        let mut relations = vec![
            Relation::less(("small before", "w"), Term::scalar("w", at(first - 1)), Term::scalar("k", between.clone())),
            Relation::less("no more small", Term::scalar("k", between.clone()), Term::scalar("w", at(first))),
            Relation::less(
                "not learned before",
                Term::scalar("w^D", at(last - 1).powi(depth)),
                Term::scalar("kappa", level.clone()),
            ),
            Relation::less("learned", Term::scalar("kappa", level.clone()), Term::scalar("w^D", at(last).powi(depth))),
        ];
        let is_slope = match self.rate {
            Rate::ByDepth => depth > 2,
            rate => rate == Rate::Slope,
        };
        // What a step is said to gain where it sees s less this.
        let gain = |less: &T| {
            let slope = (s.clone() - less) * &rate;
            if is_slope { slope } else { slope.ln_1p() }
        };
        let start = T::integer(2).powi(-mode.start);
        let (count, before) = (T::integer(last as i64), T::integer(first as i64 - 1));
        if depth == 2 {
            let way = |to: &T| (to.clone() / &start).ln();
            relations.push(
                Relation::at_most(
                    "depth two: no sooner",
                    Term::scalar("ln(kappa^(1/2)/eps)", way(&level.sqrt())),
                    Term::scalar("T ln(1 + eta s)", count * gain(&T::zero())),
                )
                .sharp((7, 8)),
            );
            relations.push(
                Relation::at_most(
                    "depth two: no later",
                    Term::scalar("(N-1) ln(1 + eta (s-k))", before * gain(&between.squared())),
                    Term::scalar("ln(k^(1/2)/eps)", way(&between)),
                )
                .sharp((7, 8)),
            );
        } else {
            let order = T::integer(i64::from(n));
            let height = |w: &T| T::one() / w.powi(n);
            // kappa^(-n/D)
            let top = (level.ln() * T::ratio(-i64::from(n), i64::from(depth))).exp();
            relations.push(
                Relation::at_most(
                    "deeper: no sooner",
                    Term::scalar("eps^(-n) - kappa^(-n/D)", height(&start) - top),
                    Term::scalar("T n eta s", count * &order * gain(&T::zero())),
                )
                .sharp((7, 8)),
            );
            let curved = T::ratio(i64::from(n) + 1, 2) * &rate * s.squared() * between.powi(n);
            relations.push(
                Relation::at_most(
                    "deeper: no later",
                    Term::scalar(
                        "(N-1) n eta (s - k^D - (n+1) eta s^2 k^n/2)",
                        before * order * gain(&(between.powi(depth) + curved)),
                    ),
                    Term::scalar("eps^(-n) - k^(-n)", height(&start) - height(&between)),
                )
                .sharp((3, 4)),
            );
        }
        Ok(relations)
    }
}

/// Steps of a path with noise, about.
const PATH: f64 = 131072.0;

impl NoisyEscape {
    /// `eta`, `m`, `b`
    const NOISES: [(f64, f64, f64); 4] = [(0.25, 1.0, 1.5), (0.5, 1.0, 1.0), (0.25, 2.0, 2.0), (0.5, 1.0, 1.5)];

    /// The steps of one path, from `-ln eps` or `eps^(-n)`.
    fn path(stream: &mut Stream, depth: usize, (rate, mean, spread): (f64, f64, f64), start: f64) -> u64 {
        let signs = [mean + spread, mean - spread];
        let level = mean / 2.0;
        let (mut bits, mut left) = (0, 0);
        let mut sample = || {
            if left == 0 {
                (bits, left) = (stream.bits(), 64);
            }
            let sign = signs[(bits & 1) as usize];
            bits >>= 1;
            left -= 1;
            sign
        };
        let mut steps = 0;
        if depth == 2 {
            // In ln w, since w itself is far below the least number of a machine.
            let small = signs.map(|s| (rate * s).ln_1p());
            let mut height = -start;
            while 2.0 * height < level.ln() {
                let s = sample();
                height += if height < -24.0 {
                    small[usize::from(s < mean)]
                } else {
                    (rate * (s - (2.0 * height).exp())).ln_1p()
                };
                steps += 1;
            }
            return steps;
        }
        let order = depth as i32;
        let mut w = start.powf(-1.0 / f64::from(order - 2));
        while w.powi(order) < level {
            w *= 1.0 + rate * (sample() - w.powi(order)) * w.powi(order - 2);
            steps += 1;
        }
        steps
    }

    fn run(self, stream: &mut Stream) -> (String, Vec<Relation<f64>>) {
        let depth = if self.depth == 0 { 2 + stream.below(3) } else { self.depth };
        let noise = *stream.pick(&NoisyEscape::NOISES);
        let (rate, mean, spread) = noise;
        let exponent = 0.5 * ((rate * (mean + spread)).ln_1p() + (rate * (mean - spread)).ln_1p());
        let true_rate = if depth == 2 { exponent } else { (depth as f64 - 2.0) * rate * mean };
        let start = PATH * true_rate;
        let said = match self.rate {
            Rate::ByDepth => true_rate,
            Rate::Slope => rate * mean,
            Rate::Logarithm => exponent,
            Rate::OfMean => (rate * mean).ln_1p(),
        };
        let times: Vec<f64> =
            (0..BATCHES).map(|_| NoisyEscape::path(stream, depth, noise, start) as f64 / start).collect();
        let (label, left, right) = if depth == 2 {
            ("depth two, with noise", "T / ln(1/eps)", "1 / E ln(1 + eta s)")
        } else {
            ("deeper, with noise", "T eps^(D-2)", "1 / ((D-2) eta E s)")
        };
        let relation = Relation::equality(
            label,
            vec![Term::vector(left, times)],
            vec![Term::vector(right, vec![1.0 / said; BATCHES])],
        );
        (format!("{BATCHES} paths at depth {depth}, s = {mean} +- {spread}, eta = {rate}"), vec![relation])
    }
}

impl Check for NoisyEscape {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let (description, relations) = self.run(&mut draw.own());
        let mut examination = Examination::of(Class::Smooth, description);
        examination.is_independent = true;
        examination.findings.push(simulation::judge(settings, draw.case, PATH as u64 * BATCHES as u64, relations));
        examination
    }

    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Statistical]
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        long_run::instances(case, asked)
    }
}
