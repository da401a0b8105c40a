//! Long seeded runs of small networks, on which laws of stationary averages are judged.
//!
//! Every network has two inputs, four samples, a linear teacher strong enough that the weights survive the decay, and fresh label noise in
//! every step. Learning rate and decay are dyadic, with `eta gamma` = 1/32 (the factor `1 - eta gamma` shows) or 1/128; the deep network
//! has the latter only, since its weights die out or diverge under stronger ones. A charge forgets its start in `1/(4 eta gamma)` steps, 8 or
//! 32; a batch is at least 128 of these.

use crate::data::Sample;
use crate::dynamics::charges::{BatchMeans, Diverged, Form, Record, follow};
use crate::dynamics::training::{Chain, Descent, HeavyBall, Training, random_start};
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::symmetry::{self, Generator};
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::simulation::{self, BATCHES};
use crate::verify::{
    Case, Check, Class, Draw, Effort, Evidence, Examination, Finding, Quantity, Relation, Scalar, Settings, Status,
    Stream, Term,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Of so many families of a claim that has other checks too, one consists of long runs.
pub const EVERY: u64 = 8;

/// The number of the long run that the instance of this index is, if it is one. Runs take whole families, so that the points
/// of the others stay together.
pub fn run_number(index: u64) -> Option<u64> {
    let (family, point) = (index / POINTS_PER_FAMILY, index % POINTS_PER_FAMILY);
    (family % EVERY == EVERY / 2 - 1).then_some(family / EVERY * POINTS_PER_FAMILY + point)
}

/// Recorded steps of a run of the law: `2^17`, thorough runs `2^20`.
pub fn steps(effort: Effort) -> u64 {
    match effort {
        Effort::Quick | Effort::Default => 1 << 17,
        Effort::Thorough => 1 << 20,
    }
}

/// Recorded steps of a control, which misses by far: `2^17`.
pub const CONTROL_STEPS: u64 = 1 << 17;

/// A network with its data, its training and a start.
pub struct Run {
    network: Network,
    /// Symmetric generators, or what a control takes for such.
    pub generators: Vec<Generator>,
    samples: Vec<Sample<f64>>,
    /// `eta`, `gamma`, label noise.
    pub training: Training,
    /// `beta`; none for plain descent.
    pub momentum_factor: Option<f64>,
    start: Vec<f64>,
    seed: u64,
    steps: u64,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A linear network with one hidden layer.
    TwoLayerLinear,
    /// A linear network with two hidden layers.
    DeepLinear,
    /// A ReLU network with biases.
    Relu,
    /// A tanh network with biases: not homogeneous.
    Tanh,
}

/// The networks of a law, or of a control.
#[derive(Clone, Copy, Debug)]
pub enum Networks {
    /// All of which the law speaks, in turn.
    InTurn,
    /// Those of which the decay can be strong, in turn: a deep network's charges nearly vanish in the stationary state, and with them what a
    /// wrong factor changes.
    StrongInTurn,
    /// One kind only.
    Only(Kind),
}

impl Networks {
    /// The kind of the run of this number.
    pub fn kind(self, number: u64) -> Kind {
        match self {
            Networks::InTurn => Kind::in_turn(number),
            Networks::StrongInTurn => Kind::strong_in_turn(number),
            Networks::Only(kind) => kind,
        }
    }
}

impl Kind {
    /// The networks of a law, in turn.
    pub fn in_turn(number: u64) -> Self {
        [Kind::Relu, Kind::TwoLayerLinear, Kind::DeepLinear][(number % 3) as usize]
    }

    /// Those of which the decay can be strong, in turn.
    pub fn strong_in_turn(number: u64) -> Self {
        [Kind::Relu, Kind::TwoLayerLinear][(number % 2) as usize]
    }

    fn network(self) -> Network {
        let mlp = |activation: Activation| Network::mlp(&[2, 3, 1], activation, true, Loss::SquaredError);
        match self {
            // Many more outputs than inputs: otherwise the charges nearly vanish in the stationary state, and with them what a wrong
            // factor changes.
            Kind::TwoLayerLinear => Network::deep_linear(&[2, 2, 6]),
            Kind::DeepLinear => Network::deep_linear(&[2, 2, 2, 1]),
            Kind::Relu => mlp(Piecewise::Relu.into()),
            Kind::Tanh => mlp(Smooth::Tanh.into()),
        }
    }

    /// Whether the activation is applied to sums with a bias.
    fn has_activation(self) -> bool {
        matches!(self, Kind::Relu | Kind::Tanh)
    }

    /// The rescaling of the hidden layer (single neurons may die), or at every linear interface the maps `v v^T` for `v` = `e_1`, `e_2`,
    /// `e_1 + e_2`, which span the symmetric ones.
    fn generators(self, network: &Network) -> Vec<Generator> {
        if self.has_activation() {
            return vec![symmetry::layer(network, 0, 1, 1)];
        }
        let depth = network.layout().map_or(0, |layout| layout.depth());
        let at = |layer: usize| {
            [[1, 0], [0, 1], [1, 1]].map(|v: [i64; 2]| {
                let x = DMatrix::from_fn(2, 2, |row, column| Rational::from(v[row] * v[column]));
                symmetry::linear(network, layer, &x)
            })
        };
        (0..depth - 1).flat_map(at).collect()
    }
}

impl Run {
    /// Draws a run. `strong` decay has `eta gamma` = 1/32, the other 1/128.
    pub fn draw(kind: Kind, strong: bool, steps: u64, stream: &mut Stream) -> Self {
        let network = kind.network();
        let layout = network.layout().expect("every kind has layers");
        let eighths = |stream: &mut Stream, low, high| stream.integer(low, high) as f64 / 8.0;
        let outputs = network.target_len();
        // A teacher with a dominant diagonal: every singular value survives the decay.
        let teacher: Vec<[f64; 2]> = (0..outputs)
            .map(|row| {
                let mut entries = [eighths(stream, -4, 4), eighths(stream, -4, 4)];
                entries[row % 2] = if kind.has_activation() { 1.0 } else { 0.0 } + eighths(stream, 12, 20);
                entries
            })
            .collect();
        let inputs = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
        let samples = inputs.map(|input: [f64; 2]| {
            let input = [input[0] + eighths(stream, -1, 1), input[1] + eighths(stream, -1, 1)];
            // A kinked network is asked for an even function too, so that neurons of both signs live.
            let curved = if kind.has_activation() { input[0].abs() + input[1].abs() } else { 0.0 };
            let target = teacher.iter().map(|row| row[0] * input[0] + row[1] * input[1] + curved).collect();
            Sample::new(input.to_vec(), target)
        });
        let strong = strong && kind != Kind::DeepLinear;
        let (learning_rate, weight_decay) = if strong { (1.0 / 16.0, 1.0 / 2.0) } else { (1.0 / 32.0, 1.0 / 4.0) };
        let label_noise = if kind == Kind::TwoLayerLinear { 1.0 } else { 0.5 };
        let training = Training { learning_rate, weight_decay, label_noise };
        let seed = stream.bits();
        // Unbalanced: the first layer starts larger than the others; a deep network's not small, or it would die out.
        let mut factors = vec![if kind == Kind::DeepLinear { 1.0 } else { 0.5 }; layout.depth()];
        factors[0] = 2.0;
        let start = random_start(layout, &factors, &mut ChaCha8Rng::seed_from_u64(stream.bits()));
        let generators = kind.generators(&network);
        let samples = samples.to_vec();
        Run { network, generators, samples, training, momentum_factor: None, start, seed, steps }
    }

    /// The same run with heavy-ball momentum, and the learning rate times `1 - beta`, so that it is about as fast.
    pub fn with_momentum(mut self, momentum_factor: f64) -> Self {
        self.momentum_factor = Some(momentum_factor);
        self.training.learning_rate *= 1.0 - momentum_factor;
        self
    }

    /// The number of generators, from the first on, whose charges add up to that of the first hidden layer.
    pub fn first_layer(&self) -> usize {
        if self.network.activation() == Piecewise::Identity.into() { 2 } else { 1 }
    }

    /// The recorded steps.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What it is, for a report.
    pub fn describe(&self) -> String {
        let Training { learning_rate, weight_decay, label_noise } = self.training;
        let momentum = self.momentum_factor.map(|beta| format!(", beta = {beta}")).unwrap_or_default();
        format!(
            "{}, run of {} steps, eta = {learning_rate}, gamma = {weight_decay}{momentum}, label noise {label_noise}",
            self.network, self.steps
        )
    }

    fn forms(&self) -> Vec<Form> {
        self.generators.iter().map(|generator| Form::new(&generator.map)).collect()
    }

    /// The charges over the first `count` steps, as one batch.
    ///
    /// # Errors
    /// [`Diverged`]
    pub fn beginning(&self, count: u64) -> Result<Vec<Record>, Diverged> {
        self.with_chain(|run, chain| follow(chain, &run.forms(), 0, 1, count))
    }

    /// The charges over the recorded steps, after a burn-in of a quarter as many.
    ///
    /// # Errors
    /// [`Diverged`]
    pub fn stationary(&self) -> Result<Vec<Record>, Diverged> {
        let batch = self.steps / BATCHES as u64;
        self.with_chain(|run, chain| follow(chain, &run.forms(), run.steps / 4, BATCHES, batch))
    }

    fn with_chain<T>(&self, action: impl Fn(&Self, &mut AnyChain<'_>) -> T) -> T {
        let model = f64::model(&self.network).expect("every network exists in doubles");
        let random = ChaCha8Rng::seed_from_u64(self.seed);
        let (start, training) = (self.start.clone(), self.training);
        let mut chain = match self.momentum_factor {
            None => AnyChain::Descent(Descent::new(&*model, &self.samples, start, training, random)),
            Some(beta) => AnyChain::HeavyBall(HeavyBall::new(&*model, &self.samples, start, training, beta, random)),
        };
        action(self, &mut chain)
    }
}

/// Descent with or without momentum.
enum AnyChain<'a> {
    Descent(Descent<'a, dyn crate::model::Differentiable<f64>, ChaCha8Rng>),
    HeavyBall(HeavyBall<'a, dyn crate::model::Differentiable<f64>, ChaCha8Rng>),
}

impl Chain for AnyChain<'_> {
    fn theta(&self) -> &[f64] {
        match self {
            AnyChain::Descent(chain) => chain.theta(),
            AnyChain::HeavyBall(chain) => chain.theta(),
        }
    }
    fn step(&mut self, observe: impl FnOnce(&[f64], &[f64])) -> f64 {
        match self {
            AnyChain::Descent(chain) => chain.step(observe),
            AnyChain::HeavyBall(chain) => chain.step(observe),
        }
    }
}

/// A law of stationary averages.
pub trait Stationary: Sync {
    /// The run of a number, of so many recorded steps.
    fn run(&self, number: u64, steps: u64, stream: &mut Stream) -> Run;

    /// The law of the averages, for every generator.
    ///
    /// # Errors
    /// [`Diverged`]
    fn relations(&self, run: &Run, records: &[Record]) -> Result<Vec<Relation<f64>>, Diverged>;

    /// What holds of every run, stationary or not, to rounding in doubles. Controls leave it alone.
    fn identities(&self, _run: &Run, _records: &[Record]) -> Vec<Relation<f64>> {
        Vec::new()
    }

    /// A number that the law gives, measured. Controls leave it alone.
    fn measured(&self, _run: &Run, _records: &[Record]) -> Option<Quantity> {
        None
    }
}

/// A law judged on long runs, by batch means: of the instances of other laws one in [`EVERY`].
#[derive(Clone, Copy, Debug)]
pub struct LongRun<L>(pub L);

impl<L: Stationary> Check for LongRun<L> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let LongRun(law) = self;
        let (number, case) = (draw.index, draw.case);
        let steps = if draw.is_law() { steps(settings.effort) } else { CONTROL_STEPS };
        let run = law.run(number, steps, &mut draw.stream("run", number));
        examine(&run, case, |run| {
            let records = run.stationary()?;
            let mut finding = simulation::judge(settings, case, run.steps(), law.relations(run, &records)?);
            let mut findings = Vec::new();
            if case == Case::Law {
                let identities = law.identities(run, &records);
                if !identities.is_empty() {
                    findings.push(settings.judge(Scalar::Double, identities, case));
                }
                finding.quantities.extend(law.measured(run, &records));
            }
            findings.push(finding);
            Ok(findings)
        })
    }

    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Statistical]
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        instances(case, asked)
    }
}

/// The instances of a case of which every one is a long run.
pub fn instances(case: Case, asked: u64) -> u64 {
    match case {
        Case::Law => asked.div_ceil(EVERY),
        Case::Control(_) => asked.div_ceil(2 * EVERY).max(4),
    }
}

/// The law of a stationary average for every generator: with `A = A_+ - A_-`,
///
/// ```text
/// a E[v^T A_+ v] + f E[C_-] = a E[v^T A_- v] + f E[C_+]
/// ```
///
/// so that no term is a difference and every one is attacked. `v` is what the chain shows. The laws are compared with the terms at
/// the beginning of the run, so that a network whose weights died out says nothing.
///
/// # Errors
/// [`Diverged`]
pub fn laws(
    run: &Run,
    records: &[Record],
    labels: [&'static str; 4],
    factors: [f64; 2],
) -> Result<Vec<Relation<f64>>, Diverged> {
    let beginning = run.beginning(BEGINNING)?;
    let [of_vectors, of_parameters] = factors;
    let law = |(number, record): (usize, &Record)| {
        let term = |place: usize, factor: f64, means: &[f64]| {
            Term::vector(labels[place], means.iter().map(|mean| factor * mean).collect())
        };
        let size =
            of_vectors * extent(&beginning[number].vectors) + of_parameters * extent(&beginning[number].parameters);
        Relation::equality(
            ("stationary averages", run.generators[number].name.as_str()),
            vec![term(0, of_vectors, &record.vectors.positive), term(1, of_parameters, &record.parameters.negative)],
            vec![term(2, of_vectors, &record.vectors.negative), term(3, of_parameters, &record.parameters.positive)],
        )
        .against(size)
    };
    Ok(records.iter().enumerate().map(law).collect())
}

/// Steps that count as the beginning of a run: fewer than a charge needs to relax.
pub const BEGINNING: u64 = 4;

/// The mean over batches of both parts together.
fn extent(means: &BatchMeans) -> f64 {
    let sum = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    sum(&means.positive) + sum(&means.negative)
}

/// An examination of a run: `judge` gives its findings. A run that diverges is excluded, and so is a control whose weights died out, since it
/// cannot fail.
pub fn examine(run: &Run, case: Case, judge: impl FnOnce(&Run) -> Result<Vec<Finding>, Diverged>) -> Examination {
    let mut examination = Examination::of(Class::Smooth, run.describe());
    match judge(run) {
        Ok(findings) => examination.findings = findings,
        Err(error) => examination.excluded = Some(error.to_string()),
    }
    let silent = examination.findings.last().is_some_and(|finding| finding.status == Status::Vacuous);
    if case != Case::Law && silent {
        examination.excluded = Some("the weights died out: nothing is left to differ".to_owned());
    }
    examination
}
