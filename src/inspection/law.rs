//! Balance laws of named tensors, as data.
//!
//! A law is about a generator `A` of a symmetry that multiplies blocks of parameters: rows or columns of named tensors,
//! each by its own coefficient. With rows and columns cut into heads, position `p` of an axis belongs to the head `p / d`
//! and has the place `p mod d` in it (`d` the length of a head); consecutive heads form groups. A law with `groups * d`
//! *members* says something for each place of each group; a rotary law joins the places `j` and `j + d/2`, or `2j` and `2j + 1`.

use crate::checkpoint::Checkpoint;

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

/// Which places of a head the rotation with the positions joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotary {
    /// `j` and `j + d/2`.
    Halves,
    /// `2j` and `2j + 1`.
    Interleaved,
}

/// Some of the positions along an axis; they are counted anew, without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The first.
    pub from: usize,
    /// The one after the last.
    pub to: usize,
    /// The slice is taken anew from every so many positions.
    pub period: Option<usize>,
}

impl Slice {
    /// The place of a position among those of the slice.
    pub fn place(&self, position: usize) -> Option<usize> {
        let (turn, within) = self.period.map_or((0, position), |period| (position / period, position % period));
        (self.from..self.to).contains(&within).then(|| turn * (self.to - self.from) + within - self.from)
    }

    /// How many of so many positions it has; none if it does not end within them.
    pub fn length(&self, positions: usize) -> Option<usize> {
        let each = self.to - self.from;
        match self.period {
            Some(period) => positions.is_multiple_of(period).then(|| positions / period * each),
            None => (self.to <= positions).then_some(each),
        }
    }

    fn meets(&self, other: &Slice) -> bool {
        // Where both have a period their positions repeat with the product; where one has none it ends.
        let end = match (self.period, other.period) {
            (Some(a), Some(b)) if a == b => a,
            (Some(a), Some(b)) => return a.checked_mul(b).is_none_or(|end| self.meets_before(other, end)),
            (None, _) => self.to,
            (_, None) => other.to,
        };
        self.meets_before(other, end)
    }

    fn meets_before(&self, other: &Slice, end: usize) -> bool {
        // Positions beyond this are as good as unknown: to be on the safe side they meet.
        const LOOKED_AT: usize = 1 << 24;
        end > LOOKED_AT || (0..end).any(|place| self.place(place).is_some() && other.place(place).is_some())
    }
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
    /// Which positions along the axis, if not all of them; of [`Axis::All`] which rows.
    pub slice: Option<Slice>,
    /// What the network adds to the stored numbers before it uses them: 1 for gains that are stored as `gain - 1`.
    pub offset: f64,
    /// Whether a matrix is stored the other way round, so that rows and columns change places.
    pub transposed: bool,
}

impl Block {
    fn new(tensor: String, axis: Axis, coefficient: f64) -> Self {
        Block { tensor, axis, coefficient, heads: 1, slice: None, offset: 0.0, transposed: false }
    }

    /// Rows or entries, without heads.
    pub fn rows(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block::new(tensor.into(), Axis::Rows, coefficient)
    }

    /// Columns, without heads.
    pub fn columns(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block::new(tensor.into(), Axis::Columns, coefficient)
    }

    /// The whole tensor.
    pub fn all(tensor: impl Into<String>, coefficient: f64) -> Self {
        Block::new(tensor.into(), Axis::All, coefficient)
    }

    /// The same with its axis in so many heads.
    #[must_use]
    pub fn in_heads(self, heads: usize) -> Self {
        Block { heads, ..self }
    }

    /// The same of some positions only.
    #[must_use]
    pub fn sliced(self, from: usize, to: usize, period: Option<usize>) -> Self {
        Block { slice: Some(Slice { from, to, period }), ..self }
    }

    /// The same of numbers that are stored without so much of them.
    #[must_use]
    pub fn offset_by(self, offset: f64) -> Self {
        Block { offset, ..self }
    }

    /// Whether some element may belong to both.
    pub fn shares_elements_with(&self, other: &Block) -> bool {
        let apart = match (&self.slice, &other.slice) {
            (Some(slice), Some(other)) => !slice.meets(other),
            _ => false,
        };
        self.tensor == other.tensor && !(self.axis == other.axis && apart)
    }

    /// With the axis as it is in the file.
    fn resolved(&self, checkpoint: &Checkpoint) -> Self {
        let matrix = checkpoint.get(&self.tensor).is_some_and(|tensor| tensor.shape.len() == 2);
        let axis = match self.axis {
            Axis::Rows if self.transposed && matrix => Axis::Columns,
            Axis::Columns if self.transposed && matrix => Axis::Rows,
            axis => axis,
        };
        Block { axis, transposed: false, ..self.clone() }
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

/// What the norms add to the mean square of what they read, where that breaks the symmetry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inexact {
    /// That number, if it is known.
    pub epsilon: Option<f64>,
    /// How many norms there are.
    pub norms: usize,
    /// Over so many numbers the squares of the law's first tensor make the mean square that a norm reads; 0 for its elements.
    pub entries: usize,
}

/// What is taken for an epsilon that is not known: the largest that is usual.
pub const USUAL_EPSILON: f64 = 1e-5;

impl Inexact {
    /// How large the overlap of a true law may be, if what is read has the mean square `m`.
    ///
    /// A norm `x / sqrt(m + epsilon)` passes on `epsilon / (m + epsilon)` of a relative change of size, where one without epsilon passes
    /// on none; so much of the overlap that a network without norms would have is left, for each of them.
    pub fn allowed(&self, m: f64) -> f64 {
        let epsilon = self.epsilon.unwrap_or(USUAL_EPSILON);
        if epsilon == 0.0 { 0.0 } else { self.norms as f64 * epsilon / (m + epsilon) }
    }

    /// The epsilon from which on such an overlap is allowed; none if no epsilon does.
    pub fn needed(&self, m: f64, overlap: f64) -> Option<f64> {
        let norms = self.norms as f64;
        (overlap < norms).then(|| m * overlap / (norms - overlap))
    }

    /// In words.
    pub fn remark(&self) -> String {
        match self.epsilon {
            Some(epsilon) => format!("exact only if the norms' epsilon is 0, here it is {epsilon:e}"),
            None => format!(
                "exact only if the norms' epsilon is 0; it is not known, and taken to be {USUAL_EPSILON:e} at most"
            ),
        }
    }
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
    /// Which pairs of places of a head share a member.
    pub rotary: Option<Rotary>,
    /// Whether all places of a group share one.
    pub whole: bool,
    /// The tensors; no element may come twice.
    pub blocks: Vec<Block>,
    /// What has to be known of it, for instance when it is not exact.
    pub remark: Option<String>,
    /// If its symmetry is one only as far as the epsilon of the norms is small, that.
    pub inexact: Option<Inexact>,
}

impl Law {
    /// A rescaling law without heads.
    pub fn rescaling(name: &str, layer: Option<usize>, blocks: Vec<Block>) -> Self {
        Law {
            name: name.to_owned(),
            layer,
            form: Form::Rescaling,
            groups: 1,
            rotary: None,
            whole: false,
            blocks,
            remark: None,
            inexact: None,
        }
    }

    /// The same law in this many groups of heads.
    #[must_use]
    pub fn in_groups(self, groups: usize) -> Self {
        Law { groups, ..self }
    }

    /// The same law of tensors as they are in the file: what is transposed has its rows and columns exchanged.
    #[must_use]
    pub fn resolved(&self, checkpoint: &Checkpoint) -> Self {
        let elements = |block: &Block| checkpoint.get(&block.tensor).map_or(0, crate::checkpoint::Tensor::len);
        let inexact = self.inexact.map(|inexact| match inexact.entries {
            0 => Inexact { entries: self.blocks.first().map_or(0, elements), ..inexact },
            _ => inexact,
        });
        Law { inexact, blocks: self.blocks.iter().map(|block| block.resolved(checkpoint)).collect(), ..self.clone() }
    }

    /// The same law, exact only as far as an epsilon is small.
    #[must_use]
    pub fn inexact(self, inexact: Inexact) -> Self {
        match inexact.epsilon {
            Some(0.0) => self,
            _ => Law { remark: Some(inexact.remark()), inexact: Some(inexact), ..self },
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two heads of 2, whose queries, keys and values lie beside each other.
    #[test]
    fn slices_count_their_positions_anew() {
        let key = Slice { from: 2, to: 4, period: Some(6) };
        let places: Vec<(usize, usize)> =
            (0..12).filter_map(|position| Some((position, key.place(position)?))).collect();
        assert_eq!(places, [(2, 0), (3, 1), (8, 2), (9, 3)]);
        assert_eq!((key.length(12), key.length(11)), (Some(4), None));
        let plain = Slice { from: 3, to: 8, period: None };
        assert_eq!((plain.length(8), plain.length(7), plain.place(3), plain.place(8)), (Some(5), None, Some(0), None));
        let block = |slice: Slice| Block { slice: Some(slice), ..Block::rows("a", 1.0) };
        assert!(block(plain).shares_elements_with(&block(key)));
        assert!(!block(Slice { from: 0, to: 2, period: Some(6) }).shares_elements_with(&block(key)));
        assert!(block(Slice { from: 0, to: 2, period: Some(5) }).shares_elements_with(&block(key)), "at 25");
        assert!(block(key).shares_elements_with(&Block::rows("a", 1.0)));
        assert!(!block(key).shares_elements_with(&Block::rows("b", 1.0)));
        assert!(block(key).shares_elements_with(&Block { axis: Axis::Columns, ..block(key) }));
    }
}
