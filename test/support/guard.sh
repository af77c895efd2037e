#!/bin/sh
# Outlives the process that started it, and then ends the server that was left behind and removes its folder.
# Each line of standard input names the process to end (an empty one: none); the end of the input is the end of the owner.
# Usage: guard.sh <folder> <signal>
folder=$1 signal=$2 pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  # A paused server would not hear the signal.
  kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null || pgrep -P "$pid")
  kill -s "$signal" "$pid"
  tries=50
  while [ "$tries" -gt 0 ] && kill -0 "$pid"; do sleep 0.1; tries=$((tries - 1)); done
  kill -KILL "$pid"
fi 2>/dev/null
rm -rf "$folder"
