//! `platonic/collapsed-minima`: local minima of the entropic loss that have lost a dimension.
//!
//! For three layers or more and small `eta`, `F = L + eta/4 E|g|^2` has local minima of rank `r - 1` for a target of rank `r`, whose Hessian is flat
//! along symmetries and idle weights only; for two layers such points are saddles. Sources: [`PAPER`], [`PERFECT`].

use super::branch::{self, stationary_point};
use super::closed_form::{closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted};
use super::{PAPER, PERFECT};
use crate::linalg::products::transposed_product;
use crate::linalg::{Decomposable, LinalgError, singular_values, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting};
use crate::scalar::{Branch, Rational};
use crate::verify::routes::{Decomposition, Few};
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// Local minima of networks of two layers, or of three or four.
#[derive(Clone, Copy)]
struct CollapsedMinima {
    two_layers: bool,
}

/// `platonic/collapsed-minima`
pub static CLAIM: Claim = Claim {
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
    references: &[PAPER, PERFECT],
    builds_on: &[],
    law: &[all(&Few(Decomposition(CollapsedMinima { two_layers: false })))],
    controls: &[control(
        "two-layers",
        "D = 2: the missing direction is one of negative curvature",
        &Few(Decomposition(CollapsedMinima { two_layers: true })),
    )],
};

struct Instance {
    experiment: Experiment,
    eta: Rational,
    start: Factors<f64>,
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        format!("{}, eta = {}", self.experiment.describe(), self.eta)
    }
}

/// Curvatures below this part of the largest count as flat.
const FLAT: i32 = 32;

impl Draws for CollapsedMinima {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let mut experiment = loop {
            let wanted = Wanted { least_rank: 2, depth: (2, 2), embeddings: false, conditioned: true };
            let drawn = Experiment::draw(stream, wanted);
            if drawn.setting.target.shape() == (2, 2) {
                break drawn;
            }
        };
        let depth = if self.two_layers { 2 } else { 3 + stream.below(2) };
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

impl<T: Decomposable + Carrier> In<T> for CollapsedMinima {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let tolerance = T::default_epsilon() * T::integer(1 << 12);
        let found = stationary_point(&instance.experiment, &instance.eta, &instance.start, &tolerance)?;
        let hessian = branch::hessian(&instance.experiment, &instance.eta, &found.factors);
        Ok(relations(&instance.experiment, &found.factors, &hessian)?)
    }
}

/// The numbers of flat and of positive curvatures, and the rank of the first hidden layer.
fn relations<T: Decomposable>(
    experiment: &Experiment,
    factors: &Factors<T>,
    hessian: &DMatrix<T>,
) -> Result<Vec<Relation<T>>, LinalgError> {
    let half = T::ratio(1, 2);
    let symmetric = (hessian + hessian.transpose()).map(|entry| entry * &half);
    let curvatures = symmetric_eigen(&symmetric)?.values;
    let largest = curvatures.iter().fold(T::zero(), |largest, value| {
        let size = Branch::absolute(value);
        if size > largest { size } else { largest }
    });
    let flat = largest * T::integer(2).powi(-FLAT);
    let count = |held: &dyn Fn(&T) -> bool| T::integer(curvatures.iter().filter(|value| held(value)).count() as i64);
    let setting: Setting<T> = experiment.setting.carry();
    let right = &factors.right(&setting)[1];
    let rank = singular_values(&transposed_product(right, right))?.rank(&T::integer(2).powi(-FLAT));
    let rotations = experiment.hidden.len() as i64;
    let idle = rotations - 1;
    let parameters = factors.flat().len() as i64;
    Ok(vec![
        Relation::equality(
            "flat directions",
            vec![Term::scalar("flat curvatures", count(&|value| Branch::absolute(value) <= flat))],
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
