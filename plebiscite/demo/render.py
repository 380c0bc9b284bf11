"""Render the works of the demo to pictures: `python plebiscite/demo/render.py [name ...]`.

The drawings in `drawings/` and the motifs in `site/static/img/motifs/` become `pictures/*.png`,
800 by 800 pixels with a palette: flat colours stay exact and files small. A local Chromium draws,
so that a picture looks as it does in a browser. Needed only when a drawing changes.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from PIL import Image

SIZE = 800
LIMIT = 60 * 1024
HERE = pathlib.Path(__file__).resolve().parent
MOTIFS = HERE.parents[1] / "site" / "static" / "img" / "motifs"
PICTURES = HERE / "pictures"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
PAGE = "<!doctype html><style>*{{margin:0}}img{{display:block;width:{0}px}}</style><img src='{1}'>"


def render(drawing: pathlib.Path, browser: str) -> pathlib.Path:
    """Draw one SVG with the browser and return the path of its PNG."""
    picture = PICTURES / f"{drawing.stem}.png"
    with tempfile.TemporaryDirectory() as scratch:
        page = pathlib.Path(scratch) / "page.html"
        page.write_text(PAGE.format(SIZE, drawing.as_uri()))
        shot = pathlib.Path(scratch) / "shot.png"
        options = [f"--user-data-dir={scratch}/profile", f"--window-size={SIZE},{SIZE}"]
        command = [browser, *FLAGS, *options, f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(shot) as image:
            small = (
                image.convert("RGB").crop((0, 0, SIZE, SIZE)).quantize(64, dither=Image.Dither.NONE)
            )
            small.save(picture, optimize=True)
    return picture


def main(names: list[str]) -> int:
    """Render the named drawings, or all of them; fail when a picture is too heavy."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        print("Chromium is needed to render the drawings.", file=sys.stderr)
        return 2
    drawings = [*sorted((HERE / "drawings").glob("*.svg")), *sorted(MOTIFS.glob("*.svg"))]
    PICTURES.mkdir(exist_ok=True)
    heavy = 0
    for drawing in drawings:
        if names and drawing.stem not in names:
            continue
        weight = render(drawing, browser).stat().st_size
        heavy += weight > LIMIT
        print(f"{drawing.stem}  {weight / 1024:.0f} KB{'  too heavy' if weight > LIMIT else ''}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
