//! `cosmology/slow-roll-order`: how far descent without momentum follows the field's slow manifold.
//!
//! ```text
//! G^2 = 2/eta, one step h:   h F = -eta (g + (eta/2) K g + (eta^2/4) (2 K^2 g + T[g, g])) + O(eta^4)
//! flow of F over h - step = -(eta^3/6) (K^2 g + T[g, g]) + O(eta^4),   flow of -grad V over eta - step = (eta^2/2) K g + O(eta^3)
//! ```
//!
//! `K` is the Hessian of `V`, `T` its third derivative. `W = h F` obeys `W' W + G h W + h^2 g = 0`, from which it is found order by order. Source: the analogy is that of [`DUALITY`].

use super::DUALITY;
use super::landscape::{Landscape, Vector, flow, times};
use super::rates::{Rates, half};
use crate::exact::{Polynomial, Series};
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use num_traits::{One, Zero};

/// What is compared with a step of descent.
#[derive(Clone, Copy)]
pub(super) struct SlowRoll {
    /// The friction: `G^2 = 2/eta`, or else `1/eta` with the stencil `s = 0`.
    central: bool,
    /// Whether the gradient flow's own defect is known.
    curved: bool,
}

pub(super) const LAW: SlowRoll = SlowRoll { central: true, curved: true };

/// `cosmology/slow-roll-order`
pub static CLAIM: Claim = Claim {
    id: "cosmology/slow-roll-order",
    title: "descent follows the slow manifold to second order, and only at one friction",
    statement: "beta = 0, G^2 = 2/eta, h^2 = 2 eta: the slow manifold phi' = F has h F = -eta (g + (eta/2) K g + (eta^2/4)(2 K^2 g + T[g, g])) + O(eta^4); \
        its flow over h less a step of descent is -(eta^3/6)(K^2 g + T[g, g]) + O(eta^4), that of the gradient over eta is (eta^2/2) K g + O(eta^3); \
        quadratic V, curvature mu, any beta: the slow rates of field and optimiser per step agree through (eta mu)^2 and differ by (eta mu)^3/(6 (1 - beta)^3)",
    hypotheses: &[
        "V six times continuously differentiable, K its second and T its third derivative, g = grad V; F a formal power series in eta; 0 <= beta < 1",
        "checked for quartic V in two variables; the coefficients of eta, eta^2, eta^3",
    ],
    references: &[DUALITY],
    builds_on: &["cosmology/exact-scheme", "entropic-loss/second-order-field"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "gradient-flow",
            "gradient flow without its defect (eta^2/2) K g",
            &Independent(Exact(SlowRoll { curved: false, ..LAW })),
        ),
        control(
            "other-friction",
            "G^2 = 1/eta with h^2 = eta",
            &Independent(Exact(SlowRoll { central: false, ..LAW })),
        ),
    ],
};

impl Draws for SlowRoll {
    type Instance = Landscape;
    fn draw(&self, draw: &mut Draw) -> Result<Landscape, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let mut potential = Polynomial::default();
            for degree in 1..=4_u32 {
                // Some monomials are absent, the first of each degree never.
                for first in 0..=degree {
                    if first == 0 || stream.coin() {
                        potential += Polynomial::monomial(&[first, degree - first], stream.small());
                    }
                }
            }
            let point = [stream.small(), stream.small()];
            let rates = Rates { beta: Rational::from((stream.integer(0, 7), 8)), eta: stream.positive() };
            let landscape = Landscape { potential, point, rates };
            if draw.is_law() {
                return Ok(landscape);
            }
            let (g, bent) = (landscape.gradient(), landscape.bent());
            let curved = landscape.curved(&g);
            let again = landscape.curved(&curved);
            let size = |v: &Vector| landscape.at(v).map(Rational::abs).into_iter().max().unwrap_or_default();
            // Both controls miss by K g/2, which is to be seen beside the largest coefficients.
            let largest = size(&g).max(size(&curved)).max(size(&bent)).max(size(&again));
            if size(&curved) * 1024 > largest {
                return Ok(landscape);
            }
        }
    }
}

/// The coefficients of `x, x^2, x^3` of the slow rates per step of the field and of the optimiser, `x = eta mu`.
fn slow_rates(beta: &Rational) -> [Series<Rational, 4>; 2] {
    let x = Series::<Rational, 4>::variable();
    let constant = |value: Rational| Series::constant(value);
    let rates = Rates { beta: beta.clone(), eta: Rational::from(1) };
    // s^2 - G h s + h^2 mu = 0 for the rate s, and r = 1 - q with q^2 - (1 - beta + x) q + x = 0.
    let (friction, square) = (constant(rates.friction(&half())), constant(rates.squared_step(&half())));
    let kept = constant(rates.kept());
    let (mut field, mut step) = (Series::zero(), Series::zero());
    for _ in 0..3 {
        field = (square.clone() * &x + field.clone() * &field) / &friction;
        step = (x.clone() + step.clone() * &step - x.clone() * &step) / &kept;
    }
    [field, -(Series::one() - step).ln()]
}

impl<T: Field> In<T> for SlowRoll {
    fn relations(&self, landscape: &Landscape) -> Result<Vec<Relation<T>>, Unjudged> {
        let zero: Vector = [Polynomial::default(), Polynomial::default()];
        let term = |label: &'static str, orders: [&Vector; 3], factor: (i64, i64)| {
            let entries = orders.into_iter().flat_map(|order| landscape.at(order));
            Term::vector(label, entries.map(|entry| T::from_rational(&(entry * Rational::from(factor)))).collect())
        };
        let g = landscape.gradient();
        let (curved, bent) = (landscape.curved(&g), landscape.bent());
        let again = landscape.curved(&curved);
        let two = Rational::from(2);
        let own = landscape.slow(&two);
        let followed = if self.central { flow(&own) } else { flow(&landscape.slow(Rational::ONE)) };
        let downhill = times(&g, &Rational::from(-1));
        let gradient = flow(&[downhill, zero.clone(), zero.clone()]);
        let mut defect = vec![term("-eta g", [&g, &zero, &zero], (-1, 1))];
        if self.curved {
            defect.push(term("(eta^2/2) K g", [&zero, &curved, &zero], (1, 2)));
        }
        let rates = slow_rates(&landscape.rates.beta);
        let [field, optimiser] =
            rates.map(|series| series.coefficients[1..].iter().map(T::from_rational).collect::<Vec<T>>());
        let gap = Rational::from((1, 6)) / landscape.rates.kept().square() / landscape.rates.kept();
        Ok(vec![
            Relation::equality(
                "slow manifold",
                vec![term("h F", [&own[0], &own[1], &own[2]], (1, 1))],
                vec![
                    term("-eta g", [&g, &zero, &zero], (-1, 1)),
                    term("-(eta^2/2) K g", [&zero, &curved, &zero], (-1, 2)),
                    term("-(eta^3/2) K^2 g", [&zero, &zero, &again], (-1, 2)),
                    term("-(eta^3/4) T[g, g]", [&zero, &zero, &bent], (-1, 4)),
                ],
            ),
            Relation::equality(
                "flow of the slow manifold and a step",
                vec![term("flow of F over h", [&followed[0], &followed[1], &followed[2]], (1, 1))],
                vec![
                    term("-eta g", [&g, &zero, &zero], (-1, 1)),
                    term("-(eta^3/6) K^2 g", [&zero, &zero, &again], (-1, 6)),
                    term("-(eta^3/6) T[g, g]", [&zero, &zero, &bent], (-1, 6)),
                ],
            ),
            Relation::equality(
                "gradient flow and a step",
                vec![term("flow of -grad V over eta", [&gradient[0], &gradient[1], &zero], (1, 1))],
                defect,
            ),
            Relation::equality(
                "slow rates of a mode",
                vec![Term::vector("field", field)],
                vec![
                    Term::vector("optimiser", optimiser),
                    Term::vector("(eta mu)^3/(6 (1 - beta)^3)", vec![T::zero(), T::zero(), T::from_rational(&gap)]),
                ],
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without momentum the field's rate is `1 - sqrt(1 - 2 x)` and the optimiser's `-ln(1 - x)`.
    #[test]
    fn slow_rates_without_momentum_are_in_closed_form() {
        let [field, optimiser] = slow_rates(&Rational::new());
        let one = Series::<Rational, 4>::one();
        let x = Series::<Rational, 4>::variable();
        let root = one.clone() - &field;
        assert_eq!(root.clone() * &root, one - x.clone() - &x);
        let third = [(0, 1), (1, 1), (1, 2), (1, 3)].map(Rational::from);
        assert_eq!(optimiser.coefficients, third);
    }
}
