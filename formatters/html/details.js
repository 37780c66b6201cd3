/* The step that is looked at: the call with its Python, what it did, what is known at that moment. */

function section(name, title, ...children) {
	const inner = children.flat().filter(Boolean);
	return inner.length ? make('section', name, make('h3', '', title), ...inner) : null;
}

function pair(name, value) {
	return [make('dt', '', name), make('dd', '', value)];
}

/* --- notes ------------------------------------------------------------------------------------ */

function note_words(note) {
	return (note.words && note.words[language]) || note;
}

function evidence_text(evidence) {
	const params = Object.entries(evidence.params || {})
		.map(([name, value]) => `${inert(name)} ${inert(value)}`).join(', ');
	return `${inert(evidence.id)}${params ? ': ' + params : ''}`;
}

function note_card(note) {
	const mistake = note.severity === 'mistake';
	const words = note_words(note);
	const list = make('dl', '');
	if (words.fix)
		list.append(...pair(word('fix'), inert(words.fix)));
	if (words.check)
		list.append(...pair(word('check'), make('code', '', inert(words.check))));
	if (note.evidence)
		list.append(...pair(word('evidence'), note.evidence.map(evidence_text).join('; ')));
	const title = make('header', '', make('b', '', mistake ? `⚠ ${word('mistake')}` : `ⓘ ${word('notice')}`),
		make('code', 'rule', inert(note.id)));
	return make('article', mistake ? 'note mistake' : 'note', title,
		make('p', '', inert(words.text)), list.childNodes.length ? list : null);
}

/* --- queues ----------------------------------------------------------------------------------- */

function bar(label, value, most, text) {
	const meter = make('meter', '');
	meter.min = 0;
	meter.max = most || 1;
	meter.value = value;
	meter.setAttribute('aria-label', `${label}: ${text}`);
	const fill = make('div', 'fill');
	fill.style.width = `${most ? Math.min(100, value / most * 100) : 0}%`;
	return make('div', 'queue', make('span', '', label), make('div', 'tube', fill, meter),
		make('span', 'count', text));
}

const MOST_SEATS = 24;

/* The queue for accept() as seats, where they can be counted. */
function seats(socket) {
	const room = socket.backlog + 1;
	const text = `${socket.accept} / ${room}`;
	const label = word('accept_queue');
	if (room > MOST_SEATS)
		return bar(label, socket.accept, room, text);
	const line = make('div', 'seats');
	line.setAttribute('aria-hidden', 'true');
	for (let i = 0; i < Math.max(room, socket.accept); i++)
		line.append(make('i', i < socket.accept ? 'taken' : ''));
	return make('div', 'queue', make('span', '', label), line, make('span', 'count', text));
}

function queue_bars(socket) {
	if (!socket)
		return [];
	const out = [];
	for (const name of ['receive', 'send'])
		if (socket[name] !== undefined)
			out.push(bar(word(name + '_queue'), socket[name],
				rows.longest, `${socket[name]} ${word('bytes')}`));
	if (socket.accept !== undefined && socket.backlog !== undefined && !socket.gone)
		out.push(seats(socket));
	if (socket.syn_rcvd)
		out.push(make('p', 'quiet', `${socket.syn_rcvd} ${word('syn_rcvd')}`));
	return out.length ? [make('p', 'whose', socket_name(socket)), ...out] : [];
}

function queues(world, record) {
	const id = record.socket ? record.socket.id : world.focus;
	const named = new Set([id]);
	const peer = world.peer(id);
	if (peer)
		named.add(peer.id);
	for (const value of record.args || [])
		if (value.socket)
			named.add(value.socket);
	for (const socket of world.sockets.values())
		if (socket.role === 'listener' && !socket.gone && named.size < 5)
			named.add(socket.id);
	return [...named].flatMap((name) => queue_bars(world.sockets.get(name)));
}

/* --- tables ----------------------------------------------------------------------------------- */

function table(titles, lines) {
	const head = make('tr', '', ...titles.map((title) => make('th', '', title)));
	const body = lines.map(({ cells, name }) => make('tr', name, ...cells.map((cell) => make('td', '', cell))));
	return make('div', 'wide', make('table', '', make('thead', '', head), make('tbody', '', ...body)));
}

const MOST_SOCKETS = 200;

function socket_table(world) {
	const live = [...world.sockets.values()].filter((socket) => !socket.gone && (socket.domain || socket.state));
	const own = world.sockets.get(world.focus);
	const other = own && world.peer(own.id);
	if (!live.length)
		return null;
	const lines = live.slice(-MOST_SOCKETS).map((socket) => ({
		name: socket === own ? 'own' : socket === other ? 'other' : '',
		cells: [inert(socket.lane), socket.fd === undefined ? '–' : String(socket.fd),
			`${inert(socket.name)}`,
			inert((socket.protocol || socket.domain || '').replace('IPPROTO_', '').replace('AF_', '')),
			inert(socket.local) || '*', inert(socket.remote) || '*',
			make('span', `state ${inert(socket.state)}`, inert(socket.state || socket.role || ''))],
	}));
	return table([word('lane'), word('descriptor'), 'python', '', word('local'), word('remote'),
		word('state')], lines);
}

function segment_list(segments) {
	return segments.map((segment) => make('li', `segment ${segment_kind(segment)}`,
		make('span', 'way', `${inert(segment.from_lane || segment.from)} → ${inert(segment.to_lane || segment.to)}`),
		make('b', '', segment_flags(segment)), make('span', '', segment_numbers(segment)),
		segment.length ? make('span', '', `len=${segment.length}`) : null,
		segment.window_bytes !== undefined || segment.window !== undefined
			? make('span', 'quiet', `win=${segment.window_bytes === undefined ? segment.window : segment.window_bytes}`) : null,
		segment.remark ? make('em', '', inert(segment.remark).replace(/_/g, ' ')) : null));
}

/* The segments that a call caused stand before its own line, from where it began on. */
function segments_of(row, record) {
	if (record.type === 'segment')
		return [record];
	if (record.type !== 'call')
		return [];
	const out = [];
	const end = rows.line.at(row);
	for (let i = end - 1; i >= 0 && i >= end - 256; i--) {
		const text = records.line_text(i);
		if (text.startsWith('{"type":"segment"') && text.includes(`"cause":${record.n}`)) {
			const segment = records.line(i);
			if (segment.cause === record.n)
				out.unshift(segment);
		}
		if (text.startsWith('{"type":"enter"') && records.line(i).n === record.n)
			break;
	}
	return out;
}

/* --- the whole -------------------------------------------------------------------------------- */

function python_block(record) {
	const python = record.python || {};
	if (!python.code && !python.raises)
		return null;
	return make('pre', 'python', make('code', '', inert(python.code || '')),
		python.raises ? make('span', 'raises', `\n# ${inert(python.raises)}`) : null);
}

/* Where the call stands: in the listing of its file, or else its line alone. */
function source_block(row, record, listing) {
	const source = record.source;
	if (!source)
		return listing && make('div', 'source', make('span', 'quiet', listing_place(row, record)), listing);
	const place = `${inert(source.file)}${source.line ? ':' + source.line : ''}` +
		`${source.function ? '  ' + inert(source.function) + '()' : ''}${source.via ? '  ← ' + inert(source.via) : ''}`;
	return make('div', 'source', make('span', 'quiet', place.trim()),
		listing || (source.text ? make('pre', '', make('code', '', ...code_parts(source.text, source))) : null));
}

function title_of(record, row) {
	if (record.type === 'segment')
		return `${segment_flags(record)} ${segment_numbers(record)}`;
	if (record.type === 'output')
		return payload(record.data, 2000);
	if (record.type === 'process')
		return process_text(record);
	if (record.type === 'state')
		return `${record.from || ''} → ${record.to}`;
	if (record.type === 'unfinished')
		return `${inert(rows.calls.list[rows.call.at(row)])} ${word('unfinished')}: ${inert(record.why)}`;
	return rows.kind.at(row) === ROW.BEGIN ? call_begun(record, 4096) : call_text(record, 4096);
}

function facts_of(record, row) {
	const list = make('dl', 'facts');
	list.append(...pair(word('at'), `${seconds(rows.time.at(row))} s`));
	if (record.dur !== undefined && rows.kind.at(row) !== ROW.BEGIN)
		list.append(...pair(word('waited'), duration(record.dur)));
	if (record.restarted)
		list.append(...pair('', word('restarted')));
	for (const value of record.args || [])
		list.append(...pair(inert(value.name), argument(value, 400)));
	return list;
}

function origins(record) {
	const parts = record.type === 'call' && record.from || [];
	return parts.map((part) => make('li', '',
		part.n ? link_to_call(part.n) : null,
		` ${inert(part.call || '')} ${part.offset + 1}–${part.offset + part.length}` +
		`${part.of === undefined ? '' : ' / ' + part.of} ${word('bytes')}`));
}

function link_to_call(n) {
	const link = make('a', '', `#${n}`);
	link.href = `#call-${n}`;
	return link;
}

/* Notes of a call that waits belong to its beginning, and of one that returned to its end. */
function step_details(row, listing_for = listing_block) {
	const record = records.line(rows.line.at(row));
	const { world, changes } = world_of_row(row);
	const begins = rows.kind.at(row) === ROW.BEGIN;
	const notes = begins_early(row, record) ? [] : notes_of(row, record);
	const heading = make('header', 'step', make('p', 'place',
		make('b', 'lane', inert(rows.lanes[rows.lane.at(row)].name)),
		rows.n.at(row) ? link_to_call(rows.n.at(row)) : null),
	make('h2', record.errno ? 'failed' : '', title_of(record, row)));
	const cards = (severity) => notes.filter((note) => note.severity === severity).map(note_card);
	const told = make('div', 'told', python_block(record), source_block(row, record, listing_for(row, record)),
		make('div', 'mistakes', ...cards('mistake')), make('div', 'notes', ...cards('notice')),
		section('wire', word('segments'), list_or_nothing('ul', segments_of(row, begins ? {} : record))),
		section('', word('from_calls'), list_or_nothing('ul', origins(record))),
		section('', word('arguments'), facts_of(record, row)));
	const known = make('div', 'known', section('states', word('states'), diagram(world, changes)),
		section('', word('queues'), queues(world, record)),
		section('', word('sockets'), socket_table(world)));
	return make('div', 'step', heading, told, known);
}

function list_or_nothing(tag, items) {
	const lines = items.length && items[0].type === 'segment' ? segment_list(items) : items;
	return lines.length ? make(tag, '', ...lines) : null;
}

/* The line behind one with notes may have their words in the other languages. */
function notes_of(row, record) {
	const notes = record.notes || [];
	const line = rows.line.at(row) + 1;
	if (!notes.length || line >= records.block.length)
		return notes;
	const text = records.line_text(line);
	if (!text.startsWith('{"type":"words"'))
		return notes;
	const words = records.line(line).notes;
	return notes.map((note, i) => ({ ...note, words: words[i] }));
}
