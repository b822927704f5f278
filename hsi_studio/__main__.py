"""Entry point of the `hsi-studio` command and of `python -m hsi_studio`."""


def main() -> None:
    """Run the command line."""
    from hsi_studio.cli.app import run

    run()


if __name__ == "__main__":
    main()
