import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Config } from '../config.ts';
import { log } from '../platform/observation/log.ts';

export type WebServer = Server | TlsServer;

/** Milliseconds between two looks at the files of a certificate. */
export const certificateInterval = 60_000;
/** Milliseconds to agree on keys: two round trips. Node's two minutes are for nobody who means it. */
const handshakeTimeout = 10_000;

type Certificate = { cert: Buffer; key: Buffer };

/**
 * A server for HTTP, or for HTTPS when there is a certificate (TLS_CERT_FILE and TLS_KEY_FILE). One that is renewed on disk
 * is taken over within a minute; connections that stand keep the old one.
 * @throws ConfigError when the files cannot be used
 */
export function createWebServer({ tls }: Config, options: ServerOptions, listener: RequestListener): WebServer {
  if (!tls) return createPlainServer(options, listener);
  const certificate = readFirst(tls);
  const server = createTlsServer({ ...options, ...certificate, minVersion: 'TLSv1.2', handshakeTimeout }, listener);
  const timer = setInterval(keepUp(server, tls, certificate), certificateInterval).unref();
  server.once('close', () => clearInterval(timer));
  return server;
}

/** Looks at the certificate before anything else starts. @throws ConfigError when the files cannot be used */
export function checkCertificate({ tls, servesWeb }: Config): void {
  if (tls && servesWeb) readFirst(tls);
}

function readFirst(files: NonNullable<Config['tls']>): Certificate {
  try {
    return read(files);
  } catch (error) {
    throw new ConfigError(`TLS_CERT_FILE and TLS_KEY_FILE cannot be used: ${(error as Error).message}`);
  }
}

/** @throws when a file is missing, or the two do not belong together */
function read({ certFile, keyFile }: NonNullable<Config['tls']>): Certificate {
  const certificate = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  createSecureContext(certificate);
  return certificate;
}

/**
 * Looks at what is in the files rather than at their times: they may be links to others. While one file is new and the other
 * old, which belong to no pair, the certificate in use stays.
 */
function keepUp(server: TlsServer, files: NonNullable<Config['tls']>, first: Certificate): () => void {
  let current = first;
  return () => {
    try {
      const { cert, key } = read(files);
      if (cert.equals(current.cert) && key.equals(current.key)) return;
      server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
      current = { cert, key };
      log.info('a renewed certificate is in use');
    } catch (err) {
      log.error({ err }, 'the renewed certificate cannot be used; the old one stays');
    }
  };
}
