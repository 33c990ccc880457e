"""Enters the simulated people into the cloud through its public interface, as an operator would. Doing it again changes nothing.

Their codes open every door of this cloud, real ones too, so they follow from a seed that nobody knows. There is no steward among them.
"""

import argparse
import os

from cli.containers import say
from cli.demo.client import call
from cli.demo.progress import DemoFailed
from twin.city import people

PEOPLE = 40


def main(asked: argparse.Namespace) -> int:
    """0, or 1 with the cloud's refusal."""
    url, token = f"{asked.cloud.rstrip('/')}/api/v1/people", os.environ.get("CLOUD_TOKEN", "")
    try:
        known = {row["person"] for row in call("GET", url, token=token)["items"]}
        for one in (one for one in people(asked.seed, PEOPLE) if one.person not in known):
            call("PUT", f"{url}/{one.person}", {"number": one.number, "pin": one.pin, "label": one.label}, token)
    except DemoFailed as error:
        return say(str(error))
    print(f"{PEOPLE} visitors are in the roster", flush=True)
    return 0
