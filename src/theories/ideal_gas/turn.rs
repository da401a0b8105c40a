//! One step of a path, as its lengths and angles.

use super::drawing::one;
use crate::linalg::products::{dot, squared_norm};
use crate::scalar::Field;
use crate::verify::Relation;

/// A step from theta to theta'.
pub(super) struct Turn<T> {
    /// `r^2`
    pub(super) start: T,
    /// `r'^2`
    pub(super) end: T,
    /// `theta^T theta'`
    pub(super) inner: T,
    /// `c`
    pub(super) kept: T,
    /// `eta^2 |g|^2`
    pub(super) push: T,
}

impl<T: Field> Turn<T> {
    pub(super) fn of(before: &[T], after: &[T], kept: T, push: T) -> Self {
        Turn { start: squared_norm(before), end: squared_norm(after), inner: dot(before, after), kept, push }
    }

    pub(super) fn squared_cosine(&self) -> T {
        self.inner.squared() / T::product(&self.start, &self.end)
    }

    pub(super) fn squared_tangent(&self) -> T {
        T::product(&self.start, &self.end) / self.inner.squared() - T::one()
    }

    /// The angle of the step, by the vectors and by rate, decay and gradient. `c` must not be 0.
    pub(super) fn laws(&self, number: usize) -> [Relation<T>; 3] {
        let step = format!("step {number}");
        let kept = self.kept.squared() * &self.start;
        [
            Relation::equality(
                ("theta^T theta' = c r^2", step.as_str()),
                one("theta^T theta'", self.inner.clone()),
                one("c r^2", T::product(&self.kept, &self.start)),
            ),
            Relation::equality(
                ("cosine of a step", step.as_str()),
                one("cos^2 delta", self.squared_cosine()),
                one("c^2 r^2 / r'^2", kept.clone() / &self.end),
            ),
            Relation::equality(
                ("tangent of a step", step.as_str()),
                one("tan^2 delta", self.squared_tangent()),
                one("eta^2 |g|^2 / (c r)^2", self.push.clone() / kept),
            ),
        ]
    }
}

/// `prod cos^2 delta = prod c^2 r_0^2 / r_T^2` along a path, with the given factors for `c`.
pub(super) fn product_of_cosines<T: Field>(turns: &[Turn<T>], kept: impl Fn(&Turn<T>) -> T) -> Relation<T> {
    let (mut cosines, mut factors) = (T::one(), T::one());
    for turn in turns {
        cosines *= turn.squared_cosine();
        factors *= kept(turn).squared();
    }
    let ends = turns[0].start.clone() / &turns[turns.len() - 1].end;
    Relation::equality(
        "product of cosines along a path",
        one("prod cos^2 delta", cosines),
        one("prod c^2 r_0^2 / r_T^2", factors * ends),
    )
}
