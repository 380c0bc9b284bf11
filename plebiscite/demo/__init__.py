"""Demo plebiscites: the true story of 2019 on their page, and invented ones in every phase."""

from plebiscite.demo.loader import load, page_content

__all__ = ["load", "page_content"]
