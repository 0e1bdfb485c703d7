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
 * Posts JSON to addresses that people configured, without giving them access to our network.
 * Resolves a name once, requires all of its addresses to be public, and connects to the checked
 * address. Does not follow redirects or read answers.
 */
export function createPublicPost(world: Partial<World> = {}) {
  const { resolve, isAllowed, request, timeoutMs } = { ...INTERNET, ...world };

  async function addressOf(host: string): Promise<LookupAddress> {
    const addresses = await resolve(host).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`the host was not found: ${error.code ?? error.name}`);
    });
    // Lambda has no outbound IPv6.
    const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
    if (!chosen || !addresses.every(({ address }) => isAllowed(address))) {
      throw new Error('the host resolves to an address that is not public');
    }
    return chosen;
  }

  return {
    /**
     * @throws Error without URL or body if the host is not public, does not answer in five seconds,
     *   or answers anything but 200 to 299
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
          // For an IP address, the certificate is checked against the address, and there is no
          // server name.
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
