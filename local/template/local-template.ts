import type { AssemblyStack, TemplateResource } from './assembly.ts';
import { noValue, resolveIntrinsics } from './intrinsics.ts';
import type { ReferenceSource } from './intrinsics.ts';
import { accountId, identify, nameProperty, region } from './resource-identity.ts';
import type { LocalAddresses, ResourceIdentity } from './resource-identity.ts';
import { ownValue } from '../own-value.ts';

/** A resource with all intrinsic functions in its properties resolved. */
export type Resource<Properties = Readonly<Record<string, unknown>>> = ResourceIdentity & {
  type: string;
  logicalId: string;
  stack: AssemblyStack;
  properties: Properties;
};

export type LocalTemplate = {
  resources: readonly Resource[];
  /** Resources of the given types. `Properties` is the caller's view of their shape. */
  ofType<Properties>(...types: readonly string[]): Resource<Properties>[];
};

/**
 * Resolves all stacks of an assembly into one list of resources, with stable physical names, the
 * region us-east-1 and the account 000000000000. Throws an `Error` that names the stack and the
 * resource for a broken reference.
 */
export function resolveTemplate(
  stacks: readonly AssemblyStack[],
  addresses: LocalAddresses,
): LocalTemplate {
  const scopes = new Map(stacks.map((stack) => [stack, new StackScope(stack, stacks, addresses)]));
  for (const scope of scopes.values()) scope.siblings = scopes;
  const resources = [...scopes.values()].flatMap((scope) => scope.resources());
  return {
    resources,
    ofType: <Properties>(...types: readonly string[]) =>
      resources.filter((resource) =>
        types.includes(resource.type),
      ) as unknown as Resource<Properties>[],
  };
}

class StackScope implements ReferenceSource {
  siblings: ReadonlyMap<AssemblyStack, StackScope> = new Map();
  private readonly stack: AssemblyStack;
  private readonly stacks: readonly AssemblyStack[];
  private readonly addresses: LocalAddresses;
  private readonly identities = new Map<string, ResourceIdentity>();

  constructor(stack: AssemblyStack, stacks: readonly AssemblyStack[], addresses: LocalAddresses) {
    this.stack = stack;
    this.stacks = stacks;
    this.addresses = addresses;
  }

  resources(): Resource[] {
    const typedResources: Resource[] = [];
    for (const [logicalId, resource] of Object.entries(this.stack.template.Resources ?? {})) {
      if (resource.Condition !== undefined && !this.condition(resource.Condition)) continue;
      try {
        typedResources.push({
          ...this.identity(logicalId, resource),
          type: resource.Type,
          logicalId,
          stack: this.stack,
          properties: this.resolve(resource.Properties ?? {}) as Record<string, unknown>,
        });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${this.stack.name}/${logicalId} (${resource.Type}): ${reason}`, {
          cause: error,
        });
      }
    }
    return typedResources;
  }

  ref(logicalId: string): unknown {
    const pseudo = this.pseudoParameter(logicalId);
    if (pseudo !== undefined) return pseudo;
    const { parameters = {}, template } = this.stack;
    if (Object.hasOwn(parameters, logicalId)) {
      return this.parent()?.resolve(ownValue(parameters, logicalId));
    }
    const parameter = ownValue(template.Parameters, logicalId);
    if (parameter !== undefined) return parameter.Default ?? '';
    return this.identity(logicalId, this.resource(logicalId)).ref;
  }

  attribute(logicalId: string, attribute: string): unknown {
    const resource = this.resource(logicalId);
    if (resource.Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
      return this.nested(logicalId)?.output(attribute.slice('Outputs.'.length));
    }
    const value = ownValue(this.identity(logicalId, resource).attributes, attribute);
    // An attribute that is not emulated (a distribution's domain) must not stop the start.
    return value ?? `${logicalId}.${attribute}`;
  }

  importValue(exportName: string): unknown {
    for (const scope of this.siblings.values()) {
      for (const output of Object.values(scope.stack.template.Outputs ?? {})) {
        if (output.Export !== undefined && scope.resolve(output.Export.Name) === exportName) {
          return scope.resolve(output.Value);
        }
      }
    }
    throw new Error(`no stack exports "${exportName}".`);
  }

  mapping(map: string, first: string, second: string): unknown {
    return ownValue(ownValue(ownValue(this.stack.template.Mappings, map), first), second);
  }

  condition(name: string): boolean {
    return this.resolve(ownValue(this.stack.template.Conditions, name) ?? true) === true;
  }

  private resolve(value: unknown): unknown {
    return resolveIntrinsics(value, this);
  }

  private output(name: string): unknown {
    return this.resolve(ownValue(this.stack.template.Outputs, name)?.Value);
  }

  private parent(): StackScope | undefined {
    return this.stack.parent && this.siblings.get(this.stack.parent);
  }

  private nested(logicalId: string): StackScope | undefined {
    const name = `${this.stack.name}-${logicalId}`;
    const stack = this.stacks.find((s) => s.parent === this.stack && s.name === name);
    return stack && this.siblings.get(stack);
  }

  private resource(logicalId: string): TemplateResource {
    const resource = ownValue(this.stack.template.Resources, logicalId);
    if (resource === undefined) throw new Error(`nothing is called "${logicalId}".`);
    return resource;
  }

  private identity(logicalId: string, resource: TemplateResource): ResourceIdentity {
    const identityOfId = this.identities.get(logicalId);
    if (identityOfId !== undefined) return identityOfId;
    const property = nameProperty(resource.Type);
    const value = property === undefined ? undefined : ownValue(resource.Properties, property);
    const name = value === undefined ? undefined : this.resolve(value);
    const made = identify(
      this.stack.name,
      logicalId,
      resource,
      {
        ...(typeof name === 'string' && { name }),
        ...this.functionPart(resource),
      },
      this.addresses,
    );
    this.identities.set(logicalId, made);
    return made;
  }

  private functionPart(resource: TemplateResource): { functionArn?: string; alias?: string } {
    if (resource.Type !== 'AWS::Lambda::Alias' && resource.Type !== 'AWS::Lambda::Version') {
      return {};
    }
    const nameOrArn = String(this.resolve(resource.Properties?.['FunctionName']));
    const functionArn = nameOrArn.startsWith('arn:')
      ? nameOrArn
      : `arn:aws:lambda:${region}:${accountId}:function:${nameOrArn}`;
    const alias = this.resolve(resource.Properties?.['Name']);
    return { functionArn, ...(typeof alias === 'string' && { alias }) };
  }

  private pseudoParameter(name: string): unknown {
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.stack.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${accountId}:stack/${this.stack.name}/local`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return noValue;
      default:
        return undefined;
    }
  }
}
