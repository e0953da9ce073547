#!/usr/bin/env python3
"""A trainer program for GourmetGram that needs nothing but Python. Start: train.py JOB_FOLDER

It shows the whole contract and trains nothing: it counts the photos and returns the base model. Replace `train` by your own training, for
example with PyTorch, and export the network with torch.onnx.export. See docs/training.md.
"""
import collections
import csv
import hashlib
import json
import pathlib
import shutil
import sys


def report(step, of, message, **metrics):
    """A line of JSON on standard output moves the progress bar. Any other line goes to the log."""
    print(json.dumps({"step": step, "of": of, "message": message, "metrics": metrics}), flush=True)


def train(job, folder, photos):
    """Returns the bytes of an ONNX file with the inputs and outputs of the base model, and the temperature that divides its logits."""
    base = json.loads((folder / "base" / "manifest.json").read_text(encoding="utf-8"))
    return (folder / job["base"]["file"]).read_bytes(), base["variants"][base["default"]]["temperature"]


def main():
    folder = pathlib.Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    assert job["contract"] == 1, "this program knows contract 1 only"
    with open(folder / "dataset" / "index.csv", encoding="utf-8", newline="") as file:
        photos = list(csv.DictReader(file))
    assert all((folder / "dataset" / photo["file"]).is_file() for photo in photos)
    labels = collections.Counter(photo["label"] for photo in photos)
    report(1, 2, f"{len(photos)} photos of {len(labels)} classes")

    network, temperature = train(job, folder, photos)

    # The result is a model folder like the base: its files, with a new network. The server sets the version.
    output = folder / job["output"]
    shutil.copytree(folder / "base", output, dirs_exist_ok=True)
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    variant = manifest["variants"][manifest["default"]]
    variant.update(sha256=hashlib.sha256(network).hexdigest(), bytes=len(network), temperature=temperature)
    (output / variant["file"]).write_bytes(network)
    (output / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (output / "metrics.json").write_text(json.dumps({"photos": len(photos), "labels": labels}), encoding="utf-8")
    report(2, 2, "the model is written", photos=len(photos))


if __name__ == "__main__":
    main()
