#!/usr/bin/env bash
# Starts smtp_sink.py (see there) with the Python that has its library.
# The directory is meant from where the caller stands.
dir=$(realpath -m "${1:?which directory}")
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
python_tools
exec .cache/venv/bin/python scripts/smtp_sink.py "$dir"
