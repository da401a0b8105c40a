//! Numbers and kinds of instances that several claims draw alike.

use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Draw, POINTS_PER_FAMILY, Stream};

/// A number of the grid with an absolute value in [1/2, 2], for controls: what they miss by must not be small by accident.
pub(super) fn sizable(stream: &mut Stream) -> Rational {
    let drawn = stream.dyadic(GRID_BITS);
    let size = Rational::from(drawn.abs_ref()) * Rational::from((3, 4)) + Rational::from((1, 2));
    if drawn < 0 { -size } else { size }
}

/// What a control misses by is at least this part of the largest term of its relation, `2^-10`; a miss below `2^-20` would not count as one.
pub(super) fn told_part() -> Rational {
    Rational::from((1, 1 << 10))
}

/// Whether a control that misses by so much misses visibly, where no term is larger than `size`.
pub(super) fn is_told(miss: &Rational, size: &Rational) -> bool {
    *miss != 0 && Rational::from(miss.abs_ref()) >= told_part() * size
}

/// A learning rate of a control, in [1/8, 1/2).
pub(super) fn sizable_rate(stream: &mut Stream) -> Rational {
    Rational::from((stream.integer(4, 15), 32))
}

/// One of the kinds of awkward instances, in turn: of every four families one is awkward, and all kinds are seen before one is seen again.
pub(super) fn in_turn<'a, K>(draw: &Draw, kinds: &'a [K]) -> &'a K {
    let number = draw.family_number() / 4 * POINTS_PER_FAMILY + draw.index % POINTS_PER_FAMILY;
    &kinds[number as usize % kinds.len()]
}
