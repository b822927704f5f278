"""The command line: finds the command, and turns errors into one line and an exit status."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from hsi_studio.errors import Cancelled, UsageError, foreseen

# name → (module with a function of that name or a Typer group called `app`, help shown in the list)
COMMANDS: dict[str, tuple[str, str]] = {
    "info": ("hsi_studio.cli.info", "Tell what a file is."),
    "spectrum": (
        "hsi_studio.cli.spectrum",
        "Print a pixel's spectrum, or a window's mean and deviation.",
    ),
    "render": ("hsi_studio.cli.render", "Write the picture that the window would show."),
    "convert": ("hsi_studio.cli.convert", "Write a cube as ENVI, GeoTIFF, .npy or Zarr."),
    "embed": ("hsi_studio.cli.embed", "Embed class texts and tell how similar they are."),
    "train": ("hsi_studio.cli.train", "Train a classifier on the labelled pixels of a cube."),
    "predict": ("hsi_studio.cli.predict", "Classify every pixel of a cube."),
    "vote": ("hsi_studio.cli.vote", "Classify the images of a folder as wholes."),
    "query": ("hsi_studio.cli.query", "Show where a phrase fits."),
    "evaluate": ("hsi_studio.cli.evaluate", "Compare a map with the truth."),
    "project": ("hsi_studio.cli.project", "Look into a project, check it, recover a damaged one."),
    "labels": ("hsi_studio.cli.labels", "Count the labels of a project, bring labels in and out."),
    "demo": ("hsi_studio.cli.demo", "Open the Indian Pines scene, or report on it without a window."),
    "doctor": ("hsi_studio.cli.doctor", "Check this installation."),
    "benchmark": ("hsi_studio.cli.benchmark", "Measure speed and accuracy, beside rivals."),
}

_OPENINGS = ("A ", "An ", "Class ", "No ", "Nothing ", "The ", "There ")


def run(argv: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage.

    A first word that is no command is a cube or project to open in the window.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (not arguments[0].startswith("-") and arguments[0] not in COMMANDS):
        sys.exit(_open_window(arguments))
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    sys.exit(_run_command(arguments, debug))


def _open_window(paths: list[str]) -> int:
    # Straight to the window: the command machinery costs start-up time.
    from hsi_studio.gui.application import run_window

    return run_window(paths)


def _run_command(arguments: list[str], debug: bool) -> int:
    try:
        build().main(arguments, prog_name="hsi-studio")  # exits by itself, with 2 for wrong usage
    except (Cancelled, KeyboardInterrupt):
        return _fail("stopped.", 1)
    except Exception as error:
        if debug:
            raise
        return _fail(_told(error), 2 if isinstance(error, UsageError) else 1)
    return 0


def _told(error: Exception) -> str:
    known = foreseen(error)
    if known is not None:
        return str(known)
    reason = " ".join(str(error).split())
    return (
        f"unexpected {type(error).__name__} ({reason}); run it again with --debug and report what it prints."
    )


def _fail(message: str, status: int) -> int:
    print(f"hsi-studio: {_continued(message)}", file=sys.stderr)
    return status


def _continued(message: str) -> str:
    """Return a sentence as it follows a colon: what is no name of a file or a class begins in lower case."""
    return message[:1].lower() + message[1:] if message.startswith(_OPENINGS) else message


def build() -> Any:
    """Return the click command of the whole program; a command's module is imported when it is used."""
    import typer
    from typer.core import TyperGroup

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
            return list(COMMANDS)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            return _load(cmd_name) if cmd_name in COMMANDS else None

        def make_context(self, *arguments: Any, **more: Any) -> Any:
            with _cancelled_by_interrupt():
                return super().make_context(*arguments, **more)

        def invoke(self, ctx: Any) -> Any:
            with _cancelled_by_interrupt():
                return super().invoke(ctx)

    root = typer.Typer(
        cls=LazyGroup, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
    )

    @root.callback(
        epilog="`hsi-studio FILE` opens the window on a cube; `hsi-studio` alone opens the start page. "
        "`--debug` anywhere shows where an error comes from."
    )
    def main(
        version: bool = typer.Option(
            False, "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ) -> None:
        """hsi_studio: look into hyperspectral cubes, on screen and in scripts."""

    return typer.main.get_command(root)


@contextmanager
def _cancelled_by_interrupt() -> Iterator[None]:
    """Let no interrupt reach typer, which ends the program without a word and with a status of its own."""
    try:
        yield
    except KeyboardInterrupt:
        raise Cancelled from None


def _print_version(wanted: bool) -> None:
    import typer

    from hsi_studio import __version__

    if wanted:
        print(f"hsi-studio {__version__}")
        raise typer.Exit


def _load(name: str) -> Any:
    import typer

    module_name, text = COMMANDS[name]
    module = import_module(module_name)
    command = getattr(module, "app", None)
    if command is None:
        command = typer.Typer(
            rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False
        )
        command.command(name)(getattr(module, name))
    built = typer.main.get_command(command)
    built.name = name
    built.short_help = text
    return built
