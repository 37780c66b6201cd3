/* The page's own words, each in English and Chinese. What the record says is in the record. */
const WORDS = {
	accept_queue: ['waiting for accept()', '等待 accept()'],
	all_calls: ['all calls', '所有调用'],
	all_errors: ['all results', '所有结果'],
	all_lanes: ['all lanes', '所有泳道'],
	all_rules: ['all rules', '所有规则'],
	all_sockets: ['all sockets', '所有套接字'],
	any_error: ['any error', '任何错误'],
	arguments: ['Arguments', '参数'],
	at: ['at', '时刻'],
	back: ['step back (←)', '后退一步（←）'],
	bytes: ['bytes', '字节'],
	call: ['call', '调用'],
	calls_so_far: ['calls so far', '至今的调用次数'],
	check: ['check', '验证'],
	closed: ['closed', '关闭'],
	connections: ['Connections', '连接'],
	details: ['details of the step', '步骤详情'],
	descriptor: ['fd', 'fd'],
	end: ['end', '端'],
	error: ['error', '错误'],
	evidence: ['evidence', '证据'],
	exits: ['exits', '退出'],
	find: ['search (/)', '搜索（/）'],
	first: ['first step (Home)', '第一步（Home）'],
	fix: ['fix', '解决'],
	from_calls: ['Bytes sent by', '字节来自'],
	handout: ['Handout', '讲义'],
	handout_title: ['print as a handout', '打印为讲义'],
	inferred: ['inferred', '推断'],
	isolated: ['isolated network', '隔离网络'],
	keys: ['keys (?)', '按键（?）'],
	lane: ['lane', '泳道'],
	lanes: ['calls and segments, in their order', '调用与报文段，按发生顺序'],
	last: ['last step (End)', '最后一步（End）'],
	lost: ['evidence lost', '丢失的证据'],
	local: ['local', '本地'],
	mistake: ['mistake', '错误用法'],
	mistakes: ['Mistakes', '错误用法'],
	next: ['step (→)', '前进一步（→）'],
	next_from_line: ['to the next call from this line', '到此行的下一个调用'],
	no_tcp: ['no TCP socket yet', '尚无 TCP 套接字'],
	no_wire: ['calls only', '只看调用'],
	none_found: ['nothing found', '没有找到'],
	notice: ['note', '说明'],
	outside: ['not traced', '未跟踪'],
	play: ['play or pause (space)', '播放或暂停（空格）'],
	queues: ['Queues', '队列'],
	receive_queue: ['receive buffer', '接收缓冲区'],
	received: ['received', '收到'],
	remote: ['remote', '远端'],
	restarted: ['interrupted by a signal, restarts', '被信号中断，将重新开始'],
	rule: ['rule', '规则'],
	scrub: ['position', '位置'],
	segments: ['On the wire', '网络上'],
	send_queue: ['send buffer', '发送缓冲区'],
	sent: ['sent', '发出'],
	slides: ['Slides', '幻灯片'],
	slides_title: ['print a slide for each call', '每个调用打印一张幻灯片'],
	socket: ['socket', '套接字'],
	sockets: ['Sockets at this moment', '此刻的套接字'],
	source: ['Source', '源代码'],
	speed: ['speed', '速度'],
	starts: ['starts', '启动'],
	state: ['state', '状态'],
	states: ['TCP states', 'TCP 状态'],
	syn_rcvd: ['in SYN_RCVD', '处于 SYN_RCVD'],
	theme: ['light or dark (d)', '浅色或深色（d）'],
	unfinished: ['did not return', '没有返回'],
	waited: ['in the kernel', '在内核中'],
	witness: ['witness', '见证'],
	reading: ['reading', '读取中'],
};

const KEYS = [
	['→ ↓', 'one step on', '前进一步'],
	['← ↑', 'one step back', '后退一步'],
	['n p', 'to the next, the previous call', '到下一个、上一个调用'],
	['e', 'to the next error or mistake', '到下一个错误'],
	['space', 'play, pause', '播放、暂停'],
	['Home End', 'first, last step', '第一步、最后一步'],
	['/', 'search; Esc: show all again', '搜索；Esc：重新显示全部'],
	['l', 'English, Chinese', '英文、中文'],
	['d', 'light, dark', '浅色、深色'],
];

const LANGUAGES = ['en', 'zh'];
let language = 'en';

function word(name) {
	return WORDS[name][LANGUAGES.indexOf(language)];
}

/* The fixed labels of the page: data-word is a text, data-title a tip, data-hint a placeholder. */
function label_page() {
	document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
	for (const element of document.querySelectorAll('[data-word]'))
		element.textContent = word(element.dataset.word);
	for (const element of document.querySelectorAll('[data-title]')) {
		element.setAttribute('aria-label', word(element.dataset.title));
		if (element.matches('button, select, input'))
			element.title = word(element.dataset.title);
	}
	for (const element of document.querySelectorAll('[data-hint]'))
		element.placeholder = word(element.dataset.hint);
	document.getElementById('language').textContent = language === 'zh' ? 'English' : '中文';
}

/* --- elements ------------------------------------------------------------------------------- */

/* Text only ever enters the page here and below: as text, whoever wrote it. */
function make(tag, name, ...children) {
	const element = document.createElement(tag);
	if (name)
		element.className = name;
	for (const child of children)
		if (child !== null && child !== undefined && child !== '')
			element.append(child);
	return element;
}

function draw(tag, attributes, ...children) {
	const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, value);
	element.append(...children);
	return element;
}

function by_id(id) {
	return document.getElementById(id);
}
