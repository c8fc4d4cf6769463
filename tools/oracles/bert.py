"""Oracles of packages/encoders/bert from PyTorch and transformers, written into the folder OUT (packages/encoders/bert/src/__fixtures__):

    python tools/oracles/bert.py MODEL_FOLDER OUT

- tiny-bert/: a random BERT (2 layers, 16 wide, 2 heads, 40 words), as transformers saves it;
- tiny-bert-gradients.safetensors: its pooled outputs and gradients in float64 for each pooling;
- minilm-encodings.safetensors: pooled outputs of MiniLM-L6 (MODEL_FOLDER) in float32 for difficult texts in one padded batch.

Needs: pip install torch transformers safetensors
"""
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, BertConfig, BertModel

WIDTH = 5  # of the query of additive attention
TEXTS = [
    "", " \t", "a", "Hello, world!", "subtracting unlike denominators", "caf\u00e9 na\u00efve \u00fcber", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family", "[SEP] inside [MASK]", "x" * 101,
    "Probability of a single event: a fair die is rolled once; how likely is an even number?", "word " * 40,
]


def mean_pooling(tokens, mask, _):
    weights = mask / mask.sum(1, keepdim=True)
    return (tokens * weights[..., None]).sum(1)


def cls_pooling(tokens, _, __):
    return tokens[:, 0]


def attention_pooling(tokens, mask, weights):
    projected = torch.tanh(tokens @ weights["pooling.projection.weight"].T + weights["pooling.projection.bias"])
    scores = (projected @ weights["pooling.query"]).masked_fill(mask == 0, float("-inf"))
    return (tokens * torch.softmax(scores, 1)[..., None]).sum(1)


def mask_of(lengths, longest):
    return (torch.arange(longest)[None] < lengths[:, None]).long()


def tiny_model(out):
    config = BertConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, max_position_embeddings=12,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (1.0 if name.endswith("LayerNorm.weight") else 0.0))
    model.save_pretrained(os.path.join(out, "tiny-bert"))
    return model.double().eval()


def tiny_gradients(model):
    lengths = torch.tensor([7, 1, 4, 10, 2])
    # Word 0 is padding: transformers gives its embedding no gradient, wherever it stands.
    token_ids = torch.randint(1, 40, (5, 10)) * mask_of(lengths, 10)
    token_ids[3, 2:5] = token_ids[0, 1]  # a word that comes several times
    cotangent = torch.randn(5, 16, dtype=torch.float64)
    shapes = {"pooling.projection.weight": (WIDTH, 16), "pooling.projection.bias": (WIDTH,), "pooling.query": (WIDTH,)}
    pooling = {name: (torch.randn(shape).double() * 0.5).float().double().requires_grad_() for name, shape in shapes.items()}
    found = {"tokenIds": token_ids.int(), "lengths": lengths.int(), "cotangent": cotangent.float()}
    found.update({f"weight.{name}": value.detach().float() for name, value in pooling.items()})
    for pooling_name, pool in (("mean", mean_pooling), ("cls", cls_pooling), ("attention", attention_pooling)):
        trained = dict(model.named_parameters()) | (pooling if pooling_name == "attention" else {})
        mask = mask_of(lengths, 10)
        output = pool(model(token_ids, attention_mask=mask).last_hidden_state, mask, pooling)
        gradients = torch.autograd.grad((output * cotangent.float().double()).sum(), list(trained.values()))
        found[f"{pooling_name}.output"] = output.detach().float()
        found.update({f"{pooling_name}.gradient.{name}": gradient.float().contiguous() for name, gradient in zip(trained, gradients)})
    return found


@torch.no_grad()
def minilm_encodings(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    batch = tokenizer(TEXTS, padding="longest", truncation=True, max_length=128, return_tensors="pt")
    tokens = model(**batch).last_hidden_state
    mask = batch["attention_mask"]
    return {
        "tokenIds": batch["input_ids"].int(), "lengths": mask.sum(1).int(),
        "mean": mean_pooling(tokens, mask, None).contiguous(), "cls": cls_pooling(tokens, mask, None).contiguous(),
    }


def main(folder, out):
    torch.manual_seed(20221)
    os.makedirs(out, exist_ok=True)
    save_file(tiny_gradients(tiny_model(out)), os.path.join(out, "tiny-bert-gradients.safetensors"))
    save_file(minilm_encodings(folder), os.path.join(out, "minilm-encodings.safetensors"))


main(*sys.argv[1:])
