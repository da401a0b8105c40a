//! `noise-equilibrium/product-contraction`: the imbalance of the factors of a product is multiplied by an exact number in every step.
//!
//! ```text
//! w_i'^2/k_i - w_j'^2/k_j = (c^2 - h)(w_i^2/k_i - w_j^2/k_j),   h = eta^2 k_i k_j (G P / (w_i w_j))^2
//! ```
//!
//! `P = w_1^{k_1} ... w_D^{k_D}` is the product on which the loss depends, `G = dl/dP` its slope for a sample or a batch, `eta` the learning rate, `gamma`
//! the weight decay and `c = 1 - 2 eta gamma`. Source of the question: [`NOISE_EQUILIBRIUM`]; the identity is derived in the proofs.

use super::drawing::is_told;
use super::imbalance::{At, Factor, Step};
use super::product::{Instance, Points};
use super::vector_factor::VectorFactor;
use super::{AUTO_BALANCING, NOISE_EQUILIBRIUM};
use crate::closed_form::kept;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Claim, Draw, Draws, EVERY_GAP, Exact, In, Relation, Term, Unjudged, all, control};

/// The law of a step.
#[derive(Clone, Copy)]
pub(super) struct Contraction {
    points: Points,
    factor: Factor,
    /// Whether the charges are `w_i^2 / k_i`, and not `w_i^2`.
    divided_by_powers: bool,
    /// Whether the mean of the slopes takes part in the mean contraction, beside their variance.
    mean_slope: bool,
}

pub(super) const LAW: Contraction =
    Contraction { points: Points::All, factor: Factor::Exact, divided_by_powers: true, mean_slope: true };
const SIZABLE: Contraction = Contraction { points: Points::Sizable, ..LAW };

/// `noise-equilibrium/product-contraction`
pub static CLAIM: Claim = Claim {
    id: "noise-equilibrium/product-contraction",
    title: "the imbalance of the factors of a product",
    statement: "l depends on w_1, ..., w_D through P = w_1^{k_1} ... w_D^{k_D}, Q = w_i^2 / k_i - w_j^2 / k_j, h = eta^2 k_i k_j (G P / (w_i w_j))^2 with G = dl/dP: Q' + h Q = c^2 Q",
    hypotheses: &[
        "the k_i are positive integers; P / (w_i w_j) is the polynomial with k_i - 1 and k_j - 1, so that factors may be 0",
        "theta' = c theta - eta g with c = 1 - 2 eta gamma, the same eta and gamma for all factors; l may depend on other parameters, which move too",
        "G is the slope of a sample, or the mean of a batch; over samples one at a time E[Q'] = (c^2 - eta^2 k_i k_j (P / (w_i w_j))^2 (Var G + E[G]^2)) Q",
        "over several steps the factors c^2 - h multiply, followed over two where the k_i sum to 3 or less; for two factors of power 1, w_1 + w_2 and w_1 - w_2 are multiplied by c - eta G and c + eta G",
        "if Q is not 0, it shrinks in a step if |c^2 - h| < 1, and grows if |c^2 - h| > 1; balance, Q = 0, is never left",
    ],
    references: &[NOISE_EQUILIBRIUM, AUTO_BALANCING],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "all-factors",
            "the product over all factors in h, in place of all but two",
            &Exact(Contraction { factor: Factor::AllFactors, ..SIZABLE }),
        ),
        control(
            "first-power",
            "eta |G| in place of eta^2 G^2",
            &Exact(Contraction { factor: Factor::FirstPower, ..SIZABLE }),
        ),
        control(
            "powers-ignored",
            "w_i^2 - w_j^2 for factors of different powers",
            &Exact(Contraction { points: Points::UnequalPowers, divided_by_powers: false, ..LAW }),
        ),
        control(
            "variance-alone",
            "Var G in place of E[G^2], as in the stochastic differential equation",
            &Exact(Contraction { mean_slope: false, ..SIZABLE }),
        ),
        control(
            "never-expands",
            "that Q shrinks beyond h = 1 + c^2 too",
            &Exact(Contraction { points: Points::Beyond, factor: Factor::NeverExpands, ..LAW }),
        ),
        control("vector-factor", "a factor that is a vector: Q = |w|^2 - u^2 for l(u w)", &Exact(VectorFactor)),
    ],
};

impl Draws for Contraction {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        loop {
            let instance = self.points.draw(draw)?;
            if self.mean_slope || mean_slope_is_told(&instance) {
                return Ok(instance);
            }
        }
    }
}

/// Whether for some pair the contraction by the mean slope can be seen beside `Q` and the contraction by the variance: all terms have the factor `Q`.
fn mean_slope_is_told(instance: &Instance) -> bool {
    let Instance { theta, samples, powers, learning_rate, .. } = instance;
    let slopes: Vec<Rational> = samples.iter().map(|sample| instance.slope(theta, sample)).collect();
    let count = slopes.len() as u64;
    let mean = slopes.iter().sum::<Rational>() / count;
    let square = mean.square();
    let variance = slopes.iter().map(|slope| Rational::from(slope.square_ref())).sum::<Rational>() / count - &square;
    instance.pairs().any(|pair| {
        let coupling = instance.product(theta, &pair) * learning_rate;
        let coupling = coupling.square() * powers[pair[0]] * powers[pair[1]];
        let charge = |i: usize| Rational::from(theta[i].square_ref()) / powers[i];
        let [mean, variance] = [&square, &variance].map(|part| Rational::from(part * &coupling));
        // |1 - h| is the largest where h is.
        let size = Rational::from(&mean + &variance) + 1;
        charge(pair[0]) != charge(pair[1]) && is_told(&mean, &size)
    })
}

impl<T: Carrier> At<'_, T> {
    /// `Q' + h Q = c^2 Q`
    fn after_a_step(&self, end: &[T], slope: &T, pair: [usize; 2], detail: String) -> Relation<T> {
        let imbalance = self.imbalance(&self.theta, pair);
        let h = self.contraction(&self.theta, slope, pair);
        Relation::equality(
            ("imbalance after a step", detail),
            vec![Term::scalar("Q'", self.imbalance(end, pair)), Term::scalar("h Q", h * &imbalance)],
            vec![Term::scalar("c^2 Q", self.kept.squared() * &imbalance)],
        )
    }

    /// The mean over the steps of single samples, with the mean and the variance of their slopes.
    fn on_the_mean(&self, mean_slope: bool, steps: &[Step<T>], pair: [usize; 2], detail: String) -> Relation<T> {
        let weight = T::ratio(1, steps.len() as i64);
        let average =
            |value: &dyn Fn(&Step<T>) -> T| steps.iter().fold(T::zero(), |sum, step| sum + value(step)) * &weight;
        let mean = average(&|step| step.slope.clone());
        let variance = average(&|step| (step.slope.clone() - &mean).squared());
        let imbalance = self.imbalance(&self.theta, pair);
        let scale = self.learning_rate.squared() * self.coupling(&self.theta, pair) * &imbalance;
        let mut left = vec![
            Term::scalar("E[Q']", average(&|step| self.imbalance(&step.end, pair))),
            Term::scalar("eta^2 k_i k_j (P / (w_i w_j))^2 Var G Q", T::product(&scale, &variance)),
        ];
        if mean_slope {
            left.push(Term::scalar("eta^2 k_i k_j (P / (w_i w_j))^2 E[G]^2 Q", scale * mean.squared()));
        }
        let right = vec![Term::scalar("c^2 Q", self.kept.squared() * &imbalance)];
        Relation::equality(("mean imbalance after a step", detail), left, right)
    }

    /// Two steps, of the first sample and of the last.
    fn after_two_steps(&self, pair: [usize; 2], detail: String) -> Relation<T> {
        let mut theta = self.theta.clone();
        let mut expected = self.imbalance(&theta, pair);
        for sample in [self.samples.first(), self.samples.last()].into_iter().flatten() {
            let h = self.contraction(&theta, &self.instance.slope(&theta, sample), pair);
            expected *= self.kept.squared() - h;
            theta = self.step(&theta, &self.instance.gradient(&theta, sample));
        }
        Relation::equality(
            ("imbalance after two steps", detail),
            vec![Term::scalar("Q_2", self.imbalance(&theta, pair))],
            vec![Term::scalar("(c^2 - h_1)(c^2 - h_0) Q_0", expected)],
        )
    }

    /// What becomes of `w_1 + w_2` and `w_1 - w_2`.
    fn sum_and_difference(&self, step: &Step<T>) -> Relation<T> {
        let both = |theta: &[T]| vec![theta[0].clone() + &theta[1], theta[0].clone() - &theta[1]];
        let displacement = T::product(&self.learning_rate, &step.slope);
        let [sum, difference] = [0, 1].map(|i| both(&self.theta)[i].clone());
        Relation::equality(
            ("sum and difference of two factors", step.along.as_str()),
            vec![Term::vector("w_1' + w_2', w_1' - w_2'", both(&step.end))],
            vec![
                Term::vector(
                    "c (w_1 + w_2), c (w_1 - w_2)",
                    both(&self.theta).iter().map(|x| T::product(&self.kept, x)).collect(),
                ),
                Term::vector(
                    "-eta G (w_1 + w_2), eta G (w_1 - w_2)",
                    vec![-(displacement.clone() * sum), displacement * difference],
                ),
            ],
        )
    }
}

impl<T: Carrier> In<T> for Contraction {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let drawn = |numbers: &[Rational]| numbers.iter().map(T::drawn).collect::<Vec<T>>();
        let learning_rate = T::from_rational(&instance.learning_rate);
        let at = At {
            factor: self.factor,
            divided_by_powers: self.divided_by_powers,
            instance,
            theta: drawn(&instance.theta),
            samples: instance.samples.iter().map(|[x, y]| [T::drawn(x), T::drawn(y)]).collect(),
            kept: kept(&learning_rate, &T::from_rational(&instance.weight_decay)),
            learning_rate,
        };
        let steps = at.steps();
        let mut relations = Vec::new();
        for pair in instance.pairs() {
            let detail = |along: &str| format!("factors {pair:?}, {along}");
            for Step { along, end, slope } in &steps {
                relations.push(at.after_a_step(end, slope, pair, detail(along)));
            }
            relations.push(at.on_the_mean(
                self.mean_slope,
                &steps[..instance.samples.len()],
                pair,
                detail("all samples"),
            ));
            let of_samples = steps[..instance.samples.len()].iter().enumerate();
            relations.extend(of_samples.filter_map(|(number, step)| self.fate(&at, number, &step.end, pair)));
            if instance.powers.iter().sum::<u32>() <= 3 {
                relations.push(at.after_two_steps(pair, detail("first and last sample")));
            }
        }
        if instance.powers == [1, 1] {
            relations.extend(steps.iter().map(|step| at.sum_and_difference(step)));
        }
        Ok(relations)
    }
}

impl Contraction {
    /// Whether the imbalance shrinks or grows along a sample, by `|c^2 - h|`; nothing if that is 1, or in balance.
    fn fate<T: Carrier>(&self, at: &At<'_, T>, number: usize, end: &[T], pair: [usize; 2]) -> Option<Relation<T>> {
        let Instance { theta, samples, powers, learning_rate, weight_decay, .. } = at.instance;
        let slope = at.instance.slope(theta, &samples[number]) * at.instance.product(theta, &pair) * learning_rate;
        let h = slope.square() * powers[pair[0]] * powers[pair[1]];
        let factor = (kept(learning_rate, weight_decay).square() - h).abs();
        let charge = |i: usize| theta[i].clone().square() / powers[i];
        if factor == 1 || charge(pair[0]) == charge(pair[1]) {
            return None;
        }
        let term = |label: &'static str, theta: &[T]| Term::scalar(label, at.imbalance(theta, pair).squared());
        let (before, after) = (term("Q^2", &at.theta), term("Q'^2", end));
        let detail = format!("factors {pair:?}, sample {number}");
        let relation = if factor < 1 || self.factor == Factor::NeverExpands {
            Relation::less(("the imbalance shrinks where |c^2 - h| < 1", detail), after, before)
        } else {
            Relation::less(("the imbalance grows where |c^2 - h| > 1", detail), before, after)
        };
        Some(relation.resolved_to(EVERY_GAP))
    }
}
