//! `equipartition check`: a law typed on the command line.

use super::output::{print, width};
use super::question::{Format, Question, complain_of};
use super::{Exit, Failure};
use crate::formula::read::{Part, Texts, read, unused, used};
use crate::formula::relations::Sequel;
use crate::formula::{Answer, FormulaClaim, FormulaLaw};
use crate::report::{answer as report, relations};
use clap::Args;
use equipartition_formula::Fault;

/// Check a law that is typed as a formula, about a loss that is typed as a formula
///
/// Names, shapes and sizes are declared with --with: parameters, data (whatever begins with x or y, or stands behind the word
/// `data`), and ranges of sizes. The law is judged as every claim is, on random instances of all sizes, exactly where everything is
/// rational; an equality that holds for losses without structure too is called a tautology. One that fails is answered with a counterexample of
/// few digits and with the nearest law that holds, one that holds with what else holds among its terms and what it does not need.
#[derive(Args)]
// By itself it would be wider than 80 columns.
#[command(override_usage = "equipartition check [OPTIONS] --loss <FORMULA> --with <DECLARATIONS>\n       <LAW>")]
#[command(after_help = "\
Examples:
  equipartition check 'E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)' --loss '(u (w @ x)^2 - y)^2' --with 'u, w[n], x[n], y; n in 1..3' --at stationary
  equipartition check 'rate(sum(w^2) - u^2) = 0' --loss '(u tanh(w @ x) - y)^2' --with 'u, w[n], x[n], y; n in 1..3'
  equipartition check 'for z: u g.u = w @ g.w' --loss '(u (w @ x) - y)^2' --with 'u, w[n], x[n], y; n in 1..3' --format json")]
pub struct Arguments {
    /// The law: two sides and `=`, `<=`, `>=`, or `~` and a power of eta, gamma or h
    #[arg(value_name = "LAW", allow_hyphen_values = true)]
    law: String,
    #[command(flatten)]
    pub(super) question: Question,
    /// A loss of the same declarations for which the law has to fail; as often as wanted
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    control_loss: Vec<String>,
    /// Answer the law alone: seek no nearest law, and nothing beyond one that holds
    #[arg(long)]
    alone: bool,
}

/// Checks the law and answers.
///
/// # Errors
/// If a formula makes no sense, or the answer cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let question = &arguments.question;
    let law = read_law(arguments, &question.loss, "--loss")?;
    refuse_unused(&question.texts(&question.loss, &arguments.law)?)?;
    let mut claim = FormulaClaim::new("check/law".to_owned(), "the law asked for".to_owned(), &law);
    for (number, loss) in arguments.control_loss.iter().enumerate() {
        let control = read_law(arguments, loss, "--control-loss")?;
        claim = claim.with_control(format!("loss-{}", number + 1), format!("l = {loss}"), &control);
    }
    let answer = Answer::find(&law, &claim, question.settings(), question.instances);
    let texts = question.texts(&question.loss, &arguments.law)?;
    let sequel = if arguments.alone { Sequel::default() } else { Sequel::find(&texts, &law, &answer) };
    let text = match question.format {
        Format::Text => report::text(&answer, width()) + &relations::sequel(&sequel, width()),
        Format::Json => {
            let mut document = report::document(&answer);
            relations::add_sequel(&mut document, &sequel);
            format!("{document:#}\n")
        }
        Format::Latex => relations::check_to_latex(&answer, &sequel),
    };
    let _ = print(&text)?;
    Ok(Exit::from(answer.report.verdict))
}

/// A definition that the law does not refer to has no effect.
fn refuse_unused(texts: &Texts<'_>) -> Result<(), Failure> {
    let used = used(&texts.define, texts.law);
    match (0..texts.define.len()).find(|place| !used.contains(place)) {
        Some(place) => {
            let name = texts.define[place].0;
            let fault = Fault::new(0..name.len(), unused(name));
            Err(complain_of(texts, "--loss", Part::DefinedName(place), fault))
        }
        None => Ok(()),
    }
}

/// The law about a loss, which is the value of an option.
fn read_law(arguments: &Arguments, loss: &str, option: &str) -> Result<FormulaLaw, Failure> {
    let texts = arguments.question.texts(loss, &arguments.law)?;
    read(&texts).map_err(|(part, fault)| complain_of(&texts, option, part, fault))
}
