#!/usr/bin/env bash
# Makes sure that the test driver itself can run, then hands over to it.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if ! command -v python3 >/dev/null && ! scripts/setup.sh --test; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
exec python3 scripts/test.py "$@"
