import { milliseconds, textTable } from '../../../bin/tools/text-table.ts';
import type { GatewayResult, ProgramTimes, Quantiles } from './measure-gateway.ts';
import { PEER } from './peer.ts';

const KINDS = ['whole', 'firstToken', 'streamed'] as const;
type Kind = (typeof KINDS)[number];
const TITLES: Record<Kind, string> = {
  whole: 'Answers that come whole',
  firstToken: 'Streams, to the first token',
  streamed: 'Streams, to the end',
};

/** Formats the figures as tables of at most 80 columns. */
export function gatewayText(result: GatewayResult): string {
  return [
    'Chat Completions of the Bedrock stand-in, one call at a time, in turns',
    ...KINDS.flatMap((kind) => ['', ...tableOf(result, kind)]),
    '',
    `The two bare transactions take ${cells(result.bareMs).join(' / ')} ms (p50 / p95 / p99).`,
    ...(typeof result.peer === 'string' ? [result.peer] : goalLines(result, result.peer)),
  ].join('\n');
}

function tableOf({ direct, purser, peer }: GatewayResult, kind: Kind): string[] {
  const rows: [string, ProgramTimes][] = [
    ['direct', direct],
    ['Purser', purser],
    ...(typeof peer === 'string' ? [] : ([[PEER.name, peer]] as [string, ProgramTimes][])),
  ];
  return [
    TITLES[kind],
    textTable([
      ['', 'p50 ms', 'p95 ms', 'p99 ms', 'over direct', 'CPU ms of a call'],
      ...rows.map(([name, times]) => [
        name,
        ...cells(times[kind]),
        milliseconds(times[kind].p50 - direct[kind].p50),
        kind === 'firstToken'
          ? ''
          : milliseconds(kind === 'whole' ? times.cpuMs : times.streamedCpuMs),
      ]),
    ]),
  ];
}

/** The goal: no slower than a gateway without budgets and the two transactions that budgets need. */
function goalLines({ direct, purser, bareMs }: GatewayResult, peer: ProgramTimes): string[] {
  return [
    '',
    'Overhead of Purser against the goal, the peer’s overhead and the two transactions',
    textTable([
      ['p50', 'Purser ms', 'goal ms', 'ratio'],
      ...KINDS.map((kind) => {
        const own = purser[kind].p50 - direct[kind].p50;
        const goal = peer[kind].p50 - direct[kind].p50 + bareMs.p50;
        return [TITLES[kind], milliseconds(own), milliseconds(goal), `×${(own / goal).toFixed(2)}`];
      }),
    ]),
  ];
}

const cells = ({ p50, p95, p99 }: Quantiles): string[] => [p50, p95, p99].map(milliseconds);
