//! `balance/stationary-point`

use super::PAPER;
use super::law::Setting;
use super::matrix::matrix_laws;
use super::neuron::neuron_laws;
use crate::claim::problem::{Decay, Rates};
use crate::claim::theorem::{Settings, ladder};
use crate::claim::{
    Case, Claim, Class, Control, Draw, Entry, Evidence, Examination, Finding, Problem, Scalar, Status, Stream,
};
use crate::entropic::Preconditioner;
use crate::entropic::stationary::{self, Chord, StationaryError};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::{Field, Measured, Mp, Rational, Ring};

/// The laws at points that a search finds and Newton's method polishes.
pub struct StationaryPoint;

/// Starts tried for each problem, so that its distinct orbits can be counted.
const STARTS: u64 = 4;

/// Points from which an instance starts at most: a kink is in the way of some, seldom of all.
const ATTEMPTS: u64 = 16;

static ENTRY: Entry = Entry {
    id: "balance/stationary-point",
    title: "the laws at minimisers found from random starts",
    statement: "where grad F = 0, to full working precision: E|g_w|^2 + (4 gamma / eta) k |u|^2 = \
                k E|g_u|^2 + (4 gamma / eta) |w|^2 for every neuron; E[g_W g_W^T] + (4 gamma / eta) U^T U = E[g_U^T g_U] + (4 gamma / eta) W W^T at every linear interface",
    hypotheses: &[
        "the start leads to a point at which F is smooth: of sixteen starts, all but the first on data of their own, the first that does is taken; \
            where none does, as where the minimisers sit on kinks, the instance is excluded and counted",
        "the point is not trivial: the law's sides are compared with the gradient noise at the start",
        "w, u, k, W and U are those of balance/neuron and balance/matrix; Lambda = eta I. Neurons are checked with decay, linear interfaces without",
        "Newton's steps are minimum-norm steps: rotations that survive leave flat directions",
    ],
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "not-stationary", breaks: "the laws at the random start" },
        Control { name: "plain-minimiser", breaks: "the laws at a minimiser of L + gamma |theta|^2, without entropy" },
        Control { name: "other-learning-rate", breaks: "the laws for twice the learning rate that made the point" },
        Control { name: "not-homogeneous", breaks: "the laws for a tanh network, at its own minimiser of F" },
    ],
    references: &[PAPER],
};

/// The networks in turn: small, with more samples than they can interpolate, so that noise remains at the minimum.
fn network(number: u64, case: Case) -> Network {
    let piecewise = |widths: &[usize], activation| Network::mlp(widths, activation, true, Loss::SquaredError);
    match (case, number % 6) {
        (case, _) if case.is_control(&ENTRY, "not-homogeneous") => {
            Network::mlp(&[2, 2, 1], Smooth::Tanh, true, Loss::SquaredError)
        }
        (Case::Law, 1) => piecewise(&[2, 1, 1], Piecewise::LeakyRelu),
        (Case::Law, 3) => piecewise(&[2, 1, 1], Piecewise::Relu),
        (Case::Law, 5) => piecewise(&[2, 2, 1], Piecewise::SquaredRelu),
        (Case::Law, 2) => Network::deep_linear(&[2, 2, 2, 1]),
        (_, 3 | 4) => Network::mlp(&[2, 2, 2], Piecewise::Identity, true, Loss::CrossEntropy),
        _ => Network::deep_linear(&[2, 2, 2]),
    }
}

/// The problem is shared by [`STARTS`] instances; the start is each instance's own. A further attempt has another start, and other data: where the
/// minimisers of one problem sit on kinks, all starts end there.
fn draw(seed: u64, case: Case, index: u64, attempt: u64) -> Problem {
    let name = case.name(&ENTRY);
    let number = index / STARTS;
    let family = Stream::new(&[ENTRY.id, name, "problem"], seed, number);
    let data = Stream::new(&[ENTRY.id, name, "data"], seed, number + (attempt << 32));
    let mut draw = Draw::new(&ENTRY, seed, case, index).with_streams(family, data);
    let network = network(number, case);
    // Without decay a wrong learning rate would not show, as the laws would not contain it; and tanh would saturate.
    let with_decay = match case {
        Case::Law => number % 2 == 1,
        case => case.is_control(&ENTRY, "other-learning-rate") || case.is_control(&ENTRY, "not-homogeneous"),
    };
    let decay = if with_decay { Decay::Positive } else { Decay::None };
    let samples = 5 + network.parameter_count() / 2;
    let mut problem = Problem::draw_samples(&mut draw, Class::Smooth, network, Rates::Scalar, decay, samples);
    // Positive equal weights, a small learning rate and a small decay: F is to have a minimiser that is not trivial.
    problem.data = crate::data::DataSet::new(problem.data.samples().to_vec());
    problem.preconditioner = Preconditioner::Scalar(Rational::from((1 + draw.family.below(4) as i64, 64)));
    problem.weight_decay /= 4;
    let mut start = Stream::new(&[ENTRY.id, name, "start"], seed, index);
    for _ in 0..=attempt {
        problem.theta = (0..problem.theta.len()).map(|_| start.small()).collect();
    }
    problem
}

/// The objective that the search minimises: F, or for one control the loss with decay alone.
fn searched(problem: &Problem, case: Case) -> Problem {
    let mut searched = problem.clone();
    if case.is_control(&ENTRY, "plain-minimiser") {
        searched.preconditioner = Preconditioner::Scalar(Rational::new());
    }
    searched
}

/// The laws at `theta`, compared with the gradient noise at the start.
fn judge<T: Carrier + Measured>(
    problem: &Problem,
    case: Case,
    theta: Vec<T>,
    scalar: Scalar,
    settings: &Settings,
) -> Finding {
    let start = Setting::<T>::new(problem, true);
    let noise_at_start = start.mean(|gradient| dot(gradient, gradient));
    let mut setting = Setting::<T>::found(problem, theta);
    if case.is_control(&ENTRY, "other-learning-rate") {
        setting.decay_factor /= T::integer(2);
    }
    let layout = problem.network.layout().expect("every network of this claim has layers");
    let linear = problem.network.activation() == Piecewise::Identity.into();
    let relations = if linear {
        matrix_laws(&setting, layout)
    } else {
        let degree = problem.network.activation().homogeneity().map_or(1, i64::from);
        neuron_laws(&setting, layout, degree, true)
    };
    let relations = relations.into_iter().map(|law| law.against(noise_at_start.clone())).collect();
    settings.judge(scalar, relations, case)
}

/// One rung: polishes from the coarser point, judges, and hands the finer point on.
fn climb<const BITS: u32>(
    problem: &Problem,
    case: Case,
    chord: Option<&Chord>,
    point: &mut [rug::Float],
    settings: &Settings,
) -> Result<Finding, StationaryError> {
    let mut theta: Vec<Mp<BITS>> = rounded(point);
    if let Some(chord) = chord {
        let searched = searched(problem, case).at();
        let tolerance = Mp::epsilon() * Mp::integer(1 << 8);
        theta = stationary::polish(&searched.objective(), chord, theta, &tolerance)?.theta;
    }
    for (coordinate, finer) in point.iter_mut().zip(&theta) {
        *coordinate = finer.as_float().clone();
    }
    Ok(judge(problem, case, theta, Scalar::Mp(BITS), settings))
}

impl Claim for StationaryPoint {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let attempt = |attempt| {
            let problem = draw(settings.seed, case, index, attempt);
            let mut examination = Examination::of(Class::Smooth, crate::claim::Drawn::describe(&problem));
            if let Err(error) = examine(&problem, settings, case, index, &mut examination) {
                examination.findings.clear();
                examination.excluded = Some(error.to_string());
            }
            examination
        };
        let mut examination = attempt(0);
        for another in 1..ATTEMPTS {
            if examination.excluded.is_none() {
                break;
            }
            examination = attempt(another);
        }
        let trivial = examination.findings.last().is_some_and(|finding| finding.status == Status::Vacuous);
        if case != Case::Law && trivial {
            // A control speaks of points with gradient noise; at a trivial one every formula reads 0 = 0.
            examination.excluded = Some("the point is trivial: no gradient noise is left".to_owned());
        }
        examination
    }
}

fn examine(
    problem: &Problem,
    settings: &Settings,
    case: Case,
    index: u64,
    examination: &mut Examination,
) -> Result<(), StationaryError> {
    let point = searched(problem, case).at::<f64>();
    let start: Vec<f64> = problem.theta.iter().map(f64::from_rational).collect();
    let (found, chord) = if case.is_control(&ENTRY, "not-stationary") {
        (start, None)
    } else {
        let found = stationary::search(&point.objective(), start)?;
        let chord = Chord::new(&point.objective(), &found)?;
        (found, Some(chord))
    };
    let chord = chord.as_ref();
    let mut point: Vec<rug::Float> = found.iter().map(|x| rug::Float::with_val(53, *x)).collect();
    for bits in ladder(settings.precision) {
        let finding = match bits {
            64 => climb::<64>(problem, case, chord, &mut point, settings)?,
            128 => climb::<128>(problem, case, chord, &mut point, settings)?,
            256 => climb::<256>(problem, case, chord, &mut point, settings)?,
            512 => climb::<512>(problem, case, chord, &mut point, settings)?,
            1024 => climb::<1024>(problem, case, chord, &mut point, settings)?,
            2048 => climb::<2048>(problem, case, chord, &mut point, settings)?,
            4096 => climb::<4096>(problem, case, chord, &mut point, settings)?,
            _ => unreachable!("rungs are those of a precision on the menu"),
        };
        examination.findings.push(finding);
    }
    // Loss and entropy are the same along the orbits of the symmetries that survive.
    let theta: Vec<f64> = point.iter().map(rug::Float::to_f64).collect();
    let at = problem.at::<f64>();
    let objective = at.objective();
    let (loss, entropy) = (objective.loss(&theta), objective.entropy(&theta));
    examination.orbit = Some(format!("problem {}: {loss:.8e} {entropy:.8e}", index / STARTS));
    Ok(())
}

fn rounded<const BITS: u32>(point: &[rug::Float]) -> Vec<Mp<BITS>> {
    point.iter().map(Mp::new).collect()
}
