import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/**
 * A request without a query; by default a POST. Names of headers are in lower case. The path is as on the wire, so its
 * segments are encoded; without one, it is the root.
 */
export type UnsignedRequest = {
  method?: 'POST' | 'GET' | 'PUT' | 'DELETE';
  path?: string;
  headers: Record<string, string>;
  body: string;
};

type Scope = { service: string; region: string };

/**
 * Signs requests by AWS Signature Version 4. Keeps the key of the day, so that a signature costs two
 * hashes and one HMAC.
 */
export function createSigner({ service, region }: Scope) {
  let kept: { day: string; secret: string; key: KeyObject } | undefined;

  function keyOf(day: string, secret: string): KeyObject {
    if (kept?.day !== day || kept.secret !== secret) {
      const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
        (previous, part) => hmac(previous, part).digest(),
        `AWS4${secret}`,
      );
      // An HMAC with a key object costs a fraction of one with bytes.
      kept = { day, secret, key: createSecretKey(Buffer.from(key)) };
    }
    return kept.key;
  }

  /** Returns the headers together with those that date and sign the request. */
  return function sign(
    { method = 'POST', path = '/', headers, body }: UnsignedRequest,
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    nowMs: number,
  ): Record<string, string> {
    const time = `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const day = time.slice(0, 8);
    const dated: Record<string, string> = {
      ...headers,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    const named = Object.entries(dated).toSorted(([first], [second]) => (first < second ? -1 : 1));
    const signed = named.map(([name]) => name).join(';');
    const lines = named.map(([name, value]) => `${name}:${value}\n`).join('');
    const signedPath = service === 's3' ? path : canonicalPath(path);
    const canonical = `${method}\n${signedPath}\n\n${lines}\n${signed}\n${hash('sha256', body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = hmac(keyOf(day, secretAccessKey), text).digest('hex');
    return {
      ...dated,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    };
  };
}

/** Every service but S3 signs the path with its segments encoded once more. */
const canonicalPath = (path: string): string =>
  path
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replaceAll(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');

const hmac = (key: string | Buffer | KeyObject, text: string) =>
  createHmac('sha256', key).update(text);
