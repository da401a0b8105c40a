//! A relation as the formula of a law.

use equipartition_formula::{Coefficient, Summand};

/// The two sides of a law, from terms with their coefficients and sides.
pub fn law(prefix: &str, terms: &[(bool, Coefficient, &str)]) -> String {
    let side = |is_right: bool| {
        let mut text = String::new();
        for (_, coefficient, term) in
            terms.iter().filter(|(right, coefficient, _)| *right == is_right && !coefficient.is_zero())
        {
            let (is_negative, written) = Summand::written(coefficient, term);
            text += match (text.is_empty(), is_negative) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            };
            text += &written;
        }
        if text.is_empty() { "0".to_owned() } else { text }
    };
    format!("{prefix}{} = {}", side(false), side(true))
}

/// The law that a relation `sum_j c_j term_j = 0` says: what has a number before it stands on the left, what has rates on the right; where
/// all are numbers, the first term stands alone.
pub fn of_relation(prefix: &str, relation: &[(usize, Coefficient)], terms: &[String]) -> String {
    let is_number = |coefficient: &Coefficient| coefficient.as_number().is_some();
    let all_numbers = relation.iter().all(|(_, coefficient)| is_number(coefficient));
    let sided = relation.iter().enumerate().map(|(place, (term, coefficient))| {
        let is_right = if all_numbers { place > 0 } else { !is_number(coefficient) };
        let coefficient = if is_right { coefficient.negated() } else { None }.unwrap_or_else(|| coefficient.clone());
        (is_right, coefficient, terms[*term].as_str())
    });
    law(prefix, &sided.collect::<Vec<_>>())
}

/// A term as it stands behind a coefficient: with brackets if it is a sum, or could be read in another way.
pub fn behind(term: &str) -> String {
    let plain = equipartition_formula::parse_expression(term).is_ok_and(|parsed| {
        use equipartition_formula::syntax::{Join, Kind};
        match &parsed.kind {
            Kind::Sum(_) => false,
            Kind::Product(factors) => factors.iter().skip(1).all(|(join, _)| *join == Join::Beside),
            _ => true,
        }
    });
    if plain { term.to_owned() } else { format!("({term})") }
}
