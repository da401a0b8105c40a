//! Heat maps as SVG: numbers in rows and columns, from -1 to 1 or by their powers of ten.

use super::plot::raised;
use super::svg::{self, Palette, escape, number};
use std::fmt::Write;

/// A heat map.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// Above everything.
    pub title: String,
    /// Lines below the title.
    pub explanation: Vec<String>,
    /// The names of the rows, from top to bottom.
    pub rows: Vec<String>,
    /// The names of the columns, from left to right.
    pub columns: Vec<String>,
    /// What the columns are.
    pub column_label: String,
    /// The cells that have something to show.
    pub cells: Vec<Cell>,
    /// What the colours are of.
    pub scale: Scale,
    /// What they mean at both ends, for the legend: at the left one, and at the right one.
    pub ends: [String; 2],
}

/// The numbers that colours are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From -1 to 1, with 0 in white.
    Signed,
    /// Powers of ten, from the least in white to the largest.
    Powers {
        /// The exponent of the least.
        from: i32,
        /// The exponent of the largest.
        to: i32,
    },
}

impl Scale {
    /// The powers of ten that enclose these numbers; those that are not positive do not count.
    pub fn of_powers(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0)
            .map(f64::log10)
            .fold((0.0_f64, f64::MIN), |(low, high), power| (low.min(power), high.max(power)));
        let from = low.floor() as i32;
        Scale::Powers { from, to: (high.max(low).ceil() as i32).max(from + 1) }
    }

    /// Where a number is between -1 and 1.
    fn place(self, value: f64) -> f64 {
        match self {
            Scale::Signed => value.clamp(-1.0, 1.0),
            Scale::Powers { from, to } if value > 0.0 => {
                ((value.log10() - f64::from(from)) / f64::from(to - from)).clamp(0.0, 1.0)
            }
            Scale::Powers { .. } => 0.0,
        }
    }

    /// A number as it stands in a cell.
    fn shown(self, value: f64) -> String {
        match self {
            Scale::Signed => number(value, 2),
            Scale::Powers { .. } if value > 0.0 => {
                let power = value.log10().floor() as i32;
                let digits = format!("{:.0}", value / 10.0_f64.powi(power));
                // 9.6 is 10 to one digit.
                let (digits, power) = if digits == "10" { ("1".to_owned(), power + 1) } else { (digits, power) };
                if power == 0 { digits } else { format!("{digits}·10{}", raised(power.into())) }
            }
            Scale::Powers { .. } => number(value, 0),
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its row.
    pub row: usize,
    /// Its column.
    pub column: usize,
    /// A number of the scale; without one the cell is grey.
    pub value: Option<f64>,
    /// Drawn in it, after the number if there is one.
    pub mark: Option<&'static str>,
    /// Shown when the cell is pointed at.
    pub detail: String,
}

const LEFT: f64 = 310.0;
const RIGHT: f64 = 36.0;
const ROW_HEIGHT: f64 = 30.0;
/// A column is so wide, or narrower if there are many.
const COLUMN_WIDTH: f64 = 62.0;
const NARROWEST: f64 = 4.0;
const WIDEST_PLOT: f64 = 900.0;
/// Narrower cells have no room for their number.
const NUMBER_WIDTH: f64 = 44.0;
const BELOW: f64 = 92.0;
/// The colours of -1, 0 and 1, which can be told apart by most people.
const COLORS: [[f64; 3]; 3] = [[33.0, 102.0, 172.0], [247.0, 247.0, 247.0], [178.0, 24.0, 43.0]];

/// The colour of a value from -1 to 1.
fn color(value: f64) -> String {
    let end = if value < 0.0 { COLORS[0] } else { COLORS[2] };
    let share = value.abs().min(1.0);
    let [r, g, b] = [0, 1, 2].map(|part| (COLORS[1][part] + share * (end[part] - COLORS[1][part])).round());
    format!("rgb({r},{g},{b})")
}

impl HeatMap {
    /// The map as an SVG document.
    pub fn to_svg(&self) -> String {
        let count = self.columns.len().max(1) as f64;
        let cell = (WIDEST_PLOT / count).clamp(NARROWEST, COLUMN_WIDTH);
        let top = 58.0 + 17.0 * self.explanation.len() as f64;
        let bottom = top + ROW_HEIGHT * self.rows.len() as f64;
        let (width, height) = ((LEFT + cell * count + RIGHT).max(760.0), bottom + BELOW);
        let palette = Palette::PAPER;
        let mut svg = svg::open((width, height), &self.title, &self.explanation.join(" "), &palette);
        svg::headline(&mut svg, 20.0, &self.title, &self.explanation, &palette);
        for (row, name) in self.rows.iter().enumerate() {
            let y = top + ROW_HEIGHT * (row as f64 + 0.5) + 4.5;
            let _ =
                writeln!(svg, "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", LEFT - 9.0, escape(name));
        }
        for Cell { row, column, value, mark, detail } in &self.cells {
            let (x, y) = (LEFT + cell * *column as f64, top + ROW_HEIGHT * *row as f64);
            let place = value.map(|value| self.scale.place(value));
            let fill = place.map_or_else(|| "#ccc".to_owned(), color);
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{cell:.1}\" height=\"{ROW_HEIGHT}\" fill=\"{fill}\" \
                 stroke=\"#fff\"><title>{}</title></rect>",
                escape(detail)
            );
            let shown = match (value, mark) {
                (Some(value), mark) if cell >= NUMBER_WIDTH => self.scale.shown(*value) + mark.unwrap_or_default(),
                (_, Some(mark)) => (*mark).to_owned(),
                _ => continue,
            };
            let ink = if place.is_some_and(|place| place.abs() > 0.6) { "#fff" } else { "#222" };
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" fill=\"{ink}\" text-anchor=\"middle\" \
                 pointer-events=\"none\">{shown}</text>",
                x + 0.5 * cell,
                y + 0.5 * ROW_HEIGHT + 4.0
            );
        }
        // As many labels as fit beside each other.
        let every = (30.0 / cell).ceil() as usize;
        for (column, name) in self.columns.iter().enumerate().step_by(every.max(1)) {
            let x = LEFT + cell * (column as f64 + 0.5);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 17.0,
                escape(name)
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{LEFT}\" y=\"{:.1}\" font-size=\"12\" fill=\"#555\">{}</text>",
            bottom + 36.0,
            escape(&self.column_label)
        );
        self.draw_scale(&mut svg, bottom + 52.0);
        svg.push_str("</svg>\n");
        svg
    }

    /// The legend: the colours, their numbers, and what they mean.
    fn draw_scale(&self, svg: &mut String, y: f64) {
        let (first, numbers) = match self.scale {
            Scale::Signed => {
                (-10, [(0.0, "\u{2212}1".to_owned()), (105.0, "0".to_owned()), (210.0, "1".to_owned())].to_vec())
            }
            Scale::Powers { from, to } => {
                let power = |exponent: i32| {
                    if exponent == 0 { "1".to_owned() } else { format!("10{}", raised(exponent.into())) }
                };
                let at = |exponent: i32| 210.0 * f64::from(exponent - from) / f64::from(to - from);
                (0, (from..=to).map(|exponent| (at(exponent), power(exponent))).collect())
            }
        };
        let width = 210.0 / f64::from(11 - first);
        for step in first..=10 {
            let x = LEFT + width * f64::from(step - first);
            let fill = color(f64::from(step) / 10.0);
            let _ =
                writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"12\" fill=\"{fill}\"/>");
        }
        for (place, label) in numbers {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" text-anchor=\"middle\">{label}</text>",
                LEFT + place,
                y + 25.0
            );
        }
        for (x, anchor, meaning) in [(LEFT - 9.0, "end", &self.ends[0]), (LEFT + 219.0, "start", &self.ends[1])] {
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{:.1}\" font-size=\"11\" fill=\"#555\" text-anchor=\"{anchor}\">{}</text>",
                y + 10.0,
                escape(meaning)
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_drawn_with_its_detail_and_numbers_only_where_there_is_room() {
        for (columns, numbers) in [(3, true), (400, false)] {
            let cells = (0..columns).map(|column| Cell {
                row: 0,
                column,
                value: (column > 0).then_some(-0.25),
                mark: (column == 0).then_some("\u{d7}"),
                detail: format!("a < b, {column}"),
            });
            let map = HeatMap {
                title: "t".to_owned(),
                explanation: vec!["e".to_owned()],
                rows: vec!["law & order".to_owned()],
                columns: (0..columns).map(|column| column.to_string()).collect(),
                column_label: "layer".to_owned(),
                cells: cells.collect(),
                scale: Scale::Signed,
                ends: ["less & less".to_owned(), "more".to_owned()],
            };
            let svg = map.to_svg();
            assert_eq!(svg.matches("<title>a &lt; b").count(), columns);
            assert_eq!(svg.matches("#ccc").count(), 1);
            assert_eq!(svg.matches(">\u{d7}<").count(), 1);
            assert_eq!(svg.contains("\u{2212}0.25"), numbers);
            assert!(svg.contains(">less &amp; less<") && svg.contains(">more<"), "the legend says what colours mean");
            assert!(svg.contains("law &amp; order") && !svg.contains("NaN"));
        }
    }

    #[test]
    fn powers_of_ten_are_told_apart_where_numbers_are_not() {
        let scale = Scale::of_powers([0.5, 3.2e-5, 0.0].into_iter());
        assert_eq!(scale, Scale::Powers { from: -5, to: 0 });
        assert_eq!((scale.place(1.0), scale.place(1e-5), scale.place(0.0)), (1.0, 0.0, 0.0));
        assert!((scale.place(1e-4) - 0.2).abs() < 1e-12);
        let shown = [0.5, 3.2e-5, 9.7e-3, 1.0].map(|value| scale.shown(value));
        assert_eq!(shown, ["5·10⁻¹", "3·10⁻⁵", "1·10⁻²", "1"]);
        assert_eq!(Scale::of_powers(std::iter::empty()), Scale::Powers { from: 0, to: 1 });
    }

    #[test]
    fn the_ends_of_the_scale_have_the_end_colours() {
        assert_eq!(
            (color(-1.0), color(0.0), color(1.0)),
            ("rgb(33,102,172)".into(), "rgb(247,247,247)".into(), "rgb(178,24,43)".into())
        );
        assert_eq!(color(7.0), color(1.0));
    }
}
