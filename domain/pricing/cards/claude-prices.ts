import type { PriceFacts } from '../card-facts.ts';

/** USD per million tokens. Cache writes last five minutes or one hour. */
type ClaudePrices = [
  input: string,
  output: string,
  cacheRead: string,
  cacheWrite: string,
  cacheWriteOneHour?: string,
];

export const claude = (
  ...[input, output, cacheRead, cacheWrite, cacheWriteOneHour]: ClaudePrices
): PriceFacts => ({
  input,
  output,
  cacheRead,
  cacheWrite,
  ...(cacheWriteOneHour === undefined ? {} : { cacheWriteOneHour }),
});

export const FABLE_5 = claude('10', '50', '1', '12.5', '20');
export const FABLE_5_1 = claude('10', '50', '0.25', '12.5', '20');
export const OPUS_5_5 = claude('4', '20', '0.2', '5', '8');
export const OPUS_5 = claude('5', '25', '0.5', '6.25', '10');
export const OPUS_4 = claude('15', '75', '1.5', '18.75', '30');
export const SONNET_5 = claude('2', '10', '0.2', '2.5', '4');
export const SONNET = claude('3', '15', '0.3', '3.75', '6');
export const FABLE_5_2 = claude('8', '40', '0.2', '10', '16');
export const SONNET_5_5 = claude('2', '10', '0.1', '2.5', '4');
/** A request of more than 100,000 input tokens costs five times as much as a whole. */
export const HAIKU_5_5 = {
  ...claude('0.1', '0.5', '0.01', '0.125', '0.2'),
  longContext: { aboveInputTokens: 100_000, ...claude('0.5', '2.5', '0.05', '0.625', '1') },
};
export const HAIKU_4_5 = claude('1', '5', '0.1', '1.25', '2');
export const HAIKU_3_5 = claude('0.8', '4', '0.08', '1', '1.6');

export const LONG_SONNET = {
  longContext: { aboveInputTokens: 200_000, ...claude('6', '22.5', '0.6', '7.5', '12') },
};
export const LONG_OPUS = {
  longContext: { aboveInputTokens: 200_000, ...claude('10', '37.5', '1', '12.5', '20') },
};

/** A text for `doubt`. */
export const SONNET_5_5_READS =
  'lists differ about cache reads: 0.20 at the launch, 0.10 from 2026-10-07; some still repeat 0.20';
