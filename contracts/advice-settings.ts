import * as z from 'zod';
import { ADVICE_PLACES, type AdviceLeave } from '../domain/advice/leave.ts';
import { plainText } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_PROVIDERS = 20;

const isUnique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const adviceSettings = z
  .strictObject({
    providers: z
      .array(plainText(100).min(1, 'must not be empty'))
      .max(MOST_PROVIDERS, `must have at most ${MOST_PROVIDERS} providers`)
      .refine(isUnique, 'must not repeat a provider')
      .default([])
      .meta({
        description:
          'Providers whose models advice may propose to routes of other providers, such as Amazon Bedrock, Anthropic or OpenAI',
      }),
    places: z
      .array(z.enum(ADVICE_PLACES))
      .max(ADVICE_PLACES.length)
      .refine(isUnique, 'must not repeat a place')
      .default([])
      .meta({
        description:
          'Places of Amazon Bedrock that advice may move routes to, by their inference profiles. global: any region. What PUT /v1/settings/routing forbids stays forbidden',
      }),
  })
  .meta({ id: 'AdviceSettings' });

export const adviceSettingsRoutes = {
  getAdviceSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/advice',
    summary: 'Which other providers and places advice may propose',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: adviceSettings } },
  }),
  putAdviceSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/advice',
    summary: 'Choose which other providers and places advice may propose; none until you do',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: adviceSettings,
    responses: { 200: { description: 'The setting now in force', schema: adviceSettings } },
  }),
};

/** The API's view of the leave. */
export const adviceSettingsViewOf = ({
  providers,
  places,
}: AdviceLeave): z.output<typeof adviceSettings> => ({
  providers: [...providers],
  places: [...places],
});
