"""Loads an exported folder with transformers and with sentence-transformers, and compares their vectors with those of `gram encode`.

    python compare_vectors.py FOLDER VECTORS.jsonl

VECTORS.jsonl has {"text", "tokenIds", "embedding"} a line. Prints one JSON object: the largest absolute difference of each library,
whether token ids are the same, and what was said on the way about weights that were missing or not used.
"""
import io
import json
import logging
import sys

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

MAXIMUM_LENGTH = json.load(open(f"{sys.argv[1]}/sentence_bert_config.json"))["max_seq_length"]
POOLS_BY_FIRST_TOKEN = json.load(open(f"{sys.argv[1]}/1_Pooling/config.json"))["pooling_mode_cls_token"]


def load(folder):
    """The model and what transformers said about its weights."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    transformers_logging.set_verbosity_warning()
    transformers_logging.get_logger("transformers").addHandler(handler)
    model, info = AutoModel.from_pretrained(folder, output_loading_info=True)
    problems = {name: sorted(map(str, found)) for name, found in info.items() if found and not isinstance(found, str)}
    return model.eval(), problems, said.getvalue()


def pooled(model, encoded):
    """The first, or the mean over the mask, of the last layer's token vectors `[texts, dimension]`."""
    with torch.no_grad():
        hidden = model(**encoded).last_hidden_state
    if POOLS_BY_FIRST_TOKEN:
        return hidden[:, 0].numpy()
    mask = encoded["attention_mask"][..., None].to(hidden.dtype)
    return ((hidden * mask).sum(1) / mask.sum(1)).numpy()


def main(folder, vectors_file):
    lines = [json.loads(line) for line in open(vectors_file, encoding="utf-8")]
    texts = [line["text"] for line in lines]
    expected = np.array([line["embedding"] for line in lines], dtype=np.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model, problems, said = load(folder)
    encoded = tokenizer(texts, padding=True, truncation=True, max_length=MAXIMUM_LENGTH, return_tensors="pt")
    ids = [row[mask.bool()].tolist() for row, mask in zip(encoded["input_ids"], encoded["attention_mask"])]
    sentences = SentenceTransformer(folder, device="cpu")
    print(json.dumps({
        "texts": len(texts),
        "tokenIdsEqual": ids == [line["tokenIds"] for line in lines],
        "transformers": float(np.abs(pooled(model, encoded) - expected).max()),
        "sentenceTransformers": float(np.abs(sentences.encode(texts) - expected).max()),
        "maximumLength": sentences.max_seq_length,
        "loadingProblems": problems,
        "said": said,
    }))


main(*sys.argv[1:])
