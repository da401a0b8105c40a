//! Did you mean?

/// Below this Jaro-Winkler similarity two names have nothing to do with each other.
const SIMILAR: f64 = 0.75;

/// The most similar of the known names, if any is similar.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    // In a short word one slip is much of it.
    let is_slip = |candidate: &str| name.len().min(candidate.len()) >= 3 && strsim::osa_distance(&name, candidate) == 1;
    let similarity = |candidate: &str| {
        let similarity = strsim::jaro_winkler(&name, candidate);
        if is_slip(candidate) { similarity.max(SIMILAR) } else { similarity }
    };
    known
        .into_iter()
        .map(|candidate| (similarity(candidate), candidate))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `unknown claim `x`: did you mean `y`?`, or without a suggestion where nothing is similar.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(candidate) => format!("unknown {what} `{name}`: did you mean `{candidate}`?"),
        None => format!("unknown {what} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_corrected_and_nonsense_is_not() {
        let known = ["balance/neuron", "noether/sgd-charge"];
        assert!(unknown("claim", "balance/neurn", known).contains("`balance/neuron`"));
        assert!(unknown("claim", "Noether/sgdcharge", known).contains("`noether/sgd-charge`"));
        assert_eq!(unknown("claim", "xyzzy", known), "unknown claim `xyzzy`");
        assert_eq!(nearest("mpl", ["decoder", "mlp", "auto"]), Some("mlp"));
        assert_eq!(nearest("b", ["a", "c"]), None);
    }
}
