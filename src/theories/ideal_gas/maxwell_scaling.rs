//! `ideal-gas/maxwell-scaling`: a change of scale of the weights is a change of learning rate and decay.
//!
//! ```text
//! theta_t -> a theta_t   under   (eta, gamma) -> (a^2 eta, gamma / a^2),    (eps, gamma) -> (eps, gamma / a^2),    (eta, gamma, r) -> (a^2 eta, gamma / a^2, a r)
//! ```
//!
//! for descent at a fixed rate, with momentum or without, at a fixed effective rate, and on a fixed sphere; `(a eta, gamma / a)` for sign descent and Adam. The
//! Maxwell relations of the ideal gas are the derivatives of this in a. Sources: [`EXPONENTIAL_RATES`], [`IDEAL_GAS`].

use super::drawing::scaled;
use super::maxwell_roots::{Roots, Rule};
use super::optimisers::{Optimiser, Path};
use super::rescaled_path::Instance;
use super::{EXPONENTIAL_RATES, IDEAL_GAS};
use crate::linalg::products::squared_norm;
use crate::scalar::{Branch, Rational};
use crate::verify::{
    Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Transcendental, Unjudged, control,
};

/// The symmetry of a path.
#[derive(Clone, Copy)]
pub(super) struct MaxwellScaling {
    /// The optimiser, or all of them in turn.
    optimiser: Option<Optimiser>,
    scaling: Scaling,
    losses: Losses,
}

/// How rate and decay change with the scale.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scaling {
    /// As the optimiser and the loss ask.
    Own,
    /// That of another optimiser.
    Of(Optimiser),
    /// The optimiser's, with gamma as it was.
    DecayUnscaled,
    /// That of degree 0 for a loss of another degree.
    DegreeZero,
}

/// Which losses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Losses {
    /// Of degree 0, and of degrees 2, 4 and 6 where descent has a law for them.
    Homogeneous,
    ScaleInvariant,
    /// Of degree 4 or 6.
    OfHigherDegree,
    /// With epsilon in the norm.
    Shifted,
}

pub(super) const LAW: MaxwellScaling =
    MaxwellScaling { optimiser: None, scaling: Scaling::Own, losses: Losses::Homogeneous };
const ROOTS: Roots = Roots { rule: Rule::Own };

const fn of(optimiser: Optimiser, scaling: Scaling, losses: Losses) -> MaxwellScaling {
    MaxwellScaling { optimiser: Some(optimiser), scaling, losses }
}

fn of_roots(index: u64) -> Option<u64> {
    (index % 8 >= 6).then_some(index)
}

/// `ideal-gas/maxwell-scaling`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/maxwell-scaling",
    title: "Maxwell relations as a scaling symmetry",
    statement: "l(a theta; z) = l(theta; z): theta_t becomes a theta_t on the whole path, at every step size, under (eta, gamma) -> (a^2 eta, gamma / a^2) at a fixed rate, with momentum or without; \
        (eps, gamma) -> (eps, gamma / a^2) at a fixed effective rate; (eta, gamma, r) -> (a^2 eta, gamma / a^2, a r) on a fixed sphere; (a eta, gamma / a) for sign descent and Adam; for a loss of degree k (a^(2 - k) eta, a^(k - 2) gamma). \
        So S = S_sphere + (d - 1) E ln r obeys dS/dln eta - dS/dln gamma = (d - 1)/2 at a fixed rate, dS/dln gamma = -(d - 1)/2 at a fixed effective rate, dS/dln eta - dS/dln gamma = d - 1 for Adam",
    hypotheses: &[
        "a > 0; the same samples in the same order; any noise, batch and dimension; theta is not 0 along the path",
        "heavy ball starts with an empty buffer, or with m / a; sign descent and Adam have decoupled decay, theta' = (1 - 2 eta gamma) theta - eta (...), and Adam no epsilon, so that no entry of the gradient may have been 0 since the start",
        "what is checked is the symmetry of paths; the entropies follow from it where the stationary law is unique and S is differentiable, with d - 1 for d where the radius is constant",
        "for the differential entropy of theta in R^d read d for d - 1",
        "checked for the degrees k = 0, 2, 4 and 6, and for Adam and the sphere at degree 0",
    ],
    references: &[EXPONENTIAL_RATES, IDEAL_GAS],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Transcendental(ROOTS)), number: of_roots },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "decay-unscaled",
            "gamma as it was",
            &Exact(of(Optimiser::FixedRate, Scaling::DecayUnscaled, Losses::ScaleInvariant)),
        ),
        control(
            "sign-rule-for-descent",
            "the scaling of sign descent and Adam for descent",
            &Exact(of(Optimiser::FixedRate, Scaling::Of(Optimiser::Sign), Losses::ScaleInvariant)),
        ),
        control(
            "descent-rule-for-sign",
            "the scaling of descent for sign descent",
            &Exact(of(Optimiser::Sign, Scaling::Of(Optimiser::FixedRate), Losses::ScaleInvariant)),
        ),
        control(
            "descent-rule-for-adam",
            "the scaling of descent for Adam",
            &Transcendental(Roots { rule: Rule::OfDescentForAdam }),
        ),
        control(
            "fixed-rule-for-effective",
            "the scaling at a fixed rate for a fixed effective rate",
            &Exact(of(Optimiser::FixedEffectiveRate, Scaling::Of(Optimiser::FixedRate), Losses::ScaleInvariant)),
        ),
        control(
            "epsilon-in-norm",
            "|theta|^2 + epsilon in the loss",
            &Exact(of(Optimiser::FixedRate, Scaling::Own, Losses::Shifted)),
        ),
        control(
            "degree-zero",
            "the rule of degree 0 for a loss of degree 4 or 6",
            &Exact(of(Optimiser::FixedRate, Scaling::DegreeZero, Losses::OfHigherDegree)),
        ),
    ],
};

impl MaxwellScaling {
    /// The exponents of a in rate and decay.
    fn exponents(self, path: &Path) -> [i32; 2] {
        let own = |optimiser: Optimiser, degree: i32| match optimiser {
            Optimiser::FixedRate | Optimiser::HeavyBall => [2 - degree, degree - 2],
            Optimiser::FixedEffectiveRate => [0, -2],
            Optimiser::Sign => [1, -1],
        };
        match self.scaling {
            Scaling::Own => own(path.optimiser, path.loss.degree),
            Scaling::Of(other) => own(other, path.loss.degree),
            Scaling::DecayUnscaled => [own(path.optimiser, path.loss.degree)[0], 0],
            Scaling::DegreeZero => own(path.optimiser, 0),
        }
    }

    /// The path at another scale.
    pub(super) fn at_scale(self, path: Path, scale: Rational) -> Instance {
        let [of_rate, of_decay] = self.exponents(&path);
        let power = |exponent: i32| crate::scalar::Field::powi(&scale, exponent);
        let scaled = Path {
            theta: scaled(&path.theta, &scale),
            rate: power(of_rate) * &path.rate,
            weight_decay: power(of_decay) * &path.weight_decay,
            ..path.clone()
        };
        Instance { path, scale, scaled }
    }

    fn is_law(self) -> bool {
        self.scaling == Scaling::Own && self.losses != Losses::Shifted
    }
}

impl Draws for MaxwellScaling {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut stream = draw.own();
        let number = draw.index as usize;
        loop {
            let steps = if self.is_law() { 2 + stream.below(2) } else { 1 + stream.below(2) };
            let mut path = Path::draw(&mut stream, steps);
            path.optimiser = self.optimiser.unwrap_or(Optimiser::ALL[number % 4]);
            let has_degrees = matches!(path.optimiser, Optimiser::FixedRate | Optimiser::HeavyBall);
            path.loss.degree = match self.losses {
                Losses::Homogeneous if has_degrees => *stream.pick(&[0, 0, 2, 4, 6]),
                Losses::OfHigherDegree => *stream.pick(&[4, 6]),
                _ => 0,
            };
            let mut scale = Rational::from((stream.integer(1, 24), 8));
            if self.is_law() {
                match number % 16 {
                    0 => scale = Rational::from(1),
                    5 => path.weight_decay = Rational::new(),
                    10 => path.samples.iter_mut().for_each(|sample| sample.input.fill(Rational::new())),
                    _ => {}
                }
            } else {
                // Twice or half the size, with a decay that is seen and rates that leave theta of its size.
                scale = if stream.coin() { Rational::from(2) } else { Rational::from((1, 2)) };
                path.weight_decay = Rational::from((stream.integer(4, 16), 64)) / &path.rate;
            }
            if self.losses == Losses::Shifted {
                path.loss.shift = stream.positive();
            }
            let instance = self.at_scale(path, scale);
            let runs = instance.path.is_defined() && instance.scaled.is_defined();
            if runs && (self.is_law() || self.can_tell(&instance)) {
                return Ok(instance);
            }
        }
    }
}

impl MaxwellScaling {
    /// Whether gradients are of a size, so that a wrong scaling of the step is seen.
    fn can_tell(self, instance: &Instance) -> bool {
        let passed = instance.path.follow::<Rational>();
        let first = &passed[0];
        let push = squared_norm::<Rational>(&first.direction) * Rational::from(first.learning_rate.square_ref());
        push * 64 >= squared_norm::<Rational>(&first.before)
    }
}

impl<T: Branch> In<T> for MaxwellScaling {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let scale = T::from_rational(&instance.scale);
        let (path, other) = (instance.path.follow::<T>(), instance.scaled.follow::<T>());
        let (last, end) = (&path[path.len() - 1].after, &other[other.len() - 1].after);
        let mut relations = vec![Relation::equality(
            ("the path at another scale", instance.path.optimiser.name()),
            vec![Term::vector("theta_T at the scale a", end.clone())],
            vec![Term::vector("a theta_T", scaled(last, &scale))],
        )];
        if self.is_law() {
            let loss = |path: &Path, theta: &[T]| path.loss.value(theta, &path.samples[0]);
            relations.push(Relation::equality(
                "the loss at another scale",
                vec![Term::scalar("l at the scale a", loss(&instance.scaled, end))],
                vec![Term::scalar("a^k l", loss(&instance.path, last) * scale.powi(instance.path.loss.degree))],
            ));
        }
        Ok(relations)
    }
}
