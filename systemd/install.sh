#!/bin/bash
# Puts the program onto a server, as root: make install. Into another folder, as packagers do: make install DESTDIR=/tmp/there
# What is there already of settings, keys and records is left as it is, so that it is the way to upgrade, too.
set -euo pipefail
cd "$(dirname "$0")/.."
DESTDIR=${DESTDIR:-}
HOME_DIR=/opt/moderator
INTO=$DESTDIR$HOME_DIR
PYTHON=${PYTHON:-python3.11}
said() { echo "moderator: $*"; }

if [ -z "$DESTDIR" ] && [ "$(id -u)" != 0 ]; then
    said "make install writes below /opt and /etc. Run it as root: sudo make install" >&2
    exit 1
fi

said "the program to $INTO"
install -d -m 0755 "$INTO"
# What an older version had and this one has not must not be found by it.
rm -rf "$INTO"/{moderator,models,docs,systemd,config,requirements}
install -d "$INTO/models"
cp -R moderator docs systemd config requirements pyproject.toml README.md LICENSE CHANGELOG.md "$INTO/"
cp -R models/toxicity models/reader "$INTO/models/"
find "$INTO/moderator" -name __pycache__ -prune -exec rm -rf {} +
chmod -R u=rwX,go=rX "$INTO"/{moderator,models,docs,systemd,config,requirements}

if [ -z "${WITHOUT_LIBRARIES:-}" ]; then
    said "its libraries to $INTO/.venv (a few minutes the first time)"
    [ -x "$INTO/.venv/bin/python" ] || "$PYTHON" -m venv "$INTO/.venv"
    pip() { "$INTO/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@" 2> >(grep -v WARNING >&2); }
    pip --require-hashes -r requirements/build.txt
    pip --require-hashes --no-build-isolation -r requirements/slim.txt
    pip --no-build-isolation --editable "$INTO"
    install -d "$DESTDIR/usr/local/share/man/man1"
    (cd "$INTO" && .venv/bin/python -m moderator.cli.manual) > "$DESTDIR/usr/local/share/man/man1/moderator.1"
fi

said "the services to $DESTDIR/etc/systemd/system"
install -d "$DESTDIR/etc/systemd/system" "$DESTDIR/usr/local/bin"
install -m 0644 systemd/*.service systemd/*.timer "$DESTDIR/etc/systemd/system/"
cat > "$DESTDIR/usr/local/bin/moderator" <<END
#!/bin/sh
MODERATOR_CONFIG=\${MODERATOR_CONFIG:-/etc/moderator} exec $HOME_DIR/.venv/bin/python -m moderator "\$@"
END
chmod 0755 "$DESTDIR/usr/local/bin/moderator"

# The settings themselves are written by: moderator setup. Without it, the examples are in /opt/moderator/config.
install -d -m 0755 "$DESTDIR/etc/moderator"
install -d -m 0700 "$DESTDIR/etc/credstore"

if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
else
    said "systemd does not run here: systemctl daemon-reload was not called"
fi
cat <<'END'
moderator: installed. What to do next, as root:
  1. moderator setup                              (the school, its accounts and its mail; each connection is tried)
  2. moderator check                              (what is still to be done)
  3. systemctl enable --now moderator moderator-web moderator-backup.timer
END
