//! One report from those of all parts of a run.

use super::{Report, baseline::Settings};

/// Why reports are not the parts of one run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is no report.
    #[error("there is nothing to merge")]
    Nothing,
    /// A report of several is not of a part.
    #[error("{0} is not a part of a run: only reports of `verify --shard` can be merged")]
    NotAShard(String),
    /// Two reports are not of the same run.
    #[error("{first} and {second} are not parts of one run: {what}")]
    Different {
        /// A file.
        first: String,
        /// Another one.
        second: String,
        /// What differs.
        what: String,
    },
    /// A part is missing.
    #[error("part {index} of {count} is missing")]
    Missing {
        /// Which.
        index: u32,
        /// Of how many.
        count: u32,
    },
    /// A part does not hold the claims that are its.
    #[error("{file} should hold {expected}, but holds {found}")]
    OtherClaims {
        /// The file.
        file: String,
        /// Identifiers.
        expected: String,
        /// Identifiers.
        found: String,
    },
}

/// Merges the reports of all parts of a run, each with the name of its file, in any order. A single report that is of no part stays as it is.
///
/// `select` gives the claims that the beginnings of identifiers select, in the order of the registry. The result is the report of
/// the run as a whole, apart from the times.
///
/// # Errors
/// [`MergeError`] if a part is missing, twice there, or of another run.
pub fn merge(reports: Vec<(String, Report)>, select: &dyn Fn(&[String]) -> Vec<String>) -> Result<Report, MergeError> {
    let Some((first_file, first)) = reports.first() else { return Err(MergeError::Nothing) };
    if reports.len() == 1 && first.shard.is_none() {
        return Ok(first.clone());
    }
    let mut count = 0;
    for (file, report) in &reports {
        let shard = report.shard.as_ref().ok_or_else(|| MergeError::NotAShard(file.clone()))?;
        count = shard.count;
        if let Some(what) = difference(first, report) {
            return Err(MergeError::Different { first: first_file.clone(), second: file.clone(), what });
        }
    }
    let inapplicable =
        |id: &str| first.model.iter().flat_map(|model| &model.inapplicable).any(|(known, _)| known == id);
    let selection = first.shard.as_ref().map(|shard| shard.selection.as_slice()).unwrap_or_default();
    let selected = select(selection);
    let selected: Vec<&str> = selected.iter().map(String::as_str).filter(|id| !inapplicable(id)).collect();
    let mut whole = Report { shard: None, comparison: None, claims: Vec::new(), seconds: 0.0, ..first.clone() };
    for index in 1..=count {
        let mut parts = reports.iter().filter_map(|(file, report)| Some((file, report, report.shard.as_ref()?)));
        let mut these = parts.by_ref().filter(|(.., shard)| shard.index == index);
        let (file, report, shard) = these.next().ok_or(MergeError::Missing { index, count })?;
        if let Some((other, ..)) = these.next() {
            let what = format!("both are part {index}");
            return Err(MergeError::Different { first: file.clone(), second: other.clone(), what });
        }
        let expected = shard.part(&selected);
        let found: Vec<&str> = report.claims.iter().map(|claim| claim.entry.id.as_str()).collect();
        if expected != found {
            let list = |ids: &[&str]| if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
            return Err(MergeError::OtherClaims { file: file.clone(), expected: list(&expected), found: list(&found) });
        }
        whole.claims.extend(report.claims.iter().cloned());
        whole.sought.extend(report.sought.clone());
        whole.never_taken.extend(report.never_taken.clone());
        whole.seconds += report.seconds;
    }
    let place = |id: &str| selected.iter().position(|known| *known == id);
    whole.claims.sort_by_key(|claim| place(&claim.entry.id));
    Ok(whole)
}

/// What tells two reports apart that should be parts of one run.
fn difference(first: &Report, second: &Report) -> Option<String> {
    let shard = |report: &Report| report.shard.as_ref().map(|shard| (shard.count, shard.selection.clone()));
    if first.libraries != second.libraries {
        return Some("they come from other versions of GMP or MPFR".to_owned());
    }
    let (one, other) = (Settings::of(first), Settings::of(second));
    if one != other {
        return Some(format!("one was run with {}, the other with {}", one.options(), other.options()));
    }
    if first.model != second.model {
        return Some("the model, or what does not apply to it, differs".to_owned());
    }
    if let (Some((count, selection)), Some((other_count, other_selection))) = (shard(first), shard(second)) {
        if count != other_count {
            return Some(format!("one is of {count} parts, the other of {other_count}"));
        }
        if selection != other_selection {
            return Some("other claims were asked for".to_owned());
        }
    }
    None
}
