//! Checkpoints in files of every kind: how a test makes one, and that the report is the same.

use super::*;

/// A tensor for a file: its shape and its elements.
pub(super) type Tensor = (Vec<usize>, Vec<f64>);

pub(super) fn safetensors(tensors: &BTreeMap<String, Tensor>, element: Element) -> Vec<u8> {
    let mut data = Vec::new();
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!({"format": "pt"}));
    for (name, (shape, values)) in tensors {
        let begin = data.len();
        let kind = match element {
            Element::F64 => "F64",
            Element::F32 => "F32",
            Element::F16 => "F16",
            Element::Bf16 => "BF16",
            Element::Integer { .. } => unreachable!("no parameter is an integer"),
        };
        data.extend(encoded(values, element));
        header.insert(name.clone(), json!({"dtype": kind, "shape": shape, "data_offsets": [begin, data.len()]}));
    }
    file(&Value::Object(header).to_string(), &data)
}

pub(super) fn encoded(values: &[f64], element: Element) -> Vec<u8> {
    let bytes = |value: &f64| match element {
        Element::F64 => value.to_le_bytes().to_vec(),
        Element::F32 => (*value as f32).to_le_bytes().to_vec(),
        Element::F16 => half::f16::from_f64(*value).to_le_bytes().to_vec(),
        Element::Bf16 => half::bf16::from_f64(*value).to_le_bytes().to_vec(),
        Element::Integer { .. } => unreachable!("no parameter is an integer"),
    };
    values.iter().flat_map(bytes).collect()
}

/// A safetensors file with this header and these data.
pub(super) fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

pub(super) fn npy(shape: &[usize], values: &[f64], element: Element) -> Vec<u8> {
    let descr = match element {
        Element::F64 => "<f8",
        Element::F32 => "<f4",
        Element::F16 => "<f2",
        Element::Bf16 => unreachable!("NumPy has no such type"),
        Element::Integer { .. } => unreachable!("no parameter is an integer"),
    };
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    npy_with(
        &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}"),
        &encoded(values, element),
    )
}

pub(super) fn npy_with(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let length = (dictionary.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\x00"[..], &length, dictionary.as_bytes(), data].concat()
}

pub(super) fn npz(entries: &[(String, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn written(folder: &TempDir, name: &str, content: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// All tensors of a checkpoint.
pub(super) fn read(path: &Path) -> BTreeMap<String, Tensor> {
    let checkpoint = Checkpoint::open(path).unwrap();
    let tensor = |name: &str| {
        let tensor = checkpoint.tensor(name).unwrap();
        let mut values = vec![0.0; tensor.len()];
        let mut stream = checkpoint.stream(name).unwrap();
        stream.read(&mut values).unwrap();
        stream.finish().unwrap();
        (tensor.shape.clone(), values)
    };
    checkpoint.names().map(|name| (name.to_owned(), tensor(name))).collect()
}

pub(super) fn tensors(list: &[(&str, &[usize], Vec<f64>)]) -> BTreeMap<String, Tensor> {
    list.iter().map(|(name, shape, values)| ((*name).to_owned(), (shape.to_vec(), values.clone()))).collect()
}

/// Numbers that all types can hold.
pub(super) fn counted(count: usize) -> Vec<f64> {
    (0..count).map(|index| f64::from((index * 37 % 101) as u32) / 8.0 - 6.0).collect()
}

pub(super) fn perceptron() -> BTreeMap<String, Tensor> {
    tensors(&[
        ("fc1.weight", &[3, 4], counted(12)),
        ("fc1.bias", &[3], counted(3)),
        ("fc2.weight", &[2, 3], counted(6)),
        ("fc2.bias", &[2], counted(2)),
    ])
}

/// Gradients of five samples.
pub(super) fn perceptron_gradients() -> BTreeMap<String, Tensor> {
    let stacked = |(name, (shape, values)): (String, Tensor)| {
        let shape = [&[5], &shape[..]].concat();
        (name, (shape, counted(5 * values.len()).iter().map(|value| value / 2.0).collect()))
    };
    perceptron().into_iter().map(stacked).collect()
}

#[test]
fn every_type_and_every_container_gives_the_same_report() {
    let folder = TempDir::new().unwrap();
    let mut reports = BTreeSet::new();
    let mut report = |weights: &str, gradients: &str| {
        let mut report = inspected(&[weights, "--laws", "mlp", "--gradients", gradients]);
        for member in ["weights", "gradients"] {
            report[member] = Value::Null;
        }
        reports.insert(report.to_string());
    };
    for element in [Element::F64, Element::F32, Element::F16, Element::Bf16] {
        // Multiples of 1/16 below 8 need at most seven bits.
        let weights = written(&folder, &format!("{element:?}.safetensors"), &safetensors(&perceptron(), element));
        let gradients = safetensors(&perceptron_gradients(), element);
        report(&weights, &written(&folder, &format!("{element:?}.gradients.safetensors"), &gradients));
    }
    for element in [Element::F64, Element::F32, Element::F16] {
        for (name, method) in [("stored", CompressionMethod::Stored), ("deflated", CompressionMethod::Deflated)] {
            let arrays = |tensors: BTreeMap<String, Tensor>| {
                let entry =
                    |(name, (shape, values)): (String, Tensor)| (format!("{name}.npy"), npy(&shape, &values, element));
                npz(&tensors.into_iter().map(entry).collect::<Vec<_>>(), method)
            };
            let weights = written(&folder, &format!("{element:?}.{name}.npz"), &arrays(perceptron()));
            let gradients = arrays(perceptron_gradients());
            report(&weights, &written(&folder, &format!("{element:?}.{name}.gradients.npz"), &gradients));
        }
    }
    assert_eq!(reports.len(), 1, "{reports:?}");
}

#[test]
fn a_checkpoint_in_several_files_is_that_in_one() {
    let folder = TempDir::new().unwrap();
    let mut shards = [BTreeMap::new(), BTreeMap::new()];
    let mut map = serde_json::Map::new();
    for (number, (name, tensor)) in read(Path::new(&shipped("decoder.safetensors"))).into_iter().enumerate() {
        map.insert(name.clone(), json!(format!("model-{}.safetensors", number % 2)));
        shards[number % 2].insert(name, tensor);
    }
    for (number, shard) in shards.iter().enumerate() {
        written(&folder, &format!("model-{number}.safetensors"), &safetensors(shard, Element::F32));
    }
    let index = json!({"metadata": {"total_size": 1}, "weight_map": map}).to_string();
    let index = written(&folder, "model.safetensors.index.json", index.as_bytes());
    written(&folder, "config.json", &fs::read(shipped("config.json")).unwrap());
    let gradients = shipped("decoder.gradients.safetensors");
    let options = [&["--gradients", gradients.as_str()], &DECODER[..]].concat();
    let mut sharded = inspected(&[&[index.as_str()], &options[..]].concat());
    let mut whole = inspected(&[&[shipped("decoder.safetensors").as_str()], &options[..]].concat());
    for report in [&mut sharded, &mut whole] {
        report["weights"] = Value::Null;
    }
    assert_eq!(sharded, whole);

    let words = |name: &str, index: Value, code: i32, words: &[&str]| {
        let index = written(&folder, name, index.to_string().as_bytes());
        refused(&[&[index.as_str()], &options[..]].concat(), code, words);
    };
    words("a.json", json!({"weight_map": {"a": "../model-0.safetensors"}}), 65, &["tensor `a`", "beside the index"]);
    words("b.json", json!({"weight_map": {"a": "/etc/passwd"}}), 65, &["tensor `a`", "beside the index"]);
    words("c.json", json!({"weight_map": {"a": "model-7.safetensors"}}), 66, &["model-7.safetensors", "no such file"]);
    words("d.json", json!({"weight_map": {"a": "model-0.safetensors"}}), 65, &["model-0.safetensors", "tensor `a`"]);
    words("e.json", json!({"weight_map": [1]}), 65, &["e.json", "index"]);
    let twice = r#"{"weight_map": {"a": "model-0.safetensors", "a": "model-1.safetensors"}}"#;
    let twice = written(&folder, "f.json", twice.as_bytes());
    refused(&[&[twice.as_str()], &options[..]].concat(), 65, &["f.json", "`a` comes twice"]);
}

#[test]
fn names_of_perceptrons_follow_pytorch() {
    let folder = TempDir::new().unwrap();
    for (first, second) in
        [("0", "2"), ("fc1", "fc2"), ("layers.0", "layers.10"), ("net.1", "net.3"), ("linear_1", "linear_2")]
    {
        let renamed = |tensors: BTreeMap<String, Tensor>| {
            let name = |name: String| name.replace("fc1", first).replace("fc2", second);
            tensors.into_iter().map(|(key, tensor)| (name(key), tensor)).collect()
        };
        let weights = written(&folder, "weights", &safetensors(&renamed(perceptron()), Element::F32));
        let gradients = written(&folder, "gradients", &safetensors(&renamed(perceptron_gradients()), Element::F32));
        let report = inspected(&[&weights, "--laws", "mlp", "--gradients", &gradients]);
        assert_eq!(report["laws"].as_array().map(Vec::len), Some(1), "{first}");
        assert_eq!(report["laws"][0]["members"].as_array().map(Vec::len), Some(3));
    }
    for (name, words) in
        [("norm.weight", "norm.weight"), ("fc1.scale", "fc1.scale"), ("x", "`x`"), ("gc3.weight", "gc3.weight")]
    {
        let mut tensors = perceptron();
        tensors.insert(name.to_owned(), (vec![1], vec![1.0]));
        let weights = written(&folder, "weights", &safetensors(&tensors, Element::F32));
        refused(&[&weights, "--laws", "mlp", "--gradients", &weights], 65, &[words, "mlp", &weights]);
    }
    let mut tensors = perceptron();
    tensors.insert("fc2.weight".to_owned(), (vec![2, 4], counted(8)));
    let weights = written(&folder, "weights", &safetensors(&tensors, Element::F32));
    refused(&[&weights, "--laws", "mlp", "--gradients", &weights], 65, &["fc2.weight", "4 columns", "3"]);
}

#[test]
fn the_degree_of_the_activation_weighs_the_outgoing_side() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F32));
    let gradients = written(&folder, "gradients", &safetensors(&perceptron_gradients(), Element::F32));
    let report = |activation: &str| {
        inspected(&[&weights, "--laws", "mlp", "--gradients", &gradients, "--activation", activation])
    };
    let [relu, squared, identity] = ["relu", "squared-relu", "identity"].map(report);
    let law = |report: &Value| laws(report)[&("incoming / outgoing weights of neurons".to_owned(), Some(0))].clone();
    assert_eq!(law(&relu)["gradient_a"], law(&squared)["gradient_a"]);
    assert_eq!(2.0 * number(&law(&relu)["gradient_b"]), number(&law(&squared)["gradient_b"]));
    assert_eq!((relu["laws"].as_array().unwrap().len(), identity["laws"].as_array().unwrap().len()), (1, 2));
    assert_eq!(law(&relu)["imbalance"], law(&identity)["imbalance"]);
}
