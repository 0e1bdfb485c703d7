import { createHash, createHmac } from 'node:crypto';
import { ownValue } from '../own-value.ts';

/** The data needed to check a signed link. */
export type LinkRequest = {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Why a signed link is refused, or `undefined` if it is valid. Checks AWS Signature Version 4 in
 * query parameters, as the Amazon S3 API reference defines it ("Authenticating Requests: Using
 * Query Parameters"), for one pair of credentials.
 */
export function linkFault(
  { method, url, headers }: LinkRequest,
  secretAccessKey: string,
  nowMs: number,
): string | undefined {
  const [path = '', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  const parameter = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
  const date = parameter('Date');
  const [, day = '', region = '', service = '', end = ''] = parameter('Credential').split('/');
  const signedAtMs = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (parameter('Algorithm') !== ALGORITHM || Number.isNaN(signedAtMs)) return 'it is not signed';
  if (nowMs > signedAtMs + Number(parameter('Expires')) * 1000) return 'it has expired';

  const signature = parameter('Signature');
  query.delete('X-Amz-Signature');
  const names = parameter('SignedHeaders').split(';');
  const canonicalRequest = [
    method,
    path,
    [...query]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .toSorted()
      .join('&'),
    ...names.map((name) => `${name}:${String(ownValue(headers, name) ?? '').trim()}`),
    '',
    names.join(';'),
    query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = [day, region, service, end].join('/');
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  const key = [day, region, service, end].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const expected = createHmac('sha256', key)
    .update([ALGORITHM, date, scope, hash].join('\n'))
    .digest('hex');
  return expected === signature ? undefined : 'its signature does not match';
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
