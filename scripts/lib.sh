# shellcheck shell=bash
# What several scripts need. Sourced; moves to the repository's root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TARGET_DIR=${CARGO_TARGET_DIR:-target}
STAMPS=.cache/stamps
export TARGET_DIR
# The scripts in Python import each other; nothing is to appear beside them.
export PYTHONDONTWRITEBYTECODE=1

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# seconds_since START: with one decimal, START from $EPOCHREALTIME.
seconds_since() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# port_taken HOST PORT: whether someone listens there. Needs neither ss nor curl.
port_taken() {
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# npm_ci DIR: installs DIR's packages when its lockfile changed since the last time.
# npm alone takes seconds to find that nothing is to do.
npm_ci() {
  local dir=$1 stamp
  stamp=$dir/node_modules/.installed-lockfile
  [ -f "$dir/package-lock.json" ] || fail "$dir/package-lock.json is missing"
  cmp -s "$dir/package-lock.json" "$stamp" && return
  npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error
  cp "$dir/package-lock.json" "$stamp"
}

# build_web: builds web/dist when a source is newer than the last build.
# The stamp is touched before the build, so that an edit made while it runs counts.
build_web() {
  local stamp=$STAMPS/web-built
  if [ -f web/dist/index.html ] && [ -f "$stamp" ] &&
    [ -z "$(find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -newer "$stamp" -print -quit)" ]; then
    return
  fi
  mkdir -p "$STAMPS"
  touch "$stamp.new"
  npm run --prefix web --silent build -- --logLevel=warn
  mv "$stamp.new" "$stamp"
}

# python_tools: a private virtual environment with scripts/requirements.txt in it.
# Locked, because tests that run side by side may ask for it at the same moment.
python_tools() {
  local venv=.cache/venv
  cmp -s scripts/requirements.txt "$venv/installed-requirements.txt" && return
  mkdir -p .cache
  exec 9>.cache/venv.lock
  flock 9
  if cmp -s scripts/requirements.txt "$venv/installed-requirements.txt"; then
    exec 9>&-
    return
  fi
  # An environment that was moved or half made does not mend itself.
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-virtualenv -r scripts/requirements.txt
  cp scripts/requirements.txt "$venv/installed-requirements.txt"
  exec 9>&-
}
