/* Search and filter: which rows are shown. */

const filter = { text: '', turn: 0 };

const MOST_CHOICES = 1000;
const CHOICES = [
	['by-lane', 'all_lanes', () => rows.lanes.slice(0, MOST_CHOICES).map((lane) => lane.name)],
	['by-socket', 'all_sockets', () => rows.sockets.list.slice(1, MOST_CHOICES)],
	['by-call', 'all_calls', () => rows.calls.list.slice(1).sort()],
	['by-error', 'all_errors', () => rows.errors.list.slice(1).sort()],
	['by-rule', 'all_rules', () => [...rows.rule_names].sort()],
];
const ANY_ERROR = '!';

function option(value, text) {
	const element = make('option', '', text);
	element.value = value;
	return element;
}

/* A socket by its lane, its name and its end; the kernel's cookie tells nobody anything. */
function socket_title(id) {
	const socket = passing.sockets.get(id);
	return socket ? `${socket_name(socket)} ${inert(socket.local || '')}` : `#${inert(id)}`;
}

function fill_choices() {
	for (const [id, all, list] of CHOICES) {
		const select = by_id(id);
		const value = select.value;
		const names = list();
		select.replaceChildren(option('', word(all)));
		if (id === 'by-error')
			select.append(option(ANY_ERROR, word('any_error')));
		select.append(...names.map((name) => option(name, id === 'by-socket' ? socket_title(name) : inert(name))));
		select.value = value;
		select.hidden = !names.length || (id === 'by-lane' && names.length < 2);
	}
}

/* What a record must contain as written, so that most need not be read: its longest word. */
function must_contain(text) {
	const tokens = text.match(/[a-z0-9_]{2,}/gi) || [];
	return tokens.sort((one, other) => other.length - one.length)[0];
}

function matcher() {
	const number = (names, id) => (by_id(id).value ? names.numbers.get(by_id(id).value) : undefined);
	const lane = by_id('by-lane').value ? rows.lane_numbers.get(by_id('by-lane').value) : undefined;
	const call = number(rows.calls, 'by-call');
	const socket = number(rows.sockets, 'by-socket');
	const wanted = by_id('by-error').value;
	const error = wanted && wanted !== ANY_ERROR ? rows.errors.numbers.get(wanted) : undefined;
	const rule = by_id('by-rule').value;
	const no_wire = by_id('no-wire').checked;
	return (row) => {
		const kind = rows.kind.at(row);
		if (kind === ROW.BEGIN && !rows.call.at(row))
			return false;
		if (no_wire && kind > ROW.LOST)
			return false;
		if (lane !== undefined && rows.lane.at(row) !== lane && rows.peer.at(row) !== lane)
			return false;
		if (call !== undefined && rows.call.at(row) !== call)
			return false;
		if (socket !== undefined && rows.socket.at(row) !== socket)
			return false;
		if (wanted && (error === undefined ? !rows.error.at(row) : rows.error.at(row) !== error))
			return false;
		return !rule || (rows.rules.get(row) || []).includes(rule);
	};
}

function contains(row, text, token) {
	const line = rows.line.at(row);
	const kind = rows.kind.at(row);
	if (token && kind < ROW.LOST && !`${records.line_text(line)}`.toLowerCase().includes(token) &&
		!inert(rows.lanes[rows.lane.at(row)].name).toLowerCase().includes(token))
		return false;
	return row_text(row, records.line(line)).toLowerCase().includes(text);
}

/* Fills the view, in slices where a text is looked for; a newer search ends an older one. */
function apply_filter(then) {
	const matches = matcher();
	const text = by_id('find').value.trim().toLowerCase();
	const token = (must_contain(text) || '').toLowerCase();
	const view = new Uint32Array(rows.length);
	const turn = ++filter.turn;
	let count = 0, row = 0;
	const run = () => {
		if (turn !== filter.turn)
			return;
		const until = performance.now() + 30;
		for (; row < view.length && (row % 64 || performance.now() < until); row++)
			if (matches(row) && (!text || contains(row, text, token)))
				view[count++] = row;
		if (row < view.length) {
			by_id('found').value = `${word('reading')} ${Math.round(row / view.length * 100)} %`;
			setTimeout(run);
			return;
		}
		lanes.view = view.slice(0, count);
		by_id('found').value = count === rows.length ? '' : `${count} / ${rows.length}`;
		then();
	};
	run();
}

function filter_again() {
	const row = lanes.view[lanes.selected] || 0;
	apply_filter(() => {
		lanes.selected = Math.max(0, Math.min(place_of(row), lanes.view.length - 1));
		measure();
		select_place(lanes.selected);
	});
}

function show_all() {
	by_id('find').value = '';
	by_id('no-wire').checked = false;
	for (const [id] of CHOICES)
		by_id(id).value = '';
	filter_again();
}
