//! The pieces of MathML that formulas are made of: brackets, operators, fractions.

use super::super::svg::escape;
use super::items::{Item, Operand, Role};

pub(super) const THIN: &str = "<mspace width=\"0.17em\"/>";

/// A bracket, as high as the fractions in it; scripts alone do not stretch it.
pub(super) fn fenced(left: &str, inside: &str, right: &str) -> String {
    let stretchy = inside.contains("<mfrac>") || inside.contains("<msqrt>");
    let fence = |form: &str, bracket: &str| format!("<mo form=\"{form}\" stretchy=\"{stretchy}\">{bracket}</mo>");
    format!("<mrow>{}{inside}{}</mrow>", fence("prefix", left), fence("postfix", right))
}

pub(super) fn operator(text: &str, prefix: bool) -> String {
    let shown = match text {
        "-" => "−",
        "->" => "→",
        "<=" => "≤",
        ">=" => "≥",
        "!=" => "≠",
        "~" => "∼",
        "*" => "∗",
        "..." => "…",
        _ => text,
    };
    let form = match text {
        "(" | ")" | "[" | "]" | "{" | "}" | "|" => " stretchy=\"false\" form=\"prefix\"",
        "+" | "-" if prefix => " form=\"prefix\"",
        _ => " form=\"infix\"",
    };
    format!("<mo{form}>{}</mo>", escape(shown))
}

/// Writes quotients as fractions where every reading of the plain text agrees that they are, whichever way products and quotients associate.
pub(super) fn fractions(items: Vec<Item>) -> Vec<Item> {
    let is_slash = |index: Option<usize>| {
        index.and_then(|index| items.get(index)).is_some_and(|item| matches!(item, Item::Slash { .. }))
    };
    let is_factor = |item: &Item| item.operand().is_some_and(|operand| operand.role != Role::Big);
    let mut written: Vec<Item> = Vec::new();
    let mut index = 0;
    while index < items.len() {
        let item = &items[index];
        index += 1;
        let Item::Slash { tight } = item else {
            written.push(item.clone());
            continue;
        };
        let chained = is_slash((index - 1).checked_sub(2)) || is_slash(Some(index + 1));
        let followed = items.get(index + 1).is_some_and(|item| item.operand().is_some());
        let denominator = items
            .get(index)
            .and_then(Item::operand)
            .filter(|operand| operand.single && !chained && (*tight || !followed || operand.bare.is_some()));
        let in_numerator = match denominator {
            None => 0,
            Some(denominator) if *tight => {
                // The `d^2` of `d^2 S/dt^2`.
                let before = written.len().checked_sub(2).and_then(|at| written[at].operand());
                let derivative = before.is_some_and(|before| before.role == Role::Derivative);
                let above = written.last().and_then(Item::operand);
                let is_bracket = above.is_some_and(|above| above.bare.is_some());
                // Where nothing but a product over a denominator stands in a bracket, it is one fraction.
                let alone = items.len() == index + 1 && written.iter().all(is_factor);
                match above {
                    None => 0,
                    Some(_) if derivative && denominator.role == Role::Differential => 2,
                    Some(_) if alone && !is_bracket => written.len(),
                    Some(_) => 1,
                }
            }
            Some(_) => written.iter().rev().take_while(|item| is_factor(item)).count(),
        };
        match denominator.filter(|_| in_numerator > 0) {
            Some(denominator) => {
                let numerator = written.split_off(written.len() - in_numerator);
                written.push(Item::Operand(fraction(&numerator, denominator)));
                index += 1;
            }
            None => written.push(item.clone()),
        }
    }
    written
}

pub(super) fn fraction(numerator: &[Item], denominator: &Operand) -> Operand {
    let above = match numerator {
        [Item::Operand(Operand { bare: Some(bare), .. })] => bare.clone(),
        _ => {
            let mut above = String::new();
            let mut last: Option<&Operand> = None;
            for operand in numerator.iter().filter_map(Item::operand) {
                if last.is_some_and(|last| last.role == Role::Function || operand.named) {
                    above.push_str(THIN);
                }
                above.push_str(&operand.markup);
                last = Some(operand);
            }
            above
        }
    };
    let below = denominator.bare.as_ref().unwrap_or(&denominator.markup);
    let markup = format!("<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>");
    Operand { markup, bare: None, single: true, named: false, role: Role::Fraction }
}
