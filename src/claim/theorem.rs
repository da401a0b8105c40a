//! A claim written once for every scalar, and its examination on one instance.

use super::entry::{Entry, Evidence};
use super::finding::{Finding, Scalar, Status};
use super::given::Inapplicable;
use super::mutant::Mutant;
use super::problem::Class;
use super::relation::{Relation, Sense};
use super::stream::{GRID_BITS, Stream};
use crate::model::{Carrier, Network};
use crate::scalar::{Degree, Interval, MENU, Measured, Mp, Rational, Real};

/// Bits of the intervals that enclose residuals.
pub const INTERVAL_BITS: u32 = 256;

/// Which check is run on an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Case {
    /// The claim itself.
    Law,
    /// The control of this index in the entry's list: it must fail.
    Control(usize),
}

impl Case {
    /// The name under which the random stream of the case is keyed.
    pub fn name(self, entry: &Entry) -> &'static str {
        match self {
            Case::Law => "law",
            Case::Control(index) => entry.controls[index].name,
        }
    }

    /// Whether this is the control of that name.
    pub fn is_control(self, entry: &Entry, name: &str) -> bool {
        matches!(self, Case::Control(index) if entry.controls[index].name == name)
    }
}

/// The randomness of one instance.
pub struct Draw {
    /// Law or control.
    pub case: Case,
    /// The instance's index.
    pub index: u64,
    /// What is shared by the points of one family: architecture, activation pattern, group element.
    pub family: Stream,
    /// The point: parameters, samples.
    pub point: Stream,
    /// The claim, the case's name and the run's seed: the key of all streams.
    claim: &'static str,
    name: &'static str,
    seed: u64,
}

/// Points drawn for each family, so that their Schwartz-Zippel bounds multiply.
pub const POINTS_PER_FAMILY: u64 = 2;

impl Draw {
    /// The randomness of instance `index` of a case of a claim under a run's seed.
    pub fn new(entry: &Entry, seed: u64, case: Case, index: u64) -> Self {
        Self::keyed(entry.id, case.name(entry), seed, case, index)
    }

    /// The same by the claim's identifier and the case's name.
    pub fn keyed(claim: &'static str, name: &'static str, seed: u64, case: Case, index: u64) -> Self {
        Draw {
            case,
            index,
            family: Stream::new(&[claim, name, "family"], seed, index / POINTS_PER_FAMILY),
            point: Stream::new(&[claim, name, "point"], seed, index),
            claim,
            name,
            seed,
        }
    }

    /// Whether the law is drawn for, and not a control.
    pub fn is_law(&self) -> bool {
        self.case == Case::Law
    }

    /// The stream of the instance that is nobody else's.
    pub fn own(&self) -> Stream {
        Stream::new(&[self.claim, self.name], self.seed, self.index)
    }

    /// The stream of a part of the instance, numbered as the part likes.
    pub fn stream(&self, part: &str, number: u64) -> Stream {
        Stream::new(&[self.claim, self.name, part], self.seed, number)
    }

    /// The same from its beginning, whatever was drawn from this one.
    pub fn again(&self) -> Self {
        Self::keyed(self.claim, self.name, self.seed, self.case, self.index)
    }

    /// With other streams for the family and the point.
    pub fn with_streams(&self, family: Stream, point: Stream) -> Self {
        Draw { family, point, ..*self }
    }

    /// The number of the family.
    pub fn family_number(&self) -> u64 {
        self.index / POINTS_PER_FAMILY
    }

    /// The class that instances take in turn: of every four families two are generic, one awkward, one smooth.
    /// Controls are generic and smooth only.
    pub fn turn(&self) -> Class {
        match (self.case, self.family_number() % 4) {
            (Case::Law, 1) => Class::Awkward,
            (_, 2) => Class::Smooth,
            _ => Class::Generic,
        }
    }
}

/// An instance as drawn, before any scalar is chosen.
pub trait Drawn {
    /// Generic, awkward or smooth; smooth by default, of which no bound is claimed.
    fn class(&self) -> Class {
        Class::Smooth
    }
    /// Whether its quantities are rational, so that the exact route is open; by default it is not.
    fn is_algebraic(&self) -> bool {
        false
    }
    /// What it is, for a report and for grouping points of one polynomial.
    fn describe(&self) -> String;
    /// Lines beside the relations in a verbose report.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Why an instance is outside the hypotheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside(pub String);

impl Outside {
    /// With a reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Outside(reason.into())
    }
}

/// A claim whose check is one generic function; [the tutorial](crate::guide::tutorial) writes one.
pub trait Theorem: Send + Sync + 'static {
    /// What an instance consists of.
    type Instance: Drawn;

    /// The claim's description.
    fn entry(&self) -> &'static Entry;

    /// Draws an instance; for a control, one in which what the control names is broken.
    fn draw(&self, draw: Draw) -> Self::Instance;

    /// Draws an instance of the law on a given network.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, if the claim does not speak of the network.
    fn draw_on(&self, _draw: Draw, _network: &Network) -> Result<Self::Instance, Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// The relations that the claim asserts of the instance, or that the control asserts wrongly.
    ///
    /// # Errors
    /// [`Outside`] if the instance does not meet the hypotheses.
    fn relations<T: Carrier>(&self, instance: &Self::Instance, case: Case) -> Result<Vec<Relation<T>>, Outside>;
}

/// How much work a run may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Effort {
    /// 8 instances, simulations of 2^17 steps
    Quick,
    /// 32 instances, simulations of 2^17 steps
    #[default]
    Default,
    /// 256 instances, simulations of 2^20 steps
    Thorough,
}

impl Effort {
    /// Instances of each law, if no other number is asked for.
    pub fn instances(self) -> u64 {
        match self {
            Effort::Quick => 8,
            Effort::Default => 32,
            Effort::Thorough => 256,
        }
    }

    /// From the least to the most.
    pub const ALL: [Effort; 3] = [Effort::Quick, Effort::Default, Effort::Thorough];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Quick => "quick",
            Effort::Default => "default",
            Effort::Thorough => "thorough",
        }
    }
}

/// How a run examines.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The run's seed.
    pub seed: u64,
    /// The top of the precision ladder.
    pub precision: u32,
    /// How long simulations are.
    pub effort: Effort,
    /// Keep both sides as text.
    pub verbose: bool,
    /// A term of the law to get wrong on purpose: the run must then turn red.
    pub mutant: Option<Mutant>,
}

impl Settings {
    /// A quiet run of the claims as they are.
    pub fn new(seed: u64, precision: u32) -> Self {
        Settings { seed, precision, effort: Effort::Default, verbose: false, mutant: None }
    }

    /// Judges relations as these settings ask.
    pub fn judge<T: Measured>(&self, scalar: Scalar, mut relations: Vec<Relation<T>>, case: Case) -> Finding {
        if let (Case::Law, Some(mutant)) = (case, &self.mutant) {
            mutant.apply(&mut relations);
        }
        Finding::judge(scalar, &relations, self.verbose)
    }
}

/// What was found on one instance.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The instance's class.
    pub class: Class,
    /// The instance in words.
    pub description: String,
    /// Why the instance was left out, if it was.
    pub excluded: Option<String>,
    /// The findings, one for each scalar, the decisive one last.
    pub findings: Vec<Finding>,
    /// For an exact finding at a generic point, the kinds of relations that have a Schwartz-Zippel bound, and its bits.
    pub bounds: Vec<(&'static str, f64)>,
    /// Whether the instance shares nothing with its neighbours. Otherwise [`POINTS_PER_FAMILY`] of them count as one draw, because what is drawn
    /// for a family is the same for all its points.
    pub is_independent: bool,
    /// For a point that was searched for: what is the same along its orbit, so that distinct orbits can be counted.
    pub orbit: Option<String>,
}

impl Examination {
    /// An examination that has found nothing yet.
    pub fn of(class: Class, description: String) -> Self {
        Examination {
            class,
            description,
            excluded: None,
            findings: Vec::new(),
            bounds: Vec::new(),
            is_independent: false,
            orbit: None,
        }
    }

    /// The judgement of all scalars together: a violation anywhere is a violation; otherwise the last scalar, which is the
    /// finest, decides, and it satisfies nothing unless some kind of evidence was reached.
    ///
    /// An undecided enclosure, or a rung too coarse for an inequality, takes nothing from the others; it only adds no
    /// evidence.
    pub fn status(&self) -> Status {
        if self.findings.iter().any(|finding| finding.status == Status::Violated) {
            return Status::Violated;
        }
        if self.findings.iter().any(|finding| finding.status == Status::Unresolved) {
            return Status::Unresolved;
        }
        match self.findings.last().map(|finding| finding.status) {
            None => Status::Undecided("no scalar examined it"),
            Some(Status::Satisfied) if self.evidence().is_empty() => {
                let undecided = |finding: &Finding| matches!(finding.status, Status::Undecided(_));
                let first = self.findings.iter().find(|finding| undecided(finding));
                first.map_or(Status::Undecided("no kind of evidence was reached"), |finding| finding.status)
            }
            Some(status) => status,
        }
    }

    /// The kinds of evidence that the findings amount to.
    pub fn evidence(&self) -> Vec<Evidence> {
        let fine = |finding: &Finding| finding.status == Status::Satisfied;
        let mut kinds = Vec::new();
        if self.findings.iter().any(|finding| finding.scalar == Scalar::Rational && fine(finding)) {
            kinds.push(Evidence::Exact);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Interval(_)) && fine(finding)) {
            kinds.push(Evidence::Enclosed);
        }
        let mut rungs = self.findings.iter().filter(|finding| matches!(finding.scalar, Scalar::Mp(_))).peekable();
        if rungs.peek().is_some() && rungs.all(fine) {
            kinds.push(Evidence::Converged);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Order(_)) && fine(finding)) {
            kinds.push(Evidence::Order);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Simulation(_)) && fine(finding)) {
            kinds.push(Evidence::Statistical);
        }
        kinds
    }
}

/// A claim with its scalars hidden: what the registry lists.
pub trait Claim: Send + Sync {
    /// The description.
    fn entry(&self) -> &'static Entry;
    /// Examines one instance.
    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination;

    /// Examines one instance of the law on a given network.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, if the claim does not speak of the network; then of no instance of it.
    fn examine_on(&self, _network: &Network, _settings: &Settings, _index: u64) -> Result<Examination, Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// Whether the claim speaks of a given network.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, with the reason.
    fn speaks_of(&self, _network: &Network) -> Result<(), Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// How many instances of a case are examined where `asked` of each law are asked for. Long runs take fewer.
    fn instances(&self, case: Case, asked: u64) -> u64 {
        match case {
            Case::Law => asked,
            Case::Control(_) => (asked / 2).max(4),
        }
    }
}

impl<C: Theorem> Claim for C {
    fn entry(&self) -> &'static Entry {
        Theorem::entry(self)
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        self.examine_instance(&self.draw(Draw::new(Theorem::entry(self), settings.seed, case, index)), settings, case)
    }

    fn speaks_of(&self, network: &Network) -> Result<(), Inapplicable> {
        self.draw_on(Draw::new(Theorem::entry(self), 0, Case::Law, 0), network).map(|_| ())
    }

    fn examine_on(&self, network: &Network, settings: &Settings, index: u64) -> Result<Examination, Inapplicable> {
        let draw = Draw::new(Theorem::entry(self), settings.seed, Case::Law, index);
        Ok(self.examine_instance(&self.draw_on(draw, network)?, settings, Case::Law))
    }
}

/// The two routes of an examination.
trait Routes: Theorem + Sized {
    fn examine_instance(&self, instance: &Self::Instance, settings: &Settings, case: Case) -> Examination {
        let mut examination = Examination::of(instance.class(), instance.describe());
        let outcome = if instance.is_algebraic() {
            self.examine_exactly(instance, settings, case, &mut examination)
        } else {
            self.examine_numerically(instance, settings, case, &mut examination)
        };
        if let Err(Outside(reason)) = outcome {
            examination.excluded = Some(reason);
        }
        examination
    }

    fn judge<T: Carrier + Measured>(
        &self,
        scalar: Scalar,
        instance: &Self::Instance,
        case: Case,
        settings: &Settings,
    ) -> Result<Finding, Outside> {
        Ok(settings.judge(scalar, self.relations::<T>(instance, case)?, case))
    }

    fn examine_exactly(
        &self,
        instance: &Self::Instance,
        settings: &Settings,
        case: Case,
        examination: &mut Examination,
    ) -> Result<(), Outside> {
        let finding = self.judge::<Rational>(Scalar::Rational, instance, case, settings)?;
        if case == Case::Law && instance.class() == Class::Generic && finding.status == Status::Satisfied {
            let relations = self.relations::<Degree>(instance, case)?;
            examination.bounds = schwartz_zippel_bits(&relations);
        }
        examination.findings.push(finding);
        Ok(())
    }

    fn examine_numerically(
        &self,
        instance: &Self::Instance,
        settings: &Settings,
        case: Case,
        examination: &mut Examination,
    ) -> Result<(), Outside> {
        climb(&Numerically { claim: self, instance, case, settings }, settings, case, examination)
    }
}
impl<C: Theorem> Routes for C {}

/// One instance, to be judged in any scalar that has the elementary functions.
pub(super) trait Judged {
    fn judge<T: Real + Carrier + Measured>(&self, scalar: Scalar) -> Result<Finding, Outside>;
}

struct Numerically<'a, C: Theorem> {
    claim: &'a C,
    instance: &'a C::Instance,
    case: Case,
    settings: &'a Settings,
}

impl<C: Theorem> Judged for Numerically<'_, C> {
    fn judge<T: Real + Carrier + Measured>(&self, scalar: Scalar) -> Result<Finding, Outside> {
        Routes::judge::<T>(self.claim, scalar, self.instance, self.case, self.settings)
    }
}

/// Judges a law in intervals and along the ladder, a control at its top.
pub(super) fn climb(
    judged: &impl Judged,
    settings: &Settings,
    case: Case,
    examination: &mut Examination,
) -> Result<(), Outside> {
    let rungs = if case == Case::Law {
        let scalar = Scalar::Interval(INTERVAL_BITS);
        examination.findings.push(judged.judge::<Interval<INTERVAL_BITS>>(scalar)?);
        ladder(settings.precision)
    } else {
        vec![settings.precision]
    };
    for bits in rungs {
        let scalar = Scalar::Mp(bits);
        let finding = match bits {
            64 => judged.judge::<Mp<64>>(scalar),
            128 => judged.judge::<Mp<128>>(scalar),
            256 => judged.judge::<Mp<256>>(scalar),
            512 => judged.judge::<Mp<512>>(scalar),
            1024 => judged.judge::<Mp<1024>>(scalar),
            2048 => judged.judge::<Mp<2048>>(scalar),
            4096 => judged.judge::<Mp<4096>>(scalar),
            _ => unreachable!("rungs are those of a precision on the menu"),
        }?;
        examination.findings.push(finding);
    }
    Ok(())
}

/// The rungs `P/4, P/2, P`, but none below 64 bits: there a relative residual of `2^(40 - p)` is no condition.
pub fn ladder(precision: u32) -> Vec<u32> {
    [precision / 4, precision / 2, precision].into_iter().filter(|bits| *bits >= MENU[0]).collect()
}

/// Bits of the bound `degree / 2^GRID_BITS` for every kind of relation that has one: of its relations the one of highest degree.
///
/// The lemma is about equalities of polynomials in coordinates that are uniform on the grid. An inequality has no bound, nor has a kind one of
/// whose relations is no polynomial, or is a constant other than the zero polynomial: then nothing that was drawn is known to enter it.
pub fn schwartz_zippel_bits(relations: &[Relation<Degree>]) -> Vec<(&'static str, f64)> {
    let mut kinds: Vec<(&'static str, Degree)> = Vec::new();
    for relation in relations {
        let entries = relation.terms().flat_map(|term| &term.value);
        let degree = match entries.copied().max().unwrap_or(Degree::Zero) {
            _ if relation.sense != Sense::Equality => Degree::Unbounded,
            Degree::AtMost(0) => Degree::Unbounded,
            degree => degree,
        };
        match kinds.iter_mut().find(|(kind, _)| *kind == relation.label.kind) {
            Some((_, known)) => *known = (*known).max(degree),
            None => kinds.push((relation.label.kind, degree)),
        }
    }
    let bits = |degree: u32| f64::from(GRID_BITS) - f64::from(degree).log2();
    kinds
        .into_iter()
        .filter_map(|(kind, degree)| Some((kind, bits(degree.bound().filter(|&degree| degree > 0)?))))
        .collect()
}
