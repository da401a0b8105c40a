//! `platonic/generic-minima`

use super::experiment::{Experiment, Wanted};
use super::{PAPER, PERFECT};
use crate::claim::{Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Relation, Stream, Term, Theorem};
use crate::linalg::products::{dot, squared_norm};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting, alignment};
use crate::scalar::Rational;

/// Most global minima are not Platonic.
pub struct GenericMinima;

static ENTRY: Entry = Entry {
    id: "platonic/generic-minima",
    title: "random global minima are not aligned",
    statement: "for targets of rank 2 or more and almost all pairs of global minima whose first hidden layers have the rank of the target \
        <K, K'>^2 < |K|^2 |K'|^2: these layers are not aligned",
    hypotheses: &[
        "K, K' the Gram matrices of all inputs; depth 2 to 4, widths of the rank and more, fixed invertible embeddings",
        "that is W_1 = F R with R of r rows that span those of V M_I^-1 and F of full column rank: all but the pairs with F^T F proportional to F'^T F'",
        "the inputs span their space",
    ],
    evidence: &[Evidence::Exact],
    controls: &[
        Control { name: "rank-one", breaks: "a target of rank 1: all global minima are aligned" },
        Control { name: "rotated", breaks: "a global minimum and the same with its hidden layer rotated" },
    ],
    references: &[PAPER, PERFECT],
};

/// The check tells kernels apart whose squared cosine is below `1 - 2^-16`; about one pair of random minima in 4000 is closer.
const RESOLUTION: i32 = 16;

/// Two networks with one target, at random global minima.
pub struct Instance {
    experiment: Experiment,
    minima: [Factors<Rational>; 2],
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Smooth
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.experiment.describe()
    }
}

impl Theorem for GenericMinima {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let stream: &mut Stream = &mut draw.point;
        let one = draw.case.is_control(&ENTRY, "rank-one");
        let experiment = loop {
            let wanted =
                Wanted { least_rank: if one { 1 } else { 2 }, depth: (2, 4), embeddings: true, conditioned: true };
            let experiment = Experiment::draw(stream, wanted);
            if !one || experiment.rank == 1 {
                break experiment;
            }
        };
        let first = experiment.global_minimum(stream);
        let mut second = experiment.global_minimum(stream);
        if draw.case.is_control(&ENTRY, "rotated") {
            second = first.clone();
            let frame =
                &super::lower_bound::orthonormal_frames(stream, &experiment.hidden[..1], experiment.hidden[0])[0];
            second.0[0] = crate::linalg::products::product(frame, &second.0[0]);
            second.0[1] = crate::linalg::products::product(&second.0[1], &frame.transpose());
        }
        Instance { experiment, minima: [first, second] }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, _: Case) -> Result<Vec<Relation<T>>, Outside> {
        let setting: Setting<T> = instance.experiment.setting.carry();
        let inputs = super::lower_bound::carry::<T>(&instance.experiment.input_columns());
        let [first, second] = instance.minima.each_ref().map(|factors| {
            let factors = Factors(factors.0.iter().map(super::lower_bound::carry::<T>).collect());
            alignment::gram(&factors.representations(&setting, &inputs)[0])
        });
        let product = squared_norm(first.iter()) * squared_norm(second.iter());
        let inner = dot(first.as_slice(), second.as_slice()).squared();
        let (inner, norms) = (Term::scalar("<K, K'>^2", inner), Term::scalar("|K|^2 |K'|^2", product));
        Ok(vec![Relation::less("first hidden layers", inner, norms).resolved_to(RESOLUTION)])
    }
}
