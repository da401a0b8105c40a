//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{quartet, rank_below_states, separator_rank, three_views};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

/// Every second one over `2^16`, the others as they are: probabilities that are almost 0.
fn faint(numbers: &mut [Rational]) {
    numbers.iter_mut().step_by(2).for_each(|number| *number /= large());
}

#[test]
fn a_separator_bounds_the_rank_however_unlikely_its_states_are() {
    attack(
        &separator_rank::CLAIM,
        &separator_rank::LAW,
        &[
            ("as drawn", |_| ()),
            ("states almost never met", |separated| separated.with_law(faint)),
            ("masses times 2^16", |separated| separated.with_law(scale)),
            ("equal masses", |separated| separated.with_law(|law| law.fill(Rational::from((1, 9))))),
            ("one state alone", |separated| separated.with_law(|law| law[1..].fill(Rational::new()))),
        ],
    );
}

#[test]
fn the_true_split_has_the_smallest_rank_however_the_parents_are_distributed() {
    attack(
        &quartet::CLAIM,
        &quartet::LAW,
        &[
            ("as drawn", |_| ()),
            ("pairs of states almost never met", |tree| faint(tree.parents.as_mut_slice())),
            ("masses times 2^16", |tree| scale(tree.parents.as_mut_slice())),
            ("equal masses", |tree| tree.parents.fill(Rational::from((1, 9)))),
            ("one pair of states alone", |tree| tree.parents.as_mut_slice()[1..].fill(Rational::new())),
        ],
    );
}

#[test]
fn the_square_has_rank_three_at_every_scale() {
    attack(
        &rank_below_states::CLAIM,
        &rank_below_states::LAW,
        &[
            ("as drawn", |_| ()),
            ("rows almost 0", |square| faint(&mut square.factors[0])),
            ("columns times 2^16", |square| scale(&mut square.factors[1])),
            ("no factors", |square| square.factors.iter_mut().for_each(|factors| factors.fill(Rational::from(1)))),
            ("almost all ones", |square| square.size /= large()),
            ("almost a third", |square| square.size = Rational::from((1, 3)) - large().recip()),
            ("just above a third", |square| square.size = Rational::from((1, 3)) + large().recip()),
            ("almost one", |square| square.size = Rational::from(1) - large().recip()),
        ],
    );
}

#[test]
fn three_views_tell_the_tables_at_every_scale() {
    attack(
        &three_views::CLAIM,
        &three_views::LAW,
        &[
            ("as drawn", |_| ()),
            ("states almost never met", |views| faint(&mut views.law)),
            ("w times 2^16", |views| scale(&mut views.weights)),
            ("w times 2^-16", |views| shrink(&mut views.weights)),
            ("w almost constant", |views| {
                let first = views.weights[0].clone();
                views.weights.iter_mut().for_each(|weight| *weight = weight.clone() / large() + &first);
            }),
            ("w constant", |views| views.weights.fill(Rational::from((3, 8)))),
        ],
    );
}
