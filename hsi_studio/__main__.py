"""Entry point of the `hsi-studio` command and of `python -m hsi_studio`."""

import signal
import sys


def main() -> None:
    """Run the command line; Ctrl+C, and being ended politely, stop it with status 1 from here on."""
    # Being ended must clean up half-written files as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from hsi_studio.cli.app import run

        run()
    except KeyboardInterrupt:
        print("hsi-studio: stopped.", file=sys.stderr)
        sys.exit(1)
    finally:
        # All is said: an interrupt would only add a traceback of the interpreter's own end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Python remembers an interrupt of code made from text, such as a data class being defined, and would
        # end with a status of its own. Code from text that ends well makes it forget.
        exec("")


if __name__ == "__main__":
    main()
