//! `graph-entropy/edge-weights`: the entropy of weights under a normalised curvature flow moves by a covariance, and leaves equal weights downwards.
//!
//! ```text
//! w_e' = -(k_e - <k>_w) w_e,  sum w = 1:   dH/dt = Cov_w(k, ln w)
//! from w = 1/m:  H = ln m - (t^2 / 2) Var k + O(t^3)
//! ```
//!
//! `k` are the curvatures of the edges, any functions of the weights. Source: [`PIONEER`].

use super::doubly_stochastic::fall;
use super::{PIONEER, masses};
use crate::exact::Series;
use crate::exact::logarithms::{self, Logarithms};
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Term, Unjudged, control,
};
use num_traits::{One, Zero};

/// The rate of the entropy of the weights.
#[derive(Clone, Copy)]
pub(super) struct Rate {
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Law,
    /// `-Cov_w(k, ln w)`
    OtherSign,
    /// The covariance with equal weights.
    Unweighted,
}

/// The entropy as it leaves equal weights.
#[derive(Clone, Copy)]
pub(super) struct Leaving;

/// The law of the rate.
pub(super) const RATE: Rate = Rate { said: Said::Law };

/// `graph-entropy/edge-weights`
pub static CLAIM: Claim = Claim {
    id: "graph-entropy/edge-weights",
    title: "the entropy of edge weights under a curvature flow moves by a covariance, and leaves equal weights downwards",
    statement: "for w_e' = -(k_e - <k>_w) w_e, dH(w)/dt = Cov_w(k, ln w); from equal weights H = ln m - (t^2 / 2) Var k + O(t^3)",
    hypotheses: &[
        "sum w = 1, w > 0; k_e: differentiable functions of the weights; <k>_w = sum w_e k_e, Var k: the variance at equal weights",
        "checked for two to five edges: the rate exactly, the departure from equal weights as a power series, for curvatures that depend on the weights",
    ],
    references: &[PIONEER],
    builds_on: &["graph-entropy/doubly-stochastic"],
    law: &[
        Part { check: &Independent(Exact(RATE)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(Leaving)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control("other-sign", "the other sign", &Independent(Exact(Rate { said: Said::OtherSign }))),
        control(
            "unweighted",
            "the covariance with equal weights",
            &Independent(Exact(Rate { said: Said::Unweighted })),
        ),
    ],
};

/// Weights and curvatures.
pub(super) struct Instance {
    pub(super) weights: Vec<Rational>,
    /// `k_e`, where the weights are as given.
    pub(super) curvatures: Vec<Rational>,
    /// The derivative of `k_e` in `w_e`.
    pub(super) slopes: Vec<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} edges", self.weights.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("w", self.weights.iter().cloned()),
            Numbers::new("k", self.curvatures.iter().cloned()),
            Numbers::new("dk/dw", self.slopes.iter().cloned()),
        ]
    }
}

impl Instance {
    fn draw(draw: &Draw, shows: impl Fn(&Instance) -> bool) -> Instance {
        let stream = &mut draw.own();
        loop {
            let edges = 2 + stream.below(4);
            let mut any = || (0..edges).map(|_| stream.small()).collect();
            let (curvatures, slopes) = (any(), any());
            let instance = Instance { weights: masses(stream, edges), curvatures, slopes };
            if shows(&instance) {
                return instance;
            }
        }
    }

    /// `sum_e c_e k_e ln w_e` and `-(sum c_e k_e) sum c_e ln w_e`, with `c` the weights or equal ones.
    fn covariance(&self, weights: &[Rational]) -> [Logarithms; 2] {
        let mean: Rational = weights.iter().zip(&self.curvatures).map(|(c, k)| Rational::from(c * k)).sum();
        let all = || weights.iter().zip(&self.curvatures).zip(&self.weights);
        [
            all().map(|((c, k), w)| Logarithms::multiple(&Rational::from(c * k), w)).sum(),
            all().map(|((c, _), w)| Logarithms::multiple(&-Rational::from(c * &mean), w)).sum(),
        ]
    }
}

impl Draws for Rate {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(Instance::draw(draw, |instance| {
            let sum = |[a, b]: [Logarithms; 2]| a + b;
            let weighted = sum(instance.covariance(&instance.weights));
            match self.said {
                Said::Law => true,
                Said::OtherSign => !weighted.is_zero(),
                Said::Unweighted => weighted != sum(instance.covariance(&equal(instance.weights.len()))),
            }
        }))
    }
}

fn equal(edges: usize) -> Vec<Rational> {
    vec![Rational::from((1, edges as i64)); edges]
}

impl<T: Field> In<T> for Rate {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { weights, curvatures, .. } = instance;
        let mean: Rational = weights.iter().zip(curvatures).map(|(w, k)| Rational::from(w * k)).sum();
        // d(-w ln w) = -(ln w + 1) dw
        let part = |(w, k): (&Rational, &Rational)| {
            let speed = Rational::from(&mean - k) * w;
            (Logarithms::of(w) + Logarithms::rational(&Rational::one())).scaled(&-speed)
        };
        let rate = weights.iter().zip(curvatures).map(part).sum();
        let [mixed, apart] = match self.said {
            Said::Law => instance.covariance(weights),
            Said::OtherSign => instance.covariance(weights).map(|part| -part),
            Said::Unweighted => instance.covariance(&equal(weights.len())),
        };
        Ok(vec![logarithms::equality(
            "the rate of the entropy of the weights",
            vec![("dH/dt", rate)],
            vec![("<k ln w>", mixed), ("-<k> <ln w>", apart)],
        )])
    }
}

impl Draws for Leaving {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut instance =
            Instance::draw(draw, |instance| instance.curvatures.iter().any(|k| *k != instance.curvatures[0]));
        instance.weights = equal(instance.weights.len());
        Ok(instance)
    }
}

type Time = Series<Rational, 3>;

impl<T: Field> In<T> for Leaving {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let edges = instance.weights.len();
        let start: Vec<Time> = equal(edges).into_iter().map(Time::constant).collect();
        let mut path = start.clone();
        for _ in 0..2 {
            let curvature = |e: usize| {
                let moved = path[e].clone() - &start[e];
                Time::constant(instance.curvatures[e].clone()) + moved * Time::constant(instance.slopes[e].clone())
            };
            let mean = (0..edges).fold(Time::zero(), |sum, e| sum + path[e].clone() * curvature(e));
            path = (0..edges).map(|e| ((mean.clone() - curvature(e)) * &path[e]).integral() + &start[e]).collect();
        }
        let mean = instance.curvatures.iter().sum::<Rational>() / edges as i64;
        let squares: Rational = instance.curvatures.iter().map(|k| Rational::from(k - &mean).square()).sum();
        let claimed = [Rational::new(), Rational::new(), -squares / edges as i64 / 2];
        let vector = |name, list: &[Rational]| Term::vector(name, list.iter().map(T::from_rational).collect());
        Ok(vec![Relation::equality(
            "the entropy as it leaves equal weights",
            vec![vector("H - ln m", &fall(&path).coefficients)],
            vec![vector("-(t^2 / 2) Var k", &claimed)],
        )])
    }
}
