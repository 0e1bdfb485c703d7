import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** One stack of a synthesized cloud assembly, as stored on disk, with nothing resolved yet. */
export type AssemblyStack = {
  name: string;
  template: Template;
  /** Path of every file asset, by the object key in the template's `S3Key`. */
  assets: ReadonlyMap<string, string>;
  /** Parameter values from the parent, for nested stacks only. */
  parameters?: Readonly<Record<string, unknown>>;
  parent?: AssemblyStack;
};

export type Template = {
  Resources?: Readonly<Record<string, TemplateResource>>;
  Outputs?: Readonly<Record<string, { Value?: unknown; Export?: { Name?: unknown } }>>;
  Parameters?: Readonly<Record<string, { Default?: unknown; Type?: string }>>;
  Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  Conditions?: Readonly<Record<string, unknown>>;
};

export type TemplateResource = {
  Type: string;
  Properties?: Readonly<Record<string, unknown>>;
  Metadata?: Readonly<Record<string, unknown>>;
  Condition?: string;
};

type Manifest = {
  artifacts?: Readonly<Record<string, Artifact>>;
};

type Artifact = {
  type: string;
  properties?: {
    templateFile?: string;
    stackName?: string;
    file?: string;
    directoryName?: string;
  };
};

type AssetManifest = {
  files?: Readonly<
    Record<
      string,
      {
        source?: { path?: string };
        destinations?: Readonly<Record<string, { objectKey?: string }>>;
      }
    >
  >;
};

/**
 * Reads every stack of a `cdk.out` folder, including those of stages (nested assemblies) and nested
 * stacks. Throws an `Error` with a clear message if the folder is not an assembly.
 */
export function readAssembly(directory: string): AssemblyStack[] {
  const root = resolve(directory);
  const manifestPath = join(root, 'manifest.json');
  if (!existsSync(manifestPath)) {
    throw new Error(`${root} is not a cloud assembly: it has no manifest.json. Synthesize first.`);
  }
  const artifacts = Object.entries((readJson(manifestPath) as Manifest).artifacts ?? {});
  const assets = readAssets(
    root,
    artifacts.map(([, artifact]) => artifact),
  );
  const stacks: AssemblyStack[] = [];
  for (const [id, artifact] of artifacts) {
    const properties = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      stacks.push(...readAssembly(join(root, properties.directoryName)));
    }
    if (artifact.type === 'aws:cloudformation:stack' && properties.templateFile !== undefined) {
      const path = join(root, properties.templateFile);
      stacks.push(...withNested(path, { name: properties.stackName ?? id, assets }));
    }
  }
  return stacks;
}

function withNested(templatePath: string, stack: Omit<AssemblyStack, 'template'>): AssemblyStack[] {
  const own: AssemblyStack = { ...stack, template: readJson(templatePath) as Template };
  const all = [own];
  for (const [logicalId, resource] of Object.entries(own.template.Resources ?? {})) {
    const file = resource.Metadata?.['aws:asset:path'];
    if (resource.Type !== 'AWS::CloudFormation::Stack' || typeof file !== 'string') continue;
    const parameters = resource.Properties?.['Parameters'] as Record<string, unknown> | undefined;
    all.push(
      ...withNested(join(dirname(templatePath), file), {
        name: `${own.name}-${logicalId}`,
        assets: own.assets,
        parameters: parameters ?? {},
        parent: own,
      }),
    );
  }
  return all;
}

function readAssets(root: string, artifacts: readonly Artifact[]): ReadonlyMap<string, string> {
  const assets = new Map<string, string>();
  for (const artifact of artifacts) {
    const file = artifact.properties?.file;
    if (artifact.type !== 'cdk:asset-manifest' || file === undefined) continue;
    const manifest = readJson(join(root, file)) as AssetManifest;
    for (const entry of Object.values(manifest.files ?? {})) {
      const path = entry.source?.path;
      if (path === undefined) continue;
      for (const destination of Object.values(entry.destinations ?? {})) {
        if (destination.objectKey !== undefined) {
          assets.set(destination.objectKey, resolve(root, path));
        }
      }
    }
  }
  return assets;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
