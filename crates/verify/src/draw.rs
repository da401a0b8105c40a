//! The randomness of one instance.

use super::detail::Numbers;
use super::stream::Stream;

/// Which check is run on an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Case {
    /// The claim itself.
    Law,
    /// The control of this index in the claim's list: it must fail.
    Control(usize),
}

/// What kind of instance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Every coordinate uniform on the grid, what chooses a branch drawn independently: the Schwartz-Zippel bound holds.
    Generic,
    /// Deliberately special: the least sizes, one sample, zeros, repeated values, integers.
    Awkward,
    /// Transcendental: few-bit numbers, the same in every scalar.
    Smooth,
    /// Made exactly stationary by solving for the weights of a mean: few-bit numbers, no probability bound.
    Stationary,
}

/// The randomness of one instance.
pub struct Draw<'a> {
    /// Law or control.
    pub case: Case,
    /// The instance's index.
    pub index: u64,
    /// What is shared by the points of one family: architecture, activation pattern, group element.
    pub family: Stream,
    /// The point: parameters, samples.
    pub point: Stream,
    /// The claim, the case's name and the run's seed: the key of all streams.
    claim: &'a str,
    name: &'a str,
    seed: u64,
}

/// Points drawn for each family, so that their Schwartz-Zippel bounds multiply.
pub const POINTS_PER_FAMILY: u64 = 2;

impl<'a> Draw<'a> {
    /// The randomness of instance `index` of a case under a run's seed, keyed by the claim's identifier and the case's name.
    pub fn keyed(claim: &'a str, name: &'a str, seed: u64, case: Case, index: u64) -> Self {
        Draw {
            case,
            index,
            family: Stream::new(&[claim, name, "family"], seed, index / POINTS_PER_FAMILY),
            point: Stream::new(&[claim, name, "point"], seed, index),
            claim,
            name,
            seed,
        }
    }

    /// Whether the law is drawn for, and not a control.
    pub fn is_law(&self) -> bool {
        self.case == Case::Law
    }

    /// The stream of the instance that is nobody else's.
    pub fn own(&self) -> Stream {
        Stream::new(&[self.claim, self.name], self.seed, self.index)
    }

    /// The stream of a part of the instance, numbered as the part likes.
    pub fn stream(&self, part: &str, number: u64) -> Stream {
        Stream::new(&[self.claim, self.name, part], self.seed, number)
    }

    /// The same from its beginning, whatever was drawn from this one.
    pub fn again(&self) -> Self {
        Self::keyed(self.claim, self.name, self.seed, self.case, self.index)
    }

    /// With other streams for the family and the point.
    pub fn with_streams(&self, family: Stream, point: Stream) -> Self {
        Draw { family, point, ..*self }
    }

    /// The number of the family.
    pub fn family_number(&self) -> u64 {
        self.index / POINTS_PER_FAMILY
    }

    /// The class that instances take in turn: of every four families two are generic, one awkward, one smooth.
    /// Controls are generic and smooth only.
    pub fn turn(&self) -> Class {
        match (self.case, self.family_number() % 4) {
            (Case::Law, 1) => Class::Awkward,
            (_, 2) => Class::Smooth,
            _ => Class::Generic,
        }
    }
}

/// An instance as drawn, before any scalar is chosen.
///
/// Where it is another instance with something besides, [`Drawn::base`] says which, and [`Drawn::besides`] what: the rest follows.
pub trait Drawn {
    /// The instance that this one extends.
    fn base(&self) -> Option<&dyn Drawn> {
        None
    }
    /// What it has besides, in words that follow those of its base.
    fn besides(&self) -> String {
        String::new()
    }
    /// Generic, awkward or smooth; without a base smooth, of which no bound is claimed.
    fn class(&self) -> Class {
        self.base().map_or(Class::Smooth, Drawn::class)
    }
    /// Whether its quantities are rational, so that the exact route is open; without a base they are not.
    fn is_algebraic(&self) -> bool {
        self.base().is_some_and(Drawn::is_algebraic)
    }
    /// What it is, for a report and for grouping points of one polynomial.
    fn describe(&self) -> String {
        self.base().map(Drawn::describe).unwrap_or_default() + &self.besides()
    }
    /// The numbers that it consists of, for a verbose report: parameters, data, rates.
    fn numbers(&self) -> Vec<Numbers> {
        self.base().map(Drawn::numbers).unwrap_or_default()
    }
    /// Lines beside the relations in a verbose report.
    fn notes(&self) -> Vec<String> {
        self.base().map(Drawn::notes).unwrap_or_default()
    }
}
