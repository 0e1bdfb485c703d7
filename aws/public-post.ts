import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from '../contracts/public-address.ts';

export type PublicPost = { url: string; body: string; headers?: Record<string, string> };

type World = {
  resolve: (host: string) => Promise<LookupAddress[]>;
  isAllowed: (address: string) => boolean;
  request: typeof httpsRequest;
  timeoutMs: number;
};

const INTERNET: World = {
  resolve: (host) => lookup(host, { all: true }),
  isAllowed: isPublicAddress,
  request: httpsRequest,
  timeoutMs: 5_000,
};

/**
 * Posts JSON to addresses that people configured, without becoming a way into the own network: a
 * name is resolved once, every address it has must be a public one, and the connection goes to the
 * address that was checked. Redirects are not followed and answers are not read.
 */
export function createPublicPost(world: Partial<World> = {}) {
  const { resolve, isAllowed, request, timeoutMs } = { ...INTERNET, ...world };

  async function addressOf(host: string): Promise<LookupAddress> {
    const addresses = await resolve(host).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`the host was not found: ${error.code ?? error.name}`);
    });
    // Lambda has no way out by IPv6.
    const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
    if (!chosen || !addresses.every(({ address }) => isAllowed(address))) {
      throw new Error('the host resolves to an address that is not public');
    }
    return chosen;
  }

  return {
    /**
     * @throws Error without URL or body, when the host is not public, does not answer in five
     *   seconds, or answers anything but 200 to 299
     */
    async post({ url, body, headers }: PublicPost): Promise<void> {
      const signal = AbortSignal.timeout(timeoutMs);
      const { hostname, port, pathname, search } = new URL(url);
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      const pinned = await Promise.race([addressOf(host), rejectedBy(signal)]);
      const status = await new Promise<number>((settle, reject) => {
        const sent = request({
          method: 'POST',
          host: pinned.address,
          // A certificate of an address is compared with the address, without a name.
          servername: isIP(host) === 0 ? host : '',
          port: port === '' ? 443 : Number(port),
          path: pathname + search,
          headers: {
            host: port === '' ? hostname : `${hostname}:${port}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'purser',
            ...headers,
          },
          agent: false,
          signal,
        });
        sent.once('response', (answer) => {
          settle(answer.statusCode ?? 0);
          answer.destroy();
        });
        sent.once('error', (error: NodeJS.ErrnoException) =>
          reject(new Error(`the host did not accept the request: ${error.code ?? error.name}`)),
        );
        sent.end(body);
      });
      if (status < 200 || status > 299) throw new Error(`the host answered ${status}`);
    },
  };
}

const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the host was not found in time')));
  });
