//! What `equipartition inspect` is asked, and what of it goes together.

use super::super::{Failure, Format};
use crate::checkpoint::Checkpoint;
use crate::inspection::mlp::Homogeneity;
use crate::inspection::{Rule, Settings, has_momentum};
use crate::visible;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Measure the balance laws on a trained network's checkpoint
///
/// A checkpoint is a safetensors file, the index of several, or an npz archive, in f64, f32 or f16, the first two in bf16 too. Second moments of
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
    pub(super) file: PathBuf,
    /// decoder, mlp, auto, or a file of laws
    #[arg(long, value_name = "LAWS", required_unless_present = "list")]
    pub(super) laws: Option<PathBuf>,
    /// List the tensors of FILE with their shapes and types, and do nothing else
    #[arg(long)]
    pub(super) list: bool,
    /// Gradients of samples or of batches, without decay, along a leading axis
    #[arg(long, value_name = "FILE")]
    pub(super) gradients: Option<PathBuf>,
    /// Buffers of Adam, which alone serve laws of single elements only, or NAME.momentum_buffer of sgd
    #[arg(long, value_name = "FILE")]
    pub(super) optimizer: Option<PathBuf>,
    /// The gradient of F = E l + gamma |theta|^2 + S, for the imbalance it predicts and the tolerance
    #[arg(long, value_name = "FILE")]
    pub(super) entropic_gradient: Option<PathBuf>,
    /// How the network is trained [default: adamw with --optimizer, unless it has momentum buffers, else sgd]
    #[arg(long, value_enum)]
    pub(super) rule: Option<RuleName>,
    /// eta, the learning rate
    #[arg(long, value_name = "ETA")]
    pub(super) learning_rate: Option<f64>,
    /// beta of sgd with heavy-ball momentum, without dampening and not Nesterov's
    #[arg(long, value_name = "BETA", default_value_t = 0.0)]
    pub(super) momentum: f64,
    /// The steps that were made, if --optimizer does not tell them; Adam's second moments are corrected for them
    #[arg(long, value_name = "COUNT")]
    pub(super) steps: Option<f64>,
    /// gamma, half of what PyTorch calls weight_decay: the step adds 2 gamma theta [default: 0]
    #[arg(long, value_name = "GAMMA")]
    pub(super) weight_decay: Option<f64>,
    /// What PyTorch calls weight_decay: 2 gamma
    #[arg(long, value_name = "DECAY", conflicts_with = "weight_decay")]
    pub(super) pytorch_weight_decay: Option<f64>,
    /// Tensors without decay, such as '*.bias'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub(super) no_decay: Vec<String>,
    /// Predict the imbalance along batches of this size, from gradients of single samples
    #[arg(long, value_name = "SIZE")]
    pub(super) batch_size: Option<usize>,
    /// Of Adam, to correct second moments for the steps made, by --optimizer or --steps [default: 0.999]
    #[arg(long, value_name = "BETA")]
    pub(super) beta2: Option<f64>,
    /// Of Adam, in sqrt(v) + epsilon [default: 1e-8]
    #[arg(long, value_name = "EPSILON")]
    pub(super) adam_epsilon: Option<f64>,
    /// Decoder: heads of the queries
    #[arg(long, value_name = "COUNT")]
    pub(super) heads: Option<usize>,
    /// Decoder: heads of keys and values
    #[arg(long, value_name = "COUNT")]
    pub(super) kv_heads: Option<usize>,
    /// Decoder: the length of a head
    #[arg(long, value_name = "LENGTH")]
    pub(super) head_dim: Option<usize>,
    /// Decoder: queries and keys are not rotated with their positions
    #[arg(long)]
    pub(super) no_rotary: bool,
    /// Decoder: the rotation joins neighbours, the places 2j and 2j + 1 of a head, not its halves
    #[arg(long, conflicts_with = "no_rotary")]
    pub(super) interleaved_rotary: bool,
    /// Decoder: the part of each head that is rotated, such as 0.25
    #[arg(long, value_name = "PART", conflicts_with = "no_rotary")]
    pub(super) rotated: Option<f64>,
    /// Decoder: what the norms add to the mean square
    #[arg(long, value_name = "EPSILON")]
    pub(super) norm_epsilon: Option<f64>,
    /// Perceptron: what is between its layers [default: relu]
    #[arg(long, value_enum)]
    pub(super) activation: Option<ActivationName>,
    /// A table for people, or an object for programs
    #[arg(long, value_enum, default_value_t)]
    pub(in super::super) format: Format,
    /// JSON: every member of every law, such as every neuron
    #[arg(long)]
    pub(super) members: bool,
    /// Exit with 1 unless the gradients confirm every law as a symmetry of this network
    #[arg(long)]
    pub(super) strict: bool,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Draw the imbalance of every law over the layers
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RuleName {
    /// theta' = theta - eta (g + 2 gamma theta), or with --momentum
    Sgd,
    /// Adam, with the decay in the gradient
    Adam,
    /// Adam, with the decay apart
    Adamw,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ActivationName {
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
    pub(super) fn homogeneity(self) -> Homogeneity {
        match self {
            ActivationName::Relu | ActivationName::LeakyRelu => Homogeneity::Degree(1),
            ActivationName::SquaredRelu => Homogeneity::Degree(2),
            ActivationName::Identity => Homogeneity::Linear,
        }
    }

    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Arguments {
    /// Refuses what would have no effect: whoever gives it expects one.
    pub(super) fn check_that_all_is_used(&self) -> Result<(), Failure> {
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
            ("--weight-decay", self.weight_decay.is_some()),
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
    pub(super) fn check_moments(&self, optimizer: Option<&Checkpoint>, rule: Rule) -> Result<(), Failure> {
        let refuse = |problem: &str| Err(Failure::Usage(problem.to_owned()));
        let steps = |file: &Checkpoint| file.names().any(|name| name == "step" || name.ends_with(".step"));
        match optimizer.filter(|file| !has_momentum(file)) {
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

    /// Refuses what is about decay where there is none, nor anything else that it has a part in.
    pub(super) fn check_decay(&self, settings: &Settings, optimizer: Option<&Checkpoint>) -> Result<(), Failure> {
        if let Some(decay) = self.pytorch_weight_decay.filter(|decay| !(0.0..f64::INFINITY).contains(decay)) {
            return Err(Failure::Usage(format!(
                "--pytorch-weight-decay: expected a number that is finite, and not negative, found {decay}"
            )));
        }
        let is_told = self.weight_decay.is_some() || self.pytorch_weight_decay.is_some();
        let unused = [
            ("--no-decay", !self.no_decay.is_empty()),
            ("--momentum", self.momentum > 0.0 && settings.rule == Rule::Sgd && optimizer.is_none()),
            ("--steps", self.steps.is_some() && optimizer.is_none()),
        ];
        let unused = unused.into_iter().find(|(_, is_given)| *is_given && !is_told && settings.decays.is_empty());
        unused.map_or(Ok(()), |(option, _)| {
            Err(Failure::Usage(format!(
                "{option}: without decay it would have no effect: give --weight-decay and --learning-rate"
            )))
        })
    }

    pub(super) fn settings(&self, optimizer: Option<&Checkpoint>) -> Settings {
        let rule = match (self.rule, optimizer.filter(|file| !has_momentum(file))) {
            (Some(RuleName::Sgd), _) | (None, None) => Rule::Sgd,
            (Some(RuleName::Adam), _) => Rule::Adam,
            (Some(RuleName::Adamw), _) | (None, Some(_)) => Rule::AdamW,
        };
        Settings {
            rule,
            learning_rate: self.learning_rate,
            weight_decay: self.pytorch_weight_decay.map(|decay| 0.5 * decay).or(self.weight_decay).unwrap_or(0.0),
            decays: Vec::new(),
            undecayed: self.no_decay.clone(),
            momentum: self.momentum,
            steps: self.steps,
            second_moment_decay: self.beta2.unwrap_or(0.999),
            epsilon: self.adam_epsilon.unwrap_or(1e-8),
            batch_size: self.batch_size,
        }
    }
}
