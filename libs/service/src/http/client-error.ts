import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON } from '../problem/problem.js';
import { problem } from '../problem/problem-of-error.js';

/**
 * Answers what is no HTTP request, or never became one, and closes its connection: `malformed` with the status HTTP has
 * for it (400, 408, 431).
 */
export function answerClientError(error: { code?: string }, socket: Socket): void {
  // Gone already, or nothing can be written any more.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const [status, detail] = STATUS[error.code ?? ''] ?? [400, 'this is no HTTP request'];
    const body = JSON.stringify(problem('malformed', detail, { status }));
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_JSON}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

const STATUS: Readonly<Record<string, readonly [number, string] | undefined>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are larger than this server reads'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time'],
};
