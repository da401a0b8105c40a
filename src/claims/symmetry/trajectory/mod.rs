//! `symmetry/trajectory`
//!
//! | file | what is checked of the claim |
//! |---|---|
//! | `exact.rs` | SGD and the heavy ball, a few steps: in the rationals wherever the network is rational |
//! | `adam.rs` | Adam, a few steps: intervals and a ladder of precisions |
//! | `fixed_set.rs` | all three over a thousand steps on a fixed-point set: likewise |
//! | `merged.rs` | networks with equal and dead neurons, and the smaller network that each of them amounts to |

mod adam;
mod exact;
mod fixed_set;
mod merged;

use super::PAPER;
use crate::claim::theorem::{INTERVAL_BITS, ladder};
use crate::claim::{
    Case, Claim, Control, Drawn, Entry, Evidence, Examination, Finding, Outside, Relation, Scalar, Settings,
};
use crate::model::Carrier;
use crate::scalar::{Interval, Measured, Mp, Real};

/// Paths of descent from points that a symmetry relates.
pub struct Trajectory;

static ENTRY: Entry = Entry {
    id: "symmetry/trajectory",
    title: "symmetric paths",
    statement: "theta_t(K theta_0) = K theta_t(theta_0) for every t; so K theta_0 = theta_0 implies K theta_t = theta_t: equal neurons stay equal, a neuron that a sign flip fixes stays zero, and theta_t is the path of the network in which equal neurons are one",
    hypotheses: &[
        "K is orthogonal, commutes with Lambda, and is a symmetry of the per-sample loss: permutations of neurons, sign flips (odd activations), rotations (linear layers)",
        "the same samples in the same order",
        "SGD with weight decay, theta' = theta - Lambda (g + 2 gamma theta), or heavy ball, m' = beta m + g + 2 gamma theta, theta' = theta - Lambda m', m_0 = 0",
        "or Adam with bias correction, epsilon > 0 and weight decay in the gradient; K is then a signed permutation, and the state is carried along: m_0 -> K m_0, v_0 -> |K| v_0",
        "for the network in which n equal neurons are one: Lambda = eta I, and n eta for the sum over the n",
        "no point of the path is on a kink, and no vector that is normalised is 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "other-order", breaks: "the samples in another order" },
        Control { name: "not-orthogonal", breaks: "a symmetry that is not orthogonal: rescaling of a neuron" },
        Control { name: "not-commuting", breaks: "permutation of neurons with different learning rates" },
        Control { name: "not-fixed", breaks: "a path that does not start where K theta = theta" },
        Control { name: "adam-rotation", breaks: "Adam with a rotation by the sides 3, 4, 5, epsilon far below |g|" },
        Control { name: "adam-state", breaks: "Adam resumed from K theta_0 with the moments that belong to theta_0" },
        Control { name: "noise", breaks: "noise of its own on every parameter, from a start on the fixed-point set" },
        Control { name: "merged-rate", breaks: "merged neurons with the learning rate of a single one" },
    ],
    references: &[PAPER, "Kingma, Ba, Adam: A Method for Stochastic Optimization, arXiv:1412.6980"],
};

/// Where an instance is examined.
enum Part {
    /// The instance of this index of [`exact::Exact`].
    Exact(u64),
    /// The instance of this number of [`adam::Paths`].
    Adam(u64),
    /// The instance of this number of [`fixed_set::Paths`].
    FixedSet(u64),
}

impl Part {
    fn of(case: Case, index: u64) -> Self {
        let Case::Control(control) = case else {
            // Of every sixteen twelve for the rationals, in whole families of two points, so that their bounds multiply.
            let round = index / 16;
            return match index % 16 {
                place @ 0..6 => Part::Exact(round * 12 + place),
                6 => Part::Adam(round * 3),
                7 => Part::FixedSet(round),
                place @ 8..14 => Part::Exact(round * 12 + place - 2),
                place => Part::Adam(round * 3 + place - 13),
            };
        };
        match ENTRY.controls[control].name {
            "adam-rotation" | "adam-state" => Part::Adam(index),
            "noise" | "merged-rate" => Part::FixedSet(index),
            _ => Part::Exact(index),
        }
    }
}

impl Claim for Trajectory {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        match Part::of(case, index) {
            Part::Exact(index) => Claim::examine(&exact::Exact, settings, case, index),
            Part::Adam(number) => examine(&adam::Paths::draw(settings.seed, case, number), settings, case),
            Part::FixedSet(number) => examine(&fixed_set::Paths::draw(settings.seed, case, number), settings, case),
        }
    }
}

/// An instance that needs square roots: no rational carries it, every other scalar does.
trait Rooted: Drawn {
    /// See [`Theorem::relations`](crate::claim::Theorem::relations).
    fn relations<T: Carrier + Real + Measured>(&self, case: Case) -> Result<Vec<Relation<T>>, Outside>;
}

/// The law by intervals and on every rung of the ladder, a control on the highest rung.
fn examine<I: Rooted>(instance: &I, settings: &Settings, case: Case) -> Examination {
    let mut examination = Examination::of(instance.class(), instance.describe());
    let mut scalars = vec![Scalar::Mp(settings.precision)];
    if case == Case::Law {
        scalars = ladder(settings.precision).into_iter().map(Scalar::Mp).collect();
        scalars.insert(0, Scalar::Interval(INTERVAL_BITS));
    }
    for scalar in scalars {
        match judge(instance, scalar, settings, case) {
            Ok(finding) => examination.findings.push(finding),
            Err(Outside(reason)) => {
                examination.excluded = Some(reason);
                break;
            }
        }
    }
    examination
}

fn judge<I: Rooted>(instance: &I, scalar: Scalar, settings: &Settings, case: Case) -> Result<Finding, Outside> {
    fn at<T: Carrier + Real + Measured, I: Rooted>(
        instance: &I,
        scalar: Scalar,
        settings: &Settings,
        case: Case,
    ) -> Result<Finding, Outside> {
        Ok(settings.judge(scalar, instance.relations::<T>(case)?, case))
    }
    let at = match scalar {
        Scalar::Interval(_) => at::<Interval<INTERVAL_BITS>, I>,
        Scalar::Mp(64) => at::<Mp<64>, I>,
        Scalar::Mp(128) => at::<Mp<128>, I>,
        Scalar::Mp(256) => at::<Mp<256>, I>,
        Scalar::Mp(512) => at::<Mp<512>, I>,
        Scalar::Mp(1024) => at::<Mp<1024>, I>,
        Scalar::Mp(2048) => at::<Mp<2048>, I>,
        Scalar::Mp(4096) => at::<Mp<4096>, I>,
        _ => unreachable!("rungs are those of a precision on the menu, and the rationals have no square root"),
    };
    at(instance, scalar, settings, case)
}
