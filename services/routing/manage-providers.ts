import type { Call } from '../../domain/access/caller.ts';
import { BEDROCK } from '../../domain/routing/endpoint.ts';
import type { Provider } from '../../domain/routing/provider.ts';
import { faultOfSecret } from '../../domain/routing/provider-secret.ts';
import { faultOfProviderUrl } from '../../contracts/public-address.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ProviderStore } from '../../tables/providers.ts';
import { invalidField, notFound } from '../errors.ts';

export const MAX_PROVIDERS = 20;

export type ProviderManagerDeps = {
  providers: ProviderStore;
  audit: Pick<AuditLog, 'change'>;
  /** Prefix of everything that the deployment has. */
  prefix: string;
  /** Hosts that are not public, on which providers may run. */
  privateHosts: readonly string[];
};

export type ProviderManager = ReturnType<typeof createProviderManager>;

/** Manages an organization's own providers of models. Audits every change. */
export function createProviderManager(deps: ProviderManagerDeps) {
  const { providers, audit, prefix, privateHosts } = deps;

  /** @throws ServiceError naming the field that is not allowed */
  async function requireAllowed(organizationId: string, provider: Provider): Promise<void> {
    const { name, address } = provider;
    if (name === BEDROCK) throw invalidField('name', `must not be ${BEDROCK}, which is built in`);
    const fault = faultOfProviderUrl(address.baseUrl, privateHosts);
    if (fault !== undefined) throw invalidField('baseUrl', fault);
    const { secretArn } = address;
    const secretFault = secretArn && faultOfSecret(secretArn, prefix, organizationId);
    if (secretFault !== undefined) throw invalidField('secretArn', secretFault);
    const others = (await providers.list(organizationId)).filter((each) => each.name !== name);
    if (others.length >= MAX_PROVIDERS) {
      throw invalidField('name', `is one too many: there may be ${MAX_PROVIDERS} providers`);
    }
  }

  return {
    list: (organizationId: string): Promise<Provider[]> => providers.list(organizationId),

    /** @throws ServiceError `not-found` if no provider has this name */
    async get(organizationId: string, name: string): Promise<Provider> {
      const all = await providers.list(organizationId);
      const provider = all.find((each) => each.name === name);
      if (!provider) throw noProvider(name);
      return provider;
    },

    /** @throws ServiceError naming the field that is not allowed */
    async put({ organizationId, actor, nowMs }: Call, provider: Provider): Promise<Provider> {
      await requireAllowed(organizationId, provider);
      await audit.change(async () => {
        const { before, write } = await providers.replacement(organizationId, provider);
        const entry = {
          organizationId,
          actor,
          action: 'provider.put',
          target: provider.name,
          ...(before ? { before: facts(before) } : {}),
          after: facts(provider),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return provider;
    },

    /** @throws ServiceError `not-found` if no provider has this name */
    async delete({ organizationId, actor, nowMs }: Call, name: string): Promise<Provider> {
      const { before } = await audit.change(async () => {
        const removal = await providers.removal(organizationId, name);
        if (!removal) throw noProvider(name);
        const entry = {
          organizationId,
          actor,
          action: 'provider.delete',
          target: name,
          before: facts(removal.before),
          atMs: nowMs,
        };
        return { before: removal.before, entries: [entry], writes: [removal.write] };
      });
      return before;
    },
  };
}

const noProvider = (name: string) => notFound(`There is no provider ${name}.`);

const facts = ({ address, models, regions, strategy }: Provider) => ({
  ...address,
  ...(strategy === undefined ? {} : { strategy }),
  regions: [...regions],
  models: models.map(({ apis, ...model }) => ({ ...model, apis: [...apis] })),
});
