"""The compiled part: the command line, and laws fitted to shapes."""

from collections.abc import Sequence

version: str

def answer(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Run a command line, the program's name first: exit code, standard output, standard error."""

def main(arguments: Sequence[str]) -> int:
    """The command itself, with the process's own streams; the exit code."""

def fitted(shapes: str, kind: str, text: str) -> str:
    """The laws ``mlp``, ``decoder`` or ``file`` of a checkpoint's shapes, as JSON. Raises ValueError."""
