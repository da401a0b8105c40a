//! What tables to paste into a paper have in common.

pub use super::formula::latex::prose as words;

/// The packages that formulas and tables need.
pub const PACKAGES: &str = "% \\usepackage{amsmath, amssymb, booktabs}\n";

/// A table with the lines of booktabs, from rows that are LaTeX already.
pub fn table(headings: &[&str], rows: &str) -> String {
    format!(
        "\\begin{{tabular}}{{{}}}\n  \\toprule\n  {} \\\\\n  \\midrule\n{rows}  \\bottomrule\n\\end{{tabular}}\n",
        "l".repeat(headings.len()),
        headings.join(" & ")
    )
}

/// A formula in the names of blocks, such as `E|g_W1[0,:]|^2 = (4 gamma/eta) |W1[0,:]|^2`.
pub fn plain(formula: &str) -> String {
    let mut written = String::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let len = rest.find(|character: char| !(character.is_ascii_alphanumeric() || "_.".contains(character)));
        let len = len.unwrap_or(rest.len());
        if len == 0 {
            written.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, behind) = rest.split_at(len);
        // `[0,:]` behind a name is its index.
        let inside = if word == "E" { None } else { behind.strip_prefix('[') };
        let index = inside.and_then(|inside| inside.split_once(']'));
        let (index, behind) = index.map_or((None, behind), |(index, behind)| (Some(index), behind));
        written += &name(word, index);
        rest = behind;
    }
    written
}

fn name(word: &str, index: Option<&str>) -> String {
    if word.parse::<f64>().is_ok() {
        return word.to_owned();
    }
    let (is_gradient, word) = word.strip_prefix("g_").map_or((false, word), |word| (true, word));
    let quantity = match word {
        "E" => "\\mathbb{E}".to_owned(),
        "eta" | "gamma" | "theta" => format!("\\{word}"),
        "g" | "T" | "F" | "O" | "Q" => word.to_owned(),
        _ => format!("\\mathit{{{}}}", word.replace('_', "\\_")),
    };
    let indexed = index.map_or_else(|| quantity.clone(), |index| format!("{quantity}_{{{index}}}"));
    if is_gradient { format!("g_{{{indexed}}}") } else { indexed }
}

/// A law as it was typed; nothing if it is none.
pub fn law(text: &str) -> String {
    equipartition_formula::parse_statement(text).map_or_else(|_| String::new(), |statement| statement.to_latex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_blocks_become_formulas() {
        assert_eq!(
            plain("E|g_W1[0,:]|^2 = (4 gamma/eta) |W1[0,:]|^2"),
            r"\mathbb{E}|g_{\mathit{W1}_{0,:}}|^2 = (4 \gamma/\eta) |\mathit{W1}_{0,:}|^2"
        );
        assert_eq!(plain("E[g_a^2]"), r"\mathbb{E}[g_{\mathit{a}}^2]");
        assert_eq!(words("50 % of_it"), r"50 \% of\_it");
    }

    /// Every character that LaTeX treats specially in text, and those that the usual fonts have others in the place of.
    #[test]
    fn no_word_is_a_command() {
        let special = r"\ { } $ & # % _ ^ ~ < > | `";
        let written = [
            r"\textbackslash{}",
            r"\{",
            r"\}",
            r"\$",
            r"\&",
            r"\#",
            r"\%",
            r"\_",
            r"\textasciicircum{}",
            r"\textasciitilde{}",
            r"\(<\)",
            r"\(>\)",
            r"\(|\)",
            r"\textasciigrave{}",
        ];
        assert_eq!(words(special), written.join(" "));
        assert_eq!(words("a\n\n\x1b[0mb"), "a   [0mb");
    }
}
