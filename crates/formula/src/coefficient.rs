//! Numbers times powers of the weight decay and the learning rate: what stands before the terms of a law.

use crate::number::Number;
use crate::syntax::{Expression, Join, Kind, Sign};
use std::collections::BTreeMap;
use std::fmt;

/// A Laurent polynomial in `gamma` and `eta` with rational coefficients, such as `4 gamma/eta` or `1 - 4 gamma eta + 4 gamma^2 eta^2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coefficient {
    /// By the powers of `gamma` and of `eta`; none is 0.
    monomials: BTreeMap<(i32, i32), Number>,
}

/// The highest power of a coefficient that is multiplied out.
const HIGHEST: u32 = 8;

impl Coefficient {
    /// A number times powers of `gamma` and `eta`.
    pub fn monomial(number: Number, gamma: i32, eta: i32) -> Self {
        let mut monomials = BTreeMap::new();
        if number != Number::ZERO {
            monomials.insert((gamma, eta), number);
        }
        Coefficient { monomials }
    }

    /// A number.
    pub fn number(number: Number) -> Self {
        Coefficient::monomial(number, 0, 0)
    }

    /// 1
    pub fn one() -> Self {
        Coefficient::number(Number::ONE)
    }

    /// The powers of `gamma` and of `eta`, each with its number.
    pub fn monomials(&self) -> impl Iterator<Item = ((i32, i32), Number)> {
        self.monomials.iter().map(|(powers, number)| (*powers, *number))
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.monomials.is_empty()
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<Number> {
        match self.monomials.iter().next() {
            None => Some(Number::ZERO),
            Some(((0, 0), number)) if self.monomials.len() == 1 => Some(*number),
            Some(_) => None,
        }
    }

    /// The sum, unless a number does not fit.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (powers, number) in other.monomials() {
            let entry = sum.monomials.entry(powers).or_insert(Number::ZERO);
            *entry = entry.plus(number)?;
        }
        sum.monomials.retain(|_, number| *number != Number::ZERO);
        Some(sum)
    }

    /// The product, unless a number does not fit.
    pub fn times(&self, other: &Self) -> Option<Self> {
        let mut product = Coefficient::default();
        for ((gamma, eta), number) in self.monomials() {
            for ((more, further), other) in other.monomials() {
                let term = Coefficient::monomial(number.times(other)?, gamma + more, eta + further);
                product = product.plus(&term)?;
            }
        }
        Some(product)
    }

    /// The quotient by one monomial; none by 0 or by a sum.
    pub fn over(&self, other: &Self) -> Option<Self> {
        let mut all = other.monomials();
        let (((gamma, eta), number), None) = (all.next()?, all.next()) else { return None };
        self.times(&Coefficient::monomial(Number::ONE.over(number)?, -gamma, -eta))
    }

    /// `-self`
    pub fn negated(&self) -> Option<Self> {
        self.times(&Coefficient::number(Number::integer(-1)))
    }

    /// What an expression of numbers, `gamma` and `eta` alone is.
    pub fn of(expression: &Expression) -> Option<Self> {
        match &expression.kind {
            Kind::Number(number) => Some(Coefficient::number(*number)),
            Kind::Name(name) if name == "gamma" => Some(Coefficient::monomial(Number::ONE, 1, 0)),
            Kind::Name(name) if name == "eta" => Some(Coefficient::monomial(Number::ONE, 0, 1)),
            Kind::Group(inside) => Coefficient::of(inside),
            Kind::Sum(terms) => terms.iter().try_fold(Coefficient::default(), |sum, (sign, term)| {
                let term = Coefficient::of(term)?;
                sum.plus(&if *sign == Sign::Minus { term.negated()? } else { term })
            }),
            Kind::Product(factors) => factors.iter().try_fold(Coefficient::one(), |product, (join, factor)| {
                let factor = Coefficient::of(factor)?;
                if *join == Join::Over { product.over(&factor) } else { product.times(&factor) }
            }),
            Kind::Power(base, exponent) if exponent.unsigned_abs() <= HIGHEST => {
                let base = Coefficient::of(base)?;
                let power = (0..exponent.unsigned_abs()).try_fold(Coefficient::one(), |power, _| power.times(&base))?;
                if *exponent < 0 { Coefficient::one().over(&power) } else { Some(power) }
            }
            _ => None,
        }
    }

    /// The root, if it is the square of a sum of two monomials, such as `1 - 2 gamma eta`.
    fn root(&self) -> Option<Self> {
        let all: Vec<((i32, i32), Number)> = self.monomials().collect();
        let [first, _, last] = all[..] else { return None };
        let half = |((gamma, eta), number): ((i32, i32), Number)| {
            let square_root = |number: i64| {
                let root = (number as f64).sqrt().round() as i64;
                (number >= 0 && root.checked_mul(root) == Some(number)).then_some(i128::from(root))
            };
            let root = Number::ratio(square_root(number.numerator())?, square_root(number.denominator())?)?;
            (gamma % 2 == 0 && eta % 2 == 0).then(|| Coefficient::monomial(root, gamma / 2, eta / 2))
        };
        let (first, last) = (half(first)?, half(last)?);
        [last.clone(), last.negated()?].iter().find_map(|last| {
            let sum = first.plus(last)?;
            (sum.times(&sum)? == *self).then_some(sum)
        })
    }

    /// Whether it is written with a sign in front.
    pub fn is_negative(&self) -> bool {
        match self.monomials.len() {
            1 => self.monomials.values().all(|number| number.numerator() < 0),
            _ => self.negated().is_some_and(|negated| negated.root().is_some()),
        }
    }

    /// How much there is to read: numbers by their bits, and what is below a bar twice.
    pub fn length(&self) -> usize {
        let bits = |number: i64| number.unsigned_abs().ilog2() as usize;
        let each = |((gamma, eta), number): ((i32, i32), Number)| {
            let below = if number.denominator() == 1 { 0 } else { 4 + 2 * bits(number.denominator()) };
            let powers = 2 * (gamma.unsigned_abs() + eta.unsigned_abs()) as usize;
            1 + bits(number.numerator()) + below + powers + usize::from(number.numerator() < 0)
        };
        self.monomials().map(each).sum()
    }

    /// What stands before a term, with the space behind it; nothing for 1. A negative one without its sign is asked for as its negative.
    pub fn before(&self) -> String {
        match self.as_number() {
            Some(Number::ONE) => String::new(),
            _ if self.monomials.len() > 1 && self.root().is_none() && !self.is_negative() => format!("({self}) "),
            _ => format!("{self} "),
        }
    }
}

/// As a formula.
impl fmt::Display for Coefficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        if let Some(root) = self.root() {
            return write!(f, "({root})^2");
        }
        if let Some(root) = self.negated().and_then(|negated| negated.root()) {
            return write!(f, "-({root})^2");
        }
        for (place, ((gamma, eta), number)) in self.monomials().enumerate() {
            let sign = match (place, number.numerator() < 0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            let powers = |positive: bool| -> Vec<String> {
                let named = [("gamma", gamma), ("eta", eta)];
                let chosen = named.into_iter().filter(|(_, power)| if positive { *power > 0 } else { *power < 0 });
                chosen
                    .map(|(name, power)| match power.unsigned_abs() {
                        1 => name.to_owned(),
                        power => format!("{name}^{power}"),
                    })
                    .collect()
            };
            let (numerator, denominator) = (number.numerator().unsigned_abs(), number.denominator());
            let mut above = powers(true);
            if numerator != 1 || above.is_empty() {
                above.insert(0, numerator.to_string());
            }
            write!(f, "{sign}{}", above.join(" "))?;
            for below in (denominator != 1).then(|| denominator.to_string()).into_iter().chain(powers(false)) {
                write!(f, "/{below}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_expression;

    fn of(text: &str) -> Option<Coefficient> {
        Coefficient::of(&parse_expression(text).unwrap())
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "4 gamma/eta",
            "-1/2",
            "(1 - 2 gamma eta)^2",
            "-(1 + gamma)^2",
            "1 + gamma",
            "3 gamma^2 eta/4",
            "1/eta",
            "-2 eta/3",
            "0",
        ] {
            let read = of(text).unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(of(&read.to_string()), Some(read));
        }
        assert_eq!(of("(1 - gamma eta)^2"), of("1 - 2 gamma eta + gamma^2 eta^2"));
        assert_eq!(of("2 gamma - 2 gamma"), Some(Coefficient::default()));
        assert_eq!(of("1/(1 + gamma)"), None);
        assert_eq!(of("2 w"), None);
    }
}
