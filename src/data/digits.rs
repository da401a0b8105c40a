//! The handwritten digits that are shipped with the program.
//!
//! 1,797 images of 8x8 pixels: the test part of *Optical Recognition of Handwritten Digits*, E. Alpaydin and C. Kaynak
//! (1998), UCI Machine Learning Repository, <https://doi.org/10.24432/C50P49>, CC BY 4.0.

use super::Sample;
use crate::scalar::Field;
use flate2::read::GzDecoder;
use std::io::Read;

static COMPRESSED: &[u8] = include_bytes!("../../data/digits.csv.gz");

/// Pixels of an image, 8x8, row by row.
pub const PIXELS: usize = 64;
/// Means of 2x2 pixels, 4x4, row by row.
pub const POOLED: usize = 16;
/// The largest value of a pixel.
pub const BRIGHTEST: u8 = 16;
/// Classes, the digits 0 to 9.
pub const CLASSES: usize = 10;

/// More than any data set of this format that is worth reading: a compressed file can inflate without bound.
const INFLATED_LIMIT: u64 = 16 << 20;

/// One handwritten digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digit {
    /// The image, row by row, each pixel from 0 to [`BRIGHTEST`].
    pub pixels: [u8; PIXELS],
    /// Which digit it shows.
    pub class: u8,
}

/// Why a file of digits cannot be used. Lines count from 1.
#[derive(Debug, thiserror::Error)]
pub enum DigitsError {
    /// The compressed stream is damaged, or not text.
    #[error("the digits cannot be decompressed: {0}")]
    Compression(#[from] std::io::Error),
    /// Too much data.
    #[error("the digits inflate to more than {INFLATED_LIMIT} bytes")]
    TooLarge,
    /// A line with too few or too many numbers.
    #[error("line {line} of the digits has {found} fields: expected {PIXELS} pixels and a class")]
    Fields {
        /// Where.
        line: usize,
        /// How many there are.
        found: usize,
    },
    /// A number that is none or out of range.
    #[error("line {line}, field {field} of the digits is `{found}`: expected an integer from 0 to {largest}")]
    Value {
        /// Where.
        line: usize,
        /// Which number of the line, from 1.
        field: usize,
        /// What stands there.
        found: String,
        /// The largest value allowed.
        largest: u8,
    },
    /// No line at all.
    #[error("there are no digits in the data")]
    Empty,
}

/// The digits shipped with the program.
///
/// # Errors
/// None in an intact program; the data are checked nevertheless.
pub fn handwritten() -> Result<Vec<Digit>, DigitsError> {
    read(COMPRESSED)
}

/// Reads gzip-compressed lines of 64 pixels and a class.
///
/// # Errors
/// [`DigitsError`] says which line is at fault.
pub fn read(compressed: &[u8]) -> Result<Vec<Digit>, DigitsError> {
    let mut text = String::new();
    GzDecoder::new(compressed).take(INFLATED_LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > INFLATED_LIMIT {
        return Err(DigitsError::TooLarge);
    }
    let digits: Vec<Digit> =
        text.lines().enumerate().map(|(index, line)| parse(index + 1, line)).collect::<Result<_, _>>()?;
    if digits.is_empty() { Err(DigitsError::Empty) } else { Ok(digits) }
}

fn parse(line: usize, text: &str) -> Result<Digit, DigitsError> {
    let fields: Vec<&str> = text.split(',').collect();
    if fields.len() != PIXELS + 1 {
        return Err(DigitsError::Fields { line, found: fields.len() });
    }
    let number = |index: usize, largest: u8| {
        let found = fields[index];
        found.parse::<u8>().ok().filter(|&value| value <= largest).ok_or_else(|| DigitsError::Value {
            line,
            field: index + 1,
            found: found.to_owned(),
            largest,
        })
    };
    let mut pixels = [0; PIXELS];
    for (index, pixel) in pixels.iter_mut().enumerate() {
        *pixel = number(index, BRIGHTEST)?;
    }
    Ok(Digit { pixels, class: number(PIXELS, CLASSES as u8 - 1)? })
}

impl Digit {
    /// The digit as a sample: pixels divided by 16, exact in every scalar, and the class as a one-hot vector.
    pub fn sample<T: Field>(&self) -> Sample<T> {
        let input = self.pixels.iter().map(|&pixel| T::ratio(i64::from(pixel), i64::from(BRIGHTEST))).collect();
        let target = (0..CLASSES).map(|class| T::integer(i64::from(class == usize::from(self.class)))).collect();
        Sample::new(input, target)
    }

    /// The same with the means of 2x2 pixels for inputs, 4x4 of them row by row.
    pub fn pooled<T: Field>(&self) -> Sample<T> {
        const SIDE: usize = 8;
        let sum = |row: usize, column: usize| {
            let pixel =
                |down: usize, across: usize| i64::from(self.pixels[(2 * row + down) * SIDE + 2 * column + across]);
            pixel(0, 0) + pixel(0, 1) + pixel(1, 0) + pixel(1, 1)
        };
        let block = |place: usize| T::ratio(sum(place / (SIDE / 2), place % (SIDE / 2)), 4 * i64::from(BRIGHTEST));
        let input = (0..POOLED).map(block).collect();
        Sample { input, ..self.sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Rational;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_shipped_digits_are_those_of_the_source() {
        let digits = handwritten().unwrap();
        assert_eq!(digits.len(), 1797);
        let mut counts = [0; CLASSES];
        for digit in &digits {
            counts[usize::from(digit.class)] += 1;
        }
        // The counts that the source's documentation gives for its test part.
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        let pixels = || digits.iter().flat_map(|digit| digit.pixels);
        assert_eq!((pixels().min(), pixels().max()), (Some(0), Some(BRIGHTEST)));
        assert_eq!(digits.iter().map(|digit| digit.class).take(10).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_sample_is_exact_and_one_hot() {
        let digit = Digit { pixels: std::array::from_fn(|i| (i % 17) as u8), class: 3 };
        let sample = digit.sample::<Rational>();
        assert_eq!(sample.input[5], Rational::from((5, 16)));
        assert_eq!(sample.input[16], 1);
        assert_eq!(
            sample.target.iter().map(|y| y.to_f64()).collect::<Vec<_>>(),
            [0., 0., 0., 1., 0., 0., 0., 0., 0., 0.]
        );
    }

    #[test]
    fn pooling_keeps_the_mean_of_every_quarter() {
        let digit = Digit { pixels: std::array::from_fn(|i| ((5 * i + i / 8) % 17) as u8), class: 3 };
        let (whole, pooled) = (digit.sample::<Rational>(), digit.pooled::<Rational>());
        assert_eq!((pooled.input.len(), &pooled.target), (POOLED, &whole.target));
        let mean = |input: &[Rational], side: usize, down: usize, across: usize| {
            let inside = |i: &usize| (i / side < side / 2) == (down == 0) && (i % side < side / 2) == (across == 0);
            (0..side * side).filter(inside).map(|i| &input[i]).sum::<Rational>() * 4 / (side * side) as u64
        };
        for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            assert_eq!(mean(&whole.input, 8, down, across), mean(&pooled.input, 4, down, across));
        }
    }

    #[test]
    fn damaged_data_are_refused_with_the_place() {
        let line = |pixel: &str, class: &str| format!("{}{pixel},{class}\n", "0,".repeat(PIXELS - 1));
        let error = |text: String| read(&compressed(&text)).unwrap_err().to_string();
        assert_eq!(read(&compressed(&line("16", "9"))).unwrap().len(), 1);
        assert!(error(line("17", "0")).starts_with("line 1, field 64 of the digits is `17`"));
        assert!(error(line("0", "0") + &line("-1", "0")).starts_with("line 2, field 64"));
        assert!(error(line("0", "10")).starts_with("line 1, field 65"));
        assert!(error("1,2,3\n".to_owned()).contains("has 3 fields"));
        assert!(error(String::new()).contains("no digits"));
        assert!(matches!(read(b"not gzip"), Err(DigitsError::Compression(_))));
        assert!(matches!(read(&COMPRESSED[..COMPRESSED.len() / 2]), Err(DigitsError::Compression(_))));
        let bomb = compressed(&"0".repeat(INFLATED_LIMIT as usize + 2));
        assert!(matches!(read(&bomb), Err(DigitsError::TooLarge)));
    }
}
