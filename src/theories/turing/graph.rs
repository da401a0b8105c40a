//! Weighted graphs with rational Laplacians, and the linear part of a dynamics on them.

use crate::scalar::Rational;
use crate::verify::Stream;
use nalgebra::DMatrix;

/// A square matrix of rationals.
pub(super) type Matrix = DMatrix<Rational>;

/// A matrix of integers, row by row.
pub(super) fn integers(order: usize, entries: &[i64]) -> Matrix {
    DMatrix::from_row_iterator(order, order, entries.iter().map(|&entry| Rational::from(entry)))
}

/// The Laplacian of the graph with these weights of edges `(i, j)`.
pub(super) fn laplacian(nodes: usize, edges: &[(usize, usize, Rational)]) -> Matrix {
    let mut matrix = DMatrix::from_element(nodes, nodes, Rational::new());
    for (i, j, weight) in edges {
        for (row, column) in [(*i, *j), (*j, *i)] {
            matrix[(row, row)] += weight;
            matrix[(row, column)] -= weight;
        }
    }
    matrix
}

/// A connected graph of two to four nodes with weights of few bits.
pub(super) fn draw(stream: &mut Stream) -> Matrix {
    let nodes = 2 + stream.below(3);
    let mut edges: Vec<_> = (1..nodes).map(|node| (stream.below(node), node, stream.positive())).collect();
    if stream.coin() {
        edges.push((0, nodes - 1, stream.positive()));
    }
    laplacian(nodes, &edges)
}

/// A graph whose Laplacian has rational eigenvalues, and these: complete graphs, a path, a cycle, stars, with one weight each.
pub(super) fn with_spectrum(stream: &mut Stream, weight: &Rational) -> (Matrix, Vec<Rational>) {
    let complete = |nodes: usize| (0..nodes).flat_map(|j| (0..j).map(move |i| (i, j))).collect::<Vec<_>>();
    let star = |nodes: usize| (1..nodes).map(|leaf| (0, leaf)).collect::<Vec<_>>();
    let (nodes, edges, spectrum): (usize, Vec<(usize, usize)>, &[i64]) = match stream.below(6) {
        0 => (2, complete(2), &[0, 2]),
        1 => (3, complete(3), &[0, 3, 3]),
        2 => (3, star(3), &[0, 1, 3]),
        3 => (4, vec![(0, 1), (1, 2), (2, 3), (3, 0)], &[0, 2, 2, 4]),
        4 => (4, star(4), &[0, 1, 1, 4]),
        _ => (4, complete(4), &[0, 4, 4, 4]),
    };
    let edges: Vec<_> = edges.into_iter().map(|(i, j)| (i, j, weight.clone())).collect();
    (laplacian(nodes, &edges), spectrum.iter().map(|&value| Rational::from(weight * value)).collect())
}

/// `1 (x) A - L (x) D`
pub(super) fn linear_part(a: &Matrix, d: &Matrix, laplacian: &Matrix) -> Matrix {
    let (size, nodes) = (a.nrows(), laplacian.nrows());
    DMatrix::from_fn(size * nodes, size * nodes, |row, column| {
        let (node, other) = (row / size, column / size);
        let (i, j) = (row % size, column % size);
        let own = if node == other { a[(i, j)].clone() } else { Rational::new() };
        own - Rational::from(&laplacian[(node, other)] * &d[(i, j)])
    })
}

/// `A - Lam D`, the block of an eigenvalue of the Laplacian.
pub(super) fn block(a: &Matrix, d: &Matrix, eigenvalue: &Rational) -> Matrix {
    a.zip_map(d, |a, d| a - d * eigenvalue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::roots::characteristic_polynomial;

    /// The characteristic polynomial is the product of its factors.
    #[test]
    fn spectra_are_those_of_the_laplacians() {
        for seed in 0..32 {
            let mut stream = Stream::new(&["spectra"], seed, 0);
            let weight = stream.positive();
            let (matrix, spectrum) = with_spectrum(&mut stream, &weight);
            let mut product = vec![Rational::from(1)];
            for value in &spectrum {
                let mut next = vec![Rational::new(); product.len() + 1];
                for (power, coefficient) in product.iter().enumerate() {
                    next[power + 1] += coefficient;
                    next[power] -= Rational::from(coefficient * value);
                }
                product = next;
            }
            assert_eq!(characteristic_polynomial(&matrix), product);
        }
    }
}
