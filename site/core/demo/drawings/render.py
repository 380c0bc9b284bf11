"""Render the demo drawings to pictures: `python site/core/demo/drawings/render.py [name ...]`.

Every `<name>.svg` beside this file becomes `../pictures/<name>.webp`, 1600 by 1000 pixels: a
palette of 256 colours, which keeps every flat colour exact and thins only the softened edges,
stored lossless. A local Chromium draws, so that a picture looks as it does in a browser; Pillow
writes the WebP. Needed only when a drawing changes.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from PIL import Image

SIZE = (1600, 1000)
LIMIT = 80 * 1024
DRAWINGS = pathlib.Path(__file__).resolve().parent
PICTURES = DRAWINGS.parent / "pictures"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]


def render(drawing: pathlib.Path, browser: str) -> pathlib.Path:
    """Draw one SVG with the browser and return the path of its WebP."""
    picture = PICTURES / f"{drawing.stem}.webp"
    with tempfile.TemporaryDirectory() as scratch:
        shot = pathlib.Path(scratch) / "shot.png"
        profile = f"--user-data-dir={scratch}/profile"
        window = "--window-size={},{}".format(*SIZE)
        command = [browser, *FLAGS, profile, window, f"--screenshot={shot}", drawing.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(shot) as image:
            flat = image.convert("RGB").quantize(
                256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
            )
            flat.convert("RGB").save(picture, lossless=True, quality=100, method=6)
    return picture


def main(names: list[str]) -> int:
    """Render the named drawings, or all of them; fail when a picture is too heavy."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        print("Chromium is needed to render the drawings.", file=sys.stderr)
        return 2
    drawings = [DRAWINGS / f"{name}.svg" for name in names] or sorted(DRAWINGS.glob("*.svg"))
    PICTURES.mkdir(exist_ok=True)
    heavy = 0
    for number, drawing in enumerate(drawings, 1):
        weight = render(drawing, browser).stat().st_size
        heavy += weight > LIMIT
        note = "  too heavy" if weight > LIMIT else ""
        print(f"{number:2}/{len(drawings)}  {drawing.stem}  {weight / 1024:.0f} KB{note}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
