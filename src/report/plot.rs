//! Plots as SVG: panels one below the other, with axes, ticks, lines, bands, dots and a legend.

use super::svg::{self, Palette, escape, number};
use std::fmt::Write;

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

    fn right(&self) -> f64 {
        self.width - RIGHT
    }

    fn plot_width(&self) -> f64 {
        self.width - LEFT - RIGHT
    }
}

const LEFT: f64 = 76.0;
const RIGHT: f64 = 36.0;
/// A plane is at most so high.
const PLANE_HEIGHT: f64 = 440.0;
/// Above a plot: its caption and one row of its legend.
const CAPTION_HEIGHT: f64 = 58.0;
/// The caption's part of it.
const CAPTION: f64 = 26.0;
const LEGEND_ROW: f64 = 17.0;
/// Below a plot: tick labels and the label of the axis.
const AXIS_HEIGHT: f64 = 52.0;
const TICKS: f64 = 6.0;
/// Smaller powers of ten are written as such.
const SMALLEST_IN_FULL: i32 = -3;
/// Of a range that is taken from the data, to either side.
const MARGIN: f64 = 0.06;

impl Figure {
    /// The figure as an SVG document.
    pub fn to_svg(&self) -> String {
        self.draw(&Sheet::file())
    }

    /// The figure on a sheet.
    pub fn draw(&self, sheet: &Sheet) -> String {
        let header = if sheet.headline { 42.0 + 17.0 * self.explanation.len() as f64 } else { 0.0 };
        let layouts: Vec<Layout<'_>> = self.panels.iter().map(|panel| panel.layout(sheet)).collect();
        let height = header + layouts.iter().map(Layout::height).sum::<f64>();
        let mut svg = svg::open((sheet.width, height), &self.title, &self.explanation.join(" "), &sheet.palette);
        if sheet.headline {
            svg::headline(&mut svg, LEFT, &self.title, &self.explanation, &sheet.palette);
        }
        let mut top = header;
        for (number, (panel, layout)) in self.panels.iter().zip(&layouts).enumerate() {
            panel.draw(&mut svg, sheet, layout, top, number);
            top += layout.height();
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A panel's measures.
struct Layout<'a> {
    /// The ranges of both axes.
    x: (f64, f64),
    y: (f64, f64),
    /// The height of the plot itself.
    plot_height: f64,
    /// The entries of the legend, row by row, each with its place from the left.
    legend: Vec<Vec<(f64, &'a Series)>>,
    /// The height of the caption and the legend.
    caption_height: f64,
}

impl Layout<'_> {
    /// Of the whole panel.
    fn height(&self) -> f64 {
        self.caption_height + self.plot_height + AXIS_HEIGHT
    }
}

/// An axis laid out on the page: it maps its range to an interval of the page, which may run backwards.
struct Placed {
    scale: Scale,
    range: (f64, f64),
    page: (f64, f64),
}

impl Placed {
    /// The place of a value; none if it has none.
    fn at(&self, value: f64) -> Option<f64> {
        let place = |x: f64| match self.scale {
            Scale::Linear | Scale::Exponents | Scale::Bits | Scale::Unmarked => x,
            Scale::Logarithmic => x.ln(),
        };
        let (from, to) = (place(self.range.0), place(self.range.1));
        let position = self.page.0 + (place(value) - from) / (to - from) * (self.page.1 - self.page.0);
        position.is_finite().then_some(position)
    }

    /// The values to mark, with their labels.
    fn ticks(&self) -> Vec<(f64, String)> {
        let (from, to) = self.range;
        match self.scale {
            Scale::Linear => {
                let step = round_step((to - from) / TICKS);
                let digits = (-step.log10().floor()).max(0.0) as usize;
                let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
                (first..=last).map(|k| (k as f64 * step, number(k as f64 * step, digits))).collect()
            }
            Scale::Exponents => {
                let step = round_step((to - from) / TICKS).max(1.0);
                let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
                (first..=last).map(|k| k as f64 * step).map(|value| (value, power_of_two(value as i64))).collect()
            }
            Scale::Unmarked => Vec::new(),
            Scale::Bits => {
                let largest = to.max(1.0).log2().floor() as i32;
                let powers = (largest - 3..=largest).map(|power| 2_f64.powi(power));
                powers.filter(|value| *value >= from).map(|value| (value, number(value, 0))).collect()
            }
            Scale::Logarithmic => {
                let mantissas: &[f64] = if to / from > 1e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let powers = from.log10().floor() as i32..=to.log10().ceil() as i32;
                let values = powers.flat_map(|power| mantissas.iter().map(move |mantissa| (*mantissa, power)));
                let placed = values.map(|(mantissa, power)| {
                    let value = mantissa * 10_f64.powi(power);
                    // Long rows of noughts have no room beside the axis.
                    let label = match (power >= SMALLEST_IN_FULL, mantissa == 1.0) {
                        (true, _) => number(value, (-power).max(0) as usize),
                        (false, true) => format!("10{}", raised(power.into())),
                        (false, false) => format!("{mantissa}·10{}", raised(power.into())),
                    };
                    (value, label)
                });
                placed.filter(|(value, _)| *value >= from * (1.0 - 1e-9) && *value <= to * (1.0 + 1e-9)).collect()
            }
        }
    }
}

impl Axis {
    /// Its range: its own, or that of `values` with a margin.
    fn range(&self, values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
        let usable = |value: &f64| value.is_finite() && (self.scale != Scale::Logarithmic || *value > 0.0);
        let (low, high) =
            values.filter(usable).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        self.range.unwrap_or(match self.scale {
            _ if low > high => (1.0, 10.0),
            Scale::Logarithmic if low == high => (low / 10.0, high * 10.0),
            Scale::Logarithmic => (low * (low / high).powf(margin), high * (high / low).powf(margin)),
            _ if low == high => (low - 1.0, high + 1.0),
            _ => (low - margin * (high - low), high + margin * (high - low)),
        })
    }

    fn place(&self, range: (f64, f64), page: (f64, f64)) -> Placed {
        Placed { scale: self.scale, range, page }
    }
}

impl Panel {
    fn layout(&self, sheet: &Sheet) -> Layout<'_> {
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

    /// Draws the panel from `above` downwards.
    fn draw(&self, svg: &mut String, sheet: &Sheet, layout: &Layout<'_>, above: f64, number: usize) {
        let plot_height = layout.plot_height;
        let top = above + layout.caption_height;
        let (right, bottom) = (sheet.right(), top + plot_height);
        let legend_line = top - 12.0 - LEGEND_ROW * layout.legend.len().saturating_sub(1) as f64;
        let caption_line = legend_line - 20.0;
        let x = self.x.place(layout.x, (LEFT, right));
        let y = self.y.place(layout.y, (bottom, top));
        let (plot_width, name) = (sheet.plot_width(), escape(&sheet.name));
        svg.push_str("<g>\n");
        if !self.caption.is_empty() {
            let caption = escape(&self.caption);
            let _ = writeln!(
                svg,
                "<text x=\"{LEFT}\" y=\"{caption_line:.1}\" font-size=\"14\" font-weight=\"bold\">{caption}</text>"
            );
        }
        let _ = writeln!(
            svg,
            "<clipPath id=\"{name}-{number}\"><rect x=\"{LEFT}\" y=\"{top:.1}\" width=\"{plot_width}\" \
             height=\"{plot_height}\"/></clipPath>"
        );
        if let Some(Marked { from, to, label }) = &self.marked
            && let (Some(from), Some(to)) = (x.at(*from), x.at(*to))
        {
            let Palette { shade, muted, .. } = sheet.palette;
            let _ = writeln!(
                svg,
                "<rect x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{plot_height}\" fill=\"{shade}\"/>\n\
                 <text x=\"{right}\" y=\"{caption_line:.1}\" font-size=\"12\" fill=\"{muted}\" text-anchor=\"end\">shaded: \
                 {}</text>",
                to - from,
                escape(label)
            );
        }
        self.draw_axes(svg, &sheet.palette, &x, &y);
        let _ = writeln!(svg, "<g clip-path=\"url(#{name}-{number})\">");
        let ink = sheet.palette.ink;
        if let Some(height) = self.reference.and_then(|value| y.at(value)) {
            let _ = writeln!(svg, "<path d=\"M{LEFT} {height:.1}H{right}\" stroke=\"{ink}\" stroke-width=\"1\"/>");
        }
        for series in self.series.iter().rev() {
            series.draw_band(svg, &x, &y);
        }
        for series in self.series.iter().rev() {
            series.draw_line(svg, &x, &y);
        }
        svg.push_str("</g>\n");
        for (row, entries) in layout.legend.iter().enumerate() {
            draw_legend(svg, entries, legend_line + LEGEND_ROW * row as f64);
        }
        svg.push_str("</g>\n");
    }

    fn draw_axes(&self, svg: &mut String, palette: &Palette, x: &Placed, y: &Placed) {
        let Palette { ink, grid, .. } = *palette;
        let ((left, right), (bottom, top)) = (x.page, y.page);
        for (at, label) in x.ticks().into_iter().filter_map(|(value, label)| Some((x.at(value)?, label))) {
            let _ = writeln!(
                svg,
                "<path d=\"M{at:.1} {top:.1}V{bottom:.1}\" stroke=\"{grid}\"/>\
                 <path d=\"M{at:.1} {bottom:.1}v5\" stroke=\"{ink}\"/>\
                 <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                bottom + 19.0
            );
        }
        for (at, label) in y.ticks().into_iter().filter_map(|(value, label)| Some((y.at(value)?, label))) {
            let _ = writeln!(
                svg,
                "<path d=\"M{left} {at:.1}H{right}\" stroke=\"{grid}\"/><path d=\"M{left} {at:.1}h-5\" stroke=\"{ink}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                left - 9.0,
                at + 4.5
            );
        }
        let (center, middle) = (0.5 * (left + right), 0.5 * (top + bottom));
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top:.1}\" width=\"{}\" height=\"{:.1}\" fill=\"none\" stroke=\"{ink}\"/>\n\
             <text x=\"{center:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(20 {middle:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            right - left,
            bottom - top,
            bottom + 40.0,
            escape(&self.x.label),
            escape(&self.y.label)
        );
    }
}

/// One row of a legend.
fn draw_legend(svg: &mut String, entries: &[(f64, &Series)], y: f64) {
    for (x, series) in entries {
        let (left, middle) = (*x, y - 4.0);
        let sample = match series.stroke {
            Stroke::Solid | Stroke::Dashed => format!("<path d=\"M{left:.1} {middle:.1}h26\" {}/>", series.stroke()),
            Stroke::Dots(_) => format!("<path d=\"M{left:.1} {middle:.1}m13 0h0\" {}/>", series.stroke()),
            Stroke::Rings(_) => series.ring(left + 13.0, middle),
        };
        let _ = writeln!(
            svg,
            "{sample}<text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"12\">{}</text>",
            left + 32.0,
            escape(&series.label)
        );
    }
}

impl Series {
    fn stroke(&self) -> String {
        let (width, shape) = match self.stroke {
            Stroke::Solid => (1.8, "stroke-linejoin=\"round\""),
            Stroke::Dashed => (1.8, "stroke-linejoin=\"round\" stroke-dasharray=\"7 4\""),
            Stroke::Dots(diameter) => (diameter, "stroke-linecap=\"round\""),
            Stroke::Rings(_) => (1.8, ""),
        };
        format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" {shape}", self.color)
    }

    fn ring(&self, x: f64, y: f64) -> String {
        let radius = if let Stroke::Rings(diameter) = self.stroke { 0.5 * diameter } else { 0.0 };
        format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" {}/>", self.stroke())
    }

    fn draw_band(&self, svg: &mut String, x: &Placed, y: &Placed) {
        let place = |across: f64, up: f64| Some((x.at(across)?, y.at(up)?));
        let upper = self.band.iter().filter_map(|&(across, _, high)| place(across, high));
        // A lower end that a logarithmic axis cannot show is below the plot.
        let floor = |low: f64| y.at(low).or((low <= 0.0).then_some(y.page.0));
        let lower = self.band.iter().rev().filter_map(|&(across, low, _)| Some((x.at(across)?, floor(low)?)));
        let outline: Vec<String> = upper.chain(lower).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        if !outline.is_empty() {
            let (outline, color) = (outline.join(" "), self.color);
            let _ = writeln!(
                svg,
                "<polygon points=\"{outline}\" fill=\"{color}\" fill-opacity=\"0.18\" \
                 stroke=\"{color}\" stroke-opacity=\"0.45\" stroke-width=\"0.7\"/>"
            );
        }
    }

    fn draw_line(&self, svg: &mut String, x: &Placed, y: &Placed) {
        if matches!(self.stroke, Stroke::Rings(_)) {
            let places = self.points.iter().filter_map(|&(across, up)| x.at(across).zip(y.at(up)));
            svg.extend(places.map(|(x, y)| self.ring(x, y) + "\n"));
            return;
        }
        let mut path = String::new();
        let mut drawing = false;
        for &(across, up) in &self.points {
            let place = x.at(across).zip(y.at(up));
            let dots = matches!(self.stroke, Stroke::Dots(_));
            if let Some((x, y)) = place {
                let _ = write!(path, "{}{x:.1} {y:.1}", if drawing { 'L' } else { 'M' });
                path.push_str(if dots { "h0" } else { "" });
            }
            drawing = place.is_some() && !dots;
        }
        if !path.is_empty() {
            let _ = writeln!(svg, "<path d=\"{path}\" {}/>", self.stroke());
        }
    }
}

/// A power of two with its exponent raised.
pub fn power_of_two(exponent: i64) -> String {
    format!("2{}", raised(exponent))
}

/// An exponent in raised digits.
pub fn raised(exponent: i64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = exponent.unsigned_abs().to_string();
    let digits: String = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    format!("{sign}{digits}")
}

/// The step of ticks nearest above `step`: 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&candidate| candidate >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, range: (f64, f64)) -> Placed {
        Placed { scale, range, page: (0.0, 100.0) }
    }

    fn labels(scale: Scale, range: (f64, f64)) -> Vec<String> {
        axis(scale, range).ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_inside_the_range() {
        assert_eq!(labels(Scale::Linear, (0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(
            labels(Scale::Linear, (-0.87, 0.08)),
            ["\u{2212}0.8", "\u{2212}0.6", "\u{2212}0.4", "\u{2212}0.2", "0.0"]
        );
        assert_eq!(labels(Scale::Linear, (0.0, 400_000.0)).last().unwrap(), "400\u{202f}000");
        assert_eq!(labels(Scale::Logarithmic, (0.009, 1.1)), ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(Scale::Logarithmic, (1e-6, 1.0)).len(), 7);
    }

    #[test]
    fn exponents_are_marked_as_powers_and_bits_at_powers() {
        assert_eq!(labels(Scale::Exponents, (-250.0, 0.0)), ["2⁻²⁵⁰", "2⁻²⁰⁰", "2⁻¹⁵⁰", "2⁻¹⁰⁰", "2⁻⁵⁰", "2⁰"]);
        assert_eq!(labels(Scale::Exponents, (0.1, 1.9)), ["2¹"]);
        assert_eq!(labels(Scale::Bits, (50.0, 270.0)), ["64", "128", "256"]);
        assert_eq!(labels(Scale::Unmarked, (0.0, 1.0)), [""; 0]);
        assert_eq!(power_of_two(-1_906), "2⁻¹⁹⁰⁶");
    }

    #[test]
    fn axes_map_their_ends_to_the_ends_of_the_page() {
        let linear = axis(Scale::Linear, (-2.0, 2.0));
        assert_eq!((linear.at(-2.0), linear.at(0.0), linear.at(2.0)), (Some(0.0), Some(50.0), Some(100.0)));
        assert_eq!(linear.at(f64::NAN), None);
        let logarithmic = axis(Scale::Logarithmic, (1.0, 100.0));
        assert!((logarithmic.at(10.0).unwrap() - 50.0).abs() < 1e-12);
        assert_eq!((logarithmic.at(0.0), logarithmic.at(-1.0)), (None, None));
    }

    #[test]
    fn a_line_breaks_where_there_is_no_value_and_text_is_escaped() {
        let label = |label: &str| Axis { label: label.to_owned(), scale: Scale::Linear, range: None };
        let points = vec![(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, 2.0)];
        let series = Series {
            label: "a < b".into(),
            color: "#000",
            stroke: Stroke::Dashed,
            points,
            band: vec![(0.0, 0.5, 1.5)],
        };
        let panel = Panel {
            caption: "one & two".into(),
            x: label("time / s"),
            y: label("\"length\""),
            aspect: Aspect::Free,
            series: vec![series],
            marked: Some(Marked { from: 1.0, to: 2.0, label: "here".into() }),
            reference: Some(1.0),
        };
        let svg = Figure { title: "t".into(), explanation: vec!["e".into()], panels: vec![panel] }.to_svg();
        let line =
            svg.lines().find(|line| line.starts_with("<path d=\"M") && line.contains("stroke-width=\"1.8\"")).unwrap();
        assert_eq!((line.matches('M').count(), line.matches('L').count()), (2, 2));
        assert!(svg.contains("a &lt; b") && svg.contains("one &amp; two") && svg.contains("&quot;length&quot;"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    fn panel(aspect: Aspect, scale: Scale, series: Vec<Series>) -> Panel {
        let axis = || Axis { label: String::new(), scale, range: None };
        Panel { caption: "c".into(), x: axis(), y: axis(), aspect, series, marked: None, reference: None }
    }

    fn curve(label: &str, stroke: Stroke, points: Vec<(f64, f64)>) -> Series {
        Series { label: label.into(), color: "#000", stroke, points, band: Vec::new() }
    }

    #[test]
    fn a_plane_has_one_unit_and_shows_everything() {
        for (width, height) in [(1.0, 1.0), (1.0, 0.5), (1.0, 0.01), (1.0, 100.0), (0.0, 0.0)] {
            let panel = panel(
                Aspect::Equal,
                Scale::Linear,
                vec![curve("", Stroke::Solid, vec![(1.0, 2.0), (1.0 + width, 2.0 + height)])],
            );
            let Layout { x, y, plot_height, .. } = panel.layout(&Sheet::file());
            let units = [(x.1 - x.0) / Sheet::file().plot_width(), (y.1 - y.0) / plot_height];
            assert!((units[0] / units[1] - 1.0).abs() < 1e-12, "{units:?}");
            assert!((Sheet::file().plot_height..=PLANE_HEIGHT).contains(&plot_height));
            assert!(x.0 <= 1.0 && x.1 >= 1.0 + width && y.0 <= 2.0 && y.1 >= 2.0 + height, "{x:?} {y:?}");
        }
    }

    #[test]
    fn a_legend_that_is_too_long_for_a_row_takes_another_and_the_panel_grows() {
        let entries = |count: usize| (0..count).map(|_| curve(&"x".repeat(40), Stroke::Solid, Vec::new())).collect();
        let layouts = [2, 3, 5].map(|count| panel(Aspect::Free, Scale::Linear, entries(count)));
        let [two, three, five] = layouts.each_ref().map(|panel| panel.layout(&Sheet::file()));
        assert_eq!([&two, &three, &five].map(|layout| layout.legend.len()), [1, 2, 3]);
        assert_eq!(five.height() - two.height(), 2.0 * LEGEND_ROW);
        let nameless = panel(Aspect::Free, Scale::Linear, vec![curve("", Stroke::Solid, Vec::new())]);
        assert!(nameless.layout(&Sheet::file()).legend.is_empty());
    }

    #[test]
    fn dots_are_not_joined_and_a_band_below_a_logarithmic_axis_reaches_its_floor() {
        let dots = curve("", Stroke::Dots(3.0), vec![(1.0, 1.0), (2.0, f64::NAN), (3.0, 10.0), (4.0, 100.0)]);
        let band = vec![(1.0, -1.0, 2.0), (4.0, 0.0, 20.0)];
        let panel = panel(Aspect::Free, Scale::Logarithmic, vec![Series { band, ..dots }]);
        let svg = Figure { title: String::new(), explanation: Vec::new(), panels: vec![panel] }.to_svg();
        let path = svg.lines().find(|line| line.contains("stroke-linecap")).unwrap();
        assert_eq!((path.matches('M').count(), path.matches("h0").count(), path.matches('L').count()), (3, 3, 0));
        let polygon = svg.lines().find(|line| line.starts_with("<polygon")).unwrap();
        let floor = 42.0 + CAPTION_HEIGHT + Sheet::file().plot_height;
        assert_eq!(polygon.matches(&format!(",{floor:.1}")).count(), 2, "{polygon}");
    }

    #[test]
    fn rings_are_drawn_one_by_one_and_figures_of_one_page_share_no_name() {
        let panel =
            panel(Aspect::Free, Scale::Linear, vec![curve("r", Stroke::Rings(6.0), vec![(0.0, 1.0), (1.0, 2.0)])]);
        let figure = Figure { title: "t".into(), explanation: vec!["e".into()], panels: vec![panel.clone(), panel] };
        let svg = figure.draw(&Sheet::of_page("claim".into()));
        assert_eq!(svg.matches("<circle").count(), 2 * (2 + 1), "with those of the legends");
        for name in ["claim-0", "claim-1"] {
            assert_eq!(svg.matches(&format!("<clipPath id=\"{name}\"")).count(), 1);
            assert_eq!(svg.matches(&format!("url(#{name})")).count(), 1);
        }
        assert!(!svg.contains("font-weight=\"bold\">t<") && svg.contains("<title>t</title>"), "{svg}");
        assert!(!svg.contains("#222") && !svg.contains("#fff"), "the page has its own colours");
    }

    #[test]
    fn a_panel_without_data_is_still_a_panel() {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            let panel = panel(Aspect::Free, scale, Vec::new());
            let svg = Figure { title: String::new(), explanation: Vec::new(), panels: vec![panel] }.to_svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
