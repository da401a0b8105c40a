//! `platonic/collapsed-minima`

use super::branch::{Found, closed_form, stationary_point};
use super::experiment::{Experiment, Wanted};
use super::lower_bound::orthonormal_frames;
use super::{PAPER, PERFECT};
use crate::claim::{
    Case, Claim, Class, Control, Entry, Evidence, Examination, Relation, Settings, Stream, Term, order,
};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::entropic::stationary::StationaryError;
use crate::linalg::products::transposed_product;
use crate::linalg::{Decomposable, LinalgError, singular_values, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// Local minima of the entropic loss that have lost a dimension.
pub struct CollapsedMinima;

static ENTRY: Entry = Entry {
    id: "platonic/collapsed-minima",
    title: "collapsed local minima of the entropic loss",
    statement: "for D >= 3 and small eta, F = L + eta/4 E|g|^2 has local minima of rank r - 1: grad F = 0 and the Hessian is positive \
        semidefinite; it is flat along the D - 1 rotations of the hidden layers and along D - 2 idle weights, which read what no input \
        reaches and write what no output reads, and nowhere else; for D = 2 such points are saddles",
    hypotheses: &[
        "two inputs and outputs, target of rank r = 2, hidden layers of width 2; D = 3 or 4, eta = 2^-6 or 2^-8",
        "the setting of platonic/lower-bound without embeddings; the two singular values of V Sx^(1/2) differ",
        "the point is found from the best approximation of rank 1, and polished; curvatures below 2^-32 of the largest count as flat",
    ],
    evidence: &[Evidence::Converged],
    controls: &[Control { name: "two-layers", breaks: "D = 2: the missing direction is one of negative curvature" }],
    references: &[PAPER, PERFECT],
};

struct Instance {
    experiment: Experiment,
    eta: Rational,
    start: Factors<f64>,
}

/// Curvatures below this part of the largest count as flat.
const FLAT: i32 = 32;

impl Instance {
    fn draw(stream: &mut Stream, case: Case) -> Result<Self, StationaryError> {
        let mut experiment = loop {
            let wanted = Wanted { least_rank: 2, depth: (2, 2), embeddings: false, conditioned: true };
            let drawn = Experiment::draw(stream, wanted);
            if drawn.setting.target.shape() == (2, 2) {
                break drawn;
            }
        };
        let depth = if case == Case::Law { 3 + stream.below(2) } else { 2 };
        experiment.hidden = vec![2; depth - 1];
        let eta = Rational::from((1, if stream.coin() { 64 } else { 256 }));
        // The closed form of the best approximation of rank 1, with nothing in the second direction.
        let frames = orthonormal_frames(stream, &experiment.hidden, 1);
        let setting: Setting<f64> = experiment.setting.carry();
        let decomposition = singular_values(&setting.target)?;
        let best =
            decomposition.left.columns(0, 1) * decomposition.values[0] * decomposition.right.columns(0, 1).transpose();
        let rational = |matrix: &DMatrix<f64>| matrix.map(|entry| Rational::from_f64(entry).unwrap_or_default());
        let lower = Setting { target: rational(&best), ..experiment.setting.clone() };
        let start = closed_form(&lower, 1, &frames)?;
        Ok(Instance { experiment, eta, start })
    }
}

/// The numbers of flat and of positive curvatures, and the rank of the first hidden layer.
fn relations<T: Decomposable>(experiment: &Experiment, found: &Found<T>) -> Result<Vec<Relation<T>>, LinalgError> {
    let hessian = &found.hessian;
    let half = T::ratio(1, 2);
    let symmetric = (hessian + hessian.transpose()).map(|entry| entry * &half);
    let curvatures = symmetric_eigen(&symmetric)?.values;
    let largest = curvatures.iter().fold(T::zero(), |largest, value| {
        let size = crate::scalar::Branch::absolute(value);
        if size > largest { size } else { largest }
    });
    let flat = largest * T::integer(2).powi(-FLAT);
    let count = |held: &dyn Fn(&T) -> bool| T::integer(curvatures.iter().filter(|value| held(value)).count() as i64);
    let setting: Setting<T> = experiment.setting.carry();
    let right = &found.factors.right(&setting)[1];
    let rank = singular_values(&transposed_product(right, right))?.rank(&T::integer(2).powi(-FLAT));
    let rotations = experiment.hidden.len() as i64;
    let idle = rotations - 1;
    let parameters = found.factors.flat().len() as i64;
    Ok(vec![
        Relation::equality(
            "flat directions",
            vec![Term::scalar("flat curvatures", count(&|value| crate::scalar::Branch::absolute(value) <= flat))],
            vec![
                Term::scalar("rotations of hidden layers", T::integer(rotations)),
                Term::scalar("idle weights", T::integer(idle)),
            ],
        ),
        Relation::equality(
            "no negative curvature",
            vec![Term::scalar("positive curvatures", count(&|value| *value > flat))],
            vec![
                Term::scalar("parameters", T::integer(parameters)),
                Term::scalar("-rotations of hidden layers", T::integer(-rotations)),
                Term::scalar("-idle weights", T::integer(-idle)),
            ],
        ),
        Relation::equality(
            "a dimension is lost",
            vec![Term::scalar("rank of the representation", T::integer(rank as i64))],
            vec![
                Term::scalar("rank of the target", T::integer(experiment.rank as i64)),
                Term::scalar("-1", T::integer(-1)),
            ],
        ),
    ])
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        format!("{}, eta = {}", self.experiment.describe(), self.eta)
    }

    fn relations<T: Decomposable + Carrier>(&self, _: Case) -> Result<Vec<Relation<T>>, Setback> {
        let tolerance = T::default_epsilon() * T::integer(1 << 12);
        let found = stationary_point(&self.experiment, &self.eta, &self.start, &tolerance)?;
        Ok(relations(&self.experiment, &found)?)
    }
}

impl Claim for CollapsedMinima {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        let instance = match Instance::draw(&mut stream, case) {
            Ok(instance) => instance,
            Err(error) => {
                let mut examination = Examination::of(Class::Smooth, "deep linear network".to_owned());
                examination.excluded = Some(error.to_string());
                return examination;
            }
        };
        decomposed::examine(&instance, settings, case)
    }
}
