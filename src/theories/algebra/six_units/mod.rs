//! `algebra/six-units`: six units of one frequency compute it, and no five do.
//!
//! ```text
//! sum_j c_j l_j^2 = X Y + lambda (|X|^2 - |Y|^2),  c_j, lambda complex, l_j real linear in (Re X, Im X, Re Y, Im Y):  at least 6 squares
//! X Y = (1 + i) y1 (x1 + x2) + i x1 (y2 - y1) - x2 (y1 + y2),  each product two squares
//! ```
//!
//! Source: [`COMPOSING`]; the three products are Gauss's.

mod bound;
mod squares;

pub(super) use bound::BOUND;

use self::squares::{Square, Squares, summed, targets};
use super::network::{Group, Outputs, Unit, coordinates, loss};
use super::{COMPOSING, SYMBOLIC};
use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Unjudged, control};

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

/// `algebra/six-units`
pub static CLAIM: Claim = Claim {
    id: "algebra/six-units",
    title: "six units of one frequency are needed, and enough",
    statement: "units that carry the frequencies k and -k alone, chi_k not of order 1, 2 or 4, compute frequency k of g1 + g2 with no other output there if and only if, up to the factor d, sum_j c_j l_j^2 = X Y + lambda (|X|^2 - |Y|^2), \
        l_j real linear in (Re X, Im X, Re Y, Im Y), and the least number of them is 6; so 3 (d - 1) units have the loss 0 for odd d. If the constant is left free, 4 are enough and least: \
        X Y + (5/8)(|X|^2 + |Y|^2) is a sum of four squares, and four such units of each frequency have the loss (25/16)(d - 1)/d, all of it the constant",
    hypotheses: &[
        "units w(c) (a(g1) + b(g2))^2 with values of mean 0, X = chi_k(g1), Y = chi_k(g2)",
        "checked for d = 3, 5 and 7 with the squares turned by rational rotations of X and Y and rescaled",
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

impl Draws for SixUnits {
    type Instance = Squares;

    fn draw(&self, draw: &mut Draw) -> Result<Squares, Unjudged> {
        let stream = &mut draw.own();
        // Larger groups cost more.
        let group = match draw.index % 16 {
            0 => Group(&[5]),
            8 => Group(&[7]),
            _ => Group(&[3]),
        };
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
            [7] => self.networks::<28>(squares),
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
