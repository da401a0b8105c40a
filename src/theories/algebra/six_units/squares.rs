//! The squares of a product: six that make `X Y`, and four that leave a constant.

use super::super::network::Group;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};

/// `c l^2`: a real linear form in `(x1, x2, y1, y2)` and a complex factor.
#[derive(Clone, Debug)]
pub(in super::super) struct Square {
    pub form: [Rational; 4],
    pub factor: [Rational; 2],
}

/// Squares that are the same function of `X e^(i alpha)`, `Y e^(i beta)` and `c e^(-i (alpha + beta))`.
pub(in super::super) struct Squares {
    /// The six, of which pairs make a product.
    pub six: Vec<Square>,
    /// The four.
    pub four: Vec<Square>,
    /// `5/8` turned with their factors: what the four leave of `|X|^2 + |Y|^2`.
    pub constant: [Rational; 2],
    pub group: Group,
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

/// The coefficients of a sum of squares.
pub(super) fn summed(squares: &[Square]) -> Vec<Rational> {
    let mut sum = vec![Rational::new(); 20];
    for square in squares {
        sum.iter_mut().zip(square.coefficients()).for_each(|(entry, coefficient)| *entry += coefficient);
    }
    sum
}

/// `X Y` and `|X|^2 + |Y|^2`, by the coefficients of `x1^2, x1 x2, x1 y1, x1 y2, x2^2, x2 y1, x2 y2, y1^2, y1 y2, y2^2`.
pub(super) fn targets() -> [Vec<Rational>; 2] {
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
    pub(super) fn draw(stream: &mut Stream, group: Group) -> Self {
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
