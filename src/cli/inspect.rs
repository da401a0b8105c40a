//! `equipartition inspect`: the balance laws on a checkpoint.

use super::output::{self, Destination, identity, shown};
use super::{Exit, Failure, Format, host};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::inspection::architecture::Architecture;
use crate::inspection::decay::Decay;
use crate::inspection::decoder;
use crate::inspection::law::{Law, Rotary};
use crate::inspection::mlp::{self, Homogeneity};
use crate::inspection::{self, Counts, Inputs, LawsError, Rule, Settings, file, names};
use crate::report::inspection::{self as report, Subject};
use crate::report::plural;
use crate::{suggest, visible};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Measure the balance laws on a trained network's checkpoint
///
/// A checkpoint is a safetensors file, the index of several, or an npz archive, in f64, f32, f16 or bf16. Second moments of
/// gradients come from gradients of samples or batches (tensors named like the parameters, with a leading axis), or from the
/// buffers of Adam (NAME.exp_avg_sq or NAME, perhaps NAME.exp_avg and NAME.step). Laws hold in the stationary state only: the
/// report says how far each is from balance, and how sure that is.
#[derive(Args)]
#[command(after_help = "\
Laws:
  decoder    a Llama-style decoder by Hugging Face's names; heads from config.json beside the file or from options
  auto       found from --gradients alone, axes of equal length whose overlap is rounding; printed as a file of laws to keep
  mlp        a perceptron by PyTorch's names: 0.weight, fc1.weight, layers.0.weight, ..., with or without biases
  FILE.toml  [[law]] name = \"hidden\", in = [\"a.weight\", \"a.bias\"] (rows), out = \"b.weight\" (columns); see docs/inspect.md

Examples:
  equipartition inspect model.safetensors --laws decoder --optimizer adamw.safetensors
  equipartition inspect model.safetensors.index.json --laws decoder --gradients gradients.safetensors --svg layers.svg
  equipartition inspect mlp.npz --laws mlp --gradients gradients.npz --learning-rate 0.1 --weight-decay 0.0005
  equipartition inspect adapter.safetensors --laws laws.toml --gradients gradients.safetensors --format json")]
pub struct Arguments {
    /// The parameters: FILE.safetensors, FILE.safetensors.index.json or FILE.npz
    file: PathBuf,
    /// decoder, mlp, auto, or a file of laws
    #[arg(long, value_name = "LAWS", required_unless_present = "list")]
    laws: Option<PathBuf>,
    /// List the tensors of FILE with their shapes and types, and do nothing else
    #[arg(long)]
    list: bool,
    /// Gradients of samples or of batches, without decay, along a leading axis
    #[arg(long, value_name = "FILE")]
    gradients: Option<PathBuf>,
    /// Buffers of Adam, which alone serve laws of single elements only, or NAME.momentum_buffer of sgd
    #[arg(long, value_name = "FILE")]
    optimizer: Option<PathBuf>,
    /// The gradient of F = E l + gamma |theta|^2 + S, for the imbalance it predicts and the tolerance
    #[arg(long, value_name = "FILE")]
    entropic_gradient: Option<PathBuf>,
    /// How the network is trained [default: adamw with --optimizer, unless it has momentum buffers, else sgd]
    #[arg(long, value_enum)]
    rule: Option<RuleName>,
    /// eta, the learning rate
    #[arg(long, allow_negative_numbers = true, value_name = "ETA")]
    learning_rate: Option<f64>,
    /// beta of sgd with heavy-ball momentum, without dampening and not Nesterov's
    #[arg(long, allow_negative_numbers = true, value_name = "BETA", default_value_t = 0.0)]
    momentum: f64,
    /// The steps that were made, if --optimizer does not tell them; Adam's second moments are corrected for them
    #[arg(long, allow_negative_numbers = true, value_name = "COUNT")]
    steps: Option<f64>,
    /// gamma, half of what PyTorch calls weight_decay: the step adds 2 gamma theta
    #[arg(long, allow_negative_numbers = true, value_name = "GAMMA", default_value_t = 0.0)]
    weight_decay: f64,
    /// What PyTorch calls weight_decay: 2 gamma
    #[arg(long, allow_negative_numbers = true, value_name = "DECAY", conflicts_with = "weight_decay")]
    pytorch_weight_decay: Option<f64>,
    /// Tensors without decay, such as '*.bias'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    no_decay: Vec<String>,
    /// Predict the imbalance along batches of this size, from gradients of single samples
    #[arg(long, value_name = "SIZE")]
    batch_size: Option<usize>,
    /// Of Adam, to correct second moments for the steps made, by --optimizer or --steps [default: 0.999]
    #[arg(long, allow_negative_numbers = true, value_name = "BETA")]
    beta2: Option<f64>,
    /// Of Adam, in sqrt(v) + epsilon [default: 1e-8]
    #[arg(long, allow_negative_numbers = true, value_name = "EPSILON")]
    adam_epsilon: Option<f64>,
    /// Decoder: heads of the queries
    #[arg(long, value_name = "COUNT")]
    heads: Option<usize>,
    /// Decoder: heads of keys and values
    #[arg(long, value_name = "COUNT")]
    kv_heads: Option<usize>,
    /// Decoder: the length of a head
    #[arg(long, value_name = "LENGTH")]
    head_dim: Option<usize>,
    /// Decoder: queries and keys are not rotated with their positions
    #[arg(long)]
    no_rotary: bool,
    /// Decoder: the rotation joins neighbours, the places 2j and 2j + 1 of a head, not its halves
    #[arg(long, conflicts_with = "no_rotary")]
    interleaved_rotary: bool,
    /// Decoder: the part of each head that is rotated, such as 0.25
    #[arg(long, allow_negative_numbers = true, value_name = "PART", conflicts_with = "no_rotary")]
    rotated: Option<f64>,
    /// Decoder: what the norms add to the mean square
    #[arg(long, allow_negative_numbers = true, value_name = "EPSILON")]
    norm_epsilon: Option<f64>,
    /// Perceptron: what is between its layers [default: relu]
    #[arg(long, value_enum)]
    activation: Option<ActivationName>,
    /// A table for people, or an object for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// JSON: every member of every law, such as every neuron
    #[arg(long)]
    members: bool,
    /// Exit with 1 unless the gradients confirm every law as a symmetry of this network
    #[arg(long)]
    strict: bool,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the imbalance of every law over the layers
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RuleName {
    /// theta' = theta - eta (g + 2 gamma theta), or with --momentum
    Sgd,
    /// Adam, with the decay in the gradient
    Adam,
    /// Adam, with the decay apart
    Adamw,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ActivationName {
    /// Homogeneous of degree 1
    #[default]
    Relu,
    /// Homogeneous of degree 1
    LeakyRelu,
    /// Homogeneous of degree 2
    SquaredRelu,
    /// None: matrices multiply
    Identity,
}

impl ActivationName {
    fn homogeneity(self) -> Homogeneity {
        match self {
            ActivationName::Relu | ActivationName::LeakyRelu => Homogeneity::Degree(1),
            ActivationName::SquaredRelu => Homogeneity::Degree(2),
            ActivationName::Identity => Homogeneity::Linear,
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Missing { file } => Failure::MissingInput(file),
            CheckpointError::Reading { file, source } => Failure::reading(&file, source),
            malformed => Failure::BadData(malformed.to_string()),
        }
    }
}

/// Laws, and what they are.
struct Described {
    laws: Vec<Law>,
    /// Of a file, the decay of some tensors.
    decays: Vec<Decay>,
    description: String,
}

/// A failure of laws that were taken from, or applied to, `place`.
fn refused(place: &Path, error: LawsError) -> Failure {
    match error {
        LawsError::Checkpoint(error) => error.into(),
        LawsError::Setting(problem) => Failure::Usage(problem),
        error => Failure::BadData(format!("{}: {error}", place.display())),
    }
}

/// Inspects a checkpoint.
///
/// # Errors
/// If a file is missing or malformed, the laws do not fit it, or a report cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    if arguments.members && arguments.format == Format::Text {
        return Err(Failure::Usage("--members is for --format json: the table has a line for each law".to_owned()));
    }
    let Arguments { file, gradients, optimizer, entropic_gradient, .. } = arguments;
    arguments.check_that_all_is_used()?;
    let weights = open(file)?;
    let laws = match &arguments.laws {
        Some(laws) if !arguments.list => laws,
        _ => return arguments.list(&weights),
    };
    let companion = |path: &Option<PathBuf>| {
        let companion = path.as_deref().map(open).transpose()?;
        Ok::<_, Failure>(companion.map(|companion| names::aligned(companion, &weights)))
    };
    let [gradient_tensors, optimizer_tensors, entropic_tensors] =
        [companion(gradients)?, companion(optimizer)?, companion(entropic_gradient)?];
    if laws == Path::new("auto") {
        return arguments.found(&weights, gradient_tensors.as_ref());
    }
    let Described { laws: named, decays, description } = arguments.laws(laws, &weights)?;
    let settings = Settings { decays, ..arguments.settings(optimizer_tensors.as_ref()) };
    arguments.check_moments(optimizer_tensors.as_ref(), settings.rule)?;
    if description.starts_with("decoder") {
        for companion in [&gradient_tensors, &optimizer_tensors, &entropic_tensors].into_iter().flatten() {
            same_head(&weights, companion)?;
        }
    }
    let inputs = Inputs {
        weights: &weights,
        optimizer: optimizer_tensors.as_ref(),
        gradients: gradient_tensors.as_ref(),
        entropic_gradient: entropic_tensors.as_ref(),
    };
    let mut used: Vec<PathBuf> =
        [Some(file), gradients.as_ref(), optimizer.as_ref(), entropic_gradient.as_ref(), Some(laws)]
            .into_iter()
            .flatten()
            .map(|path| identity(path))
            .collect();
    for path in arguments.output.iter().chain(&arguments.svg) {
        let identity = identity(path);
        if used.contains(&identity) {
            return Err(Failure::Usage(format!("{} is named twice: a report would replace it", shown(path))));
        }
        used.push(identity);
    }
    let report = Destination::open(arguments.output.as_deref())?;
    let svg = arguments.svg.as_deref().map(|path| Destination::open(Some(path))).transpose()?;
    let inspection = inspection::inspect(&inputs, &named, &settings).map_err(|error| refused(file, error))?;
    let name = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let subject = Subject {
        weights: file.display().to_string(),
        laws: description,
        gradients: name(gradients),
        optimizer: name(optimizer),
        entropic_gradient: name(entropic_gradient),
    };
    if let Some(svg) = svg {
        svg.write(&report::heat_map(&subject, &inspection).to_svg())?;
    }
    let text = match arguments.format {
        Format::Text => report::text(&subject, &inspection, output::width()),
        Format::Json => format!("{:#}\n", report::json(&subject, &inspection, arguments.members)),
    };
    report.write(&text)?;
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
    if !arguments.strict || (not_a_symmetry + unchecked == 0 && confirmed > 0) {
        return Ok(Exit::Success);
    }
    if not_a_symmetry == 0 {
        output::complain(&format!(
            "--strict: {unchecked} of {} unchecked: no gradients at these parameters, or gradients that vanish, show nothing",
            plural(confirmed + unchecked, "law")
        ));
    }
    Ok(Exit::Refuted)
}

/// What the host holds under this name, or else a file.
fn open(path: &Path) -> Result<Checkpoint, CheckpointError> {
    host::checkpoint(path).map_or_else(|| Checkpoint::open(path), Ok)
}

/// A head that only one of two files has: then it is not known whether the embedding is tied to it.
fn same_head(weights: &Checkpoint, companion: &Checkpoint) -> Result<(), Failure> {
    let head = |checkpoint: &Checkpoint| {
        checkpoint.names().any(|name| name.starts_with("lm_head.weight") || name.contains(".lm_head.weight"))
    };
    if head(weights) || !head(companion) {
        return Ok(());
    }
    let (with, without) = (shown(companion.path()), shown(weights.path()));
    Err(Failure::BadData(format!(
        "{with}: it has lm_head.weight, which {without} lacks: if its index or export left the tensor out, add it; if the \
         embedding is the head, add both gradients up as that of model.embed_tokens.weight"
    )))
}

impl Arguments {
    /// Refuses what would have no effect: whoever gives it expects one.
    fn check_that_all_is_used(&self) -> Result<(), Failure> {
        let of_decoder = [
            ("--heads", self.heads.is_some()),
            ("--kv-heads", self.kv_heads.is_some()),
            ("--head-dim", self.head_dim.is_some()),
            ("--no-rotary", self.no_rotary),
            ("--interleaved-rotary", self.interleaved_rotary),
            ("--rotated", self.rotated.is_some()),
            ("--norm-epsilon", self.norm_epsilon.is_some()),
        ];
        let of_mlp = [("--activation", self.activation.is_some())];
        let of_evaluation = [
            ("--optimizer", self.optimizer.is_some()),
            ("--entropic-gradient", self.entropic_gradient.is_some()),
            ("--rule", self.rule.is_some()),
            ("--learning-rate", self.learning_rate.is_some()),
            ("--momentum", self.momentum != 0.0),
            ("--steps", self.steps.is_some()),
            ("--weight-decay", self.weight_decay != 0.0),
            ("--pytorch-weight-decay", self.pytorch_weight_decay.is_some()),
            ("--no-decay", !self.no_decay.is_empty()),
            ("--batch-size", self.batch_size.is_some()),
            ("--beta2", self.beta2.is_some()),
            ("--adam-epsilon", self.adam_epsilon.is_some()),
            ("--members", self.members),
            ("--strict", self.strict),
            ("--svg", self.svg.is_some()),
        ];
        let laws = self.laws.as_deref().and_then(Path::to_str).unwrap_or_default();
        let is_auto = !self.list && laws == "auto";
        let unused = [
            (&of_decoder[..], self.list || laws != "decoder", "--laws decoder"),
            (&of_mlp, self.list || laws != "mlp", "--laws mlp"),
            (&of_evaluation, self.list || is_auto, "laws that are evaluated"),
            (&[("--gradients", self.gradients.is_some()), ("--laws", !laws.is_empty())], self.list, "an inspection"),
        ];
        let here = if self.list { "--list".to_owned() } else { format!("--laws {}", visible::line(laws)) };
        for (options, is_unused, of) in unused {
            if let Some((option, _)) = options.iter().find(|(_, is_given)| is_unused && *is_given) {
                return Err(Failure::Usage(format!("{option} is for {of}: with {here} it would have no effect")));
            }
        }
        Ok(())
    }

    /// Refuses numbers about Adam's moments where there are none, or nothing to correct them with.
    fn check_moments(&self, optimizer: Option<&Checkpoint>, rule: Rule) -> Result<(), Failure> {
        let refuse = |problem: &str| Err(Failure::Usage(problem.to_owned()));
        let is_momentum = |file: &&Checkpoint| file.names().any(|name| name.ends_with(".momentum_buffer"));
        let moments = optimizer.filter(|file| !is_momentum(file));
        let steps = |file: &Checkpoint| file.names().any(|name| name == "step" || name.ends_with(".step"));
        match moments {
            None if self.beta2.is_some() => refuse("--beta2 corrects Adam's second moments: give them as --optimizer"),
            Some(file) if self.beta2.is_some() && self.steps.is_none() && !steps(file) => refuse(
                "--beta2 corrects second moments for the steps made, which --optimizer does not tell: give --steps",
            ),
            _ if self.adam_epsilon.is_some() && rule == Rule::Sgd => {
                refuse("--adam-epsilon is about --rule adam or adamw: with --rule sgd it would have no effect")
            }
            _ => Ok(()),
        }
    }

    fn settings(&self, optimizer: Option<&Checkpoint>) -> Settings {
        let momentum = |file: &&Checkpoint| file.names().any(|name| name.ends_with(".momentum_buffer"));
        let rule = match (self.rule, optimizer.filter(|file| !momentum(file))) {
            (Some(RuleName::Sgd), _) | (None, None) => Rule::Sgd,
            (Some(RuleName::Adam), _) => Rule::Adam,
            (Some(RuleName::Adamw), _) | (None, Some(_)) => Rule::AdamW,
        };
        Settings {
            rule,
            learning_rate: self.learning_rate,
            weight_decay: self.pytorch_weight_decay.map_or(self.weight_decay, |decay| 0.5 * decay),
            decays: Vec::new(),
            undecayed: self.no_decay.clone(),
            momentum: self.momentum,
            steps: self.steps,
            second_moment_decay: self.beta2.unwrap_or(0.999),
            epsilon: self.adam_epsilon.unwrap_or(1e-8),
            batch_size: self.batch_size,
        }
    }

    /// Looks for laws, and shows them as a file.
    fn found(&self, weights: &Checkpoint, gradients: Option<&Checkpoint>) -> Result<Exit, Failure> {
        let Some(gradients) = gradients else {
            return Err(Failure::Usage("--laws auto finds laws from gradients: give --gradients".to_owned()));
        };
        let found = inspection::found::found(weights, gradients).map_err(|error| refused(&self.file, error))?;
        let text = match self.format {
            Format::Text => report::found(&shown(&self.file), &shown(gradients.path()), &found),
            Format::Json => {
                let (weights, gradients) = (self.file.display().to_string(), gradients.path().display().to_string());
                format!("{:#}\n", report::found_json(&weights, &gradients, &found))
            }
        };
        Destination::open(self.output.as_deref())?.write(&text)?;
        Ok(Exit::Success)
    }

    /// Shows the tensors of a checkpoint.
    fn list(&self, weights: &Checkpoint) -> Result<Exit, Failure> {
        let tensors = weights.names().filter_map(|name| Some((name, weights.get(name)?)));
        let text = match self.format {
            Format::Text => report::tensors(tensors, output::width()),
            Format::Json => format!("{:#}\n", report::tensors_json(&shown(&self.file), tensors)),
        };
        Destination::open(self.output.as_deref())?.write(&text)?;
        Ok(Exit::Success)
    }

    /// The laws, and what they are.
    fn laws(&self, laws: &Path, weights: &Checkpoint) -> Result<Described, Failure> {
        let of_file = |error| refused(&self.file, error);
        match laws.to_str() {
            Some("decoder") => {
                let architecture = self.architecture()?;
                let laws = decoder::laws(weights, &architecture).map_err(of_file)?;
                let positions = match (architecture.rotary, architecture.rotated) {
                    (None, _) => "no rotary positions".to_owned(),
                    (Some(Rotary::Halves), None) => "rotary positions".to_owned(),
                    (Some(Rotary::Interleaved), None) => "interleaved rotary positions".to_owned(),
                    (Some(_), Some(part)) => format!("rotary positions on {part} of each head"),
                };
                let gains = if architecture.gain_offset == 0.0 { "" } else { ", gains stored less 1" };
                let headless = decoder::is_headless(weights, &architecture).map_err(of_file)?;
                let positions = format!("{positions}{gains}{}", if headless { ", without head" } else { "" });
                let head = |name: &str| {
                    ["lm_head", "score", "classifier", "qa_outputs"]
                        .iter()
                        .any(|head| name.strip_suffix(".weight").is_some_and(|name| name.ends_with(head)))
                };
                let untold = architecture.tied.is_none() && !headless && !weights.names().any(head);
                let tied = if untold { ", taken to be tied: there is no lm_head.weight" } else { "" };
                Ok(Described { laws, decays: Vec::new(), description: format!("decoder with {positions}{tied}") })
            }
            Some("mlp") => {
                let activation = self.activation.unwrap_or_default();
                let laws = mlp::laws(weights, activation.homogeneity()).map_err(of_file)?;
                let description = format!("mlp, taken to have the activation {}", activation.name());
                Ok(Described { laws, decays: Vec::new(), description })
            }
            _ => {
                let text = read(laws).map_err(|failure| misspelt(laws).unwrap_or(failure))?;
                let place = laws.display().to_string();
                let file::LawsFile { laws: described, decays } =
                    file::parse(&place, &text).map_err(|complaint| Failure::BadData(complaint.to_string()))?;
                Ok(Described { laws: described, decays, description: shown(laws) })
            }
        }
    }

    /// Of a decoder: from `config.json` beside the weights, if there is one; options come first.
    fn architecture(&self) -> Result<Architecture, Failure> {
        let path = self.file.with_file_name("config.json");
        if self.rotated.is_some_and(|part| !(0.0..=1.0).contains(&part)) {
            return Err(Failure::Usage("--rotated is a part of each head, from 0 to 1".to_owned()));
        }
        if self.norm_epsilon.is_some_and(|epsilon| !(0.0..f64::INFINITY).contains(&epsilon)) {
            return Err(Failure::Usage("--norm-epsilon must not be negative".to_owned()));
        }
        // Beside what is no file there is none.
        let beside =
            if host::checkpoint(&self.file).is_some() { Err(Failure::MissingInput(shown(&path))) } else { read(&path) };
        let configured = match beside {
            Ok(text) => Architecture::from_config(&text)
                .map_err(|problem| Failure::BadData(format!("{}: {problem}", path.display())))?,
            Err(Failure::MissingInput(_)) => Architecture { rotary: Some(Rotary::Halves), ..Architecture::default() },
            Err(failure) => return Err(failure),
        };
        Ok(Architecture {
            heads: self.heads.or(configured.heads),
            key_value_heads: self.kv_heads.or(configured.key_value_heads),
            head_length: self.head_dim.or(configured.head_length),
            rotary: match configured.rotary {
                _ if self.no_rotary => None,
                Some(_) if self.interleaved_rotary => Some(Rotary::Interleaved),
                pairs => pairs,
            },
            rotated: self.rotated.or(configured.rotated).filter(|part| *part != 1.0),
            epsilon: self.norm_epsilon.or(configured.epsilon),
            ..configured
        })
    }
}

/// What to say of a name of laws that is neither known nor a file, if it is like one that is known.
fn misspelt(laws: &Path) -> Option<Failure> {
    let name = laws.to_str().filter(|name| !name.contains(['.', '/', '\\']) && !laws.exists())?;
    let meant = suggest::nearest(name, ["decoder", "mlp", "auto"])?;
    Some(Failure::Usage(format!(
        "--laws {}: neither decoder, mlp or auto, nor a file: did you mean `{meant}`?",
        visible::line(name)
    )))
}

/// Longer than any description of laws or of a network.
const LONGEST_TEXT: u64 = 16 << 20;

fn read(path: &Path) -> Result<String, Failure> {
    let place = path.display().to_string();
    let failure = |error: io::Error| Failure::reading(&place, error);
    let mut text = String::new();
    File::open(path).map_err(failure)?.take(LONGEST_TEXT + 1).read_to_string(&mut text).map_err(failure)?;
    if text.len() as u64 > LONGEST_TEXT {
        return Err(Failure::BadData(format!("{place}: expected at most {LONGEST_TEXT} bytes")));
    }
    Ok(text)
}
