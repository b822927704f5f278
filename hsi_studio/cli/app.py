"""The command line: finds the command, and turns errors into one line and an exit status."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Any

from hsi_studio.errors import Cancelled, HsiError, UsageError

# name → (module with a function of that name or a Typer group called `app`, help shown in the list)
COMMANDS: dict[str, tuple[str, str]] = {
    "info": ("hsi_studio.cli.info", "Tell what a file is."),
    "spectrum": (
        "hsi_studio.cli.spectrum",
        "Print a pixel's spectrum, or a window's mean and deviation.",
    ),
    "render": ("hsi_studio.cli.render", "Write the picture that the window would show."),
    "convert": ("hsi_studio.cli.convert", "Write a cube as ENVI, GeoTIFF, .npy or Zarr."),
    "demo": ("hsi_studio.cli.demo", "Open the Indian Pines scene, or report on it without a window."),
    "doctor": ("hsi_studio.cli.doctor", "Check this installation."),
    "benchmark": ("hsi_studio.cli.benchmark", "Measure speed on this machine, beside rivals."),
}


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
    import click

    try:
        result = build().main(arguments, prog_name="hsi-studio", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, Cancelled, KeyboardInterrupt):
        return _fail("Stopped.", 1)
    except UsageError as error:
        if debug:
            raise
        return _fail(str(error), 2)
    except HsiError as error:
        if debug:
            raise
        return _fail(str(error), 1)
    except BrokenPipeError:
        return 0


def _fail(message: str, status: int) -> int:
    print(f"hsi-studio: {message}", file=sys.stderr)
    return status


def build() -> Any:
    """Return the click command of the whole program; a command's module is imported when it is used."""
    import typer
    from typer.core import TyperGroup

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
            return list(COMMANDS)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            if cmd_name not in COMMANDS:
                return None
            return _load(cmd_name)

    root = typer.Typer(
        cls=LazyGroup, no_args_is_help=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
    )

    @root.callback(
        epilog="`hsi-studio FILE` opens the window on a cube; `hsi-studio` alone opens the start page."
    )
    def main(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
        """hsi_studio: look into hyperspectral cubes, on screen and in scripts."""
        if version:
            from hsi_studio import __version__

            print(f"hsi-studio {__version__}")
            raise typer.Exit

    return typer.main.get_command(root)


def _load(name: str) -> Any:
    import typer

    module_name, text = COMMANDS[name]
    module = import_module(module_name)
    command = getattr(module, "app", None)
    if command is None:
        command = typer.Typer(
            rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False
        )
        command.command(name, help=None)(getattr(module, name))
    built = typer.main.get_command(command)
    built.name = name
    built.short_help = text
    return built
