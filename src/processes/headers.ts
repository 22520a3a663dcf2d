import { ServerResponse, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config.ts';
import { chooseRequestId } from '../platform/observation/requests.ts';
import { describeOrigin } from './cors.ts';

declare module 'node:http' {
  interface ServerResponse {
    /** Node's own: makes the head of an answer. Everything goes through it: writeHead, and what Node answers by itself. */
    _storeHeader(statusLine: string, headers: unknown): void;
    /** Under which the request is found in the log. */
    readonly requestId?: string;
  }
}

/** What answers with data say of themselves: they are nobody's page, frame, script or picture, and nobody keeps them. */
const common = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/**
 * For GraphiQL, in development: scripts and styles stand in the page itself, fonts and pictures in its styles, the editor's
 * workers are made by its script. It may speak with this server and nobody else.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  'worker-src blob:',
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A year of TLS alone, where there is TLS: ours, or in production a proxy's. Browsers do not heed it when it comes over plain
 * HTTP. Other names below the same domain are not ours to speak for.
 */
const strictTransport = { 'strict-transport-security': 'max-age=31536000' };

type HeaderConfig = Pick<Config, 'isProduction' | 'tls' | 'allowedOrigins'>;

/**
 * The class of all answers of the server, with the headers that each must have. They are put after the status line as text:
 * as headers like others, checked and gathered one by one, they cost five microseconds each time.
 */
export function makeAnswerClass(config: HeaderConfig): typeof ServerResponse {
  const [data, page] = [dataPolicy, pagePolicy].map((policy) => toText(config, policy)) as [string, string];
  return class Answer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    override readonly requestId = chooseRequestId(this.req.headers['x-request-id']);

    override _storeHeader(statusLine: string, headers: unknown): void {
      const text = !config.isProduction && asksForPage(this.req) ? page : data;
      const own = `x-request-id: ${this.requestId}\r\n`;
      super._storeHeader(statusLine + text + own + describeOrigin(this.req, config.allowedOrigins), headers);
    }
  };
}

const toText = ({ isProduction, tls }: HeaderConfig, policy: string): string =>
  Object.entries({
    ...common,
    'content-security-policy': policy,
    ...(isProduction || tls ? strictTransport : {}),
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

/** What Yoga answers with GraphiQL. */
const asksForPage = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' && /^\/graphql\/?(\?|$)/.test(url) && /text\/html/.test(headers.accept ?? '');

const statuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is not HTTP, is too much of it or comes too slowly, as Node does, but with the headers of all answers. */
export function makeRefusal(config: HeaderConfig): (error: NodeJS.ErrnoException, socket: Socket) => void {
  const text = toText(config, dataPolicy);
  return (error, socket) => {
    const { _httpMessage: current } = socket as Socket & { _httpMessage?: ServerResponse };
    // In the midst of an answer a second one would be taken for its continuation.
    if (!socket.writable || current?.headersSent) return void socket.destroy();
    const status = statuses[error.code ?? ''] ?? 400;
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${text}connection: close\r\ncontent-length: 0\r\n\r\n`);
  };
}
