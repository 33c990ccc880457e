"""`kiosk completion bash|zsh|fish`: a script that knows every command, verb and option, made from the very parsers that read them."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from cli.main import COMMANDS, Command

Words = dict[str, list[str]]
SKIPPED = ("-h", "--help")
BASH = """# put into ~/.bashrc: source <(./kiosk completion bash)
_kiosk() {{
    local path="" word words candidate
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        candidate="${{path:+$path }}$word"
        case "$candidate" in {paths}) path="$candidate" ;; esac
    done
    case "$path" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [ "${{#COMPREPLY[@]}}" -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o filenames -F _kiosk kiosk ./kiosk
"""
ZSH = "# put into ~/.zshrc: source <(./kiosk completion zsh)\nautoload -Uz bashcompinit && bashcompinit\n"
FISH = "# put into ~/.config/fish/completions/kiosk.fish\n"


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk completion`."""
    made = argparse.ArgumentParser(prog="kiosk completion", description="print what makes the Tab key know this program")
    made.add_argument("shell", choices=("bash", "zsh", "fish"), help="source <(./kiosk completion bash)")
    return made


def main(argv: list[str]) -> int:
    """0."""
    asked = parser().parse_args(argv)
    words = everything()
    print({"bash": bash, "zsh": zsh, "fish": fish}[asked.shell](words), end="")
    return 0


def everything(commands: Sequence[Command] = COMMANDS) -> Words:
    """By path of words ("", "rollout", "rollout status"), what may come next."""
    found: Words = {"": [command.name for command in commands]}
    for command in commands:
        _collect(importlib.import_module(command.module).parser(), command.name, found)
    return found


def _collect(made: argparse.ArgumentParser, path: str, found: Words) -> None:
    words: list[str] = []
    for action in made._actions:
        words += [option for option in action.option_strings if option.startswith("--") and option not in SKIPPED]
        if isinstance(action, argparse._SubParsersAction):
            words += list(action.choices)
            for verb, inner in action.choices.items():
                _collect(inner, f"{path} {verb}", found)
        elif action.choices and not action.option_strings:
            words += [str(choice) for choice in action.choices]
    found[path] = words


def bash(words: Words) -> str:
    """A function for bash."""
    cases = "\n".join(f'        "{path}") words="{" ".join(some)}" ;;' for path, some in words.items())
    paths = "|".join(f'"{path}"' for path in words if path)
    return BASH.format(paths=paths, cases=cases)


def zsh(words: Words) -> str:
    """The same one: zsh reads those of bash."""
    return ZSH + bash(words)


def fish(words: Words) -> str:
    """One line for each word."""
    lines = []
    for path, some in words.items():
        steps = path.split()
        here = "; and ".join(f"__fish_seen_subcommand_from {step}" for step in steps) if steps else "__fish_use_subcommand"
        for word in some:
            kind = f"-l {word.removeprefix('--')}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c kiosk -n '{here}' {kind}")
    return FISH + "\n".join(lines) + "\n"
