from plebiscite.models.box import Ballot, Count, Inbox, LogEntry, MixFlush
from plebiscite.models.contest import (
    MAX_PICTURES,
    AuthorShown,
    ContestChoice,
    Proposal,
    ProposalPicture,
    ProposalRevision,
    RevisionPicture,
)
from plebiscite.models.page import PlebisciteIndexPage
from plebiscite.models.plebiscite import BallotOption, Manifest, Plebiscite
from plebiscite.models.register import (
    AccountVoter,
    Declaration,
    ParticipationMark,
    VoterRegister,
)

__all__ = [
    "MAX_PICTURES",
    "AccountVoter",
    "AuthorShown",
    "Ballot",
    "BallotOption",
    "ContestChoice",
    "Count",
    "Declaration",
    "Inbox",
    "LogEntry",
    "Manifest",
    "MixFlush",
    "ParticipationMark",
    "Plebiscite",
    "PlebisciteIndexPage",
    "Proposal",
    "ProposalPicture",
    "ProposalRevision",
    "RevisionPicture",
    "VoterRegister",
]
