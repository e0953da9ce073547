"""The service that anybody could write in an afternoon: FastAPI, Pillow and ONNX Runtime, to measure beside the product.

    python -m uvicorn service:app --app-dir benchmarks/peers --port 8300

It answers like the lab's service, runs the product's model with its preprocessing, and records nothing.
"""

import base64
import io
import json
import os
import pathlib

import numpy as np
import onnxruntime
from fastapi import FastAPI
from PIL import Image
from pydantic import BaseModel

MODEL = pathlib.Path(os.environ.get("MODEL_DIRECTORY", pathlib.Path(__file__).parents[2] / "models" / "food11"))
MANIFEST = json.loads((MODEL / "manifest.json").read_text())
VARIANT = MANIFEST["variants"]["float"]
MEAN, STD = (np.array(MANIFEST["input"][name], np.float32) for name in ("mean", "std"))
SIZE = (MANIFEST["input"]["width"], MANIFEST["input"]["height"])

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(MODEL / VARIANT["file"]), options)
app = FastAPI()


class ImageRequest(BaseModel):
    image: str


# Not async: FastAPI runs it on a thread of its pool, and requests are read meanwhile.
@app.post("/predict")
def predict(request: ImageRequest):
    photo = Image.open(io.BytesIO(base64.b64decode(request.image)))
    # Decodes a large JPEG at a fraction of its size.
    photo.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))
    pixels = np.asarray(photo.convert("RGB").resize(SIZE, Image.Resampling.BILINEAR), np.float32)
    values = ((pixels * np.float32(MANIFEST["input"]["scale"]) - MEAN) / STD).transpose(2, 0, 1)[None]
    logits = session.run([MANIFEST["outputs"]["logits"]], {MANIFEST["input"]["name"]: np.ascontiguousarray(values)})[0][0]
    scores = np.exp((logits - logits.max()) / VARIANT["temperature"])
    best = int(scores.argmax())
    return {"prediction": MANIFEST["labels"][best], "probability": float(scores[best] / scores.sum())}
