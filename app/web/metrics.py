"""What the server has done, for Prometheus, behind a word of the operator's. Read from plain counters when asked.

No label holds a dialogue, a person, a code or an address.
"""

import hmac
from collections.abc import Iterator
from time import time

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response

from app import errors, store
from app.backup import MARK
from app.figures import Histogram, Requests
from app.live import Relay
from app.web import place
from app.web.place import Place

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The figures of this process. Without the operator's word there is nothing at this address."""
    here = place.of(request)
    word = here.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not word or not hmac.compare_digest(given.encode(), word.encode()):
        raise errors.NotFound
    registry = CollectorRegistry()
    registry.register(_Figures(here))
    registry.register(_Asked(request.app.state.requests, request.app.state.relay))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


class _Figures(Collector):
    """The counters of writer, hub and disk as Prometheus wants them."""

    def __init__(self, here: Place) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        writer, hub = self._here.writer.figures, self._here.hub.figures
        yield _counter("tovholder_changes_answered", "Changes that were committed and answered", writer.answered)
        yield _counter("tovholder_changes_failed", "Changes that were refused or failed", writer.failed)
        waiting = writer.came - writer.answered - writer.failed
        yield GaugeMetricFamily("tovholder_changes_waiting", "Changes in line", waiting)
        yield _histogram("tovholder_commit_changes", "Changes that shared a commit", writer.sizes)
        yield _histogram("tovholder_commit_seconds", "Seconds of a commit", writer.seconds)
        sockets = GaugeMetricFamily("tovholder_sockets", "Open sockets", labels=["face"])
        for face, count in sorted(hub.sockets.items()):
            sockets.add_metric([face], count)
        yield sockets
        yield _counter("tovholder_handshakes", "Sockets that came", hub.handshakes)
        yield _counter("tovholder_pushes", "Frames given to sockets", hub.pushes)
        yield _counter("tovholder_sockets_behind", "Sockets that fell behind", hub.stale)
        yield _counter("tovholder_sockets_cut", "Sockets that were cut because they took nothing", hub.aborted)
        pictures = CounterMetricFamily("tovholder_pictures", "Pictures drawn", labels=["face"])
        for face, count in sorted(hub.pictures.items()):
            pictures.add_metric([face], count)
        yield pictures
        yield _counter("tovholder_picture_seconds", "Seconds spent drawing pictures", hub.picture_seconds)
        yield GaugeMetricFamily("tovholder_disk_free_bytes", "Bytes free in the data folder", self._here.disk.free())
        backup = self._here.settings.data / MARK
        if backup.exists():
            age = time() - backup.stat().st_mtime
            yield GaugeMetricFamily("tovholder_backup_age_seconds", "Seconds since the newest backup", age)
        if store.is_sqlite(self._here.settings.database):
            size = store.sqlite_file(self._here.settings.database).stat().st_size
            yield GaugeMetricFamily("tovholder_database_bytes", "Size of the database file", size)


class _Asked(Collector):
    """What was asked and refused, and whether other processes are heard."""

    def __init__(self, requests: Requests, relay: Relay) -> None:
        self._requests = requests
        self._relay = relay

    def collect(self) -> Iterator[Metric]:
        answered = CounterMetricFamily("tovholder_requests", "Requests answered", labels=["route", "status"])
        for (route, hundred), count in sorted(self._requests.answered.items()):
            answered.add_metric([route, f"{hundred}xx"], count)
        yield answered
        seconds = HistogramMetricFamily("tovholder_request_seconds", "Seconds of a request", labels=["route"])
        for route, figures in sorted(self._requests.seconds.items()):
            seconds.add_metric([route], _buckets(figures), figures.total)
        yield seconds
        refused = CounterMetricFamily("tovholder_refused", "What was refused, by reason", labels=["reason"])
        for reason, count in sorted(self._requests.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        yield GaugeMetricFamily("tovholder_relay_hears", "Whether word of other processes comes in", self._relay.hears)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value)


def _histogram(name: str, words: str, figures: Histogram) -> Metric:
    return HistogramMetricFamily(name, words, _buckets(figures), figures.total)


def _buckets(figures: Histogram) -> list[tuple[str, float]]:
    buckets, so_far = [], 0
    for limit, count in zip([*map(str, figures.bounds), "+Inf"], figures.counts, strict=True):
        so_far += count
        buckets.append((limit, float(so_far)))
    return buckets
