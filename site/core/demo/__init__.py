"""Reading demo content: TOML files with a table per language, pictures drawn for it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.images import ImageFile

from core.models import Picture, PublicDocument
from core.ports import DemoReport
from core.templatetags.site_tags import localised_path

PICTURES = Path(__file__).parent
OTHER_LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def read(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary."""
    with path.open("rb") as file:
        return tomllib.load(file)


def text(value: Any, language: str = "pl") -> str:
    """`value[language]`, empty when there is none; a plain string is Polish."""
    if isinstance(value, str):
        return value if language == settings.LANGUAGE_CODE else ""
    return (value or {}).get(language, "")


def columns(field: str, value: Any) -> dict[str, str]:
    """`{"name_pl": …, "name_be": …}` from a table per language."""
    return {f"{field}_{code}": text(value, code) for code, _name in settings.LANGUAGES}


def blocks(rows: list[dict[str, Any]], language: str, pages: dict[str, Any]) -> list[Any]:
    """StreamField content from rows of the content files.

    `pages` maps Polish paths to pages of `language`; links in texts get the language's prefix.
    """
    return [(row["type"], _block(row, language, pages)) for row in rows]


def _block(row: dict[str, Any], language: str, pages: dict[str, Any]) -> Any:
    match row["type"]:
        case "paragraph":
            return _links(row["html"], language)
        case "heading" | "subheading":
            return row["text"]
        case "quote":
            return {"text": row["text"], "source": row.get("source", "")}
        case "figures" | "timeline":
            return {"items": row["items"]}
        case "accordion":
            return {
                "items": [
                    {"question": item["question"], "answer": _links(item["html"], language)}
                    for item in row["items"]
                ]
            }
        case "callout":
            return {"title": row["title"], "text": _links(row["html"], language)}
        case "image":
            return {
                "image": _described(row["picture"], language),
                "caption": row.get("caption", ""),
            }
        case "cards":
            return {
                "items": [
                    {
                        "title": item["title"],
                        "text": item.get("text", ""),
                        "page": pages[item["href"]],
                        "url": "",
                    }
                    for item in row["items"]
                ]
            }
        case "live":
            return {"platform": row["platform"], "number": row["number"]}
        case "downloads":
            return {"items": [document(key) for key in row["files"]]}
    raise ValueError(f"unknown block {row['type']!r}")


def document(key: str) -> PublicDocument:
    """The uploaded file with a key, by the name that it was uploaded under."""
    return PublicDocument.objects.get(file__contains=f"/{key}")


def _described(key: str, language: str) -> Picture | None:
    """A picture with its text in a language, as the block for pictures takes it."""
    found = picture(key)
    if found is not None:
        found.contextual_alt_text = (
            getattr(found, f"description_{language}", "") or found.description
        )
        found.decorative = False
    return found


def _links(html: str, language: str) -> str:
    parts = html.split('href="/')
    return parts[0] + "".join(
        f'href="{localised_path("/" + part.split(chr(34), 1)[0], language)}"'
        + part.split('"', 1)[1]
        for part in parts[1:]
    )


def load_pictures(report: DemoReport) -> None:
    """Uploads the drawn pictures that are not there yet."""
    made = 0
    for row in read(PICTURES / "pictures.toml")["picture"]:
        file = PICTURES / "pictures" / f"{row['key']}.webp"
        if not file.exists() or Picture.objects.filter(title=_title(row["key"])).exists():
            continue
        with file.open("rb") as handle:
            alt = row["alt"]
            Picture.objects.create(
                title=_title(row["key"]),
                file=ImageFile(handle, name=f"{row['key']}.webp"),
                description=text(alt),
                description_be=text(alt, "be"),
                description_en=text(alt, "en"),
                description_it=text(alt, "it"),
                author="Hajnówka OdNowa, CC0",
            )
        made += 1
    report(f"{Picture.objects.count()} pictures, {made} of them new")


def picture(key: str) -> Picture | None:
    """The uploaded picture with a key, None where it has not been drawn."""
    return Picture.objects.filter(title=_title(key)).first() if key else None


def _title(key: str) -> str:
    return f"przykład: {key}"
