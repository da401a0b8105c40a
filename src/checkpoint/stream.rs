//! The elements of a tensor, one block after another.

use super::{CheckpointError, Element, Storage, Tensor, held, open};
use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

/// Elements that are decoded at a time.
const BLOCK: usize = 1 << 13;
/// Bytes that are asked of the system at a time.
const BUFFER: usize = 1 << 18;

/// Whether no number is an infinity or none at all: in several lanes, which processors have, where a search would look at one after another.
fn are_finite(values: &[f64]) -> bool {
    let (blocks, rest) = values.as_chunks::<8>();
    // 0 times a finite number is 0, times any other it is not a number.
    let mut lanes = [0.0; 8];
    for block in blocks {
        for lane in 0..8 {
            lanes[lane] += block[lane] * 0.0;
        }
    }
    !lanes.iter().any(|lane| lane.is_nan()) && rest.iter().all(|value| value.is_finite())
}

/// Reads the elements of a tensor in row-major order as f64.
pub struct TensorStream<'a> {
    name: &'a str,
    tensor: &'a Tensor,
    element: Element,
    source: Source,
    bytes: Vec<u8>,
    position: usize,
}

enum Source {
    Plain(BufReader<Take<File>>),
    Stored(CrcReader<BufReader<Take<File>>>),
    Deflated(Box<CrcReader<DeflateDecoder<BufReader<Take<File>>>>>),
    Held(held::Reader),
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(reader) => reader.read(bytes),
            Source::Stored(reader) => reader.read(bytes),
            Source::Deflated(reader) => reader.read(bytes),
            Source::Held(reader) => reader.read(bytes),
        }
    }
}

impl<'a> TensorStream<'a> {
    pub(super) fn open(name: &'a str, tensor: &'a Tensor) -> Result<Self, CheckpointError> {
        let element = match &tensor.element {
            Ok(element) => *element,
            Err(problem) => return Err(CheckpointError::tensor(&tensor.file, name, problem)),
        };
        let begin = |offset: u64, length: u64| {
            let (mut file, _) = open(&tensor.file)?;
            file.seek(SeekFrom::Start(offset)).map_err(|error| CheckpointError::io(&tensor.file, error))?;
            Ok(BufReader::with_capacity(BUFFER, file.take(length)))
        };
        let (source, header) = match &tensor.storage {
            &Storage::Plain { offset } => (Source::Plain(begin(offset, (tensor.len() * element.size()) as u64)?), 0),
            Storage::Held(reader) => (Source::Held(reader.clone()), 0),
            &Storage::Entry { offset, stored, deflated, header, .. } => {
                let reader = begin(offset, stored)?;
                let source = if deflated {
                    Source::Deflated(Box::new(CrcReader::new(DeflateDecoder::new(reader))))
                } else {
                    Source::Stored(CrcReader::new(reader))
                };
                (source, header)
            }
        };
        let mut stream = TensorStream { name, tensor, element, source, bytes: Vec::new(), position: 0 };
        let skipped = io::copy(&mut (&mut stream.source).take(header), &mut io::sink());
        match skipped {
            Ok(length) if length == header => Ok(stream),
            Ok(_) => Err(stream.problem("the file ends within its header")),
            Err(error) => Err(stream.failure(error)),
        }
    }

    /// Fills `values` with the next elements, all of them finite.
    ///
    /// # Errors
    /// If the file ends before, is damaged, or holds an infinity or something that is not a number.
    pub fn read(&mut self, values: &mut [f64]) -> Result<(), CheckpointError> {
        for values in values.chunks_mut(BLOCK) {
            self.bytes.resize(values.len() * self.element.size(), 0);
            let mut bytes = std::mem::take(&mut self.bytes);
            let outcome = self.source.read_exact(&mut bytes);
            self.bytes = bytes;
            outcome.map_err(|error| self.failure(error))?;
            self.element.decode(&self.bytes, values);
            if !are_finite(values)
                && let Some(place) = values.iter().position(|value| !value.is_finite())
            {
                let (place, value) = (self.position + place, values[place]);
                let place = self.tensor.place(place);
                return Err(self.problem(format!("element {place:?} is {value}: expected finite numbers")));
            }
            self.position += values.len();
        }
        Ok(())
    }

    /// Ends the reading: all elements have to be read, and in an archive their checksum must be right.
    ///
    /// # Errors
    /// If they do not have it, or more follows.
    pub fn finish(mut self) -> Result<(), CheckpointError> {
        debug_assert_eq!(self.position, self.tensor.len());
        let Storage::Entry { crc, .. } = self.tensor.storage else { return Ok(()) };
        match self.source.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => return Err(self.problem("the archive holds more bytes than its shape says")),
            Err(error) => return Err(self.failure(error)),
        }
        let found = match &self.source {
            Source::Plain(_) | Source::Held(_) => return Ok(()),
            Source::Stored(reader) => reader.crc().sum(),
            Source::Deflated(reader) => reader.crc().sum(),
        };
        if found == crc {
            return Ok(());
        }
        Err(self.problem(format!("checksum: expected {crc:#010x}, found {found:#010x}")))
    }

    fn problem(&self, problem: impl Into<String>) -> CheckpointError {
        CheckpointError::tensor(&self.tensor.file, self.name, problem)
    }

    /// An end where there should be more, or a stream that does not inflate, is bad data; anything else the system's fault.
    fn failure(&self, error: io::Error) -> CheckpointError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                let (expected, found) = (self.tensor.len(), self.position);
                self.problem(format!("the data end early: expected {expected} elements, found about {found}"))
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                self.problem(format!("the compressed data are damaged: {error}"))
            }
            _ => CheckpointError::io(&self.tensor.file, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::are_finite;

    #[test]
    fn what_is_not_finite_is_seen_wherever_it_stands() {
        for length in 0..40 {
            let mut values = vec![f64::MAX; length];
            assert!(are_finite(&values), "{length} numbers");
            for place in 0..length {
                for other in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
                    values[place] = other;
                    assert!(!are_finite(&values), "{other} at {place} of {length}");
                }
                values[place] = f64::MIN_POSITIVE;
            }
        }
    }
}
