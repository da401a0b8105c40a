//! Many paths in the plane of two weights, seen at one time.

pub use crate::statistics::Mean;
use crate::statistics::quantile;
use std::ops::Sub;

/// A point of the plane of both weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The weight of the first layer.
    pub u: f64,
    /// The weight of the second layer.
    pub w: f64,
}

impl Point {
    /// `C = u^2 - w^2`
    pub fn charge(self) -> f64 {
        (self.u - self.w) * (self.u + self.w)
    }
}

impl Sub for Point {
    type Output = Point;
    fn sub(self, other: Point) -> Point {
        Point { u: self.u - other.u, w: self.w - other.w }
    }
}

/// Differences between the mean charge of descent and the charges of flows at the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// To the flow of the loss.
    pub plain: Mean,
    /// To the flow of the entropic loss.
    pub entropic: Mean,
}

/// Where all paths are at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// Path by path.
    pub points: Vec<Point>,
}

impl Ensemble {
    /// The mean point.
    pub fn center(&self) -> Point {
        let [u, w] = self.coordinates();
        Point { u: u.value, w: w.value }
    }

    /// The mean charge.
    pub fn charge(&self) -> Mean {
        Mean::of(self.points.iter().map(|point| point.charge()))
    }

    /// The charge below which `fraction` of the paths are.
    pub fn charge_quantile(&self, fraction: f64) -> f64 {
        let mut charges: Vec<f64> = self.points.iter().map(|point| point.charge()).collect();
        charges.sort_by(f64::total_cmp);
        quantile(&charges, fraction).expect("there are paths")
    }

    /// The distance of the mean point from a point of the plane; its standard error is that of the mean point, all directions
    /// together.
    pub fn distance(&self, from: Point) -> Mean {
        let [u, w] = self.coordinates();
        let Point { u: across, w: up } = self.center() - from;
        Mean { value: across.hypot(up), standard_error: u.standard_error.hypot(w.standard_error) }
    }

    /// The gaps to flows that are at these points.
    pub fn gaps(&self, plain: Point, entropic: Point) -> Gaps {
        let charge = self.charge();
        let gap = |flow: Point| Mean { value: charge.value - flow.charge(), ..charge };
        Gaps { plain: gap(plain), entropic: gap(entropic) }
    }

    fn coordinates(&self) -> [Mean; 2] {
        [Mean::of(self.points.iter().map(|point| point.u)), Mean::of(self.points.iter().map(|point| point.w))]
    }
}
