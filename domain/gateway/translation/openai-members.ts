import { ownValue } from '../../own-value.ts';
import type { JsonObject } from '../wire-format.ts';
import type { RequestParts } from './converse-request.ts';
import { numberAt, objectAt, optional, refuse, textAt, textOf } from './reading.ts';

/**
 * Refuses members that both of OpenAI's formats have and Converse cannot serve, and those in
 * `refused`, by their names. Members that are `null`, `false` or empty ask for nothing.
 * @throws BadFieldError for the first of them
 */
export function refuseEffects(body: JsonObject, refused: Readonly<Record<string, string>>): void {
  for (const [name, reason] of Object.entries({ ...EFFECTS, ...refused })) {
    const value = ownValue(body, name);
    if (asksForSomething(value)) refuse(name, reason);
  }
}

const EFFECTS: Record<string, string> = {
  store: 'must be false: Purser stores no answers. Send the whole conversation with each request',
  logprobs: 'is not supported by Converse',
  top_logprobs: 'is not supported by Converse',
  logit_bias: 'is not supported by Converse',
};

const asksForSomething = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== 0 &&
  !(typeof value === 'object' && Object.keys(value).length === 0);

/** @throws BadFieldError for values out of Converse's range */
export const samplingAt = (
  body: JsonObject,
): { temperature: number | undefined; topP: number | undefined } => ({
  temperature: optional(body['temperature'], 'temperature', (value, field) =>
    numberAt(value, field, [0, 1]),
  ),
  topP: optional(body['top_p'], 'top_p', (value, field) => numberAt(value, field, [0, 1])),
});

const TIERS = { default: 'default', flex: 'flex', priority: 'priority', fast: 'priority' } as const;

/** @throws BadFieldError for a tier that Amazon Bedrock does not sell */
export function serviceTierAt(body: JsonObject): RequestParts['serviceTier'] {
  const tier = optional(body['service_tier'], 'service_tier', textAt);
  if (tier === undefined || tier === 'auto') return undefined;
  return ownValue(TIERS, tier) ?? refuse('service_tier', 'must be auto, default, flex or priority');
}

/**
 * How the answer is to be formatted: `text`, `json_object`, or a schema.
 * @param schema where the format keeps the schema's name, description and content
 * @throws BadFieldError for other formats
 */
export function answerFormatAt(
  format: JsonObject | undefined,
  field: string,
  schema: unknown,
): Pick<RequestParts, 'answerSchema' | 'isJson'> {
  switch (format?.['type']) {
    case undefined:
    case 'text':
      return {};
    case 'json_object':
      return { isJson: true };
    case 'json_schema': {
      const definition = objectAt(schema, `${field}.json_schema`);
      return {
        answerSchema: {
          schema: objectAt(definition['schema'], `${field}.json_schema.schema`),
          name: textOf(definition, 'name'),
          description: textOf(definition, 'description'),
        },
      };
    }
    default:
      return refuse(`${field}.type`, 'must be text, json_object or json_schema');
  }
}

/** @throws BadFieldError if a value is not a text */
export const textMapAt = (value: unknown, field: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(objectAt(value, field)).map(([name, text]) => [
      name,
      textAt(text, `${field}.${name}`),
    ]),
  );
