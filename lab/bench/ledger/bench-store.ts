import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoProcess } from '../../../local/store/dynamo-process.ts';
import { CommandError, messageOf } from '../../../bin/tools/command-line.ts';

export type BenchStore = { endpoint: string; stop: () => Promise<void> };

/**
 * The endpoint in PURSER_DYNAMODB_ENDPOINT, or an embedded store in a new folder that `stop`
 * removes.
 */
export async function startBenchStore(): Promise<BenchStore> {
  const named = process.env['PURSER_DYNAMODB_ENDPOINT'];
  if (named) return { endpoint: named, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'purser-bench-'));
  try {
    await mkdir(join(folder, 'logs'));
    const child = await startDynamoProcess(folder, (message) => console.error(message));
    const stop = async (): Promise<void> => {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    };
    process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
    return { endpoint: child.endpoint, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new CommandError(messageOf(error));
  }
}
