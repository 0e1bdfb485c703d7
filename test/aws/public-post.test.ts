import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPublicPost } from '../../aws/public-post.ts';
import { startReceiver } from '../support/loopback-receiver.ts';

let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.received.splice(0));
afterAll(() => receiver.close());

const post = { url: 'https://hooks.example.com/a?b=c', body: '{"x":1}', headers: { 'x-own': 'y' } };

describe('a post', () => {
  test('reaches the host with its path, name and headers', async () => {
    await receiver.way.post(post);
    expect(receiver.received).toMatchObject([
      {
        path: '/a?b=c',
        body: post.body,
        headers: { host: 'hooks.example.com', 'content-type': 'application/json', 'x-own': 'y' },
      },
    ]);
  });

  test.each([199 + 1, 202, 204])('is taken by an answer of %d', async (status) => {
    receiver.statuses.push(status);
    await receiver.way.post(post);
    expect(receiver.received).toHaveLength(1);
  });

  test.each([302, 400, 401, 404, 429, 500, 503])(
    'is not taken by an answer of %d',
    async (status) => {
      receiver.statuses.push(status);
      await expect(receiver.way.post(post)).rejects.toThrow(`the host answered ${status}`);
      // Redirects are never followed.
      expect(receiver.received).toHaveLength(1);
    },
  );

  test('does not reveal the URL or the body when it fails', async () => {
    receiver.statuses.push(500);
    const error = await receiver.way.post(post).catch((caught: unknown) => caught);
    expect(String(error)).not.toMatch(/example|x":1/);
  });
});

describe('a name', () => {
  const resolvingTo = (...addresses: string[]) => {
    const connected: string[] = [];
    const way = createPublicPost({
      resolve: () =>
        Promise.resolve(
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      request: (options) => {
        connected.push((options as { host: string }).host);
        return request({ ...(options as object), host: '127.0.0.1', port: receiver.port });
      },
    });
    return { way, connected };
  };

  test.each([
    [['127.0.0.1']],
    [['10.0.0.7']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:192.168.0.1']],
    [['8.8.8.8', '10.0.0.7']],
    [[]],
  ])('that leads to %j is not posted to', async (addresses) => {
    const { way, connected } = resolvingTo(...addresses);
    await expect(way.post(post)).rejects.toThrow('resolves to an address that is not public');
    expect(connected).toEqual([]);
  });

  test('is resolved once: the connection goes to the checked address', async () => {
    let asked = 0;
    const connected: string[] = [];
    const way = createPublicPost({
      // The second answer of a DNS rebinding attack points to this machine.
      resolve: () =>
        Promise.resolve([{ address: asked++ === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }]),
      request: (options) => {
        connected.push((options as { host: string }).host);
        return request({ ...(options as object), host: '127.0.0.1', port: receiver.port });
      },
    });
    await way.post(post);
    expect({ asked, connected }).toEqual({ asked: 1, connected: ['8.8.8.8'] });
  });

  test('with addresses of both kinds is posted to by IPv4', async () => {
    const { way, connected } = resolvingTo('2606:4700::1111', '1.1.1.1');
    await way.post(post);
    expect(connected).toEqual(['1.1.1.1']);
  });

  test.each(['https://127.0.0.1/', 'https://[::1]/', 'https://169.254.169.254/latest'])(
    'that is the address %s itself is judged as well',
    async (url) => {
      await expect(createPublicPost().post({ ...post, url })).rejects.toThrow(
        'resolves to an address that is not public',
      );
    },
  );
});

describe('a host that does not answer', () => {
  let silent: Server;
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        silent = createServer(() => undefined).listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => void silent.close());

  const shortly = (world: Parameters<typeof createPublicPost>[0]) =>
    createPublicPost({ isAllowed: () => true, timeoutMs: 50, ...world });

  test('is given up', async () => {
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const way = shortly({
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      request: (options) => request({ ...(options as object), port }),
    });
    await expect(way.post(post)).rejects.toThrow('the host did not accept the request');
  });

  test('or has no name is not found, and its name is not revealed', async () => {
    const refusal = Object.assign(new Error('ENOTFOUND hooks.example.com'), { code: 'ENOTFOUND' });
    const way = shortly({ resolve: () => Promise.reject(refusal) });
    await expect(way.post(post)).rejects.toThrow(/^the host was not found: ENOTFOUND$/);
  });

  test('is given up while its name is looked for', async () => {
    const way = shortly({ resolve: () => new Promise(() => undefined) });
    await expect(way.post(post)).rejects.toThrow('the host was not found in time');
  });
});
