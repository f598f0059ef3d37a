# The three hosts of the story, as network namespaces on one switch; sourced by the demos. It takes down what it made when the demo ends.

run_id=vxd$$
work=$(mktemp -d /tmp/vxagent-demo.XXXXXX)
hosts=(vyos01 vyos02 ubuntu)
declare -A underlay=([vyos01]=10.0.2.254 [vyos02]=10.0.2.253 [ubuntu]=10.0.2.1)
declare -A overlay=([vyos01]=10.0.1.254 [vyos02]=10.0.1.253 [ubuntu]=10.0.1.1)
namespaces=()
declare -A processes=()

cleanup() {
  local status=$? name
  trap - EXIT
  for name in "${!processes[@]}"; do kill -CONT "${processes[$name]}" 2>/dev/null || true; kill "${processes[$name]}" 2>/dev/null || true; done
  for name in "${!processes[@]}"; do wait "${processes[$name]}" 2>/dev/null || true; done
  for name in "${namespaces[@]}"; do ip netns delete "$run_id-$name" 2>/dev/null || true; done
  rm -rf "$work"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m'; plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "${bold:-}" "$*" "${plain:-}"; }
on() { local host=$1; shift; ip netns exec "$run_id-$host" "$@"; }

# Where vxagent is on a host.
settings_of() {
  local at=$work/$1
  printf '%s\n' "VXAGENT_DESIRED=$at/desired.d" "VXAGENT_STATE_DIR=$at/state" "VXAGENT_SOCKET=$at/run/vxagent.sock" \
    "VXAGENT_FLEET_SOCKET=$at/run/fleet.sock" "VXAGENT_FLEET_STATE_DIR=$at/fleet"
}
vxagent() {
  local host=$1 settings
  shift
  mapfile -t settings < <(settings_of "$host")
  on "$host" env "${settings[@]}" node dist/cli/main.js "$@"
}

make_namespace() { ip netns add "$run_id-$1"; namespaces+=("$1"); ip -n "$run_id-$1" link set lo up; }

make_switch() {
  make_namespace switch
  # A switch that knows of no multicast listeners floods, as an unmanaged one does.
  ip -n "$run_id-switch" link add switch type bridge mcast_snooping 0
  ip -n "$run_id-switch" link set switch up
}

# attach NAME ADDRESS: a namespace with eth1 on the switch
attach() {
  make_namespace "$1"
  ip -n "$run_id-switch" link add "$1" type veth peer name eth1 netns "$run_id-$1"
  ip -n "$run_id-switch" link set "$1" master switch up
  ip -n "$run_id-$1" address add "$2/24" dev eth1
  ip -n "$run_id-$1" link set eth1 up
  printf '  %-7s eth1 %s\n' "$1" "$2"
}

# start HOST COMMAND...: vxagent COMMAND on a host that has a name of its own, its log in $work/HOST/COMMAND.log
start() {
  local host=$1 settings
  shift
  mkdir -p "$work/$host/desired.d" "$work/$host/run"
  mapfile -t settings < <(settings_of "$host")
  env "${settings[@]}" ip netns exec "$run_id-$host" unshare --uts \
    sh -c 'echo "$1" >/proc/sys/kernel/hostname; shift; exec "$@"' sh "$host" \
    node dist/cli/main.js "$@" >>"$work/$host/$1.log" 2>&1 </dev/null &
  processes[$host-$1]=$!
}

# declare_state HOST FILE: dropped as people should drop files, whole, by a rename
declare_state() {
  mkdir -p "$work/$1/desired.d"
  cp "$2" "$work/$1/desired.d/.new"
  mv "$work/$1/desired.d/.new" "$work/$1/desired.d/$(basename "$2")"
}

# within SECONDS COMMAND...: waits until the command succeeds
within() {
  local until=$((SECONDS + $1))
  shift
  while ! "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.1
  done
}

# Fails when a host does not answer another through the tunnel.
ping_all() {
  local from to answer failed=0
  for from in "${hosts[@]}"; do
    for to in "${hosts[@]}"; do
      [ "$from" = "$to" ] && continue
      if answer=$(on "$from" ping -c 2 -i 0.2 -W 2 "${overlay[$to]}" 2>&1); then
        printf '  %-7s -> %-7s %-11s %s\n' "$from" "$to" "${overlay[$to]}" "$(tail -1 <<<"$answer")"
      else
        printf '  %-7s -> %-7s %-11s no answer\n' "$from" "$to" "${overlay[$to]}"
        failed=1
      fi
    done
  done
  return "$failed"
}

show() {
  local host=$1
  shift
  say "$host: vxagent $*"
  vxagent "$host" "$@" || true
}

# keep_running: until Ctrl-C
keep_running() {
  local host settings
  say "The hosts stay until you press Ctrl-C. In another terminal, as root:"
  for host in "${hosts[@]}"; do
    mapfile -t settings < <(settings_of "$host")
    echo "  ip netns exec $run_id-$host env ${settings[*]} node $PWD/dist/cli/main.js status"
  done
  echo "  files: $work/HOST/desired.d, logs: $work/HOST/*.log"
  wait
}
