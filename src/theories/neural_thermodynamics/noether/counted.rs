//! Networks whose conserved quantities are counted: small ones of awkward widths, at a point, with samples.

use super::patterns::{self, Defect, Pattern};
use crate::data::Sample;
use crate::model::Network;
use crate::model::mlp::Layout;
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Stream, Unjudged};

/// A network, a point, and samples with the gates of their activation patterns.
pub struct Counted {
    pub network: Network,
    pub theta: Vec<Rational>,
    pub samples: Vec<Sample<Rational>>,
    pub class: Class,
    /// How many activation patterns the samples have; none for a linear network.
    patterns: Option<usize>,
}

impl Counted {
    /// What it is, for a report.
    pub fn describe(&self) -> String {
        let activation = match (self.patterns, self.class) {
            (None, _) => String::new(),
            (Some(count), Class::Generic) => format!(", {count} forced activation pattern{}", plural(count)),
            (Some(count), _) => format!(", {count} activation pattern{} of its own", plural(count)),
        };
        let samples = self.samples.len();
        format!("{}{activation}, {samples} sample{}", self.network, plural(samples))
    }

    /// A linear network at a random point.
    pub fn linear(draw: &mut Draw, network: Network) -> Self {
        let layout = layout(&network);
        let theta = point(&mut draw.point, layout.parameter_count());
        let samples = (0..enough_samples(layout)).map(|_| sample(&mut draw.point, layout, None)).collect();
        Counted { network, theta, samples, class: Class::Generic, patterns: None }
    }

    /// A ReLU network at a random point, its activation patterns drawn independently of it: with the `wanted` defect and
    /// no other.
    pub fn with_forced_patterns(draw: &mut Draw, network: Network, wanted: Option<Defect>) -> Self {
        let layout = layout(&network);
        let patterns = patterns::force(&mut draw.family, layout, wanted);
        let theta = point(&mut draw.point, layout.parameter_count());
        let of_pattern = |pattern: &Pattern| vec![pattern.clone(); enough_samples(layout)];
        let gates = patterns.iter().flat_map(of_pattern);
        let samples = gates.map(|gates| sample(&mut draw.point, layout, Some(gates))).collect();
        Counted { network, theta, samples, class: Class::Generic, patterns: Some(patterns.len()) }
    }

    /// A ReLU network at a random point with the activation patterns that it has there itself. Points are drawn until some
    /// of the patterns that are met often enough have `acceptable` defects; no more patterns are taken than that needs.
    ///
    /// # Errors
    /// [`Unjudged`] if no such point is found.
    pub fn with_own_patterns(
        draw: &mut Draw,
        network: Network,
        acceptable: impl Fn(&[Defect]) -> bool,
    ) -> Result<Self, Unjudged> {
        const POINTS: usize = 200;
        const INPUTS: usize = 60;
        let layout = layout(&network);
        let stream = &mut draw.point;
        for _ in 0..POINTS {
            let theta = point(stream, layout.parameter_count());
            let mut met: Vec<(Pattern, Vec<Sample<Rational>>)> = Vec::new();
            for _ in 0..INPUTS {
                let mut sample = sample(stream, layout, None);
                let pattern = Pattern::from(layout.relu_gates(&theta, &sample.input));
                if !patterns::is_complete(layout, &pattern) {
                    continue;
                }
                sample.gates = Some(pattern.clone());
                match met.iter_mut().find(|(known, _)| *known == pattern) {
                    Some((_, samples)) => samples.push(sample),
                    None => met.push((pattern, vec![sample])),
                }
            }
            let (mut taken, mut samples) = (Vec::new(), Vec::new());
            for (pattern, mut candidates) in met {
                if candidates.len() < enough_samples(layout) {
                    continue;
                }
                candidates.truncate(enough_samples(layout));
                taken.push(pattern);
                samples.extend(candidates);
                if acceptable(&patterns::defects(layout, &taken)) {
                    return Ok(Counted { network, theta, samples, class: Class::Awkward, patterns: Some(taken.len()) });
                }
            }
        }
        Err(Unjudged::Outside(format!(
            "{network}: at none of {POINTS} points do its activation patterns tell the neurons apart"
        )))
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Where the parameters of a network of this family lie.
pub fn layout(network: &Network) -> &Layout {
    network.layout().expect("the networks that are counted have layers")
}

/// One more than what spans the inputs, with the constant that biases see, and the targets.
fn enough_samples(layout: &Layout) -> usize {
    let inputs = layout.widths()[0] + usize::from(layout.has_bias());
    1 + inputs.max(layout.widths()[layout.depth()])
}

fn point(stream: &mut Stream, len: usize) -> Vec<Rational> {
    (0..len).map(|_| stream.dyadic(GRID_BITS)).collect()
}

fn sample(stream: &mut Stream, layout: &Layout, gates: Option<Pattern>) -> Sample<Rational> {
    let input = point(stream, layout.widths()[0]);
    Sample { gates, ..Sample::new(input, point(stream, layout.widths()[layout.depth()])) }
}

/// `s`: the widths of the two neighbours of a layer, and 1 for the biases.
pub fn neighbours(widths: &[usize], bias: bool, layer: usize) -> usize {
    widths[layer - 1] + widths[layer + 1] + usize::from(bias)
}
