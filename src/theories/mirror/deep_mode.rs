//! One mode of a deep linear network with decay: where it is on, where it is off, and where its learned state is lost.

use super::deep_matrices::matrix_loss;
use super::deep_scalars::{Scalars, loss, second};
use super::derivative::gradient;
use crate::scalar::{Branch, Dual, Rational, Ring};
use crate::verify::{Draw, Draws, EVERY_GAP, In, Relation, Term, Unjudged};
use nalgebra::DMatrix;
use num_traits::Zero;

/// One mode: where it is on, where it is off, and where its learned state is lost.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// Whether the threshold is said to be `gamma = s`, as at depth two.
    pub(super) shallow_threshold: bool,
    /// Whether the jump is said to be `s (D-2)/D`.
    pub(super) wrong_jump: bool,
}

/// The law of one mode.
pub(super) const MODE: Mode = Mode { shallow_threshold: false, wrong_jump: false };

impl Draws for Mode {
    type Instance = Scalars;

    fn draw(&self, draw: &mut Draw) -> Result<Scalars, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let mut instance = Scalars {
                depth: 3 + stream.below(3),
                w: stream.positive(),
                other: stream.positive(),
                part: Rational::from((stream.integer(1, 32), 16)),
                excess: stream.positive(),
                shift: stream.small(),
            };
            if self.shallow_threshold {
                // Between the threshold of depth two, s, and the true one.
                let (s, threshold) = instance.tie::<Rational>();
                let between = Rational::from((stream.integer(1, 15), 16));
                instance.part = Rational::from(1) + (s / threshold - Rational::from(1)) * between;
            }
            if instance.part != 1 {
                return Ok(instance);
            }
        }
    }
}

/// A state that should be stationary, with the eigenvalues of its second derivatives.
fn stationary<T: Branch>(relations: &mut Vec<Relation<T>>, at: &'static str, w: &T, depth: usize, s: &T, gamma: &T) {
    let weights = vec![w.clone(); depth];
    let slopes = |s: &T, gamma: &T| {
        let (s, gamma) = (Dual::constant(s.clone()), Dual::constant(gamma.clone()));
        gradient(|weights| loss(weights, &s, &gamma), &weights)
    };
    let of_data = slopes(s, &T::zero());
    let of_decay = gradient(
        |weights: &[Dual<T>]| {
            let squares = weights.iter().fold(Dual::<T>::zero(), |sum, w| sum + w.squared());
            squares * Dual::constant(gamma.clone())
        },
        &weights,
    );
    relations.push(Relation::equality(
        ("stationary", at),
        vec![Term::vector("-gradient of the squared error", of_data.into_iter().map(|entry| -entry).collect())],
        vec![Term::vector("gradient of the decay", of_decay)],
    ));
    let all = vec![T::one(); depth];
    let mut apart = vec![T::zero(); depth];
    apart[0] = T::one();
    apart[1] = -T::one();
    let square = w.powi(2 * depth as i32 - 2);
    let count = T::integer(depth as i64);
    relations.push(
        Relation::equality(
            ("second derivatives along the balanced direction", at),
            vec![Term::scalar("1^T H 1 / D", second(&weights, s, gamma, &all, &all) / &count)],
            vec![
                Term::scalar("2 D m^2/w^2", T::integer(2) * &count * square),
                Term::scalar("-2 gamma (D-2)", T::integer(-2 * (depth as i64 - 2)) * gamma),
            ],
        )
        .against(gamma.clone()),
    );
    relations.push(Relation::equality(
        ("second derivatives out of balance", at),
        vec![Term::scalar("(e1 - e2)^T H (e1 - e2) / 2", second(&weights, s, gamma, &apart, &apart) * T::ratio(1, 2))],
        vec![Term::scalar("4 gamma", T::integer(4) * gamma)],
    ));
}

impl<T: Branch> In<T> for Mode {
    fn relations(&self, instance: &Scalars) -> Result<Vec<Relation<T>>, Unjudged> {
        let depth = instance.depth;
        let (exponent, order) = (depth as i32, depth as i64);
        let w = T::from_rational(&instance.w);
        let (s, threshold) = instance.tie::<T>();
        let m = w.powi(exponent);
        let mut relations = Vec::new();
        let balanced = |w: &T, s: &T, gamma: &T| loss(&vec![w.clone(); depth], s, gamma);
        if self.wrong_jump {
            // m = s (D-2)/D, stationary: is its loss that of 0?
            let s = m.clone() * T::ratio(order, order - 2);
            let gamma = (s.clone() - &m) * w.powi(exponent - 2);
            return Ok(vec![Relation::equality(
                "tie",
                vec![Term::scalar("loss of the learned state", balanced(&w, &s, &gamma))],
                vec![Term::scalar("loss of 0", s.squared())],
            )]);
        }
        let gamma = T::from_rational(&instance.part) * &threshold;
        let is_on = if self.shallow_threshold {
            let (s, threshold) = instance.tie::<Rational>();
            Rational::from(&instance.part * &threshold) < s
        } else {
            instance.part < 1
        };
        let learned = Term::scalar("loss of the state of the tie", balanced(&w, &s, &gamma));
        let off = Term::scalar("loss of 0", s.squared());
        relations.push(
            if is_on {
                Relation::less("below the threshold a mode is on", learned, off)
            } else {
                Relation::less("above the threshold no state is better than 0", off, learned)
            }
            .resolved_to(EVERY_GAP),
        );
        if self.shallow_threshold {
            return Ok(relations);
        }
        if !is_on {
            let other = T::from_rational(&instance.other);
            relations.push(
                Relation::less(
                    ("above the threshold no state is better than 0", "another state"),
                    Term::scalar("loss of 0", s.squared()),
                    Term::scalar("loss of the state of the tie", balanced(&other, &s, &gamma)),
                )
                .resolved_to(EVERY_GAP),
            );
        }
        // The tie.
        stationary(&mut relations, "at the tie", &w, depth, &s, &threshold);
        relations.push(Relation::equality(
            "tie",
            vec![Term::scalar("loss of the learned state", balanced(&w, &s, &threshold))],
            vec![Term::scalar("loss of 0", s.squared())],
        ));
        relations.push(Relation::equality(
            "jump",
            vec![Term::scalar("(D-1) m", T::integer(order - 1) * &m)],
            vec![Term::scalar("(D-2) s", T::integer(order - 2) * &s)],
        ));
        let power = |s: &T| {
            s.powi(2 * exponent - 2) * T::integer(order - 2).powi(exponent - 2)
                / T::integer(order - 1).powi(2 * exponent - 2)
        };
        relations.push(Relation::equality(
            "threshold",
            vec![Term::scalar("gamma_c^D", threshold.powi(exponent))],
            vec![Term::scalar("s^(2D-2) (D-2)^(D-2) / (D-1)^(2D-2)", power(&s))],
        ));
        // The fold: the same w at twice the s.
        let s_fold = s.clone() * T::integer(2);
        let gamma_fold = (s_fold.clone() - &m) * w.powi(exponent - 2);
        stationary(&mut relations, "at the fold", &w, depth, &s_fold, &gamma_fold);
        relations.push(Relation::equality(
            "fold",
            vec![Term::scalar("gamma_fold^D", gamma_fold.powi(exponent))],
            vec![Term::scalar(
                "D^D 2^(2-2D) gamma_c^D",
                T::integer(order).powi(exponent) * T::integer(2).powi(2 - 2 * exponent) * power(&s_fold),
            )],
        ));
        let weights = vec![w.clone(); depth];
        let all = vec![T::one(); depth];
        // There the balanced direction is flat: decay and data cancel.
        let flat = |s: &T, gamma: &T| second(&weights, s, gamma, &all, &all);
        relations.push(Relation::equality(
            "the learned state ends at the fold",
            vec![Term::scalar("-second derivative of the squared error", -flat(&s_fold, &T::zero()))],
            vec![Term::scalar("second derivative of the decay", T::integer(2 * order) * &gamma_fold)],
        ));
        relations.extend([2, depth].map(|depth| larger_mode(instance, depth, &gamma)));
        Ok(relations)
    }
}

/// What it does to the loss to let a larger mode grow that is off, beside one that is on at `w`, at any depth and decay.
fn larger_mode<T: Branch>(instance: &Scalars, depth: usize, gamma: &T) -> Relation<T> {
    let exponent = depth as i32;
    let [w, excess, t] = [&instance.w, &instance.excess, &instance.shift].map(T::from_rational);
    // Stationary: gamma = (s - m) w^(D-2).
    let s = w.powi(exponent) + T::product(gamma, &w.powi(2 - exponent));
    let larger = s.clone() + &excess;
    let matrices = |t: &T| {
        let mut all =
            vec![DMatrix::from_fn(2, 2, |row, column| if row + column == 0 { w.clone() } else { T::zero() }); depth];
        all[0][(0, 1)] = t.clone();
        all[depth - 1][(1, 0)] = t.clone();
        let target = DMatrix::from_fn(2, 2, |row, column| match (row, column) {
            (0, 0) => s.clone(),
            (1, 1) => larger.clone(),
            _ => T::zero(),
        });
        matrix_loss(&all, &target, gamma, &[T::one(), T::one()])
    };
    Relation::equality(
        ("a larger mode that is off", format!("depth {depth}")),
        vec![Term::scalar("loss after", matrices(&t)), Term::scalar("-loss before", -matrices(&T::zero()))],
        vec![
            Term::scalar("2 w^(D-2) (s - S) t^2", T::integer(-2) * w.powi(exponent - 2) * &excess * t.squared()),
            Term::scalar("w^(2D-4) t^4", w.powi(2 * exponent - 4) * t.powi(4)),
        ],
    )
}
