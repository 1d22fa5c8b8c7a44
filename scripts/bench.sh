#!/usr/bin/env bash
# `make bench`: builds what is measured, in the release profile, and measures it.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scripts/setup.sh --bench
npm_ci web
build_web
exec python3 scripts/bench.py "${ONLY:-}"
