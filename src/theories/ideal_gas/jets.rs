//! The stationary density to first order, in the derivatives of the loss at a point.
//!
//! The step `Delta = phi' - phi = -(y - y^3/3 + ...)`, `y = eps psi' + sqrt(2 T eps) xi`, has moments whose parts of order `eps^2` are
//!
//! ```text
//! E Delta: 2 T psi',   E Delta^2: psi'^2 - (8/3) T^2 m,   E Delta^3: -6 T psi',   E Delta^4: 4 T^2 m
//! ```
//!
//! With `L_1 f = sum_k moment_k f^(k) / k!` the density obeys `(T rho_G rho_1')' = -L_1^* rho_G`.

use super::drawing::one;
use super::gibbs_series::At;
use crate::scalar::{Field, Rational};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};

/// The identity.
#[derive(Clone, Copy)]
pub(super) struct Jets {
    says: Says,
}

/// What it says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Law,
    /// `+(eps/4) psi'^2 - (eps T/2) psi''`
    EntropicSign,
    /// Without `2 eps T psi`.
    Flat,
    /// The formula of m = 3 for another kurtosis.
    NormalForOthers,
}

impl Jets {
    pub(super) const LAW: Jets = Jets { says: Says::Law };
    pub(super) const ENTROPIC_SIGN: Jets = Jets { says: Says::EntropicSign };
    pub(super) const FLAT: Jets = Jets { says: Says::Flat };
    pub(super) const NORMAL_FOR_OTHERS: Jets = Jets { says: Says::NormalForOthers };
}

/// Derivatives of the loss, temperature and kurtosis.
pub(super) struct Jet {
    class: Class,
    /// `psi'`, `psi''`, `psi'''`
    pub(super) slopes: [Rational; 3],
    /// `sqrt(2 T m)`, the height of the noise of values `0` and `+-` this.
    height: Rational,
    /// `m`
    kurtosis: Rational,
}

impl Jet {
    /// `T`
    fn temperature(&self) -> Rational {
        Rational::from(self.height.square_ref()) / Rational::from(&self.kurtosis * 2)
    }
}

impl Drawn for Jet {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("derivatives at a point, T = {}, m = {}", self.temperature(), self.kurtosis)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("psi', psi'', psi'''", self.slopes.iter().cloned())]
    }
}

impl Draws for Jets {
    type Instance = Jet;

    fn draw(&self, draw: &mut Draw) -> Result<Jet, Unjudged> {
        let class = if self.says == Says::Law { draw.turn() } else { Class::Smooth };
        let height = match self.says {
            // T >= 1 and |psi'| <= 2: the wrong terms differ by (3 - m) psi' (4T/3 - psi'^2/(6T)), which vanishes at psi'^2 = 8 T^2.
            Says::NormalForOthers => 2 + draw.family.positive(),
            _ => draw.family.positive(),
        };
        let kurtosis = match self.says {
            Says::Law if draw.family.coin() => Rational::from(3),
            Says::Law => 1 + draw.family.positive(),
            Says::NormalForOthers => Rational::from((draw.family.integer(8, 16), 8)),
            _ => Rational::from(3),
        };
        let point = &mut draw.point;
        let mut slopes = std::array::from_fn(|_| match class {
            Class::Generic => point.dyadic(GRID_BITS),
            Class::Awkward => Rational::from(point.integer(-1, 1)),
            _ => point.small(),
        });
        if self.says != Says::Law {
            // The wrong terms are of one sign, so that they do not cancel.
            let [first, second, third] = &mut slopes;
            *first = Rational::from(first.abs_ref());
            *second = -Rational::from(second.abs_ref());
            *third = Rational::from(third.abs_ref());
            if self.says == Says::NormalForOthers {
                *second = Rational::new();
                *third = Rational::new();
            }
        }
        Ok(Jet { class, slopes, height, kurtosis })
    }
}

/// Powers of `sqrt(eps)` up to the fourth.
fn in_roots<T: Field>(a: &[T; 5], b: &[T; 5]) -> [T; 5] {
    std::array::from_fn(|n| {
        let mut sum = T::zero();
        for k in 0..=n {
            sum += T::product(&a[k], &b[n - k]);
        }
        sum
    })
}

/// The parts of order `eps^2` of the moments of a step, from the step itself with noise of the values 0 and `+-height`.
fn moments_of_steps<T: Field>(jet: &Jet, slope: &T) -> [T; 4] {
    let height = T::from_rational(&jet.height);
    let share = T::from_rational(&(Rational::from(jet.kurtosis.recip_ref()) / 2));
    let nothing = T::from_rational(&(1 - Rational::from(jet.kurtosis.recip_ref())));
    let mut moments = std::array::from_fn(|_| T::zero());
    for (value, probability) in [(height.clone(), &share), (-height, &share), (T::zero(), &nothing)] {
        let y = [T::zero(), value, slope.clone(), T::zero(), T::zero()];
        let cube = in_roots(&in_roots(&y, &y), &y);
        // -arctan y
        let step: [T; 5] = std::array::from_fn(|n| cube[n].clone() / T::integer(3) - &y[n]);
        let mut power = step.clone();
        for moment in &mut moments {
            *moment += T::product(probability, &power[4]);
            power = in_roots(&power, &step);
        }
    }
    moments
}

impl<T: Field> In<T> for Jets {
    fn relations(&self, jet: &Jet) -> Result<Vec<Relation<T>>, Unjudged> {
        let coordinate = |value: &Rational| match jet.class {
            Class::Generic => T::drawn(value),
            _ => T::from_rational(value),
        };
        let [first, second, third] = [0, 1, 2].map(|order| coordinate(&jet.slopes[order]));
        let temperature = T::from_rational(&jet.temperature());
        let kurtosis = T::from_rational(&jet.kurtosis);
        let at = At {
            slopes: [first.clone(), second.clone(), third.clone()],
            temperature: temperature.clone(),
            kurtosis: kurtosis.clone(),
        };
        let flux = at.flux();
        let cube = first.squared() * &first;
        let is_normal = jet.kurtosis == 3;
        let gibbs = |sphere: i64, steps: i64| {
            // -Phi_1' for Phi_1 = 2 T psi - psi'^2/4 + T psi''/2
            let mut right = vec![
                Term::scalar("psi' psi'' / 2", T::ratio(steps, 2) * &first * &second),
                Term::scalar("-T psi''' / 2", T::ratio(-steps, 2) * &temperature * &third),
            ];
            if sphere != 0 {
                right.push(Term::scalar("-2 T psi'", T::integer(-2) * &temperature * &first));
            }
            let left = one("T rho_1', m = 3", flux.clone());
            Relation::equality("the Gibbs law of normal noise", left, right)
        };
        Ok(match self.says {
            Says::EntropicSign => vec![gibbs(1, -1)],
            Says::Flat => vec![gibbs(0, 1)],
            Says::NormalForOthers => vec![gibbs(1, 1)],
            Says::Law => {
                let mixed = T::one() - kurtosis.clone() / T::integer(6);
                let third_part =
                    T::integer(3) * &first * &second - cube.clone() / &temperature - T::product(&temperature, &third);
                let mut relations = vec![Relation::equality(
                    "the density to first order",
                    one("T rho_1' + J/rho_G", flux.clone()),
                    vec![
                        Term::scalar(
                            "(2 - 4m/3) T psi'",
                            (T::integer(2) - T::ratio(4, 3) * &kurtosis) * &temperature * &first,
                        ),
                        Term::scalar("-psi' psi''", -T::product(&first, &second)),
                        Term::scalar("psi'^3 / (2T)", cube / (T::integer(2) * &temperature)),
                        Term::scalar("(1 - m/6) (-psi'^3/T + 3 psi' psi'' - T psi''')", mixed * third_part),
                    ],
                )];
                let steps = moments_of_steps(jet, &first);
                let said = at.moments().map(|[value, ..]| value);
                let kinds = [
                    ("first moment of a step", "2 T psi'"),
                    ("second moment of a step", "psi'^2 - (8/3) T^2 m"),
                    ("third moment of a step", "-6 T psi'"),
                    ("fourth moment of a step", "4 T^2 m"),
                ];
                for ((kind, label), (step, said)) in kinds.into_iter().zip(steps.into_iter().zip(said)) {
                    relations.push(Relation::equality(kind, one("of order eps^2", step), one(label, said)));
                }
                if is_normal {
                    relations.push(gibbs(1, 1));
                }
                relations
            }
        })
    }
}
