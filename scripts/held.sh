# shellcheck shell=bash
# For scripts that run long, which source it and may then give `undo` a body: it is called at the end, however that comes.
held=
undo() { :; }
at_end() {
  local status=$?
  trap - EXIT
  # A second signal is not to end the first one's work.
  trap : INT TERM
  if [ -n "$held" ]; then kill "$held" 2>/dev/null || true; wait "$held" 2>/dev/null || true; fi
  undo
  exit "$status"
}
trap at_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command so that a signal to the script ends it at once, and gives its exit code.
hold() {
  local status=0
  "$@" </dev/null &
  held=$!
  wait "$held" || status=$?
  held=
  return "$status"
}
