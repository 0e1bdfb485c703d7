import type { App } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { buildFunctions } from '../../bin/build.ts';
import { ENVIRONMENTS, type PurserEnvironment, stackName } from '../../lib/config.ts';
import { createApp } from '../../lib/purser-app.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });

export type Resource = z.output<typeof resourceSchema> & { logicalId: string };
export const STACK_NAMES = [
  'Data',
  'Messaging',
  'Api',
  'Gateway',
  'Processing',
  'Monitoring',
] as const;

export type Synthesized = {
  app: App;
  /** Every resource of one environment, or those of one type. */
  resources(environment: PurserEnvironment, type?: string): Resource[];
  /** Tags of each stack, by its name. */
  tags: Record<string, Record<string, string>>;
};

let unchecked: Promise<Synthesized> | undefined;

/** All environments, without checks, once for all test files of a process. */
export const synthesizeOnce = (): Promise<Synthesized> => (unchecked ??= synthesize(false));

/** Synthesizes all environments. The checks take most of the time, so only one file runs them. */
export async function synthesize(checked: boolean): Promise<Synthesized> {
  await buildFunctions();
  const outdir = mkdtempSync(join(tmpdir(), 'purser-synth-'));
  const app = createApp({
    environments: ENVIRONMENTS,
    outdir,
    ...(checked ? {} : { skipChecks: true }),
  });
  const assembly = app.synth();
  const resources = Object.fromEntries(
    ENVIRONMENTS.map((environment) => [
      environment,
      STACK_NAMES.flatMap((name) => readResources(outdir, stackName(environment, name))),
    ]),
  );
  const tags = Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.tags]));
  rmSync(outdir, { recursive: true });
  return {
    app,
    tags,
    resources: (environment, type) =>
      (resources[environment] ?? []).filter(
        (resource) => type === undefined || resource.Type === type,
      ),
  };
}

function readResources(outdir: string, stack: string): Resource[] {
  const text = readFileSync(join(outdir, `${stack}.template.json`), 'utf8');
  const { Resources } = templateSchema.parse(JSON.parse(text));
  return Object.entries(Resources).map(([logicalId, resource]) => ({ ...resource, logicalId }));
}

/** Formats an intrinsic value as text: resolves joins, and writes references as `${Name}`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, argument] = Object.entries(intrinsic.parse(value))[0] ?? [];
  switch (name) {
    case 'Ref':
      return `\${${textOf(argument)}}`;
    case 'Fn::ImportValue':
      return `\${${textOf(argument)}}`;
    case 'Fn::GetAtt':
      return `\${${z.array(z.string()).parse(argument).join('.')}}`;
    case 'Fn::Join': {
      const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
      return parts.map(textOf).join(separator);
    }
    default:
      return JSON.stringify(value);
  }
}

const intrinsic = z.record(z.string(), z.unknown());
