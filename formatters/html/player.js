/* Where one is: selecting a step, playing, the keyboard, links to a step. */

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const STEP_TIME = 1100; /* ms, at speed 1 */
const player = { timer: 0 };

function select_place(place, keep_still) {
	if (!lanes.view.length) {
		by_id('details').replaceChildren();
		draw_lanes();
		return;
	}
	lanes.selected = Math.max(0, Math.min(place, lanes.view.length - 1));
	const row = lanes.view[lanes.selected];
	if (!keep_still) {
		scroll_to_place(lanes.selected);
		scroll_to_lane(row);
	}
	draw_lanes();
	const restore = hold_listing();
	by_id('details').replaceChildren(step_details(row));
	by_id('details').scrollTop = 0;
	restore();
	show_light();
	const scrub = by_id('scrub');
	scrub.max = lanes.view.length - 1;
	scrub.value = lanes.selected;
	scrub.setAttribute('aria-valuetext', row_text(row, read_row(row).record));
	by_id('where').value = `${lanes.selected + 1} / ${lanes.view.length}`;
	by_id('said').textContent = row_text(row, read_row(row).record);
	paint_place();
	leave_link(row);
}

/* The address names the step, so that it can be sent to somebody. */
function leave_link(row) {
	const n = rows.n.at(row);
	const kind = rows.kind.at(row);
	const link = n && (kind === ROW.CALL || kind === ROW.END) ? `#call-${n}` : `#step-${row + 1}`;
	if (link === location.hash || player.timer || document.body.dataset.ready !== 'yes')
		return;
	try {
		history.replaceState(null, '', link);
	} catch {
		/* A sandboxed frame may not: then the address stays as it is. */
	}
}

function row_of_link() {
	const [, kind, digits] = location.hash.match(/^#(call|step)-(\d+)$/) || [];
	const number = Number(digits);
	if (kind === 'step')
		return number - 1;
	const row = rows.returned.get(number);
	return row === undefined ? rows.begun.get(number) : row;
}

/* A step that the filter hides is shown all the same: the filter gives way. */
function go_to_row(row) {
	const place = place_of(row);
	if (lanes.view[place] === row) {
		select_place(place);
		return;
	}
	lanes.view = Uint32Array.of(row);
	lanes.selected = 0;
	show_all();
}

function follow_link() {
	const row = row_of_link();
	if (row === undefined || row >= rows.length || row < 0)
		return false;
	go_to_row(row);
	return true;
}

function step(way) {
	select_place(lanes.selected + way);
}

function is_call(row) {
	return [ROW.CALL, ROW.END, ROW.LOST].includes(rows.kind.at(row));
}

function step_to(way, wanted) {
	for (let place = lanes.selected + way; place >= 0 && place < lanes.view.length; place += way)
		if (wanted(lanes.view[place])) {
			select_place(place);
			return;
		}
}

function play(on) {
	clearTimeout(player.timer);
	player.timer = 0;
	lanes.playing = on;
	document.body.classList.toggle('playing', on);
	by_id('play').setAttribute('aria-pressed', on);
	if (on && lanes.selected >= lanes.view.length - 1)
		select_place(0);
	const go = () => {
		if (lanes.selected >= lanes.view.length - 1) {
			play(false);
			return;
		}
		player.timer = setTimeout(go, STEP_TIME / Number(by_id('speed').value));
		step(1);
	};
	if (on)
		player.timer = setTimeout(go, STEP_TIME / Number(by_id('speed').value));
	select_place(lanes.selected);
}

const KEYS_OF = {
	' ': () => play(!player.timer),
	ArrowRight: () => step(1),
	ArrowDown: () => step(1),
	j: () => step(1),
	ArrowLeft: () => step(-1),
	ArrowUp: () => step(-1),
	k: () => step(-1),
	PageDown: () => step(10),
	PageUp: () => step(-10),
	Home: () => select_place(0),
	End: () => select_place(lanes.view.length - 1),
	n: () => step_to(1, is_call),
	p: () => step_to(-1, is_call),
	e: () => step_to(1, (row) => rows.rules.has(row) || (rows.error.at(row) && is_call(row))),
	'/': () => by_id('find').focus(),
	l: () => use_language(language === 'zh' ? 'en' : 'zh'),
	d: () => use_theme(),
	'?': () => show_keys(),
	Escape: () => show_all(),
};

/* Keys that scroll a listing, where that has the focus. */
const SCROLLING = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End']);

function on_key(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || by_id('keys').open)
		return;
	const field = event.target.matches('input, select, textarea');
	if (field && event.key === 'Escape')
		event.target.blur();
	else if (field || (event.key === ' ' && event.target.matches('button, a')))
		return;
	if (!Object.hasOwn(KEYS_OF, event.key) || (SCROLLING.has(event.key) && event.target.matches('.listing')))
		return;
	event.preventDefault();
	KEYS_OF[event.key]();
}

function show_keys() {
	const list = make('dl', '');
	for (const [keys, ...words] of KEYS)
		list.append(...pair(make('kbd', '', keys), words[LANGUAGES.indexOf(language)]));
	const button = make('button', '', '✕');
	button.addEventListener('click', () => by_id('keys').close());
	by_id('keys').replaceChildren(button, list);
	by_id('keys').showModal();
}
