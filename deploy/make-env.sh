#!/bin/sh
# Makes .env from .env.example: every name that .env lacks, an empty value filled with 192 random bits. Needs nothing but a shell.
# Lines that are there are never changed. An argument names another file to write.
set -eu
cd "$(dirname "$0")/.."
target=${1:-.env}
umask 077

secret() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

[ -e "$target" ] || : >"$target"
chmod 600 "$target"
# A last line without its end would swallow the first that is added.
[ -z "$(tail -c1 "$target")" ] || echo >>"$target"
added=0
while IFS= read -r line; do
    name=${line%%=*}
    case $line in
        '' | '#'*) continue ;;
    esac
    if grep -q "^$name=" "$target"; then continue; fi
    value=${line#*=}
    [ -n "$value" ] || value=$(secret)
    printf '%s=%s\n' "$name" "$value" >>"$target"
    added=$((added + 1))
done <.env.example
echo "$target: $added values added, none changed"
