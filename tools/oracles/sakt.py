"""What PyTorch computes in float64 for SAKT, as a fixture of the tests.

    python tools/oracles/sakt.py packages

writes models/sakt/src/__fixtures__/sakt.json below the folder named.
Needs: pip install torch numpy
"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from fixtures import host, representable, write

torch.set_default_dtype(torch.float64)


class Sakt(nn.Module):
    """The next item asks, past (item, response) pairs with their positions answer; one window at a time, without padding."""

    def __init__(self, dimension, heads, maximum_length):
        super().__init__()
        self.responses = nn.Embedding(2, dimension)
        self.positions = nn.Embedding(maximum_length, dimension)
        self.attention = nn.MultiheadAttention(dimension, heads, batch_first=True)
        nn.init.normal_(self.attention.in_proj_bias)
        nn.init.normal_(self.attention.out_proj.bias)
        self.attention_norm = nn.LayerNorm(dimension)
        self.inner = nn.Linear(dimension, dimension)
        self.outer = nn.Linear(dimension, dimension)
        self.feed_forward_norm = nn.LayerNorm(dimension)
        self.predictor = nn.Linear(dimension, 1)
        for norm in (self.attention_norm, self.feed_forward_norm):
            nn.init.normal_(norm.weight, 1, 0.3)
            nn.init.normal_(norm.bias, 0, 0.3)

    def logits(self, encodings, items, responses):
        """z `[length - 1]` of a window's items and responses `[length]`."""
        steps = len(items) - 1
        past = encodings[items[:-1]] + self.responses(responses[:-1]) + self.positions.weight[:steps]
        question = encodings[items[1:]][None]
        ahead = torch.ones(steps, steps, dtype=torch.bool).triu(1)
        attended, _ = self.attention(question, past[None], past[None], attn_mask=ahead, need_weights=False)
        hidden = self.attention_norm(question + attended)
        hidden = self.feed_forward_norm(hidden + self.outer(F.relu(self.inner(hidden))))
        return self.predictor(hidden)[0, :, 0]

    def named(self, read):
        projections = dict(zip(("query", "key", "value"), zip(read(self.attention.in_proj_weight).chunk(3), read(self.attention.in_proj_bias).chunk(3))))
        projections["output"] = (read(self.attention.out_proj.weight), read(self.attention.out_proj.bias))
        modules = {
            "attentionNorm": self.attention_norm,
            "feedForward.inner": self.inner,
            "feedForward.outer": self.outer,
            "feedForwardNorm": self.feed_forward_norm,
            "predictor": self.predictor,
        }
        pairs = {**{f"attention.{name}": pair for name, pair in projections.items()}, **{name: (read(module.weight), read(module.bias)) for name, module in modules.items()}}
        named = {f"{name}.{part}": value for name, pair in pairs.items() for part, value in zip(("weight", "bias"), pair)}
        return {"responses": read(self.responses.weight), "positions": read(self.positions.weight), **named}


def lay(rows, windows):
    """Arrays of a batch from lists of windows, each row's one after another: items, responses, starts, counted."""
    length = max(sum(len(windows[index][0]) for index in row) for row in rows)
    laid = {"items": [], "responses": [], "starts": [], "counted": []}
    for row in rows:
        items, responses, starts, counted = [], [], [], []
        for index in row:
            window_items, window_responses, window_counted = windows[index]
            items += window_items.tolist()
            responses += window_responses.tolist()
            starts += [1] + [0] * (len(window_items) - 1)
            counted += window_counted
        padding = length - len(items)
        for name, values, filling in (("items", items, -1), ("responses", responses, 0), ("starts", starts, 0), ("counted", counted, 1)):
            laid[name].append(values + [filling] * padding)
    return laid


def case(seed, dimension, heads, maximum_length, item_count, lengths, rows=None, uncounted=0):
    """`rows`: which windows stand in which row; `uncounted`: so many positions of each window are history only."""
    torch.manual_seed(seed)
    model = Sakt(dimension, heads, maximum_length)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(representable(parameter))
    encodings = representable(torch.randn(item_count, dimension)).requires_grad_()
    windows = [
        (torch.randint(0, item_count, (length,)), torch.randint(0, 2, (length,)), [0] * min(uncounted, length) + [1] * max(length - uncounted, 0))
        for length in lengths
    ]
    logits, losses = [], []
    for items, responses, counted in windows:
        of_window = model.logits(encodings, items, responses)
        each = F.binary_cross_entropy_with_logits(of_window, responses[1:].double(), reduction="none")
        logits.append(of_window)
        losses.append(each[torch.tensor(counted[1:]) == 1])
    every = torch.cat(losses)
    every.mean().backward()
    order = rows or [[index] for index in range(len(lengths))]
    laid = lay(order, windows)
    if rows is None:
        del laid["starts"]
    if uncounted == 0:
        del laid["counted"]
    gradients = {"encodings": host(encodings.grad), **{name: host(value) for name, value in model.named(lambda parameter: parameter.grad).items()}}
    return {
        "dimension": dimension,
        "options": {"heads": heads, "maximumLength": maximum_length},
        "encodings": host(encodings),
        "batch": laid,
        "weights": {name: host(value) for name, value in model.named(lambda parameter: parameter.detach()).items()},
        "loss": every.mean().item(),
        "count": len(every),
        # Of each row, its windows one after another; what is not predicted is left out.
        "logits": [[value for index in row for value in logits[index].tolist()] for row in order],
        "gradients": gradients,
    }


def main():
    root = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    cases = {
        "ragged windows": case(3, dimension=8, heads=2, maximum_length=7, item_count=5, lengths=[6, 3, 5, 2]),
        "several windows in a row": case(4, dimension=8, heads=4, maximum_length=6, item_count=3, lengths=[5, 2, 3, 4, 3, 2], rows=[[0, 1], [3, 2], [4, 5]]),
        "more items than positions": case(5, dimension=6, heads=3, maximum_length=4, item_count=20, lengths=[4, 2]),
        "positions of history only": case(6, dimension=6, heads=1, maximum_length=9, item_count=4, lengths=[6, 5, 2], rows=[[0], [1, 2]], uncounted=2),
        "one pair": case(7, dimension=4, heads=2, maximum_length=2, item_count=2, lengths=[2]),
    }
    write(root, "models/sakt/src/__fixtures__/sakt.json", {"cases": cases})


if __name__ == "__main__":
    main()
