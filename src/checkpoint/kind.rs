//! Files of other kinds that are taken for checkpoints, told by how they begin.

use super::{CheckpointError, open};
use std::io::Read;
use std::path::Path;

/// As many bytes tell a kind.
const BEGINNING: u64 = 512;

/// What a file is that is no checkpoint, and what to do; none if that is not known.
pub fn other_kind(path: &Path) -> Result<Option<&'static str>, CheckpointError> {
    let (file, _) = open(path)?;
    let mut start = Vec::new();
    file.take(BEGINNING).read_to_end(&mut start).map_err(|error| CheckpointError::io(path, error))?;
    Ok(kind(&start))
}

fn kind(start: &[u8]) -> Option<&'static str> {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|text| text.eq_ignore_ascii_case(prefix.as_bytes()));
    Some(match start {
        // The length of a safetensors header may be any of these.
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => return None,
        [0x80, 2..=5, ..] => {
            "a pickle, as torch.save wrote it before PyTorch 1.6: load it there and save its tensors with \
             safetensors.torch.save_file"
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => {
            "a single NumPy array, without a name: save named arrays with numpy.savez"
        }
        [b'G', b'G', b'U', b'F', ..] => {
            "a GGUF file, whose tensors are usually quantised: inspect the checkpoint that it was converted from"
        }
        [0x89, b'H', b'D', b'F', ..] => "an HDF5 file, such as Keras writes: save its arrays with numpy.savez",
        [0x1f, 0x8b, ..] => "compressed by gzip: decompress it first",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed by zstd: decompress it first",
        _ if begins("version https://git-lfs") => {
            "a pointer of Git LFS, which stands for the file: fetch the file itself with git lfs pull"
        }
        _ if begins("<!doctype") || begins("<html") => {
            "a page in HTML, such as a server sends for a login or an error: download the file itself"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_first_bytes_and_headers_of_safetensors_are_none() {
        for (start, hint) in [
            (&b"\x80\x02}q\x00X\x01\x00\x00\x00w"[..], "pickle"),
            (b"\x93NUMPY\x01\x00", "numpy.savez"),
            (b"GGUF\x03\x00\x00\x00", "GGUF"),
            (b"\x89HDF\r\n", "HDF5"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (b"\n<!DOCTYPE html>", "HTML"),
            (b"<HTML>", "HTML"),
            (b"\x1f\x8b\x08", "gzip"),
        ] {
            assert!(kind(start).is_some_and(|kind| kind.contains(hint)), "{start:?}");
        }
        // Lengths of headers, one of which begins like a pickle.
        for start in [&b"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\""[..], b"\x80\x02\x00\x00\x00\x00\x00\x00{\"a\""] {
            assert_eq!(kind(start), None, "{start:?}");
        }
    }
}
