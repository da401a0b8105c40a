//! Line plots as SVG: panels one below the other, with axes, ticks, bands and a legend.

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
    /// The curves, in the order of the legend; the first one lies on top.
    pub series: Vec<Series>,
    /// A marked part of the horizontal axis.
    pub marked: Option<Marked>,
    /// A horizontal line at this value.
    pub reference: Option<f64>,
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
}

/// A curve.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its entry in the legend.
    pub label: String,
    /// An SVG colour.
    pub color: &'static str,
    /// Whether the line is dashed, so that it can be told without colours.
    pub dashed: bool,
    /// The points, from left to right; where one is not finite the line is broken.
    pub points: Vec<(f64, f64)>,
    /// A band around the line: x, lower end, upper end.
    pub band: Vec<(f64, f64, f64)>,
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

const WIDTH: f64 = 760.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 36.0;
const PLOT_HEIGHT: f64 = 230.0;
/// Above a plot: its caption and its legend.
const CAPTION_HEIGHT: f64 = 58.0;
/// Below a plot: tick labels and the label of the axis.
const AXIS_HEIGHT: f64 = 52.0;
const TICKS: f64 = 6.0;
const SHADE: &str = "#f1f1ea";

impl Figure {
    /// The figure as an SVG document.
    pub fn to_svg(&self) -> String {
        let header = 42.0 + 17.0 * self.explanation.len() as f64;
        let panel_height = CAPTION_HEIGHT + PLOT_HEIGHT + AXIS_HEIGHT;
        let height = header + panel_height * self.panels.len() as f64;
        let title = escape(&self.title);
        let mut svg = String::new();
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" \
             font-size=\"13\" fill=\"#222\">\n<title>{title}</title>\n<desc>{}</desc>\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"28\" font-size=\"17\" font-weight=\"bold\">{title}</text>",
            escape(&self.explanation.join(" ")),
        );
        for (line, text) in self.explanation.iter().enumerate() {
            let y = 48.0 + 17.0 * line as f64;
            let _ =
                writeln!(svg, "<text x=\"{LEFT}\" y=\"{y}\" font-size=\"12\" fill=\"#555\">{}</text>", escape(text));
        }
        for (number, panel) in self.panels.iter().enumerate() {
            panel.draw(&mut svg, header + panel_height * number as f64 + CAPTION_HEIGHT, number);
        }
        svg.push_str("</svg>\n");
        svg
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
            Scale::Linear => x,
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
            Scale::Logarithmic => {
                let mantissas: &[f64] = if to / from > 1e4 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let powers = from.log10().floor() as i32..=to.log10().ceil() as i32;
                let values = powers.flat_map(|power| {
                    let digits = (-power).max(0) as usize;
                    mantissas.iter().map(move |mantissa| (mantissa * 10_f64.powi(power), digits))
                });
                let inside = |value: &f64| *value >= from * (1.0 - 1e-9) && *value <= to * (1.0 + 1e-9);
                values
                    .filter(|(value, _)| inside(value))
                    .map(|(value, digits)| (value, number(value, digits)))
                    .collect()
            }
        }
    }
}

impl Axis {
    /// Lays the axis out, its range taken from `values` if it has none of its own.
    fn place(&self, values: impl Iterator<Item = f64>, margin: f64, page: (f64, f64)) -> Placed {
        let usable = |value: &f64| value.is_finite() && (self.scale == Scale::Linear || *value > 0.0);
        let (low, high) =
            values.filter(usable).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        let range = self.range.unwrap_or(match self.scale {
            _ if low > high => (1.0, 10.0),
            Scale::Linear if low == high => (low - 1.0, high + 1.0),
            Scale::Linear => (low - margin * (high - low), high + margin * (high - low)),
            Scale::Logarithmic if low == high => (low / 10.0, high * 10.0),
            Scale::Logarithmic => (low * (low / high).powf(margin), high * (high / low).powf(margin)),
        });
        Placed { scale: self.scale, range, page }
    }
}

impl Panel {
    /// Draws the panel with the top of its plot at `top`.
    fn draw(&self, svg: &mut String, top: f64, number: usize) {
        let (right, bottom) = (WIDTH - RIGHT, top + PLOT_HEIGHT);
        let xs = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
        let on_lines = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.1));
        let in_bands = self.series.iter().flat_map(|series| series.band.iter().flat_map(|&(_, a, b)| [a, b]));
        let x = self.x.place(xs, 0.0, (LEFT, right));
        let y = self.y.place(on_lines.chain(in_bands).chain(self.reference), 0.06, (bottom, top));
        let plot_width = right - LEFT;
        let caption = escape(&self.caption);
        let _ = writeln!(
            svg,
            "<g>\n<text x=\"{LEFT}\" y=\"{:.1}\" font-size=\"14\" font-weight=\"bold\">{caption}</text>\n\
             <clipPath id=\"plot-{number}\"><rect x=\"{LEFT}\" y=\"{top:.1}\" width=\"{plot_width}\" \
             height=\"{PLOT_HEIGHT}\"/></clipPath>",
            top - 32.0
        );
        if let Some(Marked { from, to, label }) = &self.marked
            && let (Some(from), Some(to)) = (x.at(*from), x.at(*to))
        {
            let _ = writeln!(
                svg,
                "<rect x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{PLOT_HEIGHT}\" fill=\"{SHADE}\"/>\n\
                 <text x=\"{right}\" y=\"{:.1}\" font-size=\"12\" fill=\"#666\" text-anchor=\"end\">shaded: {}</text>",
                to - from,
                top - 32.0,
                escape(label)
            );
        }
        self.draw_axes(svg, &x, &y);
        let _ = writeln!(svg, "<g clip-path=\"url(#plot-{number})\">");
        if let Some(height) = self.reference.and_then(|value| y.at(value)) {
            let _ = writeln!(svg, "<path d=\"M{LEFT} {height:.1}H{right}\" stroke=\"#222\" stroke-width=\"1\"/>");
        }
        for series in self.series.iter().rev() {
            series.draw_band(svg, &x, &y);
        }
        for series in self.series.iter().rev() {
            series.draw_line(svg, &x, &y);
        }
        svg.push_str("</g>\n");
        self.draw_legend(svg, top - 12.0);
        svg.push_str("</g>\n");
    }

    fn draw_axes(&self, svg: &mut String, x: &Placed, y: &Placed) {
        let ((left, right), (bottom, top)) = (x.page, y.page);
        for (at, label) in x.ticks().into_iter().filter_map(|(value, label)| Some((x.at(value)?, label))) {
            let _ = writeln!(
                svg,
                "<path d=\"M{at:.1} {top:.1}V{bottom:.1}\" stroke=\"#ddd\"/>\
                 <path d=\"M{at:.1} {bottom:.1}v5\" stroke=\"#222\"/>\
                 <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                bottom + 19.0
            );
        }
        for (at, label) in y.ticks().into_iter().filter_map(|(value, label)| Some((y.at(value)?, label))) {
            let _ = writeln!(
                svg,
                "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/><path d=\"M{left} {at:.1}h-5\" stroke=\"#222\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                left - 9.0,
                at + 4.5
            );
        }
        let (center, middle) = (0.5 * (left + right), 0.5 * (top + bottom));
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top:.1}\" width=\"{}\" height=\"{:.1}\" fill=\"none\" stroke=\"#222\"/>\n\
             <text x=\"{center:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(20 {middle:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            right - left,
            bottom - top,
            bottom + 40.0,
            escape(&self.x.label),
            escape(&self.y.label)
        );
    }

    /// The legend: one row, each entry as wide as its text is likely to be.
    fn draw_legend(&self, svg: &mut String, y: f64) {
        let mut x = LEFT;
        for series in &self.series {
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {:.1}h26\" {}/><text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"12\">{}</text>",
                y - 4.0,
                series.stroke(),
                x + 32.0,
                escape(&series.label)
            );
            x += 60.0 + 6.4 * series.label.chars().count() as f64;
        }
    }
}

impl Series {
    fn stroke(&self) -> String {
        let dash = if self.dashed { " stroke-dasharray=\"7 4\"" } else { "" };
        format!("fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"{dash}", self.color)
    }

    fn draw_band(&self, svg: &mut String, x: &Placed, y: &Placed) {
        let place = |across: f64, up: f64| Some((x.at(across)?, y.at(up)?));
        let upper = self.band.iter().filter_map(|&(across, _, high)| place(across, high));
        let lower = self.band.iter().rev().filter_map(|&(across, low, _)| place(across, low));
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
        let mut path = String::new();
        let mut drawing = false;
        for &(across, up) in &self.points {
            let place = x.at(across).zip(y.at(up));
            if let Some((x, y)) = place {
                let _ = write!(path, "{}{x:.1} {y:.1}", if drawing { 'L' } else { 'M' });
            }
            drawing = place.is_some();
        }
        if !path.is_empty() {
            let _ = writeln!(svg, "<path d=\"{path}\" {}/>", self.stroke());
        }
    }
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

/// A number for people: a true minus sign, digits in groups of three before the point.
pub fn number(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place) % 3 == 0 && whole.len() > 4 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
    format!("{sign}{grouped}{fraction}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
    fn numbers_are_written_for_people() {
        assert_eq!(number(400_000.0, 0), "400\u{202f}000");
        assert_eq!(number(2000.0, 0), "2000");
        assert_eq!(number(-0.6927, 4), "\u{2212}0.6927");
        assert_eq!(number(-0.000_01, 4), "0.0000");
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
        let series = Series { label: "a < b".into(), color: "#000", dashed: true, points, band: vec![(0.0, 0.5, 1.5)] };
        let panel = Panel {
            caption: "one & two".into(),
            x: label("time / s"),
            y: label("\"length\""),
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

    #[test]
    fn a_panel_without_data_is_still_a_panel() {
        let empty = |scale| Axis { label: String::new(), scale, range: None };
        for scale in [Scale::Linear, Scale::Logarithmic] {
            let panel = Panel {
                caption: String::new(),
                x: empty(scale),
                y: empty(scale),
                series: Vec::new(),
                marked: None,
                reference: None,
            };
            let svg = Figure { title: String::new(), explanation: Vec::new(), panels: vec![panel] }.to_svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
