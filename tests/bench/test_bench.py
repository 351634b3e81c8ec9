"""The bench: it runs, says so in one document, and its phones send what a browser sends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.bench import phones, report, stage
from app.bench.report import Goal, Report
from app.bench.votes import Run
from tests.browser.test_phone import joined
from tests.conftest import ROOT, serving
from tests.web.test_phone import form_of, go


@pytest.mark.parametrize("script", sorted(path.name for path in stage.BASELINES.glob("*.py")))
def test_a_baseline_is_a_bare_script(script):
    text = (stage.BASELINES / script).read_text()
    assert len(text.splitlines()) < 80
    assert "app." not in text.replace("app.post", "")


@pytest.mark.slow
def test_the_bench_prints_one_document(tmp_path):
    tiny = ["--phones", "20", "--seconds", "0.3", "--sockets", "30", "--runs", "1", "--only", "votes", "fanout"]
    done = subprocess.run(
        [sys.executable, "-m", "app", "bench", "--json", "--folder", str(tmp_path), *tiny],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=True,
    )
    told = json.loads(done.stdout)
    assert sorted(told) == ["figures", "goals", "machine", "ratios"]
    for ratio, size in (("votes_vs_textbook", "20"), ("votes_vs_floor", "20"), ("fanout_vs_broadcast", "30")):
        assert told["ratios"][ratio][size] > 0
    assert told["figures"]["votes"]["acknowledged_is_stored"] is True
    assert list(Path(tmp_path).iterdir()) == []


def test_percentiles_are_by_nearest_rank():
    values = [float(value) for value in range(1, 101)]
    assert [phones.percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert phones.percentile([], 0.5) == 0.0


def test_ratios_are_medians_of_runs_made_one_after_the_other():
    found = Report()
    ours = [Run(rate, 1, 2, 50, 0) for rate in (1000.0, 3000.0, 9000.0)]
    textbook = [Run(rate, 1, 2, 50, 0) for rate in (100.0, 100.0, 100.0)]
    found.votes(100, ours, textbook, [500.0, 1000.0, 1000.0], [5000.0], [])
    assert found.ratios == {"votes_vs_floor": {"100": 3.0}, "votes_vs_textbook": {"100": 30.0}}
    assert {goal.name: goal.held for goal in found.goals}["votes, 100 phones, times the floor"] is True


def test_a_goal_that_does_not_hold_is_said():
    assert [Goal("g", 2, True, value).held for value in (1.9, 2.0)] == [False, True]
    assert [Goal("g", 2, False, value).held for value in (2.0, 2.1)] == [True, False]


def test_a_masked_frame_is_what_the_text_was():
    for text in (b"", b"a" * 125, b"b" * 126, b"c" * 8000):
        frame = phones.masked(text)
        begin = 6 if len(text) < 126 else 8
        mask = frame[begin - 4 : begin]
        assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(frame[begin:])) == text


def test_the_load_phone_sends_what_chromium_sends(tmp_path, chromium):
    with serving(tmp_path / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Råd")
        writer = live.phone()
        for number in range(3):
            card = form_of(writer, live) | {"first": f"Råd {number}", "second": "", "key": f"bench-key-{number}"}
            writer.post(live.join + "/cards", data=card).raise_for_status()
        vote = go(desk, "Tre prikker")
        page = joined(chromium, live)
        sent = []
        page.on("websocket", lambda opened: opened.on("framesent", lambda frame: sent.append(frame)))
        page.reload()
        page.wait_for_selector("form[data-keep] input[type=radio]", state="attached")
        page.wait_for_timeout(500)
        chosen = page.evaluate(
            """() => { const form = document.querySelector('form[data-keep]');
            const boxes = [...form.querySelectorAll('input[type=radio]')].filter((one) => one.name);
            const keep = boxes.find((one) => one.value === '1');
            for (const one of boxes) one.disabled = one.name !== keep.name;
            keep.checked = true;
            return [form.elements.key.value, keep.name]; }"""
        )
        page.locator("form[data-keep] button.go").click()
        page.wait_for_selector("#received", state="visible")
        key, name = chosen
        assert sent == [phones.message(int(vote), key, int(name.removeprefix("card-")), "1").decode()]
        page.context.close()


def test_the_machine_is_named(tmp_path):
    assert sorted(report.machine(tmp_path)) == ["cores", "cpu", "fdatasync_us", "python", "sqlite"]
