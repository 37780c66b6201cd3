/* On paper: a slide for each call, or a handout. Made when it is printed, and thrown away after. */

const MOST_PAGES = 300;
let paper = 'handout';

function calls_shown() {
	return [...lanes.view].filter(is_call).slice(0, MOST_PAGES);
}

function slide(row) {
	return make('article', 'slide', step_details(row, listing_part));
}

function connection_table() {
	const lines = records.connections.slice(0, MOST_PAGES).flatMap((line) => {
		const connection = records.line(line);
		return connection.ends.map((end, i) => ({ cells: [
			i ? '' : String(connection.id), inert(end.lane || word('outside')), inert(end.address),
			String(end.bytes_sent === undefined ? '' : end.bytes_sent),
			String(end.bytes_received === undefined ? '' : end.bytes_received),
			i ? '' : inert(connection.closed), inert((end.states || []).join(' → '))] }));
	});
	return lines.length ? section('', word('connections'), table(['#', word('end'), word('local'), word('sent'),
		word('received'), word('closed'), word('states')], lines)) : null;
}

function handout_step(row) {
	const { record, pills } = read_row(row);
	const lane = inert(rows.lanes[rows.lane.at(row)].name);
	const states = pills.flatMap((one) => [one.lane === rows.lane.at(row) || one.lane < 0 ? ''
		: make('small', '', ` ${inert(rows.lanes[one.lane].name)} `), pill(one.to, one.inferred)]);
	return make('li', record.errno ? 'failed' : '',
		make('p', '', make('b', '', `${record.n} ${lane}`), ' ', make('code', '', title_of(record, row)), ' ', ...states,
			make('small', 'quiet', ' ', listing_place(row, record))),
		python_block(record), ...notes_of(row, record).map((note) =>
			make('p', note.severity === 'mistake' ? 'said mistake' : 'said',
				[note_words(note).text, note_words(note).fix].filter(Boolean).map(inert).join(' — '))));
}

function handout() {
	return [make('ol', 'handout', ...calls_shown().map(handout_step)), connection_table(), ...listings_printed()];
}

function fill_paper() {
	const about = make('header', '', make('h1', '', by_id('title').textContent),
		make('p', '', by_id('lesson').textContent), make('p', 'quiet', by_id('facts').textContent));
	document.body.classList.toggle('as-slides', paper === 'slides');
	by_id('paper').replaceChildren(...(paper === 'slides'
		? [make('article', 'slide first', about, connection_table()), ...calls_shown().map(slide)]
		: [about, ...handout().filter(Boolean)]));
}

function clear_paper() {
	by_id('paper').replaceChildren();
	paper = 'handout';
}

function print_as(kind) {
	paper = kind;
	window.print();
}
