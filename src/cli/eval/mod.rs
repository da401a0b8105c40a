//! `equipartition eval`: quantities at a point, for other programs.
//!
//! | module | step |
//! |---|---|
//! | [`request`] | JSON to a request, member by member |
//! | [`numerals`] | numbers as they were written, to exact ones |
//! | [`point`] | a request to a checked point, exact |
//! | [`deep_linear`] | a request to the checked setting of a deep linear network, exact |
//! | [`size`] | limits |
//! | [`answer`] | evaluation at a point in the scalar asked for, and numbers as text |
//! | [`minima`] | entropy and sharpness at the minima of a deep linear network, rounded to the scalar asked for |

mod answer;
mod deep_linear;
mod memory;
mod minima;
mod numerals;
mod point;
mod request;
mod size;

use self::deep_linear::DeepLinear;
use self::point::Point;
use self::request::Request;
use super::output::{Reader, complain, print};
use super::{Exit, Failure};
use crate::visible;
use clap::Args;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// Evaluate the entropic loss at a point, or deep linear minima, as asked in JSON
///
/// The input is one request, or several as JSON Lines, each answered on a line of its own. In JSON Lines a request that
/// cannot be answered gets an error object on its line, the others are answered, and the exit code is 65.
#[derive(Args)]
#[command(after_help = "\
Example of a request:
  {\"model\": {\"kind\": \"mlp\", \"widths\": [2, 3, 1], \"activation\": \"relu\"},
   \"loss\": \"squared-error\", \"samples\": [{\"x\": [\"1/2\", \"-3\"], \"y\": [\"1\"]}],
   \"theta\": [\"1/3\", \"1\", \"0\", \"2\", \"1\", \"1\", \"1\", \"-1\", \"0.5\"],
   \"learning_rate\": \"1/100\", \"scalar\": \"rational\", \"quantities\": [\"loss\", \"entropy\"]}

Example for a deep linear network, of the least entropy of a global minimum and of the sharpness there:
  {\"model\": {\"kind\": \"deep-linear\", \"input_covariance\": [[\"2\", \"1\"], [\"1\", \"3\"]],
             \"noise_covariance\": [[\"1/4\"]], \"target\": [[\"1\", \"-2\"]], \"depth\": 3},
   \"scalar\": {\"mpfr\": 256}, \"quantities\": [\"entropy_minimum\", \"sharpness_entropic\"]}")]
pub struct Arguments {
    /// A file with requests; - for standard input
    #[arg(value_name = "REQUEST.json")]
    request: String,
}

/// Answers the requests.
///
/// # Errors
/// If the input cannot be read, or a single request cannot be answered.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut input = Input::open(&arguments.request)?;
    let Some(first) = input.next_line()? else {
        return Err(Failure::BadData(format!("{}: no request: the input is empty", input.place)));
    };
    if is_complete(&first.text) {
        return answer_lines(std::iter::once(Ok(first)).chain(std::iter::from_fn(|| input.next_line().transpose())));
    }
    let rest = input.rest(&first.text)?;
    let text = [first.text.as_str(), &rest].concat();
    if is_complete(&text) || !has_request_line(&text) {
        // Of what is no document the file is at fault, of a document a member of it.
        let place = if is_complete(&text) { String::new() } else { format!("{}: ", input.place) };
        let answer = answer(&text).map_err(|message| Failure::BadData(format!("{place}{message}")))?;
        let _ = print(&format!("{answer}\n"))?;
        return Ok(Exit::Success);
    }
    let lines = text.lines().zip(first.number..).filter(|(line, _)| !line.trim().is_empty());
    answer_lines(lines.map(|(line, number)| Ok(Line { number, text: line.to_owned() })))
}

fn answer(text: &str) -> Result<Value, String> {
    let request = Request::read(text)?;
    match request.kind() {
        Some(deep_linear::KIND) => minima::answer(&DeepLinear::new(request)?),
        _ => {
            let point = Point::new(request)?;
            memory::check(&point)?;
            answer::answer(&point)
        }
    }
}

fn answer_lines(lines: impl Iterator<Item = Result<Line, Failure>>) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for line in lines {
        let Line { number, text } = line?;
        let answer = answer(&text).unwrap_or_else(|message| {
            // Of the two numbers of lines only that of the input tells something.
            let message = message.replace(" at line 1 column ", " at column ");
            exit = Exit::BadData;
            complain(&visible::message(&format!("error: line {number}: {message}")));
            Failure::BadData(message).to_json(Some(number))
        });
        if print(&format!("{answer}\n"))? == Reader::Gone {
            break;
        }
    }
    Ok(exit)
}

/// Whether the text is one JSON value.
fn is_complete(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether some line is an object by itself, so that the text is rather JSON Lines with an error than one document.
fn has_request_line(text: &str) -> bool {
    text.lines().any(|line| line.starts_with('{') && is_complete(line))
}

/// What some editors write before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

struct Line {
    number: usize,
    text: String,
}

/// Requests from a file or from standard input, never more of them in memory than one.
struct Input {
    place: String,
    reader: Box<dyn BufRead>,
    lines: usize,
}

impl Input {
    fn open(path: &str) -> Result<Self, Failure> {
        if path == "-" {
            return Ok(Input { place: "standard input".to_owned(), reader: Box::new(io::stdin().lock()), lines: 0 });
        }
        let file = File::open(path).map_err(|error| Failure::reading(path, error))?;
        Ok(Input { place: path.to_owned(), reader: Box::new(BufReader::new(file)), lines: 0 })
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> Result<Option<Line>, Failure> {
        loop {
            let mut text = String::new();
            let mut limited = (&mut self.reader).take(size::LONGEST_REQUEST);
            let length = limited.read_line(&mut text).map_err(|error| Failure::reading(&self.place, error))?;
            if self.lines == 0 && text.starts_with(BYTE_ORDER_MARK) {
                text.remove(0);
            }
            self.lines += 1;
            self.check_length(length)?;
            if length == 0 {
                return Ok(None);
            }
            if !text.trim().is_empty() {
                return Ok(Some(Line { number: self.lines, text }));
            }
        }
    }

    /// Everything after the lines that were read.
    fn rest(&mut self, before: &str) -> Result<String, Failure> {
        let mut text = String::new();
        let left = size::LONGEST_REQUEST - before.len() as u64;
        let length = (&mut self.reader).take(left).read_to_string(&mut text);
        let length = length.map_err(|error| Failure::reading(&self.place, error))?;
        self.check_length(before.len() + length)?;
        Ok(text)
    }

    fn check_length(&self, length: usize) -> Result<(), Failure> {
        let limit = size::LONGEST_REQUEST;
        if (length as u64) < limit {
            return Ok(());
        }
        Err(Failure::BadData(format!("{}: a request is shorter than {} MiB", self.place, limit >> 20)))
    }
}
