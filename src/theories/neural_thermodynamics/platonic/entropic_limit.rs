//! `platonic/entropic-limit`: the minimisers of the entropic loss tend to the Platonic one as the learning rate tends to 0.
//!
//! ```text
//! S/S_min - 1 ~ eta,      1/2 |K/|K| - K*/|K*||^2 ~ eta^2
//! ```
//!
//! along a branch of minimisers of `F = L + eta/4 E|g|^2`, where `S = 1/4 E|g|^2`, and `K`, `K*` are the Gram matrices of all inputs in hidden layers at
//! the minimiser and in the closed form; in special settings the misalignment is of order `eta^4`. Sources: [`PAPER`], [`PERFECT`].

use super::closed_form::orthonormal_frames;
use super::experiment::{Experiment, invertible};
use super::minimiser::{Minimiser, minimiser};
use super::{PAPER, PERFECT};
use crate::entropic::stationary::StationaryError;
use crate::linalg::exact;
use crate::platonic::Setting;
use crate::scalar::Rational;
use crate::verify::order::{Differences, Fine, StepSizes};
use crate::verify::{
    Asymptotic, Asymptotics, Case, Claim, Draw, Drawn, Draws, Order, Part, Settings, Status, Stream, Unjudged, all,
    control,
};
use nalgebra::DMatrix;

/// The exponents of a target.
#[derive(Clone, Copy)]
struct EntropicLimit {
    target: Target,
    /// What the misalignment with the closed form is called, and its exponent.
    misalignment: (&'static str, i64),
    /// Whether nothing else is measured.
    control: bool,
}

/// Targets whose exponents differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// Of rank 2.
    Generic,
    RankOne,
    /// Of rank 2, with isotropic noise and equal singular values.
    Isotropic,
}

const MISALIGNMENT: &str = "misalignment with the closed form";
const GENERIC: EntropicLimit =
    EntropicLimit { target: Target::Generic, misalignment: (MISALIGNMENT, 2), control: false };
const RANK_ONE: EntropicLimit = EntropicLimit {
    target: Target::RankOne,
    misalignment: ("misalignment with the closed form, rank 1", 4),
    ..GENERIC
};
const ISOTROPIC: EntropicLimit = EntropicLimit {
    target: Target::Isotropic,
    misalignment: ("misalignment with the closed form, isotropic", 4),
    ..GENERIC
};

/// `platonic/entropic-limit`
pub static CLAIM: Claim = Claim {
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
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/lower-bound"],
    law: &[
        Part { check: &Order(RANK_ONE), number: |index| (index % 4 == 1).then_some(index) },
        Part { check: &Order(ISOTROPIC), number: |index| (index % 4 == 3).then_some(index) },
        all(&Order(GENERIC)),
    ],
    controls: &[
        control(
            "first-order",
            "misalignment ~ eta with the closed form",
            &Order(EntropicLimit { misalignment: (MISALIGNMENT, 1), control: true, ..GENERIC }),
        ),
        control(
            "generic-rate",
            "misalignment ~ eta^2 for a target of rank 1",
            &Order(EntropicLimit { misalignment: (MISALIGNMENT, 2), control: true, ..RANK_ONE }),
        ),
    ],
};

/// The learning rates, tried in turn until minimisers are found at all of them and exponents are known well enough. Small ones
/// are in reach of the expansion in `eta` of more instances, of large ones the curvature along the valley of minima, of order `eta`, is told from
/// none by doubles in more.
const LEARNING_RATES: [StepSizes; 3] = [
    StepSizes { first: 8, spacing: 1, count: 14 },
    StepSizes { first: 11, spacing: 1, count: 14 },
    StepSizes { first: 13, spacing: 1, count: 14 },
];

struct Instance {
    experiment: Experiment,
    frames: Vec<DMatrix<Rational>>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl Draws for EntropicLimit {
    type Instance = Instance;

    /// Two inputs, two outputs, two to five layers as wide as the rank or up to two wider, every other time with embeddings.
    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let (rank_one, isotropic) = (self.target == Target::RankOne, self.target == Target::Isotropic);
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
        Ok(Instance { experiment: Experiment { inputs, noises, setting, rank, hidden }, frames })
    }
}

impl Asymptotic for EntropicLimit {
    /// At the first learning rates at which the exponents are known well enough. What could not be measured at any of them is no instance: the law
    /// neither held there nor not. The choice looks at the estimated errors, never at the prediction.
    fn measure(&self, instance: &Instance) -> Result<Asymptotics, Unjudged> {
        let mut last = StationaryError::NotFound.into();
        for (turn, rates) in LEARNING_RATES.into_iter().enumerate() {
            match self.measure_at(rates, instance) {
                Ok(asymptotics) if !is_rough(&asymptotics) => return Ok(asymptotics),
                // What was too rough to decide outlives what was not found.
                Ok(_) => last = Unjudged::outside("the extrapolation of an exponent did not converge"),
                Err(unjudged) if turn == 0 => last = unjudged,
                Err(_) => {}
            }
        }
        Err(last)
    }
}

/// Whether exponents are known too roughly to decide.
fn is_rough(asymptotics: &Asymptotics) -> bool {
    matches!(asymptotics.judge(&Settings::new(0, 256), Case::Law).status, Status::Undecided(_))
}

impl EntropicLimit {
    fn measure_at(&self, rates: StepSizes, instance: &Instance) -> Result<Asymptotics, Unjudged> {
        let Instance { experiment, frames } = instance;
        let branch: Vec<Minimiser> =
            rates.values().map(|eta| minimiser(experiment, frames, &eta)).collect::<Result<_, Unjudged>>()?;
        let along = |value: &dyn Fn(&Minimiser) -> Option<Fine>| -> Option<Differences> {
            let values: Option<Vec<Vec<Fine>>> =
                branch.iter().map(|point| value(point).map(|value| vec![value])).collect();
            values.map(|values| Differences::of(rates, values))
        };
        let excess = along(&|point| Some(point.excess.clone()));
        let closed = along(&|point| Some(point.from_closed_form.clone()));
        let layers = along(&|point| point.between_layers.clone());
        let (label, exponent) = self.misalignment;
        let mut exponents = Vec::new();
        if !self.control {
            exponents.extend(excess.map(|found| ("S/S_min - 1", 1, found)));
        }
        exponents.extend(closed.map(|found| (label, exponent, found)));
        // For rank 1 the layers agree exactly, and there is no exponent.
        if !self.control && self.target != Target::RankOne {
            exponents.extend(layers.map(|found| ("misalignment of two hidden layers", 4, found)));
        }
        Ok(Asymptotics { exponents, limits: Vec::new() })
    }
}
