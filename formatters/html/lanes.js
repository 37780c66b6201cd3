/*
 * The drawing: a column for each lane, a row for each step, and arrows between the columns for the
 * segments. Only the rows that can be seen are in the page, and a few around them.
 */
const ROW_HEIGHT = 34;
const AROUND = 8; /* rows beyond the edges */
const TALLEST = 8e6; /* pixels: what every browser can scroll */
const FONT = 7.25; /* pixels: the width of a character in a chip */

const lanes = {
	view: new Uint32Array(0), /* the rows that are shown, in order */
	selected: 0, /* a place in the view */
	width: 0,
	gutter: 0,
	cache: new Map(), /* row: what is drawn in it */
	playing: false,
};

/* --- geometry --------------------------------------------------------------------------------- */

function column_count() {
	return Math.max(1, rows.columns.length + (rows.outside ? 1 : 0));
}

function measure() {
	const scroller = by_id('scroller');
	document.body.classList.toggle('many', column_count() > 2);
	const narrow = scroller.clientWidth < 560;
	lanes.gutter = narrow ? 36 : 120;
	const least = narrow ? 150 : 190;
	lanes.width = Math.max(scroller.clientWidth, lanes.gutter + column_count() * least);
	lanes.narrow = narrow;
	by_id('space').style.width = `${lanes.width}px`;
	by_id('space').style.height = `${Math.min(TALLEST, lanes.view.length * ROW_HEIGHT)}px`;
}

function column_x(column) {
	return lanes.gutter + (column + 0.5) * (lanes.width - lanes.gutter) / column_count();
}

function lane_x(lane) {
	return column_x(lane < 0 ? column_count() - 1 : rows.lanes[lane].column);
}

/* Where there are more rows than a browser can scroll, a pixel is more than a pixel. */
function first_place() {
	const scroller = by_id('scroller');
	const tall = lanes.view.length * ROW_HEIGHT;
	const room = scroller.clientHeight - by_id('heads').offsetHeight;
	if (tall <= TALLEST)
		return scroller.scrollTop / ROW_HEIGHT;
	const part = scroller.scrollTop / Math.max(1, TALLEST - room);
	return part * Math.max(0, lanes.view.length - room / ROW_HEIGHT);
}

function scroll_to_place(place) {
	const scroller = by_id('scroller');
	const room = scroller.clientHeight - by_id('heads').offsetHeight;
	const seen = room / ROW_HEIGHT;
	const first = first_place();
	if (place >= first + 1 && place <= first + seen - 3)
		return;
	const wanted = Math.max(0, place - seen / 2);
	const tall = lanes.view.length * ROW_HEIGHT;
	scroller.scrollTop = tall <= TALLEST ? wanted * ROW_HEIGHT
		: wanted / Math.max(1, lanes.view.length - seen) * (TALLEST - room);
}

/* Where there are many lanes, that of the step comes into sight. */
function scroll_to_lane(row) {
	const scroller = by_id('scroller');
	const ends = rows.kind.at(row) === ROW.SEGMENT ? segment_ends(row) : [lane_x(rows.lane.at(row))];
	const margin = Math.min(140, scroller.clientWidth / 4);
	const left = Math.min(...ends) - lanes.gutter - margin, right = Math.max(...ends) + margin;
	if (left < scroller.scrollLeft)
		scroller.scrollLeft = Math.max(0, left);
	else if (right > scroller.scrollLeft + scroller.clientWidth)
		scroller.scrollLeft = Math.min(right - scroller.clientWidth, Math.max(0, left));
}

/* The place of a row in the view, or of the next one that is shown. */
function place_of(row) {
	let low = 0, high = lanes.view.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (lanes.view[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- what is in a row --------------------------------------------------------------------------- */

/* A row that shows the beginning of a call whose record is that of its end. */
function begins_early(row, record) {
	return rows.kind.at(row) === ROW.BEGIN && record.type === 'call';
}

function chip_of(row, record) {
	const kind = rows.kind.at(row);
	const noted = rows.noted.get(row);
	const shown = lanes.narrow ? 8 : 24;
	const failed = record.errno ? ' failed' : '';
	const mark = begins_early(row, record) ? '' : noted === 'mistake' ? ' mistake' : noted ? ' noted' : '';
	if (kind === ROW.CALL)
		return { name: 'call' + failed + mark, text: call_text(record, shown) };
	if (kind === ROW.BEGIN)
		return { name: 'call begin' + mark, text: `${call_begun(record, shown)}` };
	if (kind === ROW.END)
		return { name: 'call end' + failed + mark, text: `… ${call_text(record, shown)}`, more: duration(record.dur) };
	if (kind === ROW.LOST)
		return { name: 'call failed', text: `… ${inert(rows.calls.list[rows.call.at(row)])} ${word('unfinished')}` };
	if (kind === ROW.OUTPUT)
		return { name: 'output', text: payload(record.data, 60).replace(/\\n"$/, '"').slice(1, -1) };
	if (kind === ROW.PROCESS)
		return { name: 'process' + mark, text: process_text(record) };
	return { name: 'change', text: '' };
}

/* A row as plain text: for search, and for who listens instead of looking. */
function row_text(row, record) {
	const lane = inert(rows.lanes[rows.lane.at(row)].name);
	if (record.type === 'segment')
		return `${inert(record.from_lane || record.from)} → ${inert(record.to_lane || record.to)} ` +
			`${segment_flags(record)} ${segment_numbers(record)}` +
			(record.length ? ` ${record.length} ${word('bytes')}` : '') +
			(record.remark ? ` ${record.remark.replace(/_/g, ' ')}` : '');
	if (record.type === 'state')
		return `${lane} ${record.from || ''} → ${record.to}`;
	const python = record.python || {};
	const more = [chip_of(row, record).text, python.code];
	if (!begins_early(row, record))
		more.push(python.raises, record.errno, ...notes_of(row, record).map((note) => note_words(note).text));
	return `${lane} ${more.filter(Boolean).map(inert).join(' · ')}`;
}

function read_row(row) {
	let drawn = lanes.cache.get(row);
	if (drawn)
		return drawn;
	const record = records.line(rows.line.at(row));
	const { world, changes } = world_of_row(row);
	const pills = changes.map((change) => {
		const socket = world.sockets.get(change.id) || {};
		const number = rows.lane_numbers.get(socket.lane);
		return { lane: number === undefined ? -1 : number, to: change.to, inferred: change.witness === 'inferred' };
	});
	drawn = { record, pills };
	if (lanes.cache.size > 4000)
		lanes.cache.clear();
	lanes.cache.set(row, drawn);
	return drawn;
}

/* In a chip's font a Chinese character takes the room of two. */
function text_width(text) {
	let width = 0;
	for (const character of text)
		width += character.codePointAt(0) >= 0x1100 ? 2 : 1;
	return width * FONT;
}

function pill(to, inferred) {
	return make('span', `pill ${to}${inferred ? ' inferred' : ''}`, to);
}

/* The chip stands on its lane, moved aside where it would leave the drawing; the other end's new
 * states stand on theirs, or behind the chip where that is in the way. */
function put_chip(element, row, drawn) {
	const chip = chip_of(row, drawn.record);
	const own = drawn.pills.filter((one) => one.lane === rows.lane.at(row));
	const others = drawn.pills.filter((one) => one.lane !== rows.lane.at(row));
	const box = make('span', `chip ${chip.name}`, make('span', 'text', chip.text));
	if (chip.more && !lanes.narrow)
		box.append(make('span', 'more', chip.more));
	let width = chip.text ? text_width(chip.text) + 22 + (chip.more && !lanes.narrow ? 62 : 0) : 0;
	const holder = make('span', 'holder', chip.text ? box : null, ...own.map((one) => pill(one.to, one.inferred)));
	width += own.reduce((sum, one) => sum + one.to.length * 7 + 18, 0);
	const room = lanes.width - lanes.gutter - 12;
	width = Math.min(width, room);
	const x = lane_x(rows.lane.at(row));
	const left = Math.max(lanes.gutter + 4, Math.min(x - width / 2, lanes.width - width - 8));
	for (const one of others) {
		const at = lane_x(one.lane);
		if (at + 50 < left || at - 50 > left + width)
			put_pill(element, one, at, 'middle');
		else
			holder.append(pill(one.to, one.inferred));
	}
	holder.style.left = `${left}px`;
	holder.style.maxWidth = `${room - (left - lanes.gutter - 4)}px`;
	element.append(holder);
	/* A long chip reaches over other lanes: the dot says whose it is. */
	if (chip.text && width > (lanes.width - lanes.gutter) / column_count()) {
		const dot = make('i', `dot ${chip.name}`);
		dot.style.left = `${x}px`;
		element.append(dot);
	}
}

function put_pill(element, one, x, side) {
	const node = pill(one.to, one.inferred);
	const width = one.to.length * 7.2 + 30;
	node.classList.add('placed', side);
	node.style.left = `${side === 'behind' ? Math.min(x, lanes.width - width) : x}px`;
	element.append(node);
}

/* The arrow itself is one of the lines; here are its words, and the states at its ends. */
function put_segment(element, row, drawn) {
	const { record, pills } = drawn;
	const [from, to] = segment_ends(row);
	const label = make('span', `label ${segment_kind(record)}`, make('b', '', segment_flags(record)));
	if (!lanes.narrow || Math.abs(from - to) > 260)
		label.append(` ${segment_numbers(record)}`);
	if (record.length)
		label.append(make('i', '', ` ${record.length} ${word('bytes')}`));
	if (record.remark)
		label.append(make('em', '', ` ${inert(record.remark).replace(/_/g, ' ')}`));
	label.style.left = `${Math.min(from, to)}px`;
	label.style.width = `${Math.max(80, Math.abs(from - to))}px`;
	element.append(label);
	for (const one of pills) {
		const x = lane_x(one.lane);
		put_pill(element, one, x, x <= (from + to) / 2 ? 'before' : 'behind');
	}
}

function segment_ends(row) {
	const lane = rows.lane.at(row);
	const peer = rows.peer.at(row);
	if (peer === -2)
		return [lane_x(-1), lane_x(lane)];
	return [lane_x(lane), lane_x(peer)];
}

function row_drawn(place) {
	const row = lanes.view[place];
	const drawn = read_row(row);
	const n = rows.n.at(row);
	const element = make('div', 'row');
	element.id = `place-${place}`;
	element.dataset.place = place;
	element.setAttribute('role', 'option');
	element.setAttribute('aria-selected', place === lanes.selected);
	element.setAttribute('aria-posinset', place + 1);
	element.setAttribute('aria-setsize', lanes.view.length);
	element.setAttribute('aria-label', `${n || ''} ${row_text(row, drawn.record)}`);
	if (place === lanes.selected)
		element.classList.add('selected');
	if (lanes.playing && place > lanes.selected)
		element.classList.add('future');
	element.append(make('span', 'n', rows.kind.at(row) === ROW.SEGMENT || !n ? '' : String(n)));
	if (!lanes.narrow)
		element.append(make('span', 'time', seconds(rows.kind.at(row) === ROW.END ? rows.until.at(row) : rows.time.at(row))));
	if (rows.kind.at(row) === ROW.SEGMENT)
		put_segment(element, row, drawn);
	else
		put_chip(element, row, drawn);
	return element;
}

/* --- lines: lives, waiting calls, segments -------------------------------------------------------- */

/* Spans, and a column's lives, are in the order of their ends: the first at or behind a row. */
function first_span(spans, row, last = (span) => span.last) {
	let low = 0, high = spans.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (last(spans[middle]) < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

function put_lives(svg, first, last, y) {
	rows.columns.forEach((column, number) => {
		const x = column_x(number);
		const lives = first_span(column.lanes, lanes.view[first], (lane) => rows.lanes[lane].last);
		for (const lane of column.lanes.slice(lives, lives + last - first + 2)) {
			const life = rows.lanes[lane];
			const from = place_of(life.first), to = life.last === Infinity ? last : place_of(life.last);
			if (to < first || from > last)
				continue;
			const y1 = y(Math.max(first - 1, from)), y2 = y(Math.min(last + 1, to));
			svg.append(draw('line', { class: 'life', x1: x, x2: x, y1, y2 }));
		}
		const spans = column.spans;
		for (let i = first_span(spans, lanes.view[first]); i < spans.length; i++) {
			/* One thread makes one call at a time: the others are further down. */
			if (spans[i].first > lanes.view[last])
				break;
			const from = place_of(spans[i].first), to = place_of(spans[i].last);
			if (from > last || to < first || from === to)
				continue;
			const top = y(Math.max(first - 1, from)), end = y(Math.min(last + 1, to));
			svg.append(draw('rect', { class: 'span', x: x - 6, width: 12, y: top, height: end - top, rx: 6 }));
		}
	});
	const x = lane_x(-1);
	if (rows.outside)
		svg.append(draw('line', { class: 'life outside', x1: x, x2: x, y1: y(first - 1), y2: y(last + 1) }));
}

function put_arrow(svg, row, y, now) {
	const [from, to] = segment_ends(row);
	const kind = segment_kind(read_row(row).record);
	const way = Math.sign(to - from);
	const d = way ? `M${from} ${y + 8}H${to - way * 8}` : `M${from} ${y - 2}h36v10H${from + 8}`;
	const tip = way || -1;
	svg.append(draw('path', { class: `arrow ${kind}${now ? ' now' : ''}`, d, pathLength: 1 }),
		draw('path', { class: `tip ${kind}`, d: `M${to} ${y + 8}l${-tip * 9} -5v10z` }));
}

/* --- the window ------------------------------------------------------------------------------- */

function draw_heads(first, last) {
	const heads = by_id('heads');
	heads.replaceChildren();
	heads.style.width = `${lanes.width}px`;
	const middle = lanes.view[Math.max(first, Math.min(last, lanes.selected))];
	rows.columns.forEach((column, number) => {
		const born = column.lanes.filter((lane) => rows.lanes[lane].first <= middle);
		const lane = rows.lanes[born.length ? born[born.length - 1] : column.lanes[0]];
		const head = make('span', lane.last < middle || lane.first > middle ? 'head ended' : 'head', inert(lane.name));
		head.style.left = `${column_x(number)}px`;
		heads.append(head);
	});
	if (rows.outside) {
		const head = make('span', 'head outside', word('outside'));
		head.style.left = `${lane_x(-1)}px`;
		heads.append(head);
	}
}

function draw_lanes() {
	const scroller = by_id('scroller');
	const svg = by_id('lines');
	const from = first_place();
	const seen = Math.ceil(scroller.clientHeight / ROW_HEIGHT);
	const first = Math.max(0, Math.floor(from) - AROUND);
	const last = Math.min(lanes.view.length - 1, Math.floor(from) + seen + AROUND);
	if (!lanes.view.length) {
		by_id('rows').replaceChildren(make('p', 'quiet', word('none_found')));
		svg.replaceChildren();
		return;
	}
	/* Where a pixel is more than a pixel, rows stand where the scroller is, not where they are. */
	const squeezed = lanes.view.length * ROW_HEIGHT > TALLEST;
	const top = squeezed ? scroller.scrollTop - (from - first) * ROW_HEIGHT : first * ROW_HEIGHT;
	const elements = [];
	const height = (last - first + 1) * ROW_HEIGHT;
	const y = (place) => (place - first + 0.5) * ROW_HEIGHT;
	svg.replaceChildren();
	svg.setAttribute('width', lanes.width);
	svg.setAttribute('height', height);
	svg.style.top = `${top}px`;
	put_lives(svg, first, last, y);
	for (let place = first; place <= last; place++) {
		const element = row_drawn(place);
		element.style.top = `${top + (place - first) * ROW_HEIGHT}px`;
		element.style.width = `${lanes.width}px`;
		elements.push(element);
		if (rows.kind.at(lanes.view[place]) === ROW.SEGMENT)
			put_arrow(svg, lanes.view[place], y(place), lanes.playing && place === lanes.selected);
	}
	by_id('rows').replaceChildren(...elements);
	draw_heads(first, last);
	scroller.setAttribute('aria-activedescendant', `place-${lanes.selected}`);
}
