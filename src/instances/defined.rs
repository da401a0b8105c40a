//! Where the loss of a drawn problem is defined: what is normalised must not vanish.

use crate::data::Sample;
use crate::instances::{Point, Problem};
use crate::model::activation::{Hidden, Nonlinearity, Tape};
use crate::model::mlp::Layout;
use crate::model::{Activation, Carrier, Network};
use crate::scalar::{Branch, Field, Mp, Rational, Ring};
use crate::verify::Unjudged;

/// The scalar in which vectors that cancel are found.
type Number = Mp<256>;

/// The problem in another scalar.
///
/// # Errors
/// [`Unjudged`] where the loss is not defined: at the origin of a scale-invariant model, and where a layer that is to be
/// normalised is zero.
pub fn at<T: Carrier>(problem: &Problem) -> Result<Point<T>, Unjudged> {
    match &problem.network {
        Network::Rayleigh(_) if problem.theta.iter().all(Rational::is_zero) => {
            Err(Unjudged::outside("a scale-invariant model is not defined at the origin"))
        }
        Network::Mlp { normalised: true, layout, activation, .. }
            if problem.data.samples().iter().any(|sample| vanishes(layout, *activation, &problem.theta, sample)) =>
        {
            Err(Unjudged::outside("a layer that is zero cannot be normalised"))
        }
        _ => Ok(problem.at()),
    }
}

/// Whether the pre-activations of some hidden layer of a normalised network cancel, to half of the digits: few-bit numbers may do so exactly.
fn vanishes(layout: &Layout, activation: Activation, theta: &[Rational], sample: &Sample<Rational>) -> bool {
    let theta: Vec<Number> = theta.iter().map(Number::from_rational).collect();
    let mut values: Vec<Number> = sample.input.iter().map(Number::from_rational).collect();
    let hidden = Hidden { normalised: true, activation };
    for layer in 0..layout.depth() - 1 {
        let (mut sums, mut sizes) = (Vec::new(), Number::integer(0));
        for unit in 0..layout.widths()[layer + 1] {
            let mut sum = layout.biases(layer).nth(unit).map_or_else(|| Number::integer(0), |bias| theta[bias].clone());
            sizes += sum.absolute();
            for (column, value) in values.iter().enumerate() {
                let product = Number::product(&theta[layout.weight(layer, unit, column)], value);
                sizes += product.absolute();
                sum += product;
            }
            sums.push(sum);
        }
        let mut size = Number::integer(0);
        for sum in &sums {
            size += sum.absolute();
        }
        if !(sizes * Number::integer(2).powi(-128)).less(&size) {
            return true;
        }
        values = vec![Number::integer(0); sums.len()];
        hidden.apply(&sums, None, &mut values, &mut Tape::new(sums.len()));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataSet;
    use crate::entropic::Preconditioner;
    use crate::model::{Loss, Piecewise};
    use crate::verify::Class;

    fn problem(widths: &[usize], theta: &[i64], input: &[i64]) -> Problem {
        let numbers = |list: &[i64]| list.iter().map(|&number| Rational::from(number)).collect::<Vec<_>>();
        let network = Network::normalised_mlp(widths, Piecewise::Identity, false, Loss::SquaredError);
        Problem {
            class: Class::Smooth,
            network,
            theta: numbers(theta),
            data: DataSet::new(vec![Sample::new(numbers(input), numbers(&[1]))]),
            preconditioner: Preconditioner::Scalar(Rational::from(1)),
            weight_decay: Rational::new(),
            degeneracy: "",
        }
    }

    #[test]
    fn a_layer_whose_sums_cancel_has_no_direction() {
        let is_defined = |problem: &Problem| at::<f64>(problem).is_ok();
        // W x = 0 for W = [[1, 1], [2, 2]] and x = (1, -1).
        assert!(!is_defined(&problem(&[2, 2, 1], &[1, 1, 2, 2, 1, 1], &[1, -1])));
        assert!(is_defined(&problem(&[2, 2, 1], &[1, 1, 2, 3, 1, 1], &[1, -1])));
        // The first layer has the direction (1, 1), which the second one sends to 0.
        assert!(!is_defined(&problem(&[1, 2, 2, 1], &[3, 3, 1, -1, 2, -2, 1, 1], &[1])));
        assert!(is_defined(&problem(&[1, 2, 2, 1], &[3, 3, 1, -1, 2, -1, 1, 1], &[1])));
        // One tiny weight is a direction.
        let mut tiny = problem(&[2, 2, 1], &[0, 0, 0, 0, 1, 1], &[1, -1]);
        assert!(!is_defined(&tiny));
        tiny.theta[3] = Rational::from((1, 1_i64 << 60));
        assert!(is_defined(&tiny));
    }
}
