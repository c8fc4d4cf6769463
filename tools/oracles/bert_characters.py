"""What the Rust tokenizers library does with every single Unicode character in BERT's normalizer and pre-tokenizer, as JSON on stdout.

    python tools/oracles/bert_characters.py | node tools/oracles/bert-characters.mjs > packages/tokenizers/huggingface/src/bert-characters.ts

Needs: pip install tokenizers
"""
import json
import sys

import tokenizers
from tokenizers import normalizers, pre_tokenizers


def bert(**enabled):
    flags = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**{**flags, **enabled})


CLEAN, CHINESE, STRIP = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
DECOMPOSE = normalizers.NFD()
SPLIT = pre_tokenizers.BertPreTokenizer()
# Low and high combining classes beside the character show whether the library orders it, as well as decomposes it.
PROBES = ("a{}\u0334", "a\u0301{}")


def facts():
    found = {name: [] for name in ("removedByCleaning", "whitespaceOfCleaning", "chinese", "nonspacingMarks", "whitespaceOfSplitting", "punctuation")}
    decompositions = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        cleaned = CLEAN.normalize_str(character)
        parts = [part for part, _ in SPLIT.pre_tokenize_str(f"a{character}a")]
        for name, holds in (
            ("removedByCleaning", cleaned == ""),
            ("whitespaceOfCleaning", cleaned == " " and character != " "),
            ("chinese", CHINESE.normalize_str(character) == f" {character} "),
            ("nonspacingMarks", STRIP.normalize_str(character) == ""),
            ("whitespaceOfSplitting", parts == ["a", "a"]),
            ("punctuation", parts == ["a", character, "a"]),
        ):
            if holds:
                found[name].append(code)
        decompositions.append([code, *(DECOMPOSE.normalize_str(probe.format(character)) for probe in PROBES)])
    return {"version": tokenizers.__version__, "sets": found, "decompositions": decompositions}


json.dump(facts(), sys.stdout)
