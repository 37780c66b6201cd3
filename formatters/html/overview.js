/* The whole run on one line of time: each lane's calls as long as they lasted. Click: go there. */

function color(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function last_time() {
	let last = 1;
	for (let row = 0; row < rows.length; row++)
		last = Math.max(last, rows.until.at(row));
	return last;
}

/* As long as nothing changes but the place, the picture is kept. */
const overview = { picture: null, first: 0, last: 1 };

function paint_call(context, row, x, height) {
	const kind = rows.kind.at(row);
	const column = rows.lanes[rows.lane.at(row)].column;
	const band = height / Math.max(1, rows.columns.length);
	const from = x(rows.time.at(row));
	const width = Math.max(1.5, x(rows.until.at(row)) - from);
	if (kind === ROW.CALL || kind === ROW.END) {
		context.fillStyle = rows.rules.has(row) || rows.error.at(row) ? color_of.bad
			: kind === ROW.END ? color_of.wait : color_of.call;
		context.fillRect(from, column * band + band * 0.2, width, Math.max(1, band * 0.6));
	}
}

const color_of = {};

function paint_overview() {
	const canvas = by_id('overview');
	const scale = window.devicePixelRatio || 1;
	const width = canvas.clientWidth, height = canvas.clientHeight;
	if (!width || !rows.length)
		return;
	canvas.width = width * scale;
	canvas.height = height * scale;
	const context = canvas.getContext('2d', { willReadFrequently: true });
	context.scale(scale, scale);
	for (const name of ['bad', 'wait', 'call', 'accent'])
		color_of[name] = color(`--${name}`);
	overview.first = rows.time.at(0);
	overview.last = last_time();
	const x = (time) => (time - overview.first) / (overview.last - overview.first || 1) * (width - 4) + 2;
	/* What waits first, so that short calls stand upon it. */
	for (const kind of [ROW.END, ROW.CALL])
		for (let row = 0; row < rows.length; row++)
			if (rows.kind.at(row) === kind)
				paint_call(context, row, x, height);
	overview.picture = context.getImageData(0, 0, canvas.width, canvas.height);
	paint_place();
}

function paint_place() {
	const canvas = by_id('overview');
	if (!overview.picture || !lanes.view.length)
		return;
	const context = canvas.getContext('2d');
	const row = lanes.view[lanes.selected];
	const time = rows.kind.at(row) === ROW.END ? rows.until.at(row) : rows.time.at(row);
	const scale = window.devicePixelRatio || 1;
	const part = (time - overview.first) / (overview.last - overview.first || 1);
	context.putImageData(overview.picture, 0, 0);
	context.fillStyle = color_of.accent;
	context.fillRect(part * (canvas.clientWidth - 4) + 1, 0, 2, canvas.height / scale);
}

/* The shown row that is nearest to a place on the line of time. */
function place_at(x) {
	const time = overview.first + x / by_id('overview').clientWidth * (overview.last - overview.first);
	let best = 0;
	for (let place = 1; place < lanes.view.length; place++)
		if (Math.abs(rows.time.at(lanes.view[place]) - time) <= Math.abs(rows.time.at(lanes.view[best]) - time))
			best = place;
	return best;
}
