//! Which generators of a matrix law are looked at: all of them, or those between some members.

use crate::verify::Stream;

/// Up to so many members every pair of them is looked at.
pub const ALL_UP_TO: usize = 1024;
/// Of more members so many are drawn, and every pair of those is looked at.
pub const DRAWN: usize = 64;
/// The seed of that draw.
pub const SEED: u64 = 0;

/// The members between which generators are looked at, in rising order.
pub fn places(width: usize) -> Vec<usize> {
    if width <= ALL_UP_TO {
        return (0..width).collect();
    }
    // By selection: the next one is taken with the share that is still wanted of those that are left.
    let mut stream = Stream::new(&["generators of a matrix law"], SEED, 0);
    let mut wanted = DRAWN;
    let taken = |place: &usize| {
        let take = stream.below(width - place) < wanted;
        wanted -= usize::from(take);
        take
    };
    (0..width).filter(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_members_or_as_many_as_are_drawn() {
        assert_eq!(places(ALL_UP_TO), (0..ALL_UP_TO).collect::<Vec<_>>());
        let drawn = places(ALL_UP_TO + 1);
        assert_eq!(drawn.len(), DRAWN);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn.iter().all(|place| *place <= ALL_UP_TO));
    }
}
