import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import type { BenchSubject } from '../subject.ts';
import { measureQuota } from './measure-quota.ts';

const AT_ONCE = 2_000;

export const QUOTA: BenchSubject = {
  name: 'quota',
  summary: [
    "calls that a provider's quota of tokens lets run at one time, by",
    'the maximum of output that they state (ten seconds)',
  ],
  options: {
    requests: {
      summary: 'requests of the sample trace',
      min: 8_000,
      max: 1_000_000,
      full: 40_000,
      quick: 12_000,
    },
    tokens: {
      summary: 'tokens per minute',
      min: 10_000,
      max: 100_000_000,
      full: 1_000_000,
      quick: 1_000_000,
    },
  },
  run({ numbers: { requests = 0, tokens = 0 } }) {
    const figures = measureQuota({ rows: requests, atOnce: AT_ONCE, perMinute: tokens });
    const text = [
      `Of ${grouped(AT_ONCE)} calls at once, a quota of ${grouped(tokens)} tokens per minute serves`,
      textTable([
        ['maximum of output', 'calls', 'answers cut'],
        ...figures.map(({ name, served, cutShare }) => [
          name,
          grouped(Math.round(served)),
          `${(cutShare * 100).toFixed(2)} %`,
        ]),
      ]),
    ].join('\n');
    return Promise.resolve({ text, figures, isSound: true });
  },
};
