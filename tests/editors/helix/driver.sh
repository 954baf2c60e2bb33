# shellcheck shell=bash
# driver.sh: what the scripts of this folder have in common. They are called with HELIX FILE and drive Helix in a terminal of its own; exit
# code 0: every step passed. No key is sent before the screen shows what the last one did: Helix loses its way when keys outrun it.
set -u
helix=$1 file=$2 failed=0
socket=clnrm-helix-$$
tm() { tmux -L "$socket" -f /dev/null "$@"; }
screen() { tm capture-pane -p; }
fail() { echo "FAIL $1"; screen; failed=1; }
# within COMMAND...: waits until the command succeeds.
within() {
    local try
    for ((try = 0; try < ${PATIENCE:-300} * 5; try++)); do "$@" && return; sleep 0.02; done
    return 1
}
shown() { screen | grep -qE -- "$1"; }
not_shown() { ! shown "$1"; }
# see REGEX, gone REGEX: waits until the screen shows it, until it does not.
see() { if within shown "$1"; then echo "ok   $1"; else fail "$1"; fi; }
gone() { if within not_shown "$1"; then echo "ok   no $1"; else fail "no $1"; fi; }
# saved LINE: waits until the file has this line.
saved() { if within grep -qxF -- "$1" "$file"; then echo "ok   saved $1"; else fail "saved $1"; cat "$file"; fi; }
keys() { tm send-keys "$@"; }
# text TEXT: types it letter by letter, and waits for the cursor behind each: changes that come faster than Helix draws reach the server in
# any order.
text() {
    local at behind
    behind=$(column)
    for ((at = 0; at < ${#1}; at++)); do
        tm send-keys -l -- "${1:at:1}"
        behind=$((behind + 1))
        within column_is "$behind" || fail "typed $1"
    done
}
# The column of the cursor: in the text, what the status line says, since hints move the letters; in a prompt, the terminal's.
column() {
    local told
    told=$(screen | sed -nE 's/^ INS .* [0-9]+:([0-9]+) *$/\1/p')
    echo "${told:-$(tm display-message -p '#{cursor_x}')}"
}
column_is() { [ "$(column)" = "$1" ]; }
# mode NAME: waits until the status line tells it: NOR, INS or SEL.
mode() { within shown "^ $1 " || fail "mode $1"; }
# command_line TEXT: a command of Helix's command line.
command_line() { keys ':'; see '^:'; text "$1"; keys Enter; }
# selected: the row of a menu that is, by the colour that the test's theme gives it.
selected() { tm capture-pane -p -e | grep -oE $'48;2;255;0;1(;[0-9;]*)?m.*' | sed $'s/^[0-9;]*m//; s/\e\\[[0-9;]*m//g'; }
selected_is() { [ "$(selected)" = "$1" ]; }
selected_is_not() { ! selected_is "$1"; }
# choose REGEX: goes down a menu to the row, and takes it.
choose() {
    local row
    for _ in $(seq 30); do
        row=$(selected)
        if grep -qE -- "$1" <<<"$row"; then
            keys Enter
            within selected_is '' || fail "taken $1"
            echo "ok   chosen $1"
            return
        fi
        keys Down
        within selected_is_not "$row" || break
    done
    fail "chosen $1"
}
# at LINE [COLUMN]: waits until the cursor is there.
at() { see " $1:${2:-1} *$"; }
# line NUMBER: goes there.
line() { mode NOR; command_line "$1"; at "$1"; }
start() {
    trap 'tm kill-server 2>/dev/null' EXIT
    tm new-session -d -x 140 -y 40 "$helix '$file'"
    tm set-option -sg escape-time 0
    mode NOR
}
finish() {
    tm send-keys Escape
    tm send-keys ':q!' Enter
    exit "$failed"
}
