import { ANALYTICS } from './analytics/subject.ts';
import { CACHES } from './caches/subject.ts';
import { CONTROLS } from './controls/subject.ts';
import { GATEWAY } from './gateway/subject.ts';
import { LEDGER } from './ledger/subject.ts';
import { MEMORY } from './memory/subject.ts';
import { MONITOR } from './monitor/subject.ts';
import { PROMPT_CACHE } from './prompt-cache/subject.ts';
import { PREDICTOR } from './predictor/subject.ts';
import { PROMPTS } from './prompts/subject.ts';
import { QUOTA } from './quota/subject.ts';
import { QUEUE } from './queue/subject.ts';
import { REPORTS } from './reports/subject.ts';
import { REQUESTS } from './requests/subject.ts';
import type { BenchSubject } from './subject.ts';

/** Everything that `npm run bench` measures; the first is the default. */
export const SUBJECTS: readonly [BenchSubject, ...BenchSubject[]] = [
  REQUESTS,
  ANALYTICS,
  PREDICTOR,
  LEDGER,
  REPORTS,
  MONITOR,
  CONTROLS,
  MEMORY,
  GATEWAY,
  PROMPTS,
  QUOTA,
  CACHES,
  PROMPT_CACHE,
  QUEUE,
];
