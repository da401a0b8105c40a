//! Instances of a network that is given: random parameters and samples of the kinds that it reads.

use super::problem::{Decay, Problem, Rates, preconditioner, weight_decay, weights_of_mean};
use crate::data::{DataSet, Fixed, Sample};
use crate::model::composed::{Composed, Layer, Named};
use crate::model::{Activation, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Stream};

/// Above this many parameters a full matrix of learning rates would be most of the work.
const FULL_RATES: usize = 64;

impl Problem {
    /// Draws a point and `samples` samples of a given network.
    ///
    /// Parameters are uniform on a grid, trained epsilons an affine image of it that is positive; inputs are unit vectors where the network
    /// reads tokens, on the grid otherwise; targets are what the loss takes, position by position. Tokens, and targets other than those of the
    /// squared error, are drawn from the family stream and are constants. The Schwartz-Zippel bound holds where nothing has a kink.
    pub fn draw_on(draw: &mut Draw, network: &Network, rates: Rates, decay: Decay, samples: usize) -> Self {
        let parameters = network.parameter_count();
        let family = &mut draw.family;
        let rates = match rates {
            Rates::Any | Rates::Full if parameters > FULL_RATES => Rates::Diagonal,
            rates => rates,
        };
        let preconditioner = preconditioner(family, rates, parameters);
        let weight_decay = weight_decay(family, decay);
        let weights = weights_of_mean(family, samples);
        let (class, bits) =
            if is_polynomial(network) { (Class::Generic, GRID_BITS) } else { (Class::Smooth, COARSE_BITS) };
        let (family, point) = (&mut draw.family, &mut draw.point);
        let mut theta: Vec<Rational> = (0..parameters).map(|_| point.dyadic(bits) / 2).collect();
        let composed = match network {
            Network::Composed(composed) => Some(composed),
            _ => None,
        };
        for place in composed.iter().flat_map(|composed| trained_epsilons(composed)) {
            // From [-1, 1) to [1/8, 17/8).
            theta[place] += Rational::from((9, 8));
        }
        let drawn = (0..samples).map(|_| {
            let tokens = composed.filter(|composed| composed.reads_tokens());
            let input = match tokens {
                Some(composed) => {
                    (0..composed.positions()).flat_map(|_| token(family, composed.input_width())).collect()
                }
                None => (0..network.input_len()).map(|_| point.dyadic(bits)).collect(),
            };
            let fixed = Fixed { input: tokens.is_some(), target: loss_of(network) != Loss::SquaredError };
            let target = targets(if fixed.target { &mut *family } else { &mut *point }, network, bits);
            Sample { fixed, ..Sample::new(input, target) }
        });
        let data = DataSet::weighted(drawn.collect(), weights);
        Problem { class, network: network.clone(), theta, data, preconditioner, weight_decay, degeneracy: "" }
    }
}

/// Bits of the grid for networks that are not polynomials: the same numbers in every scalar, and a kink is met with small probability.
const COARSE_BITS: u32 = 16;

fn trained_epsilons(network: &Composed) -> impl Iterator<Item = usize> {
    network.parameters().iter().filter(|block| block.name.ends_with(".epsilon")).map(|block| block.start)
}

fn token(stream: &mut Stream, width: usize) -> Vec<Rational> {
    let chosen = stream.below(width);
    (0..width).map(|entry| Rational::from(i64::from(entry == chosen))).collect()
}

fn loss_of(network: &Network) -> Loss {
    match network {
        Network::Composed(composed) => composed.loss(),
        Network::Mlp { loss, .. } => *loss,
        _ => Loss::SquaredError,
    }
}

/// The targets of all positions.
fn targets(stream: &mut Stream, network: &Network, bits: u32) -> Vec<Rational> {
    let loss = loss_of(network);
    let positions = match network {
        Network::Composed(composed) => composed.positions(),
        _ => 1,
    };
    let width = network.target_len() / positions;
    let mut all = Vec::with_capacity(network.target_len());
    for _ in 0..positions {
        match loss {
            Loss::SquaredError => all.extend((0..width).map(|_| stream.dyadic(bits))),
            Loss::Logistic => all.extend((0..width).map(|_| Rational::from((stream.integer(0, 8), 8)))),
            Loss::CrossEntropy => {
                // Eight eighths thrown into the classes.
                let start = all.len();
                all.resize_with(start + width, Rational::new);
                for _ in 0..8 {
                    all[start + stream.below(width)] += Rational::from((1, 8));
                }
            }
        }
    }
    all
}

/// Whether the loss is one polynomial of all parameters and samples, without kinks.
fn is_polynomial(network: &Network) -> bool {
    let smooth = |activation: &Activation| *activation == Piecewise::Identity.into();
    fn all(layers: &[Named], smooth: &impl Fn(&Activation) -> bool) -> bool {
        layers.iter().all(|named| match &named.layer {
            Layer::Activation(activation) | Layer::GatedMlp { activation, .. } => smooth(activation),
            Layer::Residual(inside) => all(inside, smooth),
            _ => true,
        })
    }
    match network {
        Network::Composed(composed) => composed.is_algebraic() && all(composed.layers(), &smooth),
        Network::Mlp { activation, .. } => network.is_algebraic() && smooth(activation),
        Network::Linear(_) => true,
        Network::Rayleigh(_) => false,
        Network::Formula(model) => model.is_polynomial(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::{Recorded, Ring};
    use crate::verify::bounds::schwartz_zippel;
    use crate::verify::{Case, POINTS_PER_FAMILY, Relation, Term};

    /// A polynomial network that reads one of four tokens at each of two positions.
    fn reads_tokens() -> Network {
        let named = |name: &str, layer| Named { name: name.to_owned(), layer };
        let layers = vec![
            named("embedding", Layer::Embedding { width: 2 }),
            named("readout", Layer::Linear { width: 1, bias: false }),
        ];
        Network::Composed(Composed::new(2, 4, layers, Loss::SquaredError).unwrap())
    }

    fn drawn(index: u64) -> Problem {
        let mut draw = Draw::keyed("test/tokens", "law", 12, Case::Law, index);
        Problem::draw_on(&mut draw, &reads_tokens(), Rates::Scalar, Decay::Positive, 2)
    }

    /// The statement is true of most draws, false of the network, and says nothing about numbers of the grid.
    #[test]
    fn that_a_token_never_comes_first_has_no_bound() {
        for index in 0..32 {
            let problem = drawn(index);
            assert_eq!(problem.class, Class::Generic);
            let data: DataSet<Recorded> = problem.data.carry();
            let relation = |number: Recorded| {
                Relation::equality(
                    "claim",
                    vec![Term::scalar("entry", number)],
                    vec![Term::scalar("0", Recorded::integer(0))],
                )
            };
            for token in 0..4 {
                assert!(schwartz_zippel(&[relation(data.samples()[0].input[token].clone())]).is_empty());
            }
            // The target of the squared error is a coordinate: that it vanishes is refuted with the bound of a linear polynomial.
            let bounds = schwartz_zippel(&[relation(data.samples()[0].target[0].clone())]);
            assert_eq!(bounds.iter().map(|bound| bound.bits).collect::<Vec<_>>(), [f64::from(GRID_BITS)]);
        }
    }

    #[test]
    fn the_points_of_a_family_read_the_same_tokens() {
        for family in 0..8 {
            let problems: Vec<Problem> =
                (0..POINTS_PER_FAMILY).map(|point| drawn(family * POINTS_PER_FAMILY + point)).collect();
            for problem in &problems[1..] {
                for (sample, first) in problem.data.samples().iter().zip(problems[0].data.samples()) {
                    assert_eq!(sample.input, first.input);
                    assert_ne!(sample.target, first.target);
                }
                assert_ne!(problem.theta, problems[0].theta);
            }
        }
    }
}
