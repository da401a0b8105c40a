//! Theorems as data, and the one implementation that puts any of them before the judge, through the interface that every theory uses.

use equipartition::scalar::{Branch, Rational};
use equipartition::verify::runner::{Plan, run};
use equipartition::verify::simulation;
use equipartition::verify::{
    Asymptotic, Asymptotics, Case, Check, Claim, ClaimReport, Class, Control, Decomposition, Draw, Drawn, Draws,
    Evidence, Exact, Examination, In, Independent, Ladder, Order, Part, Relation, Settings, Stream, Term, Unjudged,
    all, control,
};
use std::ops::{Add, Mul, Sub};
use std::sync::atomic::AtomicBool;

/// A formula in what was drawn. It is evaluated in whichever scalar the judge chooses.
#[derive(Clone, Debug)]
pub enum Formula {
    /// The drawn coordinate of this number.
    Coordinate(usize),
    /// The drawn number of this number, passed off as a constant.
    Hidden(usize),
    /// A rational constant.
    Constant(Rational),
    Sum(Box<Formula>, Box<Formula>),
    Product(Box<Formula>, Box<Formula>),
    Absolute(Box<Formula>),
    /// The third if the first is less than the second, else the fourth.
    Where(Box<[Formula; 4]>),
}

pub fn x(number: usize) -> Formula {
    Formula::Coordinate(number)
}

pub fn hidden(number: usize) -> Formula {
    Formula::Hidden(number)
}

pub fn c(number: i64) -> Formula {
    Formula::Constant(Rational::from(number))
}

/// `numerator / denominator`
pub fn q(numerator: i64, denominator: i64) -> Formula {
    Formula::Constant(Rational::from((numerator, denominator)))
}

/// `2^exponent`
pub fn two_to(exponent: i32) -> Formula {
    let one = Rational::from(1);
    Formula::Constant(if exponent < 0 { one >> exponent.unsigned_abs() } else { one << exponent.unsigned_abs() })
}

pub fn abs(of: Formula) -> Formula {
    Formula::Absolute(Box::new(of))
}

/// `a` where `lesser < greater`, else `b`.
pub fn where_less(lesser: Formula, greater: Formula, a: Formula, b: Formula) -> Formula {
    Formula::Where(Box::new([lesser, greater, a, b]))
}

impl Add for Formula {
    type Output = Formula;
    fn add(self, other: Formula) -> Formula {
        Formula::Sum(Box::new(self), Box::new(other))
    }
}
impl Mul for Formula {
    type Output = Formula;
    fn mul(self, other: Formula) -> Formula {
        Formula::Product(Box::new(self), Box::new(other))
    }
}
impl Sub for Formula {
    type Output = Formula;
    fn sub(self, other: Formula) -> Formula {
        self + c(-1) * other
    }
}

impl Formula {
    pub fn powi(&self, exponent: usize) -> Formula {
        (0..exponent).fold(c(1), |power, _| power * self.clone())
    }

    fn at<T: Branch>(&self, point: &Point) -> T {
        match self {
            Formula::Coordinate(number) => T::drawn(&point.coordinates[*number]),
            Formula::Hidden(number) => T::from_rational(&point.coordinates[*number]),
            Formula::Constant(value) => T::from_rational(value),
            Formula::Sum(a, b) => a.at::<T>(point) + b.at::<T>(point),
            Formula::Product(a, b) => a.at::<T>(point) * b.at::<T>(point),
            Formula::Absolute(a) => a.at::<T>(point).absolute(),
            Formula::Where(parts) => {
                let [lesser, greater, a, b] = &**parts;
                let mask = lesser.at::<T>(point).less(&greater.at(point));
                T::select(mask, &a.at(point), &b.at(point))
            }
        }
    }
}

/// What was drawn.
#[derive(Clone, Debug)]
pub struct Point {
    pub coordinates: Vec<Rational>,
    /// What is the family's: a number of which theorems make tokens, sample sizes, activation patterns.
    pub family: u64,
    pub class: Class,
    /// Whether the rationals may judge it, or else intervals and floats do.
    pub rational: bool,
}

impl Drawn for Point {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        self.rational
    }
    fn describe(&self) -> String {
        format!("{} numbers, family {}", self.coordinates.len(), self.family)
    }
}

/// One relation that a theorem asserts of a point.
#[derive(Clone, Debug)]
pub struct Assertion {
    kind: &'static str,
    sense: Sense,
    left: Vec<(&'static str, Vec<Formula>)>,
    right: Vec<(&'static str, Vec<Formula>)>,
    against: Option<Formula>,
}

#[derive(Clone, Copy, Debug)]
enum Sense {
    Equal,
    AtMost,
    Sharp(i64, i64),
    Less(i32),
}

/// The summands of a side, each with its label.
pub type Terms = Vec<(&'static str, Formula)>;

fn entries(terms: Terms) -> Vec<(&'static str, Vec<Formula>)> {
    terms.into_iter().map(|(label, formula)| (label, vec![formula])).collect()
}

fn assertion(kind: &'static str, sense: Sense, left: Terms, right: Terms) -> Assertion {
    Assertion { kind, sense, left: entries(left), right: entries(right), against: None }
}

/// `left = right`
pub fn equal(kind: &'static str, left: Terms, right: Terms) -> Assertion {
    assertion(kind, Sense::Equal, left, right)
}

/// `left = right` between vectors.
pub fn vectors_equal(
    kind: &'static str,
    left: Vec<(&'static str, Vec<Formula>)>,
    right: Vec<(&'static str, Vec<Formula>)>,
) -> Assertion {
    Assertion { left, right, ..assertion(kind, Sense::Equal, Vec::new(), Vec::new()) }
}

/// `left <= right`
pub fn at_most(kind: &'static str, left: (&'static str, Formula), right: (&'static str, Formula)) -> Assertion {
    assertion(kind, Sense::AtMost, vec![left], vec![right])
}

/// `left < right`, told from none down to `2^-bits`.
pub fn less(kind: &'static str, bits: i32, left: (&'static str, Formula), right: (&'static str, Formula)) -> Assertion {
    assertion(kind, Sense::Less(bits), vec![left], vec![right])
}

impl Assertion {
    pub fn against(self, size: Formula) -> Self {
        Assertion { against: Some(size), ..self }
    }

    pub fn sharp(self, numerator: i64, denominator: i64) -> Self {
        Assertion { sense: Sense::Sharp(numerator, denominator), ..self }
    }

    fn at<T: Branch>(&self, point: &Point) -> Relation<T> {
        let side = |terms: &[(&'static str, Vec<Formula>)]| -> Vec<Term<T>> {
            let entries = |entries: &[Formula]| entries.iter().map(|entry| entry.at(point)).collect();
            terms.iter().map(|(label, formulas)| Term::vector(*label, entries(formulas))).collect()
        };
        let label = self.kind;
        let (mut left, mut right) = (side(&self.left), side(&self.right));
        let only = |side: &mut Vec<Term<T>>| side.pop().expect("an inequality has a term on either side");
        let relation = match self.sense {
            Sense::Equal => Relation::equality(label, left, right),
            Sense::AtMost => Relation::at_most(label, only(&mut left), only(&mut right)),
            Sense::Sharp(a, b) => Relation::at_most(label, only(&mut left), only(&mut right)).sharp((a, b)),
            Sense::Less(bits) => Relation::less(label, only(&mut left), only(&mut right)).resolved_to(bits),
        };
        match &self.against {
            Some(size) => relation.against(size.at(point)),
            None => relation,
        }
    }
}

/// How the points of a theorem are drawn: for the law or for its control.
pub type Drawing = fn(&mut Draw) -> Result<Point, Unjudged>;

/// What a theorem asserts of a point; with `true` what its control asserts, which must fail.
pub type Asserting = fn(&Point, bool) -> Vec<Assertion>;

/// By which route it is judged.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    Exact,
    /// Exactly where the point is rational, else in intervals and floats.
    Ladder,
    /// In floats only.
    Floats,
    /// Exactly, each instance a draw of its own.
    Independent,
}

#[derive(Clone, Copy)]
struct Asserted {
    drawing: Drawing,
    asserting: Asserting,
    is_control: bool,
}

impl Draws for Asserted {
    type Instance = Point;
    fn draw(&self, draw: &mut Draw) -> Result<Point, Unjudged> {
        (self.drawing)(draw)
    }
}

impl<T: Branch> In<T> for Asserted {
    fn relations(&self, point: &Point) -> Result<Vec<Relation<T>>, Unjudged> {
        Ok((self.asserting)(point, self.is_control).iter().map(|assertion| assertion.at(point)).collect())
    }
}

fn routed(route: Route, asserted: Asserted) -> Box<dyn Check> {
    match route {
        Route::Exact => Box::new(Exact(asserted)),
        Route::Ladder => Box::new(Ladder(asserted)),
        Route::Floats => Box::new(Decomposition(asserted)),
        Route::Independent => Box::new(Independent(Exact(asserted))),
    }
}

/// Differences at falling step sizes, with the order that is claimed of them; with `true` the control's.
pub type Differing = fn(bool) -> Asymptotics;

struct Falling(Differing, bool);

impl Draws for Falling {
    type Instance = Point;
    fn draw(&self, draw: &mut Draw) -> Result<Point, Unjudged> {
        Ok(Point { coordinates: Vec::new(), family: draw.index, class: Class::Smooth, rational: false })
    }
}

impl Asymptotic for Falling {
    fn measure(&self, _: &Point) -> Result<Asymptotics, Unjudged> {
        Ok((self.0)(self.1))
    }
}

/// Batch means of both sides of a law of averages; with `true` of the control's.
pub type Averaging = fn(&mut Stream, bool) -> (Vec<f64>, Vec<f64>);

struct Averages(Averaging, bool);

/// Steps of a run, for the report.
const STEPS: u64 = 1 << 17;

impl Check for Averages {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let (left, right) = (self.0)(&mut draw.own(), self.1);
        let relation = Relation::equality("average", vec![Term::vector("E a", left)], vec![Term::vector("b", right)]);
        let mut examination = Examination::of(Class::Smooth, "a run".to_owned());
        examination.is_independent = true;
        examination.findings.push(simulation::judge(settings, draw.case, STEPS, vec![relation]));
        examination
    }
    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Statistical]
    }
    fn instances(&self, case: Case, _: u64) -> u64 {
        if case == Case::Law { 8 } else { 4 }
    }
}

/// How a theorem is put before the judge.
#[derive(Clone, Copy)]
pub enum Put {
    /// As assertions about drawn points.
    Asserted(Route, Drawing, Asserting),
    /// The same without a control.
    Uncontrolled(Route, Drawing, Asserting),
    /// With points of its own for the control.
    Apart(Route, Drawing, Asserting, Drawing),
    /// In parts, of which each numbers its instances: the law of the first is true, that of the second is the theorem.
    InParts(fn(u64) -> Option<u64>, fn(u64) -> Option<u64>, Asserting, Drawing, Asserting),
    /// As assertions whose instances are numbered otherwise.
    Numbered(fn(u64) -> Option<u64>, Drawing, Asserting),
    /// As orders of differences.
    Falling(Differing),
    /// As averages over runs.
    Averages(Averaging),
    /// By a check that is made elsewhere: the law and the control.
    Made(fn() -> [Box<dyn Check>; 2]),
}

/// A theorem that is false, or a trick.
pub struct Theorem {
    /// `kind/name`
    pub name: &'static str,
    /// What it says, and why that is wrong.
    pub says: &'static str,
    pub put: Put,
    pub must: Must,
}

/// The verdict that a theorem must get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Must {
    BeRefuted,
    /// With these words in the reason.
    BePowerless(&'static str),
    BeVacuous,
    /// With these words in the reason.
    BeUndecided(&'static str),
    /// It is not known which of them, but it is none that anybody could take for confirmed.
    BeRefutedOrUndecided,
    /// It is false on this share of all draws, which the share that is left open covers; and no bound on all points is given.
    HoldUpTo(f64),
    /// It is false by `2^-bits` of its largest term, which the report's resolution covers.
    HoldDownTo(i32),
    /// It is false on this share of the families, of which the bound of those that were examined says nothing; their number leaves that share open.
    HoldForFamilies(f64),
    /// Its bound multiplies no points that do not belong together: at most so many bits.
    HoldWithBits(f64),
    /// It is false on points that are left out, and the share of these is given.
    HoldLeavingOut(f64),
    /// A term of the next lower order has at least `2^-bits` of the coefficient, and the exponent says that it could not be seen.
    HoldUnseen(i32),
    /// It is false by this part, which the interval covers.
    HoldWithin(f64),
}

/// The check of a control, where a theorem has one.
type Broken = Option<Box<dyn Check>>;

impl Theorem {
    pub fn kind(&self) -> &'static str {
        self.name.split('/').next().expect("a name has a kind")
    }

    /// What the judge says, on as many instances and at the precision that a run has by default.
    pub fn judged(&self) -> ClaimReport {
        let asserted = |drawing, asserting, is_control| Asserted { drawing, asserting, is_control };
        let (parts, broken): (Vec<Box<dyn Check>>, Broken) = match self.put {
            Put::Asserted(route, drawing, asserting) => (
                vec![routed(route, asserted(drawing, asserting, false))],
                Some(routed(route, asserted(drawing, asserting, true))),
            ),
            Put::Uncontrolled(route, drawing, asserting) => {
                (vec![routed(route, asserted(drawing, asserting, false))], None)
            }
            Put::Apart(route, drawing, asserting, apart) => (
                vec![routed(route, asserted(drawing, asserting, false))],
                Some(routed(route, asserted(apart, asserting, true))),
            ),
            Put::InParts(_, _, first, drawing, second) => (
                vec![
                    Box::new(Exact(asserted(drawing, first, false))),
                    Box::new(Exact(asserted(drawing, second, false))),
                ],
                Some(Box::new(Exact(asserted(drawing, first, true)))),
            ),
            Put::Numbered(_, drawing, asserting) => (
                vec![Box::new(Exact(asserted(drawing, asserting, false)))],
                Some(Box::new(Exact(asserted(drawing, asserting, true)))),
            ),
            Put::Falling(differing) => {
                (vec![Box::new(Order(Falling(differing, false)))], Some(Box::new(Order(Falling(differing, true)))))
            }
            Put::Averages(averaging) => {
                (vec![Box::new(Averages(averaging, false))], Some(Box::new(Averages(averaging, true))))
            }
            Put::Made(make) => {
                let [law, control] = make();
                (vec![law], Some(control))
            }
        };
        let law: Vec<Part<'_>> = match self.put {
            Put::InParts(first, second, ..) => {
                parts.iter().zip([first, second]).map(|(check, number)| Part { check: &**check, number }).collect()
            }
            Put::Numbered(number, ..) => parts.iter().map(|check| Part { check: &**check, number }).collect(),
            _ => parts.iter().map(|check| all(&**check)).collect(),
        };
        let controls: Vec<Control<'_>> =
            broken.iter().map(|check| control("broken", "the formula is another", &**check)).collect();
        let claim = Claim {
            id: self.name,
            title: "a theorem of the zoo",
            statement: self.says,
            hypotheses: &[],
            references: &[],
            builds_on: &[],
            law: &law,
            controls: &controls,
        };
        let plan = Plan { settings: Settings::new(0, 256), instances: 32, jobs: 1, time_limit: None };
        run(&[&claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
    }
}
