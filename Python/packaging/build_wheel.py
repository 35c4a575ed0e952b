"""Put the program and all that it needs into a wheel.

usage: build_wheel.py PROGRAM

The program, the plug-ins of Graphviz, the fonts of the diagrams and the data sets are files of the
package; auditwheel adds the libraries and names the platform. auditwheel leaves out libraries that
most desktops have, such as GLib; they are added too, because containers do not have them.
"""

import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent
PLUGINS = [
    "libgvplugin_core.so.6",
    "libgvplugin_dot_layout.so.6",
    "libgvplugin_pango.so.6",
]
FONTS = [
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSans-BoldOblique",
]
FONT_FOLDERS = [
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu-sans-fonts",
]
FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
# The C library and the loader are those of the system.
SYSTEM = re.compile(
    r"(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv|nsl|anl|BrokenLocale))\.so\.\d+"
)


def run(*command):
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(file):
    """Return the libraries that a file loads: paths by name."""
    found = {}
    for line in run("ldd", str(file)).splitlines():
        name, arrow, rest = line.strip().partition(" => ")
        if arrow and rest.startswith("not found"):
            sys.exit(f"error: {file} needs {name}, which is not installed")
        if arrow:
            found[name] = pathlib.Path(rest.split(" (")[0])
    return found


def plugin_folder():
    """Return the folder of Graphviz's plug-ins."""
    folder = (
        pathlib.Path(run("pkg-config", "--variable=libdir", "libgvc").strip())
        / "graphviz"
    )
    if not (folder / PLUGINS[0]).exists():
        sys.exit(f"error: there are no plug-ins of Graphviz in {folder}")
    return folder


def stage_plugins(target):
    """Copy the plug-ins and the part of their register that names them."""
    source = plugin_folder()
    target.mkdir()
    for name in PLUGINS:
        shutil.copy(source / name, target / name)
    (register,) = source.glob("config[0-9]*")
    text = re.sub(r"^#.*\n", "", register.read_text(), flags=re.MULTILINE)
    entries = re.findall(r"^(\S+) (.*?)^\}\n", text, flags=re.MULTILINE | re.DOTALL)
    kept = [f"{name} {rest}}}\n" for name, rest in entries if name in PLUGINS]
    if len(kept) != len(PLUGINS):
        sys.exit(f"error: {register} does not list {', '.join(PLUGINS)}")
    (target / register.name).write_text("".join(kept))


def stage_fonts(target):
    """Copy the fonts of the diagrams and write their settings."""
    folders = [one for one in map(pathlib.Path, FONT_FOLDERS) if one.is_dir()]
    if not folders:
        sys.exit("error: the DejaVu fonts are not installed")
    target.mkdir()
    for name in FONTS:
        file = folders[0] / f"{name}.ttf"
        if file.exists():
            shutil.copy(file, target)
    (target / "fonts.conf").write_text(FONT_SETTINGS)


def stage_licences(target, files):
    """Copy the copyright files of the Debian packages that the files come from."""
    if not shutil.which("dpkg-query"):
        return
    target.mkdir()
    for file in files:
        for path in dict.fromkeys(
            [str(file), str(file.resolve()), str(file).removeprefix("/usr")]
        ):
            asked = subprocess.run(
                ["dpkg-query", "-S", path], capture_output=True, text=True
            )
            if asked.returncode == 0:
                package = asked.stdout.split(":")[0]
                text = pathlib.Path("/usr/share/doc") / package / "copyright"
                if text.exists():
                    shutil.copy(text, target / f"{package}.txt")
                break


def tag():
    """Return the platform of this machine: that of its C library."""
    version = platform.libc_ver()[1].replace(".", "_")
    return f"manylinux_{version}_{platform.machine()}"


def stage(program, bundle):
    """Write the files that the package carries; return the libraries they load."""
    (bundle / "bin").mkdir(parents=True)
    copy = bundle / "bin" / "espalier"
    shutil.copy(program, copy)
    copy.chmod(0o755)
    run("strip", "--strip-unneeded", str(copy))
    stage_plugins(bundle / "graphviz")
    stage_fonts(bundle / "Fonts")
    shutil.copytree(
        HERE.parent / "Datasets",
        bundle / "Datasets",
        ignore=shutil.ignore_patterns("*.py", "_*"),
    )
    loaded = {}
    for file in [program, *(plugin_folder() / name for name in PLUGINS)]:
        loaded.update(libraries(file))
    loaded = {name: path for name, path in loaded.items() if not SYSTEM.fullmatch(name)}
    fonts = [
        one
        for folder in FONT_FOLDERS
        for one in pathlib.Path(folder).glob("DejaVuSans.ttf")
    ]
    stage_licences(bundle / "licences", [*loaded.values(), *fonts])
    return loaded


def add_libraries(wheel, loaded, folder):
    """Add the libraries that auditwheel left out, and write the wheel again."""
    run("wheel", "unpack", str(wheel), "--dest", str(folder))
    (tree,) = folder.iterdir()
    libs = tree / "espalier.libs"
    # auditwheel renames libfoo.so.1.2 to libfoo-HASH.so.1.2.
    renamed = {
        re.sub(r"-[0-9a-f]{8}(?=[.])", "", one.name): one.name for one in libs.iterdir()
    }
    grafted = {
        name: new
        for name in loaded
        for old, new in renamed.items()
        if old == name or old.startswith(name + ".")
    }
    for name, path in sorted(loaded.items()):
        if name in grafted:
            continue
        copy = pathlib.Path(shutil.copy(path, libs / name))
        for needed in run("patchelf", "--print-needed", str(copy)).split():
            if needed in grafted:
                run("patchelf", "--replace-needed", needed, grafted[needed], str(copy))
        run("patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", str(copy))
    wheel.unlink()
    run("wheel", "pack", str(tree), "--dest-dir", str(wheel.parent))
    (wheel,) = wheel.parent.iterdir()
    run("wheel", "tags", "--remove", "--platform-tag", tag(), str(wheel))


def main():
    """Build the wheel."""
    program = pathlib.Path(sys.argv[1]).resolve()
    version = run(str(program), "--version").strip()
    source = (HERE / "src" / "espalier" / "_version.py").read_text()
    if f'"{version}"' not in source:
        sys.exit(
            f"error: the program has version {version}, and src/espalier/_version.py not"
        )
    dist = HERE / "dist"
    with tempfile.TemporaryDirectory(prefix="espalier-wheel-") as place:
        tree = pathlib.Path(place) / "tree"
        tree.mkdir()
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(HERE / name, tree)
        shutil.copy(HERE.parent / "LICENSE", tree)
        for name in ("src", "packaging"):
            shutil.copytree(
                HERE / name,
                tree / name,
                ignore=shutil.ignore_patterns("__pycache__", "_bundle"),
            )
        loaded = stage(program, tree / "src" / "espalier" / "_bundle")
        plain = pathlib.Path(place) / "plain"
        run(
            sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(plain),
            str(tree),
        )  # fmt: skip
        (wheel,) = plain.iterdir()
        repaired = pathlib.Path(place) / "repaired"
        run(
            "auditwheel",
            "repair",
            "--plat",
            tag(),
            "--wheel-dir",
            str(repaired),
            str(wheel),
        )
        (wheel,) = repaired.iterdir()
        add_libraries(wheel, loaded, pathlib.Path(place) / "unpacked")
        (wheel,) = repaired.iterdir()
        if f'"{tag()}"' not in " ".join(run("auditwheel", "show", str(wheel)).split()):
            sys.exit(f"error: {wheel.name} is not consistent with {tag()}")
        dist.mkdir(exist_ok=True)
        for old in dist.glob("espalier-*.whl"):
            old.unlink()
        target = pathlib.Path(shutil.copy(wheel, dist))
    print(f"{target} ({target.stat().st_size / 1e6:.0f} MB)")


main()
