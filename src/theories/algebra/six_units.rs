//! `algebra/six-units`: six units of one frequency compute it, and no five do.
//!
//! ```text
//! sum_j c_j l_j^2 = X Y + lambda (|X|^2 - |Y|^2),  c_j, lambda complex, l_j real linear in (Re X, Im X, Re Y, Im Y):  at least 6 squares
//! X Y = (1 + i) y1 (x1 + x2) + i x1 (y2 - y1) - x2 (y1 + y2),  each product two squares
//! ```
//!
//! Source: [`COMPOSING`]; the three products are Gauss's.

use super::network::{Group, Outputs, Unit, coordinates, loss};
use super::{COMPOSING, SYMBOLIC};
use crate::exact::cyclotomic::Cyclotomic;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Unjudged, control,
};
use nalgebra::{DMatrix, DVector};

/// What a network of units of single frequencies computes.
#[derive(Clone, Copy)]
pub(super) struct SixUnits {
    units: Units,
}

#[derive(Clone, Copy, PartialEq)]
enum Units {
    Six,
    /// Without the first of each frequency.
    Five,
    /// Four, which leave a constant.
    Four,
}

/// The units.
pub(super) const LAW: SixUnits = SixUnits { units: Units::Six };

/// The bound: why five squares are too few.
#[derive(Clone, Copy)]
pub(super) struct Bound;

/// The bound.
pub(super) const BOUND: Bound = Bound;

/// `algebra/six-units`
pub static CLAIM: Claim = Claim {
    id: "algebra/six-units",
    title: "six units of one frequency are needed, and enough",
    statement: "units that carry the frequencies k and -k alone, chi_k not of order 1, 2 or 4, compute frequency k of g1 + g2 with no other output there if and only if, up to the factor d, sum_j c_j l_j^2 = X Y + lambda (|X|^2 - |Y|^2), \
        l_j real linear in (Re X, Im X, Re Y, Im Y), and the least number of them is 6; so 3 (d - 1) units have the loss 0 for odd d. If the constant is left free, 4 are enough and least: \
        X Y + (5/8)(|X|^2 + |Y|^2) is a sum of four squares, and four such units of each frequency have the loss (25/16)(d - 1)/d, all of it the constant",
    hypotheses: &[
        "units w(c) (a(g1) + b(g2))^2 with values of mean 0, X = chi_k(g1), Y = chi_k(g2)",
        "checked for d = 3 and 5 with the squares turned by rational rotations of X and Y and rescaled",
        "the bound is proved; of its proof are checked, with u and w the real and imaginary part of the form: u^2 = p, w^2 = q, u w + w u = 2 r, p q - r^2 = |lambda|^2/4 + 1/16, \
            and M^2 v = Delta^2 v for five random squares, M = u'^-1 w' of two combinations the first of which has no fifth square",
        "for a character of order 2 two units are enough, for one of order 4 four: checked on the cyclic group of 4 elements with 6 units",
        "in the terms i is the imaginary unit, e^(i alpha) and e^(i beta) are the rotations of X = x1 + i x2 and Y = y1 + i y2, o(c) the network's output at the answer c and P takes its mean over c away",
    ],
    references: &[COMPOSING, SYMBOLIC],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(BOUND)), number: |index| (index % 2 == 1).then_some(index) },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "five-units",
            "the first unit of each frequency left out",
            &Independent(Exact(SixUnits { units: Units::Five })),
        ),
        control(
            "four-units",
            "four units of each frequency, whose constant is not removed",
            &Independent(Exact(SixUnits { units: Units::Four })),
        ),
    ],
};

/// `c l^2`: a real linear form in `(x1, x2, y1, y2)` and a complex factor.
#[derive(Clone, Debug)]
pub(super) struct Square {
    form: [Rational; 4],
    factor: [Rational; 2],
}

/// Squares that are the same function of `X e^(i alpha)`, `Y e^(i beta)` and `c e^(-i (alpha + beta))`.
pub(super) struct Squares {
    /// The six, of which pairs make a product.
    six: Vec<Square>,
    /// The four.
    four: Vec<Square>,
    /// `5/8` turned with their factors: what the four leave of `|X|^2 + |Y|^2`.
    constant: [Rational; 2],
    group: Group,
}

impl Drawn for Squares {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("six squares on the cyclic group {:?}", self.group.0)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let of = |square: &Square| [Numbers::new("l", square.form.clone()), Numbers::new("c", square.factor.clone())];
        self.six.iter().chain(&self.four).flat_map(of).collect()
    }
}

/// `(cos, sin)` of angles with rational ones.
const TURNS: [(i64, i64, i64); 5] = [(1, 0, 1), (3, 4, 5), (4, -3, 5), (5, 12, 13), (-12, 5, 13)];

fn turned([x, y]: [&Rational; 2], (cosine, sine, length): (i64, i64, i64)) -> [Rational; 2] {
    let [cosine, sine] = [cosine, sine].map(|entry| Rational::from((entry, length)));
    [Rational::from(&cosine * x) + Rational::from(&sine * y), Rational::from(&cosine * y) - Rational::from(&sine * x)]
}

impl Square {
    fn new(form: [(i64, i64); 4], factor: [(i64, i64); 2]) -> Self {
        Square { form: form.map(Rational::from), factor: factor.map(Rational::from) }
    }

    /// The form at `X e^(i alpha)` and `Y e^(i beta)`, `c` turned back; scaled by `s` and `1/s^2`.
    fn changed(&self, alpha: (i64, i64, i64), beta: (i64, i64, i64), scale: &Rational) -> Self {
        let [x1, x2, y1, y2] = &self.form;
        let [c1, c2] = &self.factor;
        let ([x1, x2], [y1, y2]) = (turned([x1, x2], alpha), turned([y1, y2], beta));
        let once = turned([c1, c2], alpha);
        let factor = turned(once.each_ref(), beta);
        let square = Rational::from(scale.square_ref());
        Square { form: [x1, x2, y1, y2].map(|entry| entry * scale), factor: factor.map(|entry| entry / &square) }
    }

    /// The coefficients of `c l^2`, real and imaginary part of each of the ten products of variables.
    fn coefficients(&self) -> Vec<Rational> {
        let products = (0..4).flat_map(|i| (i..4).map(move |j| (i, j)));
        products
            .flat_map(|(i, j)| {
                let product = Rational::from(&self.form[i] * &self.form[j]) * if i == j { 1 } else { 2 };
                self.factor.each_ref().map(|part| Rational::from(part * &product))
            })
            .collect()
    }
}

fn summed(squares: &[Square]) -> Vec<Rational> {
    let mut sum = vec![Rational::new(); 20];
    for square in squares {
        sum.iter_mut().zip(square.coefficients()).for_each(|(entry, coefficient)| *entry += coefficient);
    }
    sum
}

/// `X Y` and `|X|^2 + |Y|^2`, by the coefficients of `x1^2, x1 x2, x1 y1, x1 y2, x2^2, x2 y1, x2 y2, y1^2, y1 y2, y2^2`.
fn targets() -> [Vec<Rational>; 2] {
    let mut product = vec![Rational::new(); 20];
    // x1 y1 - x2 y2 + i (x1 y2 + x2 y1)
    for (place, value) in [(4, 1), (12, -1), (7, 1), (11, 1)] {
        product[place] = Rational::from(value);
    }
    let mut norms = vec![Rational::new(); 20];
    [0, 8, 14, 18].into_iter().for_each(|place| norms[place] = Rational::from(1));
    [product, norms]
}

/// The two squares of `c f g`: `c ((f + g)^2 - (f - g)^2)/4`.
fn product_of(f: [i64; 4], g: [i64; 4], [re, im]: [i64; 2]) -> [Square; 2] {
    let form = |sign: i64| [0, 1, 2, 3].map(|place| (f[place] + sign * g[place], 1));
    [Square::new(form(1), [(re, 4), (im, 4)]), Square::new(form(-1), [(-re, 4), (-im, 4)])]
}

impl Squares {
    fn draw(stream: &mut Stream, group: Group) -> Self {
        let six = [
            product_of([0, 0, 1, 0], [1, 1, 0, 0], [1, 1]),
            product_of([1, 0, 0, 0], [0, 0, -1, 1], [0, 1]),
            product_of([0, 1, 0, 0], [0, 0, 1, 1], [-1, 0]),
        ]
        .concat();
        let (minus, plus) = ([(9, 20), (-3, 5)], [(9, 20), (3, 5)]);
        let four = [
            Square::new([(0, 1), (-5, 6), (1, 2), (2, 3)], minus),
            Square::new([(-5, 6), (0, 1), (-2, 3), (1, 2)], minus),
            Square::new([(0, 1), (5, 6), (1, 2), (-2, 3)], plus),
            Square::new([(5, 6), (0, 1), (2, 3), (1, 2)], plus),
        ];
        let [alpha, beta] = [(); 2].map(|()| *stream.pick(&TURNS));
        let scale = Rational::from(*stream.pick(&[(1_i64, 1_i64), (2, 1), (3, 2)]));
        let change = |squares: &[Square]| squares.iter().map(|square| square.changed(alpha, beta, &scale)).collect();
        let constant = turned(turned([&Rational::from((5, 8)), &Rational::new()], alpha).each_ref(), beta);
        Squares { six: change(&six), four: change(&four), constant, group }
    }
}

impl Draws for SixUnits {
    type Instance = Squares;

    fn draw(&self, draw: &mut Draw) -> Result<Squares, Unjudged> {
        let stream = &mut draw.own();
        let group = if draw.index.is_multiple_of(8) { Group(&[5]) } else { Group(&[3]) };
        Ok(Squares::draw(stream, group))
    }
}

/// The units of a frequency: `w(c) = (2/d) Re(c conj(chi_k(c)))`.
fn units<const N: usize>(group: Group, k: usize, squares: &[Square]) -> Vec<Unit<Cyclotomic<N>>> {
    let half = Rational::from((1, 2));
    let parts: Vec<[Cyclotomic<N>; 2]> = (0..group.size())
        .map(|g| {
            let value = group.character::<N>(k, g);
            let conjugate = value.conjugate();
            let imaginary = (conjugate.clone() - &value) * Cyclotomic::imaginary();
            [(value + conjugate).scaled(&half), imaginary.scaled(&half)]
        })
        .collect();
    let combined = |re: &Rational, im: &Rational| -> Vec<Cyclotomic<N>> {
        parts.iter().map(|[x1, x2]| x1.clone().scaled(re) + x2.clone().scaled(im)).collect()
    };
    let double = Rational::from((2, group.size() as u64));
    let unit = |Square { form: [x1, x2, y1, y2], factor: [re, im] }: &Square| {
        let w = combined(&Rational::from(re * &double), &Rational::from(im * &double));
        Unit { a: combined(x1, x2), b: combined(y1, y2), w }
    };
    squares.iter().map(unit).collect()
}

impl SixUnits {
    fn networks<const N: usize>(self, squares: &Squares) -> Vec<Relation<Rational>> {
        let group = squares.group;
        let size = group.size();
        let network = |squares: &[Square]| {
            Outputs::of(group, &(1..=size / 2).flat_map(|k| units::<N>(group, k, squares)).collect::<Vec<_>>())
        };
        let chosen = match self.units {
            Units::Six => &squares.six[..],
            Units::Five => &squares.six[1..],
            Units::Four => &squares.four[..],
        };
        let mut relations = vec![computes(
            group,
            coordinates(&network(chosen).values),
            coordinates(&[Cyclotomic::<N>::from(Rational::from(1))]).len(),
        )];
        if self.units == Units::Six {
            let four = network(&squares.four);
            let lost = loss(group, &four.errors(|g, h| group.sum(g, h)));
            let said = Cyclotomic::<N>::from(Rational::from((25 * (size as i64 - 1), 16 * size as i64)));
            relations.push(Relation::equality(
                "the loss of four units",
                vec![Term::vector("L", coordinates(&[lost]))],
                vec![Term::vector("(25/16)(d - 1)/d", coordinates(&[said]))],
            ));
        }
        relations
    }
}

/// `P o(c) = [c = g1 + g2] - 1/d`, in so many coordinates.
fn computes(group: Group, outputs: Vec<Rational>, degree: usize) -> Relation<Rational> {
    let size = group.size();
    let constant = |value: &dyn Fn(usize) -> Rational| -> Vec<Rational> {
        (0..size * size * size)
            .flat_map(|place| (0..degree).map(move |coordinate| (place, coordinate)))
            .map(|(place, coordinate)| if coordinate == 0 { value(place) } else { Rational::new() })
            .collect()
    };
    let is_sum = |place: usize| {
        let pair = place / size;
        Rational::from(i64::from(group.sum(pair / size, pair % size) == place % size))
    };
    Relation::equality(
        ("what the network computes", format!("d = {size}")),
        vec![Term::vector("P o(c)", outputs), Term::vector("1/d", constant(&|_| Rational::from((1, size as u64))))],
        vec![Term::vector("[c = g1 + g2]", constant(&is_sum))],
    )
}

impl<T: Field> In<T> for SixUnits {
    fn relations(&self, squares: &Squares) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut relations = match squares.group.0 {
            [5] => self.networks::<20>(squares),
            _ => self.networks::<12>(squares),
        };
        if self.units == Units::Six {
            let [product, norms] = targets();
            let pair = |place: usize| summed(&squares.six[2 * place..2 * place + 2]);
            relations.push(Relation::equality(
                "three products of six squares",
                vec![Term::vector("X Y", product.clone())],
                vec![
                    Term::vector("(1 + i) y1 (x1 + x2)", pair(0)),
                    Term::vector("i x1 (y2 - y1)", pair(1)),
                    Term::vector("-x2 (y1 + y2)", pair(2)),
                ],
            ));
            let norms = norms
                .chunks(2)
                .flat_map(|entry| squares.constant.each_ref().map(|part| Rational::from(part * &entry[0])));
            let norms = norms.collect();
            relations.push(Relation::equality(
                "four squares with a constant",
                vec![Term::vector("X Y", product), Term::vector("(5/8) e^(-i (alpha + beta)) (|X|^2 + |Y|^2)", norms)],
                vec![Term::vector("sum_j c_j l_j^2", summed(&squares.four))],
            ));
        }
        Ok(carried(relations))
    }
}

/// A number lambda, and five squares in a basis of which the first four are coordinates.
pub(super) struct Certificate {
    pub(super) lambda: [Rational; 2],
    /// The factors of the squares in `u'`, without the fifth, and in `w'`.
    pub(super) factors: [Vec<Rational>; 2],
    /// The fifth form.
    pub(super) fifth: DVector<Rational>,
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
