//! Dead neurons: those that no sample moves.

use crate::data::Sample;
use crate::model::{Evaluator, Model, mlp::Layout};

/// Which neurons between layer `layer` and the next are dead: on no sample does any entry of the gradient for their bias or
/// their outgoing weights differ from 0. For ReLU that says that the neuron is active on no sample.
///
/// A dead neuron's parameters are only multiplied by the decay, all by the same number, which does not wake it; so those in
/// `known` stay dead. Samples are tried until every other neuron was seen alive.
///
/// # Panics
/// If the layers have no biases, or `known` has not one entry per neuron.
pub fn dead_neurons<M: ?Sized + Model<f64>>(
    model: &M,
    layout: &Layout,
    layer: usize,
    samples: &[Sample<f64>],
    theta: &[f64],
    known: &[bool],
) -> Vec<bool> {
    let width = layout.widths()[layer + 1];
    assert!(layout.has_bias() && known.len() == width, "one bias and one entry per neuron");
    let mut model = Evaluator::new(model);
    let mut gradient = vec![0.0; theta.len()];
    let mut dead = vec![true; width];
    for sample in samples {
        if dead == known {
            break;
        }
        model.loss_and_gradient(theta, sample, &mut gradient);
        let outgoing = gradient[layout.weights(layer + 1)].chunks_exact(width);
        for row in std::iter::once(&gradient[layout.biases(layer)]).chain(outgoing) {
            for ((dead, entry), known) in dead.iter_mut().zip(row).zip(known) {
                *dead &= *entry == 0.0 || *known;
            }
        }
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::loss::SquaredError;
    use crate::model::mlp::Mlp;
    use crate::model::{Carrier, Loss, Network, Piecewise, Smooth};

    #[test]
    fn a_neuron_is_dead_if_no_sample_activates_it() {
        let layout = Layout::new(vec![1, 3, 1], true);
        let model = Mlp { layout: layout.clone(), nonlinearity: Piecewise::Relu, loss: SquaredError };
        // Pre-activations x - 1, x - 3 and -x - 1 at x = 0, 1, 2: only the first is ever positive, and only at x = 2.
        let theta = [1.0, 1.0, -1.0, -1.0, -3.0, -1.0, 1.0, 1.0, 1.0, 0.5];
        let samples: Vec<_> = (0..3).map(|x| Sample::new(vec![f64::from(x)], vec![0.0])).collect();
        let dead = |samples, known: &[bool]| dead_neurons(&model, &layout, 0, samples, &theta, known);
        assert_eq!(dead(&samples, &[false; 3]), [false, true, true]);
        assert_eq!(dead(&samples, &[false, true, false]), [false, true, true]);
        assert_eq!(dead(&samples[..2], &[false; 3]), [true, true, true]);
        // A gradient of either sign is life: here the output lies below the target.
        assert_eq!(dead(&[Sample::new(vec![2.0], vec![100.0])], &[false; 3]), [false, true, true]);
    }

    #[test]
    fn a_smooth_neuron_lives_even_when_saturated() {
        let network = Network::mlp(&[1, 1, 1], Smooth::Tanh, true, Loss::SquaredError);
        let model = f64::model(&network).unwrap();
        let samples = [Sample::new(vec![1.0], vec![0.0])];
        let theta = [1000.0, 0.0, 1.0, 0.0];
        assert_eq!(dead_neurons(&*model, network.layout().unwrap(), 0, &samples, &theta, &[false]), [false]);
    }
}
