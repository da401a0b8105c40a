//! `eth/envelope-moments`: the moments of an observable's envelope are norms of nested commutators.
//!
//! ```text
//! sum_ij (E_i - E_j)^{2k} |O_ij|^2 = tr |ad_H^k O|^2,   sum_j |O_ij|^2 = (O^2)_ii
//! (1/d) sum_{|E_i - E_j| >= E} |O_ij|^2 <= M_k E^{-2k},   M_k = tr |ad_H^k O|^2/d
//! ```
//!
//! `O_ij` in an orthonormal basis of eigenvectors of `H` with the energies `E_i`; `ad_H O = H O - O H`. Source: [`ENVELOPES`].

use super::ENVELOPES;
use super::strings::{Chain, Sum};
use crate::exact::complex::{adjoint, commutator, conjugated, squared_norm};
use crate::exact::groups::pauli;
use crate::exact::{Complex, Gaussian};
use crate::instances::operators::{all_exactly, diagonal, exactly, unitary};
use crate::linalg::products::product;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Unjudged, control,
};
use nalgebra::DMatrix;

/// The moments of an envelope.
#[derive(Clone, Copy)]
pub(super) struct Envelope {
    /// Whether energies are subtracted, or else added.
    difference: bool,
    /// Whether `H` has the basis in which the entries are taken.
    own_basis: bool,
}

/// The moments of a local observable do not see far sites.
#[derive(Clone, Copy)]
pub(super) struct Locality {
    all_to_all: bool,
}

pub(super) const LAW: Envelope = Envelope { difference: true, own_basis: true };
pub(super) const LOCALITY: Locality = Locality { all_to_all: false };

/// `eth/envelope-moments`
pub static CLAIM: Claim = Claim {
    id: "eth/envelope-moments",
    title: "the envelope's moments are norms of nested commutators, and locality bounds them",
    statement: "sum_ij (E_i - E_j)^{2k} |O_ij|^2 = tr |ad_H^k O|^2 and sum_j |O_ij|^2 = (O^2)_ii, so (1/d) sum_{|E_i - E_j| >= E} |O_ij|^2 <= M_k E^{-2k} with M_k = tr |ad_H^k O|^2/d; \
        M_k of a one-site Pauli on a chain sum J_i Z_i Z_{i+1} + g_i X_i + h_i Z_i does not depend on sites farther than k from it",
    hypotheses: &[
        "H Hermitian with energies E_i and the orthonormal eigenvectors in which O has the entries O_ij; O Hermitian; k >= 1, E > 0; any couplings of the chain",
        "checked for k = 1, 2, 3 in 2, 3 and 4 dimensions with rational energies and eigenvectors; for chains of up to five sites",
    ],
    references: &[ENVELOPES],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(LOCALITY)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "sum-of-energies",
            "E_i + E_j in place of E_i - E_j",
            &Independent(Exact(Envelope { difference: false, ..LAW })),
        ),
        control(
            "other-basis",
            "a Hamiltonian of the same spectrum in another basis",
            &Independent(Exact(Envelope { own_basis: false, ..LAW })),
        ),
        control(
            "all-to-all",
            "all pairs interact: every site that is added raises M_1",
            &Independent(Exact(Locality { all_to_all: true })),
        ),
    ],
};

/// A Hamiltonian by its energies and eigenvectors, and an observable.
pub(super) struct Spectral {
    pub(super) energies: Vec<Rational>,
    /// The eigenvectors as columns, shape (d, d).
    pub(super) basis: DMatrix<Gaussian>,
    /// Those of the Hamiltonian that is commuted with.
    pub(super) other: DMatrix<Gaussian>,
    /// `O`, shape (d, d)
    pub(super) observable: DMatrix<Gaussian>,
    /// `E`
    pub(super) threshold: Rational,
}

impl Drawn for Spectral {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a Hamiltonian in {} dimensions", self.energies.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let parts = |matrix: &DMatrix<Gaussian>| -> Vec<Rational> {
            matrix.transpose().iter().flat_map(|entry| [entry.re.clone(), entry.im.clone()]).collect()
        };
        vec![
            Numbers::new("energies", self.energies.clone()),
            Numbers::new("eigenvectors, real and imaginary parts row by row", parts(&self.basis)),
            Numbers::new("O, real and imaginary parts row by row", parts(&self.observable)),
            Numbers::new("E", [self.threshold.clone()]),
        ]
    }
}

/// A real matrix in two dimensions over a denominator.
fn real(entries: [i64; 4], denominator: i64) -> DMatrix<Gaussian> {
    DMatrix::from_row_slice(2, 2, &entries.map(|entry| Gaussian::ratio(entry, denominator)))
}

impl Draws for Envelope {
    type Instance = Spectral;

    fn draw(&self, draw: &mut Draw) -> Result<Spectral, Unjudged> {
        let stream = &mut draw.own();
        if !draw.is_law() {
            let scale = Gaussian::real(stream.small());
            // diag(1, 2) and (1, 1; 1, 0); or Z and X, with Z turned by 3-4-5.
            let (energies, observable) = if self.difference { ([1, -1], [0, 1, 1, 0]) } else { ([1, 2], [1, 1, 1, 0]) };
            return Ok(Spectral {
                energies: energies.map(Rational::from).to_vec(),
                basis: real([1, 0, 0, 1], 1),
                other: real(if self.own_basis { [5, 0, 0, 5] } else { [3, -4, 4, 3] }, 5),
                observable: real(observable, 1).map(|entry| entry * &scale),
                threshold: Rational::from(1),
            });
        }
        let size = 2 + stream.below(3);
        let energies: Vec<Rational> = loop {
            // Equal energies and equal gaps among them.
            let energies: Vec<Rational> = (0..size).map(|_| Rational::from((stream.integer(-6, 6), 2))).collect();
            if energies.iter().any(|energy| *energy != energies[0]) {
                break energies;
            }
        };
        let basis = unitary(stream, size)?;
        let part = |stream: &mut crate::verify::Stream| Rational::from(stream.integer(-3, 3));
        let g = DMatrix::from_fn(size, size, |_, _| Gaussian::new(part(stream), part(stream)));
        let observable = DMatrix::from_fn(size, size, |i, j| g[(i, j)].clone() + g[(j, i)].conjugate());
        let threshold = loop {
            let gap = Rational::from(&energies[stream.below(size)] - &energies[stream.below(size)]).abs();
            if gap > 0 {
                break gap;
            }
        };
        Ok(Spectral { energies, other: basis.clone(), basis, observable, threshold })
    }
}

impl<T: Field> In<T> for Envelope {
    fn relations(&self, instance: &Spectral) -> Result<Vec<Relation<T>>, Unjudged> {
        let Spectral { energies, basis, other, observable, threshold } = instance;
        let size = energies.len();
        let hamiltonian = conjugated(other, &diagonal(energies));
        let entries = conjugated(&adjoint(basis), observable);
        let squares = entries.map(|entry| entry.squared_modulus());
        let square = conjugated(&adjoint(basis), &product(observable, observable));
        let places = || (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
        let gap = |i: usize, j: usize| {
            if self.difference {
                Rational::from(&energies[i] - &energies[j])
            } else {
                Rational::from(&energies[i] + &energies[j])
            }
        };
        let rows: Vec<Rational> = (0..size).map(|i| squares.row(i).iter().sum()).collect();
        let of_square: Vec<Rational> = (0..size).map(|i| square[(i, i)].re.clone()).collect();
        let mut relations = vec![Relation::equality(
            "rows of the envelope",
            vec![all_exactly("sum_j |O_ij|^2", &rows)],
            vec![all_exactly("(O^2)_ii", &of_square)],
        )];
        let far = |place: &(usize, usize)| gap(place.0, place.1).abs() >= *threshold;
        let tail: Rational = places().filter(far).map(|(i, j)| squares[(i, j)].clone()).sum();
        let mut nested: DMatrix<Complex<Rational>> = observable.clone();
        for k in 1..=3_i32 {
            nested = commutator(&hamiltonian, &nested);
            let norm = squared_norm(&nested);
            let moment: Rational = places().map(|(i, j)| gap(i, j).powi(2 * k) * &squares[(i, j)]).sum();
            relations.push(Relation::equality(
                ("moments of the envelope", format!("k = {k}")),
                vec![exactly("sum_ij (E_i - E_j)^{2k} |O_ij|^2", &moment)],
                vec![exactly("tr |ad_H^k O|^2", &norm)],
            ));
            relations.push(Relation::at_most(
                ("tail of the envelope", format!("k = {k}")),
                exactly("(1/d) sum_{|E_i - E_j| >= E} |O_ij|^2", &(tail.clone() / size as u32)),
                exactly("M_k E^{-2k}", &(norm / size as u32 / threshold.powi(2 * k))),
            ));
        }
        Ok(relations)
    }
}

impl Draws for Locality {
    type Instance = Chain;

    fn draw(&self, draw: &mut Draw) -> Result<Chain, Unjudged> {
        let stream = &mut draw.own();
        let sites = 5;
        let mut numbers = |count: usize| (0..count).map(|_| stream.small()).collect::<Vec<Rational>>();
        let (bonds, mut transverse, longitudinal) = (numbers(sites - 1), numbers(sites), numbers(sites));
        if self.all_to_all {
            transverse.fill(Rational::from((9, 10)));
        }
        Ok(Chain { bonds, transverse, longitudinal, site: 0, all_to_all: self.all_to_all })
    }
}

impl<T: Field> In<T> for Locality {
    fn relations(&self, chain: &Chain) -> Result<Vec<Relation<T>>, Unjudged> {
        // From an end: k sites beside the observable's own are seen.
        let moment = |k: usize, sites: usize, x: bool| {
            let string = if x { pauli::x(0) } else { pauli::z(sites, 0) };
            chain.hamiltonian(sites).moment(&Sum::new(sites, [(string, Rational::from(1))]), k)
        };
        let mut relations = Vec::new();
        for k in 1..=3 {
            for x in [false, true] {
                let (few, many) = (moment(k, k + 1, x), moment(k, k + 2, x));
                relations.push(Relation::equality(
                    ("another site beyond distance k", format!("k = {k}, O = {}_1", if x { 'X' } else { 'Z' })),
                    vec![exactly("M_k with it", &many)],
                    vec![exactly("M_k without it", &few)],
                ));
            }
        }
        Ok(relations)
    }
}
