"""Safetensors files without a library: the length of a header, the header in JSON, the data."""

import json
import struct

import numpy as np

TYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


def save(path, arrays):
    """Writes a dictionary of NumPy arrays."""
    names = {np.dtype(kind): name for name, kind in TYPES.items()}
    header, position = {}, 0
    for name, array in arrays.items():
        end = position + array.nbytes
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [position, end]}
        position = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())


def load(path):
    """Reads a dictionary of NumPy arrays, all as float64."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    arrays = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(content[begin:end], TYPES[entry["dtype"]])
        arrays[name] = array.astype(np.float64).reshape(entry["shape"])
    return arrays
