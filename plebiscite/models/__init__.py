from plebiscite.models.ballot_paper import BallotOption, Manifest
from plebiscite.models.box import Ballot, Count, Inbox, LogEntry, MixFlush
from plebiscite.models.codes import Code, CodeBatch
from plebiscite.models.contest import (
    MAX_PICTURES,
    AuthorShown,
    ContestChoice,
    Proposal,
    ProposalPicture,
    ProposalRevision,
    RevisionPicture,
)
from plebiscite.models.jury import (
    Juror,
    Jury,
    JuryCriterion,
    JuryScore,
    JurySheet,
    JuryWork,
)
from plebiscite.models.objections import Objection
from plebiscite.models.page import PlebisciteIndexPage
from plebiscite.models.paper import (
    PaperBatch,
    PaperEntry,
    PaperPass,
    PaperResolution,
    VoidReason,
)
from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.points import PointClerk, PollingPoint
from plebiscite.models.proof import (
    Beacon,
    BeaconDraft,
    BundleFile,
    Checkpoint,
    KeyDestruction,
)
from plebiscite.models.register import (
    AccountVoter,
    Declaration,
    NamesakeRequest,
    ParticipationMark,
    TurnoutGroup,
    VoterRegister,
)
from plebiscite.models.sign import SignFile, SignRules, UseRequest
from plebiscite.models.together import MoveRequest
from plebiscite.models.watching import Alert

__all__ = [
    "MAX_PICTURES",
    "AccountVoter",
    "Alert",
    "AuthorShown",
    "Ballot",
    "BallotOption",
    "Beacon",
    "BeaconDraft",
    "BundleFile",
    "Checkpoint",
    "Code",
    "CodeBatch",
    "ContestChoice",
    "Count",
    "Declaration",
    "Inbox",
    "Juror",
    "Jury",
    "JuryCriterion",
    "JuryScore",
    "JurySheet",
    "JuryWork",
    "KeyDestruction",
    "LogEntry",
    "Manifest",
    "MixFlush",
    "MoveRequest",
    "NamesakeRequest",
    "Objection",
    "PaperBatch",
    "PaperEntry",
    "PaperPass",
    "PaperResolution",
    "ParticipationMark",
    "Plebiscite",
    "PlebisciteIndexPage",
    "PointClerk",
    "PollingPoint",
    "Proposal",
    "ProposalPicture",
    "ProposalRevision",
    "RevisionPicture",
    "SignFile",
    "SignRules",
    "TurnoutGroup",
    "UseRequest",
    "VoidReason",
    "VoterRegister",
]
