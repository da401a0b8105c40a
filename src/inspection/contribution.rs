//! What one tensor contributes to one law.

/// What one tensor contributes to one law. `theta` is what the network uses: the stored numbers and their offset. Vectors have an entry for each member, or for a matrix law for each entry of
/// each group's matrix.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// `theta^2`, or `theta theta^T`.
    pub parameters: Vec<f64>,
    /// `theta^2` in the metric of the decay; with an offset `theta` times the stored numbers, which are what decays.
    pub decay: Vec<f64>,
    /// For each sample `g^2` in the metric of the step; one entry if there is only their mean.
    pub noise: Vec<Vec<f64>>,
    /// For each sample `theta g`.
    pub overlap: Vec<Vec<f64>>,
    /// `g^2`, plainly, summed over the samples: for each member, always.
    pub gradient: Vec<f64>,
    /// `(theta g)^2`, element by element, summed over the samples: what rounding makes of `theta g` goes with its root.
    pub scatter: Vec<f64>,
    /// The binary digits of the gradients and of the parameters, whichever are fewer.
    pub digits: u32,
    /// For a matrix law, for each sample the overlaps with all generators that are looked at.
    pub generators: Vec<Vec<f64>>,
    /// The square of the mean of the gradients over the samples, for each member; none unless a batch size asks for it.
    pub mean: Option<Vec<f64>>,
    /// `theta` times the gradient of the entropic loss, and that gradient squared: for each member, always.
    pub entropic: Option<(Vec<f64>, Vec<f64>)>,
}

impl Contribution {
    /// All of its vectors.
    pub fn vectors(&self) -> impl Iterator<Item = &Vec<f64>> {
        let entropic = self.entropic.iter().flat_map(|(along, squared)| [along, squared]);
        [&self.parameters, &self.decay, &self.gradient, &self.scatter]
            .into_iter()
            .chain(&self.mean)
            .chain(&self.noise)
            .chain(&self.overlap)
            .chain(&self.generators)
            .chain(entropic)
    }
}
