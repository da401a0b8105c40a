"""The compiled part: the command line, and laws fitted to shapes."""

from collections.abc import Sequence

from ._arrays import Lent

version: str

def answer(arguments: Sequence[str], held: Sequence[Lent]) -> tuple[int, str, str]:
    """Run a command line, the program's name first: exit code, standard output, standard error. ``held`` has arrays that stand for files."""

def main(arguments: Sequence[str]) -> int:
    """The command itself, with the process's own streams; the exit code."""

def fitted(shapes: Sequence[tuple[str, Sequence[int]]], kind: str, text: str) -> str:
    """The laws ``mlp``, ``decoder`` or ``file`` of arrays of these names and shapes, as JSON. Raises ValueError."""

def panic(message: str) -> None:
    """Panic, by which tests see what becomes of a panic: a RuntimeError."""
