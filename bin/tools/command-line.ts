import { PurserError } from '../../client/purser-error.ts';
import { requireNode24 } from '../require-node.ts';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A command failed for a reason that its user can fix. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** The command line is invalid. */
export class UsageError extends CommandError {
  override name = 'UsageError';
}

/** Parses options and operands. @throws UsageError naming the unknown option */
export function commandLine<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Parses a whole-number option. @throws UsageError if it is not one, or out of range */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** Parses a numeric option. @throws UsageError if it is not a number, or out of range */
export function positiveNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max)) {
    throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/**
 * The address of an HTTP server, without a trailing slash.
 * @throws UsageError if the text is not an HTTP or HTTPS address
 */
export function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(`--url must be an address such as http://127.0.0.1:3000, not "${text}"`);
  }
  return url.href.replace(/\/$/, '');
}

/**
 * Runs a command: prints help on request, exits with its code, and turns errors that the user can
 * fix into one message (exit code 2 for an invalid command line, otherwise 1).
 */
export async function runCommand(
  help: string,
  command: (args: string[]) => Promise<number>,
): Promise<void> {
  requireNode24();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return;
  }
  try {
    process.exitCode = await command(args);
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof PurserError)) throw error;
    console.error(error.message);
    if (error instanceof UsageError) console.error('Try --help.');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
