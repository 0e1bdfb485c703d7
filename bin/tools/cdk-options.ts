import { ENVIRONMENTS, type PurserEnvironment } from '../../lib/config.ts';
import { UsageError, wholeNumber } from './command-line.ts';

/**
 * Reads the environment and `warm` from arguments of the `cdk` command: `-c name=value`,
 * `--context name=value` or `--context=name=value`.
 * @throws UsageError if they name no environment, or an invalid number
 */
export function cdkOptions(args: readonly string[]): {
  environment: PurserEnvironment;
  warm: number | undefined;
} {
  const context = new Map(
    args.flatMap((argument, index) => {
      const text =
        argument === '-c' || argument === '--context'
          ? (args[index + 1] ?? '')
          : /^--context=(.*)$/.exec(argument)?.[1];
      const [, name, value] = /^([^=]+)=(.*)$/.exec(text ?? '') ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const environment = ENVIRONMENTS.find((name) => name === context.get('environment'));
  if (environment === undefined) {
    throw new UsageError(`Choose an environment: -c environment=${ENVIRONMENTS.join('|')}`);
  }
  const warm = context.get('warm');
  return {
    environment,
    warm: warm === undefined ? undefined : wholeNumber('context warm', warm, 0, 10_000),
  };
}
