#!/bin/sh
# Puts what a new station is set up with where its units look for it: on this computer, or on a card that is mounted here.
#
#   sh deploy/install-station.sh FOLDER [CARD]
#
# FOLDER: of `kiosk station prepare` (station.yaml, root.json, perhaps provisioned.json, mqtt-password, ca.pem). CARD: where the card's root
# file system is mounted, such as /media/card; without it this computer is the station. As root. It never replaces the root that a station
# believes (`kiosk station repin` does), and says what is missing. The program itself: docs/operations.md, "On a Raspberry Pi".
set -eu

fail() {
    printf 'install-station: %s\n' "$*" >&2
    exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail "sh deploy/install-station.sh FOLDER [CARD]"
from=$1
card=${2:-}
top=$(cd "$(dirname "$0")/.." && pwd)
units=$top/firmware_config/systemd
etc=$card/etc/smart-station
state=$card/var/lib/smart-station

for name in station.yaml root.json; do
    [ -s "$from/$name" ] || fail "$from/$name: is not there; ./kiosk station prepare makes it"
done
[ -z "$card" ] || [ -d "$card/etc/systemd" ] || fail "$card: no root file system is mounted there: it has no etc/systemd"
if [ -e "$state/root.json" ] && ! cmp -s "$from/root.json" "$state/root.json"; then
    fail "$state/root.json: this station was set up with another root. Push the new one (./kiosk keys push), or, when the keys of the old one are lost, ./kiosk station repin"
fi
if [ -e "$etc/station.yaml" ] && ! cmp -s "$from/station.yaml" "$etc/station.yaml"; then
    fail "$etc/station.yaml: another configuration is there; a station that runs is changed by ./kiosk apply. Move the file away to set it up anew"
fi

install -d -m 755 "$card/usr/lib/sysusers.d" "$card/etc/systemd/system" "$etc"
install -m 644 "$units/smart-station.sysusers.conf" "$card/usr/lib/sysusers.d/smart-station.conf"
install -m 644 "$units/smart-station.service" "$units/smart-station-guard.service" "$card/etc/systemd/system/"
install -m 644 "$from/station.yaml" "$etc/station.yaml"
[ ! -s "$from/ca.pem" ] || install -m 644 "$from/ca.pem" "$etc/ca.pem"
[ ! -s "$from/mqtt-password" ] || install -m 600 "$from/mqtt-password" "$etc/mqtt-password"

# systemd gives the whole folder to the station's user at the start, as long as it belongs to somebody else.
[ -d "$state" ] || install -d -m 700 "$state"
for name in root.json provisioned.json; do
    [ ! -s "$from/$name" ] || install -m 600 "$from/$name" "$state/$name"
done
if [ -z "$card" ]; then
    systemd-sysusers
    chown -R smart-station:smart-station "$state"
    systemctl daemon-reload
fi

[ -s "$etc/mqtt-password" ] || printf 'missing: %s (mode 600), the password of the account at the broker\n' "$etc/mqtt-password" >&2
ca=$(sed -n 's/^ *ca_file: *\(\/[^ ]*\).*/\1/p' "$etc/station.yaml" | head -n 1)
[ -z "$ca" ] || [ -s "$card$ca" ] || printf 'missing: %s, the certificate authority that link.ca_file names\n' "$card$ca" >&2
[ -x "$card/opt/smart-station/venv/bin/python" ] || printf 'missing: %s, the program\n' "$card/opt/smart-station/venv" >&2

printf '%s is set up%s; next: systemctl %senable %ssmart-station-guard smart-station\n' \
    "$(sed -n 's/^station: *//p' "$etc/station.yaml")" "${card:+ on $card}" "${card:+--root=$card }" "$([ -n "$card" ] || echo '--now ')"
