import { defineTable } from '../definition.ts';

/**
 * What the predictor of each organization has learned. Access patterns: everything that predictions
 * need (the promoted model and the running statistics of every route), in one query; one route, to
 * add what a batch of requests taught; the trained models by version, to promote or roll back.
 */
export const predictorArtifactsTable = defineTable({
  name: 'predictor-artifacts',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});
