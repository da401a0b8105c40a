//! One instance of a law, judged in the scalars of its route.

use super::bounds::schwartz_zippel;
use super::check::{Check, Draws, In, Inapplicable, Subject, Unjudged, usual_instances};
use super::detail::Detail;
use super::draw::{Case, Class, Draw, Drawn, POINTS_PER_FAMILY};
use super::entry::Evidence;
use super::examination::{Examination, Settings};
use super::finding::{Finding, Status};
use super::identity::{LIMITS, expansions};
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

/// A law judged on one instance.
pub(super) struct Judging<'a, L: Draws> {
    pub(super) law: &'a L,
    pub(super) instance: &'a L::Instance,
    pub(super) settings: &'a Settings,
    pub(super) case: Case,
    /// The number of the instance.
    index: u64,
}

impl<L: Draws> Judging<'_, L> {
    pub(super) fn judge<T: Measured>(&self, scalar: Scalar) -> Result<Finding, Unjudged>
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
    pub(super) fn exactly(&self, examination: &mut Examination) -> Result<(), Unjudged>
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
    pub(super) fn numerically(&self, examination: &mut Examination) -> Result<(), Unjudged>
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
    pub(super) fn by_decompositions(&self, examination: &mut Examination) -> Result<(), Unjudged>
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
pub(super) fn or_open(scalar: Scalar, judged: Result<Finding, Unjudged>) -> Result<Finding, Unjudged> {
    match judged {
        Err(Unjudged::Open(why)) => Ok(Finding::undecided(scalar, why)),
        judged => judged,
    }
}

/// How a route judges an instance: what it finds goes into the examination.
pub(super) trait Route: Sync {
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
        examination.print(&self.law().written(), &instance.numbers());
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
