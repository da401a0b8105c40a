//! The measures of a panel: the ranges of its axes, the rows of its legend, its height.

use super::{Aspect, Panel, Series, Sheet};

pub(super) const LEFT: f64 = 76.0;
const RIGHT: f64 = 36.0;
/// A plane is at most so high.
pub(super) const PLANE_HEIGHT: f64 = 440.0;
/// Above a plot: its caption and one row of its legend.
pub(super) const CAPTION_HEIGHT: f64 = 58.0;
/// The caption's part of it.
const CAPTION: f64 = 26.0;
pub(super) const LEGEND_ROW: f64 = 17.0;
/// Below a plot: tick labels and the label of the axis.
const AXIS_HEIGHT: f64 = 52.0;
/// Of a range that is taken from the data, to either side.
const MARGIN: f64 = 0.06;

impl Sheet {
    pub(super) fn right(&self) -> f64 {
        self.width - RIGHT
    }

    pub(super) fn plot_width(&self) -> f64 {
        self.width - LEFT - RIGHT
    }
}

/// A panel's measures.
pub(super) struct Layout<'a> {
    /// The ranges of both axes.
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    /// The height of the plot itself.
    pub(super) plot_height: f64,
    /// The entries of the legend, row by row, each with its place from the left.
    pub(super) legend: Vec<Vec<(f64, &'a Series)>>,
    /// The height of the caption and the legend.
    pub(super) caption_height: f64,
}

impl Layout<'_> {
    /// Of the whole panel.
    pub(super) fn height(&self) -> f64 {
        self.caption_height + self.plot_height + AXIS_HEIGHT
    }
}

impl Panel {
    pub(super) fn layout(&self, sheet: &Sheet) -> Layout<'_> {
        let xs = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
        let on_lines = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.1));
        let in_bands = self.series.iter().flat_map(|series| series.band.iter().flat_map(|&(_, a, b)| [a, b]));
        let ys = on_lines.chain(in_bands).chain(self.reference);
        let legend = self.legend(sheet);
        let caption = if self.caption.is_empty() { CAPTION_HEIGHT - CAPTION } else { CAPTION_HEIGHT };
        let caption_height = caption + LEGEND_ROW * legend.len().saturating_sub(1) as f64;
        let least = sheet.plot_height;
        let (x, y, plot_height) = match self.aspect {
            Aspect::Free => (self.x.range(xs, 0.0), self.y.range(ys, MARGIN), least),
            Aspect::Equal => {
                let (x, y) = (self.x.range(xs, MARGIN), self.y.range(ys, MARGIN));
                let span = |range: (f64, f64)| range.1 - range.0;
                let plot_width = sheet.plot_width();
                let plot_height = (plot_width * span(y) / span(x)).clamp(least, PLANE_HEIGHT.max(least)).round();
                // Units to a point of the page; the range that needs less of it is widened on both sides.
                let unit = (span(x) / plot_width).max(span(y) / plot_height);
                let widened = |range: (f64, f64), length: f64| {
                    let more = 0.5 * (unit * length - span(range));
                    (range.0 - more, range.1 + more)
                };
                (widened(x, plot_width), widened(y, plot_height), plot_height)
            }
        };
        Layout { x, y, plot_height, legend, caption_height }
    }

    /// The legend in rows, each entry as wide as its text is likely to be.
    fn legend(&self, sheet: &Sheet) -> Vec<Vec<(f64, &Series)>> {
        let mut rows: Vec<Vec<(f64, &Series)>> = Vec::new();
        let mut x = LEFT;
        for series in self.series.iter().filter(|series| !series.label.is_empty()) {
            let width = 32.0 + 6.4 * series.label.chars().count() as f64;
            match rows.last_mut() {
                Some(row) if x + width <= sheet.width => row.push((x, series)),
                _ => {
                    rows.push(vec![(LEFT, series)]);
                    x = LEFT;
                }
            }
            x += width + 28.0;
        }
        rows
    }
}
