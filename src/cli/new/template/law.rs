// `own/charge-of-a-step`: what one step of gradient descent does to the charge of a product of two weights.
//
// ```text
// u'^2 - w'^2 = (1 - 4 eta^2 r^2 x^2) (u^2 - w^2),   r = u w x - y
// ```

use equipartition::scalar::{Field, Rational};
use equipartition::verify::stream::GRID_BITS;
use equipartition::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Numbers, Relation, Stream, Term, Unjudged, all, control,
};

/// The law. Its fields are what controls change.
#[derive(Clone, Copy)]
struct Charge {
    /// Whether the term of second order in the learning rate is there.
    second_order: bool,
    /// The sign of `w^2` in the charge.
    sign: i64,
}

const LAW: Charge = Charge { second_order: true, sign: -1 };

/// `own/charge-of-a-step`
pub static CLAIM: Claim = Claim {
    id: "own/charge-of-a-step",
    title: "the charge of a product of two weights",
    statement: "theta' = theta - eta grad l, r = u w x - y: u'^2 - w'^2 = u^2 - w^2 - 4 eta^2 r^2 x^2 (u^2 - w^2)",
    hypotheses: &["l = (u w x - y)^2, one sample", "no weight decay"],
    references: &[],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control("conserved", "as in gradient flow: no term in eta^2", &Exact(Charge { second_order: false, ..LAW })),
        control("wrong-sign", "u^2 + w^2 in place of u^2 - w^2", &Exact(Charge { sign: 1, ..LAW })),
    ],
};

/// A point, a sample and a learning rate, in the rationals.
struct Step {
    class: Class,
    u: Rational,
    w: Rational,
    x: Rational,
    y: Rational,
    learning_rate: Rational,
}

impl Drawn for Step {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a product of two weights, one sample".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        let of = |name: &'static str, value: &Rational| Numbers::new(name, [value.clone()]);
        vec![of("u", &self.u), of("w", &self.w), of("x", &self.x), of("y", &self.y), of("eta", &self.learning_rate)]
    }
}

/// A number with an absolute value in [1/2, 2]: what a control misses by must not be small by accident.
fn sizable(stream: &mut Stream) -> Rational {
    let drawn = stream.dyadic(GRID_BITS);
    let size = Rational::from(drawn.abs_ref()) * Rational::from((3, 4)) + Rational::from((1, 2));
    if drawn < 0 { -size } else { size }
}

impl Draws for Charge {
    type Instance = Step;

    fn draw(&self, draw: &mut Draw) -> Result<Step, Unjudged> {
        let is_law = draw.is_law();
        // A polynomial has nothing transcendental: the smooth turn is one more generic one.
        let class = if draw.turn() == Class::Awkward { Class::Awkward } else { Class::Generic };
        let point = &mut draw.point;
        let mut step = Step {
            class,
            u: point.dyadic(GRID_BITS),
            w: point.dyadic(GRID_BITS),
            x: point.dyadic(GRID_BITS),
            y: point.dyadic(GRID_BITS),
            learning_rate: point.dyadic(GRID_BITS),
        };
        if !is_law {
            // Away from where a broken law holds by accident: u^2 = w^2, r = 0, x = 0, eta = 0.
            let residual = sizable(point);
            step.u = sizable(point);
            step.w = sizable(point) / 8_u32;
            step.x = sizable(point);
            step.y = Rational::from(&step.u * &step.w) * &step.x - residual;
            step.learning_rate = sizable(point);
        } else if class == Class::Awkward {
            // Small whole numbers: equal weights, zeros, a sample that is fitted.
            for number in [&mut step.u, &mut step.w, &mut step.x, &mut step.y] {
                *number = Rational::from(point.integer(-1, 1));
            }
        }
        Ok(step)
    }
}

impl<T: Field> In<T> for Charge {
    fn relations(&self, step: &Step) -> Result<Vec<Relation<T>>, Unjudged> {
        let [u, w, x, y, eta] =
            [&step.u, &step.w, &step.x, &step.y, &step.learning_rate].map(|number| T::from_rational(number));
        let residual = T::product(&u, &w) * &x - &y;
        // One route: the step, with the gradient of the loss. The other: the formula.
        let outer = T::integer(2) * &residual * &x * &eta;
        let (u_next, w_next) = (u.clone() - T::product(&outer, &w), w.clone() - T::product(&outer, &u));
        let sign = T::integer(self.sign);
        let charge = u.squared() + T::product(&sign, &w.squared());
        let mut right = vec![Term::scalar("u^2", u.squared()), Term::scalar("-w^2", T::product(&sign, &w.squared()))];
        if self.second_order {
            right.push(Term::scalar("-4 eta^2 r^2 x^2 (u^2 - w^2)", -outer.squared() * charge));
        }
        let left = vec![Term::scalar("u'^2", u_next.squared()), Term::scalar("-w'^2", sign * w_next.squared())];
        Ok(vec![Relation::equality("charge", left, right)])
    }
}
