//! Ticks, measures and drawings of small figures.

use super::axis::Placed;
use super::layout::{CAPTION_HEIGHT, LEGEND_ROW, Layout, PLANE_HEIGHT};
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
    let series =
        Series { label: "a < b".into(), color: "#000", stroke: Stroke::Dashed, points, band: vec![(0.0, 0.5, 1.5)] };
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
    let panel = panel(Aspect::Free, Scale::Linear, vec![curve("r", Stroke::Rings(6.0), vec![(0.0, 1.0), (1.0, 2.0)])]);
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
