# shellcheck shell=bash

# split makes the array words of a text, as a shell does, and expands nothing:
# blanks and line breaks separate words, quotes and backslashes keep them together.
# It fails where a quote is not closed.
split() {
	local text=$1 word='' quote='' begun=false c next i
	words=()
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		next=${text:i+1:1}
		if [ -n "$quote" ]; then
			if [ "$c" = "$quote" ]; then
				quote=''
			elif [ "$quote$c" = '"\' ] && { [ "$next" = '"' ] || [ "$next" = '\' ]; }; then
				word+=$next
				i=$((i + 1))
			else
				word+=$c
			fi
			continue
		fi
		case $c in
		[$' \t\r\n'])
			if [ "$begun" = true ]; then words+=("$word"); fi
			word='' begun=false
			;;
		"'" | '"')
			quote=$c begun=true
			;;
		'\')
			i=$((i + 1))
			if [ "$next" != $'\n' ]; then word+=$next begun=true; fi # else the line goes on
			;;
		*)
			word+=$c begun=true
			;;
		esac
	done
	if [ "$begun" = true ]; then words+=("$word"); fi
	[ -z "$quote" ]
}
