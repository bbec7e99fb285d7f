#!/bin/bash
# Takes the program off a server, as root: make uninstall. Settings, keys and records stay, and it says where they are.
set -euo pipefail
DESTDIR=${DESTDIR:-}
if [ -z "$DESTDIR" ] && [ "$(id -u)" != 0 ]; then
    echo "moderator: run it as root: sudo make uninstall" >&2
    exit 1
fi
if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    systemctl disable --now moderator moderator-web moderator-backup.timer 'moderator-worker@*' || true
fi
rm -f "$DESTDIR"/etc/systemd/system/moderator{,-web,-backup,-worker@}.service "$DESTDIR/etc/systemd/system/moderator-backup.timer"
rm -f "$DESTDIR/usr/local/bin/moderator" "$DESTDIR/usr/local/share/man/man1/moderator.1"
rm -rf "$DESTDIR/opt/moderator"
if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
cat <<END
moderator: the program and its services are gone. Left as they are, for you to keep or to delete:
  $DESTDIR/etc/moderator              the settings
  $DESTDIR/etc/credstore/moderator.*  logins and passwords: revoke them at the platforms as well
  $DESTDIR/var/lib/moderator          the records, the pupils' roll, the keys and the backups (also /var/lib/private/moderator)
END
