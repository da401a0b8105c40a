//! Heat maps as SVG: numbers from -1 to 1 in rows and columns.

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
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its row.
    pub row: usize,
    /// Its column.
    pub column: usize,
    /// From -1 to 1; without one it is grey.
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
            let fill = value.map_or_else(|| "#ccc".to_owned(), color);
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{cell:.1}\" height=\"{ROW_HEIGHT}\" fill=\"{fill}\" \
                 stroke=\"#fff\"><title>{}</title></rect>",
                escape(detail)
            );
            let shown = match (value, mark) {
                (Some(value), mark) if cell >= NUMBER_WIDTH => number(*value, 2) + mark.unwrap_or_default(),
                (_, Some(mark)) => (*mark).to_owned(),
                _ => continue,
            };
            let ink = if value.is_some_and(|value| value.abs() > 0.6) { "#fff" } else { "#222" };
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

    fn draw_scale(&self, svg: &mut String, y: f64) {
        for step in -10_i32..=10 {
            let x = LEFT + 10.0 * f64::from(step + 10);
            let fill = color(f64::from(step) / 10.0);
            let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y:.1}\" width=\"10\" height=\"12\" fill=\"{fill}\"/>");
        }
        for (place, label) in [(0.0, "\u{2212}1"), (105.0, "0"), (210.0, "1")] {
            let x = LEFT + place;
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{:.1}\" font-size=\"11\" text-anchor=\"middle\">{label}</text>",
                y + 25.0
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
            };
            let svg = map.to_svg();
            assert_eq!(svg.matches("<title>a &lt; b").count(), columns);
            assert_eq!(svg.matches("#ccc").count(), 1);
            assert_eq!(svg.matches(">\u{d7}<").count(), 1);
            assert_eq!(svg.contains("\u{2212}0.25"), numbers);
            assert!(svg.contains("law &amp; order") && !svg.contains("NaN"));
        }
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
