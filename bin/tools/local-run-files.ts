import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CommandError } from './command-line.ts';

const keys = z.array(z.object({ key: z.string(), role: z.string() }));
const note = z.object({ url: z.string(), messagingEndpoint: z.string().optional() });

/** Folder in which the local run keeps everything, including its notes for commands. */
export const dataFolder = (): string => process.env['PURSER_DATA_DIR'] ?? '.purser';

/**
 * The API key to use: the option, `PURSER_LOCAL_KEY`, or the local run's admin key.
 * @throws CommandError if there is no key
 */
export async function apiKey(option: string | undefined): Promise<string> {
  const named = option ?? process.env['PURSER_LOCAL_KEY'];
  if (named) return named;
  const kept = await parsedFile('api-keys.json', keys);
  const admin = kept?.find(({ role }) => role === 'admin');
  if (!admin) throw new CommandError('Pass --key, or set PURSER_LOCAL_KEY.');
  return admin.key;
}

/** Whether the data folder's local run serves this address. */
export async function isLocalRun(url: string): Promise<boolean> {
  const running = await parsedFile('running.json', note);
  return running !== undefined && new URL(running.url).origin === new URL(url).origin;
}

/** The address of the local run's queues, if noted. */
export const runningMessaging = async (): Promise<string | undefined> =>
  (await parsedFile('running.json', note))?.messagingEndpoint;

async function parsedFile<Shape extends z.ZodType>(
  name: string,
  shape: Shape,
): Promise<z.output<Shape> | undefined> {
  const text = await readFile(join(dataFolder(), name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : shape.safeParse(JSON.parse(text)).data;
}
