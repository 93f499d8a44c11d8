# shellcheck shell=sh
# Sourced first by every script here: strictness, the project's folder, its own tools first on PATH, the time of steps.
set -eu

cd "$(dirname "$0")/.." || exit
ROOT=$(pwd)
TOOLS=$ROOT/.tools
PATH=$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH
export PATH

have() {
    command -v "$1" >/dev/null 2>&1
}

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "parlor: $*"
    exit 1
}

TIMES=

# step TITLE COMMAND...
step() {
    title=$1
    shift
    say "
==> $title"
    began=$(date +%s)
    "$@"
    TIMES="$TIMES
$(printf '%6d s  %s' $(($(date +%s) - began)) "$title")"
}

report_times() {
    [ -z "$TIMES" ] || say "
Time of each step:$TIMES"
}
