// A node cluster: the primary accepts each connection and hands its socket to a worker with
// SCM_RIGHTS. cluster.js PORT WORKERS ANSWER; SIGTERM ends it in order.
'use strict';
const cluster = require('cluster');
const http = require('http');
const [port, workers, answer] = process.argv.slice(2);

if (cluster.isPrimary) {
	cluster.schedulingPolicy = cluster.SCHED_RR;
	for (let i = 0; i < Number(workers); i++)
		cluster.fork();
	process.on('SIGTERM', () => cluster.disconnect(() => process.exit(0)));
} else {
	process.on('SIGTERM', () => {});
	http.createServer((request, response) => {
		response.setHeader('Connection', 'close');
		response.end(answer);
	}).listen(Number(port), '127.0.0.1');
}
