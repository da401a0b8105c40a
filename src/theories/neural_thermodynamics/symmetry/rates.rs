//! Learning-rate matrices: with their inverses, without a symmetry, and averaged over the powers of one.

use crate::entropic::Preconditioner;
use crate::instances::problem::{Rates, preconditioner};
use crate::scalar::Rational;
use crate::symmetry::LinearMap;
use crate::verify::Stream;
use nalgebra::DMatrix;

/// A learning-rate matrix and its inverse.
pub(super) struct Rated {
    pub rates: Preconditioner<Rational>,
    pub inverse: Preconditioner<Rational>,
}

impl Rated {
    /// `eta I`
    pub fn equal(stream: &mut Stream) -> Self {
        Self::entrywise(preconditioner(stream, Rates::Scalar, 1))
    }

    /// A learning rate for each parameter, no two alike.
    pub fn distinct(stream: &mut Stream, parameters: usize) -> Self {
        Self::entrywise(distinct_rates(stream, parameters))
    }

    fn entrywise(rates: Preconditioner<Rational>) -> Self {
        let inverse = rates.map(|rate| Rational::from(rate.recip_ref()));
        Rated { rates, inverse }
    }
}

/// The mean of a learning-rate matrix over the conjugations with the powers of `K`, a signed permutation: it commutes
/// with `K`, and is positive definite if the matrix is.
pub(super) fn averaged(rates: Preconditioner<Rational>, map: &LinearMap) -> Preconditioner<Rational> {
    let identity = LinearMap::identity(map.dimension());
    let mut power = map.clone();
    let mut order = 1;
    let mut total = rates.clone();
    while power != identity {
        // Entry (i, j) of K Lambda K^T is K_ia K_jb Lambda_ab with the one nonzero entry of each row.
        let entry = |row: usize| &power.row(row)[0];
        match (&mut total, &rates) {
            (Preconditioner::Diagonal(total), Preconditioner::Diagonal(rates)) => {
                for (row, rate) in total.iter_mut().enumerate() {
                    *rate += &rates[entry(row).0];
                }
            }
            (Preconditioner::Full(total), Preconditioner::Full(rates)) => {
                *total += DMatrix::from_fn(total.nrows(), total.ncols(), |row, column| {
                    let ((a, outer), (b, inner)) = (entry(row), entry(column));
                    Rational::from(outer * inner) * &rates[(*a, *b)]
                });
            }
            _ => return rates,
        }
        power = map.after(&power);
        order += 1;
    }
    total.map(|rate| Rational::from(rate / order))
}

/// Different learning rates for all parameters: no permutation commutes with them.
pub(super) fn distinct_rates(stream: &mut Stream, parameters: usize) -> Preconditioner<Rational> {
    let rates = (0..parameters).map(|i| stream.positive() / 64 + Rational::from((i as i64 + 1, 16)));
    Preconditioner::Diagonal(rates.collect())
}

#[cfg(test)]
mod tests {
    use super::super::elements::draw_network;
    use super::*;
    use crate::instances::NetworkKind;
    use crate::symmetry::Symmetry;
    use crate::verify::Class;

    #[test]
    fn averaged_learning_rates_commute_with_the_element_and_others_do_not() {
        let mut stream = Stream::new(&["averaged"], 0, 0);
        let mut moved_by_others = 0;
        for _ in 0..20 {
            let (network, element) = draw_network(&mut stream, NetworkKind::Odd, Class::Generic, Symmetry::is_discrete);
            let parameters = network.parameter_count();
            let probe: Vec<Rational> = (0..parameters).map(|_| stream.dyadic(16)).collect();
            let commutes = |rates: &Preconditioner<Rational>| {
                element.map.apply(&rates.apply(&probe)) == rates.apply(&element.map.apply(&probe))
            };
            let rates = preconditioner(&mut stream, Rates::Any, parameters);
            moved_by_others += usize::from(!commutes(&rates));
            assert!(commutes(&averaged(rates, &element.map)), "{network}: {}", element.name);
        }
        assert!(moved_by_others > 0);
    }
}
