# Makes C of the page: LC_ALL=C awk -v script=HASH -v style=HASH -f page.awk page.html script style
#
# In page.html a line "@script@" stands for the file of scripts, "@style@" for the style sheet, and
# "@records@" for where the records will be; in other lines @script-hash@ and @style-hash@ are the
# SHA-256 hashes by which the page's Content-Security-Policy knows its own script and style.

function quoted(text) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\t/, "\\t", text)
	return "\t\"" text "\\n\""
}

function put_file(path,   line) {
	while ((getline line <path) > 0)
		print quoted(line)
	close(path)
}

BEGIN {
	page = ARGV[1]
	print "/* Made of formatters/html/: change that. */"
	print "#include \"formatters/html/page.h\"\n"
	print "#define TEXT(name) { name, sizeof name - 1 }\n"
	print "static const char before[] ="
	while ((getline line <page) > 0) {
		gsub(/@script-hash@/, script, line)
		gsub(/@style-hash@/, style, line)
		if (line == "@script@")
			put_file(ARGV[2])
		else if (line == "@style@")
			put_file(ARGV[3])
		else if (line == "@records@")
			print "\t\"\";\n\nstatic const char after[] ="
		else
			print quoted(line)
	}
	print "\t\"\";\n"
	print "const struct html_text html_before = TEXT(before);"
	print "const struct html_text html_after = TEXT(after);"
}
