import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDepartmentCredentials } from '../../aws/department-credentials.ts';

/** STS on this machine: answers in its XML, or with an error. */
let server: Server;
let endpoint: string;
const asked: URLSearchParams[] = [];
let isDown = false;
let nowMs = 0;
const errors: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(new URLSearchParams(body));
      if (isDown) {
        response
          .writeHead(403)
          .end(
            '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
          );
        return;
      }
      const expiration = new Date(nowMs + 3_600_000).toISOString();
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>key-${asked.length}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  errors.length = 0;
  isDown = false;
  nowMs = Date.UTC(2026, 10, 30);
});
afterAll(() => new Promise((done) => server.close(done)));

const open = () =>
  createDepartmentCredentials({
    roleArn: 'arn:aws:iam::123456789012:role/purser-dev-model-caller-us-east-1',
    now: () => nowMs,
    onError: (error) => errors.push(error),
    config: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
  });
const research = { organizationId: 'acme', departmentId: 'research & more' };

test('calls go in the name of their department, by credentials that are kept for an hour', async () => {
  const credentials = open();
  const [first, again] = await Promise.all([credentials(research), credentials(research)]);
  expect(first).toEqual({ accessKeyId: 'key-1', secretAccessKey: 'secret', sessionToken: 'token' });
  expect(again).toEqual(first);
  const [request] = asked;
  expect(Object.fromEntries(request ?? [])).toMatchObject({
    Action: 'AssumeRole',
    'Tags.member.1.Value': 'acme',
    'Tags.member.2.Key': 'department',
    'Tags.member.2.Value': 'research _ more',
  });
  // The name of the session, which every log shows, is a pseudonym.
  expect(request?.get('RoleSessionName')).toMatch(/^purser-[0-9a-f]{32}$/);
  nowMs += 54 * 60_000;
  await credentials(research);
  expect(asked).toHaveLength(1);
  nowMs += 2 * 60_000;
  expect((await credentials(research))?.accessKeyId).toBe('key-2');
});

test('departments have sessions of their own, and others none', async () => {
  const credentials = open();
  await credentials(research);
  await credentials({ organizationId: 'acme', departmentId: 'sales' });
  expect(new Set(asked.map((request) => request.get('RoleSessionName'))).size).toBe(2);
  expect(await credentials({ organizationId: 'acme' })).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test("without credentials, calls go by the function's own role for a minute", async () => {
  const credentials = open();
  isDown = true;
  expect(await credentials(research)).toBeUndefined();
  expect(errors).toHaveLength(1);
  isDown = false;
  nowMs += 59_000;
  expect(await credentials(research)).toBeUndefined();
  nowMs += 2_000;
  expect(await credentials(research)).toBeDefined();
});
