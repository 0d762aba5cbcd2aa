#!/bin/sh
# Outlives the starter. Its stdin closes when the starter ends, however it ends; what is still on the list is stopped then.
# Lines on stdin: "watch PID SIGNAL" and "forget PID". What was watched last is stopped first.
list=''
while read -r word pid signal; do
  others=''
  for entry in $list; do
    [ "${entry%:*}" = "$pid" ] || others="$others $entry"
  done
  list=$others
  [ "$word" = watch ] && list="$pid:$signal $list"
done

# A process that ended but was not collected by its parent (state Z) still has its id.
is_alive() {
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/stat" ] || return 0
  case $(cat "/proc/$1/stat" 2>/dev/null) in *') Z '*) return 1 ;; esac
}

for entry in $list; do
  pid=${entry%:*}
  kill -"${entry#*:}" "$pid" 2>/dev/null || continue
  tenths=0
  while is_alive "$pid" && [ "$tenths" -lt 150 ]; do
    tenths=$((tenths + 1))
    [ "$tenths" -eq 100 ] && kill -KILL "$pid" 2>/dev/null
    sleep 0.1
  done
done
