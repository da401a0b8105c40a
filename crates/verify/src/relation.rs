//! Equalities and inequalities between sums of named terms: the form in which every claim is checked.

use equipartition_scalar::Field;
use std::borrow::Cow;
use std::fmt;

/// A text of the program's, or one that was made at run time.
pub type Text = Cow<'static, str>;

/// One named summand of a side, a vector (a scalar has one entry, a matrix all of its entries).
#[derive(Clone, Debug)]
pub struct Term<T> {
    /// The term as it stands in the formula.
    pub label: Text,
    /// Its value.
    pub value: Vec<T>,
}

impl<T> Term<T> {
    /// A scalar term.
    pub fn scalar(label: impl Into<Text>, value: T) -> Self {
        Term { label: label.into(), value: vec![value] }
    }

    /// A vector term.
    pub fn vector(label: impl Into<Text>, value: Vec<T>) -> Self {
        Term { label: label.into(), value }
    }
}

impl<T: Field> Term<T> {
    /// The term on the other side of the relation: negated, and a leading minus taken from its label.
    pub fn moved(self) -> Self {
        let label = match self.label {
            Cow::Borrowed(label) => Cow::Borrowed(label.strip_prefix('-').unwrap_or(label)),
            Cow::Owned(label) => Cow::Owned(label.strip_prefix('-').map(str::to_owned).unwrap_or(label)),
        };
        Term { label, value: self.value.into_iter().map(|entry| -entry).collect() }
    }
}

/// Which of a claim's relations one is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The formula that the relation is an instance of: the same words on every instance. The judge asks of every kind whether it ever said something.
    pub kind: Text,
    /// What the instance adds: a layer, a neuron, a step. It may be empty.
    pub detail: String,
}

impl From<&'static str> for Label {
    fn from(kind: &'static str) -> Self {
        Label { kind: kind.into(), detail: String::new() }
    }
}

impl From<String> for Label {
    fn from(kind: String) -> Self {
        Label { kind: kind.into(), detail: String::new() }
    }
}

impl<K: Into<Text>, S: Into<String>> From<(K, S)> for Label {
    fn from((kind, detail): (K, S)) -> Self {
        Label { kind: kind.into(), detail: detail.into() }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ", {}", self.detail) }
    }
}

/// How the two sides are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// `left = right`
    Equality,
    /// `left <= right`, entry by entry; held with a margin. If the bound is said to be sharp, it fails on some instance once it is multiplied by
    /// this ratio below 1.
    AtMost {
        /// Numerator and denominator.
        sharp: Option<(i64, i64)>,
    },
    /// `left < right`, entry by entry.
    Less {
        /// A gap of less than `2^-resolution` of the scale is not told from none: whether the law holds there is left open.
        resolution: i32,
    },
}

/// `sum of left = sum of right`, or `<=`, or `<`.
///
/// Because the terms are named and kept apart, the same relation tells four things: the residual, the scale against which
/// it is small, whether both sides vanish (vacuity), and what happens when one term is dropped, negated or doubled (the
/// systematic mutants). No two terms of a relation have one label.
#[derive(Clone, Debug)]
pub struct Relation<T> {
    /// Which of the claim's relations it is.
    pub label: Label,
    /// Equality or inequality.
    pub sense: Sense,
    /// The terms of the left side.
    pub left: Vec<Term<T>>,
    /// The terms of the right side.
    pub right: Vec<Term<T>>,
    /// A size against which the terms themselves must not vanish, where the claim has a natural one.
    pub reference: Option<T>,
}

/// The resolution of a strict inequality that asks for no other: `2^-32` of the scale.
const RESOLUTION: i32 = 32;

/// The resolution of strict inequalities in the rationals, which tell every gap from none: this is far below any that is drawn.
pub const EVERY_GAP: i32 = 1 << 20;

impl<T> Relation<T> {
    /// All terms, of the left side first.
    pub fn terms(&self) -> impl Iterator<Item = &Term<T>> {
        self.left.iter().chain(&self.right)
    }

    /// Whether two terms have one label: then what is wrong with one of them could hide behind the other.
    pub(super) fn repeats_a_label(&self) -> bool {
        self.terms().enumerate().any(|(place, term)| self.terms().take(place).any(|before| before.label == term.label))
    }

    /// Whether all terms have as many entries.
    pub fn has_one_shape(&self) -> bool {
        self.terms().all(|term| term.value.len() == self.len())
    }

    /// The number of entries of a side.
    pub(super) fn len(&self) -> usize {
        self.terms().map(|term| term.value.len()).max().unwrap_or(0)
    }
}

impl<T: Field> Relation<T> {
    fn new(label: Label, sense: Sense, left: Vec<Term<T>>, right: Vec<Term<T>>) -> Self {
        Relation { label, sense, left, right, reference: None }
    }

    /// `sum of left = sum of right`.
    pub fn equality(label: impl Into<Label>, left: Vec<Term<T>>, right: Vec<Term<T>>) -> Self {
        Relation::new(label.into(), Sense::Equality, left, right)
    }

    /// `left <= right`.
    pub fn at_most(label: impl Into<Label>, left: Term<T>, right: Term<T>) -> Self {
        Relation::new(label.into(), Sense::AtMost { sharp: None }, vec![left], vec![right])
    }

    /// `left < right`. Where equality is approached, whether it holds is a matter of [`Relation::resolved_to`].
    pub fn less(label: impl Into<Label>, left: Term<T>, right: Term<T>) -> Self {
        Relation::new(label.into(), Sense::Less { resolution: RESOLUTION }, vec![left], vec![right])
    }

    /// `0 < term`, entry by entry. Its scale is the term itself, unless a size is given with [`Relation::against`].
    pub fn positive(label: impl Into<Label>, term: Term<T>) -> Self {
        Relation::new(label.into(), Sense::Less { resolution: RESOLUTION }, Vec::new(), vec![term])
    }

    /// Of an inequality `left <= right`: `left <= ratio * right`, for a ratio `numerator / denominator` below 1, fails on some instance.
    ///
    /// # Panics
    /// If it is another relation, or the ratio is not between 0 and 1.
    pub fn sharp(mut self, (numerator, denominator): (i64, i64)) -> Self {
        assert!(0 < numerator && numerator < denominator, "a bound is sharp up to a ratio between 0 and 1");
        match &mut self.sense {
            Sense::AtMost { sharp } => *sharp = Some((numerator, denominator)),
            _ => panic!("only a bound can be sharp"),
        }
        self
    }

    /// Of a strict inequality: how small a gap, `2^-bits` of the scale, the check tells from none. It belongs to the check, not to the statement:
    /// an instance of the law below it is left out, and a control below it has failed.
    ///
    /// # Panics
    /// If it is another relation.
    pub fn resolved_to(mut self, bits: i32) -> Self {
        match &mut self.sense {
            Sense::Less { resolution } => *resolution = bits,
            _ => panic!("only a strict inequality has a resolution"),
        }
        self
    }

    /// The same relation with a reference size for the vacuity test: both sides far below it say nothing.
    pub fn against(mut self, reference: T) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Entry by entry, the sum of one side's terms.
    pub(super) fn sum(terms: &[Term<T>], len: usize) -> Vec<T> {
        let mut sum = vec![T::zero(); len];
        for term in terms {
            for (total, entry) in sum.iter_mut().zip(&term.value) {
                *total += entry;
            }
        }
        sum
    }
}
