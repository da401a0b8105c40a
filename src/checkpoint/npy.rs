//! The header of a NumPy array: a magic number, a version, a length, a Python dictionary.

use super::Element;
use std::io::{self, Read};

/// Longer than the header of any array that can be used here.
const LONGEST_HEADER: usize = 1 << 16;

/// What a header says.
#[derive(Debug, PartialEq)]
pub struct Header {
    pub shape: Vec<usize>,
    pub element: Result<Element, String>,
    /// The type of the elements if they are integers.
    pub count: Option<Element>,
    /// Bytes of one element, if the type is one of numbers.
    pub size: Option<usize>,
    /// Bytes from the magic number to the first element.
    pub length: u64,
}

/// Why there is no header.
#[derive(Debug)]
pub enum HeaderError {
    Malformed(String),
    Io(io::Error),
}

fn malformed<T>(problem: impl Into<String>) -> Result<T, HeaderError> {
    Err(HeaderError::Malformed(problem.into()))
}

pub fn read(mut reader: impl Read) -> Result<Header, HeaderError> {
    let mut take = |length: usize| {
        let mut bytes = vec![0; length];
        match reader.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => malformed("it ends within the header"),
            Err(error) => Err(HeaderError::Io(error)),
        }
    };
    let start = take(8)?;
    if &start[..6] != b"\x93NUMPY" {
        return malformed("expected the magic number of a NumPy array");
    }
    let (length, before) = match start[6] {
        1 => (usize::from(u16::from_le_bytes([take(1)?[0], take(1)?[0]])), 10),
        2 | 3 => {
            let bytes = take(4)?;
            (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize, 12)
        }
        version => return malformed(format!("expected version 1, 2 or 3 of the format, found {version}")),
    };
    if length > LONGEST_HEADER {
        return malformed(format!("expected a header of at most {LONGEST_HEADER} bytes, found the length {length}"));
    }
    let text = String::from_utf8(take(length)?).or_else(|_| malformed("the header is not text"))?;
    let Some(Dictionary { descr, fortran_order, shape }) = dictionary(&text) else {
        return malformed(format!("the header is `{}`: expected descr, fortran_order and shape", text.trim()));
    };
    let element = match descr.as_str() {
        _ if fortran_order && shape.len() > 1 => {
            Err("its columns are stored one after another: save it with numpy.ascontiguousarray".to_owned())
        }
        "<f8" => Ok(Element::F64),
        "<f4" => Ok(Element::F32),
        "<f2" => Ok(Element::F16),
        _ => Err(format!("expected elements of the type <f8, <f4 or <f2, found {descr}")),
    };
    let count = integer(&descr);
    let size = descr.get(2..).filter(|_| descr.is_ascii()).and_then(|size| size.parse().ok());
    Ok(Header { shape, element, count, size, length: (before + length) as u64 })
}

/// `<i8`, `|u1` and the like.
fn integer(descr: &str) -> Option<Element> {
    let signed = match descr.get(..2)? {
        "<i" | "|i" => true,
        "<u" | "|u" => false,
        _ => return None,
    };
    let bytes = descr[2..].parse().ok().filter(|bytes| [1, 2, 4, 8].contains(bytes))?;
    Some(Element::Integer { bytes, signed })
}

struct Dictionary {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Reads the dictionary, or says that it is none of this kind.
fn dictionary(text: &str) -> Option<Dictionary> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    while !rest.is_empty() {
        let (key, after) = quoted(rest)?;
        let value = after.trim_start().strip_prefix(':')?.trim_start();
        rest = match key {
            "descr" if descr.is_none() => {
                // The type of a record is a list, which is no number.
                let (found, after) =
                    quoted(value).or_else(|| value.starts_with('[').then(|| through(value, ']'))?)?;
                descr = Some(found.to_owned());
                after
            }
            "fortran_order" if fortran_order.is_none() => {
                let (found, after) = value
                    .strip_prefix("True")
                    .map(|after| (true, after))
                    .or_else(|| Some((false, value.strip_prefix("False")?)))?;
                fortran_order = Some(found);
                after
            }
            "shape" if shape.is_none() => {
                let (inside, after) = value.strip_prefix('(')?.split_once(')')?;
                let inside = inside.trim().strip_suffix(',').unwrap_or(inside).trim();
                let lengths = inside.split(',').filter(|_| !inside.is_empty());
                // Python 2 writes long integers with an L.
                let length = |length: &str| {
                    let digits = length.trim();
                    digits.strip_suffix('L').unwrap_or(digits).parse().ok()
                };
                shape = Some(lengths.map(length).collect::<Option<Vec<usize>>>()?);
                after
            }
            _ => return None,
        };
        rest = rest.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(Dictionary { descr: descr?, fortran_order: fortran_order?, shape: shape? })
}

/// A text in quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// Everything up to the last of these characters, and what follows it.
fn through(text: &str, last: char) -> Option<(&str, &str)> {
    let end = text.rfind(last)? + last.len_utf8();
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version_1(dictionary: &str) -> Vec<u8> {
        let length = (dictionary.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], dictionary.as_bytes()].concat()
    }

    fn version_2(dictionary: &str) -> Vec<u8> {
        let length = (dictionary.len() as u32).to_le_bytes();
        [b"\x93NUMPY\x02\x00", &length[..], dictionary.as_bytes()].concat()
    }

    #[test]
    fn a_header_tells_type_and_shape_in_every_version() {
        for (descr, element) in [("<f8", Element::F64), ("<f4", Element::F32), ("<f2", Element::F16)] {
            for (shape, lengths) in
                [("()", vec![]), ("(3,)", vec![3]), ("(2, 3)", vec![2, 3]), ("(0L, 7L)", vec![0, 7])]
            {
                let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}   \n");
                for bytes in [version_1(&text), version_2(&text)] {
                    let header = read(&bytes[..]).unwrap();
                    assert_eq!((header.shape, header.element), (lengths.clone(), Ok(element)));
                    assert_eq!((header.size, header.length), (Some(element.size()), bytes.len() as u64));
                }
            }
        }
    }

    #[test]
    fn other_types_and_orders_are_known_but_not_read() {
        for (dictionary, hint) in [
            ("{'descr': '>f4', 'fortran_order': False, 'shape': (3,)}", "found >f4"),
            ("{'descr': '<i8', 'fortran_order': False, 'shape': (3,)}", "found <i8"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}", "found [('a', '<f4')]"),
            ("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2)}", "ascontiguousarray"),
        ] {
            let header = read(&version_1(dictionary)[..]).unwrap();
            assert!(header.element.unwrap_err().contains(hint), "{dictionary}");
        }
        let vector = "{'descr': '<f4', 'fortran_order': True, 'shape': (3,)}";
        assert_eq!(read(&version_1(vector)[..]).unwrap().element, Ok(Element::F32));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let whole = version_1("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}");
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(HeaderError::Malformed(_))), "{length} bytes");
        }
        for dictionary in [
            "",
            "{}",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}",
            "{'descr': '<f4', 'fortran_order': maybe, 'shape': (1,)}",
            "{'descr: '<f4', 'fortran_order': False, 'shape': (1,",
        ] {
            assert!(matches!(read(&version_1(dictionary)[..]), Err(HeaderError::Malformed(_))), "{dictionary}");
        }
        let long = [&b"\x93NUMPY\x02\x00"[..], &u32::MAX.to_le_bytes()].concat();
        assert!(matches!(read(&long[..]), Err(HeaderError::Malformed(_))));
    }
}
