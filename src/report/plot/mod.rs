//! Plots as SVG: panels one below the other, with axes, ticks, lines, bands, dots and a legend.
//!
//! What a figure shows is said here; `layout` measures it, `axis` places values and marks them, `drawing` writes it.

mod axis;
mod drawing;
mod layout;
#[cfg(test)]
mod tests;

pub use axis::{power_of_two, raised};

use super::svg::Palette;

/// A figure: a title, lines of explanation and panels, one below the other.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Above everything.
    pub title: String,
    /// Lines below the title.
    pub explanation: Vec<String>,
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

/// One pair of axes with its curves.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What is drawn, above the axes.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// How the two axes go together.
    pub aspect: Aspect,
    /// The curves, in the order of the legend; the first one lies on top.
    pub series: Vec<Series>,
    /// A marked part of the horizontal axis.
    pub marked: Option<Marked>,
    /// A horizontal line at this value.
    pub reference: Option<f64>,
}

/// How the two axes of a panel go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// They measure different things; the panel has the usual height.
    Free,
    /// They span a plane: both are linear, a unit is as long on one as on the other, and the height follows.
    Equal,
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it measures, with the unit.
    pub label: String,
    /// How it is divided.
    pub scale: Scale,
    /// Both ends; from the data if there are none.
    pub range: Option<(f64, f64)>,
}

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// In equal differences.
    Linear,
    /// In equal ratios; what is not positive is left out.
    Logarithmic,
    /// In equal differences of numbers that are exponents of two, and are marked as powers.
    Exponents,
    /// In equal differences, and marked at powers of two.
    Bits,
    /// In equal differences, and not marked: it measures nothing.
    Unmarked,
}

/// A curve, or a cloud of dots.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its entry in the legend; without one it has none.
    pub label: String,
    /// An SVG colour.
    pub color: &'static str,
    /// How the points are drawn.
    pub stroke: Stroke,
    /// The points, in order along the line; where one is not finite the line is broken.
    pub points: Vec<(f64, f64)>,
    /// A band around the line: x, lower end, upper end.
    pub band: Vec<(f64, f64, f64)>,
}

impl Series {
    /// A curve without a band.
    pub fn new(label: impl Into<String>, color: &'static str, stroke: Stroke, points: Vec<(f64, f64)>) -> Self {
        Series { label: label.into(), color, stroke, points, band: Vec::new() }
    }
}

impl Axis {
    /// An axis, whose ends are those of the data if there is no range.
    pub fn new(label: impl Into<String>, scale: Scale, range: Option<(f64, f64)>) -> Self {
        Axis { label: label.into(), scale, range }
    }
}

/// Upright bars from `center - half` to `center + half`, as a line that is broken between them.
pub fn bars(points: impl IntoIterator<Item = (f64, f64, f64)>) -> Vec<(f64, f64)> {
    let bar = |(x, center, half): (f64, f64, f64)| [(x, center - half), (x, center + half), (x, f64::NAN)];
    points.into_iter().flat_map(bar).collect()
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    /// As a line.
    Solid,
    /// As a dashed line, which can be told from the other without colours.
    Dashed,
    /// Each by itself, as a dot of this diameter.
    Dots(f64),
    /// Each by itself, as a ring of this diameter.
    Rings(f64),
}

/// A part of the horizontal axis that is shaded.
#[derive(Clone, Debug)]
pub struct Marked {
    /// Its left end.
    pub from: f64,
    /// Its right end.
    pub to: f64,
    /// What it is.
    pub label: String,
}

/// What a figure is drawn on.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its width.
    pub width: f64,
    /// The height of a plot whose axes measure different things.
    pub plot_height: f64,
    /// The colours of text and axes.
    pub palette: Palette,
    /// A name that no other figure of the same page has.
    pub name: String,
    /// Whether the title and the explanation are drawn; if not, they are there for those who do not see the figure.
    pub headline: bool,
}

impl Sheet {
    /// For a file of its own.
    pub fn file() -> Self {
        Sheet { width: 760.0, plot_height: 230.0, palette: Palette::PAPER, name: "plot".to_owned(), headline: true }
    }

    /// For a page that shows figures in its own colours and under its own headings, two beside each other.
    pub fn of_page(name: String) -> Self {
        Sheet { width: 480.0, plot_height: 210.0, palette: Palette::PAGE, name, headline: false }
    }
}
