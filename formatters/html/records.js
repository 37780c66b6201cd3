/*
 * The records. They stand in the page as blocks of JSON Lines. One pass over them, in slices, finds
 * what the page needs of all at once: the rows of the drawing, the lanes' columns, what one can
 * filter by. The lines themselves are read again when they are looked at.
 */

/* What a row of the drawing shows. A call during which nothing else happened is one row; another
 * one has a row where it begins and one where it ends. */
const ROW = { CALL: 0, BEGIN: 1, END: 2, LOST: 3, SEGMENT: 4, OUTPUT: 5, PROCESS: 6, STATE: 7 };

/* Numbers in a typed array that grows: a column of a table of a million rows. */
class Column {
	constructor(Type) {
		this.values = new Type(1024);
		this.length = 0;
	}

	push(value) {
		if (this.length === this.values.length) {
			const values = new this.values.constructor(this.length * 2);
			values.set(this.values);
			this.values = values;
		}
		this.values[this.length++] = value;
	}

	at(i) {
		return this.values[i];
	}
}

/* Names to small numbers, in the order of their first appearance. */
class Names {
	constructor() {
		this.list = [];
		this.numbers = new Map();
	}

	number(name) {
		let number = this.numbers.get(name);
		if (number === undefined) {
			number = this.list.push(name) - 1;
			this.numbers.set(name, number);
		}
		return number;
	}
}

/* JSON, with integers that a double cannot hold as strings of their digits. */
function parse_line(text) {
	if (!/\d{16}/.test(text))
		return JSON.parse(text);
	const exact = /"(?:[^"\\]|\\.)*"|-?\d{16,}/g;
	return JSON.parse(text.replace(exact, (token) => (token[0] === '"' ? token : `"${token}"`)));
}

const records = {
	blocks: [], /* elements */
	texts: new Map(), /* of the blocks read last */
	block: new Column(Uint32Array), /* of each line: its block, and where in it */
	start: new Column(Uint32Array),
	end: new Column(Uint32Array),
	header: {},
	connections: [], /* lines */
	last: null, /* the record of type end */

	text(block) {
		let text = this.texts.get(block);
		if (text === undefined) {
			text = this.blocks[block].textContent;
			if (this.texts.size > 16)
				this.texts.delete(this.texts.keys().next().value);
			this.texts.set(block, text);
		}
		return text;
	},

	line_text(line) {
		const text = this.text(this.block.at(line));
		return text.slice(this.start.at(line), this.end.at(line));
	},

	line(line) {
		return parse_line(this.line_text(line));
	},
};

const rows = {
	kind: new Column(Uint8Array),
	line: new Column(Uint32Array), /* what is shown */
	moment: new Column(Uint32Array), /* all lines before this one have happened */
	lane: new Column(Uint32Array),
	peer: new Column(Int32Array), /* the lane a segment goes to, -1: it is not traced */
	time: new Column(Float64Array),
	until: new Column(Float64Array),
	n: new Column(Float64Array),
	call: new Column(Uint32Array),
	error: new Column(Uint32Array),
	socket: new Column(Uint32Array),
	listing: new Column(Uint32Array), /* where its source is listed, 1 for the first, 0: nowhere */
	source_line: new Column(Uint32Array),
	rules: new Map(), /* row: ids of the mistakes' rules */
	noted: new Map(), /* row: severity of the worst note */
	lanes: [], /* {name, column, first, last} */
	lane_numbers: new Map(),
	columns: [], /* {lanes: [number], spans: [{first, last, n}]} */
	outside: false, /* a segment came from, or went to, where nobody is traced */
	entered: new Set(), /* rows of lines of type enter */
	begun: new Map(), /* n: the row where a call that has not returned begins */
	returned: new Map(), /* n: the row where it returned */
	changed: new Map(), /* n of a call that goes on: the first line of a state it changed */
	calls: new Names(),
	errors: new Names(),
	sockets: new Names(),
	longest: 0, /* bytes in any queue */
	rule_names: new Set(),
	get length() {
		return this.kind.length;
	},
};
rows.calls.number('');
rows.errors.number('');
rows.sockets.number('');

/* "server-2" and "server" take turns in one column, if their lives do not overlap. */
function family(name) {
	return name.replace(/-\d+$/, '').replace(/\/t\d+$/, '');
}

function column_for(name) {
	const free = rows.columns.filter((column) => !column.busy);
	const same = free.find((column) => column.family === family(name));
	const column = same || free[0] || rows.columns[rows.columns.push({ lanes: [], spans: [] }) - 1];
	column.busy = true;
	column.family = family(name);
	return rows.columns.indexOf(column);
}

function lane_number(name) {
	let number = rows.lane_numbers.get(name);
	if (number === undefined) {
		const column = column_for(name);
		number = rows.lanes.push({ name, column, first: rows.length, last: Infinity }) - 1;
		rows.lane_numbers.set(name, number);
		rows.columns[column].lanes.push(number);
	}
	return number;
}

function push_row(kind, line, record, lane) {
	const row = rows.length;
	rows.kind.push(kind);
	rows.line.push(line);
	rows.moment.push(line + 1);
	rows.lane.push(lane);
	rows.peer.push(-1);
	rows.time.push(record.t || 0);
	rows.until.push((record.t || 0) + (record.dur || 0));
	rows.n.push(record.n || 0);
	rows.call.push(rows.calls.number(record.call || ''));
	rows.error.push(rows.errors.number(record.errno || ''));
	rows.socket.push(rows.sockets.number(record.socket ? record.socket.id : ''));
	rows.listing.push(0);
	rows.source_line.push(0);
	for (const note of record.notes || []) {
		rows.noted.set(row, note.severity === 'mistake' ? 'mistake'
			: rows.noted.get(row) || 'notice');
		if (note.severity !== 'mistake')
			continue;
		rows.rules.set(row, [...(rows.rules.get(row) || []), note.id]);
		rows.rule_names.add(note.id);
	}
	return row;
}

/* The row where a call begins that sent a segment before it returned. Its own line comes later;
 * until then it is the segment's. The states that it changed before belong to the segment. */
function begin_early(line, record) {
	if (!record.cause || rows.begun.has(record.cause) || rows.returned.has(record.cause))
		return;
	const lane = lane_number(record.from_lane || record.to_lane || '?');
	const row = push_row(ROW.BEGIN, line, { t: record.t, n: record.cause }, lane);
	rows.moment.values[row] = rows.changed.get(record.cause) ?? line;
	rows.begun.set(record.cause, row);
}

/* Where a call began before its line came, that row learns whose it is. */
function finish_begin(begin, line, record, lane) {
	if (!rows.entered.has(begin))
		rows.line.values[begin] = line;
	rows.lane.values[begin] = lane;
	rows.time.values[begin] = record.t;
	rows.call.values[begin] = rows.calls.number(record.call);
	rows.socket.values[begin] = rows.sockets.number(record.socket ? record.socket.id : '');
}

const readers = {
	header(line, record) {
		if (!records.header.socktrace)
			records.header = record;
	},
	process(line, record) {
		const lane = lane_number(record.lane || '?');
		const row = push_row(ROW.PROCESS, line, record, lane);
		if (record.what !== 'exit')
			return;
		rows.lanes[lane].last = row;
		rows.columns[rows.lanes[lane].column].busy = false;
	},
	enter(line, record) {
		const row = push_row(ROW.BEGIN, line, record, lane_number(record.lane || '?'));
		rows.begun.set(record.n, row);
		rows.entered.add(row);
		place_in_source(row, record);
	},
	call(line, record) {
		const lane = lane_number(record.lane || '?');
		const begin = rows.begun.get(record.n);
		const row = push_row(begin === undefined ? ROW.CALL : ROW.END, line, record, lane);
		rows.returned.set(record.n, row);
		rows.changed.delete(record.n);
		place_in_source(row, record, begin);
		for (const name of ['receive', 'send'])
			rows.longest = Math.max(rows.longest, (record.queues || {})[name] || 0);
		if (begin === undefined)
			return;
		finish_begin(begin, line, record, lane);
		rows.begun.delete(record.n);
		rows.columns[rows.lanes[lane].column].spans.push({ first: begin, last: row, n: record.n });
	},
	unfinished(line, record) {
		const begin = rows.begun.get(record.n);
		const lane = begin === undefined ? 0 : rows.lane.at(begin);
		const row = push_row(ROW.LOST, line, record, rows.lanes.length ? lane : lane_number('?'));
		rows.returned.set(record.n, row);
		rows.begun.delete(record.n);
		place_in_source(row, record, begin);
		if (begin === undefined)
			return;
		rows.call.values[row] = rows.call.at(begin);
		rows.columns[rows.lanes[lane].column].spans.push({ first: begin, last: row, n: record.n });
	},
	output(line, record) {
		push_row(ROW.OUTPUT, line, record, lane_number(record.lane || '?'));
	},
	state(line, record) {
		if (record.cause !== undefined && !rows.changed.has(record.cause))
			rows.changed.set(record.cause, line);
		if (record.cause === undefined && record.lane)
			push_row(ROW.STATE, line, record, lane_number(record.lane || '?'));
	},
	segment(line, record) {
		begin_early(line, record);
		const from = record.from_lane ? lane_number(record.from_lane) : -1;
		const to = record.to_lane ? lane_number(record.to_lane) : -1;
		if (from < 0 && to < 0)
			return;
		const row = push_row(ROW.SEGMENT, line, record, from < 0 ? to : from);
		rows.peer.values[row] = from < 0 ? -2 : to;
		rows.outside = rows.outside || from < 0 || to < 0;
	},
	listing(line, record) {
		read_listing(line, record);
	},
	connection(line) {
		records.connections.push(line);
	},
	sockets() {},
	end(line, record) {
		records.last = record;
	},
};

/* One line more; one that was cut off, because socktrace was ended, counts as none. */
function read_line(block, start, end) {
	const line = records.block.length;
	records.block.push(block);
	records.start.push(start);
	records.end.push(end);
	let record = {};
	try {
		record = records.line(line);
	} catch (error) {
		if (!(error instanceof SyntaxError))
			throw error;
	}
	if (Object.hasOwn(readers, record.type))
		readers[record.type](line, record);
	world_pass(line, record);
}

/* Reads all blocks, `slice` milliseconds at a time, and tells after each slice. */
function read_records(slice, tell) {
	records.blocks = [...document.querySelectorAll('script[type="application/jsonl"]')];
	let block = 0, at = 0;
	const read = () => {
		const until = performance.now() + slice;
		while (block < records.blocks.length && performance.now() < until) {
			const text = records.text(block);
			for (let i = 0; i < 64 && at < text.length; i++) {
				const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
				if (end > at)
					read_line(block, at, end);
				at = end + 1;
			}
			if (at >= text.length) {
				block++;
				at = 0;
			}
		}
		const done = block >= records.blocks.length;
		tell(done, records.blocks.length ? block / records.blocks.length : 1);
		if (!done)
			setTimeout(read);
	};
	read();
}
