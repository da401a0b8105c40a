//! `ideal-gas/runaway`: at a fixed effective rate unbounded noise leaves no stationary state.
//!
//! ```text
//! x' = x ((1 - x)^2 + (eps rho)^2) >= x (1 + (eps rho)^2)   where x >= 2,   x = 2 eps gamma r^2
//! ```
//!
//! `r` is the norm of theta, `rho = r |g|`, `eta = eps r^2` is the learning rate of gradient and decay. Source of the model: [`IDEAL_GAS`]; the law is derived in the
//! proofs.

use super::IDEAL_GAS;
use super::drawing::pythagorean;
use super::escape::Escape;
use super::kicked::{Kick, Kicked};
use crate::instances::simulated::Simulated;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Unjudged,
    control,
};

/// The inequalities of a step.
#[derive(Clone, Copy)]
pub(super) struct Runaway {
    /// The factor between x and 2 is taken to be as beyond 2.
    below_two: bool,
}

pub(super) const LAW: Runaway = Runaway { below_two: false };

fn of_escapes(index: u64) -> Option<u64> {
    (index % 16 == 6).then_some(index)
}

/// `ideal-gas/runaway`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/runaway",
    title: "no stationary state at a fixed effective rate",
    statement: "x = 2 eps gamma r^2, eta = eps r^2: x >= 2 implies x' >= x (1 + (eps rho)^2), so with unbounded noise no stationary law on 0 < r < infinity exists, and with (eps rho)^2 >= 1 + b in a share of the steps neither; \
        with (eps rho)^2 <= 1 - s^2 the set 0 < x <= 1 + s is not left. At a fixed rate r'^4 >= 4 c^2 eta^2 rho^2",
    hypotheses: &[
        "gamma > 0; unbounded: P(rho > K | state) > 0 for all K, as for isotropic normal noise; the share: P((eps rho)^2 >= 1 + b | state) >= q for some b, q > 0",
        "one step with x (eps rho)^2 > 2 leads beyond 2, one with x (eps rho)^2 >= 2 to 2 or beyond; and so does a finite run of steps with (eps rho)^2 >= 1 + b, of which each has x' >= (1 + b) x",
        "rho = 0 at x = 1 leads to 0, which is left out",
        "if the rho of all steps are independent of the state and of each other, of one law, positive, and unbounded or with that share, almost every path gets beyond 2, and x grows without bound; where the law of rho depends on the state it need not. That paths get there within 2^12 steps is the check's choice of rates, (eps rho)^2 of mean 0.64 or more. At small rates the state is metastable, and no escape is no evidence",
        "at a fixed rate, by the proof: a stationary law exists if 0 < eta gamma < 1, c is not 0, ln rho is uniformly integrable over the directions, and the chain of directions is continuous",
    ],
    references: &[IDEAL_GAS],
    builds_on: &["ideal-gas/equation-of-state", "ideal-gas/turning-angle"],
    law: &[
        Part { check: &Simulated(Escape::LAW), number: of_escapes },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control("below-two", "x' >= x (1 + (eps rho)^2) for x between 1 and 2", &Exact(Runaway { below_two: true })),
        control(
            "fixed-rate",
            "escape at a fixed learning rate, with the same noise",
            &Simulated(Escape::AT_FIXED_RATE),
        ),
        control(
            "bounded-noise",
            "escape under noise of two values below the critical rate",
            &Simulated(Escape::UNDER_BOUNDED_NOISE),
        ),
    ],
};

/// A path with the bound that its steps keep.
pub(super) struct Instance {
    path: Kicked,
    bound: Bound,
}

enum Bound {
    None,
    /// `b` with `(eps rho)^2 >= 1 + b`
    AtLeast(Rational),
    /// `s` with `(eps rho)^2 <= 1 - s^2`
    AtMost(Rational),
}

impl Instance {
    /// A path of which no bound is known.
    pub(super) fn unbounded(path: Kicked) -> Self {
        Instance { path, bound: Bound::None }
    }
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.path)
    }
    fn besides(&self) -> String {
        match &self.bound {
            Bound::None => String::new(),
            Bound::AtLeast(b) => format!(", b = {b}"),
            Bound::AtMost(s) => format!(", s = {s}"),
        }
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.path.numbers()
    }
}

impl Draws for Runaway {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut stream = draw.own();
        let stream = &mut stream;
        if self.below_two {
            let (start, kick) = (Rational::from((stream.integer(9, 15), 8)), stream.positive() / 2);
            return Ok(Instance::unbounded(Kicked::draw(stream, start, vec![kick])));
        }
        let awkward = draw.index % 16 < 4;
        let (start, kicks, bound) = match draw.index % 4 {
            // Beyond 2, or exactly at it.
            0 => {
                let start = if awkward { Rational::from(2) } else { 2 + stream.positive() };
                (start, vec![stream.positive(), stream.positive()], Bound::None)
            }
            // One kick.
            1 => {
                let start: Rational = stream.positive() / 8;
                let least = Rational::from(2 / &start);
                // The square of the integer that follows the root is larger.
                let root = Rational::from(least.ceil().into_numer_denom().0.sqrt() + 1);
                let kick = if awkward { root } else { root + stream.positive() };
                (start, vec![kick], Bound::None)
            }
            2 => {
                let excess: Rational = stream.positive() / 4;
                let bound = Rational::from(excess.square_ref()) + Rational::from(&excess * 2);
                let more = if awkward { Rational::new() } else { stream.positive() };
                let start = if awkward { Rational::from(1) } else { stream.positive() };
                let least: Rational = 1 + excess;
                (start, vec![least.clone(), least + more], Bound::AtLeast(bound))
            }
            _ => {
                let [cosine, sine] = pythagorean(stream);
                let upper = Rational::from(1 + &cosine);
                let share = |stream: &mut Stream| Rational::from((stream.integer(1, 16), 16));
                let start = if awkward { upper } else { share(stream) * upper };
                let kicks = if awkward { vec![sine; 2] } else { (0..2).map(|_| share(stream) * &sine).collect() };
                (start, kicks, Bound::AtMost(cosine))
            }
        };
        Ok(Instance { path: Kicked::draw(stream, start, kicks), bound })
    }
}

impl<T: Field> In<T> for Runaway {
    fn relations(&self, Instance { path, bound }: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let known = path.follow::<Rational>();
        let steps = path.follow::<T>().into_iter().zip(&known).enumerate();
        Ok(steps.flat_map(|(number, (step, exact))| self.of_step(bound, number, &step, exact)).collect())
    }
}

impl Runaway {
    fn of_step<T: Field>(
        self,
        bound: &Bound,
        number: usize,
        step: &Kick<T>,
        exact: &Kick<Rational>,
    ) -> Vec<Relation<T>> {
        let detail = format!("step {number}");
        let scalar = Term::scalar;
        let after = || scalar("x'", step.after.clone());
        let at_most = |kind: &'static str, left, right| Relation::at_most((kind, detail.as_str()), left, right);
        let grown = || scalar("x (1 + (eps rho)^2)", step.before.clone() * (T::one() + &step.square));
        if self.below_two {
            return vec![at_most("growth between 1 and 2", grown(), after())];
        }
        let mut relations = vec![
            step.map(&detail),
            // The same step, read as one at a fixed learning rate: rho = r |g|.
            at_most(
                "what a step at a fixed rate leaves of the radius",
                scalar(
                    "4 c^2 eta^2 rho^2",
                    T::integer(4)
                        * step.kept.squared()
                        * step.learning_rate.squared()
                        * &step.squared_radius
                        * &step.squared_gradient,
                ),
                scalar("r'^4", step.squared_end.squared()),
            ),
        ];
        if exact.before >= 2 {
            relations.push(at_most("growth beyond 2", grown(), after()).sharp((15, 16)));
        }
        if Rational::from(&exact.before * &exact.square) >= 2 {
            relations.push(at_most("one kick leads to 2 or beyond", scalar("2", T::integer(2)), after()));
        }
        match bound {
            Bound::None => {}
            Bound::AtLeast(b) => relations.push(at_most(
                "growth by strong kicks",
                scalar("(1 + b) x", step.before.clone() * (T::one() + T::from_rational(b))),
                after(),
            )),
            Bound::AtMost(s) => {
                let upper = T::one() + T::from_rational(s);
                relations.push(at_most("x stays up to 1 + s", after(), scalar("1 + s", upper)));
                relations
                    .push(Relation::positive(("x stays above 0", detail.as_str()), after()).resolved_to(EVERY_GAP));
            }
        }
        relations
    }
}
