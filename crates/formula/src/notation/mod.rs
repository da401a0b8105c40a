//! A formula in LaTeX, from its tree.
//!
//! A tree does not know shapes, so that a product of matrices and an inner product are written alike: a dot sums over the axes that meet at it, `w \cdot W \cdot x`.
//! A circled dot goes entry by entry.

use crate::syntax::{Call, Expression, Join, Kind, Selector, Sense, Sign, Statement};

impl Expression {
    /// In LaTeX.
    pub fn to_latex(&self) -> String {
        match &self.kind {
            Kind::Number(number) => number.to_string(),
            Kind::Name(name) => name_to_latex(name),
            Kind::Group(inside) => format!("\\left({}\\right)", inside.to_latex()),
            Kind::Mean(inside) => format!("\\mathbb{{E}}\\left[{}\\right]", inside.to_latex()),
            Kind::Call(call) => call_to_latex(call),
            Kind::Member(of, name, _) => member_to_latex(of, name),
            Kind::Transpose(of) => format!("{}^{{\\top}}", tight(of)),
            Kind::Index(of, selectors) => {
                let places: Vec<String> = selectors.iter().map(selector_to_latex).collect();
                // A subscript of a subscript would be no LaTeX.
                let of = of.to_latex();
                let of = if of.contains('_') { format!("\\left({of}\\right)") } else { of };
                format!("{of}_{{{}}}", places.join(", "))
            }
            Kind::Sum(terms) => {
                let term = |(place, (sign, term)): (usize, &(Sign, Expression))| {
                    let sign = match (place, sign) {
                        (0, Sign::Plus) => "",
                        (0, Sign::Minus) => "-",
                        (_, Sign::Plus) => " + ",
                        (_, Sign::Minus) => " - ",
                    };
                    format!("{sign}{}", term.to_latex())
                };
                terms.iter().enumerate().map(term).collect()
            }
            Kind::Product(factors) => product_to_latex(factors),
            Kind::Chain(links) => links.iter().map(tight).collect::<Vec<_>>().join(" \\cdot "),
            Kind::Power(base, exponent) => match &base.kind {
                Kind::Name(_) | Kind::Number(_) | Kind::Group(_) | Kind::Index(..) => {
                    format!("{}^{{{exponent}}}", base.to_latex())
                }
                _ => format!("\\left({}\\right)^{{{exponent}}}", base.to_latex()),
            },
        }
    }
}

impl Statement {
    /// In LaTeX.
    pub fn to_latex(&self) -> String {
        let sense = match self.sense {
            Sense::Equal => "=",
            Sense::AtMost => "\\le",
            Sense::AtLeast => "\\ge",
            Sense::Order => "\\sim",
        };
        let binders: Vec<String> = self.binders.iter().map(|binder| name_to_latex(&binder.name)).collect();
        let family =
            if binders.is_empty() { String::new() } else { format!(" \\qquad \\forall\\, {}", binders.join(", ")) };
        format!("{} {sense} {}{family}", self.left.to_latex(), self.right.to_latex())
    }
}

fn name_to_latex(name: &str) -> String {
    match name {
        "eta" | "gamma" | "Lambda" | "theta" | "alpha" | "beta" | "delta" | "lambda" | "mu" | "sigma" | "tau"
        | "phi" | "rho" => {
            format!("\\{name}")
        }
        "l" => "\\ell".to_owned(),
        _ => {
            let digits = name.trim_end_matches(|character: char| character.is_ascii_digit()).len();
            let (stem, number) = name.split_at(digits);
            let stem = stem.trim_end_matches('_').replace('_', "\\_");
            let stem = if stem.len() == 1 { stem } else { format!("\\mathit{{{stem}}}") };
            if number.is_empty() { stem } else { format!("{stem}_{{{number}}}") }
        }
    }
}

/// `g_{w}`, `\nabla_{w} L`
fn member_to_latex(of: &Expression, name: &str) -> String {
    let name = name_to_latex(name);
    match &of.kind {
        Kind::Call(call) if call.function == "grad" => match call.groups.first().and_then(|group| group.first()) {
            Some(objective) => format!("\\nabla_{{{name}}} {}", objective.to_latex()),
            None => format!("\\nabla_{{{name}}}"),
        },
        Kind::Name(known) if known == "theta" => name,
        _ => format!("{}_{{{name}}}", of.to_latex()),
    }
}

fn selector_to_latex(selector: &Selector) -> String {
    match selector {
        Selector::Running(name, _) => name_to_latex(name),
        other => other.to_string(),
    }
}

fn call_to_latex(call: &Call) -> String {
    let groups: Vec<Vec<String>> =
        call.groups.iter().map(|group| group.iter().map(Expression::to_latex).collect()).collect();
    let last = groups.last().map(|group| group.join(", ")).unwrap_or_default();
    let objective = (groups.len() > 1).then(|| groups[0].join(", "));
    match call.function.as_str() {
        "sum" => format!("\\textstyle\\sum\\left({last}\\right)"),
        "norm2" => format!("\\left\\|{last}\\right\\|^{{2}}"),
        "tr" => format!("\\operatorname{{tr}}\\left({last}\\right)"),
        "sqrt" => format!("\\sqrt{{{last}}}"),
        "abs" => format!("\\left|{last}\\right|"),
        "exp" | "log" | "tanh" | "det" | "max" | "min" => format!("\\{}\\left({last}\\right)", call.function),
        "outer" => {
            let factors = call.groups.last().map_or(&[][..], Vec::as_slice);
            factors.iter().map(tight).collect::<Vec<_>>().join(" \\otimes ")
        }
        "grad" => format!("\\nabla {last}"),
        "rate" => match objective {
            None => format!("\\frac{{d}}{{dt}}\\left({last}\\right)"),
            Some(objective) => format!("\\frac{{d}}{{dt}}\\Big|_{{{objective}}}\\left({last}\\right)"),
        },
        "hess" => format!("\\nabla^{{2}} {}\\left[{last}\\right]", objective.unwrap_or_else(|| "\\ell".to_owned())),
        "next" => format!("\\left({last}\\right)^{{+}}"),
        other => format!("\\operatorname{{{}}}\\left({last}\\right)", other.replace('_', "\\_")),
    }
}

/// As it stands beside a sign that binds: a sum, a product or what is written as one is in brackets.
fn tight(expression: &Expression) -> String {
    let written = expression.to_latex();
    let is_tight = match &expression.kind {
        Kind::Sum(_) | Kind::Product(_) | Kind::Chain(_) => false,
        Kind::Call(call) => call.function != "outer",
        _ => true,
    };
    if is_tight { written } else { format!("\\left({written}\\right)") }
}

/// Whether it is a number whatever is declared.
fn is_number(expression: &Expression) -> bool {
    match &expression.kind {
        Kind::Number(_) => true,
        Kind::Name(name) => matches!(name.as_str(), "eta" | "gamma" | "h" | "l" | "L" | "S" | "F"),
        Kind::Power(inside, _) | Kind::Group(inside) => is_number(inside),
        Kind::Call(call) => matches!(call.function.as_str(), "sum" | "mean" | "norm2" | "tr" | "det"),
        _ => false,
    }
}

/// What is below a bar is the denominator of all that comes before it.
fn product_to_latex(factors: &[(Join, Expression)]) -> String {
    let mut text = String::new();
    // Between numbers every product is the same.
    let mut are_numbers = true;
    for (place, (join, factor)) in factors.iter().enumerate() {
        let scales = are_numbers || is_number(factor);
        are_numbers &= is_number(factor);
        let factor = match (&factor.kind, join) {
            // A sign behind a sign.
            (Kind::Sum(_), Join::Times | Join::Dot | Join::Cross | Join::Beside) if place > 0 => tight(factor),
            _ => factor.to_latex(),
        };
        match join {
            Join::Over => text = format!("\\frac{{{text}}}{{{factor}}}"),
            _ if place == 0 => text = factor,
            Join::Beside => text = format!("{text} \\, {factor}"),
            Join::Times if !scales => text = format!("{text} \\odot {factor}"),
            _ => text = format!("{text} \\cdot {factor}"),
        }
    }
    text
}
