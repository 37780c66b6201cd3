/*
 * The source beside the calls: the text of the file, and the line of the call lit in it. The record
 * has a file's text once, before the first call of it, and again if the file is another one later. A
 * listing is made when it is first looked at, and kept: from step to step only the light moves.
 */

const listings = {
	list: [], /* {file, line: its line of the record, places, element, ...} */
	latest: new Map(), /* file: number in the list */
};

function read_listing(line, record) {
	listings.latest.set(record.file, listings.list.length);
	listings.list.push({ file: record.file, line, places: new Map(), drawn: null, lit: null });
}

/* What a row of a call has of the source; at its first row the line learns of it. */
function place_in_source(row, record, begin) {
	const source = record.source || {};
	if (begin !== undefined && rows.listing.at(begin)) {
		rows.listing.values[row] = rows.listing.at(begin);
		rows.source_line.values[row] = rows.source_line.at(begin);
		return;
	}
	const number = source.line ? listings.latest.get(source.file) : undefined;
	if (number === undefined)
		return;
	const { places } = listings.list[number];
	const first = begin === undefined ? row : begin;
	for (const one of new Set([first, row])) {
		rows.listing.values[one] = number + 1;
		rows.source_line.values[one] = source.line;
	}
	if (!places.has(source.line))
		places.set(source.line, []);
	/* A call that is first known by its segment has an earlier row than its line would have. */
	const calls = places.get(source.line);
	let at = calls.length;
	while (at && calls[at - 1] > first)
		at--;
	calls.splice(at, 0, first);
}

/* How many of these rows, which are in order, are not behind a row. */
function count_until(calls, row) {
	let low = 0, high = calls.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (calls[middle] <= row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- text ------------------------------------------------------------------------------------- */

/* Nothing invisible, but for the tabs, which are what they are in an editor. */
function code_text(text) {
	return text.split('\t').map(inert).join('\t');
}

/* A line, with what of it is the call set off, where that is known. Columns are bytes. */
function code_parts(text, { column, end_column: end } = {}) {
	if (!column || !end || end <= column)
		return [code_text(text)];
	const bytes = new TextEncoder().encode(text);
	const part = (from, to) => code_text(new TextDecoder().decode(bytes.slice(from, to)));
	return [part(0, column - 1), make('mark', '', part(column - 1, end - 1)), part(end - 1)];
}

function listing_lines(listing) {
	const text = String(records.line(listing.line).text || '');
	return (text.endsWith('\n') ? text.slice(0, -1) : text).split(/\r?\n/);
}

function code_line(number, text) {
	const line = make('div', 'code-line', make('code', '', code_text(text)));
	line.dataset.number = number;
	line.setAttribute('role', 'listitem');
	return line;
}

/* --- the listing ------------------------------------------------------------------------------ */

const TOGETHER = 100; /* lines that the browser leaves out together where nobody looks */

function draw_listing(listing) {
	const texts = listing_lines(listing);
	listing.lines = texts.map((text, i) => code_line(i + 1, text));
	listing.texts = texts;
	listing.marks = new Map();
	listing.drawn = make('div', 'listing');
	for (let i = 0; i < texts.length; i += TOGETHER) {
		const part = make('div', 'part', ...listing.lines.slice(i, i + TOGETHER));
		part.style.containIntrinsicBlockSize = `auto ${1.5 * part.childNodes.length}em`;
		part.setAttribute('role', 'presentation');
		listing.drawn.append(part);
	}
	listing.drawn.tabIndex = 0;
	listing.drawn.setAttribute('role', 'list');
	listing.drawn.addEventListener('click', (event) => follow_line(listing, event));
}

/* In the margin of each line that calls: a dot, hollow until its first call, and how many there were. */
function mark_lines(listing, row) {
	for (const [number, calls] of listing.places) {
		const line = listing.lines[number - 1];
		if (!line)
			continue;
		let mark = listing.marks.get(number);
		if (!mark) {
			mark = { button: make('button', 'calls'), count: -1, language };
			mark.button.type = 'button';
			line.prepend(mark.button);
			line.classList.add('calling');
			listing.marks.set(number, mark);
		}
		const count = count_until(calls, row);
		if (mark.count === count && mark.language === language)
			continue;
		Object.assign(mark, { count, language });
		mark.button.textContent = count > 1 ? `●${count}` : count ? '●' : '○';
		mark.button.title = word('next_from_line');
		mark.button.setAttribute('aria-label', `${number}; ${word('calls_so_far')}: ${count}; ${word('next_from_line')}`);
	}
}

function light_line(listing, number, source) {
	if (listing.lit) {
		const { line, text } = listing.lit;
		line.classList.remove('lit');
		line.removeAttribute('aria-current');
		line.querySelector('code').replaceChildren(code_text(text));
	}
	const line = listing.lines[number - 1];
	listing.lit = line ? { line, text: listing.texts[number - 1] } : null;
	if (!line)
		return;
	line.classList.add('lit');
	line.setAttribute('aria-current', 'true');
	line.querySelector('code').replaceChildren(...code_parts(listing.lit.text, source));
}

/* The row whose source is shown: a segment's is that of the call which caused it. */
function source_row(row, record) {
	if (rows.listing.at(row) || record.type !== 'segment' || !record.cause)
		return row;
	return rows.begun.get(record.cause) ?? rows.returned.get(record.cause) ?? row;
}

function listing_of(row, record) {
	const number = rows.listing.at(source_row(row, record));
	return number ? listings.list[number - 1] : null;
}

function listing_place(row, record) {
	const listing = listing_of(row, record);
	return listing ? `${inert(listing.file)}:${rows.source_line.at(source_row(row, record))}` : '';
}

function listing_block(row, record) {
	const listing = listing_of(row, record);
	if (!listing)
		return null;
	if (!listing.drawn)
		draw_listing(listing);
	listing.drawn.setAttribute('aria-label', `${word('source')}: ${inert(listing.file)}`);
	mark_lines(listing, row);
	light_line(listing, rows.source_line.at(source_row(row, record)), record.source);
	return listing.drawn;
}

/* --- where one looks -------------------------------------------------------------------------- */

/* A listing that is put into the page anew is scrolled where it was, and has the focus it had. */
function hold_listing() {
	const listing = by_id('details').querySelector('.listing');
	if (!listing)
		return () => {};
	const { scrollTop } = listing;
	const focus = listing.contains(document.activeElement) ? document.activeElement : null;
	return () => {
		if (!listing.isConnected)
			return;
		listing.scrollTop = scrollTop;
		if (focus)
			focus.focus({ preventScroll: true });
	};
}

/* The lit line is brought into the listing's window, with some lines around it. Of lines that were
 * never seen the heights are only guessed, and known when they are drawn: then it is done again. */
function show_light(again = 3) {
	const listing = by_id('details').querySelector('.listing');
	const line = listing && listing.querySelector('.lit');
	if (!line)
		return;
	const box = line.getBoundingClientRect(), all = listing.getBoundingClientRect();
	const around = Math.min(box.height * 2, all.height / 4);
	if (box.top < all.top + around || box.bottom > all.bottom - around)
		listing.scrollTop += box.top - all.top - (all.height - box.height) / 2;
	if (again)
		requestAnimationFrame(() => show_light(again - 1));
}

/* To the next call from a line, behind the last to the first; rather to one that the filter shows. */
function follow_line(listing, event) {
	const line = event.target.closest('.code-line');
	const calls = line && listing.places.get(Number(line.dataset.number));
	/* Who draws the mouse over text wants the text. */
	if (!calls || !(event.target.matches('button') || getSelection().isCollapsed))
		return;
	const from = count_until(calls, lanes.view[lanes.selected]);
	const next = [...calls.slice(from), ...calls.slice(0, from)];
	go_to_row(next.find((row) => lanes.view[place_of(row)] === row) ?? next[0]);
}

/* --- on paper --------------------------------------------------------------------------------- */

const AROUND_LINE = 2;

/* The line with its neighbors. */
function listing_part(row, record) {
	const listing = listing_of(row, record);
	if (!listing)
		return null;
	const lit = rows.source_line.at(source_row(row, record));
	const out = make('div', 'listing');
	listing.texts = listing.texts || listing_lines(listing);
	for (let number = Math.max(1, lit - AROUND_LINE); number <= lit + AROUND_LINE; number++) {
		if (number > listing.texts.length)
			break;
		const line = code_line(number, listing.texts[number - 1]);
		if (number === lit) {
			line.classList.add('lit');
			line.querySelector('code').replaceChildren(...code_parts(listing.texts[number - 1], record.source));
		}
		out.append(line);
	}
	return out;
}

/* Each file whole, once. */
function listings_printed() {
	return listings.list.slice(0, MOST_PAGES).map((listing) => {
		const lines = listing_lines(listing).map((text, i) => {
			const line = code_line(i + 1, text);
			line.classList.toggle('lit', listing.places.has(i + 1));
			return line;
		});
		return section('printed', inert(listing.file), make('div', 'listing', ...lines));
	});
}
