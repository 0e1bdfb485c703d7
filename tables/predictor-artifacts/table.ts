import { defineTable } from '../definition.ts';

/**
 * What each organization's predictor has learned. Access patterns: everything predictions need (the
 * promoted model and every route's running statistics), in one query; the same for a few routes, by
 * key; one route, to add a batch of requests; trained models by version, to promote or roll back.
 */
export const predictorArtifactsTable = defineTable({
  name: 'predictor-artifacts',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});
