#!/usr/bin/env bash
# A network of hosts on this machine, for tests: a router, which is where this runs, and a cable from it to each host.
#
#   unshare --map-root-user --net bash network.sh HOSTS
#
# Every host is a network namespace. Host H has the address 192.0.2.(4H + 2), and the router 192.0.2.(4H + 1) on its cable. There is
# but one loopback, the router's, and every host reaches that, since the stand-ins listen nowhere else. It prints a line with the processes whose namespaces they are, the router's first; then it does what each line of its input says, and
# answers with a line:
#
#   cut H                 host H and the others hear nothing of each other; all of them hear the router
#   heal                  all is as before
#   get HOST PORT PATH    what a web server on the router answers, which is one line
#
# All of it is gone when its input ends.
set -euo pipefail

hosts=$1
if [[ $(readlink /proc/$$/ns/net) == "$(readlink "/proc/$PPID/ns/net")" ]]; then
  echo "this changes the network that it runs in; run it with unshare --map-root-user --net" >&2
  exit 1
fi
pids=()
trap '((${#pids[@]} == 0)) || kill "${pids[@]}"' EXIT

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
loopback_for_all='echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet'
eval "$loopback_for_all"
for ((host = 0; host < hosts; host++)); do
  unshare --net sleep 3600 </dev/null >/dev/null &
  pid=$!
  pids+=("$pid")
  while [[ $(readlink "/proc/$pid/ns/net") == "$(readlink /proc/$$/ns/net)" ]]; do sleep 0.01; done
  ip link add "cable$host" type veth peer name eth0 netns "$pid"
  ip addr add "192.0.2.$((4 * host + 1))/30" dev "cable$host"
  ip link set "cable$host" up
  nsenter --net --target "$pid" bash -ec "
    $loopback_for_all
    ip addr add 192.0.2.$((4 * host + 2))/30 dev eth0
    ip link set eth0 up
    ip route add default via 192.0.2.$((4 * host + 1))
    ip route add 127.0.0.0/8 via 192.0.2.$((4 * host + 1))"
done
echo "$$ ${pids[*]}"

while read -r what one two three; do
  case $what in
    cut)
      # What is meant for the router itself is found before these rules are asked.
      ip rule add pref 10 iif "cable$one" blackhole
      for ((host = 0; host < hosts; host++)); do
        ((host == one)) || ip rule add pref 10 iif "cable$host" to "192.0.2.$((4 * one + 2))" blackhole
      done
      echo done
      ;;
    heal)
      while ip rule del pref 10 2>/dev/null; do :; done
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
