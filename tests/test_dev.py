"""dev.py for real, in copies of the checkout: what it does the first time, the second time and after an accident."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = [path.name for path in ROOT.glob("requirements*")]
MADE_FROM = ["dev.py", "build_model.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE", *LOCKS]
POSIX = pytest.mark.skipif(os.name == "nt", reason="cannot run here: Windows has no such signals")


def loaded(path: Path) -> ModuleType:
    """dev.py as a module whose ROOT is the folder it lies in."""
    spec = importlib.util.spec_from_file_location("dev_under_test", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def dev(tmp_path: Path) -> ModuleType:
    """dev.py in a copy of the files that a set-up is made from."""
    (tmp_path / "checkout").mkdir()
    for name in MADE_FROM:
        shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    return loaded(tmp_path / "checkout" / "dev.py")


def base_python() -> str:
    return getattr(sys, "_base_executable", sys.executable)


def runs(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def start(dev: ModuleType, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [base_python(), str(dev.ROOT / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, timeout=600)


def finished(dev: ModuleType, lock: str = "requirements.txt") -> dict[str, str]:
    """The checkout as a finished set-up leaves it, without the packages."""
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.symlink_to(base_python())
    dev.VENDOR.mkdir(parents=True)
    for name in dev.ASSETS.values():
        (dev.VENDOR / name).touch()
    stamps = dev.stale({}, lock)
    dev.STAMPS.write_text(json.dumps(stamps))
    return stamps


def without(tmp_path: Path, *modules: str) -> dict[str, str]:
    """An environment without uv in which these modules cannot be imported."""
    for module in modules:
        (tmp_path / "broken" / module).mkdir(parents=True)
        (tmp_path / "broken" / module / "__init__.py").write_text("raise ImportError('taken away by the test')\n")
    return {"PYTHONPATH": str(tmp_path / "broken"), "PATH": ""}


# --- which Python


def test_old_python_is_refused_in_one_line() -> None:
    refusal = loaded(ROOT / "dev.py").refusal
    assert refusal((3, 10, 13)).startswith("Tovholder needs Python 3.11 or later, and this is 3.10.")
    assert "\n" not in refusal((3, 10, 13))
    assert [refusal((3, minor, 0)) for minor in (11, 12, 13, 14)] == [""] * 4


def test_a_real_old_python_prints_that_line_and_no_trace() -> None:
    names = [f"python3.{minor}" for minor in range(6, 11)]
    kept_by_pyenv = [str(path) for name in names for path in Path.home().glob(f".pyenv/versions/*/bin/{name}")]
    old = [python for python in (*map(shutil.which, names), *kept_by_pyenv) if python and runs(python)]
    if not old:
        pytest.skip("cannot run here: no Python older than 3.11 is installed")
    for python in old:
        done = subprocess.run([python, str(ROOT / "dev.py"), "run"], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert done.stderr.startswith("Tovholder needs Python 3.11 or later")


# --- what is done again, and what is not


def test_fresh_checkout_does_every_step_in_order(dev: ModuleType) -> None:
    assert list(dev.stale({}, "requirements.txt")) == ["venv", "packages", "tovholder", "assets", "model"]


def test_finished_set_up_does_nothing(dev: ModuleType) -> None:
    stamps = finished(dev)
    assert dev.stale(stamps, "requirements.txt") == {}


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ("requirements.txt", ["packages"]),
        ("requirements-build.txt", ["tovholder"]),
        ("pyproject.toml", ["tovholder"]),
        ("requirements-assets.txt", ["assets"]),
        ("requirements-model.txt", ["model"]),
        ("build_model.py", ["model"]),
        ("requirements-dev.txt", []),
        ("app/static/vendor/htmx.min.js", ["assets"]),
        (".venv/bin/python", ["venv", "packages", "tovholder", "assets", "model"]),
    ],
)
@POSIX
def test_a_change_redoes_its_own_step(dev: ModuleType, changed: str, steps: list[str]) -> None:
    stamps = finished(dev)
    if changed.startswith("requirements") or changed in ("pyproject.toml", "build_model.py"):
        (dev.ROOT / changed).write_text("# another")
    else:
        (dev.ROOT / changed).unlink()
    assert list(dev.stale(stamps, "requirements.txt")) == steps


def test_packages_of_the_tests_serve_the_server_too(dev: ModuleType) -> None:
    stamps = finished(dev, "requirements-dev.txt")
    assert dev.stale(stamps, "requirements.txt") == {}


def test_packages_of_the_server_do_not_serve_the_tests(dev: ModuleType) -> None:
    stamps = finished(dev)
    assert list(dev.stale(stamps, "requirements-dev.txt")) == ["packages"]


def test_moved_checkout_is_set_up_again(dev: ModuleType) -> None:
    stamps = finished(dev)
    moved = dev.ROOT.rename(dev.ROOT.with_name("moved"))
    assert list(loaded(moved / "dev.py").stale(stamps, "requirements.txt")) == [*stamps]


def test_second_start_is_silent(dev: ModuleType) -> None:
    finished(dev)
    done = start(dev, "setup", PATH="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- accidents


@POSIX
def test_only_one_sets_up_at_a_time(dev: ModuleType) -> None:
    finished(dev)
    with dev.alone():
        command = [base_python(), str(dev.ROOT / "dev.py"), "setup"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as second:
            assert second.stderr
            assert second.stderr.readline() == "dev.py: another dev.py is setting up; waiting for it\n"
            assert second.poll() is None
            second.terminate()
    assert second.returncode == 143


def test_half_made_venv_is_removed(dev: ModuleType) -> None:
    finished(dev)
    dev.LOCK.write_bytes(b"half made")
    with dev.alone():
        assert not dev.VENV.exists()


@POSIX
def test_killed_set_up_is_started_over(dev: ModuleType) -> None:
    finished(dev)
    killed = "with dev.alone() as note:\n    note(b'half made')\n    os.kill(os.getpid(), signal.SIGKILL)"
    setup = f"import os, signal, sys; sys.path.insert(0, {str(dev.ROOT)!r}); import dev\n{killed}"
    assert subprocess.run([base_python(), "-c", setup]).returncode == -signal.SIGKILL
    with dev.alone():
        assert not dev.VENV.exists()


@POSIX
def test_stopped_set_up_leaves_no_child_and_no_trace(dev: ModuleType) -> None:
    (dev.ROOT / "slow.py").write_text(
        "import dev, sys\n"
        "dev.make_venv = lambda: dev.call(sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(60)')\n"
        "sys.exit(dev.main(['setup']))\n"
    )
    for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with subprocess.Popen([base_python(), "slow.py"], cwd=dev.ROOT, stderr=subprocess.PIPE, text=True) as slow:
            assert slow.stderr
            while slow.stderr.readline() != "1\n":
                time.sleep(0.01)
            slow.send_signal(sent)
            rest = slow.stderr.read()  # ends when the child has let go of it too
        assert (slow.returncode, "Traceback" in rest) == (code, False)


@POSIX
def test_without_any_installer_the_last_line_names_the_package(dev: ModuleType, tmp_path: Path) -> None:
    done = start(dev, "setup", **without(tmp_path, "ensurepip", "pip"))
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (1, "")
    assert last == f"dev.py: There is neither uv nor a working pip here. {dev.NEEDED}"
    assert dev.LOCK.read_bytes() == b""  # nothing is half made: the next start goes on


@POSIX
def test_without_ensurepip_this_pythons_pip_is_used(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in without(tmp_path, "ensurepip").items():
        monkeypatch.setenv(name, value)
    dev.make_venv()
    has_pip = dev.answer(dev.BASE, "-m", "pip", "--version") != ""
    into = (dev.BASE, "-m", "pip", "--python", str(dev.PYTHON), "install", "--quiet")
    assert list(dev.installers()) == ([into] if has_pip else [])


def test_what_a_child_prints_goes_to_standard_error(dev: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.call(sys.executable, "-c", "print('chatter')")
    assert not dev.call(sys.executable, "-c", "raise SystemExit(4)")
    assert capfd.readouterr() == ("", "chatter\n")


def test_unknown_command_shows_the_commands(dev: ModuleType) -> None:
    done = start(dev, "launch")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{dev.__doc__}\n")


def test_locking_needs_uv_and_says_so(dev: ModuleType) -> None:
    done = start(dev, "lock", PATH="")
    assert done.returncode == 1
    assert done.stderr == "dev.py: Making the lock files needs uv on PATH; running and testing do not.\n"


# --- what this very set-up made


def test_vendored_htmx_is_version_2_with_its_sockets() -> None:
    vendor = ROOT / "app" / "static" / "vendor"
    assert 'version:"2.0.' in (vendor / "htmx.min.js").read_text("utf-8")
    assert "defineExtension" in (vendor / "htmx-ws.min.js").read_text("utf-8")
    assert "MIT License" in (vendor / "LICENSE.django-htmx.txt").read_text("utf-8")


def test_console_script_is_installed() -> None:
    script = shutil.which("tovholder", path=str(Path(sys.executable).parent))
    assert script, "this .venv was not made by dev.py: run python3 dev.py test"
    done = subprocess.run([script, "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["usage:", "tovholder"])


# --- the whole way, for minutes


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", ["uv", "pip", "no ensurepip"])
@POSIX
def test_clean_checkout_serves_by_one_command(dev: ModuleType, tmp_path: Path, way: str) -> None:
    for folder in ("app", "migrations"):
        shutil.copytree(ROOT / folder, dev.ROOT / folder, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    environment = dict(os.environ)
    if way == "uv":
        if not shutil.which("uv"):
            pytest.skip("cannot run here: uv is not on PATH")
    else:
        environment |= without(tmp_path, *(["ensurepip"] if way == "no ensurepip" else []))
    options = ["--json", "--port", "0", "--data", str(tmp_path / "data")]
    command = [base_python(), str(dev.ROOT / "dev.py"), "run", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout
            addresses = json.loads(server.stdout.readline())
            with urllib.request.urlopen(addresses["health"]) as answer:
                assert answer.status == 200
        finally:
            server.terminate()
        assert server.stdout.read() == ""
    assert list(addresses) == ["join", "board", "desk", "office", "health"]
