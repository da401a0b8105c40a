//! What a formula is read into: operands, operators between them, slashes.

/// What an operand is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    /// A function's name without its argument.
    Function,
    /// A sum or a limit: a fraction does not begin before it.
    Big,
    /// `d` or `d^2`
    Derivative,
    /// `dt`, `dt^2`
    Differential,
    Fraction,
}

/// An operand: what is written without a space.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) markup: String,
    /// The inside of a single bracket without scripts.
    pub(super) bare: Option<String>,
    /// Whether it has one part only.
    pub(super) single: bool,
    /// Whether it begins with a function's name.
    pub(super) named: bool,
    pub(super) role: Role,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Operand(Operand),
    /// At this token, with nothing to its left if it is a prefix.
    Operator {
        at: usize,
        prefix: bool,
    },
    Slash {
        tight: bool,
    },
}

impl Item {
    pub(super) fn operand(&self) -> Option<&Operand> {
        match self {
            Item::Operand(operand) => Some(operand),
            _ => None,
        }
    }
}
