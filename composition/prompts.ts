import { createTemplateManager } from '../services/prompts/manage-templates.ts';
import { createTemplateReader } from '../services/prompts/use-template.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createPromptTemplateStore } from '../tables/prompt-templates.ts';
import { changeServices } from './changes.ts';
import { predictionServices } from './prediction.ts';
import type { World } from './world.ts';

/** Optimizes prompts at the organization's prices, and keeps templates. */
export function promptServices(db: DynamoDb, world: Pick<World, 'now' | 'telemetry'>) {
  const { sentKeys, audit } = changeServices(db, world);
  return {
    sentKeys,
    ...predictionServices(db, world),
    templates: createTemplateManager({ templates: createPromptTemplateStore(db), audit }),
  };
}

/** Makes the prompts of requests that name a template. */
export const templateServices = (db: DynamoDb, { now }: Pick<World, 'now'>) => ({
  templateOf: createTemplateReader({ templates: createPromptTemplateStore(db), now }),
});
