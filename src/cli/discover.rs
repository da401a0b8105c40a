//! `equipartition discover`: the symmetries of a network, from evaluations alone.

use super::output::{self, print};
use super::question::{Format, complain_of};
use super::{Exit, Failure, parse_precision};
use crate::discovery::conserved::{HIGHEST_DEGREE, conserved};
use crate::discovery::{DiscoveryError, Settings, discover};
use crate::formula::FormulaModel;
use crate::formula::read::{Texts, read};
use crate::model::composed::{AttentionShape, Composed, Layer, Named};
use crate::model::{Activation, Loss, Network, file};
use crate::report::{DEFAULT_PRECISION, conserved as conserved_report, discovery as report};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Find the symmetries of a network from random evaluations alone, and the laws that follow
///
/// All linear maps and translations of the parameters that leave every sample's loss unchanged, and signed permutations; which of
/// them SGD preserves, and the balance law of each that it breaks, in the names of the network's own blocks. Large networks are
/// searched in part, and the answer says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition discover examples/models/decoder.toml
  equipartition discover --kind mlp --widths 2,3,2 --activation relu
  equipartition discover --kind mlp --widths 3,4,2 --activation tanh --bias --loss cross-entropy
  equipartition discover --kind mlp --widths 2,3,2 --activation identity --normalised
  equipartition discover --kind mlp --widths 1,1,1,1 --activation identity --conserved 4
  equipartition discover --kind attention --width 2 --size 2 --rotary --format json
  equipartition discover --loss 'sum((U @ relu(W @ x) - y)^2)' --with 'U[m, h], W[h, n], x[n], y[m]; m in 1..2, h in 1..2, n in 1..2'")]
pub struct Arguments {
    /// A network of your own, in a model file; or else --kind and its options
    #[arg(value_name = "MODEL.toml", conflicts_with_all = ["kind", "widths", "activation", "bias", "normalised", "loss", "width",
          "heads", "groups", "size", "rotary", "positions"])]
    model: Option<PathBuf>,
    /// A multilayer perceptron, or a layer of attention
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// All widths of an mlp, the input's first, such as 3,4,2
    #[arg(long, value_name = "WIDTHS", value_delimiter = ',')]
    widths: Vec<usize>,
    /// Of an mlp: identity, relu, leaky-relu, squared-relu, tanh, sigmoid, gelu or silu
    #[arg(long, value_name = "NAME")]
    activation: Option<Activation>,
    /// Whether the layers have biases
    #[arg(long)]
    bias: bool,
    /// Whether the hidden layers of an mlp are RMS normalised before their activation
    #[arg(long)]
    normalised: bool,
    /// squared-error, cross-entropy or logistic; or, with --with, the loss of one sample as a formula [default: squared-error]
    #[arg(long, value_name = "NAME|FORMULA", allow_hyphen_values = true)]
    loss: Option<String>,
    /// Parameters, data and sizes of a loss that is a formula, as `check` has them; every size is the largest that is declared
    #[arg(long, value_name = "DECLARATIONS", requires = "loss", conflicts_with_all = ["model", "kind", "widths", "activation", "bias", "normalised",
          "width", "heads", "groups", "size", "rotary", "positions"])]
    with: Option<String>,
    /// The width of the vectors that attention reads
    #[arg(long, value_name = "M")]
    width: Option<usize>,
    /// Heads of attention [default: 1]
    #[arg(long, value_name = "H")]
    heads: Option<usize>,
    /// Groups of heads that share keys and values [default: one for each head]
    #[arg(long, value_name = "G")]
    groups: Option<usize>,
    /// The width of a head of attention
    #[arg(long, value_name = "D")]
    size: Option<usize>,
    /// Whether attention has rotary positions
    #[arg(long)]
    rotary: bool,
    /// The length of the sequence that attention reads [default: 4]
    #[arg(long, value_name = "T")]
    positions: Option<usize>,
    /// Search polynomials up to this degree that gradient flow conserves, in place of symmetries [without a value: 2]
    #[arg(long, value_name = "DEGREE", num_args = 0..=1, default_missing_value = "2", value_parser = clap::value_parser!(u32).range(1..=i64::from(HIGHEST_DEGREE)))]
    conserved: Option<u32>,
    /// The seed of the random points
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Bits, for networks that are not rational; the others are searched exactly
    #[arg(long, value_name = "BITS", default_value_t = DEFAULT_PRECISION, value_parser = parse_precision)]
    precision: u32,
    /// Text for people, a document for programs, or LaTeX to paste
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A multilayer perceptron.
    Mlp,
    /// A layer of attention.
    Attention,
}

/// The most parameters that a network described by flags may have before it is built.
const MOST_PARAMETERS: usize = 100_000;

impl Arguments {
    fn network(&self) -> Result<Network, Failure> {
        if let (Some(with), Some(loss)) = (&self.with, &self.loss) {
            return formula(with, loss);
        }
        match (&self.model, self.kind) {
            (Some(model), _) => Ok(file::read(model)?.network),
            (None, Some(Kind::Mlp)) => self.mlp(),
            (None, Some(Kind::Attention)) => self.attention(),
            (None, None) => Err(Failure::Usage(
                "expected a model file, --kind, or the formula of a --loss and its --with".to_owned(),
            )),
        }
    }

    /// The loss of a network by its name.
    fn named_loss(&self) -> Result<Loss, Failure> {
        let Some(name) = &self.loss else { return Ok(Loss::SquaredError) };
        name.parse().map_err(|error: String| {
            let hint = if self.model.is_none() { "; a formula needs --with" } else { "" };
            Failure::Usage(format!("{error}{hint}"))
        })
    }

    /// Flags that belong to the other kind.
    fn refuse(&self, kind: &str, flags: &[(&str, bool)]) -> Result<(), Failure> {
        match flags.iter().find(|(_, given)| *given) {
            Some((flag, _)) => Err(Failure::Usage(format!("--{flag} is not an option of --kind {kind}"))),
            None => Ok(()),
        }
    }

    fn mlp(&self) -> Result<Network, Failure> {
        self.refuse(
            "mlp",
            &[
                ("width", self.width.is_some()),
                ("heads", self.heads.is_some()),
                ("groups", self.groups.is_some()),
                ("size", self.size.is_some()),
                ("rotary", self.rotary),
                ("positions", self.positions.is_some()),
            ],
        )?;
        if self.widths.len() < 2 || self.widths.contains(&0) {
            return Err(Failure::Usage(
                "--kind mlp needs --widths: at least two, each at least 1, such as 3,4,2".to_owned(),
            ));
        }
        let layer = |pair: &[usize]| pair[0].checked_add(1)?.checked_mul(pair[1]);
        let count = self.widths.windows(2).try_fold(0_usize, |count, pair| count.checked_add(layer(pair)?));
        check_size(count)?;
        let activation = self.activation.ok_or_else(|| {
            let names: Vec<_> = Activation::ALL.iter().map(|(name, _)| *name).collect();
            Failure::Usage(format!("--kind mlp needs --activation: one of {}", names.join(", ")))
        })?;
        let build = if self.normalised { Network::normalised_mlp } else { Network::mlp };
        Ok(build(&self.widths, activation, self.bias, self.named_loss()?))
    }

    fn attention(&self) -> Result<Network, Failure> {
        self.refuse(
            "attention",
            &[
                ("widths", !self.widths.is_empty()),
                ("activation", self.activation.is_some()),
                ("normalised", self.normalised),
            ],
        )?;
        let needed = |flag: &str, value: Option<usize>| {
            value.ok_or_else(|| Failure::Usage(format!("--kind attention needs --{flag}")))
        };
        let (width, size) = (needed("width", self.width)?, needed("size", self.size)?);
        let heads = self.heads.unwrap_or(1);
        let groups = self.groups.unwrap_or(heads);
        let positions = self.positions.unwrap_or(4);
        if self.rotary && size % 2 == 1 {
            return Err(Failure::Usage(format!(
                "--rotary turns pairs of coordinates: --size must be even, found {size}"
            )));
        }
        let across = heads.checked_add(groups).and_then(|both| both.checked_mul(size)?.checked_mul(2));
        check_size(across.and_then(|across| across.checked_mul(width.checked_add(1)?)))?;
        check_size(positions.checked_mul(width))?;
        let rotary = if self.rotary { AttentionShape::default_rotary(size) } else { Vec::new() };
        let shape = AttentionShape { heads, groups, size, rotary, causal: true, bias: self.bias };
        let layers = vec![Named { name: "attention".to_owned(), layer: Layer::Attention(shape) }];
        let composed = Composed::new(positions, width, layers, self.named_loss()?);
        composed.map(Network::Composed).map_err(|error| Failure::Usage(error.to_string()))
    }
}

/// A loss that is given as a formula, of the largest sizes that are declared.
fn formula(with: &str, loss: &str) -> Result<Network, Failure> {
    // Any law about the loss is read with it, and looks whether it is defined anywhere.
    let texts = Texts { with, loss, law: "L = 0", ..Texts::default() };
    let law = read(&texts).map_err(|(part, fault)| complain_of(&texts, "--loss", part, fault))?;
    let sizes = law.question.signature.sizes.iter().map(|size| (size.name.clone(), *size.range.end())).collect();
    let model = FormulaModel::new(&law.question.model, &sizes);
    let model = model.map_err(|_| Failure::BadData("the formula is too large for these sizes".to_owned()))?;
    Ok(Network::Formula(model))
}

fn check_size(count: Option<usize>) -> Result<(), Failure> {
    match count {
        Some(count) if count <= MOST_PARAMETERS => Ok(()),
        _ => {
            Err(Failure::Usage(format!("the network is too large: at most {MOST_PARAMETERS} parameters are accepted")))
        }
    }
}

impl From<DiscoveryError> for Failure {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::TooLarge { .. }
            | DiscoveryError::TooManyMonomials { .. }
            | DiscoveryError::Constant { .. } => Failure::BadData(error.to_string()),
            DiscoveryError::Precision(_) => Failure::Usage(error.to_string()),
            DiscoveryError::UnclearRank { .. } | DiscoveryError::NotRational => Failure::Internal(error.to_string()),
        }
    }
}

/// Discovers and reports.
///
/// # Errors
/// Flags that do not describe a network, one that is too large, or a search without a clear answer.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = Settings { seed: arguments.seed, precision: arguments.precision };
    let network = arguments.network()?;
    let Some(degree) = arguments.conserved else { return run_on(&network, settings, arguments.format) };
    let found = conserved(&network, &settings, degree)?;
    let text = match arguments.format {
        Format::Text => conserved_report::text(&found, output::width()),
        Format::Json => format!("{:#}\n", conserved_report::document(&found, &settings)),
        Format::Latex => conserved_report::to_latex(&found),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

/// Discovers the symmetries of any network and reports.
///
/// # Errors
/// If it is too large, its loss is constant, the search has no clear answer, or the report cannot be written.
pub(super) fn run_on(network: &Network, settings: Settings, format: Format) -> Result<Exit, Failure> {
    let discovery = discover(network, &settings)?;
    let text = match format {
        Format::Text => report::text(&discovery, output::width()),
        Format::Json => format!("{:#}\n", report::document(&discovery, &settings)),
        Format::Latex => report::to_latex(&discovery),
    };
    let _ = print(&text)?;
    // A law that follows from a generator cannot fail, unless the program is wrong.
    let failed = discovery.balance_laws.iter().chain(&discovery.affine_laws).find(|law| !law.verified);
    match failed {
        Some(law) => Err(Failure::Internal(format!("a law failed its verification: {}", law.formula))),
        None => Ok(Exit::Success),
    }
}
