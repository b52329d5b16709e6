#!/usr/bin/env bash
# Copies the files of one EventStoreDB / KurrentDB node, in the order that makes a copy of a running node whole, and puts them back.
#   event-store.sh backup  DATA COPY     DATA: the node's folder (/var/lib/kurrentdb), which may be in use, but not by a scavenge
#   event-store.sh restore COPY DATA     DATA: the empty folder of a stopped node
# The index is expected in DATA/index. COPY must not be there yet. Files of different nodes must never be mixed.
set -euo pipefail

fail() {
  echo "event-store.sh: $*" >&2
  exit 2
}

# A checkpoint says how far its files are good. It is copied before them, so that it never promises more than the copy has.
backup() {
  local data=$1 copy=$2
  [[ -f $data/chaser.chk ]] || fail "$data has no chaser.chk: not the data of a node"
  [[ ! -e $copy ]] || fail "$copy is there already"
  mkdir -p "$copy"
  if [[ -d $data/index ]]; then
    (cd "$data" && find index -name '*.chk' -exec cp -p --parents -t "$copy" {} +)
    (cd "$data" && find index -type f ! -name '*.chk' -exec cp -p --parents -t "$copy" {} +)
  fi
  cp -p "$data"/*.chk "$copy"
  cp -p "$data"/chunk-* "$copy"
  sync
  echo "copied $(find "$copy" -name 'chunk-*' | wc -l) chunks and the index to $copy"
}

# What lies behind the chaser's checkpoint may be half an event: at its start the node cuts the log there.
restore() {
  local copy=$1 data=$2
  [[ -f $copy/chaser.chk ]] || fail "$copy has no chaser.chk: not a backup"
  mkdir -p "$data"
  [[ -z $(ls -A "$data") ]] || fail "$data is not empty"
  cp -a "$copy"/. "$data"
  cp -p "$data/chaser.chk" "$data/truncate.chk"
  chown -R --reference="$data" "$data"
  sync
  echo "restored $(find "$data" -name 'chunk-*' | wc -l) chunks to $data; start the node, then run: credits verify"
}

[[ $# -eq 3 ]] || fail 'backup DATA COPY, or restore COPY DATA'
case $1 in
  backup) backup "$(realpath "$2")" "$(realpath -m "$3")" ;;
  restore) restore "$(realpath "$2")" "$(realpath -m "$3")" ;;
  *) fail "$1 is neither backup nor restore" ;;
esac
