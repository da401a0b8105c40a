//! Weights of the mean that give the entropic loss a gradient that is asked for, exactly.

use super::problem::{Point, Problem};
use crate::data::DataSet;
use crate::linalg::{exact, feasible};
use crate::scalar::Rational;
use crate::verify::Unjudged;
use nalgebra::{DMatrix, DVector};

/// The problem with weights of the mean that make its point a stationary point of F, exactly.
///
/// # Errors
/// [`Unjudged`] if no weights do it.
pub fn made_stationary(problem: &Problem) -> Result<Problem, Unjudged> {
    let zero = vec![Rational::new(); problem.theta.len()];
    with_gradient(problem, |point| point.objective().sample_forces(&point.theta), &zero)
}

/// The problem with weights of the mean for which `sum_z weight_z vector_z + 2 gamma theta = target`, exactly.
///
/// With `vector_z = g_z + 1/2 H_z Lambda g_z` the left side is `grad F`, linear in the weights, so with more samples than
/// parameters they can be solved for, together with `sum weight_z = 1`. They may have either sign: the laws are algebraic
/// and do not mind.
///
/// # Errors
/// [`Unjudged`] if no weights do it.
pub fn with_gradient(
    problem: &Problem,
    vectors: impl Fn(&Point<Rational>) -> Vec<Vec<Rational>>,
    target: &[Rational],
) -> Result<Problem, Unjudged> {
    let point = problem.at::<Rational>();
    let wanted: Vec<Rational> = point
        .theta
        .iter()
        .zip(target)
        .map(|(parameter, target)| Rational::from(-2) * parameter * &point.weight_decay + target)
        .collect();
    let weights = that_give(&vectors(&point), &wanted)?;
    let data = DataSet::weighted(problem.data.samples().to_vec(), weights);
    Ok(Problem { data, ..problem.clone() })
}

/// Weights with sum 1 for which `sum_z weight_z vector_z` is what is wanted, exactly.
///
/// # Errors
/// [`Unjudged`] if no weights do it.
pub fn that_give(vectors: &[Vec<Rational>], wanted: &[Rational]) -> Result<Vec<Rational>, Unjudged> {
    let matrix = DMatrix::from_fn(wanted.len() + 1, vectors.len(), |row, sample| match vectors[sample].get(row) {
        Some(entry) => entry.clone(),
        None => Rational::from(1),
    });
    // A correction to unequal weights, rather than the sparsest solution, which could put all weight on a sample without
    // gradient and leave nothing to say.
    let start = DVector::from_fn(vectors.len(), |sample, _| Rational::from((1, sample as i64 + 1)));
    let missing = DVector::from_fn(wanted.len() + 1, |row, _| {
        let wanted = wanted.get(row).cloned().unwrap_or_else(|| Rational::from(1));
        wanted
            - (0..vectors.len()).map(|sample| Rational::from(&matrix[(row, sample)] * &start[sample])).sum::<Rational>()
    });
    let correction = exact::solve(&matrix, &missing)
        .map_err(|error| Unjudged::outside(format!("no weights give F the gradient asked for: {error}")))?;
    Ok((start + correction).as_slice().to_vec())
}

/// Probabilities, most of them 0 where there are many vectors, and a number `c >= 0` for which `sum_z weight_z vector_z + c along` is what is wanted, exactly.
///
/// # Errors
/// [`Unjudged`] if there are none.
pub fn probabilities_that_give(
    vectors: &[Vec<Rational>],
    along: &[Rational],
    wanted: &[Rational],
) -> Result<(Vec<Rational>, Rational), Unjudged> {
    let (equations, unknowns) = (wanted.len() + 1, vectors.len() + 1);
    let matrix = DMatrix::from_fn(equations, unknowns, |row, column| {
        let is_sum = row == wanted.len();
        match vectors.get(column) {
            Some(_) if is_sum => Rational::from(1),
            Some(vector) => vector[row].clone(),
            None if is_sum => Rational::new(),
            None => along[row].clone(),
        }
    });
    let one = [Rational::from(1)];
    let wanted = DVector::from_iterator(equations, wanted.iter().chain(&one).cloned());
    let solution = feasible::nonnegative(&matrix, &wanted)
        .ok_or_else(|| Unjudged::outside("no probabilities of the samples drawn make the point stationary"))?;
    let mut weights = solution.as_slice().to_vec();
    let multiple = weights.pop().unwrap_or_default();
    Ok((weights, multiple))
}
