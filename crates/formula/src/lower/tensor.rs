//! Operations on whole tensors.

use super::{At, Lowering};
use crate::shape::Shape;
use crate::tape::{Node, Transcendental};
use crate::typed::Typed;

impl Lowering<'_> {
    /// The matrix product, a vector on the left being a row and on the right a column.
    pub(super) fn contract(&mut self, left: &Typed, right: &Typed, at: At<'_>) -> Vec<Node> {
        let (a, b) = (self.lower(left, at), self.lower(right, at));
        let (rows, inner) = match &left.shape {
            Shape::Matrix(..) => self.dimensions(&left.shape),
            _ => (1, a.len()),
        };
        let columns = b.len() / inner;
        let mut product = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let of_column: Vec<Node> = (0..inner).map(|place| b[place * columns + column]).collect();
                product.push(self.tape.dot(&a[row * inner..(row + 1) * inner], &of_column));
            }
        }
        product
    }

    /// Along the first row: of at most four rows.
    pub(super) fn determinant(&mut self, entries: &[Node], rows: usize) -> Node {
        if rows == 1 {
            return entries[0];
        }
        let mut terms = Vec::with_capacity(rows);
        for column in 0..rows {
            let others = (1..rows)
                .flat_map(|row| (0..rows).filter(move |other| *other != column).map(move |other| (row, other)));
            let minor: Vec<Node> = others.map(|(row, other)| entries[row * rows + other]).collect();
            let minor = self.determinant(&minor, rows - 1);
            let term = self.tape.multiply(entries[column], minor);
            terms.push(if column % 2 == 0 { term } else { self.tape.negate(term) });
        }
        self.tape.sum(terms)
    }

    /// The length of the rows along which softmax goes.
    fn row_len(&self, shape: &Shape) -> usize {
        match shape {
            Shape::Matrix(_, columns) => self.extent(columns),
            Shape::Vector(entries) => self.extent(entries),
            Shape::Scalar => 1,
        }
    }

    /// `exp(a_i) / sum_j exp(a_j)`
    pub(super) fn softmax(&mut self, of: &Typed, at: At<'_>) -> Vec<Node> {
        let entries = self.lower(of, at);
        let len = self.row_len(&of.shape);
        let mut result = Vec::with_capacity(entries.len());
        for row in entries.chunks(len) {
            let exponentials: Vec<Node> =
                row.iter().map(|entry| self.tape.apply(Transcendental::Exp, *entry)).collect();
            let partition = self.tape.sum(exponentials.iter().copied());
            result.extend(exponentials.into_iter().map(|entry| self.tape.divide(entry, partition)));
        }
        result
    }

    /// `sum_i p_i log(sum_j exp(a_j - a_i))`
    pub(super) fn cross_entropy(&mut self, logits: &Typed, target: &Typed, at: At<'_>) -> Node {
        let len = self.row_len(&logits.shape);
        let (logits, target) = (self.lower(logits, at), self.lower(target, at));
        let mut terms = Vec::with_capacity(logits.len());
        for (row, probabilities) in logits.chunks(len).zip(target.chunks(len)) {
            for (logit, probability) in row.iter().zip(probabilities) {
                let sum = self.log_sum_of_differences(row, *logit);
                let log = self.tape.apply(Transcendental::Log, sum);
                terms.push(self.tape.multiply(*probability, log));
            }
        }
        self.tape.sum(terms)
    }
}
