import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { readBody } from '../../http/read-body.ts';
import { replaceFile } from '../../store/replace-file.ts';
import { sendJson } from '../deliver.ts';
import { BedrockFault, invalid } from '../fault.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import type { JobRules } from '../rules.ts';
import { regionOf } from '../target.ts';
import { type CustomizationJob, lookAtTraining } from './customization-job.ts';
import { type BatchRecord, type InvocationJob, lookAt } from './invocation-job.ts';
import { type JobPlace } from './job-place.ts';
import { readCustomization, readInvocation } from './job-requests.ts';
import { customizationView, invocationView } from './job-views.ts';

type Parts = {
  now: () => number;
  rules: () => JobRules;
  answer: (record: BatchRecord) => object;
  place: JobPlace | undefined;
};

type Kept = { batches: InvocationJob[]; trainings: CustomizationJob[] };

const PATH = /^\/model-(invocation|customization)-jobs?(?:\/([^/]+))?(\/stop)?$/;
const LARGEST_BODY_BYTES = 1024 * 1024;

/** Bedrock's batch and training jobs: creates them, does their work when its time has come, tells. */
export class JobDesk {
  private readonly parts: Parts;
  private kept: Kept | undefined;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** Whether a path is one of jobs. */
  isFor(url: string): boolean {
    return this.parts.place !== undefined && PATH.test(pathOf(url));
  }

  /** Answers one request. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-amzn-requestid', randomUUID());
    try {
      const bytes = await readBody(request, LARGEST_BODY_BYTES);
      const region = regionOf(request.headers);
      if (!Buffer.isBuffer(bytes)) throw invalid('The request body is too large.');
      const json = bytes.length === 0 ? {} : parseJson(bytes.toString('utf8'));
      if (!isObject(json)) throw invalid('The request body must be a JSON object.');
      const { status, body } = this.answer(request.method ?? '', request.url ?? '', json, region);
      this.save();
      sendJson(response, status, body);
    } catch (error) {
      const fault =
        error instanceof BedrockFault ? error : new BedrockFault('internal', String(error));
      response.setHeader('x-amzn-errortype', fault.exception);
      sendJson(response, fault.status, { message: fault.message });
    }
  }

  private answer(method: string, url: string, body: Json, region: string) {
    const [, kind, encoded, stop] = PATH.exec(pathOf(url)) ?? [];
    const id = encoded === undefined ? undefined : decodeURIComponent(encoded);
    const desk = kind === 'invocation' ? this.batches() : this.trainings();
    if (method === 'POST' && id === undefined) {
      const { refusal } = this.parts.rules();
      if (refusal !== undefined) throw invalid(refusal);
      return desk.create(body, region);
    }
    if (method === 'GET' && id === undefined) return { status: 200, body: desk.list() };
    if (id === undefined) throw new BedrockFault('unknownOperation');
    if (method === 'POST' && stop !== undefined) return { status: 200, body: desk.stop(id) };
    if (method === 'GET' && stop === undefined) return { status: 200, body: desk.view(id) };
    throw new BedrockFault('unknownOperation');
  }

  private batches() {
    const { now, rules, answer } = this.parts;
    const { batches } = this.load();
    const look = (job: InvocationJob) =>
      lookAt(job, now(), { rules: rules(), objects: this.objects(), answer });
    const view = (job: InvocationJob) => invocationView(job, look(job));
    return {
      create: (body: Json, region: string) => {
        const job = addOnce(batches, readInvocation(body, region, now()));
        return { status: 200, body: { jobArn: job.jobArn } };
      },
      list: () => ({ invocationJobSummaries: batches.map(view) }),
      view: (id: string) => view(jobOf(batches, id)),
      stop: (id: string) => stopJob(jobOf(batches, id), look, now()),
    };
  }

  private trainings() {
    const { now, rules } = this.parts;
    const { trainings } = this.load();
    const look = (job: CustomizationJob) =>
      lookAtTraining(job, now(), { rules: rules(), objects: this.objects() });
    const view = (job: CustomizationJob) => customizationView(job, look(job));
    return {
      create: (body: Json, region: string) => {
        const job = addOnce(trainings, readCustomization(body, region, now()));
        return { status: 201, body: { jobArn: job.jobArn } };
      },
      list: () => ({ modelCustomizationJobSummaries: trainings.map(view) }),
      view: (id: string) => view(jobOf(trainings, id)),
      stop: (id: string) => stopJob(jobOf(trainings, id), look, now()),
    };
  }

  private objects() {
    const { place } = this.parts;
    if (place === undefined) throw new BedrockFault('unknownOperation');
    return place.objects();
  }

  private load(): Kept {
    const file = this.parts.place?.file;
    this.kept ??=
      file !== undefined && existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Kept)
        : { batches: [], trainings: [] };
    return this.kept;
  }

  private save(): void {
    const file = this.parts.place?.file;
    if (file !== undefined && this.kept !== undefined) replaceFile(file, JSON.stringify(this.kept));
  }
}

const pathOf = (url: string): string => url.split('?')[0] ?? '';

type AnyJob = {
  jobArn: string;
  clientRequestToken?: string;
  stopRequestedAtMs?: number;
  end?: unknown;
};

/** The job itself, or the one that the same token created before. */
function addOnce<Job extends AnyJob>(jobs: Job[], job: Job): Job {
  const { clientRequestToken: token } = job;
  const earlier = jobs.find((each) => token !== undefined && each.clientRequestToken === token);
  if (earlier !== undefined) return earlier;
  jobs.push(job);
  return job;
}

function jobOf<Job extends AnyJob>(jobs: readonly Job[], id: string): Job {
  const job = jobs.find(({ jobArn }) => jobArn === id || jobArn.endsWith(`/${id}`));
  if (job === undefined) throw new BedrockFault('notFound', 'The job was not found.');
  return job;
}

function stopJob<Job extends AnyJob>(job: Job, look: (job: Job) => object, nowMs: number): object {
  look(job);
  if (job.end !== undefined) throw new BedrockFault('conflict');
  job.stopRequestedAtMs ??= nowMs;
  look(job);
  return {};
}
