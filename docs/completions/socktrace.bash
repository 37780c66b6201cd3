# Completion of socktrace for bash. Which options there are, and what may stand for an argument, the
# program says itself (`socktrace --list options`), so nothing here has to follow it.
#
# An option's line there has five words: -p --attach PID,... VALUES SUMMARY, "-" for none.

# The processes that may be looked into: those of kernel threads and of others have no exe for us.
_socktrace_pids() {
	local folder
	for folder in /proc/[0-9]*; do
		[[ -e $folder/exe ]] && printf '%s\n' "${folder##*/}"
	done
}

# What may stand for an argument: $1 the program, $2 how --help writes it, $3 the VALUES, $4 what is
# there of the word.
_socktrace_values() {
	local program=$1 argument=$2 values=$3 word=$4 value before='' prefix=''
	local -a words=()

	# Of a list with commas the last piece is completed; what is before it stays.
	if [[ $argument == *,...* || $argument == SET ]]; then
		[[ $word == *,* ]] && before=${word%,*},
		word=${word##*,}
		[[ $argument == SET && $word == '!'* ]] && prefix='!' word=${word#!}
	fi
	if [[ $values != - ]]; then
		while IFS= read -r -d '|' value; do
			case $value in
			@*) words+=($("$program" --list "${value#@}" 2>/dev/null | cut -d ' ' -f 1)) ;;
			*) words+=("$value") ;;
			esac
		done <<<"$values|"
		COMPREPLY=($(compgen -P "$before$prefix" -W "${words[*]}" -- "$word"))
		return
	fi
	case $argument in
	PID*) COMPREPLY=($(compgen -P "$before" -W "$(_socktrace_pids)" -- "$word")) ;;
	USER) COMPREPLY=($(compgen -u -- "$word")) ;;
	COMMAND) COMPREPLY=($(compgen -c -- "$word")) ;;
	VAR*) COMPREPLY=($(compgen -v -- "$word")) ;;
	FILE*)
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$word"))
		;;
	esac
}

_socktrace() {
	local IFS=$' \t\n' program=${COMP_WORDS[0]/#\~/$HOME} word current letter name argument values rest
	local -A argument_of=() values_of=()
	local -a words=() names=()
	local i j start=0 wanted=''
	COMPREPLY=()

	# bash takes --demo=echo for three words: here it is one again.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = && ${words[-1]-} == --* && ${words[-1]} != *=* ]]; then
			words[-1]+='='
		elif ((i > 0)) && [[ ${COMP_WORDS[i - 1]} == = && ${words[-1]-} == --*= ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done
	current=${words[-1]}

	while read -r letter name argument values rest; do
		[[ $letter != - ]] && argument_of[$letter]=$argument values_of[$letter]=$values
		[[ $name != - ]] && argument_of[$name]=$argument values_of[$name]=$values
		[[ $rest == - ]] && continue # accepted, not worth a line
		[[ $letter != - ]] && names+=("$letter")
		[[ $name == - ]] && continue
		names+=("$name")
	done < <("$program" --list options 2>/dev/null)

	# Where the traced program begins (start), or which option the last word belongs to (wanted).
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		word=${words[i]}
		wanted=
		case $word in
		--) start=$((i + 1)) && break ;;
		--*=*) ;;
		--*) [[ ${argument_of[$word]-} == [!-[]* ]] && wanted=$word ;;
		-?*)
			# -qo FILE: the last letter's argument is the next word.
			for ((j = 1; j < ${#word}; j++)); do
				[[ ${argument_of[-${word:j:1}]-} == [!-]* ]] || continue
				((j == ${#word} - 1)) && wanted=-${word:j:1}
				break
			done
			;;
		*) start=$i && break ;;
		esac
		[[ $wanted ]] && ((++i))
		((i < ${#words[@]} - 1)) && wanted=
	done

	if ((start && start < ${#words[@]} - 1)); then
		# What the traced program's own completion offers, where bash-completion is there.
		if declare -F _command_offset >/dev/null; then
			_command_offset $((COMP_CWORD - (${#words[@]} - 1 - start)))
		else
			compopt -o default 2>/dev/null
		fi
	elif ((start)); then
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -c -- "$current"))
	elif [[ $wanted ]]; then
		_socktrace_values "$program" "${argument_of[$wanted]}" "${values_of[$wanted]}" "$current"
	elif [[ $current == --*=* ]]; then
		name=${current%%=*}
		[[ ${argument_of[$name]-} ]] &&
			_socktrace_values "$program" "${argument_of[$name]}" "${values_of[$name]}" "${current#*=}"
		# Where = does not divide words, what is offered takes the place of all of it.
		[[ ${COMP_WORDS[COMP_CWORD]} == "$name="* ]] && COMPREPLY=("${COMPREPLY[@]/#/$name=}")
	elif [[ $current == -* ]]; then
		COMPREPLY=($(compgen -W "${names[*]}" -- "$current"))
	else
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -c -- "$current"))
	fi
}

complete -F _socktrace socktrace
