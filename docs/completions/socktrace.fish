# Completion of socktrace for fish. Which options there are, and what may stand for an argument, the
# program says itself (`socktrace --list options`), so nothing here has to follow it.
#
# An option's line there has five words: -p --attach PID,... VALUES SUMMARY, "-" for none.

function __socktrace_options
    command socktrace --list options 2>/dev/null
end

# The words of the command line from the traced program on, one a line; nothing before it begins.
function __socktrace_program
    set -l words (commandline -opc) (commandline -ct)
    set -l takes
    for line in (__socktrace_options)
        set -l part (string match -rg '^(\S+)\s+(\S+)\s+(\S+)' -- $line)
        string match -qr '^(-$|\[)' -- $part[3]; or set -a takes $part[1..2]
    end
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        switch $word
            case --
                string join \n -- $words[2..-1]
                return
            case '--*'
                contains -- $word $takes; and set -e words[1]
            case '-?*'
                # -qo FILE: the last letter's argument is the next word.
                set -l letters (string split '' -- (string sub -s 2 -- $word))
                for i in (seq (count $letters))
                    if contains -- -$letters[$i] $takes
                        test $i = (count $letters); and set -e words[1]
                        break
                    end
                end
            case '*'
                string join \n -- $words
                return
        end
        set -e words[1]
    end
end

function __socktrace_before_program
    test (count (__socktrace_program)) -le 1
end

# What the traced program's own completion offers; for its name, the commands.
function __socktrace_complete_program
    set -l words (__socktrace_program)
    set -q words[1]; or return
    complete -C (string join ' ' -- (string escape -- $words[1..-2]) $words[-1])
end

# The processes that may be looked into, with their names.
function __socktrace_pids
    for folder in (string match -r '^/proc/\d+$' -- /proc/*)
        test -e $folder/exe; and printf '%s\t%s\n' (path basename $folder) (cat $folder/comm 2>/dev/null)
    end
end

# What may stand for an argument, with a word about each.
function __socktrace_values -a argument values
    # Of a list with commas the last piece is completed; what is before it stays.
    set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l before
    if string match -qr '^SET$|,\.\.\.' -- $argument
        set before (string match -rg '^(.*,)' -- $word)
        test $argument = SET; and string match -q '*!*' -- $word; and set before "$before!"
    end
    if test $values = -
        string match -q 'PID*' -- $argument; and __socktrace_pids | string replace -r '^' "$before"
        return
    end
    for value in (string split '|' -- $values)
        if string match -q '@*' -- $value
            command socktrace --list (string sub -s 2 -- $value) 2>/dev/null |
                string replace -r '^(\S+)\s+(.*)$' "$before"'$1\t$2'
        else
            printf '%s\n' "$before$value"
        end
    end
end

complete -c socktrace -e
complete -c socktrace -f
complete -c socktrace -x -a '(__socktrace_complete_program)'
for line in (__socktrace_options)
    set -l part (string match -rg '^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$' -- $line)
    test $part[5] = -; and continue # accepted, not worth a line
    set -l option -d $part[5]
    test $part[1] = -; or set -a option -s (string sub -s 2 -- $part[1])
    test $part[2] = -; or set -a option -l (string sub -s 3 -- $part[2])
    switch $part[3]
        case -
        case '[*'
            set -a option -f -a "(__socktrace_values '$part[3]' '$part[4]')"
        case 'FILE*'
            set -a option -r -F
        case USER
            set -a option -x -a '(__fish_complete_users)'
        case COMMAND
            set -a option -x -a '(__fish_complete_command)'
        case '*'
            set -a option -x -a "(__socktrace_values '$part[3]' '$part[4]')"
    end
    complete -c socktrace -n __socktrace_before_program $option
end
