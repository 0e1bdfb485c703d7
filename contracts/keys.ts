import * as z from 'zod';
import { ROLES } from '../domain/access/caller.ts';
import {
  DEFAULT_OVERLAP_HOURS,
  type ManagedKey,
  MOST_OVERLAP_HOURS,
  stateOfKey,
} from '../domain/access/key.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { identifier, instant, instantText, pageCursor, pageLimit, plainText } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_NAMES = 50;
const MOST_BACK_DATE_HOURS = 90 * 24;
const MOST_REQUESTS_PER_SECOND = 10_000;
const MOST_CLAIM_USD = 100_000_000;

const names = z
  .array(identifier)
  .min(1, 'must contain at least one entry; leave it out for a key without this limit')
  .max(MOST_NAMES, `must have at most ${MOST_NAMES} entries`)
  .refine((entries) => new Set(entries).size === entries.length, 'must not repeat an entry')
  .optional();

const scopes = {
  role: z.enum(ROLES),
  users: names,
  departments: names,
  systems: names,
  mayStateCost: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the key may state what a request cost. Default: true' }),
  claimLimitUsdPerHour: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_CLAIM_USD, `must be at most ${MOST_CLAIM_USD}`)
    .optional()
    .meta({ description: 'What the key may claim per hour without a reservation, in whole USD' }),
  backDateHours: z
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .max(MOST_BACK_DATE_HOURS, `must be at most ${MOST_BACK_DATE_HOURS}`)
    .optional()
    .meta({ description: 'How far back its usage events may be dated' }),
  requestsPerSecond: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_REQUESTS_PER_SECOND, `must be at most ${MOST_REQUESTS_PER_SECOND}`)
    .optional()
    .meta({
      description: 'Requests per second in each route class. Default: 200; 100 for changes',
    }),
  severityCeiling: z
    .enum(SEVERITIES)
    .optional()
    .meta({ description: 'The highest severity that its requests may have' }),
};

export const createKeyBody = z
  .strictObject({
    name: plainText(100).min(1, 'must not be empty').meta({ example: 'relaycore in production' }),
    ...scopes,
    expiresAt: instant.optional().meta({ description: 'Default: never expires' }),
  })
  .meta({ id: 'KeyInput' });

export const rotateKeyBody = z
  .strictObject({
    overlapHours: z
      .int('must be a whole number')
      .min(0, 'must not be negative')
      .max(MOST_OVERLAP_HOURS, `must be at most ${MOST_OVERLAP_HOURS}`)
      .default(DEFAULT_OVERLAP_HOURS)
      .meta({
        description: 'How long the previous text stays valid; 0 ends all other texts at once',
      }),
  })
  .meta({ id: 'KeyRotationInput' });

const keyView = z
  .object({
    keyId: z
      .string()
      .meta({ description: 'Appears in logs and in the audit log', example: '4fQ0tP2xLmZa' }),
    name: z.string(),
    ...scopes,
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: instantText,
    createdBy: z.string(),
    expiresAt: instantText.optional(),
    revokedAt: instantText.optional(),
    texts: z.array(z.object({ createdAt: instantText, expiresAt: instantText.optional() })).meta({
      description: 'The valid texts: two after a rotation, until the overlap ends',
    }),
  })
  .meta({ id: 'Key' });

const keyText = z.string().meta({
  description: 'The key itself, shown only once',
  example: 'purser_prod_4fQ0tP2xLmZa_…',
});

const keyPath = z.strictObject({ keyId: identifier });

export const keyRoutes = {
  createKey: defineRoute({
    method: 'POST',
    path: '/v1/keys',
    summary: 'Create an API key; only this response contains its text',
    idempotencyKey: 'identifies',
    roles: ['admin'],
    access: { subject: 'organization' },
    body: createKeyBody,
    responses: {
      201: {
        description: 'The key',
        schema: keyView.extend({ key: keyText }).meta({ id: 'NewKey' }),
      },
    },
  }),
  listKeys: defineRoute({
    method: 'GET',
    path: '/v1/keys',
    summary: 'The API keys of the organization, without their texts',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of keys, ordered by id',
        schema: z.object({
          items: z.array(
            keyView
              .extend({ lastUsedAt: instantText.optional().meta({ description: 'To the hour' }) })
              .meta({ id: 'ListedKey' }),
          ),
          nextCursor: z.string().optional(),
        }),
      },
    },
  }),
  revokeKey: defineRoute({
    method: 'DELETE',
    path: '/v1/keys/{keyId}',
    summary: 'Revoke an API key; the last admin key without limits cannot be revoked',
    idempotencyKey: 'remembered',
    roles: ['admin'],
    access: { subject: 'organization' },
    params: keyPath,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'Revoked',
        schema: keyView
          .extend({
            refusedWithinSeconds: z.int().meta({
              description: 'Authorizer responses are cached, so the key may still work until then',
            }),
          })
          .meta({ id: 'RevokedKey' }),
      },
    },
  }),
  rotateKey: defineRoute({
    method: 'POST',
    path: '/v1/keys/{keyId}/rotate',
    summary: 'Give an API key a new text; the previous one stays valid during the overlap',
    idempotencyKey: 'remembered',
    roles: ['admin'],
    access: { subject: 'organization' },
    params: keyPath,
    body: rotateKeyBody,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'The new text',
        schema: keyView.extend({ key: keyText }).meta({ id: 'RotatedKey' }),
      },
    },
  }),
};

const optionalIso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** The API's view of a key, without any of its texts or hashes. */
export const keyViewOf = (key: ManagedKey, nowMs: number): z.output<typeof keyView> => ({
  keyId: key.keyId,
  name: key.name,
  role: key.role,
  users: key.users && [...key.users],
  departments: key.departments && [...key.departments],
  systems: key.systems && [...key.systems],
  mayStateCost: key.mayStateCost,
  claimLimitUsdPerHour: key.claimLimitUsdPerHour,
  backDateHours: key.backDateHours,
  requestsPerSecond: key.requestsPerSecond,
  severityCeiling: key.severityCeiling,
  state: stateOfKey(key, nowMs),
  createdAt: new Date(key.createdAtMs).toISOString(),
  createdBy: key.createdBy,
  expiresAt: optionalIso(key.expiresAtMs),
  revokedAt: optionalIso(key.revokedAtMs),
  texts: key.secrets
    .filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs)
    .map(({ createdAtMs, expiresAtMs }) => ({
      createdAt: new Date(createdAtMs).toISOString(),
      expiresAt: optionalIso(expiresAtMs),
    })),
});
