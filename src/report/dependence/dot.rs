//! The graph in the language of Graphviz.

use super::{Graph, Node};
use std::fmt::Write;

/// A quoted string: what stands in it is obeyed nowhere.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn render(graph: &Graph<'_>) -> String {
    let mut dot = "// An arrow leads from a claim to one whose proof rests on it.\ndigraph claims {\n  rankdir=LR;\n  \
                   node [shape=box, style=rounded, fontname=\"monospace\", fontsize=10];\n"
        .to_owned();
    for Node { id, title, asked, .. } in &graph.nodes {
        let style = if *asked { "" } else { ", style=\"rounded,dashed\"" };
        let _ = writeln!(dot, "  {} [tooltip={}{style}];", quoted(id), quoted(title));
    }
    for &(foundation, user) in &graph.edges {
        let [foundation, user] = [foundation, user].map(|place| quoted(graph.nodes[place].id));
        let _ = writeln!(dot, "  {foundation} -> {user};");
    }
    dot + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_no_string() {
        let node = |id, title| Node { id, title, theory: 0, asked: true };
        let graph = Graph { nodes: vec![node("t/a", "a \"b\" \\"), node("t/b", "")], edges: vec![(0, 1)] };
        let dot = render(&graph);
        assert!(dot.contains(r#"  "t/a" [tooltip="a \"b\" \\"];"#), "{dot}");
        assert!(dot.contains("  \"t/a\" -> \"t/b\";\n"), "{dot}");
    }
}
