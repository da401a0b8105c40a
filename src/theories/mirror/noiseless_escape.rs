//! A mode that leaves its saddle without noise, with bounds of its time from both sides, every step enclosed.

use crate::scalar::{Field, Mp, Rational, Real};
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};

/// What the time of escape is said to depend on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rate {
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
    pub(super) rate: Rate,
    /// The depth; any if 0.
    pub(super) depth: usize,
}

/// The law without noise.
pub(super) const LAW: Escape = Escape { rate: Rate::ByDepth, depth: 0 };

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
        mode.count()?;
        Ok(mode)
    }
}

impl Mode {
    /// Counts `N` and `T`.
    fn count(&mut self) -> Result<(), Unjudged> {
        let (level, between) = (self.level::<Mp<256>>(), self.between::<Mp<256>>());
        let mut reached = [None; 2];
        self.follow::<Mp<256>>(1 << 16, |number, w| {
            let powered = w.powi(self.depth as i32);
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
        self.steps = [first, last];
        Ok(())
    }

    /// The same path in units in which `w` is `2^power` times as large.
    #[cfg(test)]
    pub(super) fn rescale(&mut self, power: i32) {
        let times = |number: &Rational, power: i32| Field::powi(&Rational::from(2), power) * number;
        let depth = self.depth as i32;
        self.s = times(&self.s, power * depth);
        self.learning_rate = times(&self.learning_rate, -power * (2 * depth - 2));
        self.start -= power;
        self.between -= power;
    }

    /// Another `eta s^(2-2/D)`, `eta s` in the first units, with the steps that it takes.
    #[cfg(test)]
    pub(super) fn pace(&mut self, factor: &Rational) {
        self.learning_rate *= factor;
        self.count().expect("the mode is learned");
    }

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
