import * as z from 'zod';
import { ID_COMPARISONS, type Naming } from '../domain/naming/naming.ts';
import { identifier } from './fields.ts';
import { defineRoute } from './route.ts';

const comparison = z.enum(ID_COMPARISONS).meta({
  description:
    'folded: ids of users, departments and systems that people cannot tell apart (case, width, lookalikes from other scripts, trailing dots, invisible characters) are one id. exact: every spelling is a separate id',
});

export const putIdentityBody = z
  .strictObject({
    comparison: comparison.optional(),
    defaultDepartmentId: identifier
      .nullable()
      .optional()
      .meta({ description: 'The department for requests that name none; null removes it' }),
    requireDepartment: z
      .boolean()
      .optional()
      .meta({ description: 'Refuses requests and usage events that have no department' }),
  })
  .meta({ id: 'IdentitySettingsInput', description: 'Fields that are left out stay unchanged' });

const identityView = z
  .object({
    source: z.enum(['organization', 'builtin']),
    comparison,
    defaultDepartmentId: z.string().nullable(),
    requireDepartment: z.boolean(),
  })
  .meta({ id: 'IdentitySettings' });

export const identityRoutes = {
  getIdentity: defineRoute({
    method: 'GET',
    path: '/v1/settings/identity',
    summary: 'How ids of users, departments and systems are compared',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The settings in force', schema: identityView } },
  }),
  putIdentity: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/identity',
    summary: 'Change how ids are compared; in force for every credential within a minute',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: putIdentityBody,
    responses: { 200: { description: 'The settings now in force', schema: identityView } },
  }),
};

/** The API's view of the settings. */
export const identityViewOf = ({
  source,
  naming,
}: {
  source: 'organization' | 'builtin';
  naming: Naming;
}): z.output<typeof identityView> => ({
  source,
  comparison: naming.idComparison,
  defaultDepartmentId: naming.defaultDepartmentId ?? null,
  requireDepartment: naming.isDepartmentRequired,
});
