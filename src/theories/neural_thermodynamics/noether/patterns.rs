//! Activation patterns of ReLU networks, and what keeps them from telling the neurons apart.

use crate::model::mlp::Layout;
use crate::verify::Stream;
use std::sync::Arc;

/// The gates of all hidden neurons, layer by layer.
pub type Pattern = Arc<[bool]>;

/// What is wrong with a set of activation patterns; layers and neurons are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A neuron of a hidden layer that is never active.
    DeadNeuron(usize, usize),
    /// A neuron of a hidden layer and one of the next that are both alive, but never active together.
    DeadConnection(usize, usize, usize),
    /// A neuron of a hidden layer whose neighbours fall into two parts that are never active together with it.
    SplitNeuron(usize, usize),
    /// Two neurons of a hidden layer that are always active together, at least as seen by a linked part of their neighbours.
    SharedPattern(usize, usize, usize),
}

/// One pattern, as seen from a hidden layer: the gates of its neurons and of their neighbours.
struct View {
    gates: Vec<bool>,
    /// Incoming and outgoing neighbours; inputs, outputs and the constant that biases see are always active.
    neighbours: Vec<bool>,
}

impl View {
    fn new(layout: &Layout, pattern: &Pattern, layer: usize) -> Self {
        let last = layout.depth() - 2;
        let gates = |layer: usize| {
            let start: usize = layout.widths()[1..=layer].iter().sum();
            &pattern[start..start + layout.widths()[layer + 1]]
        };
        let mut neighbours = vec![true; usize::from(layout.has_bias())];
        neighbours.extend(if layer == 0 { &[true] } else { gates(layer - 1) });
        neighbours.extend(if layer == last { &[true] } else { gates(layer + 1) });
        View { gates: gates(layer).to_vec(), neighbours }
    }

    fn active_neighbours(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.neighbours.len()).filter(|&neighbour| self.neighbours[neighbour])
    }
}

/// The parts into which the neighbours of some neurons fall, as lists: two are linked if they are active in one of the
/// views, which are those where all these neurons are active.
fn linked_parts<'a>(views: impl Iterator<Item = &'a View>) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for view in views {
        let mut joined: Vec<usize> = view.active_neighbours().collect();
        parts.retain(|part| {
            let apart = !part.iter().any(|neighbour| view.neighbours[*neighbour]);
            if !apart {
                joined.extend(part);
            }
            apart
        });
        joined.sort_unstable();
        joined.dedup();
        parts.push(joined);
    }
    parts
}

/// Whether every hidden layer has an active neuron, so that all parameters of active neurons have a gradient.
pub fn is_complete(layout: &Layout, pattern: &Pattern) -> bool {
    (0..layout.depth() - 1).all(|layer| View::new(layout, pattern, layer).gates.contains(&true))
}

/// Everything that is wrong with a set of complete patterns.
pub fn defects(layout: &Layout, patterns: &[Pattern]) -> Vec<Defect> {
    let mut defects = Vec::new();
    let layers = layout.depth() - 1;
    let views: Vec<Vec<View>> =
        (0..layers).map(|layer| patterns.iter().map(|pattern| View::new(layout, pattern, layer)).collect()).collect();
    let width = |layer: usize| layout.widths()[layer + 1];
    let alive = |layer: usize, neuron: usize| views[layer].iter().any(|view| view.gates[neuron]);
    for layer in 0..layers {
        for neuron in 0..width(layer) {
            if !alive(layer, neuron) {
                defects.push(Defect::DeadNeuron(layer, neuron));
                continue;
            }
            if layer + 1 < layers {
                let together = |to: usize| {
                    (0..patterns.len()).any(|i| views[layer][i].gates[neuron] && views[layer + 1][i].gates[to])
                };
                let dead = (0..width(layer + 1)).filter(|&to| alive(layer + 1, to) && !together(to));
                defects.extend(dead.map(|to| Defect::DeadConnection(layer, neuron, to)));
            }
            if linked_parts(views[layer].iter().filter(|view| view.gates[neuron])).len() > 1 {
                defects.push(Defect::SplitNeuron(layer, neuron));
            }
            for other in (0..neuron).filter(|&other| alive(layer, other)) {
                let both = views[layer].iter().filter(|view| view.gates[neuron] && view.gates[other]);
                let sees_one = |neighbour: usize| {
                    let mut views = views[layer].iter();
                    views.any(|view| view.gates[neuron] != view.gates[other] && view.neighbours[neighbour])
                };
                if !linked_parts(both).iter().all(|part| part.iter().any(|&neighbour| sees_one(neighbour))) {
                    defects.push(Defect::SharedPattern(layer, other, neuron));
                }
            }
        }
    }
    defects
}

/// Whether a pattern has what makes a defect.
fn admits(layout: &Layout, pattern: &Pattern, defect: Defect) -> bool {
    let view = |layer| View::new(layout, pattern, layer);
    match defect {
        Defect::DeadNeuron(layer, neuron) => !view(layer).gates[neuron],
        Defect::DeadConnection(layer, from, to) => !(view(layer).gates[from] && view(layer + 1).gates[to]),
        // The first neurons of the layers before and after on the one side, all others on the other side.
        Defect::SplitNeuron(layer, neuron) => {
            let (before, after) = (view(layer - 1).gates, view(layer + 1).gates);
            let is_first = |gates: &[bool]| gates[0] && !gates[1..].contains(&true);
            !view(layer).gates[neuron] || is_first(&before) && is_first(&after) || !before[0] && !after[0]
        }
        Defect::SharedPattern(layer, first, second) => view(layer).gates[first] == view(layer).gates[second],
    }
}

/// Random complete patterns, one after the other until nothing is wrong with them but what is `wanted`.
pub fn force(stream: &mut Stream, layout: &Layout, wanted: Option<Defect>) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    while defects(layout, &patterns) != Vec::from_iter(wanted) {
        let pattern: Pattern = (0..layout.hidden_neurons()).map(|_| stream.coin()).collect();
        let admitted = wanted.is_none_or(|defect| admits(layout, &pattern, defect));
        if admitted && is_complete(layout, &pattern) && !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(rows: &[&str]) -> Vec<Pattern> {
        rows.iter().map(|row| row.chars().map(|gate| gate == '1').collect()).collect()
    }

    #[test]
    fn every_defect_is_found_and_no_other() {
        let layout = Layout::new(vec![2, 2, 2, 1], false);
        let defects = |rows: &[&str]| defects(&layout, &patterns(rows));
        assert_eq!(defects(&["1111", "0111", "1101"]), []);
        assert_eq!(defects(&["1101", "0110"]), [Defect::DeadConnection(0, 0, 0)]);
        assert_eq!(defects(&["1011", "1001"]), [Defect::DeadNeuron(0, 1)]);
        assert_eq!(defects(&["1111", "0111"]), [Defect::SharedPattern(1, 0, 1)]);
        assert_eq!(defects(&[]).len(), 4);
    }

    #[test]
    fn a_neuron_between_hidden_layers_is_split_unless_a_bias_links_its_parts() {
        // 2-2-1-2-1: the middle neuron is active with the first or with the second neurons around it.
        let rows = ["10110", "01101"];
        let defects = |bias| defects(&Layout::new(vec![2, 2, 1, 2, 1], bias), &patterns(&rows));
        assert_eq!(defects(false), [Defect::SplitNeuron(1, 0)]);
        assert_eq!(defects(true), []);
    }

    #[test]
    fn two_neurons_have_to_be_told_apart_by_every_linked_part_of_their_neighbours() {
        // 2-2-2-2-1: the neurons of the middle layer differ, but the second neurons around them see them together only.
        let rows = ["10", "01"].map(|side| format!("{side}11{side}"));
        let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        rows.extend(["101010", "100110"]);
        let layout = Layout::new(vec![2, 2, 2, 2, 1], false);
        assert!(defects(&layout, &patterns(&rows)).contains(&Defect::SharedPattern(1, 0, 1)));
        rows.push("011001");
        assert!(!defects(&layout, &patterns(&rows)).contains(&Defect::SharedPattern(1, 0, 1)));
    }

    #[test]
    fn forced_patterns_have_the_wanted_defect() {
        let layout = Layout::new(vec![2, 3, 2, 2, 1], false);
        let wanted = [
            Defect::DeadNeuron(0, 2),
            Defect::SharedPattern(1, 0, 1),
            Defect::DeadConnection(1, 1, 0),
            Defect::SplitNeuron(1, 1),
        ];
        let wanted = wanted.map(Some);
        for (seed, wanted) in wanted.into_iter().chain([None]).enumerate() {
            let patterns = force(&mut Stream::new(&["patterns"], seed as u64, 0), &layout, wanted);
            assert_eq!(defects(&layout, &patterns), Vec::from_iter(wanted));
            assert!(patterns.iter().all(|pattern| is_complete(&layout, pattern)));
        }
    }
}
