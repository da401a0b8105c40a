//! `platonic/generic-minima`: most global minima are not Platonic.
//!
//! ```text
//! <K, K'>^2 < |K|^2 |K'|^2
//! ```
//!
//! for the Gram matrices `K`, `K'` of all inputs in the first hidden layers of two networks at random global minima, for targets of rank 2 or more.
//! Sources: [`PAPER`], [`PERFECT`].

use super::closed_form::{carried, carry, orthonormal_frames};
use super::experiment::{Experiment, Wanted};
use super::{PAPER, PERFECT};
use crate::linalg::products::{dot, product, squared_norm};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting, alignment};
use crate::scalar::Rational;
use crate::verify::routes::Exact;
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};

/// The pairs of global minima that are said not to be aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GenericMinima {
    /// Random ones.
    Random,
    /// Those for a target of rank 1.
    RankOne,
    /// One, and the same with its hidden layer rotated.
    Rotated,
}

/// `platonic/generic-minima`
pub(super) static CLAIM: Claim = Claim {
    id: "platonic/generic-minima",
    title: "random global minima are not aligned",
    statement: "for targets of rank 2 or more and almost all pairs of global minima whose first hidden layers have the rank of the target \
        <K, K'>^2 < |K|^2 |K'|^2: these layers are not aligned",
    hypotheses: &[
        "K, K' the Gram matrices of all inputs; depth 2 to 4, widths of the rank and more, fixed invertible embeddings",
        "that is W_1 = F R with R of r rows that span those of V M_I^-1 and F of full column rank: all but the pairs with F^T F proportional to F'^T F'",
        "the inputs span their space",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &[],
    law: &[all(&Exact(GenericMinima::Random))],
    controls: &[
        control("rank-one", "a target of rank 1: all global minima are aligned", &Exact(GenericMinima::RankOne)),
        control(
            "rotated",
            "a global minimum and the same with its hidden layer rotated",
            &Exact(GenericMinima::Rotated),
        ),
    ],
};

/// The check tells kernels apart whose squared cosine is below `1 - 2^-16`; about one pair of random minima in 4000 is closer.
const RESOLUTION: i32 = 16;

/// Two networks with one target, at random global minima.
pub(super) struct Instance {
    experiment: Experiment,
    minima: [Factors<Rational>; 2],
}

impl Drawn for Instance {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.experiment.describe()
    }
}

impl Draws for GenericMinima {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.point;
        let one = *self == GenericMinima::RankOne;
        let wanted = Wanted { least_rank: if one { 1 } else { 2 }, depth: (2, 4), embeddings: true, conditioned: true };
        let experiment = loop {
            let experiment = Experiment::draw(stream, wanted);
            if !one || experiment.rank == 1 {
                break experiment;
            }
        };
        let first = experiment.global_minimum(stream);
        let mut second = experiment.global_minimum(stream);
        if *self == GenericMinima::Rotated {
            second = first.clone();
            let frame = &orthonormal_frames(stream, &experiment.hidden[..1], experiment.hidden[0])[0];
            second.0[0] = product(frame, &second.0[0]);
            second.0[1] = product(&second.0[1], &frame.transpose());
        }
        Ok(Instance { experiment, minima: [first, second] })
    }
}

impl<T: Carrier> In<T> for GenericMinima {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let setting: Setting<T> = instance.experiment.setting.carry();
        let inputs = carry::<T>(&instance.experiment.input_columns());
        let [first, second] = instance
            .minima
            .each_ref()
            .map(|factors| alignment::gram(&carried(factors).representations(&setting, &inputs)[0]));
        let product = squared_norm(first.iter()) * squared_norm(second.iter());
        let inner = dot(first.as_slice(), second.as_slice()).squared();
        let (inner, norms) = (Term::scalar("<K, K'>^2", inner), Term::scalar("|K|^2 |K'|^2", product));
        Ok(vec![Relation::less("first hidden layers", inner, norms).resolved_to(RESOLUTION)])
    }
}
