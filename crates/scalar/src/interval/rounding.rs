//! Which way the bounds are rounded, as a parameter of the type, so that tests can build an arithmetic that is wrong.
//!
//! A test of directed rounding that also passes when a direction is wrong proves nothing. The tests therefore run every
//! check twice: on [`Outward`], where it must pass, and on the mistaken policies below, where it must fail. The policy is
//! a pair of constants, so the true arithmetic pays nothing for it; the trait is sealed, and
//! [`Interval`](super::Interval) is fixed to [`Outward`].

use rug::float::Round;
use std::fmt::Debug;

/// The directions in which the two bounds of an interval are rounded.
pub trait Rounding: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// The direction of a lower bound, and of every step whose decrease lowers the bound in hand.
    const DOWN: Round;
    /// The direction of an upper bound.
    const UP: Round;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! policy {
    ($(#[$doc:meta])* $name:ident, $down:ident, $up:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Rounding for $name {
            const DOWN: Round = Round::$down;
            const UP: Round = Round::$up;
        }
    };
}

policy! {
    /// Lower bounds down, upper bounds up: the only sound policy.
    Outward, Down, Up
}
policy! {
    /// Mistaken, for tests: lower bounds are rounded up.
    LowerRoundedUp, Up, Up
}
policy! {
    /// Mistaken, for tests: upper bounds are rounded down.
    UpperRoundedDown, Down, Down
}
policy! {
    /// Mistaken, for tests: both bounds are rounded to nearest, as if nobody had thought of directions.
    Nearest, Nearest, Nearest
}
