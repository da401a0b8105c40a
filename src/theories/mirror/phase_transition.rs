//! `mirror/phase-transition`: decay switches the modes of a deep linear network on and off, continuously at depth two and by a jump beyond.
//!
//! ```text
//! min_W |W_D ... W_1 - V|^2 + gamma sum_i |W_i|^2 = sum_j min_{m >= 0} (m - s_j)^2 + gamma D m^(2/D)
//! D = 2: m_j = max(s_j - gamma, 0);   D >= 3: m_j = 0 if and only if gamma >= gamma_c(s_j), where it jumps to s_j (D-2)/(D-1)
//! ```
//!
//! `s_j` are the singular values of `V`, and every width is at least its rank. Source: the question is that of [`HIERARCHY`].

use super::derivative::{Jet, gradient, jet};
use super::drawing::{carried, rotation};
use super::{EVERY_GAP, HIERARCHY};
use crate::linalg::products::product;
use crate::scalar::{Branch, Dual, Field, Rational, Ring};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Unjudged, control,
};
use nalgebra::DMatrix;
use num_traits::Zero;

/// The minimum over matrices.
#[derive(Clone, Copy)]
pub(super) struct Minimum {
    /// Whether the inputs are white.
    whitened: bool,
}

/// One mode: where it is on, where it is off, and where its learned state is lost.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// Whether the threshold is said to be `gamma = s`, as at depth two.
    shallow_threshold: bool,
    /// Whether the jump is said to be `s (D-2)/D`.
    wrong_jump: bool,
}

/// The law of the matrices.
pub(super) const MINIMUM: Minimum = Minimum { whitened: true };
/// The law of one mode.
pub(super) const MODE: Mode = Mode { shallow_threshold: false, wrong_jump: false };

/// `mirror/phase-transition`
pub static CLAIM: Claim = Claim {
    id: "mirror/phase-transition",
    title: "decay switches modes on and off: continuously at depth two, by a jump beyond",
    statement: "min over W of |W_D ... W_1 - V|^2 + gamma sum_i |W_i|^2 = sum_j min_{m >= 0} (m - s_j)^2 + gamma D m^(2/D); D = 2: m_j = max(s_j - gamma, 0); \
        D >= 3: m_j = 0 if and only if gamma >= gamma_c = s_j^(2-2/D) (D-2)^(1-2/D) / (D-1)^(2-2/D) (at equality both are minimisers), where m_j jumps from 0 to s_j (D-2)/(D-1); \
        the learned state of a mode exists up to gamma_fold = D 2^(2/D-2) gamma_c, where m_j is half of that jump; \
        where a mode s is on and a larger S is off, W_D += t a e^T, W_1 += t e b^T changes the loss by 2 w^(D-2) (s - S) t^2 + w^(2D-4) t^4",
    hypotheses: &[
        "whitened data; gamma > 0; s_j: the singular values of V; all widths at least the rank of V",
        "m = w^D at balanced weights; stationary away from 0 if and only if gamma = (s - m) w^(D-2), where the second derivatives of D scalars have the eigenvalues 2 D m^2/w^2 - 2 gamma (D-2) and, D - 1 times, 4 gamma",
        "checked for D = 2, 3, 4, 5 at rational w, for matrices of up to three modes, equal ones and 0 among them, turned by rational rotations; the bound at random W near the minimiser and far from it",
    ],
    references: &[HIERARCHY],
    law: &[
        Part { check: &Independent(Exact(MODE)), number: |index| (index / 2).is_multiple_of(2).then_some(index) },
        Part { check: &Independent(Exact(MINIMUM)), number: Some },
    ],
    controls: &[
        control(
            "threshold-of-depth-two",
            "gamma = s for the threshold at depth three and more",
            &Independent(Exact(Mode { shallow_threshold: true, ..MODE })),
        ),
        control(
            "jump",
            "s (D-2)/D for the jump: the losses of both states differ",
            &Independent(Exact(Mode { wrong_jump: true, ..MODE })),
        ),
        control(
            "not-whitened",
            "inputs of the second moments diag(4, 2, 1): the minimum is another",
            &Independent(Exact(Minimum { whitened: false })),
        ),
    ],
};

/// A mode of a network of some depth at rational `w`.
pub(super) struct Scalars {
    pub(super) depth: usize,
    pub(super) w: Rational,
    /// Another point, for the loss away from `w`.
    pub(super) other: Rational,
    /// `gamma / gamma_c`, other than 1
    pub(super) part: Rational,
    /// How much larger a mode is that is off.
    pub(super) excess: Rational,
    /// `t`
    pub(super) shift: Rational,
}

impl Drawn for Scalars {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a mode at depth {}, w = {}, gamma/gamma_c = {}", self.depth, self.w, self.part)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("w", [self.w.clone()]),
            Numbers::new("another w", [self.other.clone()]),
            Numbers::new("gamma/gamma_c", [self.part.clone()]),
            Numbers::new("S - s, t", [self.excess.clone(), self.shift.clone()]),
        ]
    }
}

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

impl Scalars {
    /// `s` and `gamma_c(s)` for which `w` is the tie.
    fn tie<T: Field>(&self) -> (T, T) {
        let (w, depth) = (T::from_rational(&self.w), self.depth as i64);
        let s = w.powi(depth as i32) * T::ratio(depth - 1, depth - 2);
        (s, w.powi(2 * depth as i32 - 2) * T::ratio(1, depth - 2))
    }
}

/// `(w_1 ... w_D - s)^2` and `gamma sum w_i^2`.
fn loss<T: Field>(weights: &[T], s: &T, gamma: &T) -> T {
    let product = weights.iter().fold(T::one(), |product, w| product * w);
    let squares = weights.iter().fold(T::zero(), |sum, w| sum + w.squared());
    (product - s).squared() + T::product(gamma, &squares)
}

/// Second derivatives of the loss of `D` scalars along two directions.
fn second<T: Field>(weights: &[T], s: &T, gamma: &T, a: &[T], b: &[T]) -> T {
    let [s, gamma] = [s, gamma].map(|number| Dual::constant(Dual::constant(number.clone())));
    loss::<Jet<T>>(&jet(weights, a, b), &s, &gamma).tangent.tangent
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
        // A larger mode that is off.
        let (excess, t) = (T::from_rational(&instance.excess), T::from_rational(&instance.shift));
        let larger = s.clone() + &excess;
        let matrices = |t: &T| {
            let mut all =
                vec![
                    DMatrix::from_fn(2, 2, |row, column| if row + column == 0 { w.clone() } else { T::zero() });
                    depth
                ];
            all[0][(0, 1)] = t.clone();
            all[depth - 1][(1, 0)] = t.clone();
            let target = DMatrix::from_fn(2, 2, |row, column| match (row, column) {
                (0, 0) => s.clone(),
                (1, 1) => larger.clone(),
                _ => T::zero(),
            });
            matrix_loss(&all, &target, &threshold, &[T::one(), T::one()])
        };
        relations.push(Relation::equality(
            "a larger mode that is off",
            vec![Term::scalar("loss after", matrices(&t)), Term::scalar("-loss before", -matrices(&T::zero()))],
            vec![
                Term::scalar("2 w^(D-2) (s - S) t^2", T::integer(-2) * w.powi(exponent - 2) * &excess * t.squared()),
                Term::scalar("w^(2D-4) t^4", w.powi(2 * exponent - 4) * t.powi(4)),
            ],
        ));
        Ok(relations)
    }
}

/// `E |(W_D ... W_1 - V) x|^2 + gamma sum |W_i|^2` for inputs of diagonal second moments; the first matrix is applied first.
fn matrix_loss<T: Field>(weights: &[DMatrix<T>], target: &DMatrix<T>, gamma: &T, moments: &[T]) -> T {
    let mut end = weights[0].clone();
    for matrix in &weights[1..] {
        end = product(matrix, &end);
    }
    let mut error = T::zero();
    for column in 0..target.ncols() {
        for row in 0..target.nrows() {
            let gap = end[(row, column)].clone() - &target[(row, column)];
            error += gap.squared() * &moments[column];
        }
    }
    let squares = weights.iter().flat_map(|matrix| matrix.iter()).fold(T::zero(), |sum, w| sum + w.squared());
    error + T::product(gamma, &squares)
}

/// A network of matrices with its modes.
pub(super) struct Matrices {
    pub(super) depth: usize,
    pub(super) gamma: Rational,
    /// `s_j`
    pub(super) values: Vec<Rational>,
    /// `w_j` at the minimum
    pub(super) weights: Vec<Rational>,
    /// `V`
    target: DMatrix<Rational>,
    /// The minimiser
    minimiser: Vec<DMatrix<Rational>>,
    /// Other weights
    pub(super) elsewhere: Vec<DMatrix<Rational>>,
    moments: Vec<Rational>,
}

impl Drawn for Matrices {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let texts = |numbers: &[Rational]| numbers.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ");
        let [values, weights] = [&self.values, &self.weights].map(|numbers| texts(numbers));
        format!("depth {}, s = {values}, w = {weights}, gamma = {}", self.depth, self.gamma)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |matrices: &[DMatrix<Rational>]| {
            matrices.iter().flat_map(|matrix| matrix.iter().cloned()).collect::<Vec<_>>()
        };
        vec![
            Numbers::new("gamma", [self.gamma.clone()]),
            Numbers::new("s", self.values.clone()),
            Numbers::new("V, column by column", self.target.iter().cloned()),
            Numbers::new("the minimiser", all(&self.minimiser)),
            Numbers::new("other weights", all(&self.elsewhere)),
        ]
    }
}

/// `(w^D - s)^2 + gamma D w^2`
fn value<T: Field>(depth: usize, s: &T, w: &T, gamma: &T) -> T {
    let gap = w.powi(depth as i32) - s;
    gap.squared() + T::integer(depth as i64) * gamma * w.squared()
}

/// A singular value with its minimiser: on the upper branch `s = w^D + gamma w^(2-D)`, or off.
fn mode(stream: &mut Stream, depth: usize, gamma: &Rational) -> (Rational, Rational) {
    loop {
        let w = stream.positive();
        let s = w.powi(depth as i32) + Rational::from(gamma * &w.powi(2 - depth as i32));
        if depth == 2 {
            return match stream.below(4) {
                // At most gamma: off.
                0 => (Rational::from(gamma * &Rational::from((stream.integer(0, 8), 8))), Rational::new()),
                _ => (s, w),
            };
        }
        // Beyond the fold: (D-2) gamma <= D w^(2D-2). Of the stationary states the lower ones are maxima.
        let upper = Rational::from(depth as i64 - 2) * gamma <= w.powi(2 * depth as i32 - 2) * depth as i64;
        if upper {
            let is_off = value(depth, &s, &w, gamma) >= Rational::from(s.square_ref());
            return (s, if is_off { Rational::new() } else { w });
        }
        if stream.coin() {
            return (Rational::new(), Rational::new());
        }
    }
}

impl Draws for Minimum {
    type Instance = Matrices;

    fn draw(&self, draw: &mut Draw) -> Result<Matrices, Unjudged> {
        let stream = &mut draw.own();
        // Beyond depth two inputs that are not white move the minimum to where it is not rational.
        let depth = if self.whitened { 2 + stream.below(3) } else { 2 };
        let size = if self.whitened { 1 + stream.below(3) } else { 3 };
        let gamma = stream.positive() / 4;
        let mut modes: Vec<(Rational, Rational)> = (0..size).map(|_| mode(stream, depth, &gamma)).collect();
        if stream.below(4) == 0 {
            let first = modes[0].clone();
            modes.fill(first);
        }
        if !self.whitened {
            // The first input has the largest second moment: its mode has to be on.
            let w = stream.positive();
            modes[0] = (Rational::from(w.square_ref()) + &gamma, w);
        }
        let (values, weights): (Vec<Rational>, Vec<Rational>) = modes.into_iter().unzip();
        let diagonal = |entries: &[Rational]| {
            DMatrix::from_fn(
                size,
                size,
                |row, column| if row == column { entries[row].clone() } else { Rational::new() },
            )
        };
        let turns: Vec<DMatrix<Rational>> = (0..=depth)
            .map(|place| {
                if place == 0 && !self.whitened {
                    diagonal(&vec![Rational::from(1); size])
                } else {
                    rotation(stream, size)
                }
            })
            .collect();
        let turned = |left: usize, right: usize, entries: &[Rational]| {
            product(&product(&turns[left], &diagonal(entries)), &turns[right].transpose())
        };
        let target = turned(depth, 0, &values);
        let minimiser: Vec<_> = (1..=depth).map(|place| turned(place, place - 1, &weights)).collect();
        let near = stream.coin();
        let elsewhere = minimiser
            .iter()
            .map(|matrix| {
                let entry = |row, column| {
                    let drawn: Rational = stream.small();
                    if near { drawn / 64 + &matrix[(row, column)] } else { drawn }
                };
                DMatrix::from_fn(size, size, entry)
            })
            .collect();
        let moments =
            if self.whitened { vec![Rational::from(1); size] } else { [4, 2, 1].map(Rational::from).to_vec() };
        Ok(Matrices { depth, gamma, values, weights, target, minimiser, elsewhere, moments })
    }
}

impl<T: Branch> In<T> for Minimum {
    fn relations(&self, instance: &Matrices) -> Result<Vec<Relation<T>>, Unjudged> {
        let carry = |matrix: &DMatrix<Rational>| matrix.map(|entry| T::from_rational(&entry));
        let gamma = T::from_rational(&instance.gamma);
        let (values, weights): (Vec<T>, Vec<T>) = (carried(&instance.values), carried(&instance.weights));
        let target = carry(&instance.target);
        let moments: Vec<T> = carried(&instance.moments);
        let at = |matrices: &[DMatrix<Rational>]| {
            let matrices: Vec<DMatrix<T>> = matrices.iter().map(carry).collect();
            matrix_loss(&matrices, &target, &gamma, &moments)
        };
        let modes = values.iter().zip(&weights);
        let bound = modes.fold(T::zero(), |sum, (s, w)| sum + value(instance.depth, s, w, &gamma));
        let mut relations = vec![
            Relation::equality(
                "the minimum",
                vec![Term::scalar("loss at aligned balanced weights", at(&instance.minimiser))],
                vec![Term::scalar("sum_j min (m - s_j)^2 + gamma D m^(2/D)", bound.clone())],
            )
            .against(gamma.clone()),
        ];
        if self.whitened {
            relations.push(Relation::at_most(
                "the bound",
                Term::scalar("sum_j min (m - s_j)^2 + gamma D m^(2/D)", bound),
                Term::scalar("loss", at(&instance.elsewhere)),
            ));
        }
        if self.whitened && instance.depth == 2 {
            // Soft thresholds.
            let threshold = |s: &T| (s.clone() - &gamma).maximum(&T::zero());
            relations.push(
                Relation::equality(
                    "soft thresholds at depth two",
                    vec![Term::vector("m", weights.iter().map(Ring::squared).collect())],
                    vec![Term::vector("max(s - gamma, 0)", values.iter().map(threshold).collect())],
                )
                .against(gamma.clone()),
            );
        }
        Ok(relations)
    }
}
