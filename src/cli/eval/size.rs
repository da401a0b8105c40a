//! Limits, so that a request that asks for too much gets an answer that says so.

use super::request::{Precision, ScalarRequest};
use crate::scalar::Rational;
use rug::Integer;

/// The longest request, in bytes.
pub const LONGEST_REQUEST: u64 = 64 << 20;
/// All numbers of a request together, in bits.
pub const LARGEST_INPUT_BITS: u64 = 1 << 32;
/// The most parameters of a model.
const MOST_PARAMETERS: usize = 100_000;
/// The most layers of a model.
const MOST_LAYERS: usize = 256;
/// The most parameters beside a full preconditioner, whose positivity is checked by exact elimination.
const MOST_PRECONDITIONED: usize = 256;
/// The most inputs or outputs of a deep linear network, whose matrices are decomposed at several times the bits of the answer.
const MOST_DIMENSIONS: usize = 32;
/// The same for answers of more than [`MANY_BITS`].
const MOST_DIMENSIONS_OF_MANY_BITS: usize = 16;
/// Bits of an answer from which on decompositions take minutes.
const MANY_BITS: u32 = 1024;
/// The most layers of a deep linear network, which are not computed one by one.
pub const MOST_LINEAR_LAYERS: u64 = 4096;
/// What an evaluation may keep at a time, in bytes.
const LARGEST_MEMORY: f64 = (1_u64 << 30) as f64;
/// The longest common denominator that is worth computing, in bits.
const LONGEST_DENOMINATOR: u32 = 1 << 20;

/// Checks the widths of a network, before anything of their size is allocated.
///
/// # Errors
/// Which limit is exceeded.
pub fn check_widths(widths: &[usize]) -> Result<(), String> {
    if widths.len() < 2 {
        return Err(format!(
            "model.widths: expected at least two, the input's and the output's, found {}",
            widths.len()
        ));
    }
    if widths.len() > MOST_LAYERS + 1 {
        return Err(format!("model.widths: at most {MOST_LAYERS} layers are accepted, found {}", widths.len() - 1));
    }
    let layer = |pair: &[usize]| pair[0].checked_add(1).and_then(|inputs| inputs.checked_mul(pair[1]));
    let count = widths.windows(2).try_fold(0_usize, |count, pair| count.checked_add(layer(pair)?));
    match count {
        Some(count) if count <= MOST_PARAMETERS => Ok(()),
        _ => Err(format!("model.widths: at most {MOST_PARAMETERS} parameters are accepted")),
    }
}

/// Checks the order of a full preconditioner.
///
/// # Errors
/// That it is too large.
pub fn check_full_preconditioner(parameters: usize) -> Result<(), String> {
    if parameters <= MOST_PRECONDITIONED {
        return Ok(());
    }
    Err(format!("preconditioner: a full matrix is accepted up to {MOST_PRECONDITIONED} parameters, found {parameters}"))
}

/// Checks the number of inputs or outputs of a deep linear network.
///
/// # Errors
/// That it is too large.
pub fn check_dimension(place: &str, dimension: usize, scalar: ScalarRequest) -> Result<(), String> {
    let most = match scalar {
        ScalarRequest::Mpfr(Precision(bits)) if bits > MANY_BITS => MOST_DIMENSIONS_OF_MANY_BITS,
        _ => MOST_DIMENSIONS,
    };
    if dimension <= most {
        return Ok(());
    }
    Err(format!("{place}: at most {most} rows and columns are accepted in {scalar}, found {dimension}"))
}

/// Checks that exact elimination of a matrix fits into the memory: its numbers are minors, of as many bits as there are
/// rows times those of an entry.
///
/// # Errors
/// That it does not.
pub fn check_elimination(place: &str, rows: &[Vec<Rational>]) -> Result<(), String> {
    let order = rows.len() as f64;
    let bits = 2.0 * order * height(rows.iter().flatten());
    within(place, order * order * bits / 8.0)
}

/// Checks that so many bytes fit into the memory.
///
/// # Errors
/// That they do not.
pub fn within(place: &str, bytes: f64) -> Result<(), String> {
    let limit = LARGEST_MEMORY / f64::from(1 << 20);
    if bytes <= LARGEST_MEMORY {
        return Ok(());
    }
    let mebibytes = bytes / f64::from(1 << 20);
    Err(format!("{place}: the evaluation would need up to {mebibytes:.3e} MiB, and {limit} MiB are allowed"))
}

/// Bits of the common denominator of some numbers and of the largest numerator over it.
pub fn height<'a>(numbers: impl IntoIterator<Item = &'a Rational>) -> f64 {
    let mut denominator = Integer::from(1);
    let mut magnitude = 0.0_f64;
    for number in numbers {
        if !denominator.is_divisible(number.denom()) {
            denominator.lcm_mut(number.denom());
        }
        if denominator.significant_bits() > LONGEST_DENOMINATOR {
            return f64::INFINITY;
        }
        let bits = f64::from(number.numer().significant_bits()) - f64::from(number.denom().significant_bits());
        magnitude = magnitude.max(bits + 1.0);
    }
    2.0 * f64::from(denominator.significant_bits()) + magnitude
}
