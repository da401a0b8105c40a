//! `latent/three-views`: three views of a hidden cause tell its tables, two do not.
//!
//! ```text
//! P_w = sum_s w_s P(A, B, C = s),  P_1 = P(A, B):   det(x - P_w P_1^-1) = prod_l (x - sum_s w_s P(C = s | S = l))
//! ```
//!
//! `A`, `B`, `C` are independent given `S`. Where the values of `w` differ, the eigenvectors of column sum 1 are `P(A | S)`. Source: [`HIERARCHY`], and [`ALLMAN`] for the general theorem.

use super::tables::{count, full_table, joint, masses, product, table};
use super::{ALLMAN, HIERARCHY};
use crate::linalg::{exact, minors};
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;

/// What three views tell.
#[derive(Clone, Copy)]
pub(super) struct ThreeViews {
    given: Given,
}

#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// Three independent views.
    Independent,
    /// `C` depends on `A` in place of `S`.
    Copy,
    /// `P(A | S)` as read from `P(A, B)` alone, of which another cause is the cause as well.
    TwoViews,
}

/// The law.
pub(super) const LAW: ThreeViews = ThreeViews { given: Given::Independent };

/// `latent/three-views`
pub static CLAIM: Claim = Claim {
    id: "latent/three-views",
    title: "three views of a hidden cause tell its tables",
    statement: "A, B, C independent given S: det(x - P_w P_1^-1) = prod_l (x - sum_s w_s P(C = s | S = l)) for every w, with P_w = sum_s w_s P(A, B, C = s) and P_1 = P(A, B); \
        if these values differ, the eigenvectors of P_w P_1^-1 with column sum 1 are the columns of P(A | S)",
    hypotheses: &[
        "S has k states, all of positive probability; P(A | S) and P(B | S) are k x k and invertible, tested on those drawn",
        "checked for k = 2, 3, 4 and C of two and three values, w not constant; where two values of w agree, only the polynomial is asserted",
    ],
    references: &[HIERARCHY, ALLMAN],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "view-of-a-view",
            "C depends on A, not on S: the eigenvalues are w's means given A",
            &Independent(Exact(ThreeViews { given: Given::Copy })),
        ),
        control(
            "two-views",
            "without C: another P(A | S) has the same P(A, B)",
            &Independent(Exact(ThreeViews { given: Given::TwoViews })),
        ),
    ],
};

/// A hidden cause and three views of it.
pub(super) struct Views {
    /// `pi`
    pub(super) law: Vec<Rational>,
    /// `P(A | S)`, `P(B | S)`, `P(C | S)`, values by states
    tables: [DMatrix<Rational>; 3],
    /// `P(C | A)`, where `C` depends on `A`.
    copy: Option<DMatrix<Rational>>,
    /// `w`
    pub(super) weights: Vec<Rational>,
}

impl Drawn for Views {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} states, C of {} values", self.law.len(), self.weights.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = vec![Numbers::new("pi", self.law.clone()), Numbers::new("w", self.weights.clone())];
        let names = ["P(A | S)", "P(B | S)", "P(C | S)"];
        numbers
            .extend(names.into_iter().zip(&self.tables).map(|(name, table)| Numbers::new(name, table.iter().cloned())));
        numbers
    }
}

/// The table of a second model of two views: `(99, 1/2; 1, 199/2) / 100` and its inverse.
fn mixing() -> DMatrix<Rational> {
    DMatrix::from_row_slice(2, 2, &[(99, 100), (1, 200), (1, 100), (199, 200)].map(Rational::from))
}

/// `P(S, B)` of the second model.
fn second(law: &[Rational], b: &DMatrix<Rational>) -> Result<DMatrix<Rational>, Unjudged> {
    let first = joint(&DMatrix::from_diagonal_element(2, 2, Rational::from(1)), law, b);
    Ok(product(&exact::inverse(&mixing())?, &first))
}

impl Draws for ThreeViews {
    type Instance = Views;

    fn draw(&self, draw: &mut Draw) -> Result<Views, Unjudged> {
        let stream = &mut draw.own();
        let states = if self.given == Given::TwoViews { 2 } else { 2 + stream.below(3) };
        let values = 2 + stream.below(2);
        let (law, tables) = loop {
            let law = masses(stream, states);
            let tables =
                [full_table(stream, states, states), full_table(stream, states, states), table(stream, values, states)];
            // Another model of two views has masses, none of them negative.
            if self.given != Given::TwoViews || second(&law, &tables[1])?.iter().all(|mass| *mass >= 0) {
                break (law, tables);
            }
        };
        // A constant w sees nothing of C.
        let mut weights: Vec<Rational> = (0..values).map(|_| stream.small()).collect();
        while weights.iter().all(|weight| *weight == weights[0]) {
            weights[0] = stream.small();
        }
        let mut copy = None;
        while self.given == Given::Copy && copy.is_none() {
            let table = table(stream, values, states);
            let means = means(&weights, &table);
            // Each value of the law is a mean of these, strictly between the least and the largest of them.
            copy = means.iter().any(|mean| *mean != means[0]).then_some(table);
        }
        Ok(Views { law, tables, copy, weights })
    }
}

/// `sum_s w_s P(C = s | .)`, state by state.
fn means(weights: &[Rational], table: &DMatrix<Rational>) -> Vec<Rational> {
    let mean = |state: usize| {
        weights.iter().enumerate().map(|(value, weight)| Rational::from(weight * &table[(value, state)])).sum()
    };
    (0..table.ncols()).map(mean).collect()
}

/// The coefficients of `det(x - M)` below the leading one, from that of `x^(k-1)`.
fn characteristic(matrix: &DMatrix<Rational>) -> Vec<Rational> {
    let signed = |n: usize| {
        if n.is_multiple_of(2) { minors::principal_minors(matrix, n) } else { -minors::principal_minors(matrix, n) }
    };
    (1..=matrix.nrows()).map(signed).collect()
}

/// The same of `prod (x - root)`, multiplied out.
fn with_roots(roots: &[Rational]) -> Vec<Rational> {
    let mut polynomial = vec![Rational::from(1)];
    for root in roots {
        polynomial.push(Rational::new());
        for place in (1..polynomial.len()).rev() {
            let lower = Rational::from(&polynomial[place - 1] * root);
            polynomial[place] -= lower;
        }
    }
    polynomial.split_off(1)
}

impl Views {
    /// `P_w` and `P_1`, summed over the values of all views.
    fn observed(&self) -> [DMatrix<Rational>; 2] {
        let [a, b, c] = &self.tables;
        let size = self.law.len();
        let sum = |weight: &dyn Fn(usize) -> Rational| {
            DMatrix::from_fn(size, size, |row, column| {
                let mut total = Rational::new();
                for (state, mass) in self.law.iter().enumerate() {
                    let pair = Rational::from(&a[(row, state)] * &b[(column, state)]) * mass;
                    for value in 0..c.nrows() {
                        let third = match &self.copy {
                            Some(copy) => &copy[(value, row)],
                            None => &c[(value, state)],
                        };
                        total += Rational::from(&pair * third) * weight(value);
                    }
                }
                total
            })
        };
        [sum(&|value| self.weights[value].clone()), sum(&|_| Rational::from(1))]
    }

    /// `sum_s w_s P(C = s | S = l)`, state by state.
    fn values(&self) -> Vec<Rational> {
        match &self.copy {
            // P(C | S), which sums over A.
            Some(copy) => means(&self.weights, &product(copy, &self.tables[0])),
            None => means(&self.weights, &self.tables[2]),
        }
    }
}

/// The eigenvector of column sum 1, if it is the only one.
fn eigenvector(matrix: &DMatrix<Rational>, value: &Rational) -> Option<Vec<Rational>> {
    let mut shifted = matrix.clone();
    (0..shifted.nrows()).for_each(|place| shifted[(place, place)] -= value);
    let kernel = exact::null_space(&shifted);
    let total: Rational = kernel.iter().sum();
    (kernel.ncols() == 1 && total != 0).then(|| kernel.iter().map(|entry| Rational::from(entry / &total)).collect())
}

impl<T: Field> In<T> for ThreeViews {
    fn relations(&self, views: &Views) -> Result<Vec<Relation<T>>, Unjudged> {
        let [a, b, _] = &views.tables;
        let known = |recovered: Vec<Rational>| {
            Relation::equality(
                "the eigenvectors are the table",
                vec![Term::vector("eigenvectors of column sum 1", recovered)],
                vec![Term::vector("P(A | S)", a.as_slice().to_vec())],
            )
        };
        if self.given == Given::TwoViews {
            let other = product(a, &mixing());
            if product(&other, &second(&views.law, b)?) != joint(a, &views.law, b) {
                return Err(Unjudged::Open("the second model has another table"));
            }
            return Ok(carried(vec![known(other.as_slice().to_vec())]));
        }
        let [weighted, plain] = views.observed();
        let observed = product(&weighted, &exact::inverse(&plain)?);
        let values = views.values();
        let mut relations = vec![Relation::equality(
            ("characteristic polynomial", format!("k = {}", count(values.len()))),
            vec![Term::vector("det(x - P_w P_1^-1)", characteristic(&observed))],
            vec![Term::vector("prod_l (x - sum_s w_s P(C = s | S = l))", with_roots(&values))],
        )];
        let differ = (1..values.len()).all(|place| !values[..place].contains(&values[place]));
        if differ && self.given == Given::Independent {
            // A value that is no eigenvalue has no eigenvector: zeros are none of the table's columns.
            let missing = || vec![Rational::new(); values.len()];
            let recovered =
                values.iter().flat_map(|value| eigenvector(&observed, value).unwrap_or_else(missing)).collect();
            relations.push(known(recovered));
        }
        Ok(carried(relations))
    }
}
