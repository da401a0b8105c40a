//! How much may be asked for, and how a time is written: on the command line and in equipartition.toml alike.

use crate::verify::Effort;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::time::Duration;

/// More instances would take longer than anybody waits.
pub(super) const MOST_INSTANCES: u64 = 100_000;
/// More threads than any machine has cores.
pub(super) const MOST_JOBS: i64 = 1024;

/// Reads a time: seconds, or a number with the unit s, m or h.
pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((end, 's')) => (&text[..end], 1.0),
        Some((end, 'm')) => (&text[..end], 60.0),
        Some((end, 'h')) => (&text[..end], 3600.0),
        _ => (text, 1.0),
    };
    let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = number.parse::<f64>().ok().filter(|_| digits);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds * unit).ok());
    time.ok_or_else(|| "a time is a number of seconds, or such as 90s, 5m or 1h".to_owned())
}

/// The judge's efforts by their names.
pub(super) fn efforts() -> impl TypedValueParser<Value = Effort> {
    let shown = |effort: Effort| {
        let steps = match effort {
            Effort::Quick | Effort::Default => 17,
            Effort::Thorough => 20,
        };
        let help = format!("{} instances, simulations of 2^{steps} steps", effort.instances());
        PossibleValue::new(effort.name()).help(help)
    };
    PossibleValuesParser::new(Effort::ALL.map(shown)).map(|name| {
        Effort::ALL.into_iter().find(|effort| effort.name() == name).expect("one of the names that are possible")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_unless_they_say_otherwise() {
        for (text, seconds) in [("0", 0.0), ("90", 90.0), ("90s", 90.0), ("0.5s", 0.5), ("5m", 300.0), ("1h", 3600.0)] {
            assert_eq!(parse_time(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "s", "-1", "1d", "nan", "inf", "1e3", "5 m", "1h30m", "1.2.3", "9".repeat(400).as_str()] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
