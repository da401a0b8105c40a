//! The continuous symmetries that a composed network has by its structure.
//!
//! Where a layer writes a vector and the next one reads it linearly, an invertible map of the vector can be given to the one and taken
//! back by the other. What may stand between them, and what is read otherwise, decides which maps:
//!
//! | between | maps `X` |
//! |---|---|
//! | nothing but biases and learned positions | all: `W -> e^{tX} W`, `U -> U e^{-tX}` |
//! | activations homogeneous of degree `k` | diagonal ones: `e^t` for a unit's incoming weights, `e^{-kt}` for its outgoing ones |
//! | the gain and bias of a norm writes the vector | diagonal ones |
//! | a norm without epsilon, or with a trained one, reads it | multiples of the identity; a trained epsilon grows like `e^{2t}` |
//! | inside attention: values and output | all, for each group of heads |
//! | inside attention: keys and queries | all, with the inverse transpose on the queries; with rotary positions those that commute with the rotations: for each pair of coordinates a scale and a rotation |
//! | inside a gated mlp: up and down; the gate too if its activation is homogeneous | diagonal ones |
//!
//! An embedding that serves as the unembedding too is left out, and so is what writes to a residual stream or reads it.

use super::transformer::Attention;
use super::{Element, Generator, LinearMap};
use crate::model::composed::{AttentionShape, Composed, Epsilon, Layer, Named};
use crate::scalar::Rational;

/// Which maps of a vector leave the network as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maps {
    /// Every linear map.
    All,
    /// The scale of each unit.
    Diagonal,
    /// The scale and the rotation of each of these pairs of units, `i` and `i + pairs`.
    Pairs,
    /// The scale of the whole vector, and with it twice that of a trained epsilon at this place.
    Whole(Option<usize>),
}

/// A vector between two layers, or inside one, that can be mapped without changing what the network computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Which vector it is.
    pub name: String,
    /// The number of parameters of the network.
    dimension: usize,
    /// The parameters that write it, by unit, in blocks, each with the exponent of its growth.
    written: Vec<(i64, Vec<Vec<usize>>)>,
    /// The parameters that read it, by unit.
    read: Vec<Vec<usize>>,
    /// The exponent of the growth of what is read.
    growth: i64,
    maps: Maps,
}

impl Interface {
    fn units(&self) -> usize {
        self.written[0].1.len()
    }

    /// The number of independent generators.
    pub fn count(&self) -> usize {
        match self.maps {
            Maps::All => self.units() * self.units(),
            Maps::Diagonal | Maps::Pairs => self.units(),
            Maps::Whole(_) => 1,
        }
    }

    /// The maps in words.
    pub fn maps_in_words(&self) -> String {
        let units = self.units();
        match self.maps {
            Maps::All => format!("every {units}x{units} matrix"),
            Maps::Diagonal if units == 1 => "the scale of its unit".to_owned(),
            Maps::Diagonal => format!("the scale of each of {units} units"),
            Maps::Pairs if units == 2 => "scale and rotation of its pair".to_owned(),
            Maps::Pairs => format!("scale and rotation of each of {} pairs", units / 2),
            Maps::Whole(None) => "its scale".to_owned(),
            Maps::Whole(Some(_)) => "its scale, with that of an epsilon".to_owned(),
        }
    }

    /// One of the generators, `index` below [`Interface::count`].
    pub fn generator(&self, index: usize) -> Generator {
        let mut map = LinearMap::zero(self.dimension);
        let units = self.units();
        let what = match self.maps {
            Maps::All => {
                let (row, column) = (index / units, index % units);
                self.add(&mut map, row, column, 1);
                format!("linear map ({row}, {column})")
            }
            Maps::Diagonal => {
                self.add(&mut map, index, index, 1);
                format!("rescaling of unit {index}")
            }
            Maps::Pairs => {
                let (first, second) = (index / 2, index / 2 + units / 2);
                if index.is_multiple_of(2) {
                    self.add(&mut map, first, first, 1);
                    self.add(&mut map, second, second, 1);
                    format!("rescaling of units {first} and {second}")
                } else {
                    self.add(&mut map, first, second, 1);
                    self.add(&mut map, second, first, -1);
                    format!("rotation of units {first} and {second}")
                }
            }
            Maps::Whole(epsilon) => {
                for unit in 0..units {
                    self.add(&mut map, unit, unit, 1);
                }
                if let Some(place) = epsilon {
                    map.add(place, place, Rational::from(2 * self.growth));
                }
                "scale".to_owned()
            }
        };
        Generator { name: format!("{what} of {}", self.name), map }
    }

    /// The symmetric part of a generator, twice, which is a generator too: its charge is conserved. None if it vanishes.
    pub fn symmetric_generator(&self, index: usize) -> Option<Generator> {
        let generator = self.generator(index);
        if generator.map.is_symmetric() {
            return Some(generator);
        }
        let map = generator.map.plus(&generator.map.transposed());
        (!map.is_zero()).then(|| Generator { name: format!("symmetric {}", generator.name), map })
    }

    /// Adds `coefficient X` for `X` the unit matrix of entry `(row, column)`.
    fn add(&self, map: &mut LinearMap, row: usize, column: usize, coefficient: i64) {
        for (growth, block) in &self.written {
            for (&to, &from) in block[row].iter().zip(&block[column]) {
                map.add(to, from, Rational::from(coefficient * growth));
            }
        }
        if self.read.is_empty() {
            return;
        }
        for (&to, &from) in self.read[column].iter().zip(&self.read[row]) {
            map.add(to, from, Rational::from(-coefficient * self.growth));
        }
    }
}

/// The group element that a generator leads to: `factor` to the power of its entries if it is diagonal with integers, `1 + factor A` if
/// `A^2 = 0`. None for others.
pub fn element(generator: &Generator, factor: &Rational) -> Option<Element> {
    let map = &generator.map;
    let dimension = map.dimension();
    let name = format!("{} by {factor}", generator.name);
    let is_diagonal = (0..dimension).all(|row| map.row(row).iter().all(|(column, _)| *column == row));
    if is_diagonal {
        let power = |row: usize, sign: i32| {
            let exponent = map.row(row).first().map_or(Some(0), |(_, entry)| entry.numer().to_i32())?;
            Some(<&Rational as rug::ops::Pow<i32>>::pow(factor, sign * exponent).into())
        };
        let powers = |sign: i32| (0..dimension).map(|row| power(row, sign)).collect::<Option<Vec<Rational>>>();
        let (map, inverse) = (LinearMap::diagonal(powers(1)?), LinearMap::diagonal(powers(-1)?));
        return Some(Element { name, map, inverse, places: Vec::new() });
    }
    if !map.after(map).is_zero() {
        return None;
    }
    let identity = LinearMap::identity(dimension);
    let inverse = identity.plus(&map.scaled(&Rational::from(-factor)));
    Some(Element { name, map: identity.plus(&map.scaled(factor)), inverse, places: Vec::new() })
}

/// The vectors of a network that can be mapped.
pub fn interfaces(network: &Composed) -> Vec<Interface> {
    let mut search = Search { network, tied: Vec::new(), found: Vec::new() };
    search.note_ties(network.layers());
    search.layers("", network.layers());
    search.found
}

/// All generators of all interfaces. Of a wide linear interface there are many; [`interfaces`] gives them one at a time.
pub fn composed_generators(network: &Composed) -> Vec<Generator> {
    let interfaces = interfaces(network);
    let all =
        |interface: &Interface| (0..interface.count()).map(|index| interface.generator(index)).collect::<Vec<_>>();
    interfaces.iter().flat_map(all).collect()
}

/// What has written a vector so far.
struct Written {
    name: String,
    blocks: Vec<(i64, Vec<Vec<usize>>)>,
    growth: i64,
    /// Whether units may be combined, or only scaled.
    mixes: bool,
}

struct Search<'a> {
    network: &'a Composed,
    /// The embeddings that are unembeddings too.
    tied: Vec<&'a str>,
    found: Vec<Interface>,
}

impl<'a> Search<'a> {
    fn note_ties(&mut self, layers: &'a [Named]) {
        for named in layers {
            match &named.layer {
                Layer::TiedUnembedding { embedding } => self.tied.push(embedding),
                Layer::Residual(inside) => self.note_ties(inside),
                _ => {}
            }
        }
    }

    fn layers(&mut self, path: &str, layers: &'a [Named]) {
        // A residual stream comes from elsewhere.
        let mut written: Option<Written> = None;
        for named in layers {
            let name = if path.is_empty() { named.name.clone() } else { format!("{path}.{}", named.name) };
            if let Some(vector) = &written {
                self.meet(vector, &name, &named.layer);
            }
            written = self.follow(written, &name, &named.layer);
            match &named.layer {
                Layer::Attention(shape) => self.inside_attention(&name, shape),
                Layer::GatedMlp { activation, .. } => {
                    let down = self.columns(&name, &["down"]);
                    let up = self.rows(&name, "up");
                    self.list(format!("the up projection of {name}"), vec![(1, up)], down.clone(), 1, Maps::Diagonal);
                    if let Some(degree) = activation.homogeneity() {
                        let gate = self.rows(&name, "gate");
                        let growth = i64::from(degree);
                        self.list(format!("the gate of {name}"), vec![(1, gate)], down, growth, Maps::Diagonal);
                    }
                }
                Layer::Residual(inside) => self.layers(&name, inside),
                _ => {}
            }
        }
    }

    /// Lists the interface between what has been written and a layer that reads it.
    fn meet(&mut self, vector: &Written, name: &str, layer: &Layer) {
        let read = match layer {
            Layer::Linear { .. } => self.columns(name, &["weight"]),
            Layer::Attention(_) => self.columns(name, &["query", "key", "value"]),
            Layer::GatedMlp { .. } => self.columns(name, &["gate", "up"]),
            Layer::Embedding { .. } if !self.tied.contains(&name) => self.embedding_rows(name),
            Layer::Norm { epsilon, .. } => {
                let place = match epsilon {
                    Epsilon::Trained => self.network.parameter(&format!("{name}.epsilon")).map(|block| block.start),
                    Epsilon::Fixed(epsilon) if epsilon.is_zero() => None,
                    Epsilon::Fixed(_) => return,
                };
                let name = format!("{}, which {name} normalises", vector.name);
                self.list(name, vector.blocks.clone(), Vec::new(), vector.growth, Maps::Whole(place));
                return;
            }
            _ => return,
        };
        let maps = if vector.mixes { Maps::All } else { Maps::Diagonal };
        self.list(format!("{}, which {name} reads", vector.name), vector.blocks.clone(), read, vector.growth, maps);
    }

    /// What has been written after a layer.
    fn follow(&self, written: Option<Written>, name: &str, layer: &Layer) -> Option<Written> {
        let fresh = |blocks: Vec<Vec<usize>>, mixes: bool| {
            Some(Written { name: format!("what {name} writes"), blocks: vec![(1, blocks)], growth: 1, mixes })
        };
        match layer {
            Layer::Linear { .. } => fresh(self.rows(name, "weight"), true),
            Layer::Attention(_) => fresh(self.rows(name, "output"), true),
            Layer::GatedMlp { .. } => fresh(self.rows(name, "down"), true),
            Layer::Embedding { .. } if !self.tied.contains(&name) => fresh(self.columns(name, &["weight"]), true),
            Layer::Norm { gain: true, .. } => fresh(self.rows(name, "gain"), false),
            Layer::Bias | Layer::Positions => {
                let mut written = written?;
                let role = if *layer == Layer::Bias { "bias" } else { "weight" };
                let block = match layer {
                    Layer::Bias => self.rows(name, role),
                    _ => self.columns(name, &[role]),
                };
                written.blocks.push((written.growth, block));
                Some(written)
            }
            Layer::Activation(activation) => {
                let mut written = written?;
                written.growth *= i64::from(activation.homogeneity()?);
                written.mixes &= *activation == crate::model::Piecewise::Identity.into();
                Some(written)
            }
            _ => None,
        }
    }

    fn inside_attention(&mut self, name: &str, shape: &AttentionShape) {
        let attention = Attention::new(self.network, name.to_owned(), shape);
        let commuting = if shape.rotary.is_empty() { Maps::All } else { Maps::Pairs };
        for group in 0..shape.groups {
            let heads: Vec<usize> = attention.heads(group).collect();
            let which = if shape.groups == 1 { String::new() } else { format!(" of group {group}") };
            for (what, factors, maps) in [
                ("values", attention.values(group, &heads), Maps::All),
                ("keys", attention.keys(group, &heads), commuting),
            ] {
                let vector = format!("the {what}{which} of {name}");
                self.list(vector, vec![(1, factors.incoming)], factors.outgoing, 1, maps);
            }
        }
    }

    fn list(
        &mut self,
        name: String,
        written: Vec<(i64, Vec<Vec<usize>>)>,
        read: Vec<Vec<usize>>,
        growth: i64,
        maps: Maps,
    ) {
        let dimension = self.network.parameter_count();
        self.found.push(Interface { name, dimension, written, read, growth, maps });
    }

    /// The rows of a matrix, each with its entry of the bias, if there is one.
    fn rows(&self, name: &str, role: &str) -> Vec<Vec<usize>> {
        let Some(matrix) = self.network.parameter(&format!("{name}.{role}")) else { return Vec::new() };
        let bias_role = if matches!(role, "weight" | "gain") { "bias".to_owned() } else { format!("{role}_bias") };
        let bias = self.network.parameter(&format!("{name}.{bias_role}")).filter(|_| role != "bias");
        let row = |row: usize| matrix.row(row).chain(bias.map(|bias| bias.entry(row, 0))).collect();
        (0..matrix.rows).map(row).collect()
    }

    /// The columns of matrices of equal width, one below the other.
    fn columns(&self, name: &str, roles: &[&str]) -> Vec<Vec<usize>> {
        let blocks: Vec<_> =
            roles.iter().filter_map(|role| self.network.parameter(&format!("{name}.{role}"))).collect();
        let width = blocks.first().map_or(0, |block| block.columns);
        (0..width).map(|column| blocks.iter().flat_map(|block| block.column(column)).collect()).collect()
    }

    fn embedding_rows(&self, name: &str) -> Vec<Vec<usize>> {
        let block = self.network.parameter(&format!("{name}.weight"));
        block.map_or_else(Vec::new, |block| (0..block.rows).map(|row| block.row(row).collect()).collect())
    }
}
