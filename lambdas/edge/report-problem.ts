import { ProblemError } from '../../contracts/problem.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { problemOfError } from './problem-of-error.ts';

/** The request that a line in the log is about. */
export type Asked = { requestId: string; route: string };

/** What a refused or failed request is answered. `problem` is the name of the reason. */
type Unserved = { status: number; problem: string; error: unknown };

const INTERNAL = 'the error is logged under the request id';

/** The problem that answers an error, after telling operators of it: every function's one way. */
export function reportProblem(telemetry: Telemetry, asked: Asked, error: unknown): ProblemError {
  const problem = problemOfError(error) ?? new ProblemError('internal', INTERNAL);
  countProblem(telemetry, problem);
  const { status, type, cause = error } = problem;
  reportUnserved(telemetry, asked, { status, problem: type, error: cause });
  return problem;
}

/** Logs a refusal, or from status 500 on a failure with its error. */
export function reportUnserved(
  telemetry: Telemetry,
  asked: Asked,
  { status, problem, error }: Unserved,
): void {
  if (status >= 500) telemetry.error('REQUEST_FAILED', { ...asked, error });
  else telemetry.info('REQUEST_REFUSED', { ...asked, status, problem });
}

/** Whether an error is about a provider's report that cannot be read. */
export const isUnreadUsage = (field: string): boolean =>
  /^(?:body\.)?(?:parts\[\d+\]\.)?providerUsage/.test(field);

/** Counts the problems that operators mend: missing prices, short quotas, unknown forms of usage. */
function countProblem(telemetry: Telemetry, { type, errors }: ProblemError): void {
  if (type === 'unknown-price') telemetry.metric('UnknownPrices', 1);
  if (type === 'rate-limited') telemetry.metric('RequestsLimited', 1);
  if (errors?.some(({ field }) => isUnreadUsage(field))) telemetry.metric('UnreadUsage', 1);
}
