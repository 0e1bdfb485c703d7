import type { Caller } from '../access/caller.ts';
import { refusalOf } from '../access/policy.ts';
import { DEFAULT_NAMING, type Named, requestUnder } from '../naming/naming.ts';
import { MAX_TAGS } from '../scopes.ts';
import { type Severity, underCeiling } from '../severity.ts';
import type { Hints } from './client-identity.ts';

/** What a request may state of its payer, by the fields of an AI request, already checked. */
export type StatedFields = {
  system?: string | undefined;
  userId?: string | undefined;
  departmentId?: string | undefined;
  sessionId?: string | undefined;
  severity?: Severity | undefined;
  tags?: Record<string, string> | undefined;
  attempt?: number | undefined;
};

/** Where a payer may be stated, first things first. */
export type PayerSources<Fields extends StatedFields> = {
  /** Members of the body of Purser's own route. */
  members: Fields;
  /** Purser's headers. */
  headers: Fields;
  /** What the client's own protocol tells. */
  hints: Hints;
};

export type PayerDecision<Fields extends StatedFields> =
  | { ok: true; payer: Named<Fields & { system: string; userId: string }> }
  | { ok: false; refusal: PayerRefusal };
export type PayerRefusal = {
  because: 'invalid-request' | 'forbidden';
  /** The field of the AI request. */
  field: string;
  message: string;
};

/** What a request is charged to if it names nothing, and its key leaves a choice. */
const DEFAULT_SYSTEM = 'gateway';

/**
 * Who pays for a request: what it states, else what the client's own protocol tells, else the only
 * one that its key may act for, else the key. A hint never leads beyond what the key may do.
 * @param isId whether a text may be an id; names in tokens may be anything
 */
export function decidePayer<Fields extends StatedFields>(
  caller: Caller,
  { members, headers, hints }: PayerSources<Fields>,
  isId: (text: string) => boolean,
): PayerDecision<Fields> {
  const stated = { ...headers, ...members };
  const userId = stated.userId ?? hintedUser(caller, hints.userId);
  if (!isId(userId)) {
    return refused('invalid-request', {
      field: 'userId',
      message: 'is missing, and the name of your credentials is no id',
    });
  }
  const sessionId = stated.sessionId ?? hints.sessionId;
  const tags = tagsOf(stated.tags, hints);
  const attempt = stated.attempt ?? hints.attempt;
  const request = underCeiling(
    {
      ...stated,
      system: stated.system ?? caller.systems?.[0] ?? DEFAULT_SYSTEM,
      userId,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(tags === undefined ? {} : { tags }),
      ...(attempt === undefined ? {} : { attempt }),
    },
    caller.severityCeiling,
  );
  const named = requestUnder(caller.naming ?? DEFAULT_NAMING, request);
  if (!named.ok) return refused('invalid-request', named.fault);
  const refusal = refusalOf(caller, { kind: 'principals', principals: named.request });
  return refusal ? refused('forbidden', refusal) : { ok: true, payer: named.request };
}

const refused = (
  because: PayerRefusal['because'],
  fault: { field: string; message: string },
): { ok: false; refusal: PayerRefusal } => ({ ok: false, refusal: { because, ...fault } });

function hintedUser({ users, actor }: Caller, hint: string | undefined): string {
  if (hint !== undefined && (users === undefined || users.includes(hint))) return hint;
  return users?.length === 1 ? (users[0] ?? actor) : actor;
}

/** The stated tags, and the agent's where there is room. */
function tagsOf(
  stated: StatedFields['tags'] = {},
  { agent, parentAgent }: Hints,
): StatedFields['tags'] {
  const all = {
    ...(agent === undefined ? {} : { agent }),
    ...(parentAgent === undefined ? {} : { 'parent-agent': parentAgent }),
    ...stated,
  };
  const count = Object.keys(all).length;
  if (count === 0) return undefined;
  return count > MAX_TAGS ? stated : all;
}
