//! Tensors that the process itself holds, read as those of a file are.

use super::{Checkpoint, CheckpointError, Element, Storage, Tensor, extent};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bytes of a tensor: its elements in row-major order, little-endian. They are copied piece by piece as they are read, never as a whole.
pub trait Held: Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// Fills `bytes` with those that begin at `offset`.
    ///
    /// # Errors
    /// If they are not to be had (any more).
    fn copy(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;
}

impl Held for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn copy(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        (&self[start..]).read_exact(bytes)
    }
}

/// A tensor that the process holds.
#[derive(Clone)]
pub struct Array {
    /// The size of each dimension; none for a single number.
    pub shape: Vec<usize>,
    /// The type of its elements.
    pub element: Element,
    /// The elements.
    pub bytes: Arc<dyn Held>,
}

/// The same as a source of bytes.
#[derive(Clone)]
pub(super) struct Reader {
    bytes: Arc<dyn Held>,
    position: u64,
}

impl fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes of this process", self.bytes.length())
    }
}

impl Read for Reader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.bytes.length() - self.position;
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.bytes.copy(self.position, &mut bytes[..count])?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Checkpoint {
    /// A checkpoint of tensors that the process holds; messages call it `name`, as they would call a file.
    ///
    /// # Errors
    /// If a tensor has not as many bytes as its shape says.
    ///
    /// ```
    /// use equipartition::checkpoint::{Array, Checkpoint, Element};
    /// use std::sync::Arc;
    ///
    /// let bytes = [0.5_f32, -2.0].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    /// let array = Array { shape: vec![2], element: Element::F32, bytes: Arc::new(bytes) };
    /// let checkpoint = Checkpoint::of_arrays("parameters", [("bias".to_owned(), array)])?;
    /// let mut numbers = [0.0; 2];
    /// checkpoint.stream("bias")?.read(&mut numbers)?;
    /// assert_eq!(numbers, [0.5, -2.0]);
    /// # Ok::<(), equipartition::checkpoint::CheckpointError>(())
    /// ```
    pub fn of_arrays(name: &str, arrays: impl IntoIterator<Item = (String, Array)>) -> Result<Self, CheckpointError> {
        let file: Arc<Path> = Arc::from(Path::new(name));
        let mut tensors = BTreeMap::new();
        for (tensor, Array { shape, element, bytes }) in arrays {
            let (expected, found) = (extent(&shape, element.size()), bytes.length());
            if expected != Some(found) {
                let expected = expected
                    .map_or_else(|| "more bytes than there can be".to_owned(), |bytes| format!("{bytes} bytes"));
                let problem = format!("its shape {shape:?} in {} takes {expected}, found {found}", element.name());
                return Err(CheckpointError::tensor(&file, &tensor, problem));
            }
            let storage = Storage::Held(Reader { bytes, position: 0 });
            tensors
                .insert(tensor, Tensor { shape, element: Ok(element), count: None, file: Arc::clone(&file), storage });
        }
        Ok(Checkpoint { path: PathBuf::from(name), tensors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], numbers: &[f64]) -> (String, Array) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        ("w".to_owned(), Array { shape: shape.to_vec(), element: Element::F64, bytes: Arc::new(bytes) })
    }

    #[test]
    fn numbers_are_read_in_order_again_and_again() {
        let numbers: Vec<f64> = (0..40_000).map(f64::from).collect();
        let checkpoint = Checkpoint::of_arrays("parameters", [array(&[200, 200], &numbers)]).expect("it fits");
        for _ in 0..2 {
            let mut stream = checkpoint.stream("w").expect("it is there");
            let mut found = vec![0.0; numbers.len()];
            found.chunks_mut(777).for_each(|piece| stream.read(piece).expect("there are as many"));
            stream.finish().expect("no more");
            assert_eq!(found, numbers);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (shape, found) in [(&[3, 2][..], "takes 48 bytes, found 16"), (&[usize::MAX, 2], "than there can be")] {
            let error = Checkpoint::of_arrays("parameters", [array(shape, &[1.0, 2.0])]).expect_err("it does not fit");
            let text = error.to_string();
            assert!(text.starts_with("parameters: tensor `w`: its shape") && text.contains(found), "{text}");
        }
        let infinite = Checkpoint::of_arrays("gradients", [array(&[2], &[1.0, f64::INFINITY])]).expect("it fits");
        let error = infinite.stream("w").and_then(|mut stream| stream.read(&mut [0.0; 2])).expect_err("not finite");
        assert_eq!(error.to_string(), "gradients: tensor `w`: element [1] is inf: expected finite numbers");
    }

    #[test]
    fn bytes_that_are_gone_are_an_error() {
        struct Gone;
        impl Held for Gone {
            fn length(&self) -> u64 {
                8
            }
            fn copy(&self, _: u64, _: &mut [u8]) -> io::Result<()> {
                Err(io::Error::other("gone"))
            }
        }
        let array = Array { shape: vec![], element: Element::F64, bytes: Arc::new(Gone) };
        let checkpoint = Checkpoint::of_arrays("parameters", [("w".to_owned(), array)]).expect("it fits");
        let error = checkpoint.stream("w").and_then(|mut stream| stream.read(&mut [0.0])).expect_err("gone");
        assert_eq!(error.to_string(), "cannot read parameters: gone");
    }
}
