import { example } from './example.ts';
import { identityBody } from './identity-body.ts';

/** Valid bodies of flags, the identity provider, the directory and the allocation of shared cost. */
export const settingBodies = {
  putFlag: [
    example(
      {
        enabled: true,
        rolloutPercent: 50,
        unit: 'department',
        overrides: [{ scope: 'user', scopeId: 'ada', enabled: false }],
      },
      ['overrides[0].scope', 'overrides[0].scopeId', 'overrides[0].enabled'],
    ),
  ],
  putIdentity: [example(identityBody, [])],
  putCostSettings: [example({ basis: 'reported' }, ['basis'])],
  putPriceSettings: [example({ updates: 'apply' }, ['updates'])],
  putAdviceSettings: [example({ providers: ['OpenAI'], places: ['global'] }, [])],
  putCacheSettings: [
    example(
      {
        routes: [
          {
            system: 'help-desk',
            operation: 'summarize',
            maxAgeSeconds: 600,
            withoutTemperature: true,
          },
        ],
      },
      ['routes', 'routes[0].system'],
    ),
  ],
  invalidateCache: [
    example({ system: 'help-desk', operation: 'summarize' }, []),
    example({ pattern: 'help-desk/*' }, []),
  ],
  putTimeSettings: [example({ timeZone: 'Europe/Berlin' }, ['timeZone'])],
  putDisplayName: [example({ displayName: 'Human Resources' }, ['displayName'])],
  putUser: [example({ departments: ['research', 'sales'] }, [])],
  putDirectory: [example({ unknownUsers: 'allow' }, ['unknownUsers'])],
  putCostAllocation: [
    example(
      {
        rule: 'fixed',
        validFrom: '2100-01-01',
        sharedDepartments: ['platform'],
        shares: [
          { departmentId: 'research', percent: 60.5 },
          { departmentId: 'sales', percent: 39.5 },
        ],
      },
      ['rule', 'shares[0].departmentId', 'shares[0].percent'],
    ),
  ],
};
