import * as z from 'zod';
import { FLAG_UNITS, type FlagSetting, OVERRIDE_SCOPES } from '../domain/flags/flag.ts';
import { type FlagName, KNOWN_FLAGS } from '../domain/flags/known-flags.ts';
import { identifier } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_OVERRIDES = 100;

const flagPath = z.strictObject({ name: identifier });

const override = z.strictObject({
  scope: z.enum(OVERRIDE_SCOPES),
  scopeId: identifier,
  enabled: z.boolean(),
});

const unit = z.enum(FLAG_UNITS).meta({
  description:
    'What the share and the stable hash are based on: all its requests see the same state',
});

export const putFlagBody = z
  .strictObject({
    enabled: z.boolean().default(true).meta({ description: 'False is off for everybody' }),
    rolloutPercent: z
      .int()
      .min(0, 'must be from 0 to 100')
      .max(100, 'must be from 0 to 100')
      .default(100),
    unit: unit.default('user'),
    overrides: z
      .array(override)
      .max(MOST_OVERRIDES)
      .superRefine((rules, context) => {
        const seen = new Set<string>();
        for (const [position, { scope, scopeId }] of rules.entries()) {
          const named = `${scope}#${scopeId}`;
          if (seen.has(named)) {
            context.addIssue({ code: 'custom', path: [position], message: 'is listed twice' });
          }
          seen.add(named);
        }
      })
      .default([])
      .meta({ description: "The user's decides before the department's before the system's" }),
  })
  .meta({ id: 'FlagInput' });

export const flagView = z
  .object({
    name: z.string(),
    description: z.string(),
    source: z.enum(['organization', 'builtin']),
    enabled: z.boolean(),
    rolloutPercent: z.int(),
    unit,
    overrides: z.array(
      z.object({ scope: z.enum(OVERRIDE_SCOPES), scopeId: z.string(), enabled: z.boolean() }),
    ),
  })
  .meta({ id: 'Flag' });

export const flagRoutes = {
  listFlags: defineRoute({
    method: 'GET',
    path: '/v1/flags',
    summary: 'All feature flags and their rollout',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    responses: {
      200: {
        description: 'All flags',
        schema: z.object({ items: z.array(flagView) }).meta({ id: 'Flags' }),
      },
    },
  }),
  getFlag: defineRoute({
    method: 'GET',
    path: '/v1/flags/{name}',
    summary: 'The rollout of a feature flag',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    params: flagPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The flag in force', schema: flagView } },
  }),
  putFlag: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/flags/{name}',
    summary:
      'Roll a feature flag out or back, for all or some; in force everywhere within two seconds',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: flagPath,
    body: putFlagBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The flag now in force', schema: flagView } },
  }),
};

/** The API's view of a flag. */
export const flagViewOf = ({
  name,
  source,
  setting,
}: {
  name: FlagName;
  source: 'organization' | 'builtin';
  setting: FlagSetting;
}): z.output<typeof flagView> => ({
  name,
  description: KNOWN_FLAGS[name].description,
  source,
  ...setting,
  overrides: setting.overrides.map(({ spelling, ...scoped }) => ({
    ...scoped,
    scopeId: spelling ?? scoped.scopeId,
  })),
});
