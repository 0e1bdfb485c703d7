import { Agent, request } from 'node:http';

export type RawRequest = {
  method: string;
  /** Sent unchanged: nothing is normalized or escaped. */
  path: string;
  /** A header without a value is left out. */
  headers?: Record<string, string | string[] | undefined>;
  body?: string | Buffer | undefined;
};

export type RawAnswer = {
  status: number;
  contentType: string;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};

export type RawClient = ReturnType<typeof createRawClient>;

/** Sends requests that no proper client would send. */
export function createRawClient(url: string) {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    close: () => agent.destroy(),
    send: ({ method, path, headers, body }: RawRequest): Promise<RawAnswer> =>
      new Promise((resolve, reject) => {
        const bytes = body === undefined ? undefined : Buffer.from(body);
        const sent = request(
          {
            agent,
            hostname,
            port,
            method,
            path,
            headers: present({
              'content-length': bytes && String(bytes.length),
              ...headers,
            }),
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                headers: response.headers,
                text: Buffer.concat(chunks).toString('utf8'),
              }),
            );
          },
        );
        sent.once('error', reject);
        sent.end(bytes);
      }),
  };
}

const present = (
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
