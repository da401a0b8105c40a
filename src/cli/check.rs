//! `equipartition check`: a law typed on the command line.

use super::limits::MOST_INSTANCES;
use super::output::print;
use super::{Exit, Failure, Format, parse_precision};
use crate::complaint::Complaint;
use crate::formula::read::{Part, Texts, read};
use crate::formula::{Answer, FormulaClaim, FormulaLaw, Where};
use crate::report::{DEFAULT_PRECISION, answer as report};
use crate::verify::{Effort, Settings};
use clap::{Args, ValueEnum};
use equipartition_formula::{Fault, Rates};

/// Check a law that is typed as a formula, about a loss that is typed as a formula
///
/// Names, shapes and sizes are declared with --with: parameters, data (whatever begins with x or y, or stands behind the word
/// `data`), and ranges of sizes. The law is judged as every claim is, on random instances of all sizes, exactly where everything is
/// rational; a law that holds for losses without structure too is called a tautology, and one that fails is answered with a
/// counterexample of few digits.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition check 'E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)' --loss '(u (w @ x)^2 - y)^2' --with 'u, w[n], x[n], y; n in 1..3' --at stationary
  equipartition check 'rate(sum(w^2) - u^2) = 0' --loss '(u tanh(w @ x) - y)^2' --with 'u, w[n], x[n], y; n in 1..3'
  equipartition check 'for z: u g.u = w @ g.w' --loss '(u (w @ x) - y)^2' --with 'u, w[n], x[n], y; n in 1..3' --format json")]
pub struct Arguments {
    /// The law: two sides and `=`, `<=`, `>=`, or `~` and a power of eta, gamma or h
    #[arg(value_name = "LAW", allow_hyphen_values = true)]
    law: String,
    /// The loss of one sample
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    loss: String,
    /// Parameters, data and sizes, such as 'u, w[n], x[n], y; n in 1..3'
    #[arg(long, value_name = "DECLARATIONS")]
    with: String,
    /// A name for a part of the law, such as 'C = sum(w^2) - u^2'; as often as needed
    #[arg(long, value_name = "NAME = FORMULA")]
    define: Vec<String>,
    /// At which points the law is asserted
    #[arg(long, value_enum, default_value_t)]
    at: At,
    /// Which matrix of learning rates Lambda is
    #[arg(long, value_enum, default_value_t)]
    rates: RatesName,
    /// A loss of the same declarations for which the law has to fail; as often as wanted
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    control_loss: Vec<String>,
    /// The seed from which all instances are drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Instances of the law, half as many of each control
    #[arg(long, value_name = "COUNT", default_value_t = Effort::Default.instances(), value_parser = clap::value_parser!(u64).range(1..=MOST_INSTANCES))]
    instances: u64,
    /// The top P of the precision ladder P/4, P/2, P, in bits, for what is not rational
    #[arg(long, value_name = "BITS", default_value_t = DEFAULT_PRECISION, value_parser = parse_precision)]
    precision: u32,
    /// Text for people, or an object for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// At which points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum At {
    /// At every point
    #[default]
    Anywhere,
    /// Where grad F = 0, at points made exactly stationary
    Stationary,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum RatesName {
    /// eta times the identity
    #[default]
    Scalar,
    /// A rate for each parameter
    Diagonal,
    /// Any symmetric positive definite matrix
    Full,
}

/// Checks the law and answers.
///
/// # Errors
/// If a formula makes no sense, or the answer cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let law = read_law(arguments, &arguments.loss, "--loss")?;
    let mut claim = FormulaClaim::new("check/law".to_owned(), "the law asked for".to_owned(), &law);
    for (number, loss) in arguments.control_loss.iter().enumerate() {
        let control = read_law(arguments, loss, "--control-loss")?;
        claim = claim.with_control(format!("loss-{}", number + 1), format!("l = {loss}"), &control);
    }
    let settings = Settings::new(arguments.seed, arguments.precision);
    let answer = Answer::find(&law, &claim, settings, arguments.instances);
    let text = match arguments.format {
        Format::Text => report::text(&answer),
        Format::Json => format!("{:#}\n", report::document(&answer)),
    };
    let _ = print(&text)?;
    Ok(Exit::from(answer.report.verdict))
}

/// The law about a loss, which is the value of an option.
fn read_law(arguments: &Arguments, loss: &str, option: &str) -> Result<FormulaLaw, Failure> {
    let mut define = Vec::new();
    for text in &arguments.define {
        let Some((name, formula)) = text.split_once('=') else {
            let fault = Fault::new(0..text.len(), "a definition is a name, `=` and a formula");
            return Err(complain("--define", text, fault));
        };
        define.push((name.trim(), formula));
    }
    let texts = Texts {
        with: &arguments.with,
        loss,
        define,
        law: &arguments.law,
        place: match arguments.at {
            At::Anywhere => Where::Anywhere,
            At::Stationary => Where::Stationary,
        },
        rates: match arguments.rates {
            RatesName::Scalar => Rates::Scalar,
            RatesName::Diagonal => Rates::Diagonal,
            RatesName::Full => Rates::Full,
        },
    };
    read(&texts).map_err(|(part, fault)| {
        let (place, text) = match part {
            Part::With => ("--with", texts.with),
            Part::Loss => (option, loss),
            Part::Law => ("law", texts.law),
            Part::Definition(place) => ("--define", texts.define[place].1),
            Part::DefinedName(place) => {
                let name = texts.define[place].0;
                return complain("--define", name, Fault::new(0..name.len(), fault.message));
            }
        };
        complain(place, text, fault)
    })
}

/// The fault with its place underlined.
fn complain(place: &str, text: &str, fault: Fault) -> Failure {
    Failure::BadData(Complaint::new(place, text, fault.span, fault.message).to_string())
}
