"""What the scripts of this folder that run PyTorch share: numbers that float32 holds exactly, tensors for JSON, and files that appear whole."""
import json
import os
import sys

import torch


def representable(tensor):
    """The same values rounded to float32, in float64: what a float32 engine is given exactly."""
    return tensor.float().double()


def host(tensor):
    """A tensor for JSON: shape and row-major values."""
    return {"shape": list(tensor.shape), "values": [float(f"{value:.12g}") for value in tensor.detach().flatten().tolist()]}


def write(root, path, content):
    """Writes a fixture below `root`, saying which script made it."""
    target = os.path.join(root, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    beside = f"{target}.partial"
    script = os.path.basename(sys.argv[0])
    with open(beside, "w") as file:
        json.dump({"madeBy": f"tools/oracles/{script} with PyTorch {torch.__version__.split('+')[0]}, float64", **content}, file)
        file.write("\n")
    os.replace(beside, target)
