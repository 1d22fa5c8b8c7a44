#!/usr/bin/env bash
# `make run`: builds what changed, fills the demo, starts the mailbox and the server.
# shellcheck disable=SC2317  # functions are called through step and trap
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export MIANQIA_LISTEN=${MIANQIA_LISTEN:-127.0.0.1:8080}
export MIANQIA_DATA_DIR=${MIANQIA_DATA_DIR:-data}
mailbox_smtp=${MAILBOX_SMTP_PORT:-1025}
mailbox_web=${MAILBOX_WEB_PORT:-1080}
server_log=$MIANQIA_DATA_DIR/log/server.log
mailbox_log=$MIANQIA_DATA_DIR/log/mailbox.log

scheme=http
if [ -n "${MIANQIA_TLS_CERT:-}" ]; then scheme=https; fi
port=${MIANQIA_LISTEN##*:}
host=${MIANQIA_LISTEN%:*}
case $host in 0.0.0.0 | '[::]' | '') near=127.0.0.1 ;; *) near=${host//[\[\]]/} ;; esac
case $near in *:*) near_url=$scheme://[$near]:$port ;; *) near_url=$scheme://$near:$port ;; esac
export MIANQIA_PUBLIC_URL=${MIANQIA_PUBLIC_URL:-$near_url}

# Whoever names a mail server of their own needs no mailbox of ours.
own_mailbox=true
if [ -n "${MIANQIA_SMTP_URL:-}" ]; then own_mailbox=false; fi
export MIANQIA_SMTP_URL=${MIANQIA_SMTP_URL:-smtp://127.0.0.1:$mailbox_smtp}

check_ports() {
  if port_taken "$near" "$port"; then
    fail "Port $port is taken. Stop what listens there, or choose another: MIANQIA_LISTEN=127.0.0.1:8090 make run"
  fi
  if $own_mailbox && port_taken 127.0.0.1 "$mailbox_smtp"; then
    fail "Port $mailbox_smtp (the mailbox's SMTP) is taken. Choose another: MAILBOX_SMTP_PORT=2025 make run"
  fi
  if $own_mailbox && port_taken 127.0.0.1 "$mailbox_web"; then
    fail "Port $mailbox_web (the mailbox's page) is taken. Choose another: MAILBOX_WEB_PORT=2080 make run"
  fi
}

steps=7
step_number=0
# step NAME COMMAND...: says that it starts, and afterwards how long it took.
step() {
  local name=$1 started=$EPOCHREALTIME
  shift
  step_number=$((step_number + 1))
  printf '[%d/%d] %s …\n' "$step_number" "$steps" "$name"
  "$@"
  printf '[%d/%d] %s: %s s\n' "$step_number" "$steps" "$name" "$(seconds_since "$started")"
}

mailbox_packages() {
  if $own_mailbox; then npm_ci scripts/mailbox; fi
}

web_packages() {
  npm_ci web
}

# Cargo's own lines are the progress of the longest step.
build_server() {
  cargo build --locked
}

fill_demo() {
  mkdir -p "$MIANQIA_DATA_DIR/log"
  "$TARGET_DIR/debug/mianqia" demo >"$MIANQIA_DATA_DIR/log/demo.txt"
}

children=() # process ids

# In the background a script's children ignore Ctrl-C, so each is told here, once. The
# server gets the time that it promises to need for ending sessions and recordings.
stop_all() {
  trap '' INT TERM
  if [ ${#children[@]} = 0 ]; then return; fi
  printf '\nstopping …\n'
  kill -TERM "${children[@]}" 2>/dev/null || true
  for _ in $(seq 120); do
    kill -0 "${children[@]}" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "${children[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
}

start_all() {
  if $own_mailbox; then
    node scripts/mailbox/node_modules/maildev/bin/maildev --ip 127.0.0.1 --web-ip 127.0.0.1 \
      --smtp "$mailbox_smtp" --web "$mailbox_web" >"$mailbox_log" 2>&1 &
    children+=($!)
  fi
  "$TARGET_DIR/debug/mianqia" serve >"$server_log" 2>&1 &
  children+=($!)
  server=$!
  node scripts/wait-ready.mjs "$near_url/readyz" "$server" || {
    tail -n 20 "$server_log" >&2
    fail "The server did not become ready. Its log: $server_log"
  }
}

tell() {
  printf '\n  Mianqia 面洽   %s\n' "$MIANQIA_PUBLIC_URL"
  if $own_mailbox; then printf '  Mailbox        http://127.0.0.1:%s\n' "$mailbox_web"; fi
  printf '  API            %s/api/openapi.json\n' "$MIANQIA_PUBLIC_URL"
  printf '  Log            %s\n\n' "$server_log"
  cat "$MIANQIA_DATA_DIR/log/demo.txt"
  printf '\nready after %s s · Ctrl-C stops\n' "$(seconds_since "$begun")"
}

begun=$EPOCHREALTIME
check_ports
step "What the machine needs" scripts/setup.sh
step "Mailbox packages" mailbox_packages
step "Web packages" web_packages
step "Web pages" build_web
step "Server (the first build takes some minutes)" build_server
step "Demo data" fill_demo
trap stop_all EXIT
trap 'exit 0' INT TERM
step "Start" start_all
tell

# Whichever ends first ends both.
wait -n || true
fail "One of the two ended by itself. Logs: $server_log $mailbox_log"
