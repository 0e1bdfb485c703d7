import { type Catalog, downgradeOf } from '../catalog/model.ts';
import { modelStem } from '../pricing/model-id.ts';
import { whyUnfit } from './eligibility.ts';

/** The sizes of one request that a model served. */
export type ServedSizes = { wholeInputTokens: number; outputTokens: number };

/**
 * The models that may serve the requests of a route instead of the present one: those with grades on
 * the same work, the cheaper sibling, and those that the catalog recommends, each once and only if every
 * request would fit it. A model that no catalog knows counts as fitting, because somebody graded it.
 */
export function replacementsFor(
  present: string,
  served: readonly ServedSizes[],
  { catalog, graded, nowMs }: { catalog: Catalog; graded: readonly string[]; nowMs: number },
): string[] {
  const sibling = downgradeOf(present, catalog);
  const recommendable = catalog.list().filter((entry) => entry.recommendable === true);
  const all = [
    ...graded,
    ...(sibling === undefined ? [] : [sibling]),
    ...recommendable.map(({ model }) => model),
  ];
  const byStem = new Map(all.toReversed().map((model) => [modelStem(model), model]));
  byStem.delete(modelStem(present));
  return [...byStem.values()].filter((model) => {
    const entry = catalog.get(model);
    return served.every(
      ({ wholeInputTokens, outputTokens }) =>
        whyUnfit(
          { inputTokens: wholeInputTokens + outputTokens - 1, maxOutputTokens: outputTokens },
          entry,
          nowMs,
        ) === undefined,
    );
  });
}
