import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BedrockBatches, createBedrockBatches } from '../../aws/bedrock-batches.ts';
import { answerInLine, recordLine } from '../../domain/batches/batch-file.ts';
import { readRules } from '../../local/bedrock/rules.ts';
import { type Broker, createBroker } from '../../local/broker/fauxqs-broker.ts';
import { type BedrockService, openBedrock } from '../../local/services/bedrock-service.ts';
import { CLAUDE } from '../client/models.ts';

const time = { nowMs: Date.UTC(2026, 0, 15, 9) };
let folder: string;
let broker: Broker;
let service: BedrockService;
let batches: BedrockBatches;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batches-'));
  broker = await createBroker(folder);
  broker.objects.createBucket('jobs');
  await broker.application.listen({ host: '127.0.0.1', port: 0 });
  const { port } = broker.application.server.address() as AddressInfo;
  const clock = {
    now: () => time.nowMs,
    offsetMs: () => 0,
    advance: () => undefined,
    buffer: new SharedArrayBuffer(8),
  };
  service = await openBedrock({ clock }, { jobs: { objects: () => broker.objects } });
  const local = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  batches = createBedrockBatches({
    bucket: 'jobs',
    roleArn: 'arn:aws:iam::000000000000:role/batches',
    bedrock: { ...local, endpoint: service.endpoint },
    s3: { ...local, endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true },
  });
});
afterAll(async () => {
  await service?.stop();
  await broker?.stop();
  rmSync(folder, { recursive: true });
});

async function* lines(count: number) {
  for (let at = 0; at < count; at += 1) {
    await Promise.resolve();
    yield recordLine(`record-${at}`, {
      messages: [{ role: 'user', content: [{ text: `Which river is number ${at}?` }] }],
      inferenceConfig: { maxTokens: 30 },
    });
  }
}

async function start(batchId: string): Promise<string> {
  const begun = await batches.start(batchId, CLAUDE, 24);
  if (begun.kind === 'refused') throw new Error(begun.reason);
  return begun.jobArn;
}

it('says why Bedrock does not start a batch', async () => {
  expect(await batches.start('none', 'nobody.knows', 24)).toEqual({
    kind: 'refused',
    reason: 'ValidationException',
  });
});

it('serves a file of requests, and tells what became of each', async () => {
  await batches.write('one', lines(150));
  const jobArn = await start('one');
  expect(await start('one')).toBe(jobArn);
  const status = await batches.status(jobArn);
  expect(status).toEqual({
    kind: 'ended',
    status: 'Completed',
    message: undefined,
    hasOutput: true,
    processed: 150,
  });
  const answers = [];
  for await (const line of batches.answers('one', jobArn)) answers.push(answerInLine(line));
  expect(answers).toHaveLength(150);
  expect(answers[7]).toMatchObject({ recordId: 'record-7', kind: 'answered' });
  expect(await batches.manifest('one', jobArn)).toMatchObject({ total: 150, succeeded: 150 });
});

it('says that nothing was written, and stops what runs', async () => {
  service.bedrock.setRules(readRules({ jobs: { waitMs: 60_000 } }, 'the test'));
  await batches.write('two', lines(100));
  const jobArn = await start('two');
  expect(await batches.status(jobArn)).toMatchObject({ kind: 'running' });
  await batches.stop(jobArn);
  expect(await batches.status(jobArn)).toMatchObject({ status: 'Stopped', processed: 0 });
  const written = [];
  for await (const line of batches.answers('two', jobArn)) written.push(line);
  expect([written, await batches.manifest('two', jobArn)]).toEqual([[], undefined]);
});

it('leaves no file if the lines break off', async () => {
  async function* broken() {
    yield* lines(3);
    throw new Error('the store is gone');
  }
  await expect(batches.write('three', broken())).rejects.toThrow('the store is gone');
  const { objects } = broker.objects.listObjects('jobs', { prefix: 'batches/three' });
  expect(objects).toEqual([]);
});
