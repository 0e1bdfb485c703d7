import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockClient,
  CreateModelCustomizationJobCommand,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelCustomizationJobCommand,
  GetModelInvocationJobCommand,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRules } from '../../../local/bedrock/rules.ts';
import { type Broker, createBroker } from '../../../local/broker/fauxqs-broker.ts';
import { type BedrockService, openBedrock } from '../../../local/services/bedrock-service.ts';
import { CLAUDE } from './stand-in.ts';

const HOUR_MS = 3_600_000;
const ROLE = 'arn:aws:iam::000000000000:role/batches';
const time = { nowMs: Date.UTC(2026, 0, 15, 9) };
const now = (): number => time.nowMs;
const clock = {
  now,
  offsetMs: () => 0,
  advance: () => undefined,
  buffer: new SharedArrayBuffer(8),
};
let folder: string;
let broker: Broker;
let service: BedrockService;
let client: BedrockClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bedrock-jobs-'));
  broker = await createBroker(folder);
  broker.objects.createBucket('work');
  service = await openBedrock(
    { clock },
    {
      jobs: { objects: () => broker.objects, file: join(folder, 'jobs.json') },
    },
  );
  client = new BedrockClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client?.destroy();
  await service?.stop();
  await broker?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  service.bedrock.setRules(readRules({}, 'the default'));
  service.bedrock.clear();
});

const set = (jobs: object, rules: readonly object[] = []) =>
  service.bedrock.setRules(readRules({ jobs, rules }, 'the test'));
const put = (key: string, rows: readonly unknown[]) =>
  broker.objects.putObject(
    'work',
    key,
    Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  );
const textOf = (key: string) => broker.objects.getObject('work', key).body.toString('utf8');
const question = (at: number, maxTokens = 40) => ({
  recordId: `R${at}`,
  modelInput: {
    messages: [{ role: 'user', content: [{ text: `Tell me of river ${at}.` }] }],
    inferenceConfig: { maxTokens },
  },
});
const questions = (count: number) => Array.from({ length: count }, (_, at) => question(at));

function create(key: string, more: Partial<CreateModelInvocationJobCommandInput> = {}) {
  return client.send(
    new CreateModelInvocationJobCommand({
      jobName: 'rivers',
      roleArn: ROLE,
      modelId: CLAUDE,
      modelInvocationType: 'Converse',
      inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://work/${key}` } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://work/out/' } },
      ...more,
    }),
  );
}
const look = (jobIdentifier: string | undefined) =>
  client.send(new GetModelInvocationJobCommand({ jobIdentifier }));
const outputOf = (jobArn: string | undefined, name: string) =>
  textOf(`out/${jobArn?.slice(-12) ?? ''}/${name}`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>);

describe('a batch job', () => {
  it('answers every record, tells which failed, and sums up in its manifest', async () => {
    put('in/a.jsonl', questions(100));
    set({}, [
      { when: { text: 'river 7.' }, steps: [{ fault: { kind: 'modelError' } }] },
      { steps: [{ outputTokens: 12 }] },
    ]);
    const { jobArn } = await create('in/a.jsonl');
    const job = await look(jobArn);
    expect(job).toMatchObject({
      status: 'Completed',
      totalRecordCount: 100,
      successRecordCount: 99,
      errorRecordCount: 1,
    });
    const rows = outputOf(jobArn, 'a.jsonl.out');
    expect(rows).toHaveLength(100);
    expect(rows[7]).toMatchObject({ recordId: 'R7', error: { errorCode: 424 } });
    expect(rows[8]).toMatchObject({
      recordId: 'R8',
      modelInput: question(8).modelInput,
      modelOutput: { usage: { outputTokens: 12 }, output: { message: { role: 'assistant' } } },
    });
    const inputTokens = service.bedrock.record
      .list()
      .reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
    expect(outputOf(jobArn, 'manifest.json.out')).toEqual([
      {
        totalRecordCount: 100,
        processedRecordCount: 100,
        successRecordCount: 99,
        errorRecordCount: 1,
        inputTokenCount: inputTokens,
        outputTokenCount: 99 * 12,
      },
    ]);
    expect(service.bedrock.record.list()).toHaveLength(100);
  });

  it('takes the bodies of InvokeModel, and a folder of files', async () => {
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 20,
      messages: [{ role: 'user', content: 'Which river?' }],
    };
    put('folder/a.jsonl', [{ recordId: 'one', modelInput: body }]);
    put('folder/b.jsonl', [{ recordId: 'two', modelInput: { ...body, max_tokens: 'many' } }]);
    set({ minimumRecords: 2 });
    const { jobArn } = await create('folder/', { modelInvocationType: 'InvokeModel' });
    expect(await look(jobArn)).toMatchObject({ status: 'Completed', errorRecordCount: 1 });
    expect(outputOf(jobArn, 'a.jsonl.out')[0]).toMatchObject({
      modelOutput: { type: 'message', usage: { output_tokens: expect.any(Number) as number } },
    });
    expect(outputOf(jobArn, 'b.jsonl.out')[0]).toMatchObject({ error: { errorCode: 400 } });
  });

  it('waits, works at its pace, and can be stopped', async () => {
    put('slow/a.jsonl', questions(100));
    set({ waitMs: HOUR_MS, recordsPerSecond: 0.01 });
    const { jobArn } = await create('slow/a.jsonl');
    expect((await look(jobArn)).status).toBe('Validating');
    time.nowMs += 40 * 60_000;
    expect((await look(jobArn)).status).toBe('Scheduled');
    time.nowMs += 20 * 60_000 + 2_500_000;
    expect(await look(jobArn)).toMatchObject({ status: 'InProgress', processedRecordCount: 25 });
    await client.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn }));
    expect(await look(jobArn)).toMatchObject({ status: 'Stopped', processedRecordCount: 25 });
    expect(outputOf(jobArn, 'a.jsonl.out')).toHaveLength(25);
    await expect(
      client.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn })),
    ).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('expires if it never began, and is partly done if its time ends', async () => {
    put('late/a.jsonl', questions(100));
    set({ waitMs: 30 * HOUR_MS });
    const never = await create('late/a.jsonl');
    time.nowMs += 24 * HOUR_MS;
    expect((await look(never.jobArn)).status).toBe('Expired');
    set({ recordsPerSecond: 50 / (24 * 3_600) });
    const partly = await create('late/a.jsonl');
    time.nowMs += 48 * HOUR_MS;
    expect(await look(partly.jobArn)).toMatchObject({
      status: 'PartiallyCompleted',
      totalRecordCount: 100,
      processedRecordCount: 50,
    });
  });

  it.each([
    ['too few records', questions(3), /has 3 records.*minimum is 100/],
    ['lines that are no records', [{ recordId: 'x' }], /Line 1 of a.jsonl/],
    ['no file', undefined, /contains no .jsonl file/],
  ])('fails with %s', async (name, rows, message) => {
    const key = `${name.replaceAll(' ', '-')}/`;
    if (rows !== undefined) put(`${key}a.jsonl`, rows);
    const job = await look((await create(key)).jobArn);
    expect(job.status).toBe('Failed');
    expect(job.message).toMatch(message);
  });

  it('is created once for a token, and survives a restart', async () => {
    put('in/a.jsonl', questions(100));
    const first = await create('in/a.jsonl', { clientRequestToken: 'once' });
    const second = await create('in/a.jsonl', { clientRequestToken: 'once' });
    expect(second.jobArn).toBe(first.jobArn);
    const jobs = { objects: () => broker.objects, file: join(folder, 'jobs.json') };
    const again = await openBedrock({ clock }, { jobs });
    const other = new BedrockClient({
      endpoint: again.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const job = await other.send(new GetModelInvocationJobCommand({ jobIdentifier: first.jobArn }));
    expect(job.status).toBe('Completed');
    other.destroy();
    await again.stop();
  });

  it.each([
    ['a model that nobody knows', { modelId: 'nobody.knows' }, /model identifier is invalid/],
    ['two hours', { timeoutDurationInHours: 2 }, /timeoutDurationInHours/],
    ['a role that is none', { roleArn: 'me' }, /roleArn/],
  ])('is refused for %s', async (_name, more, message) => {
    await expect(create('in/a.jsonl', more)).rejects.toThrow(message);
  });
});

describe('a training job', () => {
  const train = (trainingUri: string, epochCount = '2') =>
    client.send(
      new CreateModelCustomizationJobCommand({
        jobName: 'tuned',
        customModelName: 'tuned',
        roleArn: ROLE,
        baseModelIdentifier: 'amazon.nova-lite-v1:0',
        trainingDataConfig: { s3Uri: trainingUri },
        outputDataConfig: { s3Uri: 's3://work/trained' },
        hyperParameters: { epochCount },
      }),
    );
  const lookAt = (jobIdentifier: string | undefined) =>
    client.send(new GetModelCustomizationJobCommand({ jobIdentifier }));

  it('takes as long as its tokens, and writes its metrics', async () => {
    put('train.jsonl', [{ prompt: 'a b c', completion: 'd' }]);
    set({ trainedTokensPerSecond: 0.01 });
    const { jobArn } = await train('s3://work/train.jsonl');
    expect((await lookAt(jobArn)).status).toBe('InProgress');
    time.nowMs += 24 * HOUR_MS;
    const job = await lookAt(jobArn);
    expect([job.status, job.outputModelArn]).toEqual([
      'Completed',
      expect.stringContaining(':custom-model/') as string,
    ]);
    const folderOf = `trained/model-customization-job-${jobArn?.slice(-12) ?? ''}`;
    const metrics = textOf(`${folderOf}/training_artifacts/step_wise_training_metrics.csv`);
    expect(metrics.split('\n')).toHaveLength(42);
  });

  it('fails without data', async () => {
    const { jobArn } = await train('s3://work/nothing.jsonl');
    expect(await lookAt(jobArn)).toMatchObject({
      status: 'Failed',
      failureMessage: expect.stringContaining('no training records') as string,
    });
  });
});
