"""What PyTorch computes in float64 for the LSTM and for DKT, as fixtures of the tests.

    python tools/oracles/dkt.py packages

writes tensor/src/__fixtures__/lstm.json and models/dkt/src/__fixtures__/dkt.json below the folder named.
Needs: pip install torch numpy
"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from fixtures import host, representable, write

torch.set_default_dtype(torch.float64)


def round_weights(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(representable(parameter))


def lstm_weights(lstm, read):
    """Weights or gradients of an LSTM by our names and in our layout; `read` takes a parameter."""
    names = {"inputWeights": "weight_ih", "recurrentWeights": "weight_hh", "inputBias": "bias_ih", "recurrentBias": "bias_hh"}
    found = {}
    for layer in range(lstm.num_layers):
        for ours, theirs in names.items():
            value = read(getattr(lstm, f"{theirs}_l{layer}"))
            found[f"lstm.{layer}.{ours}"] = value.T.contiguous() if value.dim() == 2 else value
    return found


def weight(parameter):
    return parameter.detach()


def gradient(parameter):
    return parameter.grad


def lstm_case():
    torch.manual_seed(11)
    lstm = nn.LSTM(4, 3, 2, batch_first=True)
    round_weights(lstm)
    inputs = representable(torch.randn(3, 5, 4)).requires_grad_()
    outputs, _ = lstm(inputs)
    output_gradient = representable(torch.randn(3, 5, 3))
    outputs.backward(output_gradient)
    gradients = {"input": inputs.grad, **lstm_weights(lstm, gradient)}
    return {
        "input": host(inputs),
        "weights": {name: host(value) for name, value in lstm_weights(lstm, weight).items()},
        "output": host(outputs),
        "outputGradient": host(output_gradient),
        "gradients": {name: host(value) for name, value in gradients.items()},
    }


class Dkt(nn.Module):
    """z_t = fc2 relu(fc1 [h_t ; E_{t+1}]), h = LSTM(E_t + R[a_t]), the mean of BCE over pairs that are no padding."""

    def __init__(self, dimension, hidden, layers):
        super().__init__()
        self.hidden = hidden
        self.responses = nn.Embedding(2, dimension)
        self.lstm = nn.LSTM(dimension, hidden, layers, batch_first=True)
        self.fc1 = nn.Linear(hidden + dimension, dimension)
        self.fc2 = nn.Linear(dimension, 1)

    def logits(self, encodings, items, responses):
        embedded = F.embedding(items.clamp(min=0), encodings)
        hidden, _ = self.lstm(embedded[:, :-1] + self.responses(responses[:, :-1]))
        return self.fc2(F.relu(self.fc1(torch.cat([hidden, embedded[:, 1:]], -1)))).squeeze(-1)

    def loss(self, encodings, items, responses):
        valid = items[:, 1:] >= 0
        logits = self.logits(encodings, items, responses)
        return F.binary_cross_entropy_with_logits(logits[valid], responses[:, 1:][valid].to(logits.dtype)), logits

    def named(self, read):
        fc1 = read(self.fc1.weight).T
        return {
            "responses": read(self.responses.weight),
            **lstm_weights(self.lstm, read),
            "fc1.hiddenWeights": fc1[: self.hidden].contiguous(),
            "fc1.itemWeights": fc1[self.hidden :].contiguous(),
            "fc1.bias": read(self.fc1.bias),
            "fc2.weights": read(self.fc2.weight).T.contiguous(),
            "fc2.bias": read(self.fc2.bias),
        }


def ragged_batch(rows, lengths):
    """Items and responses [batch, length]; -1 and 0 after the end of a sequence."""
    length = max(lengths)
    items = torch.full((len(lengths), length), -1)
    responses = torch.zeros((len(lengths), length), dtype=torch.long)
    for row, steps in enumerate(lengths):
        items[row, :steps] = torch.randint(0, rows, (steps,))
        responses[row, :steps] = torch.randint(0, 2, (steps,))
    return items, responses


def dkt_case(seed, dimension, hidden, layers, rows, lengths):
    torch.manual_seed(seed)
    model = Dkt(dimension, hidden, layers)
    round_weights(model)
    encodings = representable(torch.randn(rows, dimension)).requires_grad_()
    items, responses = ragged_batch(rows, lengths)
    loss, logits = model.loss(encodings, items, responses)
    loss.backward()
    # A single prediction starts from a state of zeros: only then have recurrent weights no gradient.
    moved = [name for name in model.named(gradient) if max(lengths) > 2 or "recurrentWeights" not in name]
    if any(model.named(gradient)[name].norm() == 0 for name in moved):
        raise SystemExit(f"with seed {seed} a weight has no gradient (a dead ReLU): such a case tests little, take another seed")
    return {
        "dimension": dimension,
        "options": {"hidden": hidden, "layers": layers},
        "encodings": host(encodings),
        "items": items.tolist(),
        "responses": responses.tolist(),
        "weights": {name: host(value) for name, value in model.named(weight).items()},
        "loss": loss.item(),
        "logits": host(logits),
        "gradients": {"encodings": host(encodings.grad), **{name: host(value) for name, value in model.named(gradient).items()}},
    }


def main():
    root = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    write(root, "tensor/src/__fixtures__/lstm.json", lstm_case())
    cases = {
        "ragged": dkt_case(5, dimension=8, hidden=5, layers=2, rows=7, lengths=[6, 3, 5, 2]),
        "one row": dkt_case(8, dimension=6, hidden=4, layers=2, rows=3, lengths=[4]),
        "pairs": dkt_case(9, dimension=6, hidden=4, layers=3, rows=4, lengths=[2, 2]),
    }
    write(root, "models/dkt/src/__fixtures__/dkt.json", {"cases": cases})


if __name__ == "__main__":
    main()
