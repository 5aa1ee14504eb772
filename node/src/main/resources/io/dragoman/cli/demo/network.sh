#!/usr/bin/env bash
# A network of hosts on this machine, for the demo and for tests: a router, which is where this runs, and a cable from it to each host.
#
#   unshare --map-root-user --net bash network.sh HOSTS
#
# Every host is a network namespace. Host H has the address 192.0.2.(4H + 2), and the router 192.0.2.(4H + 1) on its cable. There is
# but one loopback, the router's, and every host reaches that, since the stand-ins listen nowhere else. It prints a line with the
# processes whose namespaces they are, the router's first; then it does what each line of its input says, and answers with a line:
#
#   isolate H             host H hears nobody, and nobody hears it, the router neither
#   cut H                 host H and the others hear nothing of each other; all of them hear the router
#   heal                  all is as before
#   get HOST PORT PATH    what a web server on the router answers, which is one line
#
# What is not heard vanishes: nobody is told that it did not arrive. All of it is gone when its input ends, and not before: signals
# such as a terminal's Ctrl-C reach the whole group of processes.
set -euo pipefail
trap '' INT HUP TERM

hosts=$1
if [[ -n $(ip -o address show) ]]; then
  echo "the network that this runs in is not a new one, as unshare --map-root-user --net makes" >&2
  exit 1
fi
pids=()
trap '((${#pids[@]} == 0)) || kill -KILL "${pids[@]}"' EXIT

# Rules that come before the one for a machine's own addresses can keep from it what is meant for itself.
base='
  echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
  ip rule add pref 100 lookup local
  ip rule del pref 0'
before_own=10
after_own=200

# An address of the cable's ends. Both are told the other's, as a question for it would have to be heard.
mac() {
  printf '02:00:00:00:%02x:%02x' "$1" "$2"
}

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
eval "$base"
for ((host = 0; host < hosts; host++)); do
  unshare --net sleep infinity </dev/null >/dev/null &
  pid=$!
  pids+=("$pid")
  while [[ $(readlink "/proc/$pid/ns/net") == "$(readlink /proc/$$/ns/net)" ]]; do sleep 0.01; done
  router=192.0.2.$((4 * host + 1)) address=192.0.2.$((4 * host + 2))
  ip link add "cable$host" address "$(mac "$host" 1)" type veth peer name eth0 address "$(mac "$host" 2)" netns "$pid"
  ip address add "$router/30" dev "cable$host"
  ip link set "cable$host" up
  ip neighbour add "$address" lladdr "$(mac "$host" 2)" dev "cable$host"
  nsenter --net --target "$pid" bash -ec "$base
    ip address add $address/30 dev eth0
    ip link set eth0 up
    ip neighbour add $router lladdr $(mac "$host" 1) dev eth0
    ip route add default via $router
    ip route add 127.0.0.0/8 via $router"
done
echo "$$ ${pids[*]}"

while read -r what one two three; do
  case $what in
    isolate)
      ip rule add pref "$before_own" iif "cable$one" blackhole
      nsenter --net --target "${pids[one]}" ip rule add pref "$before_own" iif eth0 blackhole
      echo done
      ;;
    cut)
      ip rule add pref "$after_own" iif "cable$one" blackhole
      for ((host = 0; host < hosts; host++)); do
        ((host == one)) || ip rule add pref "$after_own" iif "cable$host" to "192.0.2.$((4 * one + 2))" blackhole
      done
      echo done
      ;;
    heal)
      for pid in $$ "${pids[@]}"; do
        nsenter --net --target "$pid" bash -c \
          "for pref in $before_own $after_own; do while ip rule del pref \$pref 2>/dev/null; do :; done; done"
      done
      echo done
      ;;
    get)
      exec 3<>"/dev/tcp/$one/$two"
      printf 'GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$three" "$one" "$two" >&3
      while IFS= read -r header <&3 && [[ $header != $'\r' ]]; do
        [[ ${header,,} != content-length:* ]] || length=${header//[^0-9]/}
      done
      IFS= read -r -N "$length" body <&3
      exec 3>&-
      echo "$body"
      ;;
  esac
done
