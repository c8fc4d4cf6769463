"""Times the encoder's step as the peer makes it: its Encoder and its word look-up, fused AdamW, autocast for bfloat16.  Prints JSON."""
import argparse, importlib.util, json, resource, time

p = argparse.ArgumentParser()
p.add_argument("--peer", required=True); p.add_argument("--items", type=int, required=True); p.add_argument("--tokens", type=int, required=True)
p.add_argument("--steps", type=int, default=30); p.add_argument("--warmup", type=int, default=5)
p.add_argument("--bf16", action="store_true"); p.add_argument("--threads", type=int, default=2)
o = p.parse_args()
spec = importlib.util.spec_from_file_location("gram_torch", o.peer); peer = importlib.util.module_from_spec(spec); spec.loader.exec_module(peer)

import torch

torch.set_num_threads(o.threads); torch.manual_seed(1)
if o.bf16: torch.backends.cuda.enable_flash_sdp(False)                   # as the peer's main() does
autocast = (lambda: torch.autocast("cpu", torch.bfloat16)) if o.bf16 else peer.nullcontext
enc = peer.Encoder(0.0); enc.train()
opt = torch.optim.AdamW(enc.parameters(), lr=5e-5, weight_decay=0.0, fused=True)
ids = 1000 + (torch.arange(o.items * o.tokens).view(o.items, o.tokens) * 7919) % 3000
mask = torch.ones_like(ids); cotangent = torch.full((o.items, enc.dim), 0.001)
seconds = []
for step in range(o.warmup + o.steps):
    start = time.perf_counter()
    words = enc.bert.embeddings.word_embeddings(ids.flatten())
    with autocast(): h = enc(ids, mask, words)
    loss = (h * cotangent).sum(); loss.backward(); loss.item()
    opt.step(); opt.zero_grad()
    if step >= o.warmup: seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "peak_rss_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2 ** 20}))
