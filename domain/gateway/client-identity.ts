import { ownValue } from '../own-value.ts';
import { parsedObject } from './provider-error.ts';
import { memberAt } from './reading.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

/** Headers by their names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Fields of an AI request by the header that sets them. A value that is wrong is refused. */
export const IDENTITY_HEADERS = {
  system: 'x-purser-system',
  userId: 'x-purser-user',
  departmentId: 'x-purser-department',
  operation: 'x-purser-operation',
  sessionId: 'x-purser-session',
  workflowId: 'x-purser-workflow',
  severity: 'x-purser-severity',
  region: 'x-purser-region',
  urgency: 'x-purser-urgency',
} as const;
export type IdentityField = keyof typeof IDENTITY_HEADERS;

/** Headers in which agents name their session, without knowing of Purser. */
const SESSION_HEADERS = [
  'x-claude-code-session-id',
  'session_id',
  'session-id',
  'x-session-id',
  'conversation_id',
  'x-session-affinity',
];
/** Headers in which agents name themselves. */
/** Codex names the thread of its main agent, too; only threads of others have a parent. */
const CODEX_THREAD = 'thread-id';
const CODEX_PARENT = 'x-codex-parent-thread-id';
const AGENT_HEADERS = ['x-claude-code-agent-id', 'x-agent-id'];
const PARENT_AGENT_HEADERS = ['x-claude-code-parent-agent-id', CODEX_PARENT];

const USER_MEMBERS = [
  'user',
  'safety_identifier',
  'metadata.user',
  'metadata.userId',
  'metadata.user_id',
];
const SESSION_MEMBERS = ['metadata.sessionId', 'metadata.session_id', 'prompt_cache_key'];
const AGENT_MEMBERS = ['metadata.agent', 'metadata.agentId', 'metadata.agent_id'];

/** Claude Code puts its session into Anthropic's only member for a person. */
const CLAUDE_CODE_USER = /_session_([0-9a-f-]{36})$/;

/** The person and the session in that member: newer versions write JSON into it. */
function personIn(text: string): { userId?: unknown; sessionId?: unknown } | undefined {
  const session = CLAUDE_CODE_USER.exec(text)?.[1];
  if (session !== undefined) return { sessionId: session };
  const facts = parsedObject(text);
  return facts && { userId: facts['account_uuid'], sessionId: facts['session_id'] };
}

/** Who a client says it is, in the words of its own protocol. A value that is no id is ignored. */
export type Hints = {
  userId?: string | undefined;
  sessionId?: string | undefined;
  agent?: string | undefined;
  parentAgent?: string | undefined;
  /** 2 or more, if the client makes the call again. */
  attempt?: number | undefined;
};

/** @param isId whether a text may be an id */
export function hintsOf(
  headers: RequestHeaders,
  body: JsonObject,
  isId: (text: string) => boolean,
): Hints {
  const first = (values: readonly unknown[]): string | undefined =>
    values.find((value): value is string => typeof value === 'string' && isId(value));
  const inHeaders = (names: readonly string[]) => names.map((name) => ownValue(headers, name));
  const inBody = (paths: readonly string[]) => paths.map((path) => memberAt(body, path));
  const member = memberAt(body, 'metadata.user_id');
  const person = typeof member === 'string' ? personIn(member) : undefined;
  const sessions = [...inHeaders(SESSION_HEADERS), ...inBody(SESSION_MEMBERS), person?.sessionId];
  const threads = ownValue(headers, CODEX_PARENT) === undefined ? [] : inHeaders([CODEX_THREAD]);
  return {
    userId: first(person ? [person.userId] : inBody(USER_MEMBERS)),
    sessionId: first(sessions),
    agent: first([...inHeaders(AGENT_HEADERS), ...threads, ...inBody(AGENT_MEMBERS)]),
    parentAgent: first(inHeaders(PARENT_AGENT_HEADERS)),
    attempt: attemptIn(headers),
  };
}

const MOST_ATTEMPTS = 100;

/**
 * Which attempt a call is: the SDKs of OpenAI and Anthropic count retries, those of AWS attempts
 * (`attempt=2; max=3`).
 */
function attemptIn(headers: RequestHeaders): number | undefined {
  const retries = /^\d{1,3}$/.exec(headers['x-stainless-retry-count'] ?? '')?.[0];
  const counted = /^attempt=(\d{1,3})\b/.exec(headers['amz-sdk-request'] ?? '')?.[1];
  const attempt = retries === undefined ? Number(counted) : Number(retries) + 1;
  return attempt > 1 && attempt <= MOST_ATTEMPTS ? attempt : undefined;
}

/** Prefixes of headers that a provider understands. Credentials and addresses never pass. */
const FORWARDED = ['anthropic-', 'openai-'];
const NOT_FORWARDED = new Set(['openai-organization', 'openai-project']);

/** The headers that are passed on with a request. */
export const forwardedHeaders = (headers: RequestHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (header): header is [string, string] =>
        header[1] !== undefined &&
        FORWARDED.some((prefix) => header[0].startsWith(prefix)) &&
        !NOT_FORWARDED.has(header[0]),
    ),
  );

/** Whose headers each API knows. Converse has members for everything. */
const KNOWN_BY: Record<ModelApi, string | undefined> = {
  messages: 'anthropic-',
  invoke: 'anthropic-',
  chat: 'openai-',
  responses: 'openai-',
  embeddings: undefined,
  converse: undefined,
};

/** Those of a client's headers that a provider's API knows. */
export function headersFor(
  api: ModelApi,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const prefix = KNOWN_BY[api];
  if (prefix === undefined) return {};
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
}
