#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Completions, asked in the shells that they are for.

. "${srcdir:-.}/tests/lib/tap.sh"

udpdeck=$(realpath "${UDPDECK:-./udpdeck}")
completions=$(realpath "${srcdir:-.}/completions")
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM INT HUP
mkdir "$work/bin" "$work/folder"
ln -s "$udpdeck" "$work/bin/udpdeck"
: >"$work/talk.deck"
export HOME="$work" PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 TERM=dumb completions
cd "$work/folder" || exit
: >talk.deck

# ask_SHELL WORD...: what completes the last one, a line each

# bash makes three words of --option=value.
ask_bash() {
	bash --norc -c '
		. "$completions/udpdeck"
		COMP_WORDS=(udpdeck)
		for word; do
			case $word in
			--*=*) COMP_WORDS+=("${word%%=*}" = "${word#*=}") ;;
			*) COMP_WORDS+=("$word") ;;
			esac
		done
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_udpdeck 2>"$HOME/compopt.err"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

# In a terminal, because zsh completes nowhere else: the list stands between two lines that repeat
# what was typed, and nothing stands there if the bell rings.  What is typed before the prompt stands
# there is read by the terminal.
ask_zsh() {
	cat >"$work/ask" <<-'END'
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1='g''o> ' COLUMNS=200; fpath=($completions \$fpath); unset zle_bracketed_paste
			autoload -Uz compinit; compinit -u -D
			zstyle ':completion:*' verbose no; LISTMAX=9999
			bindkey '^I' list-choices; echo rea''dy"
		zpty -r -m z answer '*ready*go> *'
		zpty -w -n z "udpdeck $*"$'\t\x15'"echo en''d"$'\n'
		zpty -r -m z answer $'*\nend*'
		print -r -- "$answer"
	END
	timeout -k 2 60 zsh -f "$work/ask" "$@" | tr -d '\r' | awk '
		/echo/ || /\007/ { exit }
		/udpdeck/ { inside = 1; next }
		inside { for (i = 1; i <= NF; i++) print $i }'
}

ask_fish() {
	fish --no-config -c 'source $completions/udpdeck.fish; complete -C "udpdeck $argv"' -- "$@" |
		cut -f 1
}

# completes WORDS WANTED: exactly these
completes() {
	# shellcheck disable=SC2086 # words; the last one may be empty
	set -- "$1" "$2" $1
	words=$1 wanted=$2
	shift 2
	case $words in
	*' ') set -- "$@" '' ;;
	esac
	found=$("ask_$shell" "$@" | sed 's/=$//' | LC_ALL=C sort | xargs)
	[ "$found" = "$wanted" ] || ! echo "found \"$found\""
}

# The shells differ in how much of a word they repeat.
after_equals() {
	ends=$("ask_$shell" --output=j)
	echo "found \"$ends\""
	case $ends in
	json | --output=json) ;;
	*) return 1 ;;
	esac
}

for shell in bash zsh fish; do
	while IFS='|' read -r words wanted; do
		if command -v $shell >/dev/null; then
			check "$shell: \"$words\"" completes "$words" "$wanted"
		else
			skip "$shell: \"$words\"" "no $shell"
		fi
	done <<-'END'
		--ou|--output
		--zz|
		-o |csv hex json raw text
		--output |csv hex json raw text
		--eol |crlf keep lf none
		--tos af4|af41 af42 af43
		--set multicast-t|multicast-ttl
		-c exp|expect export
		-v --command ever|every
		-f tal|talk.deck
		--help |addresses commands expressions keys options payloads
		--device l|lo
	END
	! command -v $shell >/dev/null || check "$shell: --output=j" after_equals
done
finish
