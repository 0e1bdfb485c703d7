import { example } from './example.ts';
import { SONNET } from './request-bodies.ts';

const prices = {
  inputUsdPerMillion: '3',
  outputUsdPerMillion: 15,
  cacheReadUsdPerMillion: '0.3',
  cacheWriteUsdPerMillion: '3.75',
  cacheWriteOneHourUsdPerMillion: '6',
};
const longContext = { ...prices, aboveInputTokens: 200_000 };

/** Valid bodies of rate cards. */
export const rateCardBodies = {
  putRateCard: [
    example(
      {
        ...prices,
        batchPercent: 50,
        longContext,
        effectiveFrom: '2026-01-01T00:00:00Z',
        effectiveUntil: '2099-01-01T00:00:00Z',
        endReason: 'the contract ends',
      },
      [
        'inputUsdPerMillion',
        'outputUsdPerMillion',
        'longContext.outputUsdPerMillion',
        'longContext.aboveInputTokens',
      ],
    ),
    example(
      {
        ...prices,
        imageUsd: '0.04',
        queryUsd: '0.002',
        units: { codeExecutions: '0.03' },
        imageVariants: { 'premium-1024': '0.08' },
        fastPercent: 600,
        inputIncludesCache: true,
        servedIn: 'eu',
        knownRegions: ['us-east-1'],
        flexPercent: 50,
        priorityPercent: 175,
        geographic: { eu: { ...prices, longContext }, 'ap-south-1': prices },
      },
      ['geographic.eu.inputUsdPerMillion'],
    ),
    example({ sameAs: `eu.${SONNET}`, source: 'contract of 2026' }, []),
  ],
};
