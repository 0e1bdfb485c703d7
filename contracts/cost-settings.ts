import * as z from 'zod';
import { COST_BASES } from '../domain/pricing/cost-basis.ts';
import { defineRoute } from './route.ts';

const costSettings = z
  .strictObject({
    basis: z.enum(COST_BASES).meta({
      description:
        'What is charged if a provider reports its own cost. priced (default): the price of the rate card. reported: what the provider reports, from credentials that may state costs. Records show both',
    }),
  })
  .meta({ id: 'CostSettings' });

export const costSettingsRoutes = {
  getCostSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/costs',
    summary: 'Which cost is charged if a provider reports its own',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: costSettings } },
  }),
  putCostSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/costs',
    summary: 'Choose which cost is charged if a provider reports its own',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: costSettings,
    responses: { 200: { description: 'The setting now in force', schema: costSettings } },
  }),
};
