import * as z from 'zod';
import { DEFAULT_PRICE_UPDATES, PRICE_UPDATES } from '../domain/pricing/price-updates.ts';
import { defineRoute } from './route.ts';

const priceSettings = z
  .strictObject({
    updates: z.enum(PRICE_UPDATES).meta({
      description: `What happens daily if AWS's price list differs from the rate cards. off: nothing. ${DEFAULT_PRICE_UPDATES} (default): an alert (prices_changed). apply: an alert, and increases that look right become rate cards of the organization. A lower or suspicious price always waits for a person`,
    }),
  })
  .meta({ id: 'PriceSettings' });

export const priceSettingsRoutes = {
  getPriceSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/prices',
    summary: 'How rate cards follow the public price list of AWS',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: priceSettings } },
  }),
  putPriceSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/prices',
    summary: 'Choose how rate cards follow the public price list of AWS',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: priceSettings,
    responses: { 200: { description: 'The setting now in force', schema: priceSettings } },
  }),
};
