//! What a verbose examination keeps for people and programs: the numbers of an instance, and both sides of every relation.

use super::relation::{Term, Text};
use equipartition_scalar::{Magnitude, Measured, Rational};
use std::fmt;

/// Which side of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Side {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Side::Left => "left",
            Side::Right => "right",
        }
    }
}

/// One line of a verbose finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A relation begins.
    Relation {
        /// Its label.
        label: String,
        /// Its relative residual.
        residual: Magnitude,
    },
    /// A term of the relation that began last.
    Term {
        /// Its side.
        side: Side,
        /// Its label.
        label: Text,
        /// Its entries, as the scalar writes them: a rational as a fraction.
        values: Vec<String>,
        /// The same in decimals, where that is another text.
        decimals: Option<Vec<String>>,
    },
    /// Something else that is good to know.
    Note(String),
}

impl Detail {
    /// A term.
    pub fn term<T: Measured>(side: Side, term: &Term<T>) -> Self {
        let values = term.value.iter().map(|entry| format!("{entry:?}")).collect();
        let decimals = term.value.iter().map(Measured::decimal).collect();
        Detail::Term { side, label: term.label.clone(), values, decimals }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Detail::Relation { label, residual } => write!(f, "{label}: relative residual {residual}"),
            Detail::Term { side, label, values, .. } => {
                write!(f, "    {:5}  {label} = [{}]", side.name(), values.join(", "))
            }
            Detail::Note(note) => f.write_str(note),
        }
    }
}

/// Numbers of an instance, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// What they are.
    pub name: String,
    /// The numbers.
    pub values: Vec<Rational>,
}

impl Numbers {
    /// Numbers with their name.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = Rational>) -> Self {
        Numbers { name: name.into(), values: values.into_iter().collect() }
    }
}
