import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/**
 * Resolves names of hosts for connections, and refuses names with any address that is not allowed.
 * The connection then goes to the very address that was checked.
 */
export const checkedLookup =
  (isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      // Lambda has no outbound IPv6.
      const inOrder = addresses.toSorted((left, right) => left.family - right.family);
      const [first] = inOrder;
      if (!first || !inOrder.every(({ address }) => isAllowed(address))) {
        return callback(new Error('the host has an address that is not allowed'), []);
      }
      return options.all ? callback(null, inOrder) : callback(null, first.address, first.family);
    });
  };

/** Whether a URL's host is an address that is not allowed; names are checked when they are resolved. */
export function isForbiddenAddress(
  { hostname }: URL,
  isAllowed: (address: LookupAddress['address']) => boolean,
): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) !== 0 && !isAllowed(host);
}
