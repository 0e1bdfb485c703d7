import { example } from './example.ts';

/** Valid bodies of catalog models. */
export const modelBodies = {
  putModel: [
    example(
      {
        provider: 'NeuroWeaver',
        family: 'extractor',
        contextTokens: 32_000,
        maxOutputTokens: 4_000,
        quality: 0.7,
        qualityUncertainty: 0.05,
        qualitySource: 'own test set of 2026-11',
        taskQualities: [
          { task: 'chat', quality: 0.5, uncertainty: 0.1, source: 'own test set of 2026-11' },
        ],
        specialization: 'invoice-extraction',
        performanceScore: 0.93,
        latencyMs: 800,
        downgradeTo: 'amazon.nova-lite-v1:0',
        recommendable: true,
        apis: ['chat'],
        capabilities: ['tools'],
        regions: ['eu-west-1'],
        legacyFrom: '2027-06-01T00:00:00Z',
        endsAt: '2027-12-01T00:00:00Z',
      },
      [
        'taskQualities[0].task',
        'taskQualities[0].quality',
        'taskQualities[0].uncertainty',
        'taskQualities[0].source',
      ],
    ),
  ],
};
