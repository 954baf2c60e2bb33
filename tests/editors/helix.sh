#!/usr/bin/env bash
# helix.sh HELIX FILE: drives Helix in a terminal of its own. Exit code 0: every step passed.
set -u
helix=$1 file=$2 failed=0
socket=clnrm-helix-$$
tm() { tmux -L "$socket" -f /dev/null "$@"; }
screen() { tm capture-pane -p; }
fail() { echo "FAIL $1"; screen; failed=1; }
# see REGEX: waits until the screen shows it.
see() {
    for _ in $(seq "${PATIENCE:-150}"); do screen | grep -qE -- "$1" && { echo "ok   $1"; return; }; sleep 0.1; done
    fail "$1"
}
# gone REGEX: waits until the screen does not show it any more.
gone() {
    for _ in $(seq "${PATIENCE:-150}"); do screen | grep -qE -- "$1" || { echo "ok   no $1"; return; }; sleep 0.1; done
    fail "no $1"
}
trap 'tm kill-server 2>/dev/null' EXIT

tm new-session -d -x 140 -y 40 "$helix '$file'"
tm set-option -sg escape-time 0
see 'there is no service `apj`'
# The first diagnostic behind line 16 is a hint on the call of the macro, the next one is in its argument.
tm send-keys ':16' Enter
see ' 16:1 *$'
tm send-keys ']' d
see ' 21:[0-9]+ *$'
tm send-keys ']' d
see ' 22:1[0-4] *$'
# Mend it: in this line, replace what reads `apj`. Helix loses its way when keys come faster than it draws.
type_slowly() { for keys in "$@"; do tm send-keys "$keys"; sleep 0.2; done; }
tm send-keys ':22' Enter
see ' 22:1 *$'
type_slowly x s apj Enter
see ' 22:1[0-4] *$'
type_slowly c api Escape
gone 'there is no service'
# Format on save.
tm send-keys ':1' Enter
see ' 1:1 *$'
type_slowly O 'zzz   =1' Escape ':w' Enter
for _ in $(seq "${PATIENCE:-150}"); do grep -q '^zzz = 1$' "$file" && break; sleep 0.1; done
if grep -q '^zzz = 1$' "$file"; then echo "ok   formatted when saved"; else fail "formatted when saved"; fi
tm send-keys ':q!' Enter
exit $failed
