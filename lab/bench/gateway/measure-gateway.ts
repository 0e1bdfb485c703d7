import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../bin/tools/command-line.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { startBenchStore } from '../ledger/bench-store.ts';
import { type BareLedger, createBareLedger } from '../requests/bare-ledger.ts';
import { FUNCTION_ENVIRONMENT } from '../requests/bundles.ts';
import { BENCH_KEY, callerHeaders, CHAT_PATH } from './bench-organization.ts';
import { type CallTimes, type ChatClient, createChatClient } from './chat-client.ts';
import { type Child, cpuMsOf, startScript } from './child.ts';
import { startPeer } from './peer.ts';

export type GatewaySizes = { warmUp: number; rounds: number; calls: number };
export type Quantiles = { p50: number; p95: number; p99: number };
/** Milliseconds of calls through one program, and the CPU that its process used for each. */
export type ProgramTimes = {
  whole: Quantiles;
  firstToken: Quantiles;
  streamed: Quantiles;
  cpuMs: number;
  streamedCpuMs: number;
};
export type GatewayResult = {
  direct: ProgramTimes;
  purser: ProgramTimes;
  /** A sentence instead of figures if the peer could not be started. */
  peer: ProgramTimes | string;
  /** The two transactions that a ledger cannot do without: a reserve and a settle. */
  bareMs: Quantiles;
};

type Program = { client: ChatClient; process: Child; seen: Seen };
type Seen = { whole: CallTimes[]; streamed: CallTimes[]; cpuMs: number; streamedCpuMs: number };

/**
 * Calls the Bedrock stand-in directly, through the gateway and through a peer without budgets, in
 * turns and one at a time, each in a process of its own.
 */
export async function measureGateway(
  sizes: GatewaySizes,
  began: (note: string) => void,
): Promise<GatewayResult> {
  const store = await startBenchStore();
  const children: Child[] = [];
  const opened = async (starting: Promise<Child>): Promise<Child> => {
    const child = await starting;
    children.push(child);
    return child;
  };
  try {
    began('programs');
    const standIn = await opened(startScript('stand-in-server.ts', []));
    const purser = await opened(startPurser(store.endpoint, standIn.url));
    const peer = await opened(startPeer()).catch(
      (error: unknown) => `The peer could not be started: ${messageOf(error)}`,
    );
    const programs = {
      direct: program(standIn, CHAT_PATH, () => ({ authorization: 'Bearer direct' })),
      purser: program(purser, CHAT_PATH, (index) => ({
        authorization: `Bearer ${BENCH_KEY}`,
        ...callerHeaders(index),
      })),
      ...(typeof peer === 'string' ? {} : { peer: programOfPeer(peer, standIn.url) }),
    };
    const all = Object.values(programs);
    const bare = await createBareLedger(store.endpoint);
    const bareMs: number[] = [];
    began('warm-up');
    for (const each of all) await turn(each, sizes.warmUp);
    for (const each of all) each.seen = nothing();
    for (let round = 0; round < sizes.rounds; round += 1) {
      began(`round ${round + 1} of ${sizes.rounds}`);
      for (const each of all) await turn(each, sizes.calls);
      bareMs.push(...(await pairTimes(bare, sizes.calls)));
    }
    for (const { client } of all) client.close();
    return {
      direct: timesOf(programs.direct),
      purser: timesOf(programs.purser),
      peer: programs.peer === undefined ? String(peer) : timesOf(programs.peer),
      bareMs: quantilesOf(bareMs),
    };
  } finally {
    for (const child of children) await child.stop();
    await store.stop();
  }
}

const startPurser = (storeEndpoint: string, standInUrl: string): Promise<Child> => {
  const tablePrefix = `bench-${randomUUID().slice(0, 8)}-`;
  return startScript('purser-server.ts', [storeEndpoint, tablePrefix], {
    ...FUNCTION_ENVIRONMENT,
    PURSER_TABLE_PREFIX: tablePrefix,
    PURSER_AUTHORIZER_CACHE_SECONDS: '60',
    PURSER_REQUESTS_PER_SECOND: '10000',
    AWS_ENDPOINT_URL_DYNAMODB: storeEndpoint,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: standInUrl,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency',
  });
};

const program = (
  process: Child,
  path: string,
  headersOf: (index: number) => Record<string, string>,
): Program => ({
  process,
  client: createChatClient({ url: process.url, path, headersOf }),
  seen: nothing(),
});

const programOfPeer = (peer: Child, standInUrl: string): Program =>
  program(peer, '/v1/chat/completions', () => ({
    authorization: 'Bearer direct',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${standInUrl}/openai/v1`,
  }));

const nothing = (): Seen => ({ whole: [], streamed: [], cpuMs: 0, streamedCpuMs: 0 });

/** Calls one program this often, whole and streamed. */
async function turn({ client, process, seen }: Program, calls: number): Promise<void> {
  const startedMs = cpuMsOf(process);
  for (let index = 0; index < calls; index += 1) seen.whole.push(await client.call(index, false));
  const betweenMs = cpuMsOf(process);
  for (let index = 0; index < calls; index += 1) seen.streamed.push(await client.call(index, true));
  seen.cpuMs += betweenMs - startedMs;
  seen.streamedCpuMs += cpuMsOf(process) - betweenMs;
}

async function pairTimes(bare: BareLedger, count: number): Promise<number[]> {
  const timesMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedMs = performance.now();
    await bare.settle(index, await bare.reserve(index));
    timesMs.push(performance.now() - startedMs);
  }
  return timesMs;
}

const timesOf = ({ seen }: Program): ProgramTimes => ({
  whole: quantilesOf(seen.whole.map(({ totalMs }) => totalMs)),
  firstToken: quantilesOf(seen.streamed.map(({ firstMs }) => firstMs)),
  streamed: quantilesOf(seen.streamed.map(({ totalMs }) => totalMs)),
  cpuMs: seen.cpuMs / seen.whole.length,
  streamedCpuMs: seen.streamedCpuMs / seen.streamed.length,
});

function quantilesOf(values: number[]): Quantiles {
  const [p50 = 0, p95 = 0, p99 = 0] = quantiles(values, [0.5, 0.95, 0.99]);
  return { p50, p95, p99 };
}
