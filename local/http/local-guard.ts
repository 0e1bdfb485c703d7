import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request may not use a path of the local run. */
export type LocalRefusal = {
  statusCode: 401 | 403;
  detail: string;
};

/** What a path under `/_local/` requires of the caller. */
export type LocalAccess = 'from-here' | 'with-key';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses requests that a web page could send through a local user's browser. A page that points
 * its own name at 127.0.0.1 (DNS rebinding) keeps that name in `Host`, and a cross-site request
 * shows in `Origin` or `Sec-Fetch-Site`. Paths that change anything, or reveal more than the clock
 * and the inbox, also require the key printed at start.
 */
export function localRefusal(
  request: IncomingMessage,
  { access, key }: { access: LocalAccess; key: string | undefined },
): LocalRefusal | undefined {
  const { host = '', origin, authorization } = request.headers;
  const name = host.replace(/:\d+$/, '');
  if (!LOOPBACK.has(name) || host !== `${name}:${request.socket.localPort}`) {
    return {
      statusCode: 403,
      detail: `Ask by the address of this machine, such as 127.0.0.1:${request.socket.localPort}.`,
    };
  }
  const site = request.headers['sec-fetch-site'];
  const isOwn = origin === undefined || origin === `http://${host}`;
  if (!isOwn || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    return { statusCode: 403, detail: 'Pages of other origins may not ask this.' };
  }
  if (access === 'from-here') return undefined;
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (key !== undefined && token !== undefined && isSame(token, key)) return undefined;
  return {
    statusCode: 401,
    detail: "Send the admin's key, which the start printed, as Authorization: Bearer <key>.",
  };
}

const isSame = (left: string, right: string): boolean =>
  timingSafeEqual(digest(left), digest(right));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
