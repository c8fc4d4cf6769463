"""What PyTorch computes in float64 with AdamW, clip_grad_norm_ and LambdaLR, as fixtures of the optimizers' tests.

    python tools/oracles/optimizers.py packages

writes tensor/src/__fixtures__/{adam,adamw}.json below the folder named.
Needs: pip install torch transformers
"""
import sys

import torch
from torch import nn
from transformers import get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup

from fixtures import host, representable, write

torch.set_default_dtype(torch.float64)


def adam_case(seed, steps, rate_of=lambda step, rate: rate, **options):
    """Weights after every step of AdamW; `rate_of` is the schedule, of steps counted from 1."""
    torch.manual_seed(seed)
    start = representable(torch.randn(3, 2))
    parameter = nn.Parameter(start.clone())
    optimizer = torch.optim.AdamW([parameter], **options)
    gradients, weights = [], []
    for step in range(1, steps + 1):
        # Sizes from 1e-6 to 10: with small ones the place of epsilon shows.
        parameter.grad = representable(torch.randn(3, 2) * 10 ** torch.linspace(-6, 1, 6).reshape(3, 2))
        optimizer.param_groups[0]["lr"] = rate_of(step, options["lr"])
        optimizer.step()
        gradients.append(host(parameter.grad))
        weights.append(host(parameter))
    return {"start": host(start), "gradients": gradients, "weights": weights}


def adam_cases():
    noam = lambda step, rate: rate * min(step / 4, (4 / step) ** 0.5)
    return [
        {"options": {"learningRate": 0.01}, **adam_case(1, 12, lr=0.01, weight_decay=0)},
        {"options": {"learningRate": 0.1, "weightDecay": 0.1}, **adam_case(2, 12, lr=0.1, weight_decay=0.1)},
        {"options": {"learningRate": 0.05, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}, **adam_case(3, 12, lr=0.05, betas=(0.5, 0.9), eps=1e-3, weight_decay=0)},
        {"options": {"learningRate": 0.02, "schedule": {"kind": "noam", "warmUpSteps": 4}}, **adam_case(4, 12, noam, lr=0.02, weight_decay=0)},
    ]


class Network(nn.Module):
    """A table of words, a layer and a norm: weights that decay and weights that do not."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(6, 3)
        self.layer = nn.Linear(3, 2)
        self.norm = nn.LayerNorm(2)

    def forward(self, tokens):
        return self.norm(self.layer(self.words(tokens))).tanh()


def schedules(kind, optimizer, warm_up, total):
    """Those of transformers for a step more, past their first, whose rate is zero."""
    make = {"linear-decay": get_linear_schedule_with_warmup, "cosine": get_cosine_schedule_with_warmup}.get(kind)
    if make is None:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / warm_up))
    scheduler = make(optimizer, warm_up, total + 1)
    optimizer.step()  # without gradients: only so that PyTorch does not warn of the order
    scheduler.step()
    return scheduler


def adamw_case(seed, kind, clip, decay, decay_vectors, rate=0.05, warm_up=3, steps=10):
    torch.manual_seed(seed)
    network = Network()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(representable(parameter + 0.1 * torch.randn_like(parameter)))
    decayed = [parameter for parameter in network.parameters() if decay_vectors or parameter.dim() >= 2]
    others = [parameter for parameter in network.parameters() if not (decay_vectors or parameter.dim() >= 2)]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": decay}, {"params": others, "weight_decay": 0}], lr=rate)
    scheduler = schedules(kind, optimizer, warm_up, steps)
    named = lambda read: {name: host(read(parameter)) for name, parameter in network.named_parameters()}
    start, taken = named(lambda parameter: parameter), []
    for step in range(steps):
        tokens = torch.randint(0, 6, (7,))
        optimizer.zero_grad()
        # Steps of unlike size: some are clipped and some are not.
        (network(tokens).pow(2).sum() * 10 ** (step % 4 - 2)).backward()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.grad = representable(parameter.grad)
        gradients = named(lambda parameter: parameter.grad)
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
        learning_rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        scheduler.step()
        taken.append({"gradients": gradients, "norm": norm.item(), "learningRate": learning_rate, "weights": named(lambda parameter: parameter)})
    schedule = {"kind": kind, "warmUpSteps": warm_up, **({} if kind == "linear-warm-up" else {"totalSteps": steps})}
    options = {"learningRate": rate, "schedule": schedule, "clipNorm": clip, "weightDecay": decay, "decayVectors": decay_vectors}
    return {"options": options, "start": start, "steps": taken}


def adamw_cases():
    return [
        adamw_case(11, "linear-decay", clip=0.5, decay=0.1, decay_vectors=False),
        adamw_case(12, "cosine", clip=2.0, decay=0.01, decay_vectors=False),
        adamw_case(13, "linear-warm-up", clip=0.05, decay=0.2, decay_vectors=True),
    ]


def main():
    root = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    write(root, "tensor/src/__fixtures__/adam.json", {"cases": adam_cases()})
    write(root, "tensor/src/__fixtures__/adamw.json", {"cases": adamw_cases()})


if __name__ == "__main__":
    main()
