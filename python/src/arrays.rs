//! Arrays of Python as checkpoints, read where they lie.

use equipartition::checkpoint::{Array, Checkpoint, Element, Held};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A name, its shape, the type of its elements (`f64`, `f32`, `f16`, `bf16`), and a buffer with their bytes, contiguous and little-endian.
type Described<'py> = (String, Vec<usize>, String, Bound<'py, PyAny>);
/// A checkpoint's name and its arrays.
pub type Named<'py> = (String, Vec<Described<'py>>);

/// A buffer that Python lends until this is dropped.
struct Lent {
    buffer: PyBuffer<u8>,
    /// Nobody listens any more.
    interrupted: Arc<AtomicBool>,
}

impl Held for Lent {
    fn length(&self) -> u64 {
        self.buffer.len_bytes() as u64
    }

    fn copy(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        let length = self.buffer.len_bytes();
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        if start > length || bytes.len() > length - start {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let source = self.buffer.buf_ptr().cast::<u8>();
        // SAFETY: the buffer is contiguous (`checkpoint` has asked), stays where it is as long as it is lent, and has these bytes. Python may write into it
        // meanwhile from another thread, as into whatever an extension reads without the interpreter's lock: then the numbers are some old and some new ones.
        unsafe { source.add(start).copy_to_nonoverlapping(bytes.as_mut_ptr(), bytes.len()) };
        Ok(())
    }
}

/// The checkpoint of some arrays; it keeps them alive, and keeps no copy.
pub fn checkpoint((name, arrays): Named<'_>, interrupted: &Arc<AtomicBool>) -> PyResult<Checkpoint> {
    let lent = |(name, shape, element, object): Described<'_>| {
        let buffer = PyBuffer::<u8>::get(&object)?;
        if !buffer.is_c_contiguous() {
            return Err(PyValueError::new_err(format!("array `{name}`: expected contiguous bytes")));
        }
        let bytes = Arc::new(Lent { buffer, interrupted: Arc::clone(interrupted) });
        Ok((name, Array { shape, element: of_name(&element)?, bytes }))
    };
    let arrays = arrays.into_iter().map(lent).collect::<PyResult<Vec<_>>>()?;
    Checkpoint::of_arrays(&name, arrays).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A checkpoint whose shapes count and whose numbers nobody reads.
pub fn of_shapes(shapes: Vec<(String, Vec<usize>)>) -> PyResult<Checkpoint> {
    /// So many zeros.
    struct Zeros(u64);
    impl Held for Zeros {
        fn length(&self) -> u64 {
            self.0
        }
        fn copy(&self, _: u64, bytes: &mut [u8]) -> io::Result<()> {
            bytes.fill(0);
            Ok(())
        }
    }
    let element = Element::F64;
    let array = |shape: Vec<usize>| {
        let length =
            shape.iter().try_fold(element.size() as u64, |product, length| product.checked_mul(*length as u64));
        Array { shape, element, bytes: Arc::new(Zeros(length.unwrap_or(0))) }
    };
    let arrays = shapes.into_iter().map(|(name, shape)| (name, array(shape)));
    Checkpoint::of_arrays("parameters", arrays).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn of_name(name: &str) -> PyResult<Element> {
    let known = [Element::F64, Element::F32, Element::F16, Element::Bf16];
    let found = known.into_iter().find(|element| element.name() == name);
    found.ok_or_else(|| PyValueError::new_err(format!("elements `{name}`: expected f64, f32, f16 or bf16")))
}
