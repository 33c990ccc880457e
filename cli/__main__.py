"""`python -m cli`: what the script `kiosk` hands over to."""

from cli.main import run

run()
