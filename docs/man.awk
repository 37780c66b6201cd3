# Makes the manual page: man.awk -v version=V OPTIONS FORMATS HELP socktrace.1.in. The first three are
# what `socktrace --list options`, `--list formats` and `--help` print.
#
# In the page's source a line of `@` and a word stands for what the program knows itself:
#
#   @version            in any line
#   @synopsis           the lines of --help that show how it is called
#   @formats            a paragraph for each format
#   @options ... @end   a paragraph for each option of the table. Between them `@option NAME` begins
#                       what is to be said of one beyond its line in --help; NAME is its long name,
#                       or its letter.

BEGIN { WIDTH = 80 }
FNR == 1 { input++ }

# -p --attach PID,... VALUES SUMMARY, "-" for what is not there.
input == 1 {
	count++
	letter[count] = $1 == "-" ? "" : substr($1, 2)
	name[count] = $2 == "-" ? "" : substr($2, 3)
	argument[count] = $3 == "-" ? "" : $3
	summary[count] = rest_of($0, 4)
	if (summary[count] == "-")
		summary[count] = ""
	known[key(count)] = 1
	next
}

# text .txt A line for each call ...
input == 2 {
	format[++formats] = $1
	extension[formats] = $2
	about[formats] = rest_of($0, 2)
	next
}

input == 3 {
	if ($0 ~ /^  socktrace /)
		synopsis[++synopses] = substr($0, 13)
	next
}

/^@options$/ { in_options = 1; next }
/^@option / {
	said = $2
	if (!(said in known))
		fail("@option " said ": there is no such option")
	if (said in more)
		fail("@option " said ": once is enough")
	more[said] = ""
	next
}
/^@end$/ { in_options = 0; put_options(); next }
/^@synopsis$/ { put_synopsis(); next }
/^@formats$/ { put_formats(); next }
in_options { more[said] = more[said] folded($0) "\n"; next }
{
	gsub(/@version/, version)
	print folded($0)
}

END {
	if (!failed && !(count && formats && synopses && put))
		fail("something is missing: the options, the formats or how it is called")
	exit failed
}

function fail(message) {
	print FILENAME ":" FNR ": " message | "cat >&2"
	failed = 1
	exit
}

function key(i) { return name[i] != "" ? name[i] : letter[i] }

# What stands behind the first n words.
function rest_of(line, n) {
	while (n-- > 0)
		sub(/^[^ ]+ +/, "", line)
	return line
}

# Nothing in it is a command of roff, and the hyphen of an option is one that can be copied.
function roff(text) {
	gsub(/\\/, "\\e", text)
	return roff_start(hyphens(text))
}

function hyphens(text,    words, n, i, out) {
	n = split(text, words, " ")
	for (i = 1; i <= n; i++) {
		if (words[i] ~ /^[[(]*-[-a-zA-Z]/)
			gsub(/-/, "\\-", words[i])
		out = out (i > 1 ? " " : "") words[i]
	}
	return out
}

# Lines as long as a manual page's source has them. One that is a command stays as it is.
function folded(line,    out, cut) {
	while (length(line) > WIDTH && line !~ /^[.']/) {
		for (cut = WIDTH + 1; cut > 1 && substr(line, cut, 1) != " "; cut--)
			;
		if (cut == 1)
			break
		out = out substr(line, 1, cut - 1) "\n"
		line = roff_start(substr(line, cut + 1))
	}
	return out line
}

# Text at a line's beginning that is no command of roff, whatever it begins with.
function roff_start(text) { return text ~ /^[.']/ ? "\\&" text : text }

# "the version" becomes "The version."
function sentence(text) {
	text = toupper(substr(text, 1, 1)) substr(text, 2)
	return text ~ /\.$/ ? text : text "."
}

# PID,... : what stands for something is in italics, marks and words to be typed are not.
function italics(text,    out) {
	while (match(text, /[A-Z]+/)) {
		out = out substr(text, 1, RSTART - 1) "\\fI" substr(text, RSTART, RLENGTH) "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function put_options(    i, head, silent) {
	for (i = 1; i <= count; i++) {
		if (summary[i] == "") {
			silent = silent (silent == "" ? "" : ", ") "\\fB\\-" letter[i] "\\fR"
			continue
		}
		head = letter[i] == "" ? "" : "\\fB\\-" letter[i] "\\fR"
		if (name[i] != "")
			head = head (head == "" ? "" : ", ") "\\fB\\-\\-" dashed(name[i]) "\\fR"
		if (argument[i] != "")
			head = head (name[i] == "" ? " " : argument[i] ~ /^\[/ ? "" : "=") italics(argument[i])
		printf ".TP\n%s\n%s\n%s", head, folded(roff(sentence(summary[i]))), more[key(i)]
	}
	if (silent != "")
		printf ".TP\n%s\nAccepted, as strace has them, without effect: it is always so.\n", silent
	put = 1
}

function dashed(text) { gsub(/-/, "\\-", text); return text }

function put_synopsis(    i) {
	for (i = 1; i <= synopses; i++)
		printf "\\fBsocktrace\\fR %s\n", italics(roff(synopsis[i]))
}

function put_formats(    i) {
	for (i = 1; i <= formats; i++)
		printf ".TP\n\\fB%s\\fR (%s)\n%s\n", format[i], extension[i], folded(roff(about[i]))
}
