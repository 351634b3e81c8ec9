"""A rehearsal goes only where it was sent, and nowhere public by accident."""

import argparse

import pytest

from app import rehearsal
from app.rehearsal import wire
from app.rehearsal.scenario import Unusable


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "10.1.2.3", "192.168.0.7:80"])
def test_this_machine_and_private_networks_are_near(host):
    assert wire.near(f"http://{host}/d/7K4M2PXR", anywhere=False).netloc == host


@pytest.mark.parametrize("url", ["http://203.0.114.9/d/A", "https://8.8.8.8/d/A", "http://[2a00::1]/d/A"])
def test_a_public_host_is_refused_unless_it_is_meant(url):
    with pytest.raises(Unusable, match="--anywhere"):
        wire.near(url, anywhere=False)
    assert wire.near(url, anywhere=True).path == "/d/A"


@pytest.mark.parametrize(
    "url", ["", "7K4M2PXR", "ftp://127.0.0.1/d/A", "http://", "http://127.0.0.1:99999/", "http://[/"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Unusable):
        wire.near(url, anywhere=True)


def test_the_code_is_read_from_the_join_address():
    codes = [
        wire.join_code(wire.near(f"http://127.0.0.1{path}", anywhere=False))
        for path in ("/d/7K4M2PXR", "/d/7k4m2pxr/", "/d/7K4M2PXR/join")
    ]
    assert codes == ["7K4M2PXR"] * 3


@pytest.mark.parametrize("path", ["/", "/d/", "/board/1", "/d/7K4M2PXR/cards"])
def test_an_address_without_a_code_is_refused(path):
    with pytest.raises(Unusable):
        wire.join_code(wire.near(f"http://127.0.0.1{path}", anywhere=False))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://203.0.114.9/d/7K4M2PXR"], "--anywhere"),
        (["http://127.0.0.1:9/d/7K4M2PXR", "--scenario", "/nowhere.csv"], "/nowhere.csv cannot be read"),
        (["http://127.0.0.1:9/d/7K4M2PXR", "--participants", "0"], "1 to 1000 participants"),
        (["http://127.0.0.1:9/d/7K4M2PXR", "--speed", "nan"], "--speed is between"),
    ],
)
def test_what_cannot_begin_says_why_and_prints_no_report(arguments, said, capsys):
    parser = argparse.ArgumentParser()
    rehearsal.add_arguments(parser)
    assert rehearsal.main(parser.parse_args([*arguments, "--json"])) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
