#!/usr/bin/env bash
# Writes what is generated from the code: openapi.json, and from it the TypeScript client.
# With --check nothing stays changed; it fails where the committed files have drifted.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
client=web/src/api/schema.ts

kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

if [ "${1:-}" != --check ]; then
  cargo build --locked
  "$TARGET_DIR/debug/mianqia" openapi >"$kept/openapi.json"
  mv "$kept/openapi.json" openapi.json
  npm_ci web
  npm run --prefix web --silent generate
  exit
fi

"$TARGET_DIR/debug/mianqia" openapi >"$kept/openapi.json"
diff -u openapi.json "$kept/openapi.json" || fail "openapi.json differs from the code. Write it anew: make generate"

# The generator writes in place, so the committed client is put back whatever it
# wrote, with its time: it is no reason to build the pages again.
cp -p "$client" "$kept/schema.ts"
trap 'cp -p "$kept/schema.ts" "$client"; rm -rf "$kept"' EXIT
npm run --prefix web --silent generate
diff -u "$kept/schema.ts" "$client" || fail "$client differs from openapi.json. Write it anew: make generate"
