import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInbox } from '../../local/messaging/inbox.ts';
import { MessageService } from '../../local/messaging/message-service.ts';
import { readBuckets } from '../../local/objects/bucket-definition.ts';
import { createBuckets, dateObjects, expireObjects } from '../../local/objects/buckets.ts';
import { resolveTemplate } from '../../local/template/local-template.ts';

const DAY_MS = 86_400_000;
const buckets = [{ name: 'reports', expirationDays: 7 }];
const Key = 'acme/costs of "May".csv';

let directory: string;
let service: MessageService;
let client: S3Client;
let aheadMs = 0;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'purser-objects-'));
  await start();
  await client.send(new PutObjectCommand({ Bucket: 'reports', Key, Body: 'a,b\r\n' }));
});
afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

async function start(): Promise<void> {
  service = await MessageService.start({
    dataDirectory: directory,
    inbox: openInbox(directory),
    now: () => Date.now() + aheadMs,
    invoke: () => undefined,
  });
  createBuckets(service.objects, buckets);
  client = new S3Client({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

const link = (): Promise<string> =>
  getSignedUrl(client, new GetObjectCommand({ Bucket: 'reports', Key }), { expiresIn: 60 });

describe('objects of the local run', () => {
  it('are read by a signed link, also after a restart', async () => {
    expect(await (await fetch(await link())).text()).toBe('a,b\r\n');
    await service.stop();
    await start();
    expect(await (await fetch(await link())).text()).toBe('a,b\r\n');
  });

  it('are not read without a link, by an altered one, or by one for another object', async () => {
    const url = await link();
    const wrong = [
      url.split('?')[0] ?? '',
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'),
      url.replace(/X-Amz-Signature=./, (match) => `${match.slice(0, -1)}x`),
      url.replace('/acme/', '/other/'),
      `${service.endpoint}/reports`,
      service.endpoint,
    ];
    for (const refused of wrong) expect((await fetch(refused)).status, refused).toBe(403);
  });

  it('are written and removed by nobody without credentials, nor by a link to read', async () => {
    const url = await link();
    for (const target of [url, url.split('?')[0] ?? '']) {
      for (const method of ['PUT', 'POST', 'DELETE']) {
        const body = method === 'DELETE' ? undefined : 'x';
        expect((await fetch(target, { method, body })).status, `${method} ${target}`).toBe(403);
      }
    }
    expect(await (await fetch(url)).text()).toBe('a,b\r\n');
  });

  it('are not read by a link that has expired', async () => {
    const url = await link();
    aheadMs = 61_000;
    const answer = await fetch(url);
    aheadMs = 0;
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('it has expired');
  });

  it('go when the lifecycle of their bucket says so', async () => {
    expireObjects(service.objects, buckets, Date.now() + 6 * DAY_MS);
    expect((await fetch(await link())).status).toBe(200);
    expireObjects(service.objects, buckets, Date.now() + 8 * DAY_MS);
    expect((await fetch(await link())).status).toBe(404);
  });

  it('are as old as the local clock says', async () => {
    dateObjects(service.objects, () => Date.now() + 30 * DAY_MS);
    const late = { Bucket: 'reports', Key: 'late.csv' };
    await client.send(new PutObjectCommand({ ...late, Body: 'a\r\n' }));
    expireObjects(service.objects, buckets, Date.now() + 36 * DAY_MS);
    const kept = await client.send(new GetObjectCommand(late));
    expect(await kept.Body?.transformToString()).toBe('a\r\n');
    expireObjects(service.objects, buckets, Date.now() + 38 * DAY_MS);
    await expect(client.send(new GetObjectCommand(late))).rejects.toThrow();
  });

  it('have buckets as the template says', () => {
    const rules = [
      { Status: 'Enabled', ExpirationInDays: 7 },
      { Status: 'Disabled', ExpirationInDays: 1 },
      { Status: 'Enabled', Prefix: 'tmp/', ExpirationInDays: 2 },
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ];
    const stack = {
      name: 'Data',
      directory: '.',
      template: {
        Resources: {
          Reports: {
            Type: 'AWS::S3::Bucket',
            Properties: { BucketName: 'reports', LifecycleConfiguration: { Rules: rules } },
          },
        },
      },
    };
    const template = resolveTemplate([stack as never], { queueBaseUrl: '', apiUrl: '' });
    expect(readBuckets(template)).toEqual(buckets);
  });
});
