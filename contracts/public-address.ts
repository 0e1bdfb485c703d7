import ipaddr from 'ipaddr.js';

/** The only part of IPv6 allocated to the public so far. */
const PUBLIC_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address, in any notation, is on the public Internet: not private, loopback,
 * link-local (where clouds keep their credentials), multicast or reserved, and not embedding such
 * an address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(PUBLIC_V6);
}

/** Why Purser will not post to a URL, or `undefined` if it will. Does not resolve names. */
export function faultOfPublicUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') return 'must be an https URL';
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (ipaddr.isValid(host)) {
    return isPublicAddress(host) ? undefined : 'must not point to a private or reserved address';
  }
  const isInternal = !host.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(host);
  return isInternal ? 'must name a host on the public Internet' : undefined;
}

/** A host, or all hosts under a domain: `*.internal.example.com`. */
const isHostIn = (host: string, hosts: readonly string[]): boolean =>
  hosts.some((each) => (each.startsWith('*.') ? host.endsWith(each.slice(1)) : host === each));

/**
 * Whether a URL names one of the private hosts that a deployment allows, on which providers of models
 * may run.
 */
export function isPrivateHost(text: string, privateHosts: readonly string[]): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return isHostIn(url.hostname.replace(/^\[(.*)\]$/, '$1'), privateHosts);
}

/**
 * Whether a private host may have this address. Never a link-local one, where clouds keep their
 * credentials.
 */
export function isPrivateAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ['unicast', 'private', 'uniqueLocal', 'loopback'].includes(
    ipaddr.process(address).range(),
  );
}

/** Why Purser will not send calls of models to an address, or `undefined` if it will. */
export function faultOfProviderUrl(
  text: string,
  privateHosts: readonly string[],
): string | undefined {
  const url = URL.parse(text);
  if (url && (url.search !== '' || url.hash !== '')) return 'must not have a query or a fragment';
  if (url && (url.username !== '' || url.password !== '')) return 'must not contain credentials';
  return isPrivateHost(text, privateHosts) ? undefined : faultOfPublicUrl(text);
}
