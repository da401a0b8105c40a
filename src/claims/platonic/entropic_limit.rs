//! `platonic/entropic-limit`

use super::alignment::normalised_gram;
use super::branch;
use super::experiment::{Experiment, invertible};
use super::lower_bound::{carry, orthonormal_frames};
use super::{PAPER, PERFECT};
use crate::claim::order::{self, Differences, Fine, StepSizes};
use crate::claim::{Case, Claim, Class, Control, Entry, Evidence, Examination, Finding, Settings, Status, Stream};
use crate::entropic::stationary::StationaryError;
use crate::linalg::products::squared_norm;
use crate::linalg::{LinalgError, exact, symmetric_eigen};
use crate::platonic::{Factors, Setting, entropic_minimiser, factors};
use crate::scalar::{Field, Rational, Ring};
use nalgebra::DMatrix;

/// The minimisers of the entropic loss as the learning rate tends to 0.
pub struct EntropicLimit;

static ENTRY: Entry = Entry {
    id: "platonic/entropic-limit",
    title: "minimisers of the entropic loss tend to the Platonic one",
    statement: "on the branch of minimisers of F = L + eta/4 E|g|^2 of the target's rank, as eta -> 0: S/S_min - 1 ~ eta; the misalignment \
        1/2 |K/|K| - K*/|K*||^2 with the closed form ~ eta^2, and that of two hidden layers ~ eta^4, for rank 2 and generic noise; \
        ~ eta^4 with the closed form for rank 1, and all of them ~ eta^4 for isotropic noise and equal singular values",
    hypotheses: &[
        "the setting of platonic/lower-bound; S = 1/4 E|g|^2, S_min its least value at a global minimum, K and K* the Gram matrices of all inputs in \
         hidden layers at the minimiser and in the closed form",
        "eta = 2^-8, ..., 2^-21, or where these are too large 2^-11, ..., 2^-24 or 2^-13, ..., 2^-26; Newton's method from the closed form, on the finite \
         data set; left out where no minimiser is found, or an exponent is not known to 2^-64, at all of these; D = 2, ..., 5",
        "two inputs and two outputs, hidden layers of the rank's width and up to two wider",
        "the point has the rank of the target (the misalignment with the closed form is 1/8 at most), and the Hessian of F is positive semidefinite there",
        "two hidden layers need D = 3 or more; for rank 1 they agree exactly",
        "equal singular values: of Se^(1/2) V Sx^(1/2); Sx is generic all the same",
    ],
    evidence: &[Evidence::Order],
    controls: &[
        Control { name: "first-order", breaks: "misalignment ~ eta with the closed form" },
        Control { name: "generic-rate", breaks: "misalignment ~ eta^2 for a target of rank 1" },
    ],
    references: &[PAPER, PERFECT],
};

/// The learning rates, tried in turn until minimisers are found at all of them and exponents are known well enough. Small ones
/// are in reach of the expansion in `eta` of more instances, of large ones the curvature along the valley of minima, of order `eta`, is told from
/// none by doubles in more.
const LEARNING_RATES: [StepSizes; 3] = [
    StepSizes { first: 8, spacing: 1, count: 14 },
    StepSizes { first: 11, spacing: 1, count: 14 },
    StepSizes { first: 13, spacing: 1, count: 14 },
];

/// Bits to which a minimiser is polished.
const POLISHED: i32 = 320;

struct Instance {
    experiment: Experiment,
    /// Isotropic noise and equal singular values.
    isotropic: bool,
    frames: Vec<DMatrix<Rational>>,
}

impl Instance {
    /// Two inputs, two outputs, two to five layers as wide as the rank or up to two wider, every other time with embeddings.
    fn draw(stream: &mut Stream, case: Case, index: u64) -> Self {
        let rank_one = case.is_control(&ENTRY, "generic-rate") || case == Case::Law && index % 4 == 1;
        let isotropic = case == Case::Law && index % 4 == 3;
        let rank = if rank_one { 1 } else { 2 };
        let depth = 2 + stream.below(4);
        let vectors = |stream: &mut Stream| -> Vec<Vec<Rational>> {
            let matrix = invertible(stream, 2);
            (0..2).map(|column| matrix.column(column).iter().cloned().collect()).collect()
        };
        let unit = || vec![vec![Rational::from(1), Rational::new()], vec![Rational::new(), Rational::from(1)]];
        // One of (x, e) and (-x, -e) is enough: the loss of a linear network is the same for both.
        let inputs = vectors(stream);
        let half = if isotropic { unit() } else { vectors(stream) };
        let negatives = half.iter().map(|noise| noise.iter().map(|entry| Rational::from(-entry)).collect::<Vec<_>>());
        let noises: Vec<Vec<Rational>> = half.iter().cloned().chain(negatives).collect();
        let target = match (isotropic, rank_one) {
            // With the inputs as columns of M, Sx = M M^T / 2 and V = 2 M^-1: V Sx V^T is a multiple of I.
            (true, _) => {
                let columns = DMatrix::from_fn(2, 2, |row, column| inputs[column][row].clone());
                exact::inverse(&columns).expect("the inputs are independent").map(|entry| entry * 2)
            }
            (_, true) => invertible(stream, 2).columns(0, 1) * invertible(stream, 2).rows(0, 1),
            _ => {
                let mut target = invertible(stream, 2);
                target[(0, 0)] *= Rational::from(2);
                target
            }
        };
        let mut setting = Setting::of_data(&inputs, &noises, target);
        let hidden: Vec<usize> = (1..depth).map(|_| rank + stream.below(3)).collect();
        if stream.coin() {
            setting.embedding_in = invertible(stream, 2);
            setting.embedding_out = invertible(stream, 2);
        }
        let frames = orthonormal_frames(stream, &hidden, rank);
        Instance { experiment: Experiment { inputs, noises, setting, rank, hidden }, isotropic, frames }
    }
}

/// The branch of minimisers at one learning rate.
struct Minimiser {
    /// `S / S_min - 1`
    excess: Fine,
    /// The largest misalignment of a hidden layer with the closed form.
    from_closed_form: Fine,
    /// The misalignment of the first and the second hidden layer.
    between_layers: Option<Fine>,
}

/// Why there is no minimiser to look at.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error(transparent)]
    Search(#[from] StationaryError),
    #[error(transparent)]
    Decomposition(#[from] LinalgError),
    #[error("the minimiser has left the branch of full rank")]
    Rank,
    #[error("the stationary point is a saddle")]
    Saddle,
}

fn minimiser(instance: &Instance, eta: &Fine) -> Result<Minimiser, Left> {
    let Instance { experiment, frames, .. } = instance;
    let setting: Setting<Fine> = experiment.setting.carry();
    let fine_frames: Vec<DMatrix<Fine>> = frames.iter().map(carry).collect();
    let closed = entropic_minimiser(&setting, experiment.rank, &fine_frames)?;
    let start = branch::closed_form(&experiment.setting, experiment.rank, frames)?;
    let rate = eta.as_float().to_rational().ok_or(StationaryError::NotFound)?;
    let tolerance = Fine::integer(2).powi(-POLISHED);
    let found = branch::stationary_point(experiment, &rate, &start, &tolerance)?;
    // A double's rounding is all that a curvature that is not positive may be.
    let eigen = symmetric_eigen(&found.hessian.map(|entry| entry.as_float().to_f64()))?;
    let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if eigen.values.iter().any(|value| *value < -(2.0_f64.powi(-40)) * largest) {
        return Err(Left::Saddle);
    }
    let inputs = carry::<Fine>(&experiment.input_columns());
    let grams = |factors: &Factors<Fine>| -> Vec<DMatrix<Fine>> {
        factors.representations(&setting, &inputs).iter().map(normalised_gram).collect()
    };
    let (here, there) = (grams(&found.factors), grams(&closed));
    let distance =
        |one: &DMatrix<Fine>, other: &DMatrix<Fine>| Fine::ratio(1, 2) * squared_norm((one.clone() - other).iter());
    // A layer that has lost a dimension is far from the closed form, not near it.
    let mut from_closed_form = Fine::integer(0);
    for (one, other) in here.iter().zip(&there) {
        let gap = distance(one, other);
        if gap > from_closed_form {
            from_closed_form = gap;
        }
    }
    if from_closed_form > Fine::ratio(1, 8) {
        return Err(Left::Rank);
    }
    let least = factors::sum(&closed.entropy_terms(&setting));
    Ok(Minimiser {
        excess: found.entropy / least - Fine::integer(1),
        from_closed_form,
        between_layers: (here.len() > 1).then(|| distance(&here[0], &here[1])),
    })
}

/// The finding at the first learning rates at which there is one; without any, why not.
fn judge(instance: &Instance, settings: &Settings, case: Case) -> Result<Finding, Left> {
    let mut last = None;
    for rates in LEARNING_RATES {
        let found = judge_at(rates, instance, settings, case);
        match (&found, &last) {
            // What was too rough to decide outlives what was not found.
            (Ok(Finding { status: Status::Undecided(_), .. }), _) | (Err(_), None) => last = Some(found),
            (Err(_), Some(_)) => {}
            (Ok(_), _) => return found,
        }
    }
    last.unwrap_or(Err(Left::Search(StationaryError::NotFound)))
}

fn judge_at(rates: StepSizes, instance: &Instance, settings: &Settings, case: Case) -> Result<Finding, Left> {
    let branch: Vec<Minimiser> = rates.values().map(|eta| minimiser(instance, &eta)).collect::<Result<_, Left>>()?;
    let along = |value: &dyn Fn(&Minimiser) -> Option<Fine>| -> Option<Differences> {
        let values: Option<Vec<Vec<Fine>>> = branch.iter().map(|point| value(point).map(|value| vec![value])).collect();
        values.map(|values| Differences::of(rates, values))
    };
    let excess = along(&|point| Some(point.excess.clone()));
    let closed = along(&|point| Some(point.from_closed_form.clone()));
    let layers = along(&|point| point.between_layers.clone());
    let rank_one = instance.experiment.rank == 1;
    let mut exponents = Vec::new();
    if case.is_control(&ENTRY, "first-order") {
        exponents.extend(closed.as_ref().map(|found| ("misalignment with the closed form", 1, found)));
    } else if case.is_control(&ENTRY, "generic-rate") {
        exponents.extend(closed.as_ref().map(|found| ("misalignment with the closed form", 2, found)));
    } else {
        exponents.extend(excess.as_ref().map(|found| ("S/S_min - 1", 1, found)));
        let (label, rate) = match (rank_one, instance.isotropic) {
            (true, _) => ("misalignment with the closed form, rank 1", 4),
            (_, true) => ("misalignment with the closed form, isotropic", 4),
            _ => ("misalignment with the closed form", 2),
        };
        exponents.extend(closed.as_ref().map(|found| (label, rate, found)));
        // For rank 1 the layers agree exactly, and there is no exponent.
        if !rank_one {
            exponents.extend(layers.as_ref().map(|found| ("misalignment of two hidden layers", 4, found)));
        }
    }
    Ok(order::judge(settings, case, &exponents, Vec::new()))
}

impl Claim for EntropicLimit {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        let instance = Instance::draw(&mut stream, case, index);
        let mut examination = Examination::of(Class::Smooth, instance.experiment.describe());
        match judge(&instance, settings, case) {
            // What could not be measured at any of the learning rates is no instance: a control has neither failed nor passed there, the law
            // neither held nor not. The choice looks at the estimated errors, never at the prediction.
            Ok(Finding { status: Status::Undecided(why), .. }) => examination.excluded = Some(why.to_owned()),
            Ok(finding) => examination.findings.push(finding),
            Err(left) => examination.excluded = Some(left.to_string()),
        }
        examination
    }
}
