"""Demo plebiscites: the true story of 2019 on their page, and four invented ones, marked so."""

from plebiscite.demo.loader import load, page_content

__all__ = ["load", "page_content"]
