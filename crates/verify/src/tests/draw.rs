//! Randomness: what shares a stream, what an instance says of itself, and that every number of a range is drawn.

use super::super::detail::{Detail, Numbers, Side};
use super::super::{Case, Class, Draw, Drawn, POINTS_PER_FAMILY, Stream, Term};
use equipartition_scalar::Rational;
use std::collections::BTreeSet;

fn keyed(name: &str, case: Case, index: u64) -> Draw<'_> {
    Draw::keyed("test/draw", name, 3, case, index)
}

fn law(index: u64) -> Draw<'static> {
    keyed("law", Case::Law, index)
}

/// Two points of a family share what fixes the polynomial, and nothing else.
#[test]
fn points_of_a_family_share_its_stream() {
    assert_eq!(POINTS_PER_FAMILY, 2);
    let families: Vec<u64> = (0..6).map(|index| law(index).family.bits()).collect();
    assert!(families[0] == families[1] && families[2] == families[3] && families[4] == families[5]);
    assert_eq!(families.iter().collect::<BTreeSet<_>>().len(), 3);
    let points: BTreeSet<u64> = (0..6).map(|index| law(index).point.bits()).collect();
    let own: BTreeSet<u64> = (0..6).map(|index| law(index).own().bits()).collect();
    assert_eq!((points.len(), own.len()), (6, 6));
    assert_eq!((0..6).map(|index| law(index).family_number()).collect::<Vec<_>>(), [0, 0, 1, 1, 2, 2]);
    // Streams of one number by other names are others.
    let mut draw = law(0);
    let first = [
        draw.family.bits(),
        draw.point.bits(),
        draw.own().bits(),
        draw.stream("part", 0).bits(),
        draw.stream("part", 1).bits(),
    ];
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(draw.stream("part", 1).bits(), first[4]);
    assert_eq!(law(0).stream("part", 7).bits(), law(5).stream("part", 7).bits(), "numbered as the part likes");
}

#[test]
fn a_draw_can_be_begun_again_or_given_other_streams() {
    let mut draw = law(4);
    let drawn = [draw.family.bits(), draw.point.bits()];
    let mut again = draw.again();
    assert_eq!(([again.family.bits(), again.point.bits()], again.index, again.case), (drawn, 4, Case::Law));
    let mut other = draw.with_streams(law(0).family, law(1).point);
    assert_eq!(other.family.bits(), law(0).family.bits());
    assert_eq!(other.point.bits(), law(1).point.bits());
    assert_eq!((other.index, other.own().bits()), (4, draw.own().bits()));
    assert!(draw.is_law() && !keyed("control", Case::Control(0), 4).is_law());
}

/// Of every four families of the law one is awkward, and one of everything is smooth.
#[test]
fn classes_take_turns() {
    let turns = |case| (0..16).map(|index| keyed("name", case, index).turn()).collect::<Vec<_>>();
    let (generic, awkward, smooth) = (Class::Generic, Class::Awkward, Class::Smooth);
    let four = |second| [generic, generic, second, second, smooth, smooth, generic, generic];
    assert_eq!(turns(Case::Law), [four(awkward), four(awkward)].concat());
    assert_eq!(turns(Case::Control(1)), [four(generic), four(generic)].concat());
}

struct Bare;
impl Drawn for Bare {}

struct Base;
impl Drawn for Base {
    fn class(&self) -> Class {
        Class::Generic
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a network".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("theta", [Rational::from(2)])]
    }
    fn notes(&self) -> Vec<String> {
        vec!["a note".to_owned()]
    }
}

struct Extended;
impl Drawn for Extended {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&Base)
    }
    fn besides(&self) -> String {
        ", and a step".to_owned()
    }
}

#[test]
fn what_extends_an_instance_is_as_that_is() {
    assert_eq!((Extended.class(), Extended.is_algebraic()), (Class::Generic, true));
    assert_eq!(Extended.describe(), "a network, and a step");
    assert_eq!((Extended.numbers(), Extended.notes()), (Base.numbers(), Base.notes()));
    // Without a base no bound and no exact route is claimed.
    assert_eq!((Bare.class(), Bare.is_algebraic(), Bare.describe()), (Class::Smooth, false, String::new()));
    assert!(Bare.base().is_none() && Bare.numbers().is_empty() && Bare.notes().is_empty());
    assert_eq!(Base.besides(), "");
}

/// All numbers of a range are drawn, and none beside it.
#[test]
fn every_number_of_a_range_is_drawn() {
    let mut stream = Stream::new(&["ranges"], 0, 0);
    let mut all = |mut next: Box<dyn FnMut(&mut Stream) -> Rational>| {
        (0..4000).map(|_| next(&mut stream)).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let eighths =
        |from: i64, to: i64| (from..=to).filter(|n| *n != 0).map(|n| Rational::from((n, 8))).collect::<Vec<_>>();
    assert_eq!(
        all(Box::new(|stream| Rational::from(stream.integer(-3, 4)))),
        (-3..=4).map(Rational::from).collect::<Vec<_>>()
    );
    assert_eq!(all(Box::new(|stream| Rational::from(stream.below(5)))), (0..5).map(Rational::from).collect::<Vec<_>>());
    assert_eq!(all(Box::new(|stream| Rational::from(*stream.pick(&[7, 8, 9])))), [7, 8, 9].map(Rational::from));
    assert_eq!(all(Box::new(Stream::small)), eighths(-16, 16));
    assert_eq!(all(Box::new(Stream::positive)), eighths(1, 16));
    assert_eq!(all(Box::new(|stream| stream.dyadic(3))), (-4..4).map(|n| Rational::from((n, 2))).collect::<Vec<_>>());
    let heads = (0..4000).filter(|_| stream.coin()).count();
    assert!((1800..2200).contains(&heads), "{heads}");
    let mut permutations: Vec<Vec<usize>> = (0..600).map(|_| stream.permutation(3)).collect();
    permutations.sort_unstable();
    permutations.dedup();
    let known = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    assert_eq!(permutations, known.map(Vec::from));
    assert!(stream.permutation(0).is_empty());
}

/// Streams are the same wherever they are drawn: in another program, in another year. A run that was recorded is replayed.
#[test]
fn streams_are_what_they_were() {
    // ChaCha8 with the key 3, 0, 0, ... and FNV-1a hashes of nothing: their starts.
    let mut stream = Stream::new(&[], 3, 0);
    assert_eq!(stream.bits(), expected(&[], 3, 0));
    let mut stream = Stream::new(&["a", "bc"], 1, 2);
    assert_eq!(stream.bits(), expected(&["a", "bc"], 1, 2));
    // Labels that make one text are told apart, and so are hashes that start elsewhere.
    assert_ne!(Stream::new(&["a", "bc"], 1, 2).bits(), Stream::new(&["ab", "c"], 1, 2).bits());
    assert_ne!(Stream::new(&[""], 1, 2).bits(), Stream::new(&[], 1, 2).bits());
}

/// The first bits by another route: the hash as wide arithmetic, the generator asked directly.
fn expected(labels: &[&str], seed: u64, instance: u64) -> u64 {
    use rand::{Rng, SeedableRng};
    let text: Vec<u8> =
        labels.iter().flat_map(|label| [&(label.len() as u64).to_le_bytes()[..], label.as_bytes()].concat()).collect();
    let hash = |start: u64| {
        text.iter().fold(u128::from(start), |hash, byte| {
            let low = u128::from(hash as u8 ^ *byte);
            ((hash >> 8 << 8) + low) * 1_099_511_628_211 % (1 << 64)
        }) as u64
    };
    let words =
        [seed, hash(14_695_981_039_346_656_037), hash(11_400_714_819_323_198_485), hash(7_640_891_576_956_012_808)];
    let mut key = [0; 32];
    for (place, word) in words.iter().enumerate() {
        key[8 * place..8 * place + 8].copy_from_slice(&word.to_le_bytes());
    }
    let mut generator = rand_chacha::ChaCha8Rng::from_seed(key);
    generator.set_stream(instance);
    generator.next_u64()
}

#[test]
fn a_term_is_shown_with_its_side_and_its_decimals() {
    let term = Term::vector("x", vec![Rational::from((1, 4)), Rational::from(2)]);
    let Detail::Term { side, label, values, decimals } = Detail::term(Side::Right, &term) else { panic!("no term") };
    assert_eq!((side.name(), Side::Left.name(), label.as_ref()), ("right", "left", "x"));
    assert_eq!(values, ["1/4", "2"]);
    assert_eq!(decimals, Some(vec!["0.25".to_owned(), "2".to_owned()]));
    let Detail::Term { decimals, .. } = Detail::term(Side::Left, &Term::scalar("x", 0.5_f64)) else {
        panic!("no term")
    };
    assert_eq!(decimals, None);
}
