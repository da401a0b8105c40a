//! Which claim rests on which, drawn: for Graphviz, and as a picture of its own.
//!
//! An arrow leads from a claim to one whose proof rests on it. The same claims give the same bytes.

mod dot;
mod layers;
mod svg;

use crate::verify::{Claim, Theories};
use std::collections::BTreeMap;

/// A claim in the graph.
struct Node<'a> {
    id: &'a str,
    title: &'a str,
    /// The place of its theory among all.
    theory: usize,
    /// Whether it was asked for, and is not there because others rest on it alone.
    asked: bool,
}

/// Claims, and which rests on which.
pub struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    /// A claim and one that rests on it, by their places; in order.
    edges: Vec<(usize, usize)>,
}

impl<'a> Graph<'a> {
    /// These claims and all that they rest on.
    pub fn of(theories: Theories<'a>, claims: &[&'a Claim<'a>]) -> Self {
        let theory = |id: &str| {
            let is_its = |theory: &&crate::verify::Theory<'_>| {
                theory.claims.iter().flat_map(|family| *family).any(|claim| claim.id == id)
            };
            theories.0.iter().position(is_its).unwrap_or_default()
        };
        let shown = theories.with_foundations(claims);
        let place: BTreeMap<&str, usize> = shown.iter().enumerate().map(|(place, claim)| (claim.id, place)).collect();
        let nodes = shown.iter().map(|claim| Node {
            id: claim.id,
            title: claim.title,
            theory: theory(claim.id),
            asked: claims.iter().any(|asked| asked.id == claim.id),
        });
        let below =
            |(user, claim): (usize, &&Claim<'a>)| claim.builds_on.iter().map(move |id| (*id, user)).collect::<Vec<_>>();
        let named = shown.iter().enumerate().flat_map(below);
        let mut edges: Vec<(usize, usize)> = named.filter_map(|(id, user)| Some((*place.get(id)?, user))).collect();
        edges.sort_unstable();
        edges.dedup();
        Graph { nodes: nodes.collect(), edges }
    }

    /// In the language of Graphviz.
    pub fn dot(&self) -> String {
        dot::render(self)
    }

    /// As a picture.
    pub fn svg(&self) -> String {
        svg::render(self)
    }

    /// The claims that belong together, each group in order; the groups by their first claims.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut name: Vec<usize> = (0..self.nodes.len()).collect();
        // Few edges: names spread until none changes.
        loop {
            let mut changed = false;
            for &(one, other) in &self.edges {
                let least = name[one].min(name[other]);
                changed |= name[one] != least || name[other] != least;
                (name[one], name[other]) = (least, least);
            }
            if !changed {
                break;
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (node, first) in name.into_iter().enumerate() {
            groups.entry(first).or_default().push(node);
        }
        groups.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theories;

    const ALL: Theories<'static> = Theories(theories::ALL);

    fn graph(prefix: &str) -> Graph<'static> {
        Graph::of(ALL, &ALL.select(&[prefix]))
    }

    #[test]
    fn groups_are_what_edges_connect() {
        let graph = graph("");
        let groups = graph.components();
        assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), graph.nodes.len());
        let group_of = |node: usize| groups.iter().position(|group| group.contains(&node)).expect("in a group");
        assert!(graph.edges.iter().all(|&(one, other)| group_of(one) == group_of(other)));
        assert!(groups.iter().any(|group| group.len() == 1) && groups.iter().any(|group| group.len() > 5));
    }

    /// What is not asked for is there if something rests on it, and marked.
    #[test]
    fn a_selection_comes_with_its_foundations() {
        let graph = graph("cosmology");
        let below: Vec<&str> = graph.nodes.iter().filter(|node| !node.asked).map(|node| node.id).collect();
        assert_eq!(below, ["entropic-loss/second-order-field"]);
    }
}
