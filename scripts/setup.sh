#!/usr/bin/env bash
# Checks what this machine needs: for `make run`, with --test also for `make test`, with --bench for `make bench`.
# Debian packages are installed where that takes no password; the rest is named.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing=()  # sentences, for what cannot be installed from here
packages=() # Debian packages

# at_least WANTED FOUND
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# need PACKAGE TEST...: PACKAGE is missing when TEST fails.
need() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}

any_file() {
  compgen -G "$1"
}

check_rust() {
  local wanted=1.94 found
  if ! found=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || [ -z "$found" ] || ! command -v cargo >/dev/null; then
    missing+=("Rust $wanted or newer with cargo: install it with rustup (Debian's own is too old)")
  elif ! at_least "$wanted" "$found"; then
    missing+=("Rust $wanted or newer (found $found): rustup update stable")
  fi
}

check_node() {
  local wanted=20.19 found
  if ! found=$(node --version 2>/dev/null) || ! command -v npm >/dev/null; then
    missing+=("Node.js $wanted or newer with npm (Debian 12's own is too old)")
  elif ! at_least "$wanted" "${found#v}"; then
    missing+=("Node.js $wanted or newer (found $found)")
  fi
}

check_run() {
  check_rust
  check_node
  need build-essential command -v cc
  need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
}

check_test() {
  need chromium command -v chromium
  need postgresql any_file '/usr/lib/postgresql/*/bin/initdb'
  need fonts-noto-cjk any_file '/usr/share/fonts/opentype/noto/NotoSansCJK-*'
  need ffmpeg command -v ffprobe
  need python3 command -v python3
  need python3-venv python3 -c 'import ensurepip, venv'
  cargo fmt --version >/dev/null 2>&1 || missing+=("rustfmt: rustup component add rustfmt")
  cargo clippy --version >/dev/null 2>&1 || missing+=("clippy: rustup component add clippy")
}

# The media engine is measured beside Janus, in a network of its own.
check_bench() {
  need janus command -v janus
  need iproute2 command -v ip
  need postgresql any_file '/usr/lib/postgresql/*/bin/initdb'
  need python3 command -v python3
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      missing+=("Debian packages: sudo apt-get install ${packages[*]}")
      return
    fi
    as_root=(sudo -n)
  fi
  if ! command -v apt-get >/dev/null; then
    missing+=("what Debian calls: ${packages[*]}")
    return
  fi
  echo "installing Debian packages: ${packages[*]}"
  # env, because sudo drops variables.
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; }; then
    missing+=("Debian packages (apt-get failed, see above): apt-get install ${packages[*]}")
  fi
}

# cargo-deny comes from crates.io and is compiled once per machine (about two minutes on
# two cores); it goes where cargo puts its tools, so that a fresh clone finds it.
CARGO_DENY=0.20.2
install_cargo_deny() {
  cargo deny --version >/dev/null 2>&1 && return
  echo "installing cargo-deny $CARGO_DENY, once (about two minutes)"
  cargo install --quiet --locked --debug "cargo-deny@$CARGO_DENY" ||
    missing+=("cargo-deny: cargo install --locked cargo-deny@$CARGO_DENY")
}

check_run
if [ "${1:-}" = --test ]; then check_test; fi
if [ "${1:-}" = --bench ]; then check_bench; fi
if [ ${#packages[@]} -gt 0 ]; then install_packages; fi
if [ "${1:-}" = --test ] && [ ${#missing[@]} = 0 ]; then install_cargo_deny; fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "This machine lacks:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi
