//! Laws whose tensors were found, and fit together.

use super::law::{Axis, Block, Law, Rotary, Slice};
use crate::checkpoint::{Checkpoint, CheckpointError};

/// How the positions along an axis belong to the members of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Length of a head.
    pub head: usize,
    /// Heads of a group.
    pub shared: usize,
    /// Members of a group.
    pub width: usize,
    /// Whether the rotation joins neighbours.
    pub neighbours: bool,
    /// Which positions there are.
    pub slice: Option<Slice>,
}

impl Layout {
    /// The member that a position belongs to, if it belongs to one.
    pub fn member(&self, position: usize) -> Option<usize> {
        let place = self.slice.map_or(Some(position), |slice| slice.place(position))?;
        let within = if self.neighbours { place % self.head / 2 } else { place % self.head % self.width };
        Some(self.group(place) * self.width + within)
    }

    /// Whether a position is one of the slice.
    pub fn has(&self, position: usize) -> bool {
        self.slice.is_none_or(|slice| slice.place(position).is_some())
    }

    /// The group that a place of the slice belongs to.
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
    /// Whether a matrix has as many rows as columns.
    pub square: bool,
}

pub(super) fn no_slice(Slice { from, to, period }: &Slice, length: usize, axis: &str) -> String {
    let period = period.map_or_else(String::new, |period| format!(" of every {period}"));
    format!("its {length} {axis} have no slice [{from}, {to}]{period}")
}

impl<'a> Fitted<'a> {
    /// Fits a law to the tensors of a checkpoint.
    ///
    /// # Errors
    /// If a tensor is missing, is empty, or has an axis of another length than the others.
    pub fn new(law: &'a Law, checkpoint: &Checkpoint) -> Result<Self, CheckpointError> {
        let mut layouts: Vec<Layout> = Vec::new();
        let mut square = false;
        for block in &law.blocks {
            let refuse = |problem: String| CheckpointError::tensor(checkpoint.path(), &block.tensor, problem);
            let Extent { rows, columns } = Extent::of(checkpoint, &block.tensor)?;
            let dimensions = checkpoint.tensor(&block.tensor)?.shape.len();
            square |= dimensions == 2 && rows == columns && block.axis != Axis::All;
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
            if let (Axis::All, Some(slice)) = (block.axis, &block.slice) {
                slice.length(rows).ok_or_else(|| refuse(no_slice(slice, rows, axis)))?;
            }
            let length = match &block.slice {
                Some(slice) if block.axis != Axis::All => {
                    slice.length(length).ok_or_else(|| refuse(no_slice(slice, length, axis)))?
                }
                _ => length,
            };
            if !length.is_multiple_of(block.heads) || !block.heads.is_multiple_of(law.groups) {
                let (heads, groups, title) = (block.heads, law.groups, law.title());
                return Err(refuse(format!(
                    "its {length} {axis} are not {heads} heads in {groups} groups, as `{title}` needs"
                )));
            }
            let head = length / block.heads;
            if law.rotary.is_some() && !head.is_multiple_of(2) {
                return Err(refuse(format!("rotary heads have pairs of {axis}, found heads of {head}")));
            }
            let width = match law.rotary {
                _ if law.whole => 1,
                Some(_) => head / 2,
                None => head,
            };
            if let Some(first) = layouts.first()
                && first.width != width
            {
                let (title, other) = (law.title(), &law.blocks[0].tensor);
                let turned = [(block, first.width), (&law.blocks[0], width)].into_iter().find_map(|(block, needed)| {
                    let tensor = &block.tensor;
                    let turned = across(checkpoint, block).ok().flatten()?;
                    (turned == needed * block.heads).then(|| {
                        format!("; with inputs as its rows `{tensor}` would: a laws file says so by `transposed`")
                    })
                });
                let problem = format!(
                    "its {length} {axis} give {width} members of a group, `{other}` gives {}: `{title}` needs as many{}",
                    first.width,
                    turned.unwrap_or_default(),
                );
                return Err(refuse(problem));
            }
            let neighbours = law.rotary == Some(Rotary::Interleaved);
            layouts.push(Layout { head, shared: block.heads / law.groups, width, neighbours, slice: block.slice });
        }
        let width = layouts.first().map_or(0, |layout| layout.width);
        Ok(Fitted { law, width, layouts, square })
    }

    /// Members of all groups.
    pub fn members(&self) -> usize {
        self.law.groups * self.width
    }
}

/// How long the other axis of a block's matrix is; none where it is no matrix, or not cut into members.
fn across(checkpoint: &Checkpoint, block: &Block) -> Result<Option<usize>, CheckpointError> {
    let Extent { rows, columns } = Extent::of(checkpoint, &block.tensor)?;
    let is_matrix = checkpoint.tensor(&block.tensor)?.shape.len() == 2 && block.slice.is_none();
    Ok(match block.axis {
        Axis::Rows if is_matrix => Some(columns),
        Axis::Columns if is_matrix => Some(rows),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_a_group_share_members_and_rotary_pairs_join_halves_or_neighbours() {
        // Four heads of length 6 in two groups.
        let plain = Layout { head: 6, shared: 2, width: 6, neighbours: false, slice: None };
        let members = |layout: Layout, positions: std::ops::Range<usize>| -> Vec<usize> {
            positions.filter_map(|position| layout.member(position)).collect()
        };
        let group = |first: usize| (first..first + 6).chain(first..first + 6);
        assert_eq!(members(plain, 0..24), group(0).chain(group(6)).collect::<Vec<_>>());
        let rotary = Layout { width: 3, ..plain };
        assert_eq!(members(rotary, 12..18), [3, 4, 5, 3, 4, 5]);
        assert_eq!(members(Layout { neighbours: true, ..rotary }, 12..18), [3, 3, 4, 4, 5, 5]);
        assert_eq!(members(Layout { width: 1, ..plain }, 0..24), [vec![0; 12], vec![1; 12]].concat());
    }
}
