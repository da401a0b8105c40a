//! The graph as a picture: groups of claims that belong together, from the largest on, and below them those that stand alone.

use super::layers::lay_out;
use super::{Graph, Node};
use crate::report::svg::{Palette, escape, headline, open};
use std::fmt::Write;

/// The size of the letters, and the width of one: names are set in a face whose letters are all as wide, and stretched to that width if it is not.
const LETTERS: f64 = 11.0;
const LETTER: f64 = 6.6;
/// The height of a name's box, from one row to the next, and beside its name.
const BOX: f64 = 18.0;
const ROW: f64 = 25.0;
const PAD: f64 = 6.0;
/// Between two layers, and between two groups.
const BETWEEN: f64 = 56.0;
const APART: f64 = 28.0;
const MARGIN: f64 = 24.0;
const HEADER: f64 = 78.0;
/// Claims that stand alone are set in columns up to about this width in all.
const LEAST_WIDTH: f64 = 900.0;

/// One colour for each theory, in turn.
const FILLS: [&str; 8] = ["#e8f0fa", "#fdeede", "#e6f4ea", "#fbe9f0", "#f0ebf8", "#fbf6d9", "#e3f3f4", "#eeeeee"];

/// A group with its measures.
struct Group {
    /// For each member the node, its left end and its middle.
    members: Vec<(usize, f64, f64)>,
    /// For each arrow its way, from point to point.
    arrows: Vec<Vec<(f64, f64)>>,
    width: f64,
    height: f64,
}

fn width(node: &Node<'_>) -> f64 {
    node.id.chars().count() as f64 * LETTER + 2.0 * PAD
}

impl Group {
    fn of(graph: &Graph<'_>, nodes: &[usize]) -> Self {
        let place = |node: &usize| nodes.iter().position(|member| member == node);
        let inside = graph.edges.iter().filter_map(|(from, to)| Some((place(from)?, place(to)?)));
        let edges: Vec<(usize, usize)> = inside.collect();
        let laid = lay_out(nodes.len(), &edges);
        let widest = |layer: usize| {
            let of_layer = nodes.iter().zip(&laid.layer).filter(|(_, its)| **its == layer);
            of_layer.map(|(node, _)| width(&graph.nodes[*node])).fold(0.0, f64::max)
        };
        let widths: Vec<f64> = (0..=laid.layer.iter().copied().max().unwrap_or(0)).map(widest).collect();
        let lefts: Vec<f64> = widths
            .iter()
            .scan(0.0, |next, width| {
                let left = *next;
                *next += width + BETWEEN;
                Some(left)
            })
            .collect();
        let middle = |height: f64| height * ROW + BOX / 2.0;
        let members: Vec<(usize, f64, f64)> = nodes
            .iter()
            .enumerate()
            .map(|(at, &node)| (node, lefts[laid.layer[at]], middle(laid.height[at])))
            .collect();
        let way = |(&(from, to), passes): (&(usize, usize), &Vec<f64>)| {
            let start = (members[from].1 + width(&graph.nodes[members[from].0]), members[from].2);
            let mut way = vec![start, (lefts[laid.layer[from]] + widths[laid.layer[from]], start.1)];
            for (layer, height) in (laid.layer[from] + 1..).zip(passes) {
                way.extend([(lefts[layer], middle(*height)), (lefts[layer] + widths[layer], middle(*height))]);
            }
            way.push((members[to].1, members[to].2));
            way
        };
        let rows = laid.height.iter().chain(laid.passes.iter().flatten()).copied().fold(0.0, f64::max);
        Group {
            arrows: edges.iter().zip(&laid.passes).map(way).collect(),
            width: lefts.last().unwrap_or(&0.0) + widths.last().unwrap_or(&0.0),
            height: rows * ROW + BOX,
            members,
        }
    }
}

/// A row of a group beside others that are no higher.
fn shelves(groups: Vec<Group>, width: f64) -> Vec<(Group, f64, f64)> {
    let (mut left, mut top, mut tallest) = (0.0, 0.0, 0.0_f64);
    let mut placed = Vec::new();
    for group in groups {
        if left > 0.0 && left + group.width > width {
            (left, top, tallest) = (0.0, top + tallest + APART, 0.0);
        }
        tallest = tallest.max(group.height);
        let next = left + group.width + 2.0 * APART;
        placed.push((group, left, top));
        left = next;
    }
    placed
}

/// A claim's box, `left` its left end and `middle` its height.
fn draw(svg: &mut String, node: &Node<'_>, left: f64, middle: f64) {
    let (fill, width, top) = (FILLS[node.theory % FILLS.len()], width(node), middle - BOX / 2.0);
    let dashes = if node.asked { "" } else { " stroke-dasharray=\"3 2\"" };
    let _ = writeln!(
        svg,
        "<g><title>{}</title><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{BOX}\" rx=\"4\" fill=\"{fill}\" \
         stroke=\"#888\" stroke-width=\"0.8\"{dashes}/><text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{LETTERS}\">{}</text></g>",
        escape(node.title),
        left + PAD,
        middle + 3.8,
        width - 2.0 * PAD,
        escape(node.id),
    );
}

/// From point to point, level at each.
fn arrow(svg: &mut String, way: &[(f64, f64)], offset: (f64, f64)) {
    let at = |(x, y): (f64, f64)| (x + offset.0, y + offset.1);
    let Some((&first, rest)) = way.split_first() else { return };
    let (x, y) = at(first);
    let mut path = format!("M{x:.1} {y:.1}");
    let mut last = (x, y);
    for (number, &point) in rest.iter().enumerate() {
        let (x, y) = at(point);
        // The head of the arrow takes the rest.
        let x = if number + 1 == rest.len() { x - 5.0 } else { x };
        if (y - last.1).abs() < 0.05 {
            let _ = write!(path, "H{x:.1}");
        } else {
            let half = (last.0 + x) / 2.0;
            let _ = write!(path, "C{half:.1} {:.1} {half:.1} {y:.1} {x:.1} {y:.1}", last.1);
        }
        last = (x, y);
    }
    let _ = writeln!(svg, "<path d=\"{path}\" marker-end=\"url(#head)\"/>");
}

pub(super) fn render(graph: &Graph<'_>) -> String {
    let components = graph.components();
    let (alone, joined): (Vec<&Vec<usize>>, Vec<&Vec<usize>>) = components.iter().partition(|group| group.len() == 1);
    let mut groups: Vec<Group> = joined.iter().map(|nodes| Group::of(graph, nodes)).collect();
    // Stable: groups of one height stay in the order of the claims.
    groups.sort_by(|one, other| other.height.total_cmp(&one.height));
    let inner = groups.iter().map(|group| group.width).fold(LEAST_WIDTH, f64::max);
    let placed = shelves(groups, inner);
    let end = placed.iter().map(|(group, _, top)| top + group.height).fold(0.0, f64::max);

    let alone: Vec<&Node<'_>> = alone.iter().map(|group| &graph.nodes[group[0]]).collect();
    let column = alone.iter().map(|node| width(node)).fold(0.0, f64::max) + APART / 2.0;
    let columns = if alone.is_empty() { 1 } else { ((inner + APART / 2.0) / column).floor().max(1.0) as usize };
    let rows = alone.len().div_ceil(columns);
    let heading = HEADER + end + if placed.is_empty() { 0.0 } else { 2.0 * APART };
    let below = if alone.is_empty() { HEADER + end } else { heading + ROW * rows as f64 };

    let size = ((inner + 2.0 * MARGIN).ceil(), (below + MARGIN).ceil());
    let title = "Which claim rests on which";
    let explanation = [
        "An arrow leads from a claim to one whose proof rests on it. One colour for each theory, in turn.".to_owned(),
        "Dashed: not asked for, but something that was rests on it.".to_owned(),
    ];
    let explanation = if graph.nodes.iter().all(|node| node.asked) { &explanation[..1] } else { &explanation };
    let mut svg = open(size, title, &explanation.join(" "), &Palette::PAPER);
    headline(&mut svg, MARGIN, title, explanation, &Palette::PAPER);
    svg.push_str(
        "<defs><marker id=\"head\" viewBox=\"0 0 6 6\" refX=\"1\" refY=\"3\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">\
         <path d=\"M0 0L6 3L0 6Z\" fill=\"#666\"/></marker></defs>\n<g fill=\"none\" stroke=\"#666\" stroke-width=\"1\">\n",
    );
    for (group, left, top) in &placed {
        for way in &group.arrows {
            arrow(&mut svg, way, (MARGIN + left, HEADER + top));
        }
    }
    svg.push_str("</g>\n");
    for (group, left, top) in &placed {
        for &(node, x, y) in &group.members {
            draw(&mut svg, &graph.nodes[node], MARGIN + left + x, HEADER + top + y);
        }
    }
    if !alone.is_empty() && !placed.is_empty() {
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{:.1}\" font-size=\"13\" font-weight=\"bold\">Claims that rest on no other, and on which none rests</text>",
            heading - 14.0
        );
    }
    // Down the columns, in the order of the claims.
    for (number, node) in alone.iter().enumerate() {
        let (left, row) = (column * (number / rows) as f64, (number % rows) as f64);
        draw(&mut svg, node, MARGIN + left, heading + ROW * row + BOX / 2.0);
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theories;
    use crate::verify::Theories;

    /// Left, top, right and bottom of every box.
    fn boxes(svg: &str) -> Vec<[f64; 4]> {
        let number = |line: &str, name: &str| -> f64 {
            let rest = line.split(&format!(" {name}=\"")).nth(1).expect("it is there");
            rest.split('"').next().and_then(|text| text.parse().ok()).expect("a number")
        };
        let rects = svg.lines().filter_map(|line| line.split("<rect").nth(1).filter(|_| line.starts_with("<g>")));
        rects
            .map(|rect| {
                let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(rect, name));
                [x, y, x + width, y + height]
            })
            .collect()
    }

    #[test]
    fn every_claim_has_a_box_on_the_sheet_and_no_two_touch() {
        let all = Theories(theories::ALL);
        for prefix in ["", "balance", "cosmology", "markov", "discovery"] {
            let graph = Graph::of(all, &all.select(&[prefix]));
            let svg = render(&graph);
            let boxes = boxes(&svg);
            assert_eq!(boxes.len(), graph.nodes.len());
            let sheet: Vec<f64> = svg
                .split("viewBox=\"0 0 ")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .map(|size| size.split(' ').filter_map(|number| number.parse().ok()).collect())
                .expect("a size");
            for (place, one) in boxes.iter().enumerate() {
                assert!(
                    one[0] >= 0.0 && one[1] >= 0.0 && one[2] <= sheet[0] && one[3] <= sheet[1],
                    "{prefix}: {one:?}"
                );
                for other in &boxes[..place] {
                    let apart = one[2] < other[0] || other[2] < one[0] || one[3] < other[1] || other[3] < one[1];
                    assert!(apart, "{prefix}: {one:?} {other:?}");
                }
            }
            assert_eq!(svg.matches("marker-end").count(), graph.edges.len());
            assert_eq!(svg, render(&graph));
        }
    }
}
