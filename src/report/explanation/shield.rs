//! Pages of proofs have formulas among their words, as they stand on paper: `v*Pv`, `dE_ij/dt`, `a < b`. Here what Markdown would take for marks of its own is escaped.

/// A page in which Markdown obeys what the pages mean as marks, and nothing of their formulas.
///
/// `*` begins emphasis before a word and ends it after one, with blanks or brackets around; `_` never does; a list begins with `-` or a number.
pub(super) fn shielded(page: &str) -> String {
    let mut written = String::with_capacity(page.len() + 64);
    let mut fenced = false;
    // Emphasis that has begun goes on over lines, up to the end of the paragraph.
    let mut open = false;
    // Four blanks after an empty line are code too, but for what goes on in a list.
    let (mut after_empty, mut in_list, mut indented) = (true, false, false);
    for line in page.split_inclusive('\n') {
        let start = line.trim_start();
        let is_empty = start.is_empty();
        if !is_empty && !line.starts_with(' ') {
            let digits = start.trim_start_matches(|c: char| c.is_ascii_digit());
            in_list = start.starts_with("- ") || (digits.len() < start.len() && digits.starts_with(". "));
        }
        indented = line.starts_with("    ") && !in_list && (after_empty || indented);
        after_empty = is_empty;
        if indented {
            written.push_str(line);
            continue;
        }
        if start.starts_with("```") {
            fenced = !fenced;
        }
        if fenced || start.starts_with("```") {
            written.push_str(line);
            continue;
        }
        if start.trim_end().is_empty() {
            open = false;
        }
        if start.starts_with("+ ") {
            written.push_str(&line[..line.len() - start.len()]);
            written.push('\\');
            shield(start, &mut open, &mut written);
        } else {
            shield(line, &mut open, &mut written);
        }
    }
    written
}

fn shield(line: &str, open: &mut bool, written: &mut String) {
    let letters: Vec<char> = line.chars().collect();
    let mut code = false;
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let before = at.checked_sub(1).map(|place| letters[place]);
        let after = letters.get(at + 1).copied();
        let is_outside = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "().,;:\"—".contains(c));
        match letter {
            '\\' => {
                written.push(letter);
                written.extend(after);
                at += 2;
                continue;
            }
            '`' => code = !code,
            _ if code => {}
            // Two are bold, and only subjects are.
            '*' if after == Some('*') => {
                written.push_str("**");
                at += 2;
                continue;
            }
            '*' => {
                let begins = !*open && is_outside(before) && after.is_some_and(|c| !c.is_whitespace());
                let ends = *open && is_outside(after) && before.is_some_and(|c| !c.is_whitespace());
                if begins || ends {
                    *open = begins;
                } else {
                    written.push('\\');
                }
            }
            '_' => written.push('\\'),
            '<' if after.is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c)) => written.push('\\'),
            '~' if after == Some('~') || before == Some('~') => written.push('\\'),
            _ => {}
        }
        written.push(letter);
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_shielded_and_marks_are_not() {
        for (page, expected) in [
            ("v*(that)v = 2 Re μ v*Pv < 0 and v*Pv > 0", r"v\*(that)v = 2 Re μ v\*Pv < 0 and v\*Pv > 0"),
            ("L_0*ρ_G = 0, u* for all i", r"L\_0\*ρ\_G = 0, u\* for all i"),
            (
                "*Fails:* it is *not* so (*does not fail if* x* = 0).",
                r"*Fails:* it is *not* so (*does not fail if* x\* = 0).",
            ),
            ("another force. *Does\nnot fail if:* n* = 1", "another force. *Does\nnot fail if:* n\\* = 1"),
            ("**Proof.** ∂_i∂_j(M_ij ρ)", r"**Proof.** ∂\_i∂\_j(M\_ij ρ)"),
            ("`a_b*c` and a_b", r"`a_b*c` and a\_b"),
            ("```\na_b*c\n```\na_b\n", "```\na_b*c\n```\na\\_b\n"),
            ("a_b:\n\n    a_b*c\n    d_e\n\na_b\n", "a\\_b:\n\n    a_b*c\n    d_e\n\na\\_b\n"),
            ("- a_b\n\n    c_d\n", "- a\\_b\n\n    c\\_d\n"),
            ("+ x goes on, a <b and Σ_{t<T}", r"\+ x goes on, a \<b and Σ\_{t\<T}"),
            (r"\|u\_i\|", r"\|u\_i\|"),
        ] {
            assert_eq!(shielded(page), expected);
        }
    }
}
