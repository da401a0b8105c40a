//! Types of elements, and how they become f64.

use half::f16;
use half::slice::HalfFloatSliceExt;

/// A floating-point type, stored little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// IEEE binary64.
    F64,
    /// IEEE binary32.
    F32,
    /// IEEE binary16.
    F16,
    /// The upper half of a binary32.
    Bf16,
    /// Counts, such as of steps: of so many bytes, in two's complement if `signed`. No tensor of parameters or gradients is of this type.
    Integer {
        /// From 1 to 8.
        bytes: usize,
        /// Whether negative ones exist.
        signed: bool,
    },
}

impl Element {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Element::F64 => 8,
            Element::F32 => 4,
            Element::F16 | Element::Bf16 => 2,
            Element::Integer { bytes, .. } => bytes,
        }
    }

    /// The name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Element::F64 => "f64",
            Element::F32 => "f32",
            Element::F16 => "f16",
            Element::Bf16 => "bf16",
            Element::Integer { .. } => "integer",
        }
    }

    /// Binary digits of the significand.
    pub fn digits(self) -> u32 {
        match self {
            Element::F64 | Element::Integer { .. } => 53,
            Element::F32 => 24,
            Element::F16 => 11,
            Element::Bf16 => 8,
        }
    }

    /// By how much a number below the normal range is rounded at most: half of the smallest number above 0. Of f64 it is told as 0, for no number has the half.
    pub fn rounding_below_range(self) -> f64 {
        match self {
            Element::F64 | Element::Integer { .. } => 0.0,
            Element::F32 => f64::from_bits((1023 - 150) << 52),
            Element::F16 => f64::from_bits((1023 - 25) << 52),
            Element::Bf16 => f64::from_bits((1023 - 134) << 52),
        }
    }

    /// Converts elements to f64, which is exact for every type but integers beyond 2^53.
    ///
    /// # Panics
    /// If there are not as many bytes as `values` need.
    pub fn decode(self, bytes: &[u8], values: &mut [f64]) {
        assert_eq!(bytes.len(), values.len() * self.size());
        match self {
            Element::F64 => each(bytes, values, f64::from_le_bytes),
            Element::F32 => each(bytes, values, |bytes| f64::from(f32::from_le_bytes(bytes))),
            Element::F16 => {
                let mut block = [f16::ZERO; 256];
                for (bytes, values) in bytes.chunks(2 * block.len()).zip(values.chunks_mut(block.len())) {
                    let block = &mut block[..values.len()];
                    each(bytes, block, f16::from_le_bytes);
                    block.convert_to_f64_slice(values);
                }
            }
            Element::Bf16 => {
                each(bytes, values, |bytes| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16)));
            }
            Element::Integer { bytes: size, signed } => {
                for (bytes, value) in bytes.chunks(size).zip(values) {
                    let negative = signed && bytes.last().is_some_and(|last| last & 0x80 != 0);
                    let mut whole = [if negative { 0xff } else { 0 }; 8];
                    whole[..size].copy_from_slice(bytes);
                    *value = if signed { i64::from_le_bytes(whole) as f64 } else { u64::from_le_bytes(whole) as f64 };
                }
            }
        }
    }
}

fn each<T, const SIZE: usize>(bytes: &[u8], values: &mut [T], convert: impl Fn([u8; SIZE]) -> T) {
    for (bytes, value) in bytes.as_chunks().0.iter().zip(values) {
        *value = convert(*bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a bit pattern from its definition, with this many bits of exponent and of mantissa.
    fn defined(pattern: u16, exponent_bits: u32, mantissa_bits: u32) -> f64 {
        let (pattern, bias) = (u32::from(pattern), (1 << (exponent_bits - 1)) - 1);
        let sign = if pattern >> 15 == 1 { -1.0 } else { 1.0 };
        let exponent = (pattern >> mantissa_bits) & ((1 << exponent_bits) - 1);
        let mantissa = f64::from(pattern & ((1 << mantissa_bits) - 1)) / f64::from(1 << mantissa_bits);
        let power = |exponent: i32| 2_f64.powi(exponent);
        sign * match exponent {
            0 => mantissa * power(1 - bias),
            all if all == (1 << exponent_bits) - 1 => {
                if mantissa == 0.0 {
                    f64::INFINITY
                } else {
                    f64::NAN
                }
            }
            _ => (1.0 + mantissa) * power(exponent as i32 - bias),
        }
    }

    fn decoded(element: Element, bytes: &[u8]) -> Vec<f64> {
        let mut values = vec![0.0; bytes.len() / element.size()];
        element.decode(bytes, &mut values);
        values
    }

    #[test]
    fn every_half_is_what_its_bits_mean() {
        let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        for (element, exponent_bits, mantissa_bits) in [(Element::F16, 5, 10), (Element::Bf16, 8, 7)] {
            let values = decoded(element, &bytes);
            assert_eq!(values.len(), 1 << 16);
            for (pattern, value) in (0..=u16::MAX).zip(values) {
                let expected = defined(pattern, exponent_bits, mantissa_bits);
                let same = value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan());
                assert!(same, "{element:?} {pattern:#06x}: {value} is not {expected}");
            }
        }
    }

    #[test]
    fn below_the_normal_range_numbers_are_rounded_by_half_of_the_smallest() {
        for (element, smallest) in
            [(Element::F16, &[1, 0][..]), (Element::Bf16, &[1, 0]), (Element::F32, &[1, 0, 0, 0])]
        {
            assert_eq!(decoded(element, smallest), [2.0 * element.rounding_below_range()], "{element:?}");
        }
    }

    #[test]
    fn integers_of_every_size_are_themselves() {
        for bytes in [1, 2, 4, 8] {
            for value in [0_i64, 1, 100, -1, -100] {
                let stored = &value.to_le_bytes()[..bytes];
                assert_eq!(decoded(Element::Integer { bytes, signed: true }, stored), [value as f64]);
            }
            let all = vec![0xff; bytes];
            assert_eq!(
                decoded(Element::Integer { bytes, signed: false }, &all),
                [(8.0 * bytes as f64).exp2() - f64::from(u8::from(bytes < 8))]
            );
        }
    }

    #[test]
    fn singles_and_doubles_are_exact() {
        let singles = [0.0_f32, -0.0, 1.0 / 3.0, f32::MAX, f32::from_bits(1), -2.5];
        let bytes: Vec<u8> = singles.iter().flat_map(|single| single.to_le_bytes()).collect();
        for (value, single) in decoded(Element::F32, &bytes).into_iter().zip(singles) {
            assert_eq!(value.to_bits(), f64::from(single).to_bits());
        }
        let doubles = [1.0 / 3.0, f64::MIN_POSITIVE, -1e300];
        let bytes: Vec<u8> = doubles.iter().flat_map(|double: &f64| double.to_le_bytes()).collect();
        assert_eq!(decoded(Element::F64, &bytes), doubles);
    }
}
