//! Shapes: numbers, vectors and matrices, whose axes have named sizes.

use std::fmt;

/// The size of an axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// One that is declared.
    Size(String),
    /// A number.
    Fixed(usize),
    /// That of the vector of all parameters.
    Parameters,
}

/// A shape. Two shapes are equal if their axes have the same names, not if they happen to have the same sizes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A number.
    Scalar,
    /// So many entries.
    Vector(Extent),
    /// Rows and columns.
    Matrix(Extent, Extent),
}

impl Shape {
    /// The sizes of the axes.
    pub fn extents(&self) -> impl Iterator<Item = Extent> + use<> {
        let (first, second) = match self {
            Shape::Scalar => (None, None),
            Shape::Vector(entries) => (Some(entries.clone()), None),
            Shape::Matrix(rows, columns) => (Some(rows.clone()), Some(columns.clone())),
        };
        first.into_iter().chain(second)
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent::Size(name) => f.write_str(name),
            Extent::Fixed(size) => write!(f, "{size}"),
            Extent::Parameters => f.write_str("all parameters"),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Scalar => f.write_str("a number"),
            Shape::Vector(entries) => write!(f, "a vector of {entries}"),
            Shape::Matrix(rows, columns) => write!(f, "a matrix of {rows} by {columns}"),
        }
    }
}
