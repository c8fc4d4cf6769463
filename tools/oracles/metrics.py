"""Oracles of the metrics and of the bootstrap from scikit-learn and scipy:

    python tools/oracles/metrics.py

writes
- packages/data/src/recommendation/__fixtures__/impression-metrics.json: impressions, half of them with ties, and their metrics. AUC and nDCG by
  scikit-learn, which takes the mean over ties too; MRR, and nDCG where there are no ties, by the formulas of MIND's evaluate.py (argsort of the scores);
- packages/experiment/src/bootstrap/__fixtures__/bootstrap.json: responses of 60 students, and scipy's percentile intervals of AUC, accuracy
  and loss over 20,000 resamples of students; the same for the difference between two sets of scores.

Needs: pip install numpy scipy scikit-learn
"""
import json
import os

import numpy as np
from scipy.stats import bootstrap
from sklearn.metrics import ndcg_score, roc_auc_score

RESAMPLES = 20_000
root = os.path.join(os.path.dirname(__file__), "..", "..", "packages")


def mind_mrr(labels, scores):
    ranked = np.take(labels, np.argsort(scores)[::-1])
    return float(np.sum(ranked / (np.arange(len(ranked)) + 1)) / np.sum(labels))


def mind_ndcg(labels, scores, k):
    def gain(order):
        ranked = np.take(labels, order[:k])
        return np.sum((2**ranked - 1) / np.log2(np.arange(len(ranked)) + 2))

    return float(gain(np.argsort(scores)[::-1]) / gain(np.argsort(labels)[::-1]))


def impressions(generator):
    for number in range(40):
        tied = number % 2 == 1
        candidates = int(generator.integers(2, 40))
        clicked = np.zeros(candidates, dtype=int)
        clicked[generator.choice(candidates, int(generator.integers(1, min(candidates, 6))), replace=False)] = 1
        scores = generator.normal(size=candidates).astype(np.float32).astype(np.float64)
        if tied:
            scores = np.round(scores)
        made = {"scores": scores.tolist(), "clicked": clicked.tolist(), "auc": float(roc_auc_score(clicked, scores))}
        for k in (5, 10):
            made[f"ndcgAt{k}"] = float(ndcg_score([clicked], [scores], k=k))
        if not tied:
            made["reciprocalRank"] = mind_mrr(clicked, scores)
            assert np.isclose(made["ndcgAt5"], mind_ndcg(clicked, scores, 5)) and np.isclose(made["ndcgAt10"], mind_ndcg(clicked, scores, 10))
        yield made


def students(generator, count=60):
    for _ in range(count):
        ability = generator.normal()
        length = int(generator.integers(2, 25))
        difficulty = generator.normal(size=length)
        responses = (generator.random(length) < 1 / (1 + np.exp(-(ability - difficulty)))).astype(int)
        first, second = (np.round(ability * weight - difficulty + generator.normal(size=length), 1) for weight in (0.8, 0.3))
        yield {"responses": responses.tolist(), "first": first.tolist(), "second": second.tolist()}


def statistics(made):
    responses = [np.array(student["responses"]) for student in made]

    def pooled(index, which):
        return np.concatenate([responses[i] for i in index]), np.concatenate([np.array(made[i][which]) for i in index])

    def loss(labels, scores):
        return float(np.mean(np.logaddexp(0, scores) - labels * scores))

    def accuracy(labels, scores):
        return float(np.mean((scores >= 0) == labels))

    by_name = {"auc": roc_auc_score, "accuracy": accuracy, "loss": loss}
    values = {name: (lambda index, metric=metric: metric(*pooled(index, "first"))) for name, metric in by_name.items()}
    values["aucDifference"] = lambda index: roc_auc_score(*pooled(index, "first")) - roc_auc_score(*pooled(index, "second"))
    return values


def intervals(made):
    for name, statistic in statistics(made).items():
        result = bootstrap((np.arange(len(made)),), statistic, vectorized=False, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(1))
        interval = result.confidence_interval
        yield name, {"value": statistic(np.arange(len(made))), "low": float(interval.low), "high": float(interval.high)}


def write(path, value):
    file = os.path.join(root, path)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "w", encoding="utf-8") as out:
        json.dump(value, out)
        out.write("\n")


write("data/src/recommendation/__fixtures__/impression-metrics.json", list(impressions(np.random.default_rng(3))))
made = list(students(np.random.default_rng(4)))
write("experiment/src/bootstrap/__fixtures__/bootstrap.json", {"students": made, "intervals": dict(intervals(made))})
