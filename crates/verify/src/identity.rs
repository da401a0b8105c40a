//! Which kinds of relations are identities: their residuals, expanded, are the zero polynomial.
//!
//! An identity holds at all points at once, for the architecture, the activation pattern, the group element and whatever else the instance has as
//! constants. Coordinates are what was lifted by [`Field::drawn`](equipartition_scalar::Field::drawn); they have no names, so an instance's are told apart by
//! their values, among all the numbers that it says it consists of: one that occurs twice, or is not among them, makes no identity. Otherwise a law
//! about equal coordinates would pass for one about all.

use super::detail::Numbers;
use super::relation::{Relation, Sense, Text};
use equipartition_scalar::polynomial::{Limits, Polynomial, Unexpanded, expand};
use equipartition_scalar::{Program, Rational, Recorded, Step};
use std::collections::HashMap;
use std::rc::Rc;

/// What the expansion of one instance may take: some milliseconds.
pub const LIMITS: Limits = Limits { terms: 1 << 13, work: 1 << 16 };

/// What an expansion has shown of a kind of equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expansion {
    /// The residual is the zero polynomial.
    Identity,
    /// It is on the piece on which the point lies: comparisons of values have chosen it.
    OnPiece,
    /// The expansion was given up: it takes more than it may.
    TooLarge,
    /// The residual divides by something that is no monomial.
    Division,
    /// Coordinates cannot be told apart by their values.
    Indistinct,
    /// The residual is not the zero polynomial: it vanishes at the point, or for numbers that were made to suit it.
    Nonzero,
}

impl Expansion {
    /// Whether the residual vanishes identically.
    pub fn is_identity(self) -> bool {
        matches!(self, Expansion::Identity | Expansion::OnPiece)
    }

    /// What it says of the residual.
    pub fn in_words(self) -> &'static str {
        match self {
            Expansion::Identity => "the zero polynomial in the numbers drawn",
            Expansion::OnPiece => "the zero polynomial on the piece on which the point lies",
            Expansion::TooLarge => "too large to be expanded",
            Expansion::Division => "no polynomial: it divides by more than a monomial",
            Expansion::Indistinct => "not expanded: coordinates cannot be told apart by their values",
            Expansion::Nonzero => "not the zero polynomial in the numbers drawn",
        }
    }
}

/// The entries of a relation's residual.
fn residual(relation: &Relation<Recorded>) -> Vec<Recorded> {
    let len = relation.len();
    let (left, right) = (Relation::sum(&relation.left, len), Relation::sum(&relation.right, len));
    left.into_iter().zip(right).map(|(left, right)| left - right).collect()
}

/// Whether some coordinate enters the relation at all.
fn has_coordinates(relation: &Relation<Recorded>) -> bool {
    relation.terms().flat_map(|term| &term.value).any(|entry| !entry.degree().is_constant())
}

/// Whether each coordinate of the program is exactly one of the instance's numbers.
fn are_distinct(program: &Program, numbers: &[Numbers]) -> bool {
    let mut occurrences: HashMap<&Rational, usize> = HashMap::new();
    for value in numbers.iter().flat_map(|numbers| &numbers.values) {
        *occurrences.entry(value).or_default() += 1;
    }
    program.steps.iter().all(|step| match step {
        Step::Drawn(value) => occurrences.get(value) == Some(&1),
        _ => true,
    })
}

/// What the expansion shows of every kind of equality: of its relations the least. Kinds with an inequality, or into whose relations no coordinate
/// enters, are left out: nothing of the kind can be shown of them.
pub fn expansions(relations: &[Relation<Recorded>], numbers: &[Numbers], limits: Limits) -> Vec<(Text, Expansion)> {
    let speaks = |relation: &&Relation<Recorded>| relation.sense == Sense::Equality && has_coordinates(relation);
    let silent: Vec<&Text> =
        relations.iter().filter(|relation| !speaks(relation)).map(|relation| &relation.label.kind).collect();
    let speaking: Vec<&Relation<Recorded>> =
        relations.iter().filter(|relation| !silent.contains(&&relation.label.kind)).collect();
    let residuals: Vec<Vec<Recorded>> = speaking.iter().map(|relation| residual(relation)).collect();
    let program = Program::of(residuals.iter().flatten());
    let distinct = are_distinct(&program, numbers);
    let mut entries = if distinct { expand(&program, limits) } else { Vec::new() }.into_iter();
    let mut kinds: Vec<(Text, Expansion)> = Vec::new();
    for (relation, residual) in speaking.iter().zip(&residuals) {
        let found = match distinct {
            false => Expansion::Indistinct,
            true => {
                let entry = |found: Result<Rc<Polynomial>, Unexpanded>| match found {
                    Ok(polynomial) if !polynomial.is_zero() => Expansion::Nonzero,
                    Ok(_) if program.has_choices => Expansion::OnPiece,
                    Ok(_) => Expansion::Identity,
                    Err(Unexpanded::Division) => Expansion::Division,
                    Err(Unexpanded::TooLarge) => Expansion::TooLarge,
                };
                entries.by_ref().take(residual.len()).map(entry).max().unwrap_or(Expansion::Identity)
            }
        };
        match kinds.iter_mut().find(|(kind, _)| *kind == relation.label.kind) {
            Some((_, known)) => *known = (*known).max(found),
            None => kinds.push((relation.label.kind.clone(), found)),
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::super::relation::Term;
    use super::*;
    use equipartition_scalar::{Branch, Field, Ring};
    use num_traits::Zero;

    fn numbers(values: &[i64]) -> Vec<Numbers> {
        vec![Numbers::new("theta", values.iter().map(|value| Rational::from(*value)))]
    }

    fn drawn(value: i64) -> Recorded {
        Recorded::drawn(&Rational::from(value))
    }

    fn equality(kind: &'static str, left: Recorded, right: Recorded) -> Relation<Recorded> {
        Relation::equality(kind, vec![Term::scalar("left", left)], vec![Term::scalar("right", right)])
    }

    fn found(relation: Relation<Recorded>, values: &[i64]) -> Vec<Expansion> {
        expansions(&[relation], &numbers(values), LIMITS).into_iter().map(|(_, found)| found).collect()
    }

    /// Of a residual either it is shown that it vanishes identically, or not, and each case is said in words of its own.
    #[test]
    fn what_an_expansion_shows() {
        use Expansion::*;
        let all = [Identity, OnPiece, TooLarge, Division, Indistinct, Nonzero];
        assert_eq!(all.map(Expansion::is_identity), [true, true, false, false, false, false]);
        assert!(
            Nonzero.in_words().contains("not the zero polynomial")
                && Identity.in_words().contains("the zero polynomial")
        );
        let words: std::collections::BTreeSet<&str> = all.map(Expansion::in_words).into();
        assert_eq!(words.len(), all.len());
    }

    fn square_of_sum(x: &Recorded, y: &Recorded) -> (Recorded, Recorded) {
        let mixed = Recorded::product(x, y) * Recorded::integer(2);
        ((x.clone() + y).squared(), x.squared() + mixed + y.squared())
    }

    #[test]
    fn a_law_of_all_points_is_an_identity_and_one_of_this_point_is_none() {
        let (x, y) = (drawn(2), drawn(3));
        let (left, right) = square_of_sum(&x, &y);
        assert_eq!(found(equality("square", left, right), &[2, 3]), [Expansion::Identity]);
        // True at (2, 3), and on the curve x^2 + 5 = y^2.
        let curve = equality("curve", x.squared() + Recorded::integer(5), y.squared());
        assert_eq!(found(curve, &[2, 3]), [Expansion::Nonzero]);
    }

    /// x y = x^2 is true where x = y: there the two are one value, and must not become one variable.
    #[test]
    fn coordinates_that_happen_to_be_equal_make_no_identity() {
        let (x, y) = (drawn(3), drawn(3));
        let law = || equality("equal", Recorded::product(&x, &y), x.squared());
        assert_eq!(found(law(), &[3, 3]), [Expansion::Indistinct]);
        // Not even if only one of them is said to be there, since nobody knows then what the other is.
        assert_eq!(found(equality("unsaid", x.squared(), x.squared()), &[4]), [Expansion::Indistinct]);
        assert_eq!(found(equality("twice", x.squared(), drawn(3) * drawn(3)), &[3, 4]), [Expansion::Identity]);
    }

    #[test]
    fn a_branch_that_a_value_chose_makes_an_identity_of_its_piece() {
        let x = drawn(-3);
        assert_eq!(found(equality("absolute", x.absolute(), -x.clone()), &[-3]), [Expansion::OnPiece]);
        assert_eq!(
            found(equality("wrong", x.absolute(), x.clone() + Recorded::integer(6)), &[-3]),
            [Expansion::Nonzero]
        );
    }

    /// A kind is as weak as its weakest relation, and nothing is said of inequalities or of constants that fit.
    #[test]
    fn a_kind_is_no_better_than_its_weakest_relation() {
        let (x, y) = (drawn(2), drawn(3));
        let (left, right) = square_of_sum(&x, &y);
        let quotient = equality("square", x.clone() / (x.clone() + &y), x.clone() / (y.clone() + &x));
        let constant = equality("constant", Recorded::ratio(1, 2), Recorded::from_rational(&Rational::from((1, 2))));
        let bound = Relation::at_most("bound", Term::scalar("0", Recorded::zero()), Term::scalar("x^2", x.squared()));
        let relations = [equality("square", left, right), quotient, constant, bound];
        assert_eq!(expansions(&relations, &numbers(&[2, 3]), LIMITS), [("square".into(), Expansion::Division)]);
    }
}
