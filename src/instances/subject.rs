//! What claims draw of a network that is given: its known symmetries.

use crate::model::Network;
use crate::symmetry::{self, Element, Generator, Interface};
use crate::verify::{Inapplicable, Stream, Subject};
use std::any::Any;

/// The most generators of one instance: a wide network has many, and every instance draws others.
const MOST: usize = 6;

/// The network that is given.
///
/// # Errors
/// [`Inapplicable`] if the subject is none.
pub fn network(subject: &Subject) -> Result<&Network, Inapplicable> {
    (subject as &dyn Any).downcast_ref().ok_or(Inapplicable::OWN_INSTANCES)
}

/// The claim speaks of symmetries, and the structure of the network shows none.
const NO_SYMMETRY: Inapplicable = Inapplicable("no continuous symmetry is known from the network's structure");

/// The interfaces of a composed network.
fn interfaces(network: &Network) -> Result<Vec<Interface>, Inapplicable> {
    let found = match network {
        Network::Composed(composed) => symmetry::interfaces(composed),
        _ => Vec::new(),
    };
    if found.is_empty() { Err(NO_SYMMETRY) } else { Ok(found) }
}

/// Some of the interfaces, in random order.
fn some(stream: &mut Stream, interfaces: &[Interface]) -> Vec<usize> {
    let mut places = stream.permutation(interfaces.len());
    places.truncate(MOST);
    places
}

/// One generator of each of some interfaces, after a scale, which is symmetric: antisymmetric ones have no decay term.
///
/// # Errors
/// [`Inapplicable`] if no symmetry is known.
pub fn generators(stream: &mut Stream, network: &Network) -> Result<Vec<Generator>, Inapplicable> {
    let interfaces = interfaces(network)?;
    let mut generators = vec![interfaces[stream.below(interfaces.len())].generator(0)];
    for place in some(stream, &interfaces) {
        let generator = interfaces[place].generator(stream.below(interfaces[place].count()));
        if !generators.contains(&generator) {
            generators.push(generator);
        }
    }
    Ok(generators)
}

/// One symmetric generator of each of some interfaces.
///
/// # Errors
/// [`Inapplicable`] if no symmetry is known.
pub fn symmetric_generators(stream: &mut Stream, network: &Network) -> Result<Vec<Generator>, Inapplicable> {
    let interfaces = interfaces(network)?;
    let places = some(stream, &interfaces);
    let generator = |place: usize| {
        let interface = &interfaces[place];
        // Every interface has the scale of its first unit or pair, which is symmetric.
        interface.symmetric_generator(stream.below(interface.count())).unwrap_or_else(|| interface.generator(0))
    };
    Ok(places.into_iter().map(generator).collect())
}

/// The scale of the first unit, pair or whole of some interfaces: diagonal generators.
///
/// # Errors
/// [`Inapplicable`] if no symmetry is known.
pub fn scales(stream: &mut Stream, network: &Network) -> Result<Vec<Generator>, Inapplicable> {
    let interfaces = interfaces(network)?;
    let places = some(stream, &interfaces);
    Ok(places.into_iter().map(|place| interfaces[place].generator(0)).collect())
}

/// A generator with a group element of the same interface.
///
/// # Errors
/// [`Inapplicable`] if no symmetry is known.
pub fn pair(stream: &mut Stream, network: &Network) -> Result<(Generator, Element), Inapplicable> {
    let interfaces = interfaces(network)?;
    let interface = stream.pick(&interfaces);
    let scale = interface.generator(0);
    let mut generator = interface.generator(stream.below(interface.count()));
    let factor = loop {
        let factor = stream.positive();
        if factor != 1 {
            break factor;
        }
    };
    let element = symmetry::element(&generator, &factor).or_else(|| symmetry::element(&scale, &factor));
    if generator != scale {
        // The square of a shear alone vanishes, and a term of the second derivative with it.
        generator.map = generator.map.plus(&scale.map);
        generator.name = format!("{}, with {}", generator.name, scale.name);
    }
    element.map(|element| (generator, element)).ok_or(NO_SYMMETRY)
}

/// A product of group elements of up to three interfaces.
///
/// # Errors
/// [`Inapplicable`] if no symmetry is known.
pub fn element(stream: &mut Stream, network: &Network) -> Result<Element, Inapplicable> {
    let (_, mut product) = pair(stream, network)?;
    for _ in 0..stream.below(3) {
        let (_, next) = pair(stream, network)?;
        product = next.after(&product);
    }
    Ok(product)
}
