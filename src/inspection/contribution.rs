//! What one tensor contributes to one law.

use super::elements::RowsAndColumns;
use super::range::problem;
use super::sums::add;

/// Whose numbers something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The parameters'.
    Parameters,
    /// The gradients', the momentum's, or the second moments'.
    Moments,
    /// The gradients', or the optimiser's mean gradients'.
    Gradients,
    /// The gradient's of the entropic loss.
    Entropic,
}

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
    /// The square of the rounding of a parameter below the normal range of its type.
    pub parameter_rounding: f64,
    /// The same of a gradient, times the number of samples.
    pub gradient_rounding: f64,
    /// For a matrix law, for each sample the overlaps with all generators that are looked at.
    pub generators: Vec<Vec<f64>>,
    /// The square of the mean of the gradients over the samples, for each member; none unless a batch size asks for it.
    pub mean: Option<Vec<f64>>,
    /// `theta` times the gradient of the entropic loss, and that gradient squared: for each member, always.
    pub entropic: Option<(Vec<f64>, Vec<f64>)>,
}

impl Contribution {
    /// What the rounding of gradients, and that of parameters, below the normal range of their types makes of the squares of `theta g`, element by element, summed
    /// over the samples: for each entry of `parameters`, and of `gradient`.
    pub fn floor(&self) -> [Vec<f64>; 2] {
        let times = |values: &[f64], factor: f64| values.iter().map(|value| value * factor).collect();
        [times(&self.parameters, self.gradient_rounding), times(&self.gradient, self.parameter_rounding)]
    }

    /// What of it leaves the range of f64, and whose that is. Sums of so many squares may not be so small that they lost digits, either; of matrices, where sums of
    /// products may cancel, that is not known.
    pub fn out_of_range(&self, squares: Option<usize>) -> Option<(Origin, String)> {
        const SQUARES: &str = "the squares of its elements";
        const PRODUCTS: &str = "the squares of its products with the parameters";
        let terms = squares.unwrap_or(0);
        let (along, entropic) = self.entropic.as_ref().map_or((&[][..], &[][..]), |(along, squared)| (along, squared));
        let sums: [(Origin, &str, usize, &[f64]); 6] = [
            (Origin::Parameters, SQUARES, terms, &self.parameters),
            (Origin::Parameters, SQUARES, 0, &self.decay),
            (Origin::Gradients, SQUARES, terms, &self.gradient),
            (Origin::Gradients, PRODUCTS, terms, &self.scatter),
            (Origin::Entropic, SQUARES, 0, entropic),
            (Origin::Entropic, PRODUCTS, 0, along),
        ];
        let mut moments = vec![0.0; self.noise.first().map_or(0, Vec::len)];
        self.noise.iter().for_each(|noise| add(&mut moments, 1.0, noise));
        let several = |origin, of, vectors: &'_ [Vec<f64>]| {
            vectors.iter().find_map(|vector| problem(vector, 0)).map(|problem| (origin, format!("{of} {problem}")))
        };
        sums.into_iter()
            .find_map(|(origin, of, terms, sums)| Some((origin, format!("{of} {}", problem(sums, terms)?))))
            .or_else(|| several(Origin::Moments, SQUARES, &self.noise))
            .or_else(|| Some((Origin::Moments, format!("{SQUARES} {}", problem(&moments, terms)?))))
            .or_else(|| several(Origin::Gradients, PRODUCTS, &self.overlap))
            .or_else(|| several(Origin::Gradients, PRODUCTS, &self.generators))
            .or_else(|| several(Origin::Gradients, SQUARES, self.mean.as_slice()))
    }
}

/// The sums over one tensor that contributions are made of.
pub struct Sums {
    pub parameters: RowsAndColumns,
    pub decay: RowsAndColumns,
    pub noise: Vec<RowsAndColumns>,
    pub overlap: Vec<RowsAndColumns>,
    pub gradient: Vec<RowsAndColumns>,
    pub scatter: Vec<RowsAndColumns>,
    /// Of the mean gradient.
    pub mean: Option<RowsAndColumns>,
    pub digits: u32,
    pub parameter_rounding: f64,
    pub gradient_rounding: f64,
    /// For each sample, one for each use by a matrix law.
    pub generators: Vec<Vec<Vec<f64>>>,
    pub generator_squares: Vec<Vec<f64>>,
    /// One for each use by a matrix law: the diagonal of `g g^T`, summed over the samples.
    pub gradient_diagonals: Vec<Vec<f64>>,
    pub entropic: Option<(RowsAndColumns, RowsAndColumns)>,
    /// One for each use by a matrix law.
    pub parameter_grams: Vec<Option<Vec<f64>>>,
    pub noise_grams: Vec<Vec<Option<Vec<f64>>>>,
}
