/** An industry profile as a user sets it. */
export const benchmarkBody = {
  title: 'Our hotels',
  figures: [
    {
      metric: 'costPerRequest',
      operation: 'chat',
      lowUsd: '0.001',
      typicalUsd: '0.002',
      highUsd: '0.004',
      basis: 'own',
      meaning: 'one answer to a guest',
      source: 'our own year 2025',
      sourceDate: '2026-01-31',
    },
  ],
};

export const benchmarkNeeds = [
  'title',
  'figures',
  'figures[0].metric',
  'figures[0].lowUsd',
  'figures[0].typicalUsd',
  'figures[0].highUsd',
  'figures[0].meaning',
  'figures[0].source',
  'figures[0].sourceDate',
];
