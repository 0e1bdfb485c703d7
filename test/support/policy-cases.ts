import type { Route } from '../../contracts/route.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { type CallerLimits, type Role, ROLES } from '../../domain/access/caller.ts';
import type { NamedScope } from '../../domain/scopes.ts';
import type { call } from './http-event.ts';
import { toolCall, usageEventOf } from './request-bodies.ts';
import { validBodies } from './valid-bodies.ts';

/** Whose data a request concerns. */
export const SUBJECTS = ['own', 'other', 'organization'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

type Names = { userId: string; departmentId: string; system: string };
export const NAMES: Record<'own' | 'other', Names> = {
  own: { userId: 'ada', departmentId: 'research', system: 'relaycore' },
  other: { userId: 'bob', departmentId: 'sales', system: 'automatrix' },
};

/** Credential limits, and the scope that each counts as its own. */
export const LIMITS: Record<string, { limits: CallerLimits; scope: NamedScope; empty?: true }> = {
  none: { limits: {}, scope: 'user' },
  user: { limits: { users: ['ada'] }, scope: 'user' },
  department: { limits: { departments: ['research'] }, scope: 'department' },
  system: { limits: { systems: ['relaycore'] }, scope: 'system' },
  'user and system': { limits: { users: ['ada'], systems: ['relaycore'] }, scope: 'user' },
  'empty list': { limits: { users: [] }, scope: 'user', empty: true },
};

/** The policy's answer to a call: `hidden` is 404, as for something that does not exist. */
export type Verdict = 'allowed' | 'forbidden' | 'hidden' | 'rejected';

export type PolicyCase = {
  label: string;
  id: string;
  route: Route;
  role: Role;
  limit: string;
  subject: SubjectName;
  expected: Verdict;
};

/** Every authenticated route × role × limits × subject that applies to the route. */
export const policyCases = (): PolicyCase[] =>
  Object.entries(ROUTES)
    .filter(([, { roles }]) => roles !== 'public')
    .flatMap(([id, route]) =>
      ROLES.flatMap((role) =>
        Object.keys(LIMITS).flatMap((limit) =>
          SUBJECTS.filter((subject) => canAskAbout(route, subject)).map((subject) => {
            const expected = expectedOf(route, role, limit, subject);
            return {
              label: [id, role, limit, subject].join(' / '),
              id,
              route,
              role,
              limit,
              subject,
              expected,
            };
          }),
        ),
      ),
    );

/** Global settings concern everyone at once; single requests and records never do. */
function canAskAbout({ access }: Route, subject: SubjectName): boolean {
  if (access.subject === 'organization' || access.subject === 'none') {
    return subject === 'organization';
  }
  const isList = access.subject === 'principals' && access.in === 'query';
  return subject !== 'organization' || access.subject === 'scope' || isList;
}

/** Independent of the policy's code: its README's rules as a truth table. */
function expectedOf(route: Route, role: Role, limit: string, subject: SubjectName): Verdict {
  const { access, roles } = route;
  if (!roles.includes(role)) return 'forbidden';
  if (limit === 'none' || access.subject === 'none') return 'allowed';
  const isOwn = subject === 'own' && limit !== 'empty list';
  switch (access.subject) {
    case 'organization':
      return 'forbidden';
    case 'principals':
      return isOwn ? 'allowed' : 'forbidden';
    case 'scope':
      return isOwn && limit !== 'user and system' ? 'allowed' : 'forbidden';
    case 'events':
    case 'tools':
      return isOwn ? 'allowed' : 'rejected';
    case 'record': {
      const ofScope = route.path.startsWith('/v1/controls/');
      return isOwn && !(ofScope && limit === 'user and system') ? 'allowed' : 'hidden';
    }
  }
}

const EXAMPLES = validBodies();
/** For an ID that does not exist, a call that the policy allows gets 404 from the handler. */
const PARAMS: Record<string, string> = {
  validFrom: '2027-01-01T00:00:00Z',
  version: '1',
  period: 'daily',
  member: 'session',
  model: 'negotiated-model',
  name: 'model-switching',
  industry: 'hospitality',
  exportId: '019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
  adjustmentId: '019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
  requestId: '01796005296817-019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
  keyId: 'no-such-key',
  id: 'no-such-id',
};

/** IDs of each subject's records. */
export type Records = Record<
  'own' | 'other',
  {
    reservation: string;
    workflow: string;
    job: string;
    eventId: string;
    control: Record<NamedScope, string>;
  }
>;

let sent = 0;

/** The request of a case. */
export function requestOf(
  { id, route, role, limit, subject }: PolicyCase,
  records: Records,
): Parameters<typeof call>[2] {
  const of = subject === 'organization' ? 'own' : subject;
  const { limits, scope: kind } = LIMITS[limit] ?? { limits: {}, scope: 'user' as const };
  const ref =
    subject === 'organization'
      ? { scope: 'organization', scopeId: 'acme' }
      : { scope: kind, scopeId: idOf(kind, of) };
  const record = records[of];
  const ids: Record<string, string> = {
    ...PARAMS,
    ...ref,
    eventId: record.eventId,
    ...(/^\/v1\/(reservations|disputes)\//.test(route.path) ? { id: record.reservation } : {}),
    ...(route.path.startsWith('/v1/workflows/') ? { id: record.workflow } : {}),
    ...(route.path.startsWith('/v1/jobs/') ? { id: record.job } : {}),
    ...(route.path.startsWith('/v1/controls/') ? { id: record.control[kind] } : {}),
  };
  const params = Object.fromEntries(
    [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      const value = ids[name];
      if (value === undefined) throw new Error(`${id}: say in PARAMS what {${name}} is`);
      return [name, value];
    }),
  );
  const about = 'in' in route.access && route.access.in === 'query' && subject !== 'organization';
  const query = about ? (route.access.subject === 'scope' ? ref : NAMES[of]) : undefined;
  return {
    role,
    limits,
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(query ? { query } : {}),
    ...(route.body ? { body: bodyOf(id, route, of, ref) } : {}),
  };
}

export const idOf = (scope: NamedScope, of: 'own' | 'other'): string =>
  ({
    user: NAMES[of].userId,
    department: NAMES[of].departmentId,
    system: NAMES[of].system,
    organization: 'acme',
    model: 'negotiated-model',
    session: 'no-such-session',
  })[scope];

function bodyOf(id: string, { access }: Route, of: 'own' | 'other', ref: object): unknown {
  const body = EXAMPLES[id]?.[0]?.body as Record<string, unknown> | undefined;
  if (body === undefined) throw new Error(`${id}: give an example of its body in validBodies`);
  if (access.subject === 'principals' && Array.isArray(body['steps'])) {
    const steps = body['steps'] as { request: object }[];
    return {
      ...body,
      steps: steps.map((step) => ({ request: { ...step.request, ...NAMES[of] } })),
    };
  }
  if (access.subject === 'principals') {
    const { request } = body;
    return request === undefined
      ? { ...body, ...NAMES[of] }
      : { ...body, request: { ...(request as object), ...NAMES[of] } };
  }
  if (access.subject === 'scope' && access.in === 'body') return { ...body, ...ref };
  if (access.subject === 'events') {
    return { events: [{ ...usageEventOf(`policy-${(sent += 1)}`), ...NAMES[of] }] };
  }
  if (access.subject === 'tools') return toolCall('remaining_budget', NAMES[of]);
  return body;
}
