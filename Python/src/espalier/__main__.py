"""``python -m espalier``: the program."""

from ._program import main

main()
