"""Reads that pages, views and exports need; each takes a bounded number of queries."""

from plebiscite.selectors.auditing import auditors_context
from plebiscite.selectors.explaining import explained_context
from plebiscite.selectors.gallery import gallery_context, joined_url, poster_sources
from plebiscite.selectors.judging import public_jury
from plebiscite.selectors.public import (
    crumbs,
    find_public,
    index_context,
    log_lines,
    manifest_text,
    plebiscite_context,
    proposal_context,
    public_paths,
    view,
)
from plebiscite.selectors.results import result_json, results_context, totals_csv
from plebiscite.selectors.sign import sign_context
from plebiscite.selectors.timeline import timeline_context
from plebiscite.selectors.turnout import turnout
from plebiscite.selectors.works import number_by_name

__all__ = [
    "auditors_context",
    "crumbs",
    "explained_context",
    "find_public",
    "gallery_context",
    "index_context",
    "joined_url",
    "log_lines",
    "manifest_text",
    "number_by_name",
    "plebiscite_context",
    "poster_sources",
    "proposal_context",
    "public_jury",
    "public_paths",
    "result_json",
    "results_context",
    "sign_context",
    "timeline_context",
    "totals_csv",
    "turnout",
    "view",
]
