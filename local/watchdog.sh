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

for entry in $list; do
  pid=${entry%:*}
  kill -"${entry#*:}" "$pid" 2>/dev/null || continue
  tenths=0
  while kill -0 "$pid" 2>/dev/null; do
    tenths=$((tenths + 1))
    [ "$tenths" -gt 100 ] && kill -KILL "$pid" 2>/dev/null
    sleep 0.1
  done
done
