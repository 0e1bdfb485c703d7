import { buildFunctions } from '../../../bin/build.ts';
import { startProgress } from '../../../bin/tools/progress.ts';
import type { BenchSubject } from '../subject.ts';
import { gatewayText } from './gateway-text.ts';
import { measureGateway } from './measure-gateway.ts';

const FULL = { warmUp: 200, rounds: 8, calls: 100 };
const QUICK = { warmUp: 50, rounds: 3, calls: 40 };
/** Besides the rounds. */
const STEPS = 2;

export const GATEWAY: BenchSubject = {
  name: 'gateway',
  summary: [
    'calls of a model, whole and streamed: directly, through the',
    'gateway, and through one without budgets, in turns; CPU of each',
    'process (three minutes, Linux only; installs the other gateway in',
    'a temporary folder)',
  ],
  options: {},
  async run({ isQuick }) {
    const sizes = isQuick ? QUICK : FULL;
    const progress = startProgress('bench', sizes.rounds + STEPS);
    let step = 0;
    try {
      await buildFunctions();
      const figures = await measureGateway(sizes, (note) => progress.update(step++, note));
      return { text: gatewayText(figures), figures, isSound: true };
    } finally {
      progress.stop();
    }
  },
};
