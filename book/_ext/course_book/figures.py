"""Pictures of `course_lib.plots` moved out of the page into files, so that a browser can load them one by one.

In a notebook a picture carries its drawings with it, as data in the `src` of an image. In a page of the book that
data would be most of the file.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

EMBEDDED = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')


class ExtractPictures(SphinxPostTransform):
    default_priority = 900  # after myst-nb has chosen which form of an output to show
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        builder = self.app.builder
        up = builder.get_relative_uri(self.env.docname, "").count("../") * "../"
        folder = Path(builder.outdir) / builder.imagedir

        def write(match: re.Match[str]) -> str:
            drawing = base64.b64decode(match[1])
            name = f"{hashlib.sha256(drawing).hexdigest()[:16]}.svg"
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(drawing)
            return f'loading="lazy" src="{up}{builder.imagedir}/{name}"'

        for node in self.document.findall(nodes.raw):
            if "data:image/svg+xml" in node.astext():
                text = re.sub(r"<style>.*?</style>", "", node.astext())
                node.children = []
                node += nodes.Text(EMBEDDED.sub(write, text))


def setup(app: Sphinx) -> dict:
    app.add_post_transform(ExtractPictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
