//! Figures as SVG documents.

use super::super::svg::{self, Palette, escape};
use super::axis::Placed;
use super::layout::{LEFT, LEGEND_ROW, Layout};
use super::{Figure, Marked, Panel, Series, Sheet, Stroke};
use std::fmt::Write;

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

impl Panel {
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
