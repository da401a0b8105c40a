//! `ideal-gas/radius-fluctuation`: how much the norm fluctuates at a fixed learning rate.
//!
//! ```text
//! Var(r^2) / (E r^2)^2 = eta gamma v (1 + O(eta gamma))
//! ```
//!
//! `v` is the variance of `rho^2` over its squared mean, `rho = r |g|`, for isotropic noise that does not know the past; `2/(d - 1)` for normal noise in dimension d. The
//! stationary moments of `u = r^2/r_s^2 - 1` solve linear equations, `E u'^k = E u^k`, in which `u^k` is as small as `(eta gamma)^(k/2)`. Source of the
//! model: [`IDEAL_GAS`]; the law is derived in the proofs.

use super::IDEAL_GAS;
use super::drawing::one;
use crate::scalar::{Field, Rational, Ring};
use crate::verify::order::{Differences, Fine};
use crate::verify::routes::Asymptotic;
use crate::verify::{Asymptotics, Claim, Draw, Drawn, Draws, Numbers, Order, Relation, Stream, Unjudged, all, control};
use num_traits::{One, Zero};
use std::convert::Infallible;

/// The law, with the factor that it has.
#[derive(Clone, Copy)]
pub(super) struct RadiusFluctuation {
    says: Says,
}

/// What the relative variance is said to be, over `eta gamma`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// `v`
    Law,
    /// `2 v`
    Twice,
    /// `2/d` where `v = 2/(d - 1)`, `d = 3`
    WrongDimension,
}

pub(super) const LAW: RadiusFluctuation = RadiusFluctuation { says: Says::Law };

/// `ideal-gas/radius-fluctuation`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/radius-fluctuation",
    title: "the fluctuation of the norm",
    statement: "rho^2 independent of the past, of relative variance v: Var(r^2) / (E r^2)^2 = eta gamma v (1 + O(eta gamma)) in the stationary state at a fixed rate",
    hypotheses: &[
        "b <= rho^2/E rho^2 <= B for some b, B > 0; v = 2/(d - 1) is that of isotropic normal noise, which is not bounded",
        "r^2 is then a Markov chain of its own: y = r^2/r_s^2 has y' = (1 - h) y + h (rho^2/E rho^2) / y, h = 4 eta gamma (1 - eta gamma), r_s the radius for a constant rho",
        "eta gamma so small that h <= sqrt b / (sqrt B + sqrt b) and h (1 + 1/sqrt b) < 1; the stationary state is one on sqrt b <= y <= sqrt B, which is not left",
        "the moments of y - 1 are computed from the chain's own equations up to the fourteenth; the others are of order (eta gamma)^7 and smaller",
        "vacuous if rho is constant",
    ],
    references: &[IDEAL_GAS],
    builds_on: &[],
    law: &[all(&Order(LAW))],
    controls: &[
        control("twice", "2 v in place of v", &Order(RadiusFluctuation { says: Says::Twice })),
        control(
            "wrong-dimension",
            "2/d in place of 2/(d - 1), for d = 3",
            &Order(RadiusFluctuation { says: Says::WrongDimension }),
        ),
    ],
};

/// The law of `nu = rho^2/E rho^2 - 1`: values with their probabilities.
pub(super) struct Noise(pub(super) Vec<[Rational; 2]>);

impl Noise {
    /// Values `-low` and `high`, and 0 with a given probability.
    pub(super) fn new(low: &Rational, high: &Rational, nothing: &Rational) -> Self {
        let share = Rational::from(1 - nothing) / Rational::from(low + high);
        let mut atoms =
            vec![[Rational::from(-low), Rational::from(&share * high)], [high.clone(), Rational::from(&share * low)]];
        if *nothing != 0 {
            atoms.push([Rational::new(), nothing.clone()]);
        }
        Noise(atoms)
    }

    /// `v`
    fn variance(&self) -> Rational {
        self.0.iter().map(|[value, probability]| Rational::from(value.square_ref()) * probability).sum()
    }
}

impl Drawn for Noise {
    fn describe(&self) -> String {
        let values: Vec<String> = self.0.iter().map(|[value, _]| value.to_string()).collect();
        format!("rho^2/E rho^2 - 1 of the values {}, v = {}", values.join(", "), self.variance())
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.0.iter().map(|atom| Numbers::new("value, probability", atom.iter().cloned())).collect()
    }
}

impl Draws for RadiusFluctuation {
    type Instance = Noise;

    fn draw(&self, draw: &mut Draw) -> Result<Noise, Unjudged> {
        let mut stream = draw.own();
        if self.says == Says::WrongDimension {
            // low high = 1 = 2/(3 - 1)
            let low = Rational::from((stream.integer(4, 15), 16));
            return Ok(Noise::new(&low, &Rational::from(low.recip_ref()), &Rational::new()));
        }
        let eighths = |stream: &mut Stream, most| Rational::from((stream.integer(1, most), 8));
        let (low, high) = (eighths(&mut stream, 7), eighths(&mut stream, 24));
        let nothing = if stream.coin() { eighths(&mut stream, 7) } else { Rational::new() };
        Ok(Noise::new(&low, &high, &nothing))
    }
}

/// Moments that are kept.
const MOMENTS: usize = 14;

/// The product of polynomials up to the degree [`MOMENTS`].
fn product(a: &[Fine], b: &[Fine]) -> Vec<Fine> {
    let mut product = vec![Fine::zero(); MOMENTS + 1];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
        for (j, y) in b.iter().enumerate().take(MOMENTS + 1 - i) {
            product[i + j] += Fine::product(x, y);
        }
    }
    product
}

/// The stationary `E u^k`, `k` from 0 to [`MOMENTS`], where `u' = (1 - h) u + h ((1 + nu)/(1 + u) - 1)`.
fn moments(noise: &Noise, h: &Fine) -> Vec<Fine> {
    // Row k: E u'^k - u^k as a polynomial in u.
    let mut rows = vec![vec![Fine::zero(); MOMENTS + 1]; MOMENTS + 1];
    for [value, probability] in &noise.0 {
        let (value, probability) = (Fine::from_rational(value), Fine::from_rational(probability));
        let kick = Fine::product(h, &(Fine::one() + &value));
        let mut map: Vec<Fine> = (0..=MOMENTS).map(|k| if k % 2 == 0 { kick.clone() } else { -kick.clone() }).collect();
        map[0] = Fine::product(h, &value);
        map[1] += Fine::one() - h;
        let mut power = vec![Fine::zero(); MOMENTS + 1];
        power[0] = Fine::one();
        for row in &mut rows[1..] {
            power = product(&power, &map);
            for (entry, coefficient) in row.iter_mut().zip(&power) {
                *entry += Fine::product(&probability, coefficient);
            }
        }
    }
    for (k, row) in rows.iter_mut().enumerate() {
        row[k] -= Fine::one();
    }
    // Elimination: column 0 is the constant, the pivots are -2 k h and the like.
    for pivot in 1..=MOMENTS {
        let known = rows[pivot].clone();
        for (_, row) in rows.iter_mut().enumerate().skip(1).filter(|(place, _)| *place != pivot) {
            let factor = row[pivot].clone() / &known[pivot];
            for (entry, known) in row.iter_mut().zip(&known) {
                *entry -= Fine::product(&factor, known);
            }
        }
    }
    let solved = (1..=MOMENTS).map(|k| -rows[k][0].clone() / &rows[k][k]);
    std::iter::once(Fine::one()).chain(solved).collect()
}

impl Asymptotic for RadiusFluctuation {
    fn is_independent(&self) -> bool {
        true
    }

    fn measure(&self, noise: &Noise) -> Result<Asymptotics, Unjudged> {
        let variance = Differences::measure(|decay| {
            let h = Fine::integer(4) * &decay * (Fine::one() - &decay);
            let moments = moments(noise, &h);
            let mean = Fine::one() + &moments[1];
            Ok::<_, Infallible>(vec![(moments[2].clone() - moments[1].squared()) / mean.squared()])
        })
        .unwrap_or_else(|never| match never {});
        let v = Fine::from_rational(&noise.variance());
        let said = match self.says {
            Says::Law => v,
            Says::Twice => v * Fine::integer(2),
            Says::WrongDimension => v * Fine::ratio(2, 3),
        };
        let limit = variance.coefficient(1).swap_remove(0);
        let limits = vec![Relation::equality(
            "relative variance over eta gamma",
            one("Var(r^2) / (eta gamma (E r^2)^2)", limit),
            one("v", said),
        )];
        Ok(Asymptotics { exponents: vec![("Var(r^2) / (E r^2)^2", 1, variance)], limits })
    }
}
