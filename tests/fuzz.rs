//! Every parser on bytes that nobody thought of: files that are right, changed at random by keyed streams, so that a round can be repeated.
//!
//! `FUZZ_ROUNDS=100000 cargo test --release --test fuzz` asks more; docs/fuzzing.md tells how libFuzzer is let loose on the same functions.

#[path = "../fuzz/src/lib.rs"]
mod harness;

use equipartition::verify::Stream;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Words that parsers look for, and numbers that they trip over.
const WORDS: [&str; 36] = [
    "0",
    "-1",
    "1e999",
    "-1e-999",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296",
    "nan",
    "inf",
    "null",
    "true",
    "1/0",
    "0.1",
    "\"\"",
    "[]",
    "{}",
    "[[",
    "]]",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{0}",
    "\u{feff}",
    "\u{e9}",
    "#",
    "=",
    "\\u0000",
    "\"",
    "'",
    "(",
    ")",
    "^",
    "sum(",
    ",",
];

/// One to four changes of a file.
fn changed(files: &[Vec<u8>], random: &mut Stream) -> Vec<u8> {
    let mut bytes = files[random.below(files.len())].clone();
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len() + 1);
        let end = (place + 1 + random.below(16)).min(bytes.len());
        match random.below(9) {
            0 if place < bytes.len() => bytes[place] ^= 1 << random.below(8),
            1 if place < bytes.len() => bytes[place] = random.bits() as u8,
            2 => bytes.truncate(place),
            3 => drop(bytes.drain(place..end)),
            4 => bytes.splice(place..place, bytes[place..end].to_vec()).for_each(drop),
            5 => {
                // The rest of another file.
                let other = &files[random.below(files.len())];
                bytes.truncate(place);
                bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
            6 => {
                // A number in place of another.
                let from = bytes[place..].iter().position(u8::is_ascii_digit).map_or(place, |found| place + found);
                let to = bytes[from..]
                    .iter()
                    .position(|byte| !byte.is_ascii_digit())
                    .map_or(bytes.len(), |found| from + found);
                bytes.splice(from..to, WORDS[random.below(12)].bytes()).for_each(drop);
            }
            7 => {
                // Two lines change places.
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                if !lines.is_empty() {
                    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
                    lines.swap(a, b);
                }
                bytes = lines.concat();
            }
            _ => bytes.splice(place..place, WORDS[random.below(WORDS.len())].bytes()).for_each(drop),
        }
    }
    bytes
}

/// The first of so many rounds in which a target panics, with the bytes.
fn first_fault(name: &str, target: impl Fn(&[u8]), files: &[Vec<u8>], rounds: u64) -> Option<(u64, Vec<u8>)> {
    (0..rounds).find_map(|round| {
        let bytes = changed(files, &mut Stream::new(&["fuzz", name], 0, round));
        catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err().then_some((round, bytes))
    })
}

/// The target on the files as they are, and on rounds of them changed.
fn fuzz(name: &str, target: fn(&[u8]), files: &[Vec<u8>], rounds: u64) {
    assert!(!files.is_empty());
    files.iter().for_each(|bytes| target(bytes));
    let rounds = std::env::var("FUZZ_ROUNDS").ok().map_or(rounds, |text| text.parse().expect("a number of rounds"));
    if let Some((round, bytes)) = first_fault(name, target, files, rounds) {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{round}"));
        fs::write(&path, &bytes).expect("writable");
        panic!("round {round} of {name} fails: cargo fuzz run {name} {}", path.display());
    }
}

/// All files of a folder with this ending, below a length.
fn files(folder: &str, ending: &str, longest: u64) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.retain(|path| {
        path.extension().is_some_and(|of| of == ending) && path.metadata().is_ok_and(|of| of.len() < longest)
    });
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

#[test]
fn requests() {
    let point = r#"{
  "model": {"kind": "mlp", "widths": [2, 2, 1], "activation": "relu", "bias": true},
  "loss": "squared-error",
  "samples": [{"x": ["1/2", "-3"], "y": ["1"]}],
  "weights": ["1"],
  "theta": ["1/3", "1", "-2", "0.5", "1", "1", "2", "-1/7", "0"],
  "learning_rate": "1/100", "weight_decay": "3/100",
  "scalar": "rational",
  "quantities": ["loss", "entropy", "entropic_loss", "gradient"]
}"#;
    let floats = point.replace("\"rational\"", "\"f64\"").replace("relu", "gelu");
    let lines = point.replace('\n', " ");
    fuzz(
        "request",
        harness::request,
        &[point, &floats, &format!("{lines}\n{lines}\n")].map(|text| text.as_bytes().to_vec()),
        400,
    );
}

#[test]
fn models() {
    fuzz("model", harness::model, &files("examples/models", "toml", 1 << 16), 400);
}

#[test]
fn laws() {
    let mut known = files("examples/theories", "toml", 1 << 16);
    known.extend(files("examples/pytorch/checkpoints", "json", 1 << 10));
    known.extend(files("tests/inspect/cases/mixtral-moe", "toml", 1 << 16));
    for text in [
        "u, w[n], x[n], y; n in 1..3\n(u relu(sum(w * x)) - y)^2\nu grad(F; u) = sum(w * grad(F; w))\n",
        "a[m], b[m, n], x[n], y; m in 1..2, n in 1..2\n(a @ tanh(b @ x) - y)^2\nE[sum(g(a)^2)] = 4 gamma / eta sum(a^2)\n",
    ] {
        known.push(text.as_bytes().to_vec());
    }
    fuzz("laws", harness::laws, &known, 400);
}

/// An archive of one array, as NumPy writes it, but for the checksum: the bytes are stored.
fn npz(header: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{header:<117}\n");
    let array = [b"\x93NUMPY\x01\x00".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes(), data].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&array);
    let name = b"fc1.weight.npy";
    let length = (array.len() as u32).to_le_bytes();
    let shared =
        [&[0; 8][..], &sum.sum().to_le_bytes(), &length, &length, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
    let local = [b"PK\x03\x04\x14\0".as_slice(), &shared, name, &array].concat();
    let central = [b"PK\x01\x02\x14\0\x14\0".as_slice(), &shared, &[0; 14], name].concat();
    let (at, size) = ((local.len() as u32).to_le_bytes(), (central.len() as u32).to_le_bytes());
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(), &size, &at, &[0, 0]].concat();
    [local, central, end].concat()
}

#[test]
fn checkpoints() {
    let mut known = files("examples/pytorch/checkpoints", "safetensors", 6000);
    let array = npz("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", &[0; 32]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("array.npz");
    fs::write(&path, &array).expect("writable");
    let opened = equipartition::checkpoint::Checkpoint::open(&path).expect("an archive that is right");
    assert_eq!(opened.names().collect::<Vec<_>>(), ["fc1.weight"]);
    known.push(array);
    let header = br#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}}"#;
    known.push([&(header.len() as u64).to_le_bytes(), header.as_slice(), &[0; 24]].concat());
    fuzz("checkpoint", harness::checkpoint, &known, 800);
}

#[test]
fn locks() {
    fuzz("lock", harness::lock, &[harness::run()[1].clone()], 200);
}

#[test]
fn reports() {
    fuzz("report", harness::report, &[harness::run()[0].clone()], 200);
}

/// That rounds find what is there to be found: a reader that trusts the length it is told.
#[test]
fn a_parser_that_trusts_a_length_is_found_out() {
    let trusting = |bytes: &[u8]| {
        if let Some((length, rest)) = bytes.split_first() {
            assert!(rest.len() < 4 || rest[..usize::from(*length)].len() < 256);
        }
    };
    let right = vec![vec![6, 1, 2, 3, 4, 5, 6, 7]];
    right.iter().for_each(|bytes| trusting(bytes));
    let (round, bytes) = first_fault("trusting", trusting, &right, 400).expect("a fault");
    assert!(catch_unwind(|| trusting(&bytes)).is_err());
    assert_eq!(
        first_fault("trusting", trusting, &right, 400),
        Some((round, bytes)),
        "the rounds are not the same twice"
    );
}
