"""Batches of recommendation from clicks alone, as the PyTorch peer makes them, as a fixture of the tests.

    python tools/oracles/recommendation_batches.py packages

writes data/src/recommendation/__fixtures__/click-batches.json below the folder named. Needs nothing but Python.

A user's clicks are h[0], h[1], ...; the last one is held out. Training samples are every (user, p) with p >= 1, users in order, p
ascending, but the last click; a sample's history is the H clicks before p. Every draw is hash32(seed, stream, ..., draw) mod items, passed over
where the user ever clicked the item or it is drawn already. Users of fewer than two clicks are not counted.
"""
import json
import os
import sys

ORDER, NEGATIVES, EVALUATION_NEGATIVES, EVALUATION_COLUMN = 2, 3, 4, 5
MASK = 0xFFFFFFFF

ITEMS = 14
CLICKS = [
    [3, 1, 4, 1, 5],
    [9],
    [2, 6],
    [5, 3, 5, 8, 9, 7, 9],
    [0, 11, 12],
    [13, 10, 2, 4, 6, 8, 12, 1],
    [7],
    [11, 0, 11, 0],
    [8, 13],
]
SEED, HISTORY, TRAINING_NEGATIVES, EVALUATED_NEGATIVES, BATCH, EPOCHS = 5, 3, 4, 6, 4, 2


def fmix32(value):
    value ^= value >> 16
    value = value * 0x85EBCA6B & MASK
    value ^= value >> 13
    value = value * 0xC2B2AE35 & MASK
    return value ^ value >> 16


def hash32(*keys):
    value = 0
    for key in keys:
        value = fmix32((value + 0x9E3779B9 & MASK) ^ key)
    return value


def drawn(clicks, count, *keys):
    items, draw = [], 0
    while len(items) < count:
        item = hash32(*keys, draw) % ITEMS
        draw += 1
        if item not in clicks and item not in items:
            items.append(item)
    return items


def training(users, samples, epoch):
    order = sorted(range(len(samples)), key=lambda sample: (hash32(SEED, ORDER, epoch, sample), sample))
    batches = []
    for first in range(0, len(order) - BATCH + 1, BATCH):
        rows = []
        for sample in order[first:first + BATCH]:
            user, position = samples[sample]
            clicks = users[user]
            rows.append({
                "history": clicks[max(0, position - HISTORY):position],
                "candidates": [clicks[position], *drawn(clicks, TRAINING_NEGATIVES, SEED, NEGATIVES, epoch, sample)],
            })
        batches.append(rows)
    return batches


def evaluation(users):
    rows = []
    for user, clicks in enumerate(users):
        candidates = drawn(clicks, EVALUATED_NEGATIVES, SEED, EVALUATION_NEGATIVES, user)
        column = hash32(SEED, EVALUATION_COLUMN, user) % (1 + EVALUATED_NEGATIVES)
        candidates.insert(column, clicks[-1])
        rows.append({"history": clicks[:-1][-HISTORY:], "candidates": candidates, "column": column})
    return rows


def main(packages):
    users = [clicks for clicks in CLICKS if len(clicks) >= 2]
    samples = [(user, position) for user, clicks in enumerate(users) for position in range(1, len(clicks) - 1)]
    recorded = {
        "items": ITEMS, "clicks": CLICKS, "seed": SEED, "historyLength": HISTORY, "negatives": TRAINING_NEGATIVES,
        "evaluationNegatives": EVALUATED_NEGATIVES, "batchSize": BATCH, "samples": len(samples),
        "epochs": [training(users, samples, epoch) for epoch in range(EPOCHS)],
        "evaluation": evaluation(users),
    }
    folder = os.path.join(packages, "data/src/recommendation/__fixtures__")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "click-batches.json"), "w", encoding="utf-8") as file:
        json.dump(recorded, file)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
