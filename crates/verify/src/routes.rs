//! From a law to a check: in which scalars its relations are judged, and which evidence that can give.
//!
//! | route | scalars | evidence |
//! |---|---|---|
//! | [`Exact`] | the rationals; once more recorded, to expand the residual | identity, exact |
//! | [`Ladder`] | as [`Exact`] where the instance is algebraic, else intervals and floats of rising precision | identity, exact, enclosed, converged |
//! | [`Transcendental`] | intervals and floats of rising precision | enclosed, converged |
//! | [`Decomposition`] | floats of rising precision, since decompositions have no other scalar | converged |
//! | [`Doubled`] | floats of rising precision, each with twice the bits in which it is judged, since flows are integrated with that many | converged |
//! | [`Order`] | differences at falling step sizes, extrapolated | order |
//!
//! [`Few`] and [`Independent`] wrap a check: the one takes fewer instances, the other counts each as a draw of its own.

use super::bounds::schwartz_zippel;
use super::check::{Check, Draws, In, Inapplicable, Subject, Unjudged, usual_instances};
use super::detail::Detail;
use super::draw::{Case, Class, Draw, Drawn, POINTS_PER_FAMILY};
use super::entry::Evidence;
use super::examination::{Examination, Settings};
use super::finding::{Finding, Status};
use super::identity::{LIMITS, expansions};
use super::order::{self, Differences, FINE_BITS, Fine};
use super::relation::Relation;
use super::scalars::Scalar;
use equipartition_scalar::{Interval, MENU, Measured, Mp, Rational, Recorded};

/// Bits of the intervals that enclose residuals.
pub const INTERVAL_BITS: u32 = 256;

/// The instances before this one are expanded, as far as they are the first of a generic family: what more of them would show is not worth its time.
const LAST_EXPANDED: u64 = 16;

/// The rungs `P/4, P/2, P`, but none below 64 bits: there a relative residual of `2^(40 - p)` is no condition.
pub fn ladder(precision: u32) -> Vec<u32> {
    [precision / 4, precision / 2, precision].into_iter().filter(|bits| *bits >= MENU[0]).collect()
}

/// In rationals, and once more recorded, for the degree that a bound needs and for the program of each relation.
pub trait InRationals: In<Rational> + In<Recorded> {}
impl<L: In<Rational> + In<Recorded>> InRationals for L {}

/// In floats of every precision on the menu up to 1024 bits, the finest for which decompositions are compiled.
pub trait InFloats: In<Mp<64>> + In<Mp<128>> + In<Mp<256>> + In<Mp<512>> + In<Mp<1024>> {}
impl<L: In<Mp<64>> + In<Mp<128>> + In<Mp<256>> + In<Mp<512>> + In<Mp<1024>>> InFloats for L {}

/// In intervals, and in floats of every precision on the menu.
pub trait InReals: In<Interval<INTERVAL_BITS>> + InFloats + In<Mp<2048>> + In<Mp<4096>> {}
impl<L: In<Interval<INTERVAL_BITS>> + InFloats + In<Mp<2048>> + In<Mp<4096>>> InReals for L {}

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

/// A law judged on one instance.
struct Judging<'a, L: Draws> {
    law: &'a L,
    instance: &'a L::Instance,
    settings: &'a Settings,
    case: Case,
    /// The number of the instance.
    index: u64,
}

impl<L: Draws> Judging<'_, L> {
    fn judge<T: Measured>(&self, scalar: Scalar) -> Result<Finding, Unjudged>
    where
        L: In<T>,
    {
        let relations = In::<T>::relations(self.law, self.instance)?;
        let mut finding = self.settings.judge(scalar, relations, self.case);
        if self.settings.verbose {
            finding.details.extend(self.instance.notes().into_iter().map(Detail::Note));
        }
        Ok(finding)
    }

    /// In the rationals, with the bounds that the lemma gives at a generic point. At the first point of a family the residuals are expanded: at the
    /// others they would be the same polynomials.
    fn exactly(&self, examination: &mut Examination) -> Result<(), Unjudged>
    where
        L: InRationals,
    {
        let finding = self.judge::<Rational>(Scalar::Rational)?;
        let is_generic =
            self.case == Case::Law && self.instance.class() == Class::Generic && finding.status == Status::Satisfied;
        if is_generic || self.settings.verbose {
            let recorded = In::<Recorded>::relations(self.law, self.instance);
            // What a bound needs must be judged; what is only shown need not.
            let recorded = if is_generic { Some(recorded?) } else { recorded.ok() };
            if let Some(relations) = recorded.as_ref().filter(|_| is_generic) {
                examination.bounds = schwartz_zippel(relations);
                if self.index.is_multiple_of(POINTS_PER_FAMILY) && self.index < LAST_EXPANDED {
                    examination.expansions = expansions(relations, &self.instance.numbers(), LIMITS);
                }
            }
            examination.recorded = recorded.filter(|_| self.settings.verbose);
        }
        examination.findings.push(finding);
        Ok(())
    }

    /// A law in intervals and along the ladder, a control at its top.
    fn numerically(&self, examination: &mut Examination) -> Result<(), Unjudged>
    where
        L: InReals,
    {
        let rungs = if self.case == Case::Law {
            let scalar = Scalar::Interval(INTERVAL_BITS);
            examination.findings.push(self.judge::<Interval<INTERVAL_BITS>>(scalar)?);
            ladder(self.settings.precision)
        } else {
            vec![self.settings.precision]
        };
        for bits in rungs {
            examination.findings.push(match bits {
                2048 => self.judge::<Mp<2048>>(Scalar::Mp(bits)),
                4096 => self.judge::<Mp<4096>>(Scalar::Mp(bits)),
                bits => self.at(bits),
            }?);
        }
        Ok(())
    }

    /// On one rung.
    fn at(&self, bits: u32) -> Result<Finding, Unjudged>
    where
        L: InFloats,
    {
        let scalar = Scalar::Mp(bits);
        match bits {
            64 => self.judge::<Mp<64>>(scalar),
            128 => self.judge::<Mp<128>>(scalar),
            256 => self.judge::<Mp<256>>(scalar),
            512 => self.judge::<Mp<512>>(scalar),
            1024 => self.judge::<Mp<1024>>(scalar),
            _ => unreachable!("rungs are those of a precision on the menu"),
        }
    }

    /// Along the rungs of decompositions. A rung on which one fails is open.
    fn by_decompositions(&self, examination: &mut Examination) -> Result<(), Unjudged>
    where
        L: InFloats,
    {
        let rungs = ladder(self.settings.precision.clamp(256, 1024));
        for &bits in if self.case == Case::Law { &rungs[..] } else { &rungs[2..] } {
            examination.findings.push(or_open(Scalar::Mp(bits), self.at(bits))?);
        }
        Ok(())
    }
}

/// What could not be judged in a scalar for want of a method is undecided there.
fn or_open(scalar: Scalar, judged: Result<Finding, Unjudged>) -> Result<Finding, Unjudged> {
    match judged {
        Err(Unjudged::Open(why)) => Ok(Finding::undecided(scalar, why)),
        judged => judged,
    }
}

/// How a route judges an instance: what it finds goes into the examination.
trait Route: Sync {
    type Law: Draws;
    const EVIDENCE: &'static [Evidence];

    fn law(&self) -> &Self::Law;

    fn judge(&self, judging: &Judging<'_, Self::Law>, examination: &mut Examination) -> Result<(), Unjudged>;

    /// Whether instances share nothing with their neighbours.
    fn is_independent(&self) -> bool {
        false
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        usual_instances(case, asked)
    }

    /// Judges what was drawn. What is outside the hypotheses is left out, whatever was found before.
    fn conclude(
        &self,
        drawn: Result<<Self::Law as Draws>::Instance, Unjudged>,
        draw: &Draw,
        settings: &Settings,
    ) -> Examination {
        let instance = match drawn {
            Ok(instance) => instance,
            Err(unjudged) => return left(Examination::of(Class::Smooth, "no instance".to_owned()), unjudged),
        };
        let mut examination = Examination::of(instance.class(), instance.describe());
        examination.is_independent = self.is_independent();
        if settings.verbose {
            examination.numbers = instance.numbers();
        }
        let (case, index) = (draw.case, draw.index);
        let judging = Judging { law: self.law(), instance: &instance, settings, case, index };
        match self.judge(&judging, &mut examination) {
            Ok(()) => examination,
            Err(unjudged) => left(examination, unjudged),
        }
    }
}

/// An examination that came to no end.
fn left(mut examination: Examination, unjudged: Unjudged) -> Examination {
    match unjudged {
        Unjudged::Outside(reason) => {
            examination.findings.clear();
            examination.excluded = Some(reason);
        }
        Unjudged::Contradicted(what) => examination.findings = vec![Finding::contradicted(what)],
        Unjudged::Open(why) => examination.findings.push(Finding::undecided(Scalar::Rational, why)),
    }
    examination
}

impl<R: Route> Check for R {
    fn examine(&self, mut draw: Draw, settings: &Settings) -> Examination {
        let drawn = self.law().draw(&mut draw);
        self.conclude(drawn, &draw, settings)
    }

    fn evidence(&self) -> &'static [Evidence] {
        R::EVIDENCE
    }

    fn examine_on(&self, subject: &Subject, mut draw: Draw, settings: &Settings) -> Result<Examination, Inapplicable> {
        let instance = self.law().draw_on(&mut draw, subject)?;
        Ok(self.conclude(Ok(instance), &draw, settings))
    }

    fn speaks_of(&self, subject: &Subject, mut draw: Draw) -> Result<(), Inapplicable> {
        self.law().draw_on(&mut draw, subject).map(|_| ())
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        Route::instances(self, case, asked)
    }
}

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
    const EVIDENCE: &'static [Evidence] = &[Evidence::Enclosed];
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
