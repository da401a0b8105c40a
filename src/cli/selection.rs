//! Which claims are meant, and what was probably meant where there are none.
//!
//! A selection is a list of words, as reports of parts keep it and equipartition.toml may say it: the beginning of an identifier; after `=` a whole
//! identifier; after `!` the beginning of those that are left out.

use super::Failure;
use crate::formula::file::TheoryFile;
use crate::report::plural;
use crate::verify::Claim;
use crate::verify::theory::Theories;
use clap::Args;
use std::path::PathBuf;

/// The options that select claims.
#[derive(Args, Clone, Debug, Default)]
pub struct Selection {
    /// Beginnings of identifiers, such as balance or balance/neuron, and files of theories, which stand for all of their claims; none stands for all claims
    #[arg(value_name = "PREFIX|THEORY.toml")]
    prefixes: Vec<String>,
    /// Take what is given as whole identifiers, not as beginnings
    #[arg(long, requires = "prefixes")]
    exact: bool,
    /// Leave out the claims whose identifiers begin so; may be given several times
    #[arg(long, value_name = "PREFIX")]
    exclude: Vec<String>,
}

impl Selection {
    /// As words; where no claim is named, `otherwise` names them.
    pub fn words(&self, otherwise: &[String]) -> Vec<String> {
        let named = self.prefixes.iter().map(|id| if self.exact { format!("={id}") } else { id.clone() });
        let named: Vec<String> = if self.prefixes.is_empty() { otherwise.to_vec() } else { named.collect() };
        named.into_iter().chain(self.exclude.iter().map(|prefix| format!("!{prefix}"))).collect()
    }

    /// The files of theories among the prefixes.
    pub fn theory_files(&self) -> Vec<PathBuf> {
        self.prefixes.iter().filter(|prefix| is_file(prefix)).map(PathBuf::from).collect()
    }

    /// With the identifiers of their claims for the files.
    pub fn of_claims(self, files: &[TheoryFile]) -> Self {
        let named = |prefix: String| match files.iter().find(|file| file.place == prefix && is_file(&prefix)) {
            Some(file) => file.ids().map(str::to_owned).collect(),
            None => vec![prefix],
        };
        Selection { prefixes: self.prefixes.into_iter().flat_map(named).collect(), ..self }
    }
}

/// No identifier of a claim has a point.
fn is_file(prefix: &str) -> bool {
    prefix.ends_with(".toml")
}

/// Whether a word that names claims names this one.
fn names(word: &str, id: &str) -> bool {
    word.strip_prefix('=').map_or_else(|| id.starts_with(word), |whole| id == whole)
}

/// Whether the words select a claim.
fn selects(words: &[String], id: &str) -> bool {
    let excluded = words.iter().filter_map(|word| word.strip_prefix('!')).any(|prefix| id.starts_with(prefix));
    let mut named = words.iter().filter(|word| !word.starts_with('!')).peekable();
    !excluded && (named.peek().is_none() || named.any(|word| names(word, id)))
}

/// The claims that words select, in the order of the theories.
pub fn claims<'a>(theories: Theories<'a>, words: &[String]) -> Vec<&'a Claim<'a>> {
    theories.claims().into_iter().filter(|claim| selects(words, claim.id)).collect()
}

/// The same; a word that meets no claim is an error, because less would be done, or left out, than was asked for.
///
/// # Errors
/// [`Failure::NothingSelected`] with the identifiers that may have been meant.
pub fn selected<'a>(theories: Theories<'a>, words: &[String]) -> Result<Vec<&'a Claim<'a>>, Failure> {
    let known = theories.claims();
    for word in words {
        let left_out = word.strip_prefix('!');
        let meets =
            |claim: &&Claim| left_out.map_or_else(|| names(word, claim.id), |prefix| claim.id.starts_with(prefix));
        if !known.iter().any(meets) {
            let name = left_out.unwrap_or(word).trim_start_matches('=');
            let option = if left_out.is_some() { "--exclude: " } else { "" };
            return Err(Failure::NothingSelected(format!("{option}no claim matches: {}", unknown(theories, name))));
        }
    }
    let claims = claims(theories, words);
    if claims.is_empty() {
        let message =
            if known.is_empty() { "there is no claim" } else { "no claim is left: every one that matches is excluded" };
        return Err(Failure::NothingSelected(message.to_owned()));
    }
    Ok(claims)
}

/// The claim of that identifier.
///
/// # Errors
/// [`Failure::Usage`] with the identifiers that may have been meant.
pub fn find<'a>(theories: Theories<'a>, id: &str) -> Result<&'a Claim<'a>, Failure> {
    let found = theories.find(id);
    found.ok_or_else(|| {
        let program = super::program();
        Failure::Usage(format!("{} (`{program} list` names them all)", unknown(theories, id)))
    })
}

/// Below this Jaro-Winkler similarity two names have nothing to do with each other.
const SIMILAR: f64 = 0.8;
/// So many identifiers are proposed at most.
const MOST_PROPOSED: usize = 3;

/// `unknown claim `neuron`: did you mean `balance/neuron` or `noether/neuron`?`, or without a proposal where nothing is similar.
fn unknown(theories: Theories, name: &str) -> String {
    let family: Vec<&str> = theories.select(&[format!("{name}/")]).iter().map(|claim| claim.id).collect();
    if let [first, ..] = family[..] {
        return format!(
            "`{name}` is a family of {}, such as `{first}`: name one of them",
            plural(family.len(), "claim")
        );
    }
    let quoted: Vec<String> = proposals(theories, name).iter().map(|id| format!("`{id}`")).collect();
    match &quoted[..] {
        [] => format!("unknown claim `{name}`"),
        [one] => format!("unknown claim `{name}`: did you mean {one}?"),
        [others @ .., last] => format!("unknown claim `{name}`: did you mean {} or {last}?", others.join(", ")),
    }
}

/// What resembles a name most: families and identifiers that are spelt like it, or that have its words in them or in their titles.
fn proposals<'a>(theories: Theories<'a>, name: &str) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = Vec::new();
    for claim in theories.claims() {
        let of_claim = likeness(&name, claim.id, claim.title);
        let of_family = strsim::jaro_winkler(&name, claim.family());
        for (score, id) in [(of_family, claim.family()), (of_claim, claim.id)] {
            if score >= SIMILAR && !scored.iter().any(|(_, known)| *known == id) {
                scored.push((score, id));
            }
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // What is much less like the name than the best was not meant.
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.into_iter().take_while(|(score, _)| *score > best - 0.05).take(MOST_PROPOSED).map(|(_, id)| id).collect()
}

/// From 0 to 1: how much a name resembles an identifier or the part after its slash, as a whole or word by word.
fn likeness(name: &str, id: &str, title: &str) -> f64 {
    let last = id.split_once('/').map_or(id, |(_, last)| last);
    let spelt = strsim::jaro_winkler(name, id).max(strsim::jaro_winkler(name, last));
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).map(str::to_lowercase).collect()
    };
    let (asked, in_id, in_title) = (words(name), words(id), words(title));
    // A title is a weaker hint; a plural or another ending is none.
    let alike = |one: &str, two: &str| one.trim_end_matches('s') == two.trim_end_matches('s');
    let found = |word: &String| -> f64 {
        if in_id.iter().any(|known| alike(known, word)) {
            1.0
        } else if in_title.iter().any(|known| alike(known, word)) {
            0.9
        } else {
            0.0
        }
    };
    let told = asked.iter().map(found).sum::<f64>() / asked.len().max(1) as f64;
    spelt.max(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theories;

    const ALL: Theories<'static> = Theories(theories::ALL);

    fn ids(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        claims(ALL, &words).iter().map(|claim| claim.id).collect()
    }

    #[test]
    fn words_are_beginnings_whole_names_and_exceptions() {
        let all = ids(&[]);
        let balance = ids(&["balance/"]);
        assert!(balance.len() > 2 && balance.iter().all(|id| id.starts_with("balance/")));
        assert_eq!(ids(&["=balance/neuron"]), ["balance/neuron"]);
        assert_eq!(ids(&["=balance"]), [""; 0]);
        assert_eq!(ids(&["!balance/"]).len() + balance.len(), all.len());
        assert_eq!(ids(&["balance/", "!balance/neuron"]).len(), balance.len() - 1);
        let stray = |word: &str| selected(ALL, &[word.to_owned()]).is_err();
        assert!(stray("balanse") && stray("!balanse") && stray("=balance") && !stray("balance"));
        assert!(selected(ALL, &["balance".to_owned(), "!balance".to_owned()]).is_err(), "nothing is left");
    }

    #[test]
    fn what_was_meant_is_proposed() {
        for (name, meant) in [
            ("neuron", "balance/neuron"),
            ("balance/neurn", "balance/neuron"),
            ("Balance/Neuron", "balance/neuron"),
            ("neuron-balance", "balance/neuron"),
            ("balanse", "balance"),
            ("gradient-balance", "balance/neuron"),
            ("sgd-charge", "noether/sgd-charge"),
        ] {
            let found = proposals(ALL, name);
            let in_family = found.iter().any(|id| *id == meant || meant.starts_with(&format!("{id}/")));
            assert!(in_family || name == "gradient-balance" && !found.is_empty(), "{name}: {found:?}");
        }
        assert_eq!(proposals(ALL, "xyzzy"), [""; 0]);
        assert!(proposals(ALL, "balance").len() <= MOST_PROPOSED);
    }
}
