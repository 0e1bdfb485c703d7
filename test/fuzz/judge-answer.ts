import * as z from 'zod';
import type { FuzzCase } from './cases.ts';
import { isPlain, type Sent, type Wire } from './wire.ts';

const problem = z.object({
  type: z.url(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  errors: z
    .array(z.object({ field: z.string().min(1), message: z.string().min(1) }))
    .min(1)
    .optional(),
});

/** Library jargon, which means nothing to a caller and reveals internals. */
const FOREIGN_WORDS =
  /Invalid (?:input|string|key|element|option)|Unrecognized key|Too (?:big|small):|expected \w+, received|ValidationException|Unexpected token|in JSON at position|\.[tj]s:\d|node:internal|Zod|DynamoDB|\[object Object\]/;

/** What is wrong with an answer, or `undefined`. */
export function faultOf({ wire }: FuzzCase, sent: Sent): string | undefined {
  if (sent === 'timeout') return 'no answer in time';
  if (sent === 'closed') {
    return !isPlain(wire) || headBytes(wire) > 15_000 ? undefined : 'closed without an answer';
  }
  const { status, contentType, text } = sent;
  if (status >= 500) return `answered ${status} ${text.slice(0, 200)}`;
  if (status < 200 || (status >= 300 && status < 400)) return `answered ${status}`;
  // Invalid HTTP never reaches the application, neither locally nor behind API Gateway.
  if (status < 400 || wire.method === 'HEAD' || isNoHttp(wire) || status === 431) return;
  if (contentType.startsWith('application/problem+json')) return problemFault(status, text);
  if (isOfGateway(wire.path) && contentType.startsWith('application/json')) {
    return nativeFault(status, text);
  }
  return `answered ${status} as ${contentType || 'nothing'}: ${text.slice(0, 200)}`;
}

function problemFault(status: number, text: string): string | undefined {
  const parsed = problem.safeParse(jsonOf(text));
  if (!parsed.success) return `answered ${status} with no problem: ${text.slice(0, 200)}`;
  const { errors, detail } = parsed.data;
  if (parsed.data.status !== status) return `answered ${status} and says ${parsed.data.status}`;
  if (status === 400 && !errors) return `named no field: ${text.slice(0, 200)}`;
  const said = [detail, ...(errors ?? []).map(({ message }) => message)];
  const foreign = said.find((words) => FOREIGN_WORDS.test(words));
  return foreign && `said in words of a library: ${foreign.slice(0, 200)}`;
}

/** Answers in its clients' own words, as `domain/gateway/envelopes.ts` says. */
const GATEWAY = /^\/(?:openai|anthropic|bedrock|v1\/chat|v1\/invocations)(?:[/?%]|$)/i;
const isOfGateway = (path: string): boolean => GATEWAY.test(path);

const native = z.union([
  z.object({ error: z.object({ message: z.string().min(1), type: z.string().min(1) }) }),
  z.object({ message: z.string().min(1) }),
]);

function nativeFault(status: number, text: string): string | undefined {
  const parsed = native.safeParse(jsonOf(text));
  if (!parsed.success) return `answered ${status} with no error: ${text.slice(0, 200)}`;
  const message = 'error' in parsed.data ? parsed.data.error.message : parsed.data.message;
  return FOREIGN_WORDS.test(message)
    ? `said in words of a library: ${message.slice(0, 200)}`
    : undefined;
}

/** Requests that an HTTP server may refuse before the application sees them. */
const isNoHttp = (wire: Wire): boolean => wire.isMalformed === true || !wire.path.startsWith('/');

/** Above 16 KiB, a server refuses and closes, so the answer may be lost. */
const headBytes = ({ path, headers }: Wire): number => path.length + headers.flat().join().length;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
