"""The summary as JSON: everything the other files say, for programs. docs/summary_json.md describes it."""

import json
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from app.documents.summary import SummaryView

VERSION = 1


def render(view: SummaryView) -> bytes:
    """UTF-8, with the version of its shape; dates and times as ISO 8601, times with offset."""
    told = {"tovholder": VERSION, **asdict(view), "cards": [asdict(card) for card in view.cards]}
    return json.dumps(told, ensure_ascii=False, indent=1, default=_said).encode("utf-8") + b"\n"


def _said(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)
