//! A layered layout: every claim stands to the right of all that it rests on, and arrows cross each other rarely.
//!
//! Layers are longest ways from a foundation; an arrow across several layers has a place of its own in each that it passes. Orders follow the means of
//! neighbours' places in turn (Sugiyama, Tagawa and Toda 1981); heights are the nearest to those means that keep a distance of 1, by isotonic regression.

use std::collections::BTreeMap;

/// Sweeps there and back.
const SWEEPS: usize = 24;

/// Where the members of a group stand.
pub(super) struct Layered {
    /// The layer of each node, from the left.
    pub layer: Vec<usize>,
    /// How far below the top it is, in rows.
    pub height: Vec<f64>,
    /// For each edge the heights at which it passes the layers between.
    pub passes: Vec<Vec<f64>>,
}

/// Lays out `count` nodes; the edges form no circle.
pub(super) fn lay_out(count: usize, edges: &[(usize, usize)]) -> Layered {
    let layer = layers(count, edges);
    // Nodes, and after them the places that edges pass.
    let mut of_place = layer.clone();
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut passed: Vec<Vec<usize>> = Vec::new();
    for &(from, to) in edges {
        let mut places = Vec::new();
        let mut last = from;
        for between in layer[from] + 1..layer[to] {
            of_place.push(between);
            places.push(of_place.len() - 1);
            links.push((last, of_place.len() - 1));
            last = of_place.len() - 1;
        }
        links.push((last, to));
        passed.push(places);
    }
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, &layer) in of_place.iter().enumerate() {
        columns.entry(layer).or_default().push(place);
    }
    let columns: Vec<Vec<usize>> = columns.into_values().collect();
    let height = heights(columns, of_place.len(), &links);
    Layered {
        passes: passed.iter().map(|places| places.iter().map(|&place| height[place]).collect()).collect(),
        height: height[..count].to_vec(),
        layer,
    }
}

/// The longest way from a foundation; a foundation stands as near to what rests on it as it can.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; count];
    for _ in 0..count {
        for &(from, to) in edges {
            layer[to] = layer[to].max(layer[from] + 1);
        }
    }
    for node in 0..count {
        let is_foundation = edges.iter().all(|&(_, to)| to != node);
        let nearest = edges.iter().filter(|&&(from, _)| from == node).map(|&(_, to)| layer[to]).min();
        if let (true, Some(nearest)) = (is_foundation, nearest) {
            layer[node] = nearest - 1;
        }
    }
    layer
}

fn heights(mut columns: Vec<Vec<usize>>, count: usize, links: &[(usize, usize)]) -> Vec<f64> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in links {
        before[to].push(from);
        after[from].push(to);
    }
    let mut height = vec![0.0; count];
    for column in &columns {
        place(column, &mut height, |row, _| row as f64);
    }
    let mean = |places: &[usize], height: &[f64]| {
        let sum: f64 = places.iter().map(|&place| height[place]).sum();
        (!places.is_empty()).then(|| sum / places.len() as f64)
    };
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let order: Vec<usize> = if forward { (0..columns.len()).collect() } else { (0..columns.len()).rev().collect() };
        for layer in order {
            let neighbours = if forward { &before } else { &after };
            let wish = |place: usize, height: &[f64]| mean(&neighbours[place], height).unwrap_or(height[place]);
            // Stable, so that ties keep the order of the claims.
            columns[layer].sort_by(|&one, &other| wish(one, &height).total_cmp(&wish(other, &height)));
            let wishes: Vec<f64> = columns[layer].iter().map(|&place| wish(place, &height)).collect();
            place(&columns[layer], &mut height, |row, _| wishes[row]);
        }
    }
    // Orders are settled: both neighbours pull.
    for _ in 0..SWEEPS {
        for column in &columns {
            let wish = |place: usize, height: &[f64]| {
                let both: Vec<usize> = before[place].iter().chain(&after[place]).copied().collect();
                mean(&both, height).unwrap_or(height[place])
            };
            let wishes: Vec<f64> = column.iter().map(|&place| wish(place, &height)).collect();
            place(column, &mut height, |row, _| wishes[row]);
        }
    }
    let top = height.iter().copied().fold(f64::INFINITY, f64::min);
    height.iter().map(|height| height - top).collect()
}

/// Puts a column where it wishes to be, in its order and with distances of 1 at least: the nearest such heights in the sense of least squares.
fn place(column: &[usize], height: &mut [f64], wish: impl Fn(usize, usize) -> f64) {
    // Blocks of neighbours that stand closely: the mean of what they wish for, less their rows, and how many they are.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (row, &place) in column.iter().enumerate() {
        let mut block = (wish(row, place) - row as f64, 1);
        while let Some(&(mean, size)) = blocks.last() {
            if mean < block.0 {
                break;
            }
            let (sum, all) = (mean * size as f64 + block.0 * block.1 as f64, size + block.1);
            block = (sum / all as f64, all);
            blocks.pop();
        }
        blocks.push(block);
    }
    let levels = blocks.iter().flat_map(|&(mean, size)| std::iter::repeat_n(mean, size));
    for (row, (&place, level)) in column.iter().zip(levels).enumerate() {
        height[place] = level + row as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stands_to_the_right_of_what_it_rests_on_and_nothing_on_something() {
        // A claim with two users, one of which two further ones rest on, and a way past them.
        let edges = [(0, 1), (0, 2), (1, 3), (1, 4), (0, 4), (5, 4)];
        let Layered { layer, height, passes } = lay_out(6, &edges);
        assert!(edges.iter().all(|&(from, to)| layer[from] < layer[to]));
        assert_eq!(layer, [0, 1, 1, 2, 2, 1], "a foundation stands next to what rests on it");
        for one in 0..6 {
            for other in 0..one {
                assert!(layer[one] != layer[other] || (height[one] - height[other]).abs() > 1.0 - 1e-9);
            }
        }
        let lengths: Vec<usize> = passes.iter().map(Vec::len).collect();
        assert_eq!(lengths, [0, 0, 0, 0, 1, 0]);
        for (place, node) in [(passes[4][0], 1), (passes[4][0], 2), (passes[4][0], 5)] {
            assert!((place - height[node]).abs() > 1.0 - 1e-9, "an arrow passes between, not through");
        }
    }

    #[test]
    fn one_claim_needs_no_place() {
        let alone = lay_out(1, &[]);
        assert_eq!((alone.layer, alone.height), (vec![0], vec![0.0]));
    }

    /// Least squares: two that wish to stand at one place stand around it.
    #[test]
    fn wishes_are_met_as_far_as_distances_allow() {
        let mut height = [0.0; 3];
        place(&[0, 1, 2], &mut height, |row, _| [5.0, 5.0, 9.0][row]);
        assert_eq!(height, [4.5, 5.5, 9.0]);
    }
}
