"""Runs the peer, its file unchanged, with windows of like length batched together, as `training.lengthPool` does (docs/data.md): the same
windows in the same batches in the same order as Gramkit's with such a pool.  The peer pads a batch to its longest window, so nothing else changes.

like_length_peer.py GRAM_TORCH_FILE POOL [the peer's arguments]
"""
import importlib.util, sys

import numpy as np

file, pool = sys.argv[1], int(sys.argv[2])
spec = importlib.util.spec_from_file_location("gram_torch", file); peer = importlib.util.module_from_spec(spec); spec.loader.exec_module(peer)
sys.argv = [file, *sys.argv[3:]]
batch = int(sys.argv[sys.argv.index("--batch") + 1]) if "--batch" in sys.argv else 32
BATCH_ORDER = 8                                                          # the hash stream of Gramkit's order of batches
windows, permutation = [], peer.permutation


def measured(dataset, lengths):
    """The data set as it is, noting the length of each of its training samples."""
    class Measured(dataset):
        def __init__(self, *args):
            super().__init__(*args); windows[:] = [lengths(self)]
    return Measured


def like_lengths(n, *keys):
    """The order of an epoch such that slices of it, one after another, are batches of like length; any other order as it was."""
    order = permutation(n, *keys)
    if len(keys) != 3 or keys[1] != peer.ORDER: return order
    used = order[:n // batch * batch]; size = pool * batch
    pooled = np.concatenate([p[np.argsort(windows[0][p], kind="stable")] for p in (used[o:o + size] for o in range(0, len(used), size))])
    return pooled.reshape(-1, batch)[permutation(n // batch, keys[0], BATCH_ORDER, keys[2])].flatten()


peer.permutation = like_lengths
peer.KT = measured(peer.KT, lambda data: np.array([len(q) for q, _ in data.train]))
peer.News = measured(peer.News, lambda data: np.array([min(p, data.H) for _, p in data.samples]))
peer.main()
