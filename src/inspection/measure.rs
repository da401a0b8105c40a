//! The second moments that laws are about, tensor by tensor, each read once from its beginning to its end.

use super::contribution::{Contribution, Origin, Sums};
use super::digits::{Significance, digits};
use super::elements::{BLOCK, Products, RowsAndColumns, add_to, blocks, fill, fill_two, fold, quotient};
use super::fitted::{Extent, Fitted};
use super::gram::{Cross, Gram};
use super::law::{Axis, Block, Form};
use super::optimizer::{MOMENTUM_BUFFER, buffer, correction, steps};
use super::range::square;
use super::sieve::Sieve;
use super::sums::{Marginals, Wanted};
use super::{Inputs, LawsError, Rule, Settings, generators};
use crate::checkpoint::{Checkpoint, CheckpointError, Element, TensorStream};

/// A tensor that a law names, and where.
pub type Use<'a> = (&'a Fitted<'a>, usize);

/// Measures one tensor for all laws that name it.
///
/// # Errors
/// If a file lacks it, holds it in another shape, or cannot be read.
pub fn measure(
    inputs: &Inputs<'_>,
    settings: &Settings,
    (samples, buffers): (usize, Option<(&Checkpoint, usize)>),
    name: &str,
    uses: &[Use<'_>],
) -> Result<Vec<Contribution>, LawsError> {
    Measurement::new(inputs, settings, (samples, buffers), name, uses)?.run()
}

struct Measurement<'a> {
    inputs: &'a Inputs<'a>,
    settings: &'a Settings,
    samples: usize,
    /// The file with the momentum, the tensor's name in it, and the number of steps.
    buffers: Option<(&'a Checkpoint, String, usize)>,
    name: &'a str,
    uses: &'a [Use<'a>],
    /// What the network adds to the parameters.
    offset: f64,
    extent: Extent,
    wanted: Wanted,
    second: Option<(&'a Checkpoint, String, f64)>,
    first: Option<(&'a Checkpoint, String)>,
}

fn same_shape(checkpoint: &Checkpoint, name: &str, found: &[usize], expected: &[usize]) -> Result<(), CheckpointError> {
    if found == expected {
        return Ok(());
    }
    Err(CheckpointError::tensor(checkpoint.path(), name, format!("expected the shape {expected:?}, found {found:?}")))
}

impl<'a> Measurement<'a> {
    fn new(
        inputs: &'a Inputs<'a>,
        settings: &'a Settings,
        (samples, buffers): (usize, Option<(&'a Checkpoint, usize)>),
        name: &'a str,
        uses: &'a [Use<'a>],
    ) -> Result<Self, LawsError> {
        let offset = uses.first().map_or(0.0, |(fitted, block)| fitted.law.blocks[*block].offset);
        let extent = Extent::of(inputs.weights, name)?;
        let shape = &inputs.weights.tensor(name)?.shape;
        let mut wanted = Wanted::default();
        // Of the gradient of F a matrix law takes sums of squares, too.
        let entropic = inputs.entropic_gradient.is_some();
        for (fitted, block) in uses.iter().filter(|(fitted, _)| entropic || fitted.law.form == Form::Rescaling) {
            match fitted.law.blocks[*block].axis {
                Axis::Rows | Axis::All => wanted.rows = true,
                Axis::Columns => wanted.columns = true,
            }
        }
        let (mut second, mut first) = (None, None);
        let buffers = buffers.map(|(file, steps)| (file, format!("{name}{MOMENTUM_BUFFER}"), steps));
        if let Some((file, buffer, steps)) = &buffers {
            let found = &file.tensor(buffer)?.shape;
            let stacked: Vec<usize> = std::iter::once(*steps).chain(shape.iter().copied()).collect();
            if !(*steps == 1 && found == shape) {
                same_shape(file, buffer, found, &stacked)?;
            }
        } else if let Some(optimizer) = inputs.optimizer {
            let (buffer, tensor) = buffer(optimizer, name)?;
            same_shape(optimizer, &buffer, &tensor.shape, shape)?;
            let steps = steps(optimizer, name, settings.steps)?;
            second = Some((optimizer, buffer, correction(steps, settings.second_moment_decay)));
            let mean = format!("{name}.exp_avg");
            if let (Some(tensor), None) = (optimizer.get(&mean), inputs.gradients) {
                same_shape(optimizer, &mean, &tensor.shape, shape)?;
                first = Some((optimizer, mean));
            }
        }
        if let Some(gradients) = inputs.gradients {
            let expected: Vec<usize> = std::iter::once(samples).chain(shape.iter().copied()).collect();
            let found = &gradients.tensor_beside(name, |other| inputs.weights.get(other).is_some())?.shape;
            same_shape(gradients, name, found, &expected)?;
        }
        if let Some(entropic) = inputs.entropic_gradient {
            let found = &entropic.tensor_beside(name, |other| inputs.weights.get(other).is_some())?.shape;
            same_shape(entropic, name, found, shape)?;
        }
        Ok(Measurement { inputs, settings, samples, buffers, name, uses, offset, extent, wanted, second, first })
    }

    fn marginals(&self) -> Marginals {
        Marginals::new(self.extent, self.wanted)
    }

    /// The part of the tensor that a block of a matrix law is about.
    fn sieve(&self, fitted: &Fitted<'_>, block: usize) -> Sieve {
        Sieve { extent: self.extent, axis: fitted.law.blocks[block].axis, layout: fitted.layouts[block], position: 0 }
    }

    fn grams(&self) -> Vec<Option<(Sieve, Gram)>> {
        let gram = |(fitted, block): &Use<'_>| {
            let Block { axis, .. } = fitted.law.blocks[*block];
            let sieve = self.sieve(fitted, *block);
            (fitted.law.form == Form::Matrix)
                .then(|| (sieve, Gram::new(sieve.left(), axis, fitted.layouts[*block], fitted.law.groups)))
        };
        self.uses.iter().map(gram).collect()
    }

    fn crosses(&self) -> Vec<Option<(Sieve, Cross)>> {
        let cross = |(fitted, block): &Use<'_>| {
            let (layout, axis) = (fitted.layouts[*block], fitted.law.blocks[*block].axis);
            let (sieve, groups) = (self.sieve(fitted, *block), fitted.law.groups);
            (fitted.law.form == Form::Matrix)
                .then(|| (sieve, Cross::new(sieve.left(), axis, layout, groups, generators::places(fitted.width))))
        };
        self.uses.iter().map(cross).collect()
    }

    fn products(&self) -> Products {
        Products { along: self.marginals(), squares: self.marginals(), scatter: self.marginals() }
    }

    /// The first element and the length of each block.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let elements = self.extent.elements();
        (0..elements).step_by(BLOCK).map(move |done| (done, BLOCK.min(elements - done)))
    }

    /// The learning rate's inverse times eta.
    fn metric(&self, second_moment: f64) -> f64 {
        second_moment.sqrt() + self.settings.epsilon
    }

    fn streams(&self) -> Result<(TensorStream<'_>, Option<TensorStream<'_>>), LawsError> {
        let second = self.second.as_ref().map(|(optimizer, name, _)| optimizer.stream(name)).transpose()?;
        Ok((self.inputs.weights.stream(self.name)?, second))
    }

    fn run(&self) -> Result<Vec<Contribution>, LawsError> {
        let mut sums = self.parameters()?;
        if self.inputs.gradients.is_some() {
            self.samples(&mut sums)?;
        }
        self.momentum(&mut sums)?;
        let contributions: Vec<Contribution> =
            (0..self.uses.len()).map(|number| self.contribution(&sums, number)).collect();
        for ((fitted, _), contribution) in self.uses.iter().zip(&contributions) {
            let squares = (fitted.law.form == Form::Rescaling).then_some(self.extent.elements() * self.samples.max(1));
            if let Some((origin, problem)) = contribution.out_of_range(squares) {
                let (file, name) = self.origin(origin);
                return Err(CheckpointError::tensor(file.path(), name, problem).into());
            }
        }
        Ok(contributions)
    }

    /// The file, and the name in it, that numbers are from.
    fn origin(&self, origin: Origin) -> (&Checkpoint, &str) {
        let Inputs { weights, gradients, entropic_gradient, .. } = *self.inputs;
        let buffers = self.buffers.as_ref().map(|(file, name, _)| (*file, name.as_str()));
        let second = self.second.as_ref().map(|(file, name, _)| (*file, name.as_str()));
        let first = self.first.as_ref().map(|(file, name)| (*file, name.as_str()));
        let gradients = gradients.map(|file| (file, self.name));
        let found = match origin {
            Origin::Parameters => None,
            Origin::Moments => buffers.or(gradients).or(second),
            Origin::Gradients => gradients.or(first),
            Origin::Entropic => entropic_gradient.map(|file| (file, self.name)),
        };
        found.unwrap_or((weights, self.name))
    }

    /// Whatever there is one of for each parameter: the parameters, the optimiser's buffers, the gradient of `F`.
    fn parameters(&self) -> Result<Sums, LawsError> {
        let (adaptive, stretched) = (self.settings.rule != Rule::Sgd, self.settings.rule == Rule::AdamW);
        let offset = self.offset != 0.0 && !stretched;
        let only_mean = self.inputs.gradients.is_none();
        let (mut theta, mut second) = self.streams()?;
        let mut first = self.first.as_ref().map(|(optimizer, name)| optimizer.stream(name)).transpose()?;
        let mut entropic = self.inputs.entropic_gradient.map(|entropic| entropic.stream(self.name)).transpose()?;
        let (mut parameters, mut decay, mut noise) = (self.marginals(), self.marginals(), self.marginals());
        let (mut first_products, mut entropic_products) = (self.products(), self.products());
        let mut grams = self.grams();
        let mut blocks = blocks();
        for (done, length) in self.blocks() {
            let [t, v, s, other, product, stored] = blocks.each_mut().map(|block| &mut block[..length]);
            theta.read(t)?;
            // What decays is what is stored, what is multiplied is what is used.
            if self.offset != 0.0 || stretched {
                stored.copy_from_slice(t);
                t.iter_mut().for_each(|t| *t += self.offset);
            }
            fill(product, t, square);
            parameters.add(product);
            if offset {
                fill_two(product, t, stored, |t, stored| t * stored);
                decay.add(product);
            }
            grams.iter_mut().flatten().for_each(|(sieve, gram)| sieve.pass(t, |t| gram.add(t)));
            if let (Some(stream), Some((optimizer, name, correction))) = (&mut second, &self.second) {
                stream.read(v)?;
                // A search looks at one after another, this at as many as the processor has lanes.
                let is_any_negative = v.iter().fold(false, |any, value| any | (*value < 0.0));
                if is_any_negative && let Some(place) = v.iter().position(|value| *value < 0.0) {
                    let element = self.inputs.weights.tensor(self.name)?.place(done + place);
                    let problem = format!("element {element:?} is {}: a second moment is not negative", v[place]);
                    return Err(CheckpointError::tensor(optimizer.path(), name, problem).into());
                }
                v.iter_mut().for_each(|moment| *moment *= correction);
                if adaptive {
                    fill(s, v, |moment| self.metric(moment));
                }
                if stretched {
                    fill_two(product, t, stored, |t, stored| t * stored);
                    product.iter_mut().zip(&*s).for_each(|(product, s)| *product *= s);
                    decay.add(product);
                }
                if only_mean && adaptive {
                    fill_two(product, v, s, quotient);
                    noise.add(product);
                } else if only_mean {
                    noise.add(v);
                }
            }
            if let Some(stream) = &mut first {
                stream.read(other)?;
                first_products.add(t, other, product);
            }
            if let Some(stream) = &mut entropic {
                stream.read(other)?;
                entropic_products.add(t, other, product);
            }
        }
        let has_first = first.is_some();
        theta.finish()?;
        [second, first, entropic].into_iter().flatten().try_for_each(TensorStream::finish)?;

        let parameters = parameters.finish();
        let element = self.inputs.weights.tensor(self.name)?.element.clone();
        let mut sums = Sums {
            decay: if stretched || offset { decay.finish() } else { parameters.clone() },
            parameters,
            entropic: self.inputs.entropic_gradient.map(|_| {
                let (along, squares, _) = entropic_products.finish();
                (along, squares)
            }),
            noise: Vec::new(),
            overlap: Vec::new(),
            gradient: Vec::new(),
            scatter: Vec::new(),
            digits: digits(&element),
            parameter_rounding: element.map_or(0.0, Element::rounding_below_range).powi(2),
            gradient_rounding: 0.0,
            mean: None,
            generators: Vec::new(),
            generator_squares: vec![Vec::new(); self.uses.len()],
            gradient_diagonals: vec![Vec::new(); self.uses.len()],
            parameter_grams: grams.into_iter().map(|gram| gram.map(|(_, gram)| gram.finish())).collect(),
            noise_grams: Vec::new(),
        };
        if only_mean && self.buffers.is_none() {
            sums.noise.push(noise.finish());
        }
        if has_first {
            let (overlap, gradient, scatter) = first_products.finish();
            sums.overlap.push(overlap);
            sums.gradient.push(gradient);
            sums.scatter.push(scatter);
        }
        Ok(sums)
    }

    /// The gradients, sample by sample; the parameters and their metric are read again beside each.
    fn samples(&self, sums: &mut Sums) -> Result<(), LawsError> {
        let adaptive = self.settings.rule != Rule::Sgd;
        let Some(gradients) = self.inputs.gradients else { return Ok(()) };
        let mut stream = gradients.stream(self.name)?;
        let mut blocks = blocks();
        let mut significance = Significance::new();
        let mut mean = self.settings.batch_size.map(|_| vec![0.0; self.extent.elements()]);
        for _ in 0..self.samples {
            let mut crosses = self.crosses();
            let (mut theta, mut second) = self.streams()?;
            let (mut noise, mut products, mut grams) = (self.marginals(), self.products(), self.grams());
            for (done, length) in self.blocks() {
                let [t, s, g, product, ..] = blocks.each_mut().map(|block| &mut block[..length]);
                theta.read(t)?;
                t.iter_mut().for_each(|t| *t += self.offset);
                stream.read(g)?;
                if let Some(mean) = &mut mean {
                    add_to(&mut mean[done..done + length], g);
                }
                products.add(t, g, product);
                grams.iter_mut().flatten().for_each(|(sieve, gram)| sieve.pass(g, |g| gram.add(g)));
                crosses.iter_mut().flatten().for_each(|(sieve, cross)| sieve.pass_both(t, g, |t, g| cross.add(t, g)));
                significance.look_at(g);
                if let (true, Some(second), Some((_, _, correction))) = (adaptive, &mut second, &self.second) {
                    second.read(s)?;
                    fill_two(product, g, s, |g, v| quotient(g * g, self.metric(v * correction)));
                    noise.add(product);
                }
            }
            let (overlap, gradient, scatter) = products.finish();
            sums.scatter.push(scatter);
            let mut of_sample = Vec::with_capacity(crosses.len());
            for (cross, total) in crosses.into_iter().zip(&mut sums.generator_squares) {
                let (overlaps, squares) = cross.map(|(_, cross)| cross.finish()).unwrap_or_default();
                total.resize(squares.len(), 0.0);
                total.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square);
                of_sample.push(overlaps);
            }
            sums.generators.push(of_sample);
            let grams: Vec<Option<Vec<f64>>> =
                grams.into_iter().map(|gram| gram.map(|(_, gram)| gram.finish())).collect();
            for ((total, gram), (fitted, _)) in sums.gradient_diagonals.iter_mut().zip(&grams).zip(self.uses) {
                let Some(gram) = gram else { continue };
                total.resize(fitted.members(), 0.0);
                for (member, sum) in total.iter_mut().enumerate() {
                    *sum += gram[member * fitted.width + member % fitted.width];
                }
            }
            if self.buffers.is_none() {
                sums.noise.push(if adaptive { noise.finish() } else { gradient.clone() });
                sums.noise_grams.push(grams);
            }
            sums.gradient.push(gradient);
            sums.overlap.push(overlap);
        }
        sums.mean = mean.map(|sum| self.squares(&sum, 1.0 / self.samples as f64));
        stream.finish()?;
        let stored = digits(&gradients.tensor(self.name)?.element);
        sums.digits = sums.digits.min(stored).min(significance.digits());
        sums.gradient_rounding = self.samples as f64 * significance.rounding_below_range().powi(2);
        Ok(())
    }

    /// The squares of a whole tensor's numbers times a factor.
    fn squares(&self, numbers: &[f64], factor: f64) -> RowsAndColumns {
        let mut marginals = self.marginals();
        let mut square = vec![0.0; BLOCK];
        for (done, length) in self.blocks() {
            fill(&mut square[..length], &numbers[done..done + length], |number| (factor * number).powi(2));
            marginals.add(&square[..length]);
        }
        marginals.finish()
    }

    /// The momentum, step by step, whose second moments take the place of the gradients'.
    fn momentum(&self, sums: &mut Sums) -> Result<(), LawsError> {
        let Some((file, name, steps)) = &self.buffers else { return Ok(()) };
        let mut stream = file.stream(name)?;
        let mut blocks = blocks();
        for _ in 0..*steps {
            let (mut noise, mut grams) = (self.marginals(), self.grams());
            for (_, length) in self.blocks() {
                let [m, product, ..] = blocks.each_mut().map(|block| &mut block[..length]);
                stream.read(m)?;
                fill(product, m, square);
                noise.add(product);
                grams.iter_mut().flatten().for_each(|(sieve, gram)| sieve.pass(m, |m| gram.add(m)));
            }
            sums.noise.push(noise.finish());
            sums.noise_grams.push(grams.into_iter().map(|gram| gram.map(|(_, gram)| gram.finish())).collect());
        }
        stream.finish()?;
        Ok(())
    }

    fn contribution(&self, sums: &Sums, number: usize) -> Contribution {
        let (fitted, block) = self.uses[number];
        let (layout, axis) = (fitted.layouts[block], fitted.law.blocks[block].axis);
        let fold = |sums: &RowsAndColumns| fold(sums, axis, layout, fitted.members());
        let entropic = sums.entropic.as_ref().map(|(along, squared)| (fold(along), fold(squared)));
        if let Some(parameters) = &sums.parameter_grams[number] {
            let noise = sums.noise_grams.iter().filter_map(|grams| grams[number].clone()).collect();
            return Contribution {
                parameters: parameters.clone(),
                decay: parameters.clone(),
                noise,
                overlap: Vec::new(),
                gradient: sums.gradient_diagonals[number].clone(),
                scatter: sums.generator_squares[number].clone(),
                digits: sums.digits,
                parameter_rounding: sums.parameter_rounding,
                gradient_rounding: sums.gradient_rounding,
                generators: sums.generators.iter().map(|sample| sample[number].clone()).collect(),
                mean: None,
                entropic,
            };
        }
        let over_samples = |samples: &[RowsAndColumns]| {
            let mut total = vec![0.0; fitted.members()];
            for sample in samples {
                for (sum, value) in total.iter_mut().zip(fold(sample)) {
                    *sum += value;
                }
            }
            total
        };
        Contribution {
            parameters: fold(&sums.parameters),
            decay: fold(&sums.decay),
            noise: sums.noise.iter().map(fold).collect(),
            overlap: sums.overlap.iter().map(fold).collect(),
            gradient: over_samples(&sums.gradient),
            scatter: over_samples(&sums.scatter),
            digits: sums.digits,
            parameter_rounding: sums.parameter_rounding,
            gradient_rounding: sums.gradient_rounding,
            generators: Vec::new(),
            mean: sums.mean.as_ref().map(fold),
            entropic,
        }
    }
}
