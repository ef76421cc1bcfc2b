# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for udpdeck

set -l tos lowdelay throughput reliability ef af{1,2,3,4}{1,2,3} cs{0,1,2,3,4,5,6,7}

complete -c udpdeck -f -a '(__fish_print_hostnames)'
complete -c udpdeck -s l -l listen -d 'bind and hear everybody'
complete -c udpdeck -x -s p -l port -d 'source port'
complete -c udpdeck -x -s s -l source -d 'source address'
complete -c udpdeck -s 4 -l ipv4 -d 'IPv4 only'
complete -c udpdeck -s 6 -l ipv6 -d 'IPv6 only'
complete -c udpdeck -s n -l numeric -d 'look up no names'
complete -c udpdeck -s v -l verbose -d 'say on stderr what was opened'
complete -c udpdeck -s b -l broadcast -d 'allow sending to broadcast addresses'
complete -c udpdeck -x -s j -l join -d 'join a multicast group'
complete -c udpdeck -x -s M -l ttl -d 'TTL or hop limit'
complete -c udpdeck -x -s T -l tos -a "$tos" -d 'DSCP or TOS'
complete -c udpdeck -x -s I -l rcvbuf -d 'receive buffer'
complete -c udpdeck -x -s O -l sndbuf -d 'send buffer'
complete -c udpdeck -x -l device -a '(command ls /sys/class/net)' -d 'bind to an interface'
complete -c udpdeck -l reuseaddr -d 'share the port: SO_REUSEADDR'
complete -c udpdeck -l reuseport -d 'share the port: SO_REUSEPORT'
complete -c udpdeck -x -l set -a '(udpdeck --help options 2>/dev/null | cut -f 1)=' -d 'socket option'
complete -c udpdeck -l connect -d 'only HOST:PORT is heard'
complete -c udpdeck -x -l memory -d 'memory for packets kept'
complete -c udpdeck -l demo -d 'loopback services to play with'
complete -c udpdeck -l no-rc -d 'do not run the commands of the rc file'
complete -c udpdeck -s h -l help -a 'commands options keys payloads' -d 'show help'
complete -c udpdeck -s V -l version -d 'show the version'
