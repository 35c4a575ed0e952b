#!/usr/bin/env python3
"""PNG images of 4 x 5 pixels of the kinds that people have, and their pixels by Pillow.

    python make.py      writes images/CLASS/NAME.png, other/NAME.png and pixels.csv beside this file

pixels.csv has the name of each image and its pixels by Pillow's convert("RGB"), row by row. Needs numpy and Pillow.
"""
import csv
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
chance = np.random.default_rng(1)
grey = lambda: chance.integers(0, 256, (5, 4), dtype=np.uint8)
colours = lambda n=3: chance.integers(0, 256, (5, 4, n), dtype=np.uint8)


def chunk(image, kind, body, **options):
    """The bytes of an image with one more chunk before its pixels."""
    out = io.BytesIO()
    image.save(out, "png", **options)
    data = out.getvalue()
    more = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + more + data[33:]


opaque = colours(4)
opaque[..., 3] = 255
images = {
    "cat/1-grey.png": Image.fromarray(grey()),
    "cat/2-bits.png": Image.fromarray(grey() > 99),
    "cat/3-palette.png": Image.fromarray(colours()).quantize(7),
    "cat/4-srgb.png": chunk(Image.fromarray(colours()), b"gAMA", struct.pack(">I", 45455)),
    "dog/1-rgb.png": Image.fromarray(colours()),
    "dog/2-rgba.png": Image.fromarray(opaque),
    "dog/3-transparent.PNG": Image.fromarray(colours(4)),
    "dog/4-grey-alpha.png": Image.merge("LA", [Image.fromarray(grey()), Image.fromarray(grey())]),
}
others = {
    "16-bits.png": Image.fromarray(grey().astype(np.uint16) * 257),
    "gamma.png": chunk(Image.fromarray(colours()), b"gAMA", struct.pack(">I", 100000)),
    "large.png": Image.new("L", (2000, 600)),
    "wide.png": Image.fromarray(grey()[:, :3]),
}
rows = []
for folder, group in (("images", images), ("other", others)):
    for name, image in group.items():
        path = here / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            image.save(path, "png")
        if folder == "images":
            pixels = np.asarray(Image.open(path).convert("RGB")).reshape(-1)
            rows.append([name, *map(int, pixels)])
with open(here / "pixels.csv", "w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows(rows)
