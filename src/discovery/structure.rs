//! The symmetries that a network has by its structure, each with the result of its law at points that need not be stationary.

use super::affine::Affine;
use super::law::Law;
use super::{Settings, blocks};
use crate::model::{Carrier, Network};
use crate::scalar::{Magnitude, Measured, Mp, Rational};
use crate::symmetry::{Generator, Interface, interfaces};

/// The most generators of one symmetry whose laws are tried.
const MOST_TRIED: usize = 8;
/// Bits where the network is not rational.
const BITS: u32 = 256;

/// A symmetry and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which vector is mapped.
    pub name: String,
    /// By which maps.
    pub maps: String,
    /// How many independent generators it has.
    pub generators: usize,
    /// Of how many the law was tried.
    pub tried: usize,
    /// Of how many it holds, and says something.
    pub verified: usize,
    /// The worst relative residual.
    pub residual: String,
}

/// The symmetries that are known of a composed network; of others none are.
pub fn known(network: &Network, settings: &Settings) -> Vec<Known> {
    if network.is_algebraic() {
        all::<Rational>(network, settings.seed, None)
    } else {
        all::<Mp<BITS>>(network, settings.seed, Some(BITS))
    }
}

fn all<T: Carrier + Measured>(network: &Network, seed: u64, bits: Option<u32>) -> Vec<Known> {
    let Network::Composed(composed) = network else { return Vec::new() };
    let blocks = blocks::of(network);
    let affine = |generator: &Generator| {
        let row =
            |row: usize| generator.map.row(row).iter().map(move |(column, entry)| ((row, *column), entry.clone()));
        Affine::new(network.parameter_count(), (0..network.parameter_count()).flat_map(row))
    };
    let result = |interface: &Interface| {
        let symmetric = (0..interface.count()).filter_map(|index| interface.symmetric_generator(index));
        let laws: Vec<Law> = symmetric
            .take(MOST_TRIED)
            .map(|generator| Law::of::<T>(network, &blocks, &affine(&generator), seed, bits))
            .collect();
        let worst = laws
            .iter()
            .fold(Magnitude::zero(), |worst, law| if law.residual > worst { law.residual.clone() } else { worst });
        Known {
            name: interface.name.clone(),
            maps: interface.maps_in_words(),
            generators: interface.count(),
            tried: laws.len(),
            verified: laws.iter().filter(|law| law.verified && !law.vacuous).count(),
            residual: worst.to_string(),
        }
    };
    interfaces(composed).iter().map(result).collect()
}

impl Known {
    /// What was found, in words.
    pub fn in_words(&self) -> String {
        let Known { name, maps, tried, verified, residual, .. } = self;
        let laws = if *tried == 1 { "law" } else { "laws" };
        format!("{name}: {maps}; {verified} of {tried} {laws} tried hold, residual {residual}")
    }
}
