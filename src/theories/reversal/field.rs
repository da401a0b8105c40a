//! Polynomial fields in the plane with a reflection, reversible or not, and points.

use crate::exact::{Polynomial, Series};
use crate::scalar::{Dual, Field, Rational};
use crate::verify::{Class, Draw, Drawn, Numbers, Stream};

/// Coefficients of the powers `h^0, ..., h^6`: one beyond the last that a claim speaks of, apart from those that hold to every order.
pub(super) const POWERS: usize = 7;
/// A number by its powers of the step size.
pub(super) type Powers<T> = Series<T, POWERS>;

/// Which fields are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fields {
    /// `f(R x) = -R f(x)`
    Reversible,
    /// Reversible but for a damping `-c p` with `c > 0` at a point with `p` other than 0.
    Damped,
    /// Any, with `f(x) + R f(R x)` other than 0.
    Irreversible,
}

/// A field `f`, a reflection `R`, and a point `x`.
pub(super) struct Instance {
    what: &'static str,
    /// The field in the coordinates `(q, p)` in which the reflection is `(q, -p)`: `x = (q + a p, p)`.
    pub(super) field: [Polynomial; 2],
    /// `a`
    pub(super) shear: Rational,
    pub(super) point: [Rational; 2],
}

/// What of a field changes nothing in the direction of time: `f_1` odd, `f_2` even in `p`, of degree 2.
fn reversible(stream: &mut Stream) -> [Polynomial; 2] {
    [&[[0, 1], [1, 1]][..], &[[0, 0], [1, 0], [2, 0], [0, 2]]].map(|powers| combination(stream, powers))
}

fn combination(stream: &mut Stream, powers: &[[u32; 2]]) -> Polynomial {
    powers.iter().map(|powers| Polynomial::monomial(powers, stream.small())).sum()
}

impl Fields {
    /// A field with a point.
    pub(super) fn draw(self, draw: &Draw) -> Instance {
        self.draw_where(draw, |_| true)
    }

    /// A field with a point where it shows what it is drawn for: a control's moves there, and an irreversible one tells the directions of time apart.
    pub(super) fn draw_where(self, draw: &Draw, shows: impl Fn(&Instance) -> bool) -> Instance {
        let stream = &mut draw.own();
        let awkward = draw.is_law() && draw.index % 8 == 5;
        loop {
            let mut instance = self.any(stream);
            if awkward {
                let kinds: [&'static str; 3] = ["an oscillator", "no velocity", "a point that the reflection fixes"];
                instance.degenerate(kinds[stream.below(kinds.len())], self);
                return instance;
            }
            let moves = instance.velocity(&instance.point).iter().any(|entry| *entry != 0);
            let tells = instance.irreversibility().iter().any(|entry| *entry != 0);
            if moves && (self == Fields::Reversible || tells) && shows(&instance) {
                return instance;
            }
        }
    }

    fn any(self, stream: &mut Stream) -> Instance {
        let mut field = reversible(stream);
        match self {
            Fields::Reversible => {}
            Fields::Damped => field[1] -= Polynomial::monomial(&[0, 1], stream.positive()),
            Fields::Irreversible => {
                field[0] += combination(stream, &[[0, 0], [1, 0], [2, 0], [0, 2]]);
                field[1] += combination(stream, &[[0, 1], [1, 1]]);
            }
        }
        Instance { what: "degree 2", field, shear: stream.small(), point: [(); 2].map(|()| stream.small()) }
    }
}

impl Instance {
    fn degenerate(&mut self, what: &'static str, fields: Fields) {
        self.what = what;
        match what {
            "an oscillator" if fields == Fields::Reversible => {
                self.field = [Polynomial::variable(1), -Polynomial::variable(0)];
            }
            "no velocity" => {
                let velocity = self.velocity(&self.point);
                // In the coordinates (q, p); a constant may be added to f_2 only if the field is to stay reversible.
                let [q, p] =
                    [Rational::from(&velocity[0] - &Rational::from(&self.shear * &velocity[1])), velocity[1].clone()];
                self.field[1] -= Polynomial::constant(p);
                if fields == Fields::Reversible {
                    self.field[0] -= Polynomial::monomial(&[0, 1], q / &self.point[1]);
                } else {
                    self.field[0] -= Polynomial::constant(q);
                }
            }
            "a point that the reflection fixes" => self.point[1] = Rational::new(),
            _ => self.what = "degree 2",
        }
    }

    /// `f(x)`
    pub(super) fn velocity<T: Field>(&self, x: &[T; 2]) -> [T; 2] {
        let shear = T::from_rational(&self.shear);
        let normal = [x[0].clone() - T::product(&shear, &x[1]), x[1].clone()];
        let [q, p] = [0, 1].map(|row: usize| self.field[row].value(&normal));
        [q + T::product(&shear, &p), p]
    }

    /// `R x`
    pub(super) fn reflect<T: Field>(&self, x: &[T; 2]) -> [T; 2] {
        let double = T::from_rational(&self.shear) * T::integer(2);
        [x[0].clone() - T::product(&double, &x[1]), -x[1].clone()]
    }

    /// `x` in another scalar.
    pub(super) fn start<T: Field>(&self) -> [T; 2] {
        [0, 1].map(|row: usize| T::from_rational(&self.point[row]))
    }

    /// `f(x) + R f(R x)`, 0 at every point of a reversible field.
    fn irreversibility(&self) -> [Rational; 2] {
        let mirrored = self.reflect(&self.velocity(&self.reflect(&self.point)));
        let velocity = self.velocity(&self.point);
        [0, 1].map(|row: usize| Rational::from(&velocity[row] + &mirrored[row]))
    }

    /// `f'(x) f(x)`, the acceleration.
    pub(super) fn acceleration<T: Field>(&self) -> [T; 2] {
        let x = self.start::<T>();
        let velocity = self.velocity(&x);
        self.velocity(&[0, 1].map(|row: usize| Dual::new(x[row].clone(), velocity[row].clone())))
            .map(|entry| entry.tangent)
    }
}

/// The coefficients of `h^0, ..., h^last`, of one coordinate after the other.
pub(super) fn coefficients<T: Field>(x: &[Powers<T>; 2], last: usize) -> Vec<T> {
    x.iter().flat_map(|entry| entry.coefficients[..=last].iter().cloned()).collect()
}

/// The vector times `h^power`, as coefficients of `h^0, ..., h^last`.
pub(super) fn times_power<T: Field>(x: &[T; 2], power: usize, last: usize) -> Vec<T> {
    let entry = |entry: &T, at: usize| if at == power { entry.clone() } else { T::zero() };
    x.iter().flat_map(|value| (0..=last).map(move |at| entry(value, at))).collect()
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a field in the plane, {}", self.what)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let field = Polynomial::coordinates(&[&self.field[0], &self.field[1]]);
        vec![
            Numbers::new("coefficients of f", field.into_iter().flatten()),
            Numbers::new("a", [self.shear.clone()]),
            Numbers::new("x", self.point.iter().cloned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Case;

    #[test]
    fn reflections_are_involutions_and_reversible_fields_are_reversible() {
        for index in 0..32 {
            let draw = Draw::keyed("reversal/test", "law", 0, Case::Law, index);
            let instance = Fields::Reversible.draw(&draw);
            assert_eq!(instance.reflect(&instance.reflect(&instance.point)), instance.point);
            assert_eq!(instance.irreversibility(), [0, 0]);
        }
    }
}
