import { expect, it, test } from 'vitest';
import type { Caller, CallerLimits } from '../../../domain/access/caller.ts';
import { decidePayer, type StatedFields } from '../../../domain/gateway/payer.ts';
import type { Hints } from '../../../domain/gateway/client-identity.ts';
import { MAX_TAGS } from '../../../domain/scopes.ts';

type Said = { members?: StatedFields; headers?: StatedFields; hints?: Hints };

const isId = (text: string): boolean => /^[a-z0-9-]+$/.test(text);

function decided(limits: CallerLimits, { members = {}, headers = {}, hints = {} }: Said) {
  const caller: Caller = { organizationId: 'acme', actor: 'key-1', role: 'caller', ...limits };
  return decidePayer(caller, { members, headers, hints }, isId);
}

/** Everything that a request may say, from what counts most to what counts least. */
const ALL = {
  members: { userId: 'member', system: 'm-system', sessionId: 'm-run', tags: { from: 'member' } },
  headers: { userId: 'header', system: 'h-system', sessionId: 'h-run', tags: { from: 'header' } },
  hints: { userId: 'hint', sessionId: 'hint-run', agent: 'reviewer' },
} satisfies Said;
const { headers, hints } = ALL;
const agent = 'reviewer';

/** What counts, by what the key allows and the request says. */
test.each<[string, CallerLimits, Said, object]>([
  [
    'a member of the body',
    {},
    ALL,
    { userId: 'member', system: 'm-system', sessionId: 'm-run', tags: { agent, from: 'member' } },
  ],
  [
    'else a header',
    {},
    { headers, hints },
    { userId: 'header', system: 'h-system', sessionId: 'h-run', tags: { agent, from: 'header' } },
  ],
  [
    'field by field',
    {},
    { members: { userId: 'member' }, headers },
    { userId: 'member', system: 'h-system', sessionId: 'h-run', tags: { from: 'header' } },
  ],
  [
    "else the client's own protocol",
    {},
    { hints },
    { userId: 'hint', system: 'gateway', sessionId: 'hint-run', tags: { agent } },
  ],
  ['else the key', {}, {}, { userId: 'key-1', system: 'gateway' }],
  ["the key's only user before the key", { users: ['ada'] }, {}, { userId: 'ada' }],
  [
    'a hint within the key',
    { users: ['ada', 'eve'] },
    { hints: { userId: 'eve' } },
    { userId: 'eve' },
  ],
  ["the key's only user before a hint beyond it", { users: ['ada'] }, { hints }, { userId: 'ada' }],
  ["the key's first system", { systems: ['one', 'two'] }, {}, { system: 'one' }],
  [
    'a stated tag before that of an agent',
    {},
    { headers: { tags: { agent: 'mine' } }, hints },
    { tags: { agent: 'mine' } },
  ],
  [
    "the ceiling before the request's severity",
    { severityCeiling: 'low' },
    { headers: { severity: 'critical' } },
    { severity: 'low', given: { severity: 'critical' } },
  ],
  [
    "the organization's department, if none is named",
    {
      naming: { idComparison: 'folded', isDepartmentRequired: true, defaultDepartmentId: 'lab' },
    },
    {},
    { departmentId: 'lab' },
  ],
])('%s pays', (_, limits, said, payer) => {
  expect(decided(limits, said)).toMatchObject({ ok: true, payer });
});

test.each<[string, CallerLimits, Said, object]>([
  [
    'a stated user beyond the key',
    { users: ['ada'] },
    { headers: { userId: 'eve' } },
    { because: 'forbidden', field: 'userId', message: 'must be ada with these credentials' },
  ],
  [
    'a key of several users, of whom none is named',
    { users: ['ada', 'eve'] },
    {},
    { because: 'forbidden', field: 'userId' },
  ],
  [
    'a system beyond the key',
    { systems: ['one'] },
    { members: { system: 'two' } },
    { because: 'forbidden', field: 'system' },
  ],
  [
    'a department that is missing',
    { naming: { idComparison: 'folded', isDepartmentRequired: true } },
    {},
    {
      because: 'invalid-request',
      field: 'departmentId',
      message: 'is missing, and your organization requires one',
    },
  ],
])('%s is refused by value', (_, limits, said, refusal) => {
  expect(decided(limits, said)).toMatchObject({ ok: false, refusal });
});

it('asks for a user where the name in a token is no id', () => {
  const caller: Caller = { organizationId: 'acme', actor: 'google|17 3', role: 'caller' };
  const nobody = { members: {}, headers: {}, hints: {} };
  expect(decidePayer(caller, nobody, isId)).toMatchObject({
    ok: false,
    refusal: { because: 'invalid-request', field: 'userId' },
  });
  const stated = { ...nobody, headers: { userId: 'ada' } };
  expect(decidePayer(caller, stated, isId)).toMatchObject({ ok: true, payer: { userId: 'ada' } });
});

it('leaves out what an agent tells of itself where there is no room for more tags', () => {
  const full = Object.fromEntries(Array.from({ length: MAX_TAGS }, (_, at) => [`tag-${at}`, 'x']));
  const tagsBeside = (tags: Record<string, string>): unknown => {
    const decision = decided({}, { headers: { tags }, hints });
    return decision.ok ? decision.payer.tags : decision.refusal;
  };
  expect(tagsBeside(full)).toEqual(full);
  const { 'tag-0': _, ...almost } = full;
  expect(tagsBeside(almost)).toEqual({ ...almost, agent });
});
