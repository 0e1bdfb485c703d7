import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { configFor, deploymentFaults, ENVIRONMENTS, withWarmth } from '../lib/config.ts';
import { createApp } from '../lib/purser-app.ts';
import { buildFunctions } from './build.ts';

/** Settings that former versions took from the command line, and lost with the next deployment. */
const FORMER_CONTEXT = [
  'region',
  'alarmEmail',
  'alertSender',
  'operatorOrganization',
  'jwtIssuer',
  'jwtAudience',
  'jwksUrl',
  'jwtDepartmentsClaim',
];

const contextSchema = z.object({
  /** `all` is for `npm run synth`, which deploys nothing. */
  environment: z.enum([...ENVIRONMENTS, 'all']).default('dev'),
  /** Keeps this many environments of each hot-path function warm, instead of the file's number. */
  warm: z.coerce.number().int().min(0).optional(),
});

const { environment, warm } = readContext();
if (environment !== 'all') {
  const faults = deploymentFaults(configFor(environment));
  if (faults.length > 0) stop(faults.join('\n'));
}
await buildFunctions();
createApp({
  environments: environment === 'all' ? ENVIRONMENTS : [environment],
  overrides: environment === 'all' ? {} : withWarmth(configFor(environment), warm),
  account: process.env['CDK_DEFAULT_ACCOUNT'],
  outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out',
}).synth();

/**
 * Reads context through a separate application, because the `cdk` command passes it in several
 * ways.
 */
function readContext(): z.output<typeof contextSchema> {
  const { node } = new App({ autoSynth: false });
  const read = (name: string) => node.tryGetContext(name) as unknown;
  const former = FORMER_CONTEXT.find((name) => read(name) !== undefined);
  if (former !== undefined) {
    stop(`Set ${former} in environments/<environment>.json and commit it; -c ${former} is gone.`);
  }
  const result = contextSchema.safeParse({
    environment: read('environment'),
    warm: read('warm'),
  });
  if (!result.success) stop(z.prettifyError(result.error));
  return result.data;
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
