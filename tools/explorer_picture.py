"""Take the picture of the explorer with which the README opens. Needs Chromium, as the tests in a browser do.

.venv/bin/python tools/explorer_picture.py
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import running_chromium  # noqa: E402
from tests.support.server import Server  # noqa: E402

PICTURE = ROOT / "docs" / "explorer.png"
ADDRESS = "/?place=MX-NLE&lang=en"
SIZE = {"width": 1280, "height": 860}
COLOURS = 128


def main() -> None:
    """Write the picture, with few colours so that it stays small."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            Server(f"sqlite:///{folder / 'tejido.db'}", folder, seed="true") as server,
            running_chromium() as browser,
        ):
            page = browser.new_page(viewport=SIZE, locale="en-GB", color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
            page.goto(server.address + ADDRESS)
            page.wait_for_selector("[data-state=MX-NLE]")
            page.wait_for_load_state("networkidle")
            taken = page.screenshot(animations="disabled")
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        PICTURE, optimize=True
    )


if __name__ == "__main__":
    main()
