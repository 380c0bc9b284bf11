from core.models.media import Picture, PictureRendition, PublicDocument
from core.models.multilingual import MultilingualName
from core.models.pages import BasePage
from core.search.models import SearchEntry

__all__ = [
    "BasePage",
    "MultilingualName",
    "Picture",
    "PictureRendition",
    "PublicDocument",
    "SearchEntry",
]
