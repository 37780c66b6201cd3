/* The page begins here, when all of the records are there. */

function header_words(plural, singular) {
	const header = records.header;
	return inert((header[plural] || {})[language] || header[singular] || '');
}

function show_header() {
	const header = records.header;
	const command = (header.command || []).map((argv) => argv.join(' ')).join('; ');
	const title = header_words('titles', 'title') || inert(command) || 'socktrace';
	const last = records.last || {};
	document.title = `${title} · socktrace`;
	by_id('title').textContent = title;
	by_id('lesson').textContent = header_words('lessons', 'lesson');
	const facts = [inert(command), header.started && inert(header.started).slice(0, 19).replace('T', ' '),
		header.kernel && `Linux ${inert(header.kernel)}`, header.isolated && word('isolated'),
		(header.witnesses || []).map(inert).join(', '),
		last.lost ? `${word('lost')}: ${last.lost}` : '',
		last.mistakes ? `${word('mistakes')}: ${last.mistakes.map(inert).join(', ')}` : ''];
	by_id('facts').textContent = facts.filter(Boolean).join(' · ');
}

function redraw() {
	lanes.cache.clear();
	label_page();
	show_header();
	fill_choices();
	measure();
	paint_overview();
	select_place(lanes.selected);
}

function use_language(name) {
	language = name;
	redraw();
}

function use_theme() {
	const root = document.documentElement;
	const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
	root.dataset.theme = dark ? 'light' : 'dark';
	paint_overview();
}

function listen() {
	const on = (id, event, run) => by_id(id).addEventListener(event, run);
	on('first', 'click', () => select_place(0));
	on('back', 'click', () => step(-1));
	on('play', 'click', () => play(!player.timer));
	on('next', 'click', () => step(1));
	on('last', 'click', () => select_place(lanes.view.length - 1));
	on('language', 'click', KEYS_OF.l);
	on('theme', 'click', KEYS_OF.d);
	on('help', 'click', show_keys);
	on('slides', 'click', () => print_as('slides'));
	on('handout', 'click', () => print_as('handout'));
	on('scrub', 'input', () => select_place(Number(by_id('scrub').value)));
	on('overview', 'click', (event) => select_place(place_at(event.offsetX)));
	on('filter', 'submit', (event) => event.preventDefault());
	on('find', 'input', filter_again);
	on('no-wire', 'change', filter_again);
	for (const [id] of CHOICES)
		on(id, 'change', filter_again);
	on('rows', 'click', (event) => {
		const row = event.target.closest('.row');
		if (row)
			select_place(Number(row.dataset.place), true);
	});
	let asked = 0;
	on('scroller', 'scroll', () => {
		asked = asked || requestAnimationFrame(() => {
			asked = 0;
			draw_lanes();
		});
	});
	document.addEventListener('keydown', on_key);
	window.addEventListener('hashchange', follow_link);
	window.addEventListener('resize', redraw);
	window.addEventListener('beforeprint', fill_paper);
	window.addEventListener('afterprint', clear_paper);
}

function start() {
	by_id('speed').append(...SPEEDS.map((speed) => option(String(speed), `${speed} ×`)));
	by_id('speed').value = '1';
	listen();
	let shown = false;
	/* The first look comes at once; the rest of a long record is read while one looks. */
	read_records(150, (done, part) => {
		if (!shown && (rows.length || done)) {
			language = LANGUAGES.includes(records.header.lang) ? records.header.lang : 'en';
			label_page();
			show_header();
		}
		document.body.classList.toggle('reading', !done);
		by_id('found').value = done ? '' : `${word('reading')} ${Math.round(part * 100)} %`;
		if (shown && !done)
			return;
		shown = true;
		apply_filter(() => {
			lanes.cache.clear();
			measure();
			if (done)
				redraw();
			if (!follow_link())
				select_place(lanes.selected);
			document.body.dataset.ready = done ? 'yes' : 'partly';
		});
	});
}

document.addEventListener('DOMContentLoaded', start);
