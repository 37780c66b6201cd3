/* Records as text: a call as the C programmer writes it. Nothing that a stranger wrote gets through
 * that could change a direction, hide, or look like something else: it is escaped as in C. */

const NEVER = new RegExp('[\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4' +
	'\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3164\\ud800-\\udfff' +
	'\\ue000-\\uf8ff\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff\\p{Mn}\\p{Me}\\p{Cn}\\p{Co}\\p{Cs}' +
	'\\u{e0000}-\\u{10ffff}]', 'gu');
const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character) {
	const code = character.codePointAt(0);
	if (SHORT[character])
		return SHORT[character];
	if (code < 0x100)
		return '\\x' + code.toString(16).padStart(2, '0');
	return code < 0x10000 ? '\\u' + code.toString(16).padStart(4, '0')
		: '\\U' + code.toString(16).padStart(8, '0');
}

/* A name, a path, a sentence: as it is, but nothing invisible. */
function inert(text) {
	return String(text === undefined ? '' : text).replace(NEVER, escaped);
}

/* What stands between quotes. */
function literal(text) {
	return text.replace(/["\\]/g, '\\$&').replace(NEVER, escaped);
}

/* Bytes that are no UTF-8: character by character where they are, else \xHH. */
function literal_bytes(base64) {
	const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
	let out = '';
	for (let i = 0; i < bytes.length;) {
		const first = bytes[i];
		const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3
			: first < 0xf5 ? 4 : 0;
		try {
			if (!length)
				throw new TypeError();
			const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
			out += literal(decoder.decode(bytes.subarray(i, i + length)));
			i += length;
		} catch {
			out += '\\x' + first.toString(16).padStart(2, '0');
			i++;
		}
	}
	return out;
}

/* "hello", with "..." behind it if there was more than is shown; at most so many characters. */
function payload(bytes, most) {
	const text = bytes.text === undefined ? undefined : [...bytes.text];
	const shown = text ? literal(text.slice(0, most).join(''))
		: literal_bytes((bytes.base64 || '').slice(0, Math.ceil(most / 3) * 4));
	const whole = bytes.captured === bytes.length && (text ? text.length <= most : bytes.captured <= most);
	return `"${shown}"${whole ? '' : '...'}`;
}

const arguments_of = {
	int: (value) => String(value.value),
	fd: (value) => String(value.value),
	const: (value) => inert(value.symbol) || String(value.value),
	flags: (value) => {
		const names = (value.names || []).map(inert);
		const unknown = names.length ? value.unknown : value.value;
		if (unknown)
			names.push('0x' + BigInt.asUintN(64, BigInt(unknown)).toString(16));
		return names.join('|') || '0';
	},
	bytes: (value, most) => payload(value, most),
	endpoint: (value) => inert(value.value),
	struct: (value, most) => `{${list_of(value.fields, most)}}`,
	array: (value, most) => `[${list_of(value.items, most)}]`,
	address: (value) => (value.value === '0x0' ? 'NULL' : inert(value.value)),
};

function list_of(values, most) {
	const shown = (values || []).slice(0, 32).map((value) =>
		(value.name ? `${inert(value.name)}=` : '') + argument(value, most));
	return shown.join(', ') + ((values || []).length > 32 ? ', ...' : '');
}

function argument(value, most) {
	return Object.hasOwn(arguments_of, value.kind) ? arguments_of[value.kind](value, most) : '?';
}

/* The length of an address or an option says nothing that the argument before it does not. */
function is_hidden(record, i) {
	const value = record.args[i];
	return i > 0 && value.kind === 'int' && /^(addr|opt)len$/.test(value.name) &&
		record.errno !== 'EINVAL' && record.args[i - 1].kind !== 'address';
}

function holds_address(value) {
	return value.kind === 'address' ? value.value !== '0x0'
		: (value.fields || value.items || []).some(holds_address);
}

function call_arguments(record, most) {
	return (record.args || []).filter((value, i) => !is_hidden(record, i))
		.map((value) => argument(value, most));
}

/* How the kernel got it: what it is still to write is left open. */
function call_begun(record, most) {
	const all = record.args || [];
	const open = all.findIndex((value) => holds_address(value) ||
		(record.type === 'call' && value.kind === 'bytes' && /recv|read/.test(record.call)));
	const known = all.filter((value, i) => (open < 0 || i < open) && !is_hidden(record, i));
	const text = known.map((value) => argument(value, most)).join(', ');
	return `${inert(record.call)}(${text}${open < 0 ? ') …' : text ? ', …' : '…'}`;
}

function call_result(record) {
	if (record.restarted)
		return '?';
	return record.errno ? `-1 ${inert(record.errno)}` : String(record.ret);
}

function call_text(record, most = 64) {
	return `${inert(record.call)}(${call_arguments(record, most).join(', ')}) = ${call_result(record)}`;
}

/* --- times and numbers ------------------------------------------------------------------------ */

function seconds(nanoseconds) {
	return (nanoseconds / 1e9).toFixed(6);
}

function duration(nanoseconds) {
	if (nanoseconds < 1e3)
		return `${nanoseconds} ns`;
	if (nanoseconds < 1e6)
		return `${(nanoseconds / 1e3).toPrecision(3)} µs`;
	if (nanoseconds < 1e9)
		return `${(nanoseconds / 1e6).toPrecision(3)} ms`;
	return `${(nanoseconds / 1e9).toPrecision(3)} s`;
}

/* --- segments --------------------------------------------------------------------------------- */

/* A number of the sequence space, counted from the initial one: "x+1". */
function counted(letter, number) {
	return number ? `${letter}+${number}` : letter;
}

function segment_numbers(segment) {
	if (segment.protocol === 'udp')
		return '';
	const relative = segment.relative || {};
	const [own, other] = relative.from === 'other' ? ['y', 'x'] : ['x', 'y'];
	const out = [];
	const flags = segment.flags || [];
	if (flags.some((flag) => flag !== 'ACK' && flag !== 'ECE' && flag !== 'CWR') || segment.length)
		out.push(`seq=${relative.seq === undefined ? segment.seq : counted(own, relative.seq)}`);
	if (flags.includes('ACK'))
		out.push(`ack=${relative.ack === undefined ? segment.ack : counted(other, relative.ack)}`);
	return out.join(' ');
}

function segment_flags(segment) {
	if (segment.protocol === 'udp')
		return 'UDP';
	return (segment.flags || []).map(inert).join(',') || '—';
}

function segment_kind(segment) {
	const flags = segment.flags || [];
	return ['RST', 'SYN', 'FIN'].find((flag) => flags.includes(flag)) ||
		(segment.length || segment.protocol === 'udp' ? 'DATA' : 'ACK');
}

/* --- processes -------------------------------------------------------------------------------- */

function process_text(record) {
	if (record.what === 'start' || record.what === 'exec')
		return `${record.what === 'start' ? word('starts') : 'exec'} ` +
			inert((record.argv || [record.program || '']).join(' '));
	if (record.what === 'exit')
		return `${word('exits')} ${inert(record.signal) || record.status || 0}`;
	return `${record.what} ${inert(record.signal) || ''}`;
}
