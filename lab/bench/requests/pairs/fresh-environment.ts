import { spawn } from 'node:child_process';
import { CommandError } from '../../../../bin/tools/command-line.ts';
import { quantile } from '../../../../domain/series/quantile.ts';
import { bundleUrl, FUNCTION_ENVIRONMENT } from '../bundles.ts';
import { reserveEvent } from './http-events.ts';

export type FreshEnvironment = { importCpuMs: number; firstCallCpuMs: number };

/**
 * Median CPU times of fresh processes that import the bundle of `reserve` and call it once. They
 * start the way warm environments do.
 */
export async function measureFreshEnvironment(
  store: { endpoint: string; tablePrefix: string },
  runs: number,
): Promise<FreshEnvironment> {
  const measured: FreshEnvironment[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await measureOnce(store));
  const median = (figures: number[]): number =>
    quantile(
      figures.toSorted((first, second) => first - second),
      0.5,
    );
  return {
    importCpuMs: median(measured.map(({ importCpuMs }) => importCpuMs)),
    firstCallCpuMs: median(measured.map(({ firstCallCpuMs }) => firstCallCpuMs)),
  };
}

function measureOnce(store: { endpoint: string; tablePrefix: string }): Promise<FreshEnvironment> {
  const script = `
    const started = process.cpuUsage();
    const { handler } = await import(${JSON.stringify(bundleUrl('reserve'))});
    const imported = process.cpuUsage(started);
    const before = process.cpuUsage();
    const { statusCode, body } = await handler(${JSON.stringify(reserveEvent('exact', 0))}, {});
    const called = process.cpuUsage(before);
    if (statusCode !== 201) throw new Error(body);
    const ms = ({ user, system }) => (user + system) / 1_000;
    const figures = { importCpuMs: ms(imported), firstCallCpuMs: ms(called) };
    process.send(figures, () => process.exit(0));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      ...FUNCTION_ENVIRONMENT,
      PURSER_TABLE_PREFIX: store.tablePrefix,
      AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency',
    },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as FreshEnvironment));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new CommandError(`a fresh environment ended with ${code}`)),
    );
  });
}
