"""What PyTorch computes in float64 for the encoder of EERNN, as a fixture of its tests.

    python tools/oracles/bilstm.py packages

writes encoders/bilstm/src/__fixtures__/bilstm.json below the folder named. Needs: pip install torch numpy
"""
import json
import os
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from fixtures import host, representable

torch.set_default_dtype(torch.float64)


class Encoder(nn.Module):
    """Word vectors, a bidirectional LSTM over packed sequences, the maximum of its states over the words of an item, perhaps a linear layer."""

    def __init__(self, vocabulary, word_dimension, hidden, dimension):
        super().__init__()
        self.words = nn.Embedding(vocabulary, word_dimension)
        self.lstm = nn.LSTM(word_dimension, hidden, batch_first=True, bidirectional=True)
        self.projection = nn.Linear(2 * hidden, dimension) if dimension else None

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.words(ids), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, padding_value=-float("inf"))
        pooled = states.amax(1)
        return pooled if self.projection is None else self.projection(pooled)

    def named(self, read):
        """Weights or gradients by our names and in our layout; `read` takes a parameter."""
        found = {"words": read(self.words.weight)}
        names = {"inputWeights": "weight_ih", "recurrentWeights": "weight_hh", "inputBias": "bias_ih", "recurrentBias": "bias_hh"}
        for direction, suffix in {"forward": "", "backward": "_reverse"}.items():
            for ours, theirs in names.items():
                value = read(getattr(self.lstm, f"{theirs}_l0{suffix}"))
                found[f"{direction}.{ours}"] = value.T.contiguous() if value.dim() == 2 else value
        if self.projection is not None:
            found |= {"projection.weight": read(self.projection.weight), "projection.bias": read(self.projection.bias)}
        return found


def case(seed, vocabulary, word_dimension, hidden, dimension, lengths):
    torch.manual_seed(seed)
    encoder = Encoder(vocabulary, word_dimension, hidden, dimension)
    with torch.no_grad():
        for parameter in encoder.parameters():
            # Larger than at the start of training: the gates leave their linear range.
            parameter.copy_(representable(parameter * 2))
    rows = [torch.randint(1, vocabulary, (length,)) for length in lengths]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    encodings = encoder(ids, torch.tensor(lengths))
    cotangent = representable(torch.randn(encodings.shape))
    loss = (encodings * cotangent).sum()
    loss.backward()
    return {
        "hidden": hidden, "dimension": dimension, "rows": [row.tolist() for row in rows],
        "weights": {name: host(value) for name, value in encoder.named(lambda parameter: parameter.detach()).items()},
        "encodings": host(encodings), "cotangent": host(cotangent), "loss": loss.item(),
        "gradients": {name: host(value) for name, value in encoder.named(lambda parameter: parameter.grad).items()},
    }


if __name__ == "__main__":
    # More words than an LSTM projects at once, items of one word, and words that repeat.
    fixture = {"pooled": case(3, 9, 4, 3, None, [5, 1, 11, 2]), "projected": case(4, 6, 3, 2, 5, [1, 4, 9])}
    folder = os.path.join(sys.argv[1], "encoders/bilstm/src/__fixtures__")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "bilstm.json"), "w") as file:
        json.dump(fixture, file)
        file.write("\n")
