//! Balance laws of named tensors, as data.
//!
//! A law is about a generator `A` of a symmetry that multiplies blocks of parameters: rows or columns of named tensors,
//! each by its own coefficient. With rows and columns cut into heads, position `p` of an axis belongs to the head `p / d`
//! and has the place `p mod d` in it (`d` the length of a head); consecutive heads form groups. A law with `groups * d`
//! *members* says something for each place of each group; a rotary law joins the places `j` and `j + d/2`.

use crate::checkpoint::{Checkpoint, CheckpointError};

/// Which part of a tensor a member of a law multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// A row of a matrix, an entry of a vector.
    Rows,
    /// A column of a matrix.
    Columns,
    /// All of it.
    All,
}

/// One tensor in a law.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its name.
    pub tensor: String,
    /// How the members of the law divide it.
    pub axis: Axis,
    /// The diagonal entry of the generator: positive on the one side of the law, negative on the other.
    pub coefficient: f64,
    /// Heads along the axis.
    pub heads: usize,
}

impl Block {
    /// Rows or entries, without heads.
    pub fn rows(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block { tensor: tensor.into(), axis: Axis::Rows, coefficient, heads: 1 }
    }

    /// Columns, without heads.
    pub fn columns(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block { tensor: tensor.into(), axis: Axis::Columns, coefficient, heads: 1 }
    }

    /// The whole tensor.
    pub fn all(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block { tensor: tensor.into(), axis: Axis::All, coefficient, heads: 1 }
    }

    /// The same with its axis in so many heads.
    #[must_use]
    pub fn in_heads(self, heads: usize) -> Self {
        Block { heads, ..self }
    }
}

/// Which symmetry a law comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A positive factor for each member: it needs second moments of single elements only.
    Rescaling,
    /// An invertible matrix for each group: it needs the second moments of pairs of elements.
    Matrix,
}

/// A balance law.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// What is balanced; the same for every layer.
    pub name: String,
    /// The layer, if it belongs to one.
    pub layer: Option<usize>,
    /// The kind of symmetry.
    pub form: Form,
    /// Groups of heads.
    pub groups: usize,
    /// Whether the places `j` and `j + d/2` of a head share a member.
    pub rotary: bool,
    /// The tensors, each at most once.
    pub blocks: Vec<Block>,
    /// What has to be known of it, for instance when it is not exact.
    pub remark: Option<String>,
    /// Whether its symmetry is one only as far as the epsilon of the norms is small.
    pub nearly: bool,
}

impl Law {
    /// A rescaling law without heads.
    pub fn rescaling(name: &str, layer: Option<usize>, blocks: Vec<Block>) -> Self {
        Law {
            name: name.to_owned(),
            layer,
            form: Form::Rescaling,
            groups: 1,
            rotary: false,
            blocks,
            remark: None,
            nearly: false,
        }
    }

    /// The same law in this many groups of heads.
    #[must_use]
    pub fn in_groups(self, groups: usize) -> Self {
        Law { groups, ..self }
    }

    /// The matrix law whose diagonal this rescaling law is.
    #[must_use]
    pub fn matrix(&self) -> Self {
        Law { name: format!("{} (matrix)", self.name), form: Form::Matrix, ..self.clone() }
    }

    /// Name and layer.
    pub fn title(&self) -> String {
        match self.layer {
            Some(layer) => format!("{}, layer {layer}", self.name),
            None => self.name.clone(),
        }
    }
}

/// How the positions along an axis belong to the members of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Length of a head.
    pub head: usize,
    /// Heads of a group.
    pub shared: usize,
    /// Members of a group.
    pub width: usize,
}

impl Layout {
    /// The member that a position belongs to.
    pub fn member(&self, position: usize) -> usize {
        self.group(position) * self.width + position % self.head % self.width
    }

    /// The group that a position belongs to.
    pub fn group(&self, position: usize) -> usize {
        position / self.head / self.shared
    }
}

/// A tensor as a matrix: a vector is one column, further dimensions are columns too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The first dimension.
    pub rows: usize,
    /// The product of the others.
    pub columns: usize,
}

impl Extent {
    /// Of a tensor that has elements.
    ///
    /// # Errors
    /// If there is no such tensor, or it has none.
    pub fn of(checkpoint: &Checkpoint, name: &str) -> Result<Self, CheckpointError> {
        let tensor = checkpoint.tensor(name)?;
        if tensor.is_empty() {
            let problem = format!("its shape {:?} has a dimension of zero: there is nothing to balance", tensor.shape);
            return Err(CheckpointError::tensor(tensor.file(), name, problem));
        }
        let rows = tensor.shape.first().copied().unwrap_or(1);
        Ok(Extent { rows, columns: tensor.len() / rows })
    }

    /// The number of elements.
    pub fn elements(&self) -> usize {
        self.rows * self.columns
    }
}

/// A law whose tensors were found and fit together.
#[derive(Clone, Debug)]
pub struct Fitted<'a> {
    /// The law.
    pub law: &'a Law,
    /// Members of each group.
    pub width: usize,
    /// How each block is divided.
    pub layouts: Vec<Layout>,
}

impl<'a> Fitted<'a> {
    /// Fits a law to the tensors of a checkpoint.
    ///
    /// # Errors
    /// If a tensor is missing, is empty, or has an axis of another length than the others.
    pub fn new(law: &'a Law, checkpoint: &Checkpoint) -> Result<Self, CheckpointError> {
        let mut layouts: Vec<Layout> = Vec::new();
        for block in &law.blocks {
            let refuse = |problem: String| CheckpointError::tensor(checkpoint.path(), &block.tensor, problem);
            let Extent { rows, columns } = Extent::of(checkpoint, &block.tensor)?;
            let dimensions = checkpoint.tensor(&block.tensor)?.shape.len();
            let length = match block.axis {
                Axis::Rows => rows,
                Axis::Columns if dimensions != 2 => {
                    return Err(refuse(format!(
                        "expected a matrix for the law `{}`, found {dimensions} dimensions",
                        law.title()
                    )));
                }
                Axis::Columns => columns,
                Axis::All => 1,
            };
            let axis = if block.axis == Axis::Columns { "columns" } else { "rows" };
            if !length.is_multiple_of(block.heads) || !block.heads.is_multiple_of(law.groups) {
                let (heads, groups, title) = (block.heads, law.groups, law.title());
                return Err(refuse(format!(
                    "its {length} {axis} are not {heads} heads in {groups} groups, as `{title}` needs"
                )));
            }
            let head = length / block.heads;
            if law.rotary && !head.is_multiple_of(2) {
                return Err(refuse(format!("rotary heads have pairs of {axis}, found heads of {head}")));
            }
            let width = if law.rotary { head / 2 } else { head };
            if let Some(first) = layouts.first()
                && first.width != width
            {
                let (title, other) = (law.title(), &law.blocks[0].tensor);
                let problem = format!(
                    "its {length} {axis} give {width} members of a group, `{other}` gives {}: `{title}` needs as many",
                    first.width
                );
                return Err(refuse(problem));
            }
            layouts.push(Layout { head, shared: block.heads / law.groups, width });
        }
        let width = layouts.first().map_or(0, |layout| layout.width);
        Ok(Fitted { law, width, layouts })
    }

    /// Members of all groups.
    pub fn members(&self) -> usize {
        self.law.groups * self.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_a_group_share_members_and_rotary_pairs_join_halves() {
        // Four heads of length 6 in two groups.
        let plain = Layout { head: 6, shared: 2, width: 6 };
        let members: Vec<usize> = (0..24).map(|position| plain.member(position)).collect();
        let group = |first: usize| (first..first + 6).chain(first..first + 6);
        assert_eq!(members, group(0).chain(group(6)).collect::<Vec<_>>());
        let rotary = Layout { width: 3, ..plain };
        let members: Vec<usize> = (12..18).map(|position| rotary.member(position)).collect();
        assert_eq!(members, [3, 4, 5, 3, 4, 5]);
    }
}
