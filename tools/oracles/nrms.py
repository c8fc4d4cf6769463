"""What PyTorch computes in float64 for NRMS, as a fixture of the tests.

    python tools/oracles/nrms.py packages

writes models/nrms/src/__fixtures__/nrms.json below the folder named.
Needs: pip install torch numpy
"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from fixtures import host, representable, write

torch.set_default_dtype(torch.float64)


class Nrms(nn.Module):
    """Self-attention over the history, additive attention to one vector, its dot products with the candidates: one impression at a time."""

    def __init__(self, dimension, heads, attention_dimension):
        super().__init__()
        self.attention = nn.MultiheadAttention(dimension, heads, batch_first=True)
        nn.init.normal_(self.attention.in_proj_bias)
        nn.init.normal_(self.attention.out_proj.bias)
        self.projection = nn.Linear(dimension, attention_dimension)
        self.query = nn.Linear(attention_dimension, 1, bias=False)

    def user(self, history):
        """One user's vector `[dimension]` from the encodings of what they clicked `[clicks, dimension]`."""
        if len(history) == 0:
            return torch.zeros(history.shape[1])
        attended, _ = self.attention(history[None], history[None], history[None], need_weights=False)
        weights = torch.softmax(self.query(torch.tanh(self.projection(attended[0])))[:, 0], 0)
        return weights @ attended[0]

    def score(self, encodings, history, candidates):
        """Scores of one impression; lists of rows without padding."""
        return encodings[candidates] @ self.user(encodings[history])

    def named(self, read):
        projections = dict(zip(("query", "key", "value"), zip(read(self.attention.in_proj_weight).chunk(3), read(self.attention.in_proj_bias).chunk(3))))
        projections["output"] = (read(self.attention.out_proj.weight), read(self.attention.out_proj.bias))
        found = {f"attention.{name}.{part}": value for name, pair in projections.items() for part, value in zip(("weight", "bias"), pair)}
        return {
            **found,
            "pooling.projection.weight": read(self.projection.weight),
            "pooling.projection.bias": read(self.projection.bias),
            "pooling.query.weight": read(self.query.weight),
        }


def impression_loss(scores, labels):
    """The mean over the clicked candidates of -ln p; nothing where none was clicked."""
    clicked = [index for index, label in enumerate(labels) if label == 1]
    return None if not clicked else torch.stack([F.cross_entropy(scores, torch.tensor(index)) for index in clicked]).mean()


def padded(rows, value):
    width = max(len(row) for row in rows)
    return [list(row) + [value] * (width - len(row)) for row in rows]


def case(seed, dimension, heads, attention_dimension, rows, impressions):
    """`impressions`: (clicks in the history, labels of the candidates) each."""
    torch.manual_seed(seed)
    model = Nrms(dimension, heads, attention_dimension)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(representable(parameter))
    encodings = representable(torch.randn(rows, dimension)).requires_grad_()
    histories = [torch.randint(0, rows, (clicks,)) for clicks, _ in impressions]
    candidates = [torch.randperm(rows)[: len(labels)] for _, labels in impressions]
    scores = [model.score(encodings, history, candidate) for history, candidate in zip(histories, candidates)]
    losses = [loss for loss in map(impression_loss, scores, (labels for _, labels in impressions)) if loss is not None]
    loss = torch.stack(losses).mean()
    loss.backward()
    gradients = {"encodings": host(encodings.grad), **{name: host(value) for name, value in model.named(lambda parameter: parameter.grad).items()}}
    return {
        "dimension": dimension,
        "options": {"heads": heads, "attentionDimension": attention_dimension},
        "encodings": host(encodings),
        "history": padded([history.tolist() for history in histories], -1),
        "candidates": padded([candidate.tolist() for candidate in candidates], -1),
        "labels": padded([labels for _, labels in impressions], 0),
        "weights": {name: host(value) for name, value in model.named(lambda parameter: parameter.detach()).items()},
        "loss": loss.item(),
        "count": len(losses),
        "scores": [row.tolist() for row in scores],
        "gradients": gradients,
    }


def main():
    root = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    negatives = [1, 0, 0, 0, 0]
    cases = {
        "ragged histories": case(3, 8, 2, 5, 9, [(4, negatives), (1, negatives), (3, negatives)]),
        "more rows than clicks": case(4, 6, 3, 4, 20, [(2, negatives[:3]), (3, negatives[:3])]),
        "whole impressions": case(5, 8, 4, 6, 7, [(5, [0, 1, 0]), (0, [1, 0, 0, 0]), (2, [0, 0]), (3, [1, 0, 1, 0, 0, 1])]),
        "one click": case(6, 4, 1, 3, 3, [(1, [1, 0])]),
    }
    write(root, "models/nrms/src/__fixtures__/nrms.json", {"cases": cases})


if __name__ == "__main__":
    main()
