# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# For the checks in this folder; they source it.  A check names what it forbids and gives its
# findings, one a line, to report(): none is a pass.  All paths are relative to the source tree.

cd "${srcdir:-.}" || exit 1
lint_dir=$(mktemp -d) || exit 1
trap 'rm -rf "$lint_dir"' EXIT
: >"$lint_dir/points"

plan() {
	echo "1..$1"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 77
}

# point STATUS TEXT: the state is a file, because report() is often the end of a pipe
point() {
	echo "$1" >>"$lint_dir/points"
	echo "$1 $(wc -l <"$lint_dir/points") - $2"
}

# skip NAME REASON: one point
skip() {
	point ok "$1 # SKIP $2"
}

# report NAME <FINDINGS
report() {
	cat >"$lint_dir/findings"
	if [ -s "$lint_dir/findings" ]; then
		point 'not ok' "$1"
		sed 's/^/# /' "$lint_dir/findings"
	else
		point ok "$1"
	fi
}

# The last line of a check.
finish() {
	! grep -q not "$lint_dir/points"
	exit
}

# c_files DIR...
c_files() {
	find "$@" -name '*.[ch]' | sort
}

# What the tarball holds and people wrote.
all_files() {
	find .ci .clang-format .editorconfig HACKING.md Makefile.am NEWS.md README.md completions \
		configure.ac dev man src tests -type f ! -path 'tests/fuzz/corpus/*' \
		! -name '*.log' ! -name '*.trs' ! -name '*.o' ! -name '*.a' ! -name '*.Po' \
		! -name .dirstamp | sort
}

# C without comments and with empty strings, so that words in them are not taken for code.
# Line numbers stay: "FILE:LINE:code".
code_of() {
	for code_file; do
		awk -v file="$code_file" '
		{
			line = $0
			out = ""
			while (line != "") {
				if (comment) {
					end = index(line, "*/")
					if (!end)
						break
					line = substr(line, end + 2)
					comment = 0
				} else if (match(line, /\/\*|"|\047/)) {
					out = out substr(line, 1, RSTART - 1)
					mark = substr(line, RSTART, 1)
					line = substr(line, RSTART + RLENGTH)
					if (mark == "/") {
						comment = 1
						continue
					}
					while (line != "" && substr(line, 1, 1) != mark)
						line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
					line = substr(line, 2)
					out = out mark mark
				} else {
					out = out line
					break
				}
			}
			print file ":" NR ":" out
		}' "$code_file"
	done
}
