from incubator.demo.loader import load, page_content

__all__ = ["load", "page_content"]
