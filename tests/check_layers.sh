#!/bin/sh
# The star of the architecture, proved from the #include lines: a stage includes types/,
# support/ and itself; nothing in a folder includes the session, main or options; formatters
# include only types/ and support/; demos only the C library.
set -eu
cd "$(dirname "$0")/.."

status=0
complain() {
	echo "$1: includes \"$2\": $3"
	status=1
}

# Prints "FILE INCLUDE" for every project include below a folder.
includes() {
	find "$1" -name '*.[ch]' | sort | while read -r file; do
		sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file" |
			while read -r include; do echo "$file $include"; done
	done
}

checked=0
for stage in ptrace decode sockets witnesses source teach replay; do
	[ -d "tracer/$stage" ] || continue
	while read -r file include; do
		[ -n "$file" ] || continue
		checked=$((checked + 1))
		case $include in
		types/* | support/* | "$stage"/*) ;;
		*) complain "$file" "$include" "a stage knows types/, support/ and itself" ;;
		esac
	done <<EOF
$(includes "tracer/$stage")
EOF
done

for room in types support; do
	while read -r file include; do
		[ -n "$file" ] || continue
		checked=$((checked + 1))
		case $include in
		types/* | support/*) ;;
		*) complain "$file" "$include" "what all share knows nobody" ;;
		esac
	done <<EOF
$(includes "tracer/$room")
EOF
done

while read -r file include; do
	[ -n "$file" ] || continue
	checked=$((checked + 1))
	case $include in
	types/* | support/* | formatters/*) ;;
	*) complain "$file" "$include" "a format knows records, and nobody who makes them" ;;
	esac
done <<EOF
$(includes formatters)
EOF

while read -r file include; do
	[ -n "$file" ] || continue
	complain "$file" "$include" "a demo stands for itself"
done <<EOF
$(includes demos)
EOF

# A system call that belongs to one room is made nowhere else.
only() { # PATTERN ALLOWED-FOLDER
	for file in $(grep -rlE "$1" --include='*.[ch]' tracer formatters | grep -v "^$2/" || true); do
		echo "$file: $1 belongs to $2"
		status=1
	done
}
only '\bptrace\(PTRACE' tracer/ptrace
only '\bprocess_vm_readv\(' tracer/ptrace
only 'SYS_pidfd_getfd' tracer/witnesses
only 'libmnl' tracer/witnesses
only 'struct tpacket_req' tracer/witnesses
only 'SYS_bpf' tracer/witnesses
only '<elfutils/|<libelf|<gelf' tracer/source

if [ "$checked" -lt 50 ]; then
	echo "only $checked includes seen: the check itself is broken"
	status=1
fi
[ "$status" = 0 ] && echo "1 passed, 0 failed" || echo "0 passed, 1 failed"
exit "$status"
