"""The installed wheel: the program, its libraries, plug-ins, fonts and data sets."""

import os
import pathlib
import subprocess
import sys

import pytest

import espalier
from espalier import _program

PIPELINE = """
import espalier; from sklearn.datasets import load_wine; from sklearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression; from sklearn.preprocessing import StandardScaler
X, y = load_wine(return_X_y=True, as_frame=True)
pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
print(espalier.explain(pipeline, X, y))
"""
BUNDLE = pathlib.Path(espalier.__file__).parent / "_bundle"
BARE = {"PATH": "/nowhere", "HOME": "/nowhere", "LANG": "C.UTF-8"}

installed = pytest.mark.skipif(not BUNDLE.is_dir(), reason="not the wheel")


def command(*arguments):
    """Run ``python -m espalier`` with nothing but the wheel."""
    process = [sys.executable, "-m", "espalier", *arguments]
    return subprocess.run(
        process, env=BARE, capture_output=True, text=True, check=True
    ).stdout


@installed
def test_version():
    assert command("--version").strip() == espalier.__version__
    script = pathlib.Path(sys.executable).parent / "espalier"
    assert subprocess.run([script, "--version"], env=BARE, check=True).returncode == 0


@installed
def test_a_pipeline_in_three_lines():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PIPELINE],
        env=BARE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("The rules agree with the network on ")
    assert "\nR1  if " in run.stdout


@installed
def test_diagrams_need_no_graphviz(tmp_path):
    folder = tmp_path / "iris"
    command("explain", "iris", "--output", str(folder), "--quiet")
    assert b"</svg>" in (folder / "network.svg").read_bytes()
    starts = {"png": b"\x89PNG", "pdf": b"%PDF"}
    for kind, start in starts.items():
        file = tmp_path / f"network.{kind}"
        command("draw", str(folder), "-o", str(file))
        assert file.read_bytes().startswith(start)


@installed
def test_data_sets():
    assert "mushroom" in command("list", "datasets")


@installed
def test_every_library_is_in_the_wheel():
    allowed = {"libc.so.6", "libm.so.6", "libresolv.so.2", "linux-vdso.so.1"}
    for file in [BUNDLE / "bin" / "espalier", *(BUNDLE / "graphviz").glob("*.so*")]:
        run = subprocess.run(["ldd", file], capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            name = line.split()[0]
            if name not in allowed and not name.startswith("/lib"):
                assert "espalier.libs" in line


def test_a_program_that_is_not_there(monkeypatch):
    monkeypatch.setenv("ESPALIER_PROGRAM", "/nowhere/espalier")
    with pytest.raises(espalier.MissingDependencyError) as caught:
        espalier.explain(None, [[1.0]] * 10, [0, 1] * 5)
    assert str(caught.value) == (
        "there is no program '/nowhere/espalier'\n"
        "hint: install the wheel that Python/build-wheel writes, or set ESPALIER_PROGRAM"
    )


def test_a_program_that_fails(monkeypatch, tmp_path):
    program = tmp_path / "espalier"
    for text, kind, message in [
        ("kill -9 $$", espalier.InternalError, "the program was ended by SIGKILL"),
        ("exit 70", espalier.InternalError, "the program ended with code 70"),
        (
            "echo 'error: full' >&2; echo ' hint: wait' >&2; exit 75",
            espalier.LimitError,
            "full",
        ),
        ("echo 'error: gone' >&2; exit 69", espalier.MissingDependencyError, "gone"),
    ]:
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        monkeypatch.setenv("ESPALIER_PROGRAM", str(program))
        with pytest.raises(kind) as caught:
            _program.run(["explain"])
        assert caught.value.message == message


def test_interruption(monkeypatch, tmp_path):
    program = tmp_path / "espalier"
    program.write_text(
        "#!/bin/sh\ntrap 'exit 130' INT\necho '{\"event\":\"stage\"}' >&2\n"
        "i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("ESPALIER_PROGRAM", str(program))

    def interrupt(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _program.run(["explain"], interrupt)


def test_the_environment_of_a_checkout_is_kept(monkeypatch):
    monkeypatch.setenv("ESPALIER_PROGRAM", sys.executable)
    monkeypatch.setenv("ESPALIER_HOME", "/home/espalier")
    assert _program.environment()["ESPALIER_HOME"] == "/home/espalier"
    monkeypatch.delenv("ESPALIER_PROGRAM")
    assert _program.environment()["ESPALIER_HOME"] == str(BUNDLE)
    assert "GVBINDIR" not in os.environ
