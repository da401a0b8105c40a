//! Checkpoints: files of named tensors, read as a stream and never as a whole.
//!
//! | module | what |
//! |---|---|
//! | `element` | f64, f32, f16 and bf16 to f64 |
//! | `safetensors` | the catalogue of a safetensors file |
//! | `index` | the index of a checkpoint in several safetensors files |
//! | `npz` | the catalogue of a NumPy archive, stored or deflated |
//! | `npy` | the header of one NumPy array |
//! | `held` | tensors that the process itself holds |
//! | `kind` | files of other kinds, by their first bytes |
//!
//! A file is taken for hostile until its catalogue is consistent with its length: nothing is allocated because a header
//! says so. Tensors whose elements cannot be read, such as integers, are errors only when somebody reads them.

mod element;
mod held;
mod index;
mod kind;
mod npy;
mod npz;
mod safetensors;
mod stream;

pub use element::Element;
pub use held::{Array, Held};
pub use stream::TensorStream;

use crate::{suggest, visible};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a checkpoint cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// There is no such file.
    #[error("{file}: no such file")]
    Missing {
        /// Its path.
        file: String,
    },
    /// The system does not give it out.
    #[error("cannot read {file}: {source}")]
    Reading {
        /// Its path.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file as a whole is malformed.
    #[error("{file}: {problem}")]
    File {
        /// Its path.
        file: String,
        /// What was expected and what was found.
        problem: String,
    },
    /// One tensor is malformed, or not what is needed.
    #[error("{file}: tensor `{tensor}`: {problem}")]
    Tensor {
        /// The file's path.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// What was expected and what was found.
        problem: String,
    },
}

fn shown(file: &Path) -> String {
    visible::line(&file.display().to_string()).into_owned()
}

impl CheckpointError {
    fn io(file: &Path, source: io::Error) -> Self {
        let file = shown(file);
        match source.kind() {
            io::ErrorKind::NotFound => CheckpointError::Missing { file },
            _ => CheckpointError::Reading { file, source },
        }
    }

    pub(crate) fn file(file: &Path, problem: impl Into<String>) -> Self {
        CheckpointError::File { file: shown(file), problem: problem.into() }
    }

    pub(crate) fn tensor(file: &Path, tensor: &str, problem: impl Into<String>) -> Self {
        CheckpointError::Tensor {
            file: shown(file),
            tensor: visible::line(tensor).into_owned(),
            problem: problem.into(),
        }
    }
}

/// Where the bytes of a tensor are.
#[derive(Clone, Debug)]
enum Storage {
    /// As they are, from this offset of the file.
    Plain { offset: u64 },
    /// An entry of a zip archive, whose contents begin with a header of this length.
    Entry { offset: u64, stored: u64, deflated: bool, crc: u32, header: u64 },
    /// In this process.
    Held(held::Reader),
}

/// A tensor of a checkpoint: what is known without reading its elements.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// The size of each dimension; none for a single number.
    pub shape: Vec<usize>,
    /// The type of its elements, or why they cannot be read.
    pub element: Result<Element, String>,
    /// The type of its elements if they are integers, which nothing but counts may be.
    count: Option<Element>,
    file: Arc<Path>,
    storage: Storage,
}

impl Tensor {
    /// The file that holds it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The number of elements; the catalogue has checked that it is one.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The place of an element along each dimension, by its number in row-major order.
    pub fn place(&self, mut number: usize) -> Vec<usize> {
        let mut place = vec![0; self.shape.len()];
        for (index, length) in place.iter_mut().zip(&self.shape).rev() {
            *index = number % length;
            number /= length;
        }
        place
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }
}

/// The tensors of a checkpoint by name.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
    tensors: BTreeMap<String, Tensor>,
}

impl Checkpoint {
    /// Reads the catalogue of a safetensors file, of an npz archive, or of the shards that an index
    /// (`*.safetensors.index.json`) names.
    ///
    /// # Errors
    /// If a file is missing, cannot be read, or is malformed.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        if let Some(kind) = kind::other_kind(path)? {
            return Err(CheckpointError::file(path, format!("this is {kind}")));
        }
        let tensors = if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            index::catalogue(path)?
        } else if begins_with(path, b"PK")? {
            npz::catalogue(path)?
        } else {
            safetensors::catalogue(path)?
        };
        Ok(Checkpoint { path: path.to_owned(), tensors })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same with other names for its tensors, which must stay different.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        Checkpoint { tensors: self.tensors.into_iter().map(|(old, tensor)| (name(&old), tensor)).collect(), ..self }
    }

    /// The names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The tensor of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// The tensor of that name.
    ///
    /// # Errors
    /// If there is none.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, CheckpointError> {
        self.tensor_beside(name, |_| false)
    }

    /// The same; a name that `is_expected` for itself is not proposed in the place of one that is missing.
    ///
    /// # Errors
    /// If there is none.
    pub fn tensor_beside(&self, name: &str, is_expected: impl Fn(&str) -> bool) -> Result<&Tensor, CheckpointError> {
        self.get(name).ok_or_else(|| {
            // Another layer is no slip of the pen.
            let numbers = |name: &str| -> Vec<String> {
                let numbers = name.split(|character: char| !character.is_ascii_digit());
                numbers.filter(|number| !number.is_empty()).map(str::to_owned).collect()
            };
            let meant = |other: &&str| numbers(other) == numbers(name) && !is_expected(other);
            let nearest = suggest::nearest(name, self.names().filter(meant)).map(visible::line);
            let nearest = nearest.map(|nearest| format!(": did you mean `{nearest}`?")).unwrap_or_default();
            CheckpointError::tensor(&self.path, name, format!("there is none in this checkpoint{nearest}"))
        })
    }

    /// The one number that a tensor holds, a count perhaps.
    ///
    /// # Errors
    /// If there is no such tensor, or it holds no number or several.
    pub fn number(&self, name: &str) -> Result<f64, CheckpointError> {
        let tensor = self.tensor(name)?;
        let length = tensor.len();
        if length != 1 {
            return Err(CheckpointError::tensor(&tensor.file, name, format!("expected one number, found {length}")));
        }
        let element = tensor.count.map_or_else(|| tensor.element.clone(), Ok);
        let tensor = Tensor { element, ..tensor.clone() };
        let mut stream = TensorStream::open(name, &tensor)?;
        let mut number = [0.0];
        stream.read(&mut number)?;
        stream.finish()?;
        Ok(number[0])
    }

    /// The elements of a tensor in row-major order, from the first to the last.
    ///
    /// # Errors
    /// If there is no such tensor, its elements are no floating-point numbers, or the file cannot be opened.
    pub fn stream<'a>(&'a self, name: &'a str) -> Result<TensorStream<'a>, CheckpointError> {
        TensorStream::open(name, self.tensor(name)?)
    }
}

/// Opens a regular file; a pipe or a directory would block or fail in the middle.
fn open(path: &Path) -> Result<(File, u64), CheckpointError> {
    let metadata = fs::metadata(path).map_err(|error| CheckpointError::io(path, error))?;
    if metadata.is_dir() {
        // As for every other file that is read.
        return Err(CheckpointError::io(path, io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !metadata.is_file() {
        return Err(CheckpointError::file(path, "expected a regular file"));
    }
    let file = File::open(path).map_err(|error| CheckpointError::io(path, error))?;
    Ok((file, metadata.len()))
}

fn begins_with(path: &Path, magic: &[u8]) -> Result<bool, CheckpointError> {
    let (file, _) = open(path)?;
    let mut start = Vec::new();
    file.take(magic.len() as u64).read_to_end(&mut start).map_err(|error| CheckpointError::io(path, error))?;
    Ok(start == magic)
}

/// The number of elements of a shape and the bytes that they take, unless that overflows.
fn extent(shape: &[usize], size: usize) -> Option<u64> {
    // A zero elsewhere must not hide an overflow: the factors are multiplied, not the product looked at.
    let elements =
        shape.iter().filter(|&&length| length > 0).try_fold(1_usize, |product, &length| product.checked_mul(length))?;
    let bytes = u64::try_from(elements.checked_mul(size)?).ok()?;
    Some(if shape.contains(&0) { 0 } else { bytes })
}
