"""Oracle of `gram encode` from transformers, written into the folder OUT (packages/cli/src/encode/__fixtures__):

    python tools/oracles/encode.py OUT

- tiny-model/: a Hugging Face folder of a random BERT (2 layers, 16 wide) with a word-piece tokenizer trained on the texts;
- texts.txt: difficult texts, one a line;
- encodings.json: for each its token ids and mean-pooled vector with at most MAX_LENGTH tokens, in float32.

Needs: pip install torch transformers tokenizers
"""
import json
import os
import sys

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel

MAX_LENGTH = 12
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [
    "What is 3/4 of 12?", "", "a", "Caf\u00e9 na\u00efve \u00fcber \u00c5ngstr\u00f6m", "\u65e5\u672c\u8a9e\u306e\u554f\u984c", "\U0001f600 smile",
    "line\u2028separator and\ttab", "   ", "[SEP] inside [MASK]", "subtracting unlike denominators " * 8, "Solve 2x + 3 = 11 for x.", "zzz\u2603",
]


def train_tokenizer():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXTS[:-1], trainers.WordPieceTrainer(vocab_size=120, special_tokens=SPECIAL, show_progress=False))
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends)
    return tokenizer


def random_model(vocabulary_size):
    config = BertConfig(vocab_size=vocabulary_size, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, max_position_embeddings=MAX_LENGTH)
    model = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (1.0 if name.endswith("LayerNorm.weight") else 0.0))
    return model.eval()


def main(out):
    torch.manual_seed(5)
    folder = os.path.join(out, "tiny-model")
    tokenizer = train_tokenizer()
    model = random_model(tokenizer.get_vocab_size())
    model.save_pretrained(folder)
    tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
    tokenizer.enable_truncation(MAX_LENGTH)
    with open(os.path.join(out, "texts.txt"), "w", newline="") as file:
        file.write("".join(text + "\n" for text in TEXTS))
    encodings = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        with torch.no_grad():
            vector = model(torch.tensor([ids])).last_hidden_state[0].mean(0)
        encodings.append({"text": text, "tokenIds": ids, "embedding": [round(value, 7) for value in vector.tolist()]})
    with open(os.path.join(out, "encodings.json"), "w") as file:
        json.dump({"maxLength": MAX_LENGTH, "encodings": encodings}, file, ensure_ascii=True, indent=1)
        file.write("\n")


main(sys.argv[1])
