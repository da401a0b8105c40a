//! Laws like one that does not hold, with products of matrices taken on the other side: `A.T @ A` where `A @ A.T` was written.
//!
//! Such a law is no other vector of coefficients: its terms are others, and may have another shape. So each has a null space of its own to be in.

use super::change::Change;
use equipartition_formula::{Coefficient, Summand, Turn, parse_expression};

/// The most terms with such products, and the most laws that are tried.
const MOST_TURNED: usize = 4;
const MOST_TRIED: usize = 32;

/// A law with some of its terms turned.
pub struct Turned {
    /// Of every term whether it stands on the right, its coefficient, and the term.
    pub terms: Vec<(bool, Coefficient, String)>,
    /// What is changed.
    pub changes: Vec<Change>,
}

/// The laws, those of fewest turned terms first.
pub fn turned(summands: &[Summand]) -> Vec<Turned> {
    let ways: Vec<(usize, Vec<String>)> = summands
        .iter()
        .enumerate()
        .map(|(place, summand)| (place, turned_terms(&summand.term)))
        .filter(|(_, terms)| !terms.is_empty())
        .collect();
    if ways.len() > MOST_TURNED {
        return Vec::new();
    }
    // Of every term what it is turned to, or nothing.
    let mut choices: Vec<Vec<(usize, &str)>> = vec![Vec::new()];
    for (place, terms) in &ways {
        let further: Vec<Vec<(usize, &str)>> = choices
            .iter()
            .flat_map(|chosen| terms.iter().map(|term| [&chosen[..], &[(*place, term.as_str())]].concat()))
            .collect();
        choices.extend(further);
    }
    choices.sort_by_key(Vec::len);
    choices.iter().skip(1).take(MOST_TRIED).map(|chosen| law(summands, chosen)).collect()
}

fn law(summands: &[Summand], chosen: &[(usize, &str)]) -> Turned {
    let term = |(place, summand): (usize, &Summand)| {
        let turned = chosen.iter().find(|(known, _)| *known == place).map(|(_, term)| *term);
        (summand.is_right, summand.coefficient.clone(), turned.unwrap_or(&summand.term).to_owned())
    };
    let change =
        |(place, to): &(usize, &str)| Change::Turned { term: summands[*place].term.clone(), to: (*to).to_owned() };
    Turned { terms: summands.iter().enumerate().map(term).collect(), changes: chosen.iter().map(change).collect() }
}

/// A term with its products turned, in one way or in two.
fn turned_terms(term: &str) -> Vec<String> {
    let Ok(parsed) = parse_expression(term) else { return Vec::new() };
    let mut terms: Vec<String> = [Turn::Around, Turn::Over]
        .iter()
        .filter_map(|turn| parsed.turned(*turn))
        .map(|term| term.to_string())
        .collect();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_with_fewer_turned_terms_come_first() {
        let summand =
            |is_right, term: &str| Summand { is_right, coefficient: Coefficient::one(), term: term.to_owned() };
        let summands = [summand(false, "A @ A.T"), summand(true, "B @ g.B.T"), summand(true, "u")];
        let laws: Vec<String> = turned(&summands)
            .iter()
            .map(|law| law.terms.iter().map(|(.., term)| term.as_str()).collect::<Vec<_>>().join(", "))
            .collect();
        assert_eq!(
            laws,
            [
                "A.T @ A, B @ g.B.T, u",
                "A @ A.T, g.B.T @ B, u",
                "A @ A.T, B.T @ g.B, u",
                "A.T @ A, g.B.T @ B, u",
                "A.T @ A, B.T @ g.B, u",
            ]
        );
    }
}
