//! `cosmology/critical-damping`: where optimiser and field oscillate, and how fast the oscillations die.
//!
//! ```text
//! optimiser: (1 - sqrt beta)^2 < eta mu < (1 + sqrt beta)^2,   field: eta mu > (1 - beta)^2/(2 (1 + beta))
//! envelope per step: artanh(G h/2) = -(ln beta)/2 for the optimiser, G h/2 for the field
//! ```
//!
//! The envelope is read from `Q(x, y) = x^2 - (1 + beta - eta mu) x y + beta y^2`, which a step multiplies by `beta` exactly. Source: the analogy is that of [`DUALITY`].

use super::DUALITY;
use super::rates::{Rates, half};
use crate::closed_form::friction;
use crate::exact::Logarithms;
use crate::exact::logarithms::equality;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all,
    control,
};

/// What is said of a mode.
#[derive(Clone, Copy)]
pub(super) struct CriticalDamping {
    /// Whether optimiser and field have thresholds of their own.
    apart: bool,
    /// Whether the optimiser's envelope is its own, and not the field's.
    own: bool,
}

pub(super) const LAW: CriticalDamping = CriticalDamping { apart: true, own: true };

/// `cosmology/critical-damping`
pub static CLAIM: Claim = Claim {
    id: "cosmology/critical-damping",
    title: "between two thresholds optimiser and field differ in kind",
    statement: "a mode of curvature mu > 0: the optimiser's roots are complex if and only if (1 - sqrt beta)^2 < eta mu < (1 + sqrt beta)^2, the field's if and only if eta mu > (1 - beta)^2/(2 (1 + beta)); \
        (1 - sqrt beta)^2 is 2 (1 + beta)/(1 + sqrt beta)^2 times the field's threshold, a ratio above 1 and at most 2; where it oscillates the optimiser's amplitude decays by artanh(G h/2) = -(ln beta)/2 a step, the field's by G h/2",
    hypotheses: &[
        "0 <= beta < 1, eta > 0, mu > 0; of the decay beta > 0",
        "checked for rational sqrt beta",
        "in the terms Q(x, y) = x^2 - (1 + beta - eta mu) x y + beta y^2, which a step of the mode multiplies by beta",
    ],
    references: &[DUALITY],
    builds_on: &["cosmology/exact-scheme"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "equal-thresholds",
            "the optimiser's threshold that of the field",
            &Independent(Exact(CriticalDamping { apart: false, ..LAW })),
        ),
        control(
            "envelope-of-the-field",
            "G h/2 in place of artanh(G h/2)",
            &Independent(Exact(CriticalDamping { own: false, ..LAW })),
        ),
    ],
};

/// A mode with `beta = root^2` and two points of its path.
pub(super) struct Mode {
    pub(super) root: Rational,
    /// `eta mu`
    pub(super) pull: Rational,
    pub(super) before: Rational,
    pub(super) now: Rational,
}

impl Mode {
    fn beta(&self) -> Rational {
        self.root.clone().square()
    }

    /// `(1 - sqrt beta)^2` and `(1 + sqrt beta)^2`
    pub(super) fn window(&self) -> [Rational; 2] {
        friction::window(&self.root)
    }

    /// `Q(x, y)`
    fn form(&self, x: &Rational, y: &Rational) -> Rational {
        let trace = self.beta() + 1 - &self.pull;
        x.clone().square() - trace * x * y + self.beta() * y * y
    }
}

impl Draws for CriticalDamping {
    type Instance = Mode;
    fn draw(&self, draw: &mut Draw) -> Result<Mode, Unjudged> {
        let stream = &mut draw.own();
        let root = Rational::from((if draw.is_law() { stream.integer(0, 15) } else { stream.integer(1, 12) }, 16));
        let mut mode = Mode { root, pull: Rational::new(), before: stream.small(), now: stream.small() };
        let [low, high] = mode.window();
        // Below both thresholds, between them, within the window, above it.
        let field = friction::threshold_of_field(&mode.beta());
        let part = Rational::from((stream.integer(1, 15), 16));
        let between = |a: &Rational, b: &Rational| Rational::from(b - a) * &part + a;
        let zone = if self.own { stream.below(4) } else { 2 };
        mode.pull = match zone {
            0 => between(&Rational::new(), &field),
            1 => between(&field, &low),
            2 if mode.root != 0 => between(&low, &high),
            _ => high + part,
        };
        Ok(mode)
    }
}

impl<T: Field> In<T> for CriticalDamping {
    fn relations(&self, mode: &Mode) -> Result<Vec<Relation<T>>, Unjudged> {
        let scalar = |label: &'static str, value: Rational| Term::scalar(label, T::from_rational(&value));
        let rates = Rates { beta: mode.beta(), eta: Rational::from(1) };
        let (damping, [low, high]) = (rates.friction(&half()), mode.window());
        let plus: Rational = mode.beta() + 1;
        let threshold = friction::threshold_of_field(&rates.beta);
        let ratio = if self.apart { plus.clone() * 2 / &high } else { Rational::from(1) };
        // Discriminants of r^2 - (1 + beta - eta mu) r + beta and, in units of 1/h, of s^2 + G s + mu.
        let optimiser = friction::discriminant_of_optimiser(&rates.beta, &mode.pull);
        let field = friction::discriminant_of_field(&rates.beta, &mode.pull);
        if optimiser == 0 || field == 0 {
            return Err(Unjudged::outside("at a threshold"));
        }
        let signed = |kind: &'static str, label: &'static str, value: &Rational, oscillates: bool| {
            let sign = if oscillates { -1 } else { 1 };
            Relation::positive(kind, scalar(label, value.clone() * sign)).resolved_to(EVERY_GAP)
        };
        let mut relations = vec![
            Relation::equality(
                "thresholds",
                vec![scalar("(1 - sqrt beta)^2", low.clone())],
                vec![scalar("2 (1 + beta)/(1 + sqrt beta)^2 (1 - beta)^2/(2 (1 + beta))", ratio.clone() * &threshold)],
            ),
            Relation::at_most(
                "ratio of the thresholds",
                scalar("ratio", ratio.clone()),
                scalar("2", Rational::from(2)),
            ),
            Relation::less("ratio above 1", scalar("1", Rational::from(1)), scalar("ratio", ratio))
                .resolved_to(EVERY_GAP),
            signed(
                "optimiser oscillates in its window only",
                "+-((1 + beta - eta mu)^2 - 4 beta)",
                &optimiser,
                low < mode.pull && mode.pull < high,
            ),
            signed("field oscillates above its threshold only", "+-(G^2 - 4 mu) h^2", &field, mode.pull > threshold),
        ];
        let after = (plus - &mode.pull) * &mode.now - mode.beta() * &mode.before;
        let [grown, first] = [mode.form(&after, &mode.now), mode.form(&mode.now, &mode.before)];
        relations.push(Relation::equality(
            "a step multiplies Q by beta",
            vec![scalar("Q(th+, th)", grown.clone())],
            vec![scalar("beta Q(th, th-)", mode.beta() * &first)],
        ));
        if low < mode.pull && mode.pull < high && first != 0 {
            let a = damping / 2;
            let minus_half = Rational::from((-1, 2));
            let measured = Logarithms::multiple(&minus_half, &(grown / first));
            let formula = if self.own {
                Logarithms::multiple(&half(), &((Rational::from(1) + &a) / (Rational::from(1) - &a)))
            } else {
                Logarithms::rational(&a)
            };
            let label = if self.own { "artanh(G h/2)" } else { "G h/2" };
            relations.push(equality(
                "envelope",
                vec![("-ln(Q(th+, th)/Q(th, th-))/2", measured.clone())],
                vec![(label, formula)],
            ));
            let logarithm = Logarithms::multiple(&minus_half, &mode.beta());
            relations.push(equality(
                "envelope by beta",
                vec![("envelope", measured)],
                vec![("-(ln beta)/2", logarithm)],
            ));
        }
        Ok(relations)
    }
}

impl Drawn for Mode {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a mode with sqrt beta = {}, eta mu = {}", self.root, self.pull)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("th-, th", [self.before.clone(), self.now.clone()])]
    }
}
