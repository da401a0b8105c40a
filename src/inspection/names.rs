//! One name for a tensor in all files: each wrapper (`module.`, `_orig_mod.`) puts something before all names of the file that was saved through it.

use crate::checkpoint::Checkpoint;

/// What an optimiser may tell of all tensors together.
const OF_ALL: &str = "step";

/// Beginnings that end in a point and that all names have; the empty one is the first.
fn common_beginnings<'a>(mut names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let Some(first) = names.next() else { return vec![""] };
    let ends = first.match_indices('.').map(|(point, _)| point + 1);
    let mut beginnings: Vec<&str> = std::iter::once(0).chain(ends).map(|end| &first[..end]).collect();
    for name in names {
        beginnings.retain(|beginning| name.starts_with(beginning));
    }
    beginnings
}

/// Whether a name is that of a parameter, or of what an optimiser keeps of one: `NAME` or `NAME.exp_avg`.
fn is_of(weights: &Checkpoint, name: &str) -> bool {
    let has = |name: &str| weights.get(name).is_some();
    has(name) || name.rsplit_once('.').is_some_and(|(parameter, _)| has(parameter))
}

/// Whether a name in a companion of the weights is that of a parameter, of what an optimiser keeps of one, or of what it tells of all.
pub(super) fn is_known(weights: &Checkpoint, name: &str) -> bool {
    name == OF_ALL || is_of(weights, name)
}

/// Gradients, or what an optimiser keeps, under the names that the parameters have in `weights`.
///
/// If no name is that of a parameter, but all of them are once each file's common beginning is exchanged for the other's, they are renamed;
/// the shortest beginnings that do are taken. Otherwise nothing is changed.
#[must_use]
pub fn aligned(companion: Checkpoint, weights: &Checkpoint) -> Checkpoint {
    let names = || companion.names().filter(|name| *name != OF_ALL);
    if names().any(|name| is_of(weights, name)) {
        return companion;
    }
    let (here, there) = (common_beginnings(names()), common_beginnings(weights.names()));
    let mut exchanges: Vec<(&str, &str)> =
        here.iter().flat_map(|old| there.iter().map(move |new| (*old, *new))).collect();
    exchanges.sort_by_key(|(old, new)| old.len() + new.len());
    let fits = |(old, new): &(&str, &str)| names().all(|name| is_of(weights, &format!("{new}{}", &name[old.len()..])));
    let Some((old, new)) = exchanges.into_iter().find(fits) else { return companion };
    let (old, new) = (old.len(), new.to_owned());
    companion.renamed(|name| if name == OF_ALL { name.to_owned() } else { format!("{new}{}", &name[old..]) })
}
