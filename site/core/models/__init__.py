from core.audit.models import AuditEvent, AuditPerson, AuditSeal
from core.files.models import StoredFile
from core.models.media import Picture, PictureRendition, PublicDocument
from core.models.multilingual import MultilingualName
from core.models.pages import BasePage, OwnInEachLanguage
from core.models.shared_text import SharedText
from core.numbers.models import NumberSequence
from core.outbox.models import OutboxMail
from core.pagecache.models import GenerationBase, PublicChange
from core.search.models import PromotedResult, SearchEntry, SearchMiss
from core.throttle.models import ThrottleCount
from core.tokens.models import AccessToken

__all__ = [
    "AccessToken",
    "AuditEvent",
    "AuditPerson",
    "AuditSeal",
    "BasePage",
    "GenerationBase",
    "MultilingualName",
    "NumberSequence",
    "OutboxMail",
    "OwnInEachLanguage",
    "Picture",
    "PictureRendition",
    "PromotedResult",
    "PublicChange",
    "PublicDocument",
    "SearchEntry",
    "SearchMiss",
    "SharedText",
    "StoredFile",
    "ThrottleCount",
]
