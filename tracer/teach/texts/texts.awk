# Makes a C table of a file of texts: LC_ALL=C awk -v name=errno -f texts.awk errno.txt
#
# The texts are for teachers, this is for the compiler:
#
#     [bind EACCES]           an entry, by the name under which it is looked up
#     text: A sentence        a field; an entry may have several of one name
#       that goes on here.    an indented line goes on
#     picture:
#       | as it                one that begins with | keeps its line break and its blanks
#       |   is drawn
#     SO_DEBUG: A sentence    a field named in capitals explains that name
#     # a comment
#
# Fields of prose are marked for translators; the other ones are the same in every language.

BEGIN {
	split("severity check demo rule man rfc prototype python picture also see sysctl", plain)
	for (i in plain)
		is_plain[plain[i]] = 1
	entries = fields = 0
}

function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

/^#/ || /^[ \t]*$/ { next }

/^\[.*\]$/ {
	id[++entries] = substr($0, 2, length($0) - 2)
	if (id[entries] in seen)
		fail("[" id[entries] "] is there twice")
	seen[id[entries]] = 1
	first[entries] = fields + 1
	count[entries] = 0
	next
}

/^[ \t]+\|/ {
	if (!fields || !count[entries])
		fail("a line of a drawing where nothing began")
	sub(/^[ \t]+\| ?/, "")
	value[fields] = drawn[fields]++ ? value[fields] "\n" $0 : $0
	next
}

/^[ \t]/ {
	if (!fields || !count[entries])
		fail("a line that goes on where nothing began")
	sub(/^[ \t]+/, "")
	value[fields] = value[fields] (value[fields] == "" ? "" : " ") $0
	next
}

match($0, /^[A-Za-z0-9_-]+:/) {
	if (!entries)
		fail("a field before the first entry")
	key[++fields] = substr($0, 1, RLENGTH - 1)
	value[fields] = substr($0, RLENGTH + 1)
	sub(/^[ \t]+/, "", value[fields])
	count[entries]++
	next
}

{ fail("neither [entry], nor field: text, nor a line that goes on") }

function quoted(text) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n", text)
	return "\"" text "\""
}

# By name, for whoever looks one up (bsearch(3)).
function sort(   i, j, current) {
	for (i = 1; i <= entries; i++) {
		current = i
		for (j = i - 1; j > 0 && id[order[j]] > id[current]; j--)
			order[j + 1] = order[j]
		order[j + 1] = current
	}
}

END {
	if (failed)
		exit 1
	sort()
	printf "/* Made of texts/%s.txt: change that. */\n", name
	printf "#include \"support/language.h\"\n#include \"teach/texts.h\"\n\n"
	printf "static const struct text_field fields[] = {\n"
	for (i = 1; i <= fields; i++)
		printf key[i] in is_plain ? "\t{ %s, %s },\n" : "\t{ %s, N_(%s) },\n", \
			quoted(key[i]), quoted(value[i])
	printf "};\n\nstatic const struct text rows[] = {\n"
	for (i = 1; i <= entries; i++)
		printf "\t{ %s, fields + %d, %d },\n", quoted(id[order[i]]), \
			first[order[i]] - 1, count[order[i]]
	printf "};\n\nconst struct texts texts_%s = { rows, %d };\n", name, entries
}
