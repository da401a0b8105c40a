//! Files that want to be trusted and must not be.

use super::*;

/// Headers of a safetensors file with 24 bytes of data, each with the words that refuse it.
fn hostile_headers() -> Vec<(Vec<u8>, Vec<&'static str>)> {
    let entry = |shape: &str, offsets: &str| format!(r#"{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}"#);
    let tensors = |entries: &[(&str, String)]| {
        let entries: Vec<String> = entries.iter().map(|(name, entry)| format!("\"{name}\":{entry}")).collect();
        file(&format!("{{{}}}", entries.join(",")), &[0; 24])
    };
    let (left, right) = (entry("[2]", "[0,8]"), entry("[4]", "[8,24]"));
    vec![
        (vec![], vec!["at least 8 bytes", "found 0"]),
        (vec![1, 2, 3], vec!["at least 8 bytes", "found 3"]),
        (u64::MAX.to_le_bytes().to_vec(), vec!["length 18446744073709551615"]),
        ([&(1_u64 << 40).to_le_bytes()[..], b"{}"].concat(), vec!["at most 2 bytes", "length 1099511627776"]),
        (file("", &[]), vec!["header"]),
        (file("[]", &[]), vec!["header", "object"]),
        (file("{\"a\":", &[0; 24]), vec!["header"]),
        (file("{\"a\": 1}", &[0; 24]), vec!["header"]),
        (file(&"[".repeat(100_000), &[0; 24]), vec!["header"]),
        (file("\u{ff}{}", &[]), vec!["header"]),
        (file("{}", &[0; 24]), vec!["expected 0 bytes of data", "found 24"]),
        (tensors(&[("a", left.clone())]), vec!["expected 8 bytes of data", "found 24"]),
        (tensors(&[("a", left.clone()), ("a", right.clone())]), vec!["two tensors are called `a`"]),
        (tensors(&[("a", left.clone()), ("b", entry("[5]", "[4,24]"))]), vec!["`b`", "begin at 4", "expected 8"]),
        (tensors(&[("a", left.clone()), ("b", entry("[3]", "[12,24]"))]), vec!["`b`", "begin at 12", "expected 8"]),
        (tensors(&[("a", left.clone()), ("b", entry("[4]", "[8,25]"))]), vec!["`b`", "end at 25", "at most 24"]),
        (tensors(&[("a", entry("[2]", "[8,0]"))]), vec!["`a`", "before they begin"]),
        (tensors(&[("a", entry("[2]", "[0,18446744073709551615]"))]), vec!["`a`", "at most 24"]),
        (tensors(&[("a", entry("[2]", "[-1,8]"))]), vec!["header"]),
        (tensors(&[("a", entry("[2]", "[0,99999999999999999999999]"))]), vec!["header"]),
        (tensors(&[("a", entry("[7]", "[0,24]"))]), vec!["`a`", "expected 28 bytes", "found 24"]),
        (
            tensors(&[("a", entry("[4294967296,4294967296]", "[0,24]"))]),
            vec!["`a`", "more elements than can be counted"],
        ),
        (tensors(&[("a", entry("[0,4294967296,4294967296]", "[0,24]"))]), vec!["`a`", "more elements"]),
        (tensors(&[("a", entry("[4611686018427387904]", "[0,24]"))]), vec!["`a`", "more elements"]),
        (tensors(&[("a", entry("[-3]", "[0,24]"))]), vec!["header"]),
        (tensors(&[("a", r#"{"dtype":"F32","shape":[6]}"#.to_owned())]), vec!["header", "`a`", "data_offsets"]),
    ]
}

/// Three inputs, five neurons, two outputs, with kernels of inputs x outputs.
#[test]
fn kernels_that_are_stored_the_other_way_are_named() {
    let folder = TempDir::new().unwrap();
    let stored = |leading: &[usize]| -> BTreeMap<String, Tensor> {
        let shapes: [(&str, &[usize]); 4] =
            [("0.weight", &[3, 5]), ("0.bias", &[5]), ("2.weight", &[5, 2]), ("2.bias", &[2])];
        let tensor = |(name, shape): (&str, &[usize])| {
            let shape = [leading, shape].concat();
            (name.to_owned(), (shape.clone(), vec![1.0; shape.iter().product()]))
        };
        shapes.into_iter().map(tensor).collect()
    };
    let weights = written(&folder, "turned", &safetensors(&stored(&[]), Element::F32));
    let gradients = written(&folder, "gradients", &safetensors(&stored(&[1]), Element::F32));
    let words = ["0.bias", "5 rows give 5 members", "`0.weight` gives 3", "`transposed`"];
    refused(&[&weights, "--laws", "mlp", "--gradients", &gradients], 65, &words);
}

#[test]
fn hostile_safetensors_are_refused_with_file_and_tensor() {
    let folder = TempDir::new().unwrap();
    for (content, words) in hostile_headers() {
        let name = written(&folder, "hostile.safetensors", &content);
        let error = Checkpoint::open(Path::new(&name)).expect_err("a hostile file").to_string();
        for word in words.iter().copied().chain(["hostile.safetensors"]) {
            assert!(error.contains(word), "`{word}` is missing in: {error}");
        }
    }
    // The command says the same, whichever of its files is hostile.
    let (good, bad) =
        (written(&folder, "weights", &safetensors(&perceptron(), Element::F32)), written(&folder, "bad", &[7; 64]));
    for arguments in [[&bad, &good], [&good, &bad]] {
        refused(&[arguments[0], "--laws", "mlp", "--gradients", arguments[1]], 65, &["bad", "not a safetensors file"]);
    }
}

#[test]
fn tensors_that_cannot_be_balanced_are_refused() {
    let folder = TempDir::new().unwrap();
    let gradients = written(&folder, "gradients", &safetensors(&perceptron_gradients(), Element::F32));
    let with = |name: &str, tensor: Tensor, words: &[&str]| {
        let mut tensors = perceptron();
        tensors.insert(name.to_owned(), tensor);
        let weights = written(&folder, "weights", &safetensors(&tensors, Element::F32));
        refused(
            &[&weights, "--laws", "mlp", "--gradients", &gradients],
            65,
            &[&[weights.as_str(), name], words].concat(),
        );
    };
    with("fc1.weight", (vec![0, 4], vec![]), &["dimension of zero"]);
    with("fc1.weight", (vec![3, 2, 2], counted(12)), &["3 dimensions"]);
    with("fc2.weight", (vec![6], counted(6)), &["1 dimensions"]);
    let mut weights = counted(12);
    weights[7] = f64::NAN;
    with("fc1.weight", (vec![3, 4], weights), &["element [1, 3] is NaN"]);
    let integers = r#"{"fc1.weight":{"dtype":"I64","shape":[1,3],"data_offsets":[0,24]},
        "fc2.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[24,32]}}"#;
    let weights = written(&folder, "weights", &file(integers, &[0; 32]));
    let gradients = tensors(&[("fc1.weight", &[1, 1, 3], vec![0.0; 3]), ("fc2.weight", &[1, 2, 1], vec![0.0; 2])]);
    let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F32));
    refused(&[&weights, "--laws", "mlp", "--gradients", &gradients], 65, &["fc1.weight", "BF16", "found I64"]);
}

/// PyTorch keeps steps as floating-point numbers, others as integers.
#[test]
fn a_count_may_be_of_any_type_of_numbers() {
    let folder = TempDir::new().unwrap();
    let steps: [(&str, &str, Vec<u8>); 5] = [
        ("I64", "<i8", 3000_i64.to_le_bytes().to_vec()),
        ("I32", "<i4", 3000_i32.to_le_bytes().to_vec()),
        ("U16", "<u2", 3000_u16.to_le_bytes().to_vec()),
        ("F32", "<f4", 3000_f32.to_le_bytes().to_vec()),
        ("F64", "<f8", 3000_f64.to_le_bytes().to_vec()),
    ];
    for (dtype, descr, bytes) in steps {
        let header = format!(r#"{{"a.step":{{"dtype":"{dtype}","shape":[],"data_offsets":[0,{}]}}}}"#, bytes.len());
        let safetensors = written(&folder, "steps", &file(&header, &bytes));
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        let array = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &bytes].concat();
        let archive = npz(&[("a.step.npy".to_owned(), array)], CompressionMethod::Deflated);
        let archive = written(&folder, "steps.npz", &archive);
        for path in [safetensors, archive] {
            let steps = Checkpoint::open(Path::new(&path)).unwrap().number("a.step").unwrap();
            assert_eq!(steps, 3000.0, "{dtype} in {path}");
        }
    }
    // The shape and the bytes have to agree for integers, too.
    let header = r#"{"a.step":{"dtype":"I64","shape":[2],"data_offsets":[0,8]}}"#;
    let path = written(&folder, "steps", &file(header, &[0; 8]));
    assert!(Checkpoint::open(Path::new(&path)).is_err());
}

#[test]
fn a_truncated_archive_is_said_to_be_one() {
    let folder = TempDir::new().unwrap();
    let whole = npz(&[("a.npy".to_owned(), vec![0; 400])], CompressionMethod::Stored);
    let path = written(&folder, "short.npz", &whole[..whole.len() / 2]);
    refused(&[&path, "--list"], 65, &["short.npz", "truncated, or no zip archive"]);
}

#[test]
fn what_the_system_does_not_give_has_its_own_code() {
    let weights = shipped("mlp.safetensors");
    refused(&["nowhere.safetensors", "--laws", "mlp", "--gradients", &weights], 66, &["nowhere.safetensors"]);
    refused(&[&weights, "--laws", "mlp", "--gradients", "nowhere.npz"], 66, &["nowhere.npz"]);
    let folder = TempDir::new().unwrap();
    refused(&[&folder.path().display().to_string(), "--laws", "mlp", "--gradients", &weights], 74, &["directory"]);
    let gradients = shipped("mlp.gradients.safetensors");
    let arguments = [weights.as_str(), "--laws", "mlp", "--gradients", &gradients, "--svg", "/nowhere/map.svg"];
    refused(&arguments, 74, &["/nowhere/map.svg"]);
    // A program finds the error on standard output.
    let assert = equipartition().args(["inspect", "nowhere", "--laws", "mlp", "--format", "json"]).assert().code(66);
    let document: Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    assert_eq!(document["error"]["kind"], "missing-input");
}

/// An archive with one array.
fn archive(content: Vec<u8>, method: CompressionMethod) -> Vec<u8> {
    npz(&[("a.npy".to_owned(), content)], method)
}

/// Opens a file and reads every tensor in it, in blocks.
fn read_through(path: &Path) -> Result<usize, equipartition::checkpoint::CheckpointError> {
    let checkpoint = Checkpoint::open(path)?;
    let mut count = 0;
    for name in checkpoint.names() {
        let mut left = checkpoint.tensor(name)?.len();
        let mut stream = checkpoint.stream(name)?;
        while left > 0 {
            let mut block = vec![0.0; left.min(1024)];
            stream.read(&mut block)?;
            (left, count) = (left - block.len(), count + block.len());
        }
        stream.finish()?;
    }
    Ok(count)
}

#[test]
fn hostile_archives_are_refused_with_file_and_array() {
    let folder = TempDir::new().unwrap();
    let refuse = |content: &[u8], words: &[&str]| {
        let path = PathBuf::from(written(&folder, "hostile.npz", content));
        let error = read_through(&path).expect_err("a hostile file").to_string();
        for word in words.iter().copied().chain(["hostile.npz"]) {
            assert!(error.contains(word), "`{word}` is missing in: {error}");
        }
    };
    let header = |shape: &str| format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let good = archive(npy(&[6], &counted(6), Element::F32), method);
        let path = PathBuf::from(written(&folder, "good.npz", &good));
        assert_eq!(read_through(&path).unwrap(), 6);
        for length in [3, 20, good.len() / 2, good.len() - 1] {
            refuse(&good[..length], &[]);
        }
        refuse(&archive(npy_with(&header("(7,)"), &[0; 24]), method), &["`a`", "expected 28 bytes", "found 24"]);
        refuse(&archive(npy_with(&header("(5,)"), &[0; 24]), method), &["`a`", "expected 20 bytes", "found 24"]);
        refuse(&archive(npy_with(&header("(4294967296, 4294967296)"), &[0; 24]), method), &["`a`", "more elements"]);
        refuse(&archive(npy_with(&header("(0, 4294967296, 4294967296)"), &[0; 24]), method), &["`a`", "more elements"]);
        refuse(&archive(npy_with("{'descr': '<f4'}", &[0; 24]), method), &["`a`", "header"]);
        refuse(&archive(b"not an array".to_vec(), method), &["`a`", "magic number"]);
        refuse(&archive(Vec::new(), method), &["`a`", "ends within the header"]);
        refuse(&archive(npy_with(&header("(2,)").replace("<f4", ">f4"), &[0; 8]), method), &["`a`", "found >f4"]);
        refuse(&archive(npy(&[2], &[1.0, f64::INFINITY], Element::F32), method), &["`a`", "element [1] is inf"]);
        // One bit of the data changed: the archive's checksum tells, if inflating does not.
        let mut damaged = good.clone();
        let place = good.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        damaged[place - 6] ^= 1;
        refuse(&damaged, &["`a`"]);
        let entry = || npy(&[1], &[1.0], Element::F32);
        refuse(&npz(&[("b".to_owned(), entry()), ("b.npy".to_owned(), entry())], method), &["two arrays", "`b`"]);
    }
}

/// 64 MiB are inflated freely; what claims to be more than 64 times the file's length is refused before it is read.
#[test]
fn a_compressed_bomb_is_refused_before_it_goes_off() {
    let folder = TempDir::new().unwrap();
    let zeros = npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (20000000,), }", &[0; 80_000_000]);
    let bomb = archive(zeros, CompressionMethod::Deflated);
    assert!(bomb.len() < 100_000);
    let name = written(&folder, "bomb.npz", &bomb);
    let error = Checkpoint::open(Path::new(&name)).expect_err("a bomb").to_string();
    assert!(error.contains("bomb.npz") && error.contains("inflate"), "{error}");
    // One that lies about its length is caught when it inflates to more.
    let content = npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (20000000,), }", &[0; 80_000_000]);
    let mut liar = archive(content, CompressionMethod::Deflated);
    let size = 80_000_000_u32 + 10 + 64;
    let small = npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", &[0; 8]).len() as u32;
    let mut place = 0;
    while let Some(next) = liar[place..].windows(4).position(|bytes| bytes == size.to_le_bytes()) {
        place += next;
        liar[place..place + 4].copy_from_slice(&small.to_le_bytes());
    }
    assert!(read_through(Path::new(&written(&folder, "liar.npz", &liar))).is_err());
}

// Against the format's own library

fn opened(content: &[u8]) -> Option<BTreeMap<String, Vec<usize>>> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.safetensors");
    File::create(&path).unwrap().write_all(content).unwrap();
    let checkpoint = Checkpoint::open(&path).ok()?;
    // Types that are not read here are nobody's business.
    let readable = checkpoint.names().all(|name| checkpoint.get(name).is_some_and(|tensor| tensor.element.is_ok()));
    let shapes = checkpoint.names().map(|name| (name.to_owned(), checkpoint.get(name).unwrap().shape.clone()));
    readable.then(|| shapes.collect())
}

#[test]
fn what_the_reference_library_writes_is_read() {
    use safetensors::tensor::{Dtype, TensorView};
    let data: Vec<u8> = (0..48).collect();
    let views = [("x", Dtype::F32, vec![2, 3]), ("y", Dtype::BF16, vec![12]), ("z", Dtype::F64, vec![])];
    let views: Vec<(&str, TensorView<'_>)> = views
        .into_iter()
        .map(|(name, dtype, shape)| {
            let size = if name == "z" { 8 } else { 24 };
            (name, TensorView::new(dtype, shape, &data[..size]).unwrap())
        })
        .collect();
    let content = safetensors::serialize(views, None).unwrap();
    let shapes = opened(&content).unwrap();
    assert_eq!(shapes, BTreeMap::from([("x".into(), vec![2, 3]), ("y".into(), vec![12]), ("z".into(), vec![])]));
    assert!(safetensors::SafeTensors::deserialize(&safetensors(&perceptron(), Element::F16)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the reference library refuses is refused here; nothing makes either panic.
    #[test]
    fn damaged_files_are_refused_like_by_the_reference_library(
        changes in proptest::collection::vec((0_usize..330, any::<u8>()), 1..4), cut in proptest::option::of(0_usize..500)
    ) {
        let mut content = safetensors(&perceptron(), Element::F32);
        for (place, byte) in changes {
            let place = place % content.len();
            content[place] = byte;
        }
        content.truncate(cut.unwrap_or(content.len()));
        if let Some(shapes) = opened(&content) {
            let reference = safetensors::SafeTensors::deserialize(&content);
            prop_assert!(reference.is_ok(), "{:?} {:?}", reference.err(), shapes);
        }
    }

    /// No damage to an archive makes reading panic, and no change of its data goes unnoticed.
    #[test]
    fn damaged_archives_do_no_harm(place in 0_usize..400, byte in any::<u8>(), deflated in any::<bool>()) {
        let method = if deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let mut content = archive(npy(&[40], &counted(40), Element::F32), method);
        let place = place % content.len();
        content[place] = byte;
        let folder = TempDir::new().unwrap();
        let _ = read_through(Path::new(&written(&folder, "x.npz", &content)));
    }
}
