//! How points are drawn.

use crate::theorem::Point;
use equipartition::scalar::Rational;
use equipartition::verify::{Class, Draw, Unjudged};

/// Coordinates of a point.
const COORDINATES: usize = 4;

fn point(draw: &mut Draw, shift: i32) -> Point {
    let coordinates = (0..COORDINATES).map(|_| draw.point.dyadic(32) + shift).collect();
    Point { coordinates, family: draw.family.bits(), class: Class::Generic, rational: true }
}

/// Points of the grid in `[-2, 2)^4`.
pub fn grid(draw: &mut Draw) -> Result<Point, Unjudged> {
    Ok(point(draw, 0))
}

/// The same, shifted to `[2, 6)^4`.
pub fn positive(draw: &mut Draw) -> Result<Point, Unjudged> {
    Ok(point(draw, 4))
}

/// The same, for intervals and floats.
pub fn real(draw: &mut Draw) -> Result<Point, Unjudged> {
    Ok(Point { rational: false, class: Class::Smooth, ..point(draw, 4) })
}

/// The first coordinate one of the integers `0, 1, 2, 3`, passed off as drawn from the grid; the others are.
pub fn tokens(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = point(draw, 0);
    point.coordinates[0] = Rational::from(draw.point.below(4) as u64);
    Ok(point)
}

/// The first coordinate one of `2^8` numbers, passed off as one of `2^32`; the others are.
pub fn coarse(draw: &mut Draw) -> Result<Point, Unjudged> {
    let mut point = point(draw, 0);
    point.coordinates[0] = draw.point.dyadic(8);
    Ok(point)
}
