import { ownValue } from '../own-value.ts';
import { isScope } from '../scopes.ts';
import { type GivenIds, idUnder, isFolded, type Naming } from './naming.ts';

/** How people write ids, by kind and canonical id: `user#ada` is `Ada`. */
export type Spellings = ReadonlyMap<string, string>;

const KINDS = new Map([
  ['userId', 'user'],
  ['departmentId', 'department'],
  ['system', 'system'],
  ['sessionId', 'session'],
]);
/** Fields whose text contains scopes, such as `user/ada/daily` or `user ada is under "disable"`. */
const TEXTS = new Set(['budgetId', 'decidingBudgetId', 'budgets', 'warnings', 'detail']);
const INSIDE = new Set([...TEXTS, 'budget', 'control']);
const SCOPE_IN_TEXT =
  /\b(user|department|system|session)([/ ])(\S+)(?=\/(?:daily|weekly|monthly|total)(?![^\s/:~])| is under )/gu;

/** How a request, including its steps, spells the users, departments and systems that it names. */
export function spellingsOf(naming: Naming, part: unknown): Spellings {
  const spellings = new Map<string, string>();
  const note = (kind: unknown, id: unknown): void => {
    if (typeof id !== 'string') return;
    if (!isScope(kind) || !isFolded(kind)) return;
    spellings.set(`${kind}#${idUnder(naming, id)}`, id);
  };
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Record<string, unknown>;
    for (const [field, kind] of KINDS) note(kind, ownValue(fields, field));
    note(fields['scope'], fields['scopeId']);
    collect(fields['request']);
    if (Array.isArray(fields['steps'])) fields['steps'].forEach(collect);
  };
  collect(part);
  return spellings;
}

/**
 * Rewrites a response's ids in these spellings: in its own fields, its budgets, its control and the
 * texts about them. Leaves ids without a spelling and list items unchanged.
 */
export function spelledAs<Answer>(naming: Naming, spellings: Spellings, answer: Answer): Answer {
  if (spellings.size === 0) return answer;
  const spelled = (kind: unknown, id: string): string =>
    spellings.get(`${String(kind)}#${idUnder(naming, id)}`) ?? id;
  const inText = (text: string): string =>
    text.replace(
      SCOPE_IN_TEXT,
      (_, kind: string, mark: string, id: string) => kind + mark + spelled(kind, id),
    );
  const walk = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return TEXTS.has(name) ? inText(value) : value;
    if (Array.isArray(value)) return value.map((each) => walk(each, name));
    if (typeof value !== 'object' || value === null) return value;
    const fields = value as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(fields).map(([field, inner]) => {
        const kind = field === 'scopeId' ? fields['scope'] : KINDS.get(field);
        if (kind !== undefined && typeof inner === 'string') return [field, spelled(kind, inner)];
        return [field, INSIDE.has(field) ? walk(inner, field) : inner];
      }),
    );
  };
  return walk(answer, '') as Answer;
}

/** A record's principals as the request spelled them. */
export const spelledPrincipals = ({
  system,
  userId,
  departmentId,
  given,
}: {
  system: string;
  userId: string;
  departmentId?: string | undefined;
  given?: GivenIds | undefined;
}) => ({
  system: given?.system ?? system,
  userId: given?.userId ?? userId,
  departmentId: given?.departmentId ?? departmentId,
});
