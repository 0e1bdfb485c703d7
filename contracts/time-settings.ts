import * as z from 'zod';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import { timeZone } from './fields.ts';
import { defineRoute } from './route.ts';

const timeSettings = z
  .strictObject({
    timeZone: timeZone.meta({
      description: `The zone whose days reports, exports, chargeback, forecasts and current costs show unless a request names another; new subscriptions too. ${DEFAULT_TIME_ZONE} until it is set. Budgets have zones of their own`,
    }),
  })
  .meta({ id: 'TimeSettings' });

export const timeSettingsRoutes = {
  getTimeSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/time',
    summary: 'The time zone of reports',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: timeSettings } },
  }),
  putTimeSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/time',
    summary: 'Choose the time zone of reports',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: timeSettings,
    responses: { 200: { description: 'The setting now in force', schema: timeSettings } },
  }),
};
