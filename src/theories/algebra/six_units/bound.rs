//! Why five squares are too few: both parts of the form anticommute up to a number, so that none of their combinations is singular, and five squares would have one that is.

use super::super::network::{Group, Outputs, Unit};
use super::computes;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};
use nalgebra::{DMatrix, DVector};

/// The bound: why five squares are too few.
#[derive(Clone, Copy)]
pub(in super::super) struct Bound;

/// The bound.
pub(in super::super) const BOUND: Bound = Bound;

/// A number lambda, and five squares in a basis of which the first four are coordinates.
pub(in super::super) struct Certificate {
    pub(in super::super) lambda: [Rational; 2],
    /// The factors of the squares in `u'`, without the fifth, and in `w'`.
    pub(in super::super) factors: [Vec<Rational>; 2],
    /// The fifth form.
    pub(in super::super) fifth: DVector<Rational>,
}

impl Drawn for Certificate {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("lambda = {} + {} i, and five squares", self.lambda[0], self.lambda[1])
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("factors in u'", self.factors[0].clone()),
            Numbers::new("factors in w'", self.factors[1].clone()),
            Numbers::new("the fifth form", self.fifth.iter().cloned()),
        ]
    }
}

impl Draws for Bound {
    type Instance = Certificate;

    fn draw(&self, draw: &mut Draw) -> Result<Certificate, Unjudged> {
        let stream = &mut draw.own();
        let mut small = |count: usize| (0..count).map(|_| stream.small()).collect::<Vec<Rational>>();
        let (lambda, without, with, fifth) = (small(2), small(4), small(5), small(4));
        let lambda = [lambda[0].clone(), lambda[1].clone()];
        Ok(Certificate { lambda, factors: [without, with], fifth: DVector::from_vec(fifth) })
    }
}

fn product(a: &DMatrix<Rational>, b: &DMatrix<Rational>) -> DMatrix<Rational> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |row, column| {
        (0..a.ncols()).map(|inner| Rational::from(&a[(row, inner)] * &b[(inner, column)])).sum()
    })
}

/// The symmetric matrices of the real and the imaginary part of `X Y + lambda (|X|^2 - |Y|^2)`.
fn parts([real, imaginary]: &[Rational; 2]) -> [DMatrix<Rational>; 2] {
    let half = |value: i64| Rational::from((value, 2));
    let matrix = |lambda: &Rational, off: [[i64; 2]; 2]| {
        DMatrix::from_fn(4, 4, |row, column| match (row / 2, column / 2) {
            (0, 1) => half(off[row][column - 2]),
            (1, 0) => half(off[column][row - 2]),
            (side, _) if row == column => lambda.clone() * if side == 0 { 1 } else { -1 },
            _ => Rational::new(),
        })
    };
    [matrix(real, [[1, 0], [0, -1]]), matrix(imaginary, [[0, 1], [1, 0]])]
}

impl<T: Field> In<T> for Bound {
    fn relations(&self, certificate: &Certificate) -> Result<Vec<Relation<T>>, Unjudged> {
        let Certificate { lambda, factors, fifth } = certificate;
        let [u, w] = parts(lambda);
        let quarter = Rational::from((1, 4));
        let [p, q] = lambda.each_ref().map(|part| Rational::from(part.square_ref()) + &quarter);
        let r = Rational::from(&lambda[0] * &lambda[1]);
        let entries = |matrix: DMatrix<Rational>| matrix.as_slice().to_vec();
        let times = |number: &Rational| entries(DMatrix::from_fn(4, 4, |i, j| number.clone() * i64::from(i == j)));
        let twice = Rational::from(&r * 2);
        let norm = lambda.iter().map(|part| Rational::from(part.square_ref())).sum::<Rational>() / 4;
        let square = |kind, name: &'static str, matrix: DMatrix<Rational>, number: &Rational, said: &'static str| {
            Relation::equality(kind, vec![Term::vector(name, entries(matrix))], vec![Term::vector(said, times(number))])
        };
        let mut relations = vec![
            square("real part", "u^2", product(&u, &u), &p, "p"),
            square("imaginary part", "w^2", product(&w, &w), &q, "q"),
            Relation::equality(
                "both parts",
                vec![Term::vector("u w", entries(product(&u, &w))), Term::vector("w u", entries(product(&w, &u)))],
                vec![Term::vector("2 r", times(&twice))],
            ),
            Relation::equality(
                "no combination is singular",
                vec![Term::scalar("p q - r^2", p * q - Rational::from(r.square_ref()))],
                vec![Term::scalar("|lambda|^2/4", norm), Term::scalar("1/16", Rational::from((1, 16)))],
            ),
        ];
        // M = u'^-1 w' = Delta + x y^T with y the fifth form.
        let [without, with] = factors;
        let matrix = DMatrix::from_fn(4, 4, |i, j| {
            let own = if i == j { with[i].clone() } else { Rational::new() };
            (own + Rational::from(&fifth[i] * &fifth[j]) * &with[4]) / &without[i]
        });
        let delta =
            DMatrix::from_fn(
                4,
                4,
                |i, j| {
                    if i == j { Rational::from(&with[i] / &without[i]) } else { Rational::new() }
                },
            );
        let conditions = DMatrix::from_fn(2, 4, |row, j| {
            if row == 0 { fifth[j].clone() } else { Rational::from(&fifth[j] * &delta[(j, j)]) }
        });
        let kept = exact::null_space(&conditions);
        relations.push(Relation::equality(
            "five squares",
            vec![Term::vector("M^2 v", entries(product(&matrix, &product(&matrix, &kept))))],
            vec![Term::vector("Delta^2 v", entries(product(&delta, &product(&delta, &kept))))],
        ));
        relations.push(of_four_elements());
        Ok(carried(relations))
    }
}

/// Six units on the cyclic group of four: four of frequency 1, two of frequency 2.
fn of_four_elements() -> Relation<Rational> {
    let group = Group(&[4]);
    let number = Rational::from;
    // Re and Im of i^g
    let x = |g: usize| [[1, 0, -1, 0][g], [0, 1, 0, -1][g]];
    let sum = |g: usize| x(g)[0] + x(g)[1];
    let difference = |g: usize| x(g)[0] - x(g)[1];
    let sign = |g: usize| [1, -1][g % 2];
    let unit = |a: &dyn Fn(usize) -> i64, b: &dyn Fn(usize) -> i64, [re, im]: [i64; 2]| {
        // (2/d) Re(c conj(chi_1)), c over 4
        let w = (0..4).map(|c| Rational::from((re * x(c)[0] + im * x(c)[1], 8))).collect();
        Unit { a: (0..4).map(|g| number(a(g))).collect(), b: (0..4).map(|g| number(b(g))).collect(), w }
    };
    let minus = |g: usize| -sum(g);
    let mut units = vec![
        unit(&sum, &sum, [0, 1]),
        unit(&difference, &difference, [0, -1]),
        unit(&sum, &difference, [1, 0]),
        unit(&difference, &minus, [-1, 0]),
    ];
    for own in [1, -1] {
        let w = (0..4).map(|c| Rational::from((own * sign(c), 16))).collect();
        let values = |factor: i64| (0..4).map(|g| number(factor * sign(g))).collect();
        units.push(Unit { a: values(1), b: values(own), w });
    }
    computes(group, Outputs::of(group, &units).values, 1)
}
