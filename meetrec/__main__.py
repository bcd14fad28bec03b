"""`python -m meetrec` is the `meetrec` command."""

from meetrec.cli import main

main()
