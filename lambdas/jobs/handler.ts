import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { jobRoutes as routes, jobViewOf, queuedJobOf } from '../../contracts/jobs.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { underCeiling } from '../../domain/severity.ts';
import {
  cancelJob,
  changeJob,
  factsOf,
  findJob,
  type ManageJobsDeps,
  noJob,
} from '../../services/jobs/manage-jobs.ts';
import { callWork } from '../../services/jobs/new-work.ts';
import { submitJob, type SubmitDeps } from '../../services/jobs/submit-job.ts';
import { type TemplateDeps, templatedCall } from '../../services/prompts/use-template.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { payerOf } from '../gateway/payer.ts';
import {
  cacheIn,
  converseOf,
  isLimitedAsPredicted,
  marksPrompts,
  shorteningOf,
} from '../gateway/read-call.ts';

type Deps = Edge & SubmitDeps & ManageJobsDeps & TemplateDeps;

const LIST = 'jobs';

/** Work that waits for money. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    createEndpoint(deps),
    listEndpoint(deps),

    endpoint(routes.getJob, async ({ params, caller, call, nowMs }) => {
      const job = await visibleJob(deps, caller, nowMs, params.id);
      return { status: 200, body: jobViewOf(job, await factsOf(deps, job, call.nowMs)) };
    }),

    endpoint(routes.changeJob, async ({ params, body, caller, nowMs }) => {
      const job = await visibleJob(deps, caller, nowMs, params.id);
      const { severity } =
        body.severity === undefined ? {} : underCeiling(body, caller.severityCeiling);
      const changed = await changeJob(deps, job, { severity, deadlineMs: body.deadline }, nowMs);
      return { status: 200, body: jobViewOf(changed, await factsOf(deps, changed, nowMs)) };
    }),

    endpoint(routes.deleteJob, async ({ params, caller, nowMs }) => {
      const job = await visibleJob(deps, caller, nowMs, params.id);
      return { status: 200, body: jobViewOf(await cancelJob(deps, job, nowMs)) };
    }),
  ]);

/** POST /v1/jobs */
const createEndpoint = (deps: Deps) =>
  endpoint(routes.createJob, async ({ body, caller, call, headers, idempotencyKey }) => {
    const { request, severity, deadline: deadlineMs, retryLost: retriesLost } = body;
    const { waitingUsdPerHour: waitingNanoUsdPerHour } = body;
    const read = {
      modelName: request.model ?? request.modelId,
      payer: { ...payerOf(caller, headers, request, true), urgency: 'deferred' as const },
      body: converseOf(request),
      isLimitedAsPredicted: isLimitedAsPredicted(headers),
      marksPrompts: marksPrompts(headers),
      ...cacheIn(headers),
      ...shorteningOf(headers),
    };
    const template = { use: request.template, path: 'request.' };
    const work = callWork(await templatedCall(deps, call, read, template));
    const submitted = await submitJob(deps, call, {
      ...work,
      severity,
      deadlineMs,
      retriesLost,
      waitingNanoUsdPerHour,
      idempotencyKey,
    });
    return {
      status: 202,
      headers: {
        location: `/v1/jobs/${submitted.job.jobId}`,
        'x-purser-decision': 'queue',
      },
      body: queuedJobOf(submitted.job, submitted.place),
    };
  });

/** GET /v1/jobs */
const listEndpoint = (deps: Deps) =>
  endpoint(routes.listJobs, async ({ query, caller }) => {
    const { state, userId, departmentId, system, limit, cursor } = query;
    const isAbout = (filter: string | undefined, value: string | undefined): boolean =>
      filter === undefined || filter === value;
    const page = await deps.jobs.list(caller.organizationId, {
      limit,
      after: decodeCursor(LIST, cursor),
      accepts: (job) =>
        isAbout(state, job.state) &&
        isAbout(userId, job.userId) &&
        isAbout(departmentId, job.departmentId) &&
        isAbout(system, job.system),
    });
    return {
      status: 200,
      body: {
        items: page.jobs.map((job) => jobViewOf(job)),
        nextCursor: encodeCursor(LIST, page.next),
      },
    };
  });

async function visibleJob(
  deps: Deps,
  caller: Caller,
  nowMs: number,
  jobId: string,
): Promise<StoredJob> {
  const job = await findJob(deps, { ...caller, nowMs }, jobId);
  requireRecord(caller, job, noJob);
  return job;
}
