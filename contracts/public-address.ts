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
