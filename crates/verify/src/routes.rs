//! From a law to a check: in which scalars its relations are judged, and which evidence that can give.
//!
//! | route | scalars | evidence |
//! |---|---|---|
//! | [`Exact`] | the rationals; once more recorded, to expand the residual | identity, exact |
//! | [`Ladder`] | as [`Exact`] where the instance is algebraic, else intervals and floats of rising precision | identity, exact, enclosed, converged |
//! | [`Transcendental`] | intervals and floats of rising precision | enclosed, converged |
//! | [`Decomposition`] | floats of rising precision, since decompositions have no other scalar | converged |
//! | [`EnclosedDecomposition`] | as [`Decomposition`], then intervals | enclosed, converged |
//! | [`Doubled`] | floats of rising precision, each with twice the bits in which it is judged, since flows are integrated with that many | converged |
//! | [`Order`] | differences at falling step sizes, extrapolated | order |
//!
//! [`Few`] and [`Independent`] wrap a check: the one takes fewer instances, the other counts each as a draw of its own.

use super::check::{Check, Draws, In, Inapplicable, Subject, Unjudged};
use super::draw::{Case, Draw, Drawn};
use super::entry::Evidence;
use super::examination::{Examination, Settings};
use super::finding::Finding;
use super::judging::{Judging, Route, or_open};
use super::order::{self, Differences, FINE_BITS, Fine};
use super::relation::Relation;
use super::scalars::Scalar;
use equipartition_scalar::{Interval, Mp};

pub use super::judging::{INTERVAL_BITS, InFloats, InRationals, InReals, ladder};

/// A law whose instances are all algebraic.
#[derive(Clone, Copy, Debug)]
pub struct Exact<L>(pub L);

/// A law that is judged exactly wherever the instance is algebraic, and else in intervals and along the ladder.
#[derive(Clone, Copy, Debug)]
pub struct Ladder<L>(pub L);

/// A law that needs square roots, exponentials or the like on every instance.
#[derive(Clone, Copy, Debug)]
pub struct Transcendental<L>(pub L);

/// A law about decompositions, or about points that are searched for, on the rungs `P/4, P/2, P` for `P` the precision asked for, at least 256
/// and at most 1024 bits. Everything is drawn from the point's own stream, so that its instances are independent.
#[derive(Clone, Copy, Debug)]
pub struct Decomposition<L>(pub L);

/// A law about what loses half of the digits on the way, such as integrated flows, on the rungs `P/4, P/2, P` for `P` the precision asked for, at
/// least 256 and at most 512 bits; a control on the coarsest of them. It computes in twice the bits.
#[derive(Clone, Copy, Debug)]
pub struct Doubled<L>(pub L);

/// A law of asymptotic exponents. A quarter of the instances of others: each evaluates flows or searches at many step sizes.
#[derive(Clone, Copy, Debug)]
pub struct Order<L>(pub L);

/// What is measured at falling step sizes.
#[derive(Debug, Default)]
pub struct Asymptotics {
    /// What each is of, the exponent that the law gives, and the differences that have it.
    pub exponents: Vec<(&'static str, i64, Differences)>,
    /// Limits, as relations.
    pub limits: Vec<Relation<Fine>>,
}

impl Asymptotics {
    /// Judges the exponents and the limits.
    pub fn judge(&self, settings: &Settings, case: Case) -> Finding {
        let exponents: Vec<_> =
            self.exponents.iter().map(|(label, order, differences)| (*label, *order, differences)).collect();
        order::judge(settings, case, &exponents, self.limits.clone())
    }
}

/// A law of exponents and limits.
pub trait Asymptotic: Draws {
    /// Measures what the law speaks of.
    ///
    /// # Errors
    /// [`Unjudged`]
    fn measure(&self, instance: &Self::Instance) -> Result<Asymptotics, Unjudged>;

    /// Whether instances share nothing with their neighbours.
    fn is_independent(&self) -> bool {
        false
    }

    /// How many instances are examined where `asked` are asked for: few, unless the law is quickly measured.
    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }
}

/// A law about decompositions whose relations can be enclosed on another way as well.
pub trait Enclosing: InFloats {
    /// The relations in intervals that bound all errors.
    ///
    /// # Errors
    /// [`Unjudged`]
    fn enclosed(&self, instance: &Self::Instance) -> Result<Vec<Relation<Interval<INTERVAL_BITS>>>, Unjudged>;
}

/// As [`Decomposition`], then enclosed.
#[derive(Clone, Copy, Debug)]
pub struct EnclosedDecomposition<L>(pub L);

/// A check of a quarter of the instances of others: each searches for a point, or follows a flow.
#[derive(Clone, Copy, Debug)]
pub struct Few<C>(pub C);

/// A check whose instances share nothing with their neighbours: everything is drawn from the point's own stream.
#[derive(Clone, Copy, Debug)]
pub struct Independent<C>(pub C);

impl<L: InRationals> Route for Exact<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Identity, Evidence::Exact];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        judging.exactly(examination)
    }
}

impl<L: InRationals + InReals> Route for Ladder<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] =
        &[Evidence::Identity, Evidence::Exact, Evidence::Enclosed, Evidence::Converged];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        if judging.instance.is_algebraic() { judging.exactly(examination) } else { judging.numerically(examination) }
    }
}

impl<L: InReals> Route for Transcendental<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Enclosed, Evidence::Converged];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        judging.numerically(examination)
    }
}

impl<L: InFloats> Route for Decomposition<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Converged];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        judging.by_decompositions(examination)
    }
    fn is_independent(&self) -> bool {
        true
    }
}

impl<L: In<Mp<128>> + In<Mp<256>> + In<Mp<512>> + In<Mp<1024>>> Route for Doubled<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Converged];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        let rungs = ladder(judging.settings.precision.clamp(256, 512));
        for &bits in if judging.case == Case::Law { &rungs[..] } else { &rungs[..1] } {
            let scalar = Scalar::Mp(bits);
            examination.findings.push(match bits {
                64 => judging.judge::<Mp<128>>(scalar),
                128 => judging.judge::<Mp<256>>(scalar),
                256 => judging.judge::<Mp<512>>(scalar),
                _ => judging.judge::<Mp<1024>>(scalar),
            }?);
        }
        Ok(())
    }
}

impl<L: Enclosing> Route for EnclosedDecomposition<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Enclosed, Evidence::Converged];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        judging.by_decompositions(examination)?;
        let scalar = Scalar::Interval(INTERVAL_BITS);
        let enclosed = judging.law.enclosed(judging.instance);
        let judged = enclosed.map(|relations| judging.settings.judge(scalar, relations, judging.case));
        examination.findings.push(or_open(scalar, judged)?);
        Ok(())
    }
    fn is_independent(&self) -> bool {
        true
    }
}

impl<L: Asymptotic> Route for Order<L> {
    type Law = L;
    const EVIDENCE: &'static [Evidence] = &[Evidence::Order];
    fn law(&self) -> &L {
        &self.0
    }
    fn judge(&self, judging: &Judging<'_, L>, examination: &mut Examination) -> Result<(), Unjudged> {
        let measured = judging.law.measure(judging.instance);
        let judged = measured.map(|asymptotics| asymptotics.judge(judging.settings, judging.case));
        examination.findings.push(or_open(Scalar::Order(FINE_BITS), judged)?);
        Ok(())
    }
    fn is_independent(&self) -> bool {
        self.0.is_independent()
    }
    fn instances(&self, case: Case, asked: u64) -> u64 {
        self.0.instances(case, asked)
    }
}

impl<C: Check> Check for Few<C> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        self.0.examine(draw, settings)
    }
    fn examine_on(&self, subject: &Subject, draw: Draw, settings: &Settings) -> Result<Examination, Inapplicable> {
        self.0.examine_on(subject, draw, settings)
    }
    fn speaks_of(&self, subject: &Subject, draw: Draw) -> Result<(), Inapplicable> {
        self.0.speaks_of(subject, draw)
    }
    fn evidence(&self) -> &'static [Evidence] {
        self.0.evidence()
    }
    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }
}

impl<C: Check> Check for Independent<C> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        Examination { is_independent: true, ..self.0.examine(draw, settings) }
    }
    fn examine_on(&self, subject: &Subject, draw: Draw, settings: &Settings) -> Result<Examination, Inapplicable> {
        Ok(Examination { is_independent: true, ..self.0.examine_on(subject, draw, settings)? })
    }
    fn speaks_of(&self, subject: &Subject, draw: Draw) -> Result<(), Inapplicable> {
        self.0.speaks_of(subject, draw)
    }
    fn evidence(&self) -> &'static [Evidence] {
        self.0.evidence()
    }
    fn instances(&self, case: Case, asked: u64) -> u64 {
        self.0.instances(case, asked)
    }
}
