import type { Catalog } from '../catalog/model.ts';
import { modelStem } from '../pricing/model-id.ts';
import { bedrockIdOf } from './served-model.ts';

/**
 * Which models of a list a name means, the best first: the one that is named so, then those that the
 * name stands for.
 */
export function modelsMeant(name: string, list: readonly string[], catalog: Catalog): string[] {
  const stem = modelStem(bedrockIdOf(name, catalog) ?? name);
  const others = list.filter((model) => model !== name && modelStem(model) === stem);
  return [...(list.includes(name) ? [name] : []), ...others];
}
