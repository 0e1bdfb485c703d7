import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { ENVIRONMENTS, type Overrides, PLACEHOLDER_EMAIL } from '../lib/config.ts';
import { createApp } from '../lib/purser-app.ts';
import { buildFunctions } from './build.ts';

/** A deployment's own settings: `cdk deploy --all -c environment=prod -c alarmEmail=…`. */
const contextSchema = z.object({
  /** Without it, all environments are synthesized. */
  environment: z.enum(ENVIRONMENTS).optional(),
  region: z.string().optional(),
  alarmEmail: z.string().optional(),
  alertSender: z.string().optional(),
  operatorOrganization: z.string().optional(),
  jwtIssuer: z.string().optional(),
  jwtAudience: z.string().optional(),
  jwksUrl: z.string().optional(),
  jwtDepartmentsClaim: z.string().optional(),
  /** Set by `npm run deploy`. */
  deploy: z.literal('true').optional(),
});
type DeploymentContext = z.output<typeof contextSchema>;

const deployment = readContext();
await buildFunctions();
createApp({
  environments: deployment.environment === undefined ? ENVIRONMENTS : [deployment.environment],
  overrides: overridesOf(deployment),
  account: process.env['CDK_DEFAULT_ACCOUNT'],
  outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out',
}).synth();

/**
 * Reads context through a separate application, because the `cdk` command passes it in several
 * ways.
 */
function readContext(): DeploymentContext {
  const { node } = new App({ autoSynth: false });
  const names = Object.keys(contextSchema.shape);
  const result = contextSchema.safeParse(
    Object.fromEntries(names.map((name) => [name, node.tryGetContext(name) as unknown])),
  );
  if (!result.success) stop(z.prettifyError(result.error));
  const { data } = result;
  data.alarmEmail ??= process.env['PURSER_ALARM_EMAIL'];
  if (data.deploy && !data.environment) {
    stop(`Choose an environment: -c environment=${ENVIRONMENTS.join('|')}`);
  }
  if (data.deploy && data.environment !== 'dev' && isNobody(data.alarmEmail)) {
    stop('Name the recipient of alarms: -c alarmEmail=<address>, or PURSER_ALARM_EMAIL.');
  }
  return data;
}

function overridesOf(context: DeploymentContext): Overrides {
  const { region, alarmEmail, alertSender, operatorOrganization } = context;
  const { jwtIssuer, jwtAudience, jwksUrl, jwtDepartmentsClaim } = context;
  const jwt = {
    issuer: jwtIssuer,
    audience: jwtAudience,
    jwksUrl,
    departmentsClaim: jwtDepartmentsClaim,
  };
  return {
    ...(region === undefined ? {} : { region }),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(alertSender === undefined ? {} : { alertSender }),
    ...(operatorOrganization === undefined ? {} : { operatorOrganization }),
    ...(Object.values(jwt).every((value) => value === undefined) ? {} : { jwt }),
  };
}

function isNobody(email: string | undefined): boolean {
  return email === undefined || email === PLACEHOLDER_EMAIL;
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
