/* The state diagram of TCP: RFC 9293, figure 5, with the transition of its note 2. */

const STATES = { /* where each stands */
	CLOSED: [230, 22],
	LISTEN: [230, 96],
	SYN_RCVD: [86, 168],
	SYN_SENT: [374, 168],
	ESTABLISHED: [230, 226],
	FIN_WAIT_1: [86, 292],
	CLOSE_WAIT: [374, 292],
	FIN_WAIT_2: [86, 366],
	CLOSING: [230, 366],
	LAST_ACK: [374, 366],
	TIME_WAIT: [230, 434],
};

/* from, to, the line, its label and where that stands: its start (s), middle (m) or end (e). The
 * labels of arcs that few connections take are there only when one did: r. */
const ARCS = [
	['CLOSED', 'LISTEN', 'M222 36V82', 'listen()', [216, 64, 'e']],
	['LISTEN', 'CLOSED', 'M238 82V36', 'close()', [243, 64, 's']],
	['CLOSED', 'SYN_SENT', 'M284 30L366 154', 'connect() / SYN', [338, 88, 's']],
	['SYN_SENT', 'CLOSED', 'M350 154L262 36', 'close(), RST', [326, 130, 'e'], 'r'],
	['LISTEN', 'SYN_RCVD', 'M176 102L102 154', 'SYN / SYN,ACK', [128, 124, 'e']],
	['SYN_RCVD', 'LISTEN', 'M128 154L196 110', 'RST', [174, 140, 's'], 'r'],
	['LISTEN', 'SYN_SENT', 'M284 102L340 154', 'send() / SYN', [296, 142, 'e'], 'r'],
	['SYN_SENT', 'SYN_RCVD', 'M320 168H142', 'SYN / SYN,ACK', [230, 163, 'm'], 'r'],
	['SYN_RCVD', 'ESTABLISHED', 'M120 182L186 212', 'ACK', [142, 206, 'e']],
	['SYN_SENT', 'ESTABLISHED', 'M340 182L274 212', 'SYN,ACK / ACK', [318, 207, 's']],
	['SYN_RCVD', 'FIN_WAIT_1', 'M74 182V278', 'close() / FIN', [80, 244, 's'], 'r'],
	['ESTABLISHED', 'FIN_WAIT_1', 'M190 240L118 278', 'close() / FIN', [170, 268, 's']],
	['ESTABLISHED', 'CLOSE_WAIT', 'M270 240L342 278', 'FIN / ACK', [314, 254, 's']],
	['FIN_WAIT_1', 'FIN_WAIT_2', 'M74 306V352', 'ACK', [68, 333, 'e']],
	['FIN_WAIT_1', 'CLOSING', 'M128 306L196 352', 'FIN / ACK', [172, 328, 's']],
	['FIN_WAIT_1', 'TIME_WAIT', 'M106 306L206 420', 'FIN,ACK / ACK', [168, 396, 'e'], 'r'],
	['CLOSE_WAIT', 'LAST_ACK', 'M374 306V352', 'close() / FIN', [368, 333, 'e']],
	['FIN_WAIT_2', 'TIME_WAIT', 'M96 380L176 428', 'FIN / ACK', [112, 412, 'e']],
	['CLOSING', 'TIME_WAIT', 'M230 380V420', 'ACK', [236, 404, 's']],
	['LAST_ACK', 'CLOSED', 'M428 366H448V18H284', 'ACK', [442, 344, 'e']],
	['TIME_WAIT', 'CLOSED', 'M176 440H12V18H176', '2 MSL', [18, 434, 's']],
];

/* The last steps of a path that are one connection's: from the last CLOSED or beginning on. */
function taken_of(socket) {
	const taken = new Map();
	for (const step of socket ? socket.path : [])
		taken.set(`${step.from} ${step.to}`, step.witness);
	return taken;
}

function arc_drawn(arc, ends, changes) {
	const [from, to, line, label, [x, y, anchor], rare] = arc;
	const name = `${from} ${to}`;
	const anchors = { s: 'start', m: 'middle', e: 'end' };
	const on = ends.map((end) => taken_of(end).has(name));
	const now = changes.some((change) => `${change.from} ${change.to}` === name);
	const group = draw('g', { class: `arc${on[0] ? ' own' : ''}${on[1] ? ' other' : ''}${now ? ' now' : ''}` });
	if (on[0] && on[1])
		group.append(draw('path', { d: line, class: 'wide' }));
	const inferred = ends.some((end) => taken_of(end).get(name) === 'inferred');
	group.append(draw('path', {
		d: line,
		class: inferred ? 'line inferred' : 'line',
		'marker-end': `url(#tip-${on[0] ? 'own' : on[1] ? 'other' : 'plain'})`,
	}));
	if (!rare || on[0] || on[1])
		group.append(draw('text', { x, y, 'text-anchor': anchors[anchor] }, label));
	group.append(draw('title', {}, `${from} → ${to}: ${label}`));
	return group;
}

function state_drawn(name, ends) {
	const [x, y] = STATES[name];
	const on = ends.map((end) => end && end.state === name);
	const been = ends.some((end) => end && end.path.some((step) => step.to === name || step.from === name));
	const group = draw('g', { class: `node${been ? ' been' : ''}${on[0] ? ' own' : ''}${on[1] ? ' other' : ''}` });
	group.append(draw('rect', { x: x - 54, y: y - 14, width: 108, height: 28, rx: 14 }));
	if (on[0] && on[1])
		group.append(draw('path', { class: 'half', d: `M${x} ${y - 14}h40a14 14 0 0 1 0 28h-40z` }));
	group.append(draw('text', { x, y: y + 4, 'text-anchor': 'middle' }, name));
	return group;
}

/* "client sock": as the lines of Python call it. */
function socket_name(socket) {
	return `${inert(socket.lane || word('outside'))}${socket.name ? ' ' + inert(socket.name) : ''}`;
}

/* The path in words: what a screen reader reads, and what two colours cannot say. */
function path_text(socket) {
	const path = socket.path.filter((step) => step.to !== step.from);
	const words = path.length && path[0].from ? [path[0].from] : [];
	for (const step of path)
		words.push(step.witness === 'inferred' ? `${step.to} (${word('inferred')})` : step.to);
	return words.join(' → ') || socket.state || '';
}

function legend(socket, name) {
	return make('li', name, make('b', '', socket_name(socket)),
		make('span', 'path', path_text(socket)),
		socket.witness ? make('small', '', `${word('witness')}: ${inert(socket.witness)}`) : null);
}

/* Both ends of the connection in one diagram. */
function diagram(world, changes) {
	const socket = world.sockets.get(world.focus);
	/* A run without TCP has no use for it; else it is there from the beginning on. */
	if (!passing.focus)
		return null;
	const ends = [socket, socket && world.peer(socket.id)];
	const relevant = changes.filter((change) => ends.some((end) => end && end.id === change.id));
	const svg = draw('svg', { viewBox: '0 0 460 456', class: 'diagram', role: 'img',
		'aria-label': ends.filter(Boolean).map((end) => `${socket_name(end)}: ${path_text(end)}`).join('; ') });
	const arcs = ARCS.map((arc) => arc_drawn(arc, ends, relevant));
	arcs.sort((one, other) => /own|other/.test(one.getAttribute('class')) -
		/own|other/.test(other.getAttribute('class')));
	svg.append(...arcs, ...Object.keys(STATES).map((name) => state_drawn(name, ends)));
	const list = make('ul', 'legend', socket ? legend(socket, 'own') : word('no_tcp'),
		ends[1] ? legend(ends[1], 'other') : null);
	return make('div', '', svg, list);
}
