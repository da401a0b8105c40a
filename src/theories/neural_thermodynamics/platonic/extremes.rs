//! The closed forms at settings that no draw comes near: covariances of 2^16 and 2^-16, rank one, equal spectra, embeddings that whiten, hidden
//! layers of the rank's width.

use super::alignment::seen_through;
use super::broken::least_norm;
use super::closed_form::{carried as carried_factors, carry, orthonormal_frames};
use super::experiment::{Experiment, identity};
use crate::linalg::exact;
use crate::linalg::products::product;
use crate::platonic::{Setting, alignment, entropic_minimiser, factors};
use crate::scalar::{Branch, Field, Mp, Rational, Ring};
use crate::verify::Stream;
use nalgebra::DMatrix;

type Number = Mp<512>;

/// `diag(2^k)`
fn scales(exponents: &[i32]) -> DMatrix<Rational> {
    DMatrix::from_fn(exponents.len(), exponents.len(), |row, column| {
        if row == column { Rational::from(2).powi(exponents[row]) } else { Rational::new() }
    })
}

fn matrix(rows: usize, columns: usize, entries: &[i64]) -> DMatrix<Rational> {
    DMatrix::from_row_iterator(rows, columns, entries.iter().map(|entry| Rational::from(*entry)))
}

fn scaled(matrix: &DMatrix<Rational>, exponent: i32) -> DMatrix<Rational> {
    matrix.map(|entry| entry * Rational::from(2).powi(exponent))
}

/// The rotation of the first two of three axes with cosine 3/5.
fn rotation() -> DMatrix<Rational> {
    matrix(3, 3, &[3, -4, 0, 4, 3, 0, 0, 0, 5]).map(|entry| entry / 5)
}

/// `T D T^T` for [`rotation`].
fn turned(diagonal: &DMatrix<Rational>) -> DMatrix<Rational> {
    let rotation = rotation();
    product(&product(&rotation, diagonal), &rotation.transpose())
}

/// Settings with the ranks of their targets.
fn settings() -> Vec<(&'static str, Setting<Rational>, usize)> {
    let plain = |size: usize| Setting {
        input_covariance: identity(size),
        noise_covariance: identity(size),
        target: identity(size),
        embedding_in: identity(size),
        embedding_out: identity(size),
    };
    let generic = matrix(3, 3, &[1, 2, 0, -3, 1, 1, 2, 5, -4]);
    let single = product(&matrix(3, 1, &[1, -2, 4]), &matrix(1, 3, &[3, 1, -1]));
    let wide = Setting { input_covariance: turned(&scales(&[-16, 16, 0])), target: generic.clone(), ..plain(3) };
    let whitened = |setting: Setting<Rational>| Setting {
        input_covariance: scales(&[0, 10, -10]),
        noise_covariance: scales(&[16, 0, -16]),
        embedding_in: scales(&[0, -5, 5]),
        embedding_out: scales(&[-8, 0, 8]),
        ..setting
    };
    vec![
        ("equal spectra", plain(3), 3),
        ("wide inputs", wide.clone(), 3),
        ("wide noise", Setting { noise_covariance: turned(&scales(&[16, -16, 0])), ..wide.clone() }, 3),
        ("large", Setting { noise_covariance: scales(&[16, 16, 16]), target: scaled(&generic, 16), ..wide.clone() }, 3),
        (
            "small",
            Setting { noise_covariance: scales(&[-16, -16, -16]), target: scaled(&generic, -16), ..wide.clone() },
            3,
        ),
        (
            "rank one",
            Setting { target: single.clone(), noise_covariance: turned(&scales(&[16, -16, 0])), ..wide.clone() },
            1,
        ),
        ("whitened", whitened(Setting { target: generic, ..plain(3) }), 3),
        ("whitened, rank one", whitened(Setting { target: single, ..plain(3) }), 1),
        (
            "stretched embeddings",
            Setting { embedding_in: scales(&[16, -16, 0]), embedding_out: turned(&scales(&[-16, 16, 3])), ..wide },
            3,
        ),
    ]
}

fn is_tiny(number: &Number) -> bool {
    number.absolute() < Number::integer(2).powi(-200)
}

/// The bound is the value at the minimiser, all terms are equal, every other global minimum is above, and all layers represent inputs in one way, from
/// any view: for 1, 2 and 5 layers, as wide as the rank and wider.
#[test]
fn the_minimiser_is_what_is_said_at_extreme_settings() {
    for (name, setting, rank) in settings() {
        let carried = setting.carry::<Number>();
        let invariants = carried.invariants().expect("positive definite");
        let mut kernels: Vec<DMatrix<Number>> = Vec::new();
        for (depth, spare) in [(1, 0), (2, 0), (2, 1), (5, 0), (5, 2)] {
            let mut stream = Stream::new(&["extremes"], depth as u64, spare as u64);
            let hidden = vec![rank + spare; depth - 1];
            let experiment =
                Experiment { inputs: Vec::new(), noises: Vec::new(), setting: setting.clone(), rank, hidden };
            let frames = orthonormal_frames(&mut stream, &experiment.hidden, rank);
            let frames: Vec<DMatrix<Number>> = frames.iter().map(carry).collect();
            let minimiser = entropic_minimiser(&carried, rank, &frames).expect("it exists");
            let size = crate::linalg::products::norm(carried.target.iter());
            for (here, there) in minimiser.end_to_end(&carried).iter().zip(carried.target.iter()) {
                assert!(is_tiny(&((here.clone() - there) / &size)), "{name}: a global minimum");
            }
            let term = invariants.entropy_term(depth);
            for found in minimiser.entropy_terms(&carried) {
                assert!(is_tiny(&(found / &term - Number::integer(1))), "{name}, {depth} layers: equal terms");
            }
            for _ in 0..4 {
                let random = experiment.global_minimum(&mut stream);
                assert_eq!(random.end_to_end(&setting), setting.target);
                let random = carried_factors::<Number>(&random);
                let excess = factors::sum(&random.entropy_terms(&carried)) / invariants.minimal_entropy(depth);
                let excess = excess - Number::integer(1);
                assert!(if depth == 1 { is_tiny(&excess) } else { excess > Number::integer(2).powi(-200) }, "{name}");
            }
            if depth > 1 {
                let view = turned(&scales(&[16, -16, 1]));
                let seen = seen_through(&setting, &view).carry::<Number>();
                let other = entropic_minimiser(&seen, rank, &frames).expect("it exists");
                let layers = minimiser.representations(&carried, &carry(&identity(3)));
                kernels.extend(layers.iter().map(alignment::gram));
                kernels.extend(other.representations(&seen, &carry(&view)).iter().map(alignment::gram));
            }
        }
        for kernel in &kernels {
            assert!(is_tiny(&alignment::misalignment(kernel, &kernels[0])), "{name}: aligned");
        }
    }
}

/// Networks with the least `sum |W_i|^2` that see `x` and `Z x` align if and only if `V (Z^T M_I^T M_I Z)^-1 V^T` is proportional to
/// `V (M_I^T M_I)^-1 V^T`; `Z` need not be orthogonal, nor the embedding the identity.
#[test]
fn weight_decay_spares_the_views_that_the_target_cannot_tell() {
    let embedding = matrix(3, 3, &[1, 2, 0, -1, 3, 1, 0, 1, -2]);
    let target = matrix(2, 3, &[1, 0, 0, 0, 1, 0]);
    // V Z^-1 has the first two rows of Z^-1, which are those of I.
    let plain = Setting {
        input_covariance: identity(3),
        noise_covariance: identity(2),
        target: target.clone(),
        embedding_in: identity(3),
        embedding_out: matrix(2, 2, &[2, 1, 0, 3]),
    };
    let sheared = exact::inverse(&matrix(3, 3, &[1, 0, 0, 0, 1, 0, 5, -7, 3])).expect("invertible");
    let embedded = Setting { embedding_in: embedding.clone(), ..plain.clone() };
    // Z = M_I^-1 Q M_I leaves Z^T M_I^T M_I Z as it is for every orthogonal Q.
    let mut reflection = rotation();
    reflection[(2, 2)] = Rational::from(-1);
    let conjugate = product(&product(&exact::inverse(&embedding).expect("invertible"), &reflection), &embedding);
    for (setting, view, aligned) in [
        (&plain, sheared.clone(), true),
        (&embedded, conjugate.clone(), true),
        (&embedded, sheared, true),
        (&plain, conjugate, false),
        (&plain, scales(&[16, 0, 0]), false),
    ] {
        let gram = |view: &DMatrix<Rational>| {
            let inverse = exact::inverse(&product(&setting.embedding_in, view)).expect("invertible");
            let seen = product(&setting.target, &inverse);
            product(&seen, &seen.transpose())
        };
        let (here, there) = (gram(&identity(3)), gram(&view));
        let proportional = here.map(|entry| entry * &there[(0, 0)]) == there.map(|entry| entry * &here[(0, 0)]);
        assert_eq!(proportional, aligned);
        for depth in [2, 5] {
            let kernels = [identity(3), view.clone()].map(|view| {
                let seen = seen_through(setting, &view).carry::<Number>();
                let inputs = product(&seen.embedding_in, &carry::<Number>(&view));
                let layers = least_norm(&seen, depth).expect("it exists");
                layers.iter().map(|layer| alignment::gram(&product(layer, &inputs))).collect::<Vec<_>>()
            });
            for (here, there) in kernels[0].iter().zip(&kernels[1]) {
                assert_eq!(is_tiny(&alignment::misalignment(here, there)), aligned);
            }
        }
    }
}
