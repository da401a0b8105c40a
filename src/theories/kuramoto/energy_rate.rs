//! `kuramoto/energy-rate`: how the energy of coupled oscillators changes.
//!
//! ```text
//! J_ji = J_ij^T:   dE/dt = -sum |P_i y_i|^2 - sum y_i^T Om_i x_i
//! n = 2:   theta_i' = w_i + sum K_ij sin(theta_j - theta_i) + a_i sin(f_i - theta_i)
//! ```
//!
//! Source: the model and its energy are those of [`NEURONS`].

use super::NEURONS;
use super::network::{Network, apply, around, zeros};
use super::oscillators::{Form, Oscillators, cross, told};
use crate::exact::draws::unit_vector;
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Stream, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The rate of the energy.
#[derive(Clone, Copy)]
pub(super) struct EnergyRate {
    broken: Broken,
}

/// What a control breaks.
#[derive(Clone, Copy, PartialEq)]
enum Broken {
    Nothing,
    Reciprocity,
    RecordedEnergy,
    Isotropy,
    Rotation,
}

pub(super) const LAW: EnergyRate = EnergyRate { broken: Broken::Nothing };

/// `kuramoto/energy-rate`
pub static CLAIM: Claim = Claim {
    id: "kuramoto/energy-rate",
    title: "what alignment and rotation do to the energy",
    statement: "x_i . x_i' = 0; J_ji = J_ij^T: dE/dt = -sum |P_i y_i|^2 - sum y_i^T Om_i x_i; n = 2, J_ij = K_ij I, Om_i = w_i (quarter turn), c_i = a_i (cos f_i, sin f_i): theta_i' = w_i + sum K_ij sin(theta_j - theta_i) + a_i sin(f_i - theta_i); \
        a rotation Q with Q J_ij Q^T = J_ij, Q c_i = c_i, Q Om_i Q^T = Om_i is a symmetry",
    hypotheses: &["|x_i| = 1, Om_i antisymmetric; of the energy J_ji = J_ij^T"],
    references: &[NEURONS],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "antireciprocal",
            "J_12 = -J_21, Om = 0",
            &Independent(Exact(EnergyRate { broken: Broken::Reciprocity })),
        ),
        control(
            "recorded-energy",
            "the coupling's energy without its factor 1/2",
            &Independent(Exact(EnergyRate { broken: Broken::RecordedEnergy })),
        ),
        control(
            "anisotropic",
            "J_ij = K_ij diag(1, 2) in the form of phases",
            &Independent(Exact(EnergyRate { broken: Broken::Isotropy })),
        ),
        control(
            "other-rotation",
            "a rotation Q that does not commute with Om",
            &Independent(Exact(EnergyRate { broken: Broken::Rotation })),
        ),
    ],
};

impl EnergyRate {
    fn phases(self, stream: &mut Stream) -> Oscillators {
        let mut network = Network::draw(stream, 2);
        let nodes = network.nodes();
        let mut k = zeros(nodes);
        let frequencies: Vec<Rational> = (0..nodes).map(|_| stream.small()).collect();
        for i in 0..nodes {
            network.rotations[i] = zeros(2);
            network.rotations[i][(1, 0)].clone_from(&frequencies[i]);
            network.rotations[i][(0, 1)] = Rational::from(-&frequencies[i]);
            for j in 0..=i {
                let size = stream.small();
                k[(i, j)].clone_from(&size);
                k[(j, i)].clone_from(&size);
                let second =
                    if self.broken == Broken::Isotropy { size.clone() * Rational::from(2) } else { size.clone() };
                let block = DMatrix::from_row_slice(2, 2, &[size, Rational::new(), Rational::new(), second]);
                network.set_block(i, j, &block);
                network.set_block(j, i, &block);
            }
        }
        Oscillators { network, form: Form::Phases(k, frequencies) }
    }

    fn symmetric(self, stream: &mut Stream) -> Oscillators {
        let (network, axes) = Network::with_axis(stream);
        let (three, four) = (Rational::from((3, 5)), Rational::from((4, 5)));
        let mut turn = around(&axes, &[three, Rational::from(1), four]);
        if self.broken == Broken::Rotation {
            // Around another axis.
            turn = around(
                &axes.select_columns(&[1, 2, 0]),
                &[Rational::from((3, 5)), Rational::from(1), Rational::from((4, 5))],
            );
        }
        Oscillators { network, form: Form::Symmetric(turn) }
    }

    /// Two nodes in the plane whose antisymmetric coupling turns the first against its field.
    fn antireciprocal(stream: &mut Stream) -> Oscillators {
        loop {
            let [first, second, u] = [(); 3].map(|()| unit_vector(stream, 2));
            let [s, sine] = [cross(&first, &u), cross(&first, &second)];
            let h = stream.positive();
            if s.clone().abs() < Rational::from((1, 8)) || sine.clone().abs() < Rational::from((1, 8)) {
                continue;
            }
            let k = Rational::from(-2) * &h * &s / sine;
            let mut coupling = zeros(4);
            for place in 0..2 {
                coupling[(place, place + 2)].clone_from(&k);
                coupling[(place + 2, place)] = Rational::from(-&k);
            }
            let mut c: Vec<Rational> = u.iter().map(|u| Rational::from(u * &h)).collect();
            c.resize(4, Rational::new());
            let x = [first, second].concat();
            let network = Network { n: 2, x, coupling, c, rotations: vec![zeros(2); 2] };
            return Oscillators { network, form: Form::General };
        }
    }
}

impl Draws for EnergyRate {
    type Instance = Oscillators;
    fn draw(&self, draw: &mut Draw) -> Result<Oscillators, Unjudged> {
        let stream = &mut draw.own();
        Ok(match self.broken {
            Broken::Reciprocity => EnergyRate::antireciprocal(stream),
            Broken::Isotropy => told(|| self.phases(stream)),
            Broken::Rotation => told(|| self.symmetric(stream)),
            Broken::RecordedEnergy => {
                let mut network = Network::draw(stream, 3);
                network.rotations.iter_mut().for_each(|om| *om = zeros(3));
                let coupled = apply(&network.coupling, &network.x);
                network.c = coupled.into_iter().map(|y| y * Rational::from((-3, 2))).collect();
                Oscillators { network, form: Form::General }
            }
            Broken::Nothing => match stream.below(3) {
                0 => Oscillators { network: Network::draw(stream, 3), form: Form::General },
                1 => self.phases(stream),
                _ => self.symmetric(stream),
            },
        })
    }
}

impl<T: Field> In<T> for EnergyRate {
    fn relations(&self, oscillators: &Oscillators) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = &oscillators.network;
        let scalar = |label: &'static str, value: Rational| Term::scalar(label, T::from_rational(&value));
        let vector = |label: &'static str, values: Vec<Rational>| {
            Term::vector(label, values.iter().map(T::from_rational).collect())
        };
        let (y, tangent, turned) = (network.pull(), network.tangent(), network.turned());
        let nodes = 0..network.nodes();
        let per_node = |a: &[Rational], b: &[Rational]| -> Vec<Rational> {
            nodes.clone().map(|i| dot(network.node(a, i), network.node(b, i))).collect()
        };
        let drift: Vec<Rational> = turned.iter().zip(&y).map(|(a, b)| Rational::from(a + b)).collect();
        let share = if self.broken == Broken::RecordedEnergy { Rational::from(1) } else { Rational::from((1, 2)) };
        let mut relations = vec![
            Relation::equality(
                "no velocity along x_i",
                vec![vector("x_i . (Om_i x_i + y_i)", per_node(&network.x, &drift))],
                vec![vector("x_i . y_i", per_node(&network.x, &y))],
            ),
            Relation::equality(
                "rate of the energy",
                vec![scalar("dE/dt", network.rate(&share))],
                vec![
                    scalar("-sum |P_i y_i|^2", -dot(&tangent, &tangent)),
                    scalar("-sum y_i^T Om_i x_i", -network.turning()),
                ],
            ),
        ];
        match &oscillators.form {
            Form::General => {}
            Form::Phases(k, frequencies) => relations.push(Relation::equality(
                "phases",
                vec![vector("theta_i'", oscillators.angular(&network.velocity()))],
                vec![
                    vector("w_i", frequencies.clone()),
                    vector("sum_j K_ij sin(theta_j - theta_i)", oscillators.torques(k)),
                    vector("a_i sin(f_i - theta_i)", oscillators.angular(&network.c)),
                ],
            )),
            Form::Symmetric(q) => {
                let [there, here] = oscillators.turned_about(q);
                relations.push(Relation::equality(
                    "symmetry",
                    vec![vector("velocity at Q x", there)],
                    vec![vector("Q velocity at x", here)],
                ));
            }
        }
        Ok(relations)
    }
}
