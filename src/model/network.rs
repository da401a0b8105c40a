//! The description of a network as data, and the way from it to a model in a given scalar.

use super::Differentiable;
use super::activation::{Activation, Hidden};
use super::composed::{AlgebraicComposed, Composed, RealComposed};
use super::formula::FormulaModel;
use super::linear::{CarriedStack, LinearStack, Readout};
use super::loss::{Loss, SquaredError};
use super::mlp::{Layout, Mlp};
use super::rayleigh::Rayleigh;
use crate::scalar::{Branch, Dual, HyperDual, Interval, Mp, Rational, Real, Recorded};
use std::fmt;
use std::sync::Arc;

/// A network without its parameters: the same description serves every scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// A multilayer perceptron.
    Mlp {
        /// Widths and biases.
        layout: Layout,
        /// After every layer but the last.
        activation: Activation,
        /// Whether every hidden layer is RMS normalised before its activation.
        normalised: bool,
        /// At the output.
        loss: Loss,
    },
    /// A product of matrices under squared error.
    Linear(LinearStack),
    /// Layers on sequences.
    Composed(Composed),
    /// A rational scale-invariant model.
    Rayleigh(Rayleigh),
    /// A loss that is given as a formula.
    Formula(FormulaModel),
}

impl Network {
    /// A multilayer perceptron without normalisation.
    pub fn mlp(widths: &[usize], activation: impl Into<Activation>, bias: bool, loss: Loss) -> Self {
        let layout = Layout::new(widths.to_vec(), bias);
        Network::Mlp { layout, activation: activation.into(), normalised: false, loss }
    }

    /// A multilayer perceptron whose hidden layers are RMS normalised before their activation.
    pub fn normalised_mlp(widths: &[usize], activation: impl Into<Activation>, bias: bool, loss: Loss) -> Self {
        let layout = Layout::new(widths.to_vec(), bias);
        Network::Mlp { layout, activation: activation.into(), normalised: true, loss }
    }

    /// A deep linear network without embeddings.
    pub fn deep_linear(widths: &[usize]) -> Self {
        let layout = Layout::new(widths.to_vec(), false);
        Network::Linear(LinearStack { layout, embedding: None, readout: Readout::Identity, frozen: None })
    }

    /// Where the parameters of the layers lie; none for a model without layers.
    pub fn layout(&self) -> Option<&Layout> {
        match self {
            Network::Mlp { layout, .. } | Network::Linear(LinearStack { layout, .. }) => Some(layout),
            Network::Composed(_) | Network::Rayleigh(_) | Network::Formula(_) => None,
        }
    }

    /// The number of parameters.
    pub fn parameter_count(&self) -> usize {
        match self {
            Network::Rayleigh(model) => model.dimension,
            Network::Composed(network) => network.parameter_count(),
            Network::Formula(model) => model.parameter_count(),
            _ => self.layout().map_or(0, Layout::parameter_count),
        }
    }

    /// The length of a sample's input.
    pub fn input_len(&self) -> usize {
        match self {
            Network::Mlp { layout, .. } => layout.widths()[0],
            Network::Linear(stack) => {
                let first = stack.embedding.as_ref().map_or(stack.layout.widths()[0], |embedding| embedding.columns());
                let probe =
                    if stack.readout == Readout::Probe { stack.layout.widths()[stack.layout.depth()] } else { 0 };
                first + probe
            }
            Network::Composed(network) => network.positions() * network.input_width(),
            Network::Rayleigh(model) => model.dimension,
            Network::Formula(model) => model.input_len(),
        }
    }

    /// The length of a sample's target.
    pub fn target_len(&self) -> usize {
        match self {
            Network::Mlp { layout, .. } => layout.widths()[layout.depth()],
            Network::Linear(stack) => match &stack.readout {
                Readout::Identity => stack.layout.widths()[stack.layout.depth()],
                Readout::Fixed(matrix) => matrix.rows(),
                Readout::Probe => 1,
            },
            Network::Composed(network) => network.positions() * network.output_width(),
            Network::Rayleigh(_) => 1,
            Network::Formula(_) => 0,
        }
    }

    /// The activation between layers; a product of matrices has the identity.
    pub fn activation(&self) -> Activation {
        match self {
            Network::Mlp { activation, .. } => *activation,
            _ => Activation::Piecewise(super::Piecewise::Identity),
        }
    }

    /// Whether every quantity of the network is a rational function of its numbers, on each activation pattern.
    pub fn is_algebraic(&self) -> bool {
        match self {
            Network::Mlp { activation, normalised, loss, .. } => {
                matches!(activation, Activation::Piecewise(_)) && !normalised && *loss == Loss::SquaredError
            }
            Network::Composed(network) => network.is_algebraic(),
            Network::Formula(model) => model.is_algebraic(),
            Network::Linear(_) | Network::Rayleigh(_) => true,
        }
    }

    /// The model over a scalar that may lack transcendental functions; none if the network needs them.
    fn algebraic_model<T: Branch>(&self) -> Option<Arc<dyn Differentiable<T>>> {
        match self {
            Network::Mlp { layout, activation: Activation::Piecewise(piecewise), normalised: false, loss } => {
                let layout = layout.clone();
                (*loss == Loss::SquaredError)
                    .then(|| Arc::new(Mlp { layout, nonlinearity: *piecewise, loss: SquaredError }) as _)
            }
            Network::Mlp { .. } => None,
            Network::Linear(stack) => Some(Arc::new(CarriedStack::new(stack.clone()))),
            Network::Composed(network) => {
                network.is_algebraic().then(|| Arc::new(AlgebraicComposed(network.clone())) as _)
            }
            Network::Rayleigh(model) => Some(Arc::new(*model)),
            Network::Formula(model) => model.algebraic(),
        }
    }

    /// The model over a scalar with all elementary functions.
    fn real_model<T: Real>(&self) -> Arc<dyn Differentiable<T>> {
        match self {
            Network::Mlp { layout, activation, normalised, loss } => {
                let layout = layout.clone();
                let nonlinearity = Hidden { normalised: *normalised, activation: *activation };
                Arc::new(Mlp { layout, nonlinearity, loss: *loss })
            }
            Network::Linear(stack) => Arc::new(CarriedStack::new(stack.clone())),
            Network::Composed(network) => Arc::new(RealComposed(network.clone())),
            Network::Rayleigh(model) => Arc::new(*model),
            Network::Formula(model) => model.real(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = |layout: &Layout| {
            let widths: Vec<_> = layout.widths().iter().map(usize::to_string).collect();
            widths.join("-") + if layout.has_bias() { " with biases" } else { "" }
        };
        match self {
            Network::Mlp { layout, activation, normalised, loss } => {
                let norm = if *normalised { "RMS-normalised " } else { "" };
                write!(f, "{norm}{activation} mlp {}, {loss}", widths(layout))
            }
            Network::Linear(stack) => {
                let kind = match (&stack.readout, &stack.frozen) {
                    (Readout::Probe, _) => "matrix factorisation",
                    (_, Some(_)) => "low-rank adapter",
                    (Readout::Fixed(_), _) => "embedded deep linear network",
                    _ if stack.embedding.is_some() => "embedded deep linear network",
                    _ => "deep linear network",
                };
                write!(f, "{kind} {}", widths(&stack.layout))
            }
            Network::Composed(network) => network.fmt(f),
            Network::Formula(model) => model.fmt(f),
            Network::Rayleigh(model) => write!(f, "Rayleigh quotient in {} dimensions", model.dimension),
        }
    }
}

/// A scalar in which networks can be instantiated.
pub trait Carrier: Branch {
    /// The network as a model over this scalar; none if it needs functions that the scalar lacks.
    fn model(network: &Network) -> Option<Arc<dyn Differentiable<Self>>>;
}

macro_rules! carriers {
    ($method:ident: $({$($generics:tt)*} $type:ty),*) => {$(
        impl<$($generics)*> Carrier for $type {
            fn model(network: &Network) -> Option<Arc<dyn Differentiable<Self>>> {
                carriers!(@ $method, network)
            }
        }
    )*};
    (@ algebraic, $network:ident) => { $network.algebraic_model() };
    (@ real, $network:ident) => { Some($network.real_model()) };
}
// Duals of the exact scalars carry models too: a Jacobian of what already needs third derivatives is a fourth.
carriers!(algebraic: {} Rational, {} Recorded, {} Dual<Rational>, {} Dual<Recorded>, {T: Branch} HyperDual<T>);
carriers!(real: {} f32, {} f64, {const BITS: u32} Mp<BITS>, {const BITS: u32} Interval<BITS>);
