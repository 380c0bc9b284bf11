"""What auditors are told: the files of a bundle with their formats, the checks, and the threats."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plebiscite.models import Plebiscite
from plebiscite.selectors.explaining import explained_context

#: Files of the bundle, what they hold, and by which formula it is checked. Formulas are signs that
#: are the same in every language; docs/counting.md states them to the byte.
FORMATS = (
    ("manifest.json", _("Options, rules, dates and keys as they stood before the vote"),
     "SHA-256(manifest.json) = manifest_hash"),
    ("codes_printed.txt, codes_spent.csv",
     _("Fingerprints of all voting codes, and of the used ones"),
     "SHA-256(code/1, id, code)"),
    ("log.jsonl", _("The public list: a line for each receipt code"),
     "digest = SHA-256(previous ‖ position ‖ commitment)"),
    ("checkpoints.jsonl", _("Signed checkpoints of that list"),
     "Ed25519(checkpoint/1, id, manifest_hash, number, size, root, next_key)"),
    ("openings.jsonl", _("Every ballot, with what opens its receipt code"),
     "commitment = SHA-256(commitment/1, id, manifest_hash, ballot, nonce)"),
    ("paper_batches.csv, reconciliation.json", _("Cards on paper, and how all numbers agree"),
     "issued = returned + unused + missing; returned = valid + void"),
    ("beacon.json", _("The drawn number and the order of the lots"),
     "SHA-256(lot/1, value, root, manifest_hash, code)"),
    ("tally.json", _("The result with every round"), "SHA-256(result)"),
    ("ballots.toi, ballots.abif", _("The ballots for other programs that count"),
     "PrefLib, ABIF"),
    ("events.jsonl, moderation.csv, stats.json",
     _("The course of the vote, what became of the proposals, turnout and mixing"), ""),
    ("SHA256SUMS, SHA256SUMS.sig", _("Fingerprints of all files, and their signature"),
     "Ed25519(bundle/1, id, manifest_hash, SHA-256(SHA256SUMS))"),
)  # fmt: skip

#: The checks that the page of the result makes in the browser, in their order; those of `verify.py`
#: that need nothing besides the bundle.
CHECKS = (
    ("sums", _("checksums of the files")),
    ("signature", _("signature of the bundle")),
    ("form", _("files written to the byte")),
    ("manifest", _("manifest of the vote")),
    ("options", _("pictures of the options")),
    ("chain", _("chain of the public log")),
    ("checkpoints", _("signed checkpoints")),
    ("mix", _("mixing of the votes")),
    ("commitments", _("commitments open")),
    ("openings", _("openings are those of the log")),
    ("ballots", _("ballots within the rules")),
    ("codes", _("spent codes are among the printed")),
    ("paper", _("paper cards add up")),
    ("counts", _("numbers agree by channel")),
    ("lots", _("order of lots")),
    ("tally", _("count of the ballots")),
    ("exports", _("files for other programs")),
    ("events", _("course of the vote")),
)

#: Who could do what, and what stops or shows it: the threat model of docs/counting.md.
THREATS = (
    (_("Anybody outside"), _("change a copy of the bundle"),
     _("fingerprints of the files and the signature")),
    (_("Somebody with the database"), _("add, drop or change ballots"),
     _("receipt codes, the chained list and its signed checkpoints")),
    (_("The operator with all keys"), _("write the whole list anew"),
     _("older copies of the list, receipts, and the numbers of voters and of used codes")),
    (_("The operator, before the box is sealed"), _("open sealed votes"),
     _("nothing technical: the keys are kept apart, and two people have them destroyed")),
    (_("The commission"), _("choose a draw, or count in another way"),
     _("a number drawn after the sealing by a rule fixed before; everybody can recount")),
    (_("Clerks"), _("give codes or cards to nobody"),
     _("published fingerprints of codes, batches of cards, two readings by different people")),
    (_("A phone, or the page it was sent"), _("cast another ballot than was chosen"),
     _("looking the receipt up on another device")),
    (_("Somebody who pays for votes"), _("ask for a receipt after the publication"),
     _("the law alone")),
)  # fmt: skip


def auditors_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """Formats and threats, with the hashes and files of this vote."""
    return {**explained_context(plebiscite), "formats": FORMATS, "threats": THREATS}
