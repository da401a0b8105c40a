//! Balance laws on checkpoints of trained networks.
//!
//! | module | what |
//! |---|---|
//! | [`law`] | a law as data: named tensors, their rows or columns, coefficients, heads |
//! | [`decoder`], [`mlp`], [`file`](mod@file) | where laws come from |
//! | [`names`] | one name for a tensor in all files, whatever wrappers put before it |
//! | [`found`](mod@found) | laws found from gradients alone |
//! | [`generators`] | which generators of a matrix law are looked at |
//! | [`decay`] | the decay of each tensor, and the factor that the laws' right sides have |
//! | [`sums`], `gram` | sums in one pass, accurate to the last places |
//! | `measure`, `contribution` | the second moments of one tensor, and what they add to a law |
//! | `elements`, `sieve`, `digits`, `optimizer` | blocks of elements, slices, digits, and what an optimiser keeps of a tensor |
//! | `settings` | how the network is trained |
//! | `range` | sums of squares that leave the range of f64 |
//! | [`symmetry`] | whether overlaps are rounding, and what decay makes of them |
//! | `unread` | tensors that no law reads |
//! | [`reading`] | both sides of a law as numbers, and how far they are apart |
//! | [`balance`], `tally`, `matrices` | a law on a checkpoint, of its members and of matrices |
//! | [`prediction`] | where descent that goes on as it is would come to rest |
//!
//! For a generator `A` of a symmetry and plain descent the law is `E[g^T A g] = (4 gamma / eta) theta^T A theta`
//! (`balance/master`); for Adam and AdamW with frozen `v` it is a law of `E[g_i^2] / sqrt(v_i)` (`balance/preconditioned`).
//! It is a statement about the stationary state. What is measured here is how far a checkpoint is from it, not whether it holds.

pub mod architecture;
pub mod balance;
mod contribution;
pub mod decay;
pub mod decoder;
mod digits;
mod elements;
pub mod file;
pub mod fitted;
pub mod found;
pub mod generators;
mod gram;
pub mod law;
mod matrices;
mod measure;
pub mod mlp;
pub mod names;
mod optimizer;
pub mod prediction;
mod range;
pub mod reading;
mod settings;
mod sieve;
pub mod sums;
pub mod symmetry;
mod tally;
mod unread;

use self::balance::{Balance, Status};
use self::contribution::Contribution;
use self::decay::{Moments, Relaxation};
use self::fitted::Fitted;
use self::law::{Block, Form, Law};
pub use self::optimizer::has_momentum;
use self::reading::Reading;
pub use self::settings::{Rule, Settings};
pub use self::unread::Unread;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::visible;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Why laws cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum LawsError {
    /// A file is at fault.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of another kind.
    #[error(
        "tensor `{tensor}`: not one of those of `{laws}`, which are {rule}: describe the laws in a file, or let --laws auto write one from --gradients"
    )]
    Unknown {
        /// The tensor that is too much.
        tensor: String,
        /// The laws asked for.
        laws: &'static str,
        /// Which names it has laws for.
        rule: &'static str,
    },
    /// The checkpoint lacks something.
    #[error("expected {0}, found none")]
    Missing(String),
    /// Names, shapes or numbers contradict each other.
    #[error("{0}")]
    Inconsistent(String),
    /// The settings contradict each other.
    #[error("{0}")]
    Setting(String),
}

/// The checkpoints.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The parameters.
    pub weights: &'a Checkpoint,
    /// Adam's buffers: `NAME.exp_avg_sq` or `NAME`, perhaps `NAME.exp_avg` and `NAME.step` or `step`; or those of momentum,
    /// `NAME.momentum_buffer`, perhaps of several steps along a leading axis.
    pub optimizer: Option<&'a Checkpoint>,
    /// Gradients of samples or of batches, without decay, along a leading axis.
    pub gradients: Option<&'a Checkpoint>,
    /// The gradient of the entropic loss `F`, with its decay.
    pub entropic_gradient: Option<&'a Checkpoint>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// How.
    pub settings: Settings,
    /// Samples or batches, if gradients were given.
    pub samples: Option<usize>,
    /// How many steps the momentum is known of, if the second moments are its.
    pub buffers: Option<usize>,
    /// The steps of the run, if they are known.
    pub steps: Option<f64>,
    /// Whether a tensor of some law decays.
    pub decays: bool,
    /// How long the decay of each strength takes.
    pub relaxations: Vec<Relaxation>,
    /// Whether second moments were corrected for the steps made.
    pub corrected: bool,
    /// Whether the optimiser's mean gradients were there.
    pub mean_gradient: bool,
    /// The laws, those furthest from balance first.
    pub balances: Vec<Balance>,
    /// Laws that the files do not suffice for, with the reason.
    pub skipped: Vec<(Law, &'static str)>,
    /// Tensors that no law reads.
    pub unread: Unread,
}

/// How many of the laws are symmetries of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// By the gradients they are.
    pub confirmed: usize,
    /// By the gradients they are not.
    pub not_a_symmetry: usize,
    /// No gradients tell.
    pub unchecked: usize,
}

impl Inspection {
    /// The laws by their status.
    pub fn counts(&self) -> Counts {
        let count = |status| self.balances.iter().filter(|balance| balance.status == status).count();
        Counts {
            confirmed: count(Status::Confirmed),
            not_a_symmetry: count(Status::NotASymmetry),
            unchecked: self.balances.iter().filter(|balance| balance.status.reason().is_some()).count(),
        }
    }
}

/// How large the imbalances would be under another decay: the root of their mean square over all laws that are not known to be
/// none of this network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecayFit {
    /// Under half of the decay.
    pub half: f64,
    /// Under the decay that was stated.
    pub stated: f64,
    /// Under twice the decay.
    pub double: f64,
    /// The root mean square of the standard errors, as far as they are known: imbalances no larger than these say nothing of the decay.
    pub error: f64,
}

impl Inspection {
    /// Half of the decay, what was stated, and twice of it; none if there is no decay.
    pub fn decay_fit(&self) -> Option<DecayFit> {
        let laws = self
            .balances
            .iter()
            .filter(|balance| balance.law.form == Form::Rescaling && balance.status != Status::NotASymmetry);
        let decaying: Vec<&Reading> = laws
            .map(|balance| &balance.total)
            .filter(|reading| reading.sides.decay.iter().any(|term| *term != 0.0))
            .collect();
        let root_mean_square = |numbers: Vec<f64>| {
            let squares = numbers.iter().map(|number| number * number);
            (!numbers.is_empty()).then(|| (sums::sum(squares) / numbers.len() as f64).sqrt())
        };
        let of = |factor: f64| {
            let imbalances = decaying.iter().filter_map(|reading| reading.sides.with_decay_times(factor).imbalance());
            root_mean_square(imbalances.collect())
        };
        let errors = decaying.iter().filter_map(|reading| reading.standard_error).collect();
        let error = root_mean_square(errors).unwrap_or(0.0);
        Some(DecayFit { half: of(0.5)?, stated: of(1.0)?, double: of(2.0)?, error })
    }

    /// How many second moments the means are over, if they are known one by one.
    pub fn moments(&self) -> Option<usize> {
        self.buffers.or(self.samples)
    }
}

/// A matrix law keeps a square matrix for each sample: a GiB of them is enough.
const LARGEST_GRAMS: usize = 1 << 27;

/// Every sample has a sum for each member of each law.
const MOST_SAMPLES: usize = 1 << 16;

/// Evaluates laws on checkpoints.
///
/// Files are read as streams, tensors in parallel; memory grows with rows and columns, not with elements, unless a batch size asks for mean gradients. The result does
/// not depend on the number of threads.
///
/// # Errors
/// If a file is malformed, lacks what a law needs, or the settings contradict each other.
pub fn inspect(inputs: &Inputs<'_>, laws: &[Law], settings: &Settings) -> Result<Inspection, LawsError> {
    settings.check(inputs)?;
    let buffers = settings.buffers(inputs);
    let laws: Vec<Law> = laws.iter().map(|law| law.resolved(inputs.weights)).collect();
    let (mut usable, mut skipped) = (Vec::new(), Vec::new());
    for law in &laws {
        match (law.form, settings.rule, inputs.gradients.or(buffers)) {
            (Form::Matrix, Rule::Adam | Rule::AdamW, _) => {
                skipped.push((law.clone(), "a matrix law of Adam is not elementwise; its diagonal is reported"));
            }
            (Form::Matrix, Rule::Sgd, None) => {
                skipped.push((law.clone(), "it needs E[g g^T], so gradients; its diagonal is reported"));
            }
            _ => usable.push(law),
        }
    }
    let fitted = usable.into_iter().map(|law| Fitted::new(law, inputs.weights)).collect::<Result<Vec<_>, _>>()?;
    // A tensor is read once for all laws that name it, and again for those that add something else to it.
    let mut uses: BTreeMap<(&str, u64), Vec<(usize, usize)>> = BTreeMap::new();
    for (number, fitted) in fitted.iter().enumerate() {
        for (block, Block { tensor, offset, .. }) in fitted.law.blocks.iter().enumerate() {
            uses.entry((tensor, offset.to_bits())).or_default().push((number, block));
        }
    }
    let first = uses.keys().next().map(|(name, _)| *name);
    let samples = samples(inputs, uses.keys().map(|(name, _)| *name))?;
    let buffers = buffers.map(|file| Ok::<_, LawsError>((file, buffered(inputs, file, first)?)));
    let buffers = buffers.transpose()?;
    check_grams(&fitted, samples.unwrap_or(0) + buffers.map_or(0, |(_, count)| count) + 1)?;
    let tensors: Vec<(&str, Vec<(usize, usize)>)> = uses.into_iter().map(|((name, _), uses)| (name, uses)).collect();
    let measured = tensors.par_iter().map(|(name, uses)| {
        let of: Vec<_> = uses.iter().map(|(number, block)| (&fitted[*number], *block)).collect();
        measure::measure(inputs, settings, (samples.unwrap_or(0), buffers), name, &of)
    });
    // The first tensor at fault by name, whichever thread was the fastest.
    let measured: Vec<Result<Vec<Contribution>, LawsError>> = measured.collect();
    let mut contributions: Vec<Vec<(usize, Contribution)>> = fitted.iter().map(|_| Vec::new()).collect();
    let moments = if buffers.is_some() { Moments::Momentum } else { Moments::Gradients };
    for ((name, uses), measured) in tensors.iter().zip(measured) {
        let factor = settings.decay_factor(settings.decay_of(name), moments)?;
        for ((number, block), mut contribution) in uses.iter().zip(measured?) {
            contribution.decay.iter_mut().for_each(|term| *term *= factor);
            if !contribution.decay.iter().all(|term| term.is_finite()) {
                let problem = format!(
                    "{name}: 4 gamma / eta times its squares leaves the range of f64: is the weight decay, or the learning rate, what was meant?"
                );
                return Err(LawsError::Setting(problem));
            }
            contributions[*number].push((*block, contribution));
        }
    }
    let rate = settings.learning_rate.unwrap_or(f64::NAN);
    let mut balances: Vec<Balance> = fitted
        .iter()
        .zip(contributions)
        .map(|(fitted, parts)| Balance::new(fitted, parts, rate, samples.is_some()))
        .collect();
    if let Some(balance) = balances.iter().find(|balance| !balance.is_finite()) {
        let title = balance.law.title();
        let problem =
            format!("the law `{}`: its terms or their products leave the range of f64", visible::line(&title));
        return Err(LawsError::Inconsistent(problem));
    }
    let size = |balance: &Balance| balance.total.imbalance.map_or(-1.0, f64::abs);
    balances.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let has =
        |suffix: &str| inputs.optimizer.is_some_and(|optimizer| optimizer.names().any(|name| name.ends_with(suffix)));
    let steps = match (inputs.optimizer, tensors.first()) {
        (Some(optimizer), Some((name, _))) => optimizer::steps(optimizer, name, settings.steps)?,
        _ => settings.steps,
    };
    let gammas: Vec<f64> = tensors.iter().map(|(name, _)| settings.decay_of(name)).collect();
    Ok(Inspection {
        settings: settings.clone(),
        samples,
        buffers: buffers.map(|(_, count)| count),
        steps,
        decays: gammas.iter().any(|gamma| *gamma != 0.0),
        relaxations: settings.relaxations(gammas, steps),
        corrected: inputs.optimizer.is_some() && (has("step") || settings.steps.is_some()),
        mean_gradient: has(".exp_avg") && inputs.gradients.is_none(),
        unread: Unread::of(inputs, &laws),
        balances,
        skipped,
    })
}

/// The length of the leading axis of the gradients.
///
/// Of several lengths that of the most tensors counts, so that the others are at fault.
fn samples<'a>(inputs: &Inputs<'_>, names: impl Iterator<Item = &'a str>) -> Result<Option<usize>, LawsError> {
    let Some(gradients) = inputs.gradients else { return Ok(None) };
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for name in names {
        let samples = leading(inputs.weights, gradients, name)?;
        *counts.entry(samples).or_default() += 1;
    }
    Ok(counts.into_iter().max_by_key(|(samples, tensors)| (*tensors, *samples)).map(|(samples, _)| samples))
}

/// The length of the leading axis of one tensor's gradients.
fn leading(weights: &Checkpoint, gradients: &Checkpoint, name: &str) -> Result<usize, LawsError> {
    let refuse = |problem: String| Err(CheckpointError::tensor(gradients.path(), name, problem).into());
    let found = &gradients.tensor_beside(name, |other| weights.get(other).is_some())?.shape;
    let shape = &weights.tensor(name)?.shape;
    if found == shape {
        return refuse(format!(
            "its shape {found:?} is that of the parameter, with no leading axis of samples or batches: add one, g[None]"
        ));
    }
    match found.first() {
        _ if found.len() != shape.len() + 1 => refuse(format!(
            "expected a leading axis of samples or batches and then the shape {shape:?}, found {found:?}"
        )),
        Some(&samples) if !(1..=MOST_SAMPLES).contains(&samples) => {
            refuse(format!("expected a leading axis of 1 to {MOST_SAMPLES} samples or batches, found {samples}"))
        }
        _ => Ok(found[0]),
    }
}

/// How many steps the momentum is known of: the length of the leading axis that its shape has more than the parameter's.
fn buffered(inputs: &Inputs<'_>, file: &Checkpoint, name: Option<&str>) -> Result<usize, LawsError> {
    let Some(name) = name else { return Ok(1) };
    let buffer = format!("{name}{}", optimizer::MOMENTUM_BUFFER);
    let (shape, of_parameter) = (&file.tensor(&buffer)?.shape, &inputs.weights.tensor(name)?.shape);
    match shape.first() {
        Some(&steps) if shape.len() == of_parameter.len() + 1 && (1..=MOST_SAMPLES).contains(&steps) => Ok(steps),
        _ if shape == of_parameter => Ok(1),
        _ => {
            let problem = format!(
                "expected the shape {of_parameter:?}, perhaps with a leading axis of 1 to {MOST_SAMPLES} steps, found {shape:?}"
            );
            Err(CheckpointError::tensor(file.path(), &buffer, problem).into())
        }
    }
}

fn check_grams(fitted: &[Fitted<'_>], samples: usize) -> Result<(), LawsError> {
    let entries = fitted.iter().filter(|fitted| fitted.law.form == Form::Matrix).try_fold(0_usize, |sum, fitted| {
        let blocks =
            fitted.members().checked_mul(fitted.width)?.checked_mul(samples)?.checked_mul(fitted.layouts.len())?;
        // Gradients by gradients, and gradients by parameters.
        sum.checked_add(blocks.checked_mul(2)?)
    });
    if entries.is_some_and(|entries| entries <= LARGEST_GRAMS) {
        return Ok(());
    }
    let problem =
        "the matrix laws need more than a GiB for their matrices: give fewer samples, or laws without `matrix`";
    Err(LawsError::Inconsistent(problem.to_owned()))
}
