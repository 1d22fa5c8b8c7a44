#!/usr/bin/env bash
# Writes what is generated from the code: openapi.json, and from it the TypeScript client.
# With --check nothing stays changed; it fails where the committed files have drifted.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
clients=(web/src/api/schema.ts web/src/api/limits.ts)

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

# The generators write in place, so the committed files are put back whatever they
# wrote, with their times: they are no reason to build the pages again.
cp -p "${clients[@]}" "$kept/"
trap 'for client in "${clients[@]}"; do cp -p "$kept/${client##*/}" "$client"; done; rm -rf "$kept"' EXIT
npm run --prefix web --silent generate
for client in "${clients[@]}"; do
  diff -u "$kept/${client##*/}" "$client" || fail "$client differs from openapi.json. Write it anew: make generate"
done
