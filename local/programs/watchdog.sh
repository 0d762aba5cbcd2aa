#!/bin/sh
# Runs longer than the starter. When the starter ends for any reason, stdin closes and everything
# still on the list is stopped, last entry first. Lines on stdin: "watch PID SIGNAL", "forget PID".
list=''
while read -r word pid signal; do
  others=''
  for entry in $list; do
    [ "${entry%:*}" = "$pid" ] || others="$others $entry"
  done
  list=$others
  [ "$word" = watch ] && list="$pid:$signal $list"
done

# A zombie process (state Z) has ended, but still has its id.
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
