//! `eth/diagonal-ratio`: variances on the diagonal and off it of a fixed matrix in a random basis.
//!
//! ```text
//! orthogonal: Var O_ii = 2 v(A)/(d (d+2)),   E O_ij^2 = v(A)/((d-1)(d+2)),   Cov(O_ii, O_jj) = -2 v(A)/(d (d-1)(d+2))
//! unitary:    Var O_ii =   v(A)/(d (d+1)),   E |O_ij|^2 = v(A)/(d^2-1),      Cov(O_ii, O_jj) =   -v(A)/(d (d^2-1))
//! ```
//!
//! `O = R^T A R` or `U^+ A U` of a 2-design, `v(A) = tr A^2 - (tr A)^2/d`. Sources: [`SREDNICKI`] for the form, [`ENVELOPES`].

use super::weyl_averages::averages;
use super::{ENVELOPES, SREDNICKI};
use crate::exact::Gaussian;
use crate::exact::groups::weyl::Weyl;
use crate::exact::groups::{Group, Operator, moments};
use crate::instances::operators::{all_exactly, exactly, integers};
use crate::scalar::{Field, Rational, Ring};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Unjudged, control,
};
use nalgebra::DMatrix;

/// In a random orthogonal basis.
#[derive(Clone, Copy)]
pub(super) struct Orthogonal {
    group: Weyl,
    /// Whether the ratio of the variances is `2 (1 - 1/d)`, or else 2.
    finite: bool,
}

/// In a random unitary basis.
#[derive(Clone, Copy)]
pub(super) struct Unitary;

pub(super) const ORTHOGONAL: Orthogonal = Orthogonal { group: Weyl::F4, finite: true };

/// `eth/diagonal-ratio`
pub static CLAIM: Claim = Claim {
    id: "eth/diagonal-ratio",
    title: "diagonal entries vary 2 (1 - 1/d) times as much as the others, not twice",
    statement: "O = R^T A R with R from an orthogonal 2-design: Var O_ii = 2 v(A)/(d (d + 2)), E O_ij^2 = v(A)/((d - 1)(d + 2)), Cov(O_ii, O_jj) = -2 v(A)/(d (d - 1)(d + 2)), ratio 2 (1 - 1/d); \
        O = U^+ A U with U from a unitary one: v(A)/(d (d + 1)), v(A)/(d^2 - 1), -v(A)/(d (d^2 - 1)), ratio 1 - 1/d",
    hypotheses: &[
        "A fixed, real symmetric or Hermitian, on d >= 2 dimensions; v(A) = tr A^2 - (tr A)^2/d; i differs from j",
        "checked for the 1152 matrices of W(F4), d = 4, and for the Cliffords of one qubit and two, A of integers",
    ],
    references: &[ENVELOPES, SREDNICKI],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(ORTHOGONAL)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(Unitary)), number: Some },
    ],
    controls: &[
        control(
            "signed-permutations",
            "R from W(B4), which is irreducible and no 2-design",
            &Independent(Exact(Orthogonal { group: Weyl::B4, ..ORTHOGONAL })),
        ),
        control(
            "gaussian-ratio",
            "the ratio 2 of a matrix whose trace fluctuates",
            &Independent(Exact(Orthogonal { finite: false, ..ORTHOGONAL })),
        ),
    ],
};

/// A symmetric matrix of integers.
pub(super) struct Symmetric(pub(super) [[i64; 4]; 4]);

impl Drawn for Symmetric {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a symmetric matrix in 4 dimensions".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("A, row by row", self.0.iter().flatten().map(|&entry| Rational::from(entry)))]
    }
}

impl Draws for Orthogonal {
    type Instance = Symmetric;

    fn draw(&self, draw: &mut Draw) -> Result<Symmetric, Unjudged> {
        let stream = &mut draw.own();
        let mut matrix = [[0; 4]; 4];
        if self.group == Weyl::B4 {
            matrix[0][0] = stream.integer(1, 9);
            return Ok(Symmetric(matrix));
        }
        loop {
            // A lower triangle, and its mirror image.
            let entries: [i64; 10] = std::array::from_fn(|_| stream.integer(-4, 4));
            let place = |low: usize, high: usize| entries[high * (high + 1) / 2 + low];
            matrix = std::array::from_fn(|i| std::array::from_fn(|j| place(i.min(j), i.max(j))));
            // Rank one now and then.
            if stream.below(4) == 0 {
                let u: [i64; 4] = std::array::from_fn(|_| stream.integer(-3, 3));
                matrix = std::array::from_fn(|i| std::array::from_fn(|j| u[i] * u[j]));
            }
            let is_multiple = (0..4).all(|i| (0..4).all(|j| matrix[i][j] == if i == j { matrix[0][0] } else { 0 }));
            if !is_multiple {
                return Ok(Symmetric(matrix));
            }
        }
    }
}

/// The three variances and their ratio, from averages, against what they should be.
fn relations<T: Field>(
    words: [&'static str; 4],
    squares: &[Rational],
    products: &[Rational],
    off: &[Rational],
    mean_square: &Rational,
    [variance, of_off, covariance]: [Rational; 3],
    ratio: &Rational,
) -> Vec<Relation<T>> {
    let repeated = |value: &Rational, of: &[Rational]| vec![value.clone(); of.len()];
    let average = |of: &[Rational]| of.iter().sum::<Rational>() / of.len() as u32;
    vec![
        Relation::equality(
            words[0],
            vec![all_exactly("E O_ii^2", squares)],
            vec![
                all_exactly("(tr A)^2/d^2", &repeated(mean_square, squares)),
                all_exactly("Var O_ii", &repeated(&variance, squares)),
            ],
        ),
        Relation::equality(
            words[1],
            vec![all_exactly("E |O_ij|^2", off)],
            vec![all_exactly("variance off the diagonal", &repeated(&of_off, off))],
        ),
        Relation::equality(
            words[2],
            vec![all_exactly("E O_ii O_jj", products)],
            vec![
                all_exactly("(tr A)^2/d^2", &repeated(mean_square, products)),
                all_exactly("Cov(O_ii, O_jj)", &repeated(&covariance, products)),
            ],
        ),
        Relation::equality(
            words[3],
            vec![exactly("E O_ii^2", &average(squares)), exactly("-(tr A)^2/d^2", &-mean_square.clone())],
            vec![exactly("ratio E |O_ij|^2", &(average(off) * ratio))],
        ),
    ]
}

impl<T: Field> In<T> for Orthogonal {
    fn relations(&self, Symmetric(matrix): &Symmetric) -> Result<Vec<Relation<T>>, Unjudged> {
        let [diagonal, off] = averages(self.group, matrix);
        // The places 0, 4, 7, 9 of the pairs i <= j are those with i = j.
        let (mut squares, mut products) = (Vec::new(), Vec::new());
        for (place, average) in diagonal.into_iter().enumerate() {
            if [0, 4, 7, 9].contains(&place) { squares.push(average) } else { products.push(average) }
        }
        let trace: Rational = (0..4).map(|i| Rational::from(matrix[i][i])).sum();
        let square: Rational = matrix.iter().flatten().map(|&entry| Rational::from(entry).square()).sum();
        let mean_square = trace.square() / 16_u32;
        let v = square - mean_square.clone() * 4_u32;
        let formulas = [v.clone() / 12_u32, v.clone() / 18_u32, -v / 36_u32];
        let words = [
            "diagonal entries, orthogonal",
            "other entries, orthogonal",
            "two diagonal entries, orthogonal",
            "ratio, orthogonal",
        ];
        let ratio = if self.finite { Rational::from((3, 2)) } else { Rational::from(2) };
        Ok(relations(words, &squares, &products, &off, &mean_square, formulas, &ratio))
    }
}

/// A Hermitian matrix by its Pauli coefficients.
pub(super) struct Hermitian(pub(super) Operator);

impl Drawn for Hermitian {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a Hermitian matrix in {} dimensions", self.0.dimension())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("A, by Pauli string", self.0.coefficients.clone())]
    }
}

impl Draws for Unitary {
    type Instance = Hermitian;

    fn draw(&self, draw: &mut Draw) -> Result<Hermitian, Unjudged> {
        let stream = &mut draw.own();
        let qubits = 1 + stream.below(2);
        Ok(Hermitian(integers(stream, qubits)))
    }
}

impl<T: Field> In<T> for Unitary {
    fn relations(&self, Hermitian(a): &Hermitian) -> Result<Vec<Relation<T>>, Unjudged> {
        let (qubits, size) = (a.qubits, a.dimension());
        let two = moments(Group::Clifford, qubits).of_two(a, a);
        let states: Vec<Operator> = (0..size).map(|b| Operator::basis_state(qubits, b)).collect();
        let (mut squares, mut products, mut off) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..size {
            squares.push(two.paired(&states[i], &states[i]));
            for j in i + 1..size {
                products.push(two.paired(&states[i], &states[j]));
                // |O_ij|^2 = (tr O X)^2/4 + (tr O Y)^2/4 with X = |i><j| + |j><i|, Y = i |i><j| - i |j><i|.
                let between = |upper: Gaussian| {
                    let lower = upper.conjugate();
                    let matrix = DMatrix::from_fn(size, size, |row, column| match (row, column) {
                        place if place == (i, j) => upper.clone(),
                        place if place == (j, i) => lower.clone(),
                        _ => Gaussian::integer(0),
                    });
                    let operator = Operator::of_matrix(qubits, &matrix);
                    two.paired(&operator, &operator)
                };
                off.push((between(Gaussian::integer(1)) + between(Gaussian::i())) / 4_u32);
            }
        }
        let d = a.size();
        let (v, mean_square) = (a.variance(), (a.trace() / &d).square());
        let (next, square) = (d.clone() + 1_u32, d.clone().square() - 1_u32);
        let formulas = [v.clone() / &d / &next, v.clone() / &square, -v / &d / &square];
        let words =
            ["diagonal entries, unitary", "other entries, unitary", "two diagonal entries, unitary", "ratio, unitary"];
        let ratio = Rational::from(1) - d.recip();
        Ok(relations(words, &squares, &products, &off, &mean_square, formulas, &ratio))
    }
}
