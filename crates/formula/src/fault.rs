//! What is wrong with a formula, and where.

use std::ops::Range;

/// A message about a part of a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The bytes of the text that are meant.
    pub span: Range<usize>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Fault {
    /// About the bytes `span`.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Fault { span, message: message.into() }
    }
}

/// Below this Jaro-Winkler similarity two names have nothing to do with each other.
const SIMILAR: f64 = 0.75;

/// The most similar of the known names, if any is similar.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |candidate: &str| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    let candidates = known.into_iter().map(|candidate| (similarity(candidate), candidate));
    let similar = candidates.filter(|(similarity, _)| *similarity >= SIMILAR);
    similar.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}

/// `unknown name `x`: did you mean `y`?`, with all names where nothing is similar and they are few.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(candidate) => format!("unknown {what} `{name}`: did you mean `{candidate}`?"),
        None if known.is_empty() || known.len() > MOST_NAMED => format!("unknown {what} `{name}`"),
        None => format!("unknown {what} `{name}`: there is {}", list(&known)),
    }
}

/// Longer lists help nobody.
const MOST_NAMED: usize = 24;

/// `a`, `b` and `c`
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_corrected_and_nonsense_is_not() {
        assert_eq!(unknown("name", "gama", ["gamma", "eta"]), "unknown name `gama`: did you mean `gamma`?");
        assert_eq!(unknown("name", "zq", ["gamma", "eta"]), "unknown name `zq`: there is `gamma` and `eta`");
    }
}
