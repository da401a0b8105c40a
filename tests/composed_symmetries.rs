//! The symmetries of composed networks, against gradients: `(A theta)^T g = 0` for every sample, and not for what only looks like one.

#![cfg(feature = "model-file")]

use equipartition::instances::problem::{Decay, Problem, Rates};
use equipartition::linalg::products::dot;
use equipartition::model::file;
use equipartition::model::{Model, Network};
use equipartition::scalar::{Magnitude, Measured, Mp, Rational, Real};
use equipartition::symmetry::{Generator, LinearMap, composed_generators, element, interfaces};
use equipartition::theories::select;
use equipartition::verify::{Case, Claim};

type Number = Mp<256>;

/// Networks in which every kind of interface occurs, some with a decoy beside it.
const NETWORKS: [(&str, &str); 12] = [
    (
        "relu",
        "[[layers]]\nkind='linear'\nwidth=3\nbias=true\n[[layers]]\nkind='activation'\nfunction='relu'\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "squared relu and a bias",
        "[[layers]]\nkind='linear'\nwidth=3\n[[layers]]\nkind='activation'\nfunction='squared-relu'\n[[layers]]\nkind='bias'\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "linear",
        "[[layers]]\nkind='linear'\nwidth=3\nbias=true\n[[layers]]\nkind='positions'\n[[layers]]\nkind='linear'\nwidth=2\n[[layers]]\nkind='attention'\nsize=2",
    ),
    (
        "gain",
        "[[layers]]\nkind='norm'\nstatistic='layer'\nbias=true\nepsilon='1/7'\n[[layers]]\nkind='gated-mlp'\nhidden=3\nfunction='silu'\nbias=true",
    ),
    (
        "gate",
        "[[layers]]\nkind='gated-mlp'\nhidden=3\nfunction='squared-relu'\nbias=true\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "normalised",
        "[[layers]]\nkind='linear'\nwidth=3\nbias=true\n[[layers]]\nkind='activation'\nfunction='squared-relu'\n[[layers]]\nkind='norm'\nstatistic='rms'\nepsilon='trained'\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "no epsilon",
        "[[layers]]\nkind='linear'\nwidth=3\n[[layers]]\nkind='norm'\nstatistic='layer'\ngain=false\nepsilon=0\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    ("heads", "[[layers]]\nkind='attention'\nheads=4\ngroups=2\nsize=2\nbias=true\n[[layers]]\nkind='linear'\nwidth=2"),
    ("rotary", "[[layers]]\nkind='attention'\nheads=2\ngroups=1\nsize=4\nrotary=true\nbias=true\ncausal=false"),
    (
        "residual",
        "[[layers]]\nkind='linear'\nwidth=3\n[[layers]]\nkind='residual'\n[[layers.layers]]\nkind='norm'\nstatistic='rms'\nepsilon='1e-6'\n[[layers.layers]]\nkind='attention'\nsize=2\nrotary=['1/3']\n[[layers]]\nkind='norm'\nstatistic='rms'\nepsilon='1e-6'\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "embedding",
        "[[layers]]\nkind='embedding'\nwidth=3\n[[layers]]\nkind='positions'\n[[layers]]\nkind='linear'\nwidth=2",
    ),
    (
        "tied",
        "[[layers]]\nkind='embedding'\nwidth=3\n[[layers]]\nkind='norm'\nstatistic='rms'\nepsilon='1/5'\n[[layers]]\nkind='attention'\nsize=2\n[[layers]]\nkind='tied-unembedding'\nembedding='embedding1'",
    ),
];

fn network(layers: &str) -> Network {
    let input = if layers.contains("embedding") { "vocabulary=3" } else { "width=2" };
    let loss = if layers.contains("tied") { "cross-entropy" } else { "squared-error" };
    let text = format!("loss='{loss}'\n[input]\npositions=3\n{input}\n{layers}\n");
    file::parse("test", &text).unwrap_or_else(|complaint| panic!("{complaint}")).network
}

fn problem(network: &Network, seed: u64) -> Problem {
    let claim: &Claim = select(&["balance/master".to_owned()])[0];
    let mut draw = claim.draw(Case::Law, seed, 0);
    Problem::draw_on(&mut draw, network, Rates::Scalar, Decay::None, 2)
}

/// The largest `|(A theta)^T g|` over the samples, relative to the sizes of `A theta` and `g`.
fn gap(problem: &Problem, map: &LinearMap) -> Magnitude {
    let point = problem.at::<Number>();
    let velocity = map.apply(&point.theta);
    let mut largest = Magnitude::zero();
    for sample in point.data.samples() {
        let gradient = Model::<Number>::gradient(&*point.model, &point.theta, sample);
        let size = (dot(&velocity, &velocity) * dot(&gradient, &gradient)).sqrt();
        let found = Magnitude::ratio_above(&dot(&velocity, &gradient).magnitude(), &size.magnitude());
        largest = largest.max(found);
    }
    largest
}

fn generators(network: &Network) -> Vec<Generator> {
    let Network::Composed(composed) = network else { panic!("a composed network") };
    composed_generators(composed)
}

#[test]
fn every_generator_is_orthogonal_to_every_gradient() {
    for (name, layers) in NETWORKS {
        let network = network(layers);
        let generators = generators(&network);
        assert!(!generators.is_empty(), "{name}");
        for seed in 0..3 {
            let problem = problem(&network, seed);
            for generator in &generators {
                let gap = gap(&problem, &generator.map);
                assert!(gap <= Magnitude::power_of_two(-230), "{name}: {}: {gap}", generator.name);
            }
        }
    }
}

/// Leaving out any one row that acts on a parameter with a gradient breaks the symmetry: a reader forgotten, a bias, an epsilon.
#[test]
fn no_row_of_a_generator_can_be_left_out() {
    for (name, layers) in NETWORKS {
        let network = network(layers);
        for generator in generators(&network) {
            let acting = (0..generator.map.dimension()).filter(|row| !generator.map.row(*row).is_empty());
            for row in acting {
                let mut broken = generator.map.clone();
                broken.set_row(row, Vec::new());
                let tried = (0..6).map(|seed| {
                    let problem = problem(&network, seed);
                    let point = problem.at::<Number>();
                    let works = point.data.samples().iter().any(|sample| {
                        let slope = &Model::<Number>::gradient(&*point.model, &point.theta, sample)[row];
                        slope.magnitude() > Magnitude::power_of_two(-200)
                    });
                    (works, gap(&problem, &broken))
                });
                let tried: Vec<_> = tried.collect();
                let Network::Composed(composed) = &network else { panic!("a composed network") };
                let block = composed.parameters().iter().find(|block| block.range().contains(&row)).expect("a block");
                // The bias of a key shifts all scores alike and has no gradient; so has a key in front of a single position.
                if tried.iter().all(|(works, _)| !works) {
                    assert!(block.name.ends_with("key_bias"), "{name}: {} has no gradient", block.name);
                    continue;
                }
                let broken = tried.iter().any(|(_, gap)| *gap > Magnitude::power_of_two(-20));
                assert!(broken, "{name}: {} without a row of {}", generator.name, block.name);
            }
        }
    }
}

/// What a careless list would contain.
#[test]
fn what_only_looks_like_a_symmetry_is_none() {
    let composed = |network: &Network| match network {
        Network::Composed(composed) => composed.clone(),
        _ => panic!("a composed network"),
    };
    // One coordinate of a rotary pair alone, taken back by the queries.
    let rotary = network(NETWORKS[8].1);
    let (keys, queries) = {
        let composed = composed(&rotary);
        let block = |role: &str| composed.parameter(&format!("attention1.{role}")).expect("a block").clone();
        ([block("key"), block("key_bias")], [block("query"), block("query_bias")])
    };
    let mut alone = LinearMap::zero(rotary.parameter_count());
    let mut scale = |place: usize, by: i64| alone.add(place, place, Rational::from(by));
    for place in keys[0].row(0).chain([keys[1].entry(0, 0)]) {
        scale(place, 1);
    }
    for place in [0, 4].into_iter().flat_map(|head| queries[0].row(head).chain([queries[1].entry(head, 0)])) {
        scale(place, -1);
    }
    assert!(gap(&problem(&rotary, 0), &alone) > Magnitude::power_of_two(-20));
    // The gain in front of a tied unembedding, whose table is an embedding too.
    let tied = network(&NETWORKS[11].1.replace("[[layers]]\nkind='attention'\nsize=2\n", ""));
    let blocks = composed(&tied);
    let (gain, table) =
        (blocks.parameter("norm1.gain").expect("gain"), blocks.parameter("embedding1.weight").expect("table"));
    let mut reader = LinearMap::zero(tied.parameter_count());
    reader.add(gain.entry(0, 0), gain.entry(0, 0), Rational::from(1));
    for place in table.column(0) {
        reader.add(place, place, Rational::from(-1));
    }
    assert!(gap(&problem(&tied, 0), &reader) > Magnitude::power_of_two(-20));
    assert!(generators(&tied).is_empty(), "nothing is left of it");
    // The scale in front of a norm with a fixed epsilon, and a unit of tanh.
    for layers in [
        "[[layers]]\nkind='linear'\nwidth=3\n[[layers]]\nkind='norm'\nstatistic='rms'\ngain=false\nepsilon='1/5'",
        "[[layers]]\nkind='linear'\nwidth=3\n[[layers]]\nkind='activation'\nfunction='tanh'\n[[layers]]\nkind='linear'\nwidth=2",
    ] {
        assert!(generators(&network(layers)).is_empty(), "{layers}");
    }
}

/// The counts of independent maps: squares of widths, widths, and one for each whole vector.
#[test]
fn interfaces_have_as_many_generators_as_maps() {
    let counts = |place: usize| {
        let Network::Composed(composed) = network(NETWORKS[place].1) else { panic!("a composed network") };
        interfaces(&composed).iter().map(|interface| interface.count()).collect::<Vec<_>>()
    };
    assert_eq!(counts(0), [3]);
    assert_eq!(counts(2), [9, 4, 4, 4]);
    assert_eq!(counts(5), [1, 3]);
    assert_eq!(counts(7), [4, 4, 4, 4, 4]);
    assert_eq!(counts(8), [16, 4]);
    assert_eq!(counts(10), [9]);
}

/// The losses at `K theta` are those at `theta`, and `K` times its inverse is the identity.
#[test]
fn elements_leave_the_loss_as_it_is() {
    for (name, layers) in NETWORKS {
        let network = network(layers);
        let problem = problem(&network, 1);
        let point = problem.at::<Number>();
        let loss = |theta: &[Number]| Model::<Number>::loss(&*point.model, theta, &point.data.samples()[0]);
        let mut found = 0;
        for generator in generators(&network) {
            let Some(element) = element(&generator, &Rational::from((5, 4))) else { continue };
            found += 1;
            assert_eq!(element.map.after(&element.inverse), LinearMap::identity(network.parameter_count()));
            let (here, there) = (loss(&point.theta), loss(&element.map.apply(&point.theta)));
            let gap = (there - &here).magnitude();
            assert!(gap <= Magnitude::power_of_two(-200), "{name}: {}: {gap}", element.name);
        }
        assert!(found > 0, "{name}");
    }
}
