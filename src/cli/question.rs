//! What laws that are typed are about: the options that `check` and `relate` share, and how what is wrong with them is told.

use super::Failure;
use super::limits::MOST_INSTANCES;
use super::parse_precision;
use crate::complaint::Complaint;
use crate::formula::Where;
use crate::formula::read::{Part, Texts};
use crate::report::DEFAULT_PRECISION;
use crate::verify::{Effort, Settings};
use clap::{Args, ValueEnum};
use equipartition_formula::{Fault, Rates};

/// The options.
#[derive(Args)]
pub struct Question {
    /// The loss of one sample
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub loss: String,
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
    /// The seed from which all instances are drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Instances of the law, half as many of each control
    #[arg(long, value_name = "COUNT", default_value_t = Effort::Default.instances(), value_parser = clap::value_parser!(u64).range(1..=MOST_INSTANCES))]
    pub instances: u64,
    /// The top P of the precision ladder P/4, P/2, P, in bits, for what is not rational
    #[arg(long, value_name = "BITS", default_value_t = DEFAULT_PRECISION, value_parser = parse_precision)]
    precision: u32,
    /// Text for people, an object for programs, or LaTeX to paste
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How the answer is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Formulas and a table of a LaTeX document with amsmath, amssymb and booktabs.
    Latex,
}

/// At which points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum At {
    /// At every point
    #[default]
    Anywhere,
    /// Where grad F = 0, exactly, by the weights of the mean and gamma
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

impl Question {
    /// Seed and precision.
    pub fn settings(&self) -> Settings {
        Settings::new(self.seed, self.precision)
    }

    /// The texts of a law about a loss.
    ///
    /// # Errors
    /// If a definition is none.
    pub fn texts<'a>(&'a self, loss: &'a str, law: &'a str) -> Result<Texts<'a>, Failure> {
        let mut define = Vec::new();
        for text in &self.define {
            let Some((name, formula)) = text.split_once('=') else {
                let fault = Fault::new(0..text.len(), "a definition is a name, `=` and a formula");
                return Err(complain("--define", text, fault));
            };
            define.push((name.trim(), formula));
        }
        Ok(Texts {
            with: &self.with,
            loss,
            define,
            law,
            place: match self.at {
                At::Anywhere => Where::Anywhere,
                At::Stationary => Where::Stationary,
            },
            rates: match self.rates {
                RatesName::Scalar => Rates::Scalar,
                RatesName::Diagonal => Rates::Diagonal,
                RatesName::Full => Rates::Full,
            },
        })
    }
}

/// What is wrong with a part of the texts, of which the loss is the value of an option.
pub fn complain_of(texts: &Texts<'_>, option: &str, part: Part, fault: Fault) -> Failure {
    let (place, text) = match part {
        Part::With => ("--with", texts.with),
        Part::Loss => (option, texts.loss),
        Part::Law => ("law", texts.law),
        Part::Definition(place) => ("--define", texts.define[place].1),
        Part::DefinedName(place) => {
            let name = texts.define[place].0;
            return complain("--define", name, Fault::new(0..name.len(), fault.message));
        }
    };
    complain(place, text, fault)
}

/// The fault with its place underlined.
pub fn complain(place: &str, text: &str, fault: Fault) -> Failure {
    Failure::BadData(Complaint::new(place, text, fault.span, fault.message).to_string())
}
