/*
 * What is known at a moment: the sockets with their ends, states and queues. A moment is a line of
 * the record: all before it has happened. Going there means to start from the last snapshot before
 * it and to read on. A socket that changes is replaced, so that snapshots can share the others.
 */
const SNAPSHOT_EVERY = 512; /* lines */
const REMEMBERED = 32; /* sockets that are gone, but may still be looked at */
const KEPT = 256; /* sockets that nobody holds, such as those in TIME_WAIT */

class World {
	constructor(other) {
		this.sockets = new Map(other ? other.sockets : []); /* by id, in the order of creation */
		this.ends = new Map(other ? other.ends : []); /* "local remote": id */
		this.gone = other ? [...other.gone] : [];
		this.kept = other ? [...other.kept] : [];
		this.focus = other ? other.focus : ''; /* the TCP socket that was last concerned */
		this.changes = []; /* of the last line: {id, from, to, witness} */
	}

	copy() {
		return new World(this);
	}

	change(id, fields) {
		const socket = { path: [], ...this.sockets.get(id), ...fields, id };
		this.sockets.set(id, socket);
		return socket;
	}

	/* The socket at the other end, as far as both ends' addresses are known. */
	peer(id) {
		const socket = this.sockets.get(id);
		if (!socket || !socket.local || !socket.remote)
			return undefined;
		const other = this.ends.get(`${socket.remote} ${socket.local}`);
		return other === id ? undefined : this.sockets.get(other);
	}

	meet(record_socket, lane) {
		const known = this.sockets.get(record_socket.id) || {};
		const fields = { ...record_socket, lane: known.lane || lane, gone: false };
		if (record_socket.fd !== undefined && lane)
			fields.lane = lane;
		const socket = this.change(record_socket.id, fields);
		if (socket.local && socket.remote)
			this.ends.set(`${socket.local} ${socket.remote}`, socket.id);
		if (socket.protocol === 'IPPROTO_TCP')
			this.focus = socket.id;
		return socket;
	}

	/* A witness saw it in a state: one that is new goes to the end of the path. */
	enter_state(id, from, to, witness) {
		const socket = this.sockets.get(id);
		if (!socket || !to || (socket.state === to && socket.path.length))
			return;
		const before = from || socket.state || '';
		const step = { from: before, to, witness };
		if (socket.state !== to)
			this.changes.push({ id, ...step });
		this.change(id, { state: to, witness, path: [...socket.path, step].slice(-24) });
	}

	leave(id) {
		const socket = this.sockets.get(id);
		if (!socket || socket.gone)
			return;
		this.change(id, { gone: true, fd: undefined });
		this.gone.push(id);
		while (this.gone.length > REMEMBERED)
			this.forget(this.gone.shift());
	}

	forget(id) {
		const socket = this.sockets.get(id);
		if (!socket || !socket.gone)
			return;
		const ends = `${socket.local} ${socket.remote}`;
		this.sockets.delete(id);
		if (this.ends.get(ends) === id)
			this.ends.delete(ends);
	}

	/* The listener whose queue a call tells of: its own, its argument's, or the one connected to. */
	listener_of(record) {
		const socket = record.socket;
		if (socket.role === 'listener')
			return socket.id;
		const argument = (record.args || [])[0] || {};
		if (this.sockets.has(argument.socket) && argument.socket !== socket.id)
			return argument.socket;
		const port = (address) => (address || '').replace(/^.*:/, ':');
		for (const other of this.sockets.values())
			if (other.role === 'listener' && !other.gone &&
				(other.local === socket.remote ||
					(/^(0\.0\.0\.0|\[::\]):/.test(other.local) &&
						port(other.local) === port(socket.remote))))
				return other.id;
		return undefined;
	}

	hear_queues(record) {
		const { receive, send, accept, backlog, syn_rcvd } = record.queues;
		if (receive !== undefined || send !== undefined)
			this.change(record.socket.id, { receive, send });
		const listener = accept === undefined ? undefined : this.listener_of(record);
		if (listener !== undefined)
			this.change(listener, { accept, backlog, syn_rcvd });
	}

	hear_peer(peer, witness) {
		if (!peer.socket)
			return;
		const known = this.sockets.get(peer.socket) || {};
		this.change(peer.socket, { lane: known.lane || peer.lane });
		this.enter_state(peer.socket, peer.before, peer.after, witness);
	}

	hear_call(record) {
		if (!record.socket)
			return;
		const socket = this.meet(record.socket, record.lane);
		this.name(record);
		if (record.state) {
			this.enter_state(socket.id, record.state.before, record.state.after,
				record.state.witness);
			if (record.state.peer)
				this.hear_peer(record.state.peer, record.state.witness);
		}
		if (record.queues)
			this.hear_queues(record);
		if (record.call === 'close' && record.ret === 0)
			this.close(socket.id);
	}

	/* Nobody holds it by this descriptor any more; TCP may keep it for a while. */
	close(id) {
		const socket = this.change(id, { fd: undefined });
		if (socket.state && socket.state !== 'CLOSED')
			this.keep(id);
		else
			this.leave(id);
	}

	/* When it ends no call tells: of very many the oldest are not shown any more. */
	keep(id) {
		this.kept.push(id);
		while (this.kept.length > KEPT) {
			const oldest = this.kept.shift();
			if ((this.sockets.get(oldest) || {}).fd === undefined)
				this.leave(oldest);
		}
	}

	name(record) {
		for (const [name, id] of Object.entries((record.python || {}).variables || {}))
			if (this.sockets.has(id) && !this.sockets.get(id).name)
				this.change(id, { name });
	}

	hear_state(record) {
		if (!record.socket)
			return;
		const socket = this.meet(record.socket, record.lane);
		this.enter_state(socket.id, record.from, record.to, record.witness);
		if (record.to === 'CLOSED' && socket.fd === undefined)
			this.leave(socket.id);
	}

	hear_exit(record) {
		for (const socket of [...this.sockets.values()]) {
			if (socket.lane !== record.lane || socket.gone)
				continue;
			if (!socket.state || ['CLOSED', 'LISTEN'].includes(socket.state))
				this.leave(socket.id);
			else if (socket.fd !== undefined)
				this.close(socket.id);
		}
	}

	hear_table(record) {
		for (const row of record.sockets || []) {
			this.meet(row.socket, row.lane);
			this.change(row.socket.id, { ...row.queues });
			this.enter_state(row.socket.id, undefined, row.state, row.witness);
		}
	}

	apply(record) {
		this.changes = [];
		if (record.type === 'call')
			this.hear_call(record);
		else if (record.type === 'enter' && record.socket)
			this.meet(record.socket, record.lane);
		else if (record.type === 'state')
			this.hear_state(record);
		else if (record.type === 'segment' && record.socket)
			this.meet(record.socket, record.from_lane || record.to_lane);
		else if (record.type === 'process' && record.what === 'exit')
			this.hear_exit(record);
		else if (record.type === 'sockets')
			this.hear_table(record);
	}
}

const snapshots = []; /* {line, world}: all before that line has happened */
const passing = new World();

/* The first pass leaves snapshots behind: fewer where there are very many sockets. */
function world_pass(line, record) {
	const last = snapshots.length ? snapshots[snapshots.length - 1].line : -Infinity;
	if (line - last >= Math.max(SNAPSHOT_EVERY, passing.sockets.size))
		snapshots.push({ line, world: passing.copy() });
	passing.apply(record);
}

/* The world where somebody looked last, which is where most go on from. */
const stood = { line: -1, world: new World() };

function snapshot_before(line) {
	let low = 0, high = snapshots.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (snapshots[middle].line <= line)
			low = middle;
		else
			high = middle - 1;
	}
	return snapshots[low];
}

/* What happened up to a line, which is the next one that has not. The world that is returned goes
 * on with the next call: whoever wants to keep something of it copies that. */
function world_at(line) {
	const near = snapshot_before(line);
	if (stood.line > line || stood.line < near.line) {
		stood.world = near.world.copy();
		stood.line = near.line;
	}
	for (; stood.line < line; stood.line++)
		stood.world.apply(records.line(stood.line));
	return stood.world;
}

/* The world after a row, and what changed in it. */
function world_of_row(row) {
	const line = rows.moment.at(row);
	const world = world_at(row > 0 ? Math.min(rows.moment.at(row - 1), line) : 0);
	const changes = [];
	for (; stood.line < line; stood.line++) {
		world.apply(records.line(stood.line));
		changes.push(...world.changes);
	}
	return { world, changes };
}
