//! The catalogue of a NumPy archive: a zip file with one array in each entry.

use super::npy::{self, HeaderError};
use super::{CheckpointError, Storage, Tensor, extent, open};
use flate2::read::DeflateDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// An archive that claims to inflate by more is a bomb: deflate reaches a thousand, weights and moments do not reach two.
const LARGEST_INFLATION: u64 = 64;
/// What a small archive may inflate to in any case.
const INFLATED_FREELY: u64 = 64 << 20;

pub fn catalogue(path: &Path) -> Result<BTreeMap<String, Tensor>, CheckpointError> {
    let malformed = |problem: String| CheckpointError::file(path, format!("not an npz archive: {problem}"));
    let zipped = |error: ZipError| match error {
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => CheckpointError::io(path, error),
        error => malformed(error.to_string()),
    };
    let (file, length) = open(path)?;
    let mut bytes = file.try_clone().map_err(|error| CheckpointError::io(path, error))?;
    // It begins like one; whatever is wrong at its end, the reader's own words are about a part of the format.
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| match zipped(error) {
        CheckpointError::File { .. } => malformed("truncated, or no zip archive".to_owned()),
        error => error,
    })?;
    if archive.has_duplicate_names() {
        return Err(malformed("two arrays have the same name".to_owned()));
    }
    let (mut stored, mut inflated) = (0_u64, 0_u64);
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(zipped)?;
        let name = entry.name().map_err(zipped)?.into_owned();
        // PyTorch's own archives have one pickle that says what their other entries mean.
        if name == "data.pkl" || name.ends_with("/data.pkl") {
            return Err(CheckpointError::file(
                path,
                "this is a file of torch.save, whose pickle is not read: load it in PyTorch and save its tensors with \
                 safetensors.torch.save_file",
            ));
        }
        // What archivers add: folders, and what macOS notes about each file.
        if name.ends_with('/') || name.split('/').any(|part| part == "__MACOSX" || part == ".DS_Store") {
            continue;
        }
        let refused = |problem: String| CheckpointError::tensor(path, &name, problem);
        let deflated = match entry.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            method => return Err(refused(format!("expected a stored or deflated array, found {method}"))),
        };
        if entry.encrypted() {
            return Err(refused("it is encrypted".to_owned()));
        }
        let offset = entry.data_start().ok_or_else(|| refused("it has no data".to_owned()))?;
        let end = offset.checked_add(entry.compressed_size()).filter(|end| *end <= length);
        if end.is_none() || (!deflated && entry.compressed_size() != entry.size()) {
            let size = entry.compressed_size();
            return Err(refused(format!("its {size} bytes from {offset} are not in a file of {length} bytes")));
        }
        stored = stored.saturating_add(entry.compressed_size());
        inflated = inflated.saturating_add(entry.size());
        let storage =
            Storage::Entry { offset, stored: entry.compressed_size(), deflated, crc: entry.crc32(), header: 0 };
        entries.push((name, storage, entry.size()));
    }
    if stored > length {
        return Err(malformed(format!("its arrays overlap: {stored} bytes in a file of {length}")));
    }
    if inflated > LARGEST_INFLATION.saturating_mul(length).max(INFLATED_FREELY) {
        return Err(malformed(format!(
            "{length} bytes that inflate to {inflated}: expected at most {LARGEST_INFLATION} times as many \
             (an honest archive of this kind can be saved with numpy.savez, uncompressed)"
        )));
    }
    let mut tensors = BTreeMap::new();
    for (entry, storage, size) in entries {
        let name = entry.strip_suffix(".npy").unwrap_or(&entry).to_owned();
        let tensor = array(path, &mut bytes, &name, storage, size)?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(malformed(format!("two arrays are called `{name}`")));
        }
    }
    Ok(tensors)
}

/// Reads the header of the array in an entry that holds `size` bytes once inflated.
fn array(path: &Path, file: &mut File, name: &str, storage: Storage, size: u64) -> Result<Tensor, CheckpointError> {
    let refused = |problem: String| CheckpointError::tensor(path, name, problem);
    let Storage::Entry { offset, stored, deflated, crc, .. } = storage else {
        return Err(refused("it is no entry of an archive".to_owned()));
    };
    file.seek(SeekFrom::Start(offset)).map_err(|error| CheckpointError::io(path, error))?;
    let bytes = BufReader::new(file.take(stored));
    let header = if deflated { npy::read(DeflateDecoder::new(bytes)) } else { npy::read(bytes) };
    let header = header.map_err(|error| match error {
        HeaderError::Malformed(problem) => refused(problem),
        HeaderError::Io(error)
            if matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData) =>
        {
            refused(format!("the compressed data are damaged: {error}"))
        }
        HeaderError::Io(error) => CheckpointError::io(path, error),
    })?;
    let shape = &header.shape;
    let Some(expected) = extent(shape, header.size.unwrap_or(1)) else {
        return Err(refused(format!("its shape {shape:?} has more elements than can be counted")));
    };
    let found = size.saturating_sub(header.length);
    if (header.element.is_ok() || header.count.is_some()) && expected != found {
        return Err(refused(format!("expected {expected} bytes for the shape {shape:?}, found {found}")));
    }
    let storage = Storage::Entry { offset, stored, deflated, crc, header: header.length };
    Ok(Tensor { shape: header.shape, element: header.element, count: header.count, file: path.into(), storage })
}
